/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_once.c - Idempotency-Key, through the real handlers, on both bodies of the journal.
 */
#include "httpfake.h"

#include "engine/answer.h"
#include "enginerig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define DESK "/api/v1/mentions/desk"
#define TOKENS "/api/v1/tokens"
#define DAYS(n) ((int64_t)(n)*24 * 3600)

struct rig {
	struct enginerig e;
	struct dw_api *api;
	char dir[64]; /* empty: in memory */
};

static const struct dw_principal mira = { .kind = DW_USER,
					  .id = 1,
					  .roles = DW_ROLE_LEAD };
static const struct dw_principal omid = { .kind = DW_USER,
					  .id = 2,
					  .roles = DW_ROLE_LEAD };
static const struct dw_principal feed = { .kind = DW_TOKEN,
					  .id = 1,
					  .scopes = DW_SCOPE_ACT };
static const struct dw_principal nobody = { .kind = DW_NOBODY };

static void open_api(struct rig *r)
{
	const struct dw_api_conf conf = { .streams_per_session = 8,
					  .streams_per_account = 32,
					  .streams_per_address = 256,
					  .heartbeat_s = 15,
					  .max_mention_bytes = 65536,
					  .max_batch_bytes = 65536 };

	enginerig_open(&r->e, r->dir[0] != '\0' ? r->dir : NULL);
	assert_int_equal(dw_api_create(&r->api, r->e.engine, r->e.timers, &r->e.loop,
				       NULL, &conf, NULL),
			 0);
}

static void close_api(struct rig *r)
{
	dw_api_destroy(r->api);
	enginerig_close(&r->e);
}

static int set_up_memory(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	open_api(r);
	*state = r;
	return 0;
}

static int set_up_folder(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	snprintf(r->dir, sizeof(r->dir), "%s/once.XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(r->dir));
	open_api(r);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	char command[96];

	close_api(r);
	if (r->dir[0] != '\0') {
		snprintf(command, sizeof(command), "rm -rf '%s'", r->dir);
		assert_int_equal(system(command), 0);
	}
	free(r);
	return 0;
}

static void start(struct rig *r, struct fake_req *f, const char *path,
		  const struct dw_principal *who, const char *key, const char *body)
{
	fake_init(f, DW_POST, path, who, body);
	if (key != NULL)
		fake_header(f, "idempotency-key", key);
	fake_call(f, r->api);
}

static int finish(struct rig *r, struct fake_req *f)
{
	while (f->status == 0)
		uv_run(&r->e.loop.uv, UV_RUN_ONCE);
	return f->status;
}

static int ask(struct rig *r, struct fake_req *f, const char *path,
	       const struct dw_principal *who, const char *key, const char *body)
{
	start(r, f, path, who, key, body);
	return finish(r, f);
}

static uint64_t head(const struct rig *r)
{
	return dw_journal_head(dw_engine_journal(r->e.engine));
}

static void a_repeat_acts_once_and_is_answered_the_same(void **state)
{
	struct rig *r = *state;
	struct fake_req a, b;
	uint64_t before;

	assert_int_equal(ask(r, &a, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_false(fake_has(&a, "Idempotency-Replayed"));
	before = head(r);
	assert_int_equal(ask(r, &b, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_true(fake_has(&b, "Idempotency-Replayed: true\n"));
	assert_true(fake_has(&b, "Content-Type: application/json\n"));
	assert_string_equal(a.body.p, b.body.p);
	assert_true(strstr(a.body.p, "\"text\":\"one\"") != NULL);
	assert_int_equal(head(r), before);
	fake_fini(&a);
	fake_fini(&b);
}

static void without_a_key_each_acts(void **state)
{
	struct rig *r = *state;
	struct fake_req f;
	uint64_t before = 0;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(r, &f, DESK, &mira, NULL, "{\"text\":\"one\"}"),
				 201);
		assert_true(head(r) > before);
		before = head(r);
		fake_fini(&f);
	}
}

static void another_request_under_the_key_is_refused(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	fake_fini(&f);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"two\"}"), 422);
	fake_fini(&f);
	assert_int_equal(ask(r, &f, TOKENS, &mira, "k", "{\"text\":\"one\"}"), 422);
	fake_fini(&f);
}

static void while_in_work_the_second_is_told_to_wait(void **state)
{
	struct rig *r = *state;
	struct fake_req a, b;

	start(r, &a, DESK, &mira, "k", "{\"text\":\"one\"}");
	assert_int_equal(a.status, 0);
	start(r, &b, DESK, &mira, "k", "{\"text\":\"one\"}");
	assert_int_equal(b.status, 409);
	assert_true(fake_has(&b, "Retry-After: "));
	fake_fini(&b);
	assert_int_equal(finish(r, &a), 201);
	assert_int_equal(ask(r, &b, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_string_equal(a.body.p, b.body.p);
	fake_fini(&a);
	fake_fini(&b);
}

static void a_key_belongs_to_its_caller(void **state)
{
	struct rig *r = *state;
	struct fake_req a, b;
	const struct dw_principal *others[] = { &omid, &feed };

	assert_int_equal(ask(r, &a, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ask(r, &b, DESK, others[i], "k", "{\"text\":\"one\"}"),
				 201);
		assert_false(fake_has(&b, "Idempotency-Replayed"));
		assert_string_not_equal(a.body.p, b.body.p);
		fake_fini(&b);
	}
	fake_fini(&a);
	/* nobody's key would be everybody's */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(r, &b, DESK, &nobody, "k", "{\"text\":\"one\"}"),
				 201);
		assert_false(fake_has(&b, "Idempotency-Replayed"));
		fake_fini(&b);
	}
}

static void a_refusal_is_not_kept(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"title\":\"no text\"}"),
				 400);
		fake_fini(&f);
	}
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_false(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
}

