/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_stream.c - GET /api/v1/stream with net played by the test and a journal in memory: what a
 * stream begins with, who may have how many, whose ends when, and what its beats do.
 */
#include "httpfake.h"

#include "engine/feed.h"
#include "enginerig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STREAM "/api/v1/stream"
#define DESK "/api/v1/mentions/desk"
#define PASSWORD "correct horse battery"

struct rig {
	struct enginerig e;
	struct dw_api *api;
	struct dw_principal reader; /* a token */
};

static int set_up(void **state)
{
	const struct dw_api_conf conf = { .streams_per_session = 2,
					  .streams_per_account = 3,
					  .streams_per_address = 4,
					  .heartbeat_s = 1,
					  .max_mention_bytes = 65536,
					  .max_batch_bytes = 65536 };
	struct dw_account_op op = { .name = DW_STR("reader"), .scopes = DW_SCOPE_READ };
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	enginerig_open(&r->e, NULL);
	assert_int_equal(dw_api_create(&r->api, r->e.engine, r->e.timers, &r->e.loop,
				       NULL, &conf, NULL),
			 0);
	op.who.kind = DW_OPERATOR;
	assert_int_equal(enginerig_do(&r->e, dw_account_token_add, &op), 0);
	enginerig_secret(&r->e, op.secret);
	r->reader = (struct dw_principal){ .kind = DW_TOKEN,
					   .id = op.id,
					   .scopes = DW_SCOPE_READ };
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;

	dw_api_close_streams(r->api);
	fake_turn();
	fake_sinks_free();
	dw_api_destroy(r->api);
	enginerig_close(&r->e);
	free(r);
	return 0;
}

/* The status; the sink of a 200 in *out. */
static int ask(struct rig *r, const struct dw_principal *who, const char *query,
	       const char *last_id, const char *peer, struct dw_sink **out)
{
	struct fake_req f;
	int status;

	fake_init(&f, DW_GET, STREAM, who, NULL);
	f.req.query = dw_str_of(query);
	if (last_id != NULL)
		fake_header(&f, "last-event-id", last_id);
	if (peer != NULL)
		snprintf(f.req.peer, sizeof(f.req.peer), "%s", peer);
	fake_call(&f, r->api);
	status = f.status;
	if (status == 200) {
		assert_true(fake_has(&f, "Content-Type: text/event-stream\n"));
		assert_true(fake_has(&f, "Cache-Control: no-store\n"));
		assert_true(fake_has(&f, "X-Accel-Buffering: no\n"));
	} else {
		assert_null(f.sink);
		assert_true(fake_has(&f, "application/problem+json"));
		assert_int_equal(fake_has(&f, "Retry-After"),
				 status == 429 || status == 503);
	}
	if (out != NULL)
		*out = f.sink;
	fake_fini(&f);
	return status;
}

static struct dw_sink *open_stream(struct rig *r, const struct dw_principal *who,
				   const char *query)
{
	struct dw_sink *s = NULL;

	assert_int_equal(ask(r, who, query, NULL, NULL, &s), 200);
	return s;
}

static void until(struct rig *r, struct dw_sink *s, const char *text)
{
	while (strstr(fake_got(s), text) == NULL)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
}

static void end_stream(struct dw_sink *s)
{
	dw_sink_close(s);
	fake_turn();
}

/* One more mention; returns its seq. */
static uint64_t add(struct rig *r, const char *text)
{
	const struct dw_principal lead = { .kind = DW_USER,
					   .id = 1,
					   .roles = DW_ROLE_LEAD };
	char body[200];
	struct fake_req f;

	snprintf(body, sizeof(body), "{\"text\":\"%s\"}", text);
	fake_init(&f, DW_POST, DESK, &lead, body);
	fake_call(&f, r->api);
	while (f.status == 0)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
	assert_int_equal(f.status, 201);
	fake_fini(&f);
	return dw_journal_head(dw_engine_journal(r->e.engine));
}