static void a_secret_is_shown_once(void **state)
{
	struct rig *r = *state;
	struct fake_req f;
	uint64_t before;

	assert_int_equal(ask(r, &f, TOKENS, &mira, "k",
			     "{\"name\":\"t\",\"scopes\":[\"read\"]}"),
			 201);
	assert_true(strstr(f.body.p, "dwt_") != NULL);
	fake_fini(&f);
	before = head(r);
	assert_int_equal(ask(r, &f, TOKENS, &mira, "k",
			     "{\"name\":\"t\",\"scopes\":[\"read\"]}"),
			 409);
	assert_true(strstr(f.body.p, "dwt_") == NULL);
	assert_false(fake_has(&f, "Retry-After"));
	fake_fini(&f);
	assert_int_equal(head(r), before);
}

static void what_is_no_key_is_refused(void **state)
{
	struct rig *r = *state;
	char long_one[202], longest[201];
	const char *bad[] = { "", long_one, "a b", "a\tb", "caf\xc3\xa9", "\x7f" };
	struct fake_req f;

	memset(long_one, 'k', sizeof(long_one));
	long_one[201] = '\0';
	memset(longest, 'k', sizeof(longest));
	longest[200] = '\0';
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start(r, &f, DESK, &mira, bad[i], "{\"text\":\"one\"}");
		assert_int_equal(f.status, 400);
		fake_fini(&f);
	}
	fake_init(&f, DW_POST, DESK, &mira, "{\"text\":\"one\"}");
	fake_header(&f, "idempotency-key", "a");
	fake_header(&f, "idempotency-key", "a");
	fake_call(&f, r->api);
	assert_int_equal(f.status, 400);
	fake_fini(&f);
	assert_int_equal(head(r), 0);
	assert_int_equal(ask(r, &f, DESK, &mira, longest, "{\"text\":\"one\"}"), 201);
	fake_fini(&f);
}

struct commands {
	uint8_t of[8][16];
	size_t n;
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct commands *c = data;

	if (dw_str_eq(e->type, DW_STR("mention.added")) && c->n < 8)
		memcpy(c->of[c->n++], e->command, 16);
	return true;
}

static void read_commands(struct rig *r, struct commands *c)
{
	struct dw_reader *reader;
	uint64_t last;

	memset(c, 0, sizeof(*c));
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->e.engine), &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, 100, on_event, c, &last, NULL), 0);
	dw_reader_close(reader);
}

static void a_key_is_free_again_after_seven_days(void **state)
{
	struct rig *r = *state;
	struct commands c;
	struct fake_req f;

	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	fake_fini(&f);
	enginerig_advance(&r->e, DAYS(7) - 1);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_true(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
	enginerig_advance(&r->e, 2);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"two\"}"), 201);
	assert_false(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"two\"}"), 201);
	assert_true(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
	assert_int_equal(ask(r, &f, DESK, &omid, "k", "{\"text\":\"three\"}"), 201);
	fake_fini(&f);
	/* the command id follows from caller and key */
	read_commands(r, &c);
	assert_int_equal(c.n, 3);
	assert_memory_equal(c.of[0], c.of[1], 16);
	assert_memory_not_equal(c.of[0], c.of[2], 16);
}

static void what_the_disk_refused_may_be_tried_again(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	dw_journal_mem_fail(dw_engine_journal(r->e.engine), DW_EFULL, 1);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 507);
	fake_fini(&f);
	assert_int_equal(ask(r, &f, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_false(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
}

static void answers_outlive_the_process(void **state)
{
	struct rig *r = *state;
	struct fake_req a, b;

	assert_int_equal(ask(r, &a, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	close_api(r);
	open_api(r);
	assert_int_equal(ask(r, &b, DESK, &mira, "k", "{\"text\":\"one\"}"), 201);
	assert_true(fake_has(&b, "Idempotency-Replayed: true\n"));
	assert_string_equal(a.body.p, b.body.p);
	fake_fini(&a);
	fake_fini(&b);
}

/* ---- the table ---- */

struct job {
	struct dw_append append;
	int64_t before;
	int max, dropped;
	bool is_done;
};

static int sweep_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct job *j = DW_CONTAINER_OF(a, struct job, append);

	j->dropped = dw_answer_sweep_on_writer(db, j->before, j->max, err);
	return j->dropped < 0 ? j->dropped : 0;
}

static void on_swept(struct dw_append *a)
{
	struct job *j = DW_CONTAINER_OF(a, struct job, append);

	assert_int_equal(a->status, 0);
	j->is_done = true;
}

static int sweep(struct rig *r, int64_t before, int max)
{
	struct job j = { .append = { .also_on_writer = sweep_on_writer, .cb = on_swept },
			 .before = before,
			 .max = max };

	assert_int_equal(dw_engine_append(r->e.engine, &j.append), 0);
	enginerig_until(&r->e, &j.is_done);
	return j.dropped;
}

static void old_answers_are_swept_a_few_at_a_time(void **state)
{
	struct rig *r = *state;
	int64_t began = r->e.now_us;
	struct fake_req f;

	for (int i = 0; i < 5; i++) {
		char key[] = { 'k', (char)('0' + i), '\0' };

		assert_int_equal(ask(r, &f, DESK, &mira, key, "{\"text\":\"one\"}"), 201);
		fake_fini(&f);
		enginerig_advance(&r->e, 10);
	}
	assert_int_equal(sweep(r, began, 100), 0);
	assert_int_equal(sweep(r, began + 25000000, 2), 2);
	assert_int_equal(sweep(r, began + 25000000, 2), 1);
	assert_int_equal(sweep(r, began + 25000000, 2), 0);
	/* the newer ones are still there */
	assert_int_equal(ask(r, &f, DESK, &mira, "k3", "{\"text\":\"one\"}"), 201);
	assert_true(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
}

#define MEMORY(fn) cmocka_unit_test_setup_teardown(fn, set_up_memory, tear_down)
#define FOLDER(fn)                                                                       \
	{                                                                                \
		"in a folder: " #fn, fn, set_up_folder, tear_down, NULL                  \
	}
#define BOTH(fn) MEMORY(fn), FOLDER(fn)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_repeat_acts_once_and_is_answered_the_same),
		BOTH(without_a_key_each_acts),
		BOTH(another_request_under_the_key_is_refused),
		BOTH(while_in_work_the_second_is_told_to_wait),
		BOTH(a_key_belongs_to_its_caller),
		BOTH(a_refusal_is_not_kept),
		BOTH(a_secret_is_shown_once),
		BOTH(what_is_no_key_is_refused),
		BOTH(a_key_is_free_again_after_seven_days),
		MEMORY(what_the_disk_refused_may_be_tried_again),
		FOLDER(answers_outlive_the_process),
		FOLDER(old_answers_are_swept_a_few_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