static struct dw_principal sign_in(struct rig *r, const char *name, uint64_t user,
				   unsigned roles)
{
	struct dw_account_op op = { 0 };

	assert_int_equal(enginerig_sign_in(&r->e, &op, name, PASSWORD, "192.0.2.1"), 0);
	return (struct dw_principal){
		.kind = DW_USER, .id = user, .roles = roles, .session = op.id
	};
}

/* ---- beginning ---- */

static void the_hello_sets_retry_and_position(void **state)
{
	struct rig *r = *state;
	uint64_t head = add(r, "one");
	unsigned retry;
	unsigned long long id;
	struct dw_sink *s = open_stream(r, &r->reader, "");

	assert_int_equal(sscanf(fake_got(s), "retry: %u\nid: %llu\n\n", &retry, &id), 2);
	assert_true(retry >= 1000 && retry < 60000);
	assert_int_equal(id, head);
	add(r, "two");
	until(r, s, "\"text\":\"two\"");
	assert_null(strstr(fake_got(s), "\"text\":\"one\""));
}

static void positions_are_numbers_up_to_the_head(void **state)
{
	struct rig *r = *state;
	char beyond[32];
	static const char *const bad[] = { "",	   "x",	  "-1",
					   "+1",   "1.0", "1e1",
					   " 1",   "0x1", "18446744073709551616",
					   "99999" };
	struct dw_sink *s;

	snprintf(beyond, sizeof(beyond), "%llu", (unsigned long long)add(r, "one") + 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char query[64];

		assert_int_equal(ask(r, &r->reader, "", bad[i], NULL, NULL), 400);
		snprintf(query, sizeof(query), "after=%s", bad[i]);
		if (bad[i][0] != '+')
			assert_int_equal(ask(r, &r->reader, query, NULL, NULL, NULL),
					 400);
	}
	assert_int_equal(ask(r, &r->reader, "", beyond, NULL, NULL), 400);
	assert_int_equal(ask(r, &r->reader, "after=0&after=0", NULL, NULL, NULL), 400);
	/* the header goes before the query */
	assert_int_equal(ask(r, &r->reader, "after=99999", "0", NULL, &s), 200);
	until(r, s, "\"text\":\"one\"");
}

static void filters_are_checked(void **state)
{
	static const char *const bad[] = {
		"types=",     "types=x",    "types=mention,,source",
		"incident=0", "incident=x", "incident=",
		"nonsense=1"
	};
	struct rig *r = *state;
	struct dw_sink *s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ask(r, &r->reader, bad[i], NULL, NULL, NULL), 400);
	add(r, "one");
	s = open_stream(r, &r->reader, "after=0&types=source");
	until(r, s, "event: source.added\n");
	until(r, s, "event: hb\n");
	assert_null(strstr(fake_got(s), "mention.added"));
	s = open_stream(r, &r->reader, "after=0&incident=1");
	until(r, s, "event: hb\n");
	assert_null(strstr(fake_got(s), "event: mention"));
}

static void a_head_still_going_out_is_waited_for(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s;

	add(r, "one");
	fake_next_is_busy = true;
	s = open_stream(r, &r->reader, "after=0");
	fake_next_is_busy = false;
	assert_string_equal(fake_got(s), "");
	s->is_busy = false;
	s->room = 3; /* and the hello goes out in two pieces */
	s->ops->on_drain(s->data);
	assert_string_equal(fake_got(s), "ret");
	fake_drain(s);
	until(r, s, "\"text\":\"one\"");
	assert_int_equal(strncmp(fake_got(s), "retry: ", 7), 0);
}

static void head_gets_the_head_alone(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	fake_init(&f, DW_HEAD, STREAM, &r->reader, NULL);
	fake_call(&f, r->api);
	assert_int_equal(f.status, 200);
	assert_true(fake_has(&f, "Content-Type: text/event-stream\n"));
	assert_string_equal(fake_got(f.sink), "");
	fake_fini(&f);
	fake_turn();
	assert_int_equal(dw_feed_stats(dw_engine_feed(r->e.engine))->watchers, 0);
}

/* ---- how many ---- */

static void limits_hold_and_free_again(void **state)
{
	struct rig *r = *state;
	uint64_t id = enginerig_user(&r->e, "mira", DW_ROLE_LEAD, PASSWORD);
	struct dw_principal a = sign_in(r, "mira", id, DW_ROLE_LEAD);
	struct dw_principal b = sign_in(r, "mira", id, DW_ROLE_LEAD);
	struct dw_sink *s[4];

	s[0] = open_stream(r, &a, "");
	s[1] = open_stream(r, &a, "");
	assert_int_equal(ask(r, &a, "", NULL, NULL, NULL), 429); /* of the session */
	s[2] = open_stream(r, &b, "");
	assert_int_equal(ask(r, &b, "", NULL, "192.0.2.9", NULL),
			 429); /* of the account */
	s[3] = open_stream(r, &r->reader, "");
	assert_int_equal(ask(r, &r->reader, "", NULL, NULL, NULL),
			 429); /* of the address */
	assert_int_equal(ask(r, &r->reader, "", NULL, "192.0.2.9", NULL), 200);
	end_stream(s[0]);
	s[0] = open_stream(r, &a, "");
	for (size_t i = 0; i < 4; i++)
		end_stream(s[i]);
}

/* ---- rights ---- */

static void an_ended_session_ends_its_streams_at_once(void **state)
{
	struct rig *r = *state;
	uint64_t id = enginerig_user(&r->e, "mira", DW_ROLE_LEAD, PASSWORD);
	struct dw_principal a = sign_in(r, "mira", id, DW_ROLE_LEAD);
	struct dw_principal b = sign_in(r, "mira", id, DW_ROLE_LEAD);
	struct dw_sink *mine = open_stream(r, &a, ""), *other = open_stream(r, &b, "");
	struct dw_account_op op = { .who = a, .id = a.session, .reason = "signed_out" };

	assert_int_equal(enginerig_do(&r->e, dw_account_session_end, &op), 0);
	assert_true(mine->is_closing);
	assert_false(other->is_closing);
	add(r, "after");
	until(r, other, "\"text\":\"after\"");
	assert_null(strstr(fake_got(mine), "after"));
}

static void an_expired_session_ends_at_the_next_beat(void **state)
{
	struct rig *r = *state;
	uint64_t id = enginerig_user(&r->e, "mira", DW_ROLE_LEAD, PASSWORD);
	struct dw_principal a = sign_in(r, "mira", id, DW_ROLE_LEAD);
	struct dw_sink *s = open_stream(r, &a, "");

	until(r, s, "event: hb\n");
	/* beats are no activity: the idle limit runs from the sign-in */
	enginerig_advance(&r->e, 8 * 3600 + 1);
	while (!s->is_closing)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
}

static void a_revoked_token_ends_its_streams_at_once(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s = open_stream(r, &r->reader, "");
	struct dw_account_op op = { .who = { .kind = DW_OPERATOR }, .id = r->reader.id };

	assert_int_equal(enginerig_do(&r->e, dw_account_token_revoke, &op), 0);
	assert_true(s->is_closing);
}

static void change_roles(struct rig *r, uint64_t id, unsigned roles)
{
	struct dw_account_op op = { .who = { .kind = DW_OPERATOR },
				    .id = id,
				    .set = DW_SET_ROLES,
				    .roles = roles };

	assert_int_equal(enginerig_do(&r->e, dw_account_user_change, &op), 0);
}

static void changed_roles_narrow_widen_and_end(void **state)
{
	struct rig *r = *state;
	uint64_t id =
		enginerig_user(&r->e, "mira", DW_ROLE_ADMIN | DW_ROLE_LEAD, PASSWORD);
	struct dw_principal a;
	struct dw_sink *s;

	(void)enginerig_user(&r->e, "root", DW_ROLE_ADMIN, PASSWORD);
	a = sign_in(r, "mira", id, DW_ROLE_ADMIN | DW_ROLE_LEAD);
	s = open_stream(r, &a, "");
	(void)enginerig_user(&r->e, "first", DW_ROLE_LEAD, PASSWORD);
	until(r, s, "\"name\":\"first\"");
	change_roles(r, id, DW_ROLE_LEAD);
	(void)enginerig_user(&r->e, "second", DW_ROLE_LEAD, PASSWORD);
	add(r, "still reads");
	until(r, s, "still reads");
	assert_null(strstr(fake_got(s), "\"name\":\"second\""));
	assert_null(strstr(fake_got(s), "event: resync"));
	change_roles(r, id, DW_ROLE_ADMIN | DW_ROLE_LEAD);
	until(r, s, "event: resync\ndata: {}\n\n");
	(void)enginerig_user(&r->e, "third", DW_ROLE_LEAD, PASSWORD);
	until(r, s, "\"name\":\"third\"");
	assert_null(strstr(fake_got(s), "\"name\":\"second\""));
	change_roles(r, id, 0);
	assert_true(s->is_closing);
}

/* ---- beats ---- */

static void every_stream_beats(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s[3];
	char want[64];

	for (size_t i = 0; i < 3; i++)
		s[i] = open_stream(r, &r->reader, "types=backup");
	snprintf(want, sizeof(want), "id: %llu\n\nevent: hb\ndata: {}\n\n",
		 (unsigned long long)add(r, "one"));
	for (size_t i = 0; i < 3; i++)
		until(r, s[i], want);
}

static void a_blocked_stream_is_not_written_to(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s = open_stream(r, &r->reader, "");
	struct dw_sink *other = open_stream(r, &r->reader, "types=backup");
	size_t taken, rest;

	s->room = 4;
	add(r, "one");
	while (s->rest_n == 0)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
	taken = s->got.len;
	rest = s->rest_n;
	until(r, other, "event: hb\n");
	add(r, "two");
	assert_int_equal(s->got.len, taken);
	assert_int_equal(s->rest_n, rest);
	fake_drain(s);
	until(r, s, "\"text\":\"two\"");
}

static void half_closed_is_written_to_twice(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s = open_stream(r, &r->reader, "");
	size_t before = s->got.len;

	s->ops->on_eof(s->data);
	assert_true(s->got.len > before);
	before = s->got.len;
	while (s->got.len == before)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
	/* closed while the second is being waited for */
	s = open_stream(r, &r->reader, "");
	s->ops->on_eof(s->data);
	end_stream(s);
}

static void the_end_says_when_to_come_back(void **state)
{
	struct rig *r = *state;
	struct dw_sink *s = open_stream(r, &r->reader, "");
	size_t before = s->got.len;
	unsigned retry;

	dw_api_close_streams(r->api);
	assert_true(s->is_closing);
	assert_int_equal(sscanf(fake_got(s) + before, "retry: %u\n\n", &retry), 1);
	assert_int_equal(ask(r, &r->reader, "", NULL, NULL, NULL), 503);
	fake_turn();
	assert_int_equal(dw_feed_stats(dw_engine_feed(r->e.engine))->watchers, 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_hello_sets_retry_and_position),
		T(positions_are_numbers_up_to_the_head),
		T(filters_are_checked),
		T(a_head_still_going_out_is_waited_for),
		T(head_gets_the_head_alone),
		T(limits_hold_and_free_again),
		T(an_ended_session_ends_its_streams_at_once),
		T(an_expired_session_ends_at_the_next_beat),
		T(a_revoked_token_ends_its_streams_at_once),
		T(changed_roles_narrow_widen_and_end),
		T(every_stream_beats),
		T(a_blocked_stream_is_not_written_to),
		T(half_closed_is_written_to_twice),
		T(the_end_says_when_to_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
