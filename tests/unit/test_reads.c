/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_reads.c - what waits on other threads: each kind has its own, none without a bound, and
 * nobody takes more than a share.
 *
 * Threads are held up by work that waits for the test, so every order of things is played.
 */
#include "httpfake.h"

#include "enginerig.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define MENTIONS "/api/v1/mentions"
#define BACKUP "/control/backup"
#define QUEUE 256
#define SHARE 32
#define HELD 20000

struct blocker {
	struct dw_work work;
	sem_t *started, *go;
	bool is_done;
};

struct rig {
	struct enginerig e;
	struct dw_api *api;
	char dir[64], copy[80], body[96];
	sem_t started, go;
	struct blocker blockers[QUEUE + 8];
	size_t n_blockers;
};

static const struct dw_principal mira = { .kind = DW_USER,
					  .id = 1,
					  .roles = DW_ROLE_LEAD };
static const struct dw_principal omid = { .kind = DW_USER,
					  .id = 2,
					  .roles = DW_ROLE_LEAD };
static const struct dw_principal console = { .kind = DW_OPERATOR };

static int set_up(void **state)
{
	const struct dw_api_conf conf = { .streams_per_session = 8,
					  .streams_per_account = 32,
					  .streams_per_address = 256,
					  .heartbeat_s = 15,
					  .max_mention_bytes = 16384,
					  .max_batch_bytes = 65536,
					  .max_held_bytes = HELD };
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	snprintf(r->dir, sizeof(r->dir), "%s/reads.XXXXXX", P_tmpdir);
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->copy, sizeof(r->copy), "%s/copy.db", r->dir);
	snprintf(r->body, sizeof(r->body), "{\"dest\":\"%s\"}", r->copy);
	sem_init(&r->started, 0, 0);
	sem_init(&r->go, 0, 0);
	enginerig_open(&r->e, r->dir);
	assert_int_equal(dw_api_create(&r->api, r->e.engine, r->e.timers, &r->e.loop,
				       NULL, &conf, NULL),
			 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	char command[96];

	dw_api_destroy(r->api);
	enginerig_close(&r->e);
	snprintf(command, sizeof(command), "rm -rf '%s'", r->dir);
	assert_int_equal(system(command), 0);
	sem_destroy(&r->started);
	sem_destroy(&r->go);
	free(r);
	return 0;
}

/* ---- holding threads up ---- */

static void wait_on_pool(struct dw_work *w, void *local)
{
	struct blocker *b = DW_CONTAINER_OF(w, struct blocker, work);

	(void)local;
	sem_post(b->started);
	sem_wait(b->go);
}

static void on_waited(struct dw_work *w)
{
	DW_CONTAINER_OF(w, struct blocker, work)->is_done = true;
}

static void block(struct rig *r, struct dw_pool *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct blocker *b = &r->blockers[r->n_blockers++];

		*b = (struct blocker){ .work = { .run_on_pool = wait_on_pool,
						 .on_done = on_waited },
				       .started = &r->started,
				       .go = &r->go };
		assert_int_equal(dw_pool_submit(p, &b->work), 0);
	}
}

/* All threads of the pool, and they have begun. */
static void block_threads(struct rig *r, struct dw_pool *p, size_t n)
{
	block(r, p, n);
	for (size_t i = 0; i < n; i++)
		sem_wait(&r->started);
}

static void unblock(struct rig *r)
{
	for (size_t i = 0; i < r->n_blockers; i++)
		sem_post(&r->go);
	for (size_t i = 0; i < r->n_blockers; i++)
		enginerig_until(&r->e, &r->blockers[i].is_done);
	r->n_blockers = 0;
}

/* ---- asking ---- */

static void start(struct rig *r, struct fake_req *f, enum dw_http_method method,
		  const char *path, const struct dw_principal *who, const char *key,
		  const char *body)
{
	fake_init(f, method, path, who, body);
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

static int list(struct rig *r, const struct dw_principal *who)
{
	struct fake_req f;
	int status;

	start(r, &f, DW_GET, MENTIONS, who, NULL, NULL);
	status = finish(r, &f);
	assert_int_equal(fake_has(&f, "Retry-After: "), status != 200);
	fake_fini(&f);
	return status;
}

static uint64_t refused(const struct rig *r)
{
	struct fake_req f;
	const char *line;
	uint64_t n;

	fake_init(&f, DW_GET, "/metrics", &mira, NULL);
	fake_call(&f, r->api);
	line = strstr(f.body.p, "\ndiwan_reads_refused_total ");
	assert_non_null(line);
	n = strtoull(strchr(line + 1, ' '), NULL, 10);
	fake_fini(&f);
	return n;
}

/* ---- each kind has its own threads ---- */

static void lists_wait_neither_for_the_past_nor_for_backups(void **state)
{
	struct rig *r = *state;

	block_threads(r, dw_engine_past(r->e.engine), 2);
	block_threads(r, dw_engine_backups(r->e.engine), 1);
	block(r, dw_engine_past(r->e.engine), 100); /* and a long line behind them */
	assert_int_equal(list(r, &mira), 200);
	unblock(r);
	for (int i = 0; i < 100; i++)
		sem_wait(&r->started);
}

static void backups_wait_for_nobodys_reads(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	block_threads(r, dw_engine_reads(r->e.engine), 2);
	block_threads(r, dw_engine_past(r->e.engine), 2);
	start(r, &f, DW_POST, BACKUP, &console, NULL, r->body);
	assert_int_equal(finish(r, &f), 201);
	fake_fini(&f);
	unblock(r);
}

static void one_backup_at_a_time(void **state)
{
	struct rig *r = *state;
	struct fake_req a, b;

	block_threads(r, dw_engine_backups(r->e.engine), 1);
	start(r, &a, DW_POST, BACKUP, &console, NULL, r->body);
	start(r, &b, DW_POST, BACKUP, &console, NULL, r->body);
	assert_int_equal(b.status, 409);
	assert_true(fake_has(&b, "Retry-After: "));
	fake_fini(&b);
	unblock(r);
	assert_int_equal(finish(r, &a), 201);
	fake_fini(&a);
	/* the next one is taken, and one that failed lets the next one in as well */
	for (int i = 0; i < 2; i++) {
		start(r, &b, DW_POST, BACKUP, &console, NULL, r->body);
		assert_int_equal(finish(r, &b), 409);
		assert_non_null(strstr(b.body.p, "exists already"));
		fake_fini(&b);
	}
}

/* ---- none without a bound ---- */

static void a_full_queue_is_503(void **state)
{
	struct rig *r = *state;
	struct fake_req f;

	block_threads(r, dw_engine_reads(r->e.engine), 2);
	block(r, dw_engine_reads(r->e.engine), QUEUE);
	assert_int_equal(refused(r), 0);
	assert_int_equal(list(r, &mira), 503);
	start(r, &f, DW_POST, "/api/v1/mentions/desk", &mira, "k", "{\"text\":\"one\"}");
	assert_int_equal(f.status, 503);
	assert_true(fake_has(&f, "Retry-After: "));
	fake_fini(&f);
	assert_int_equal(refused(r), 2);
	unblock(r);
	for (int i = 0; i < QUEUE; i++)
		sem_wait(&r->started);
	/* nothing of the refused ones is left over: the same key is new */
	start(r, &f, DW_POST, "/api/v1/mentions/desk", &mira, "k", "{\"text\":\"one\"}");
	assert_int_equal(finish(r, &f), 201);
	assert_false(fake_has(&f, "Idempotency-Replayed"));
	fake_fini(&f);
	assert_int_equal(list(r, &mira), 200);
}

static void one_callers_lists_leave_room_for_others(void **state)
{
	static struct fake_req many[SHARE], other;
	struct rig *r = *state;
	struct dw_principal token = { .kind = DW_TOKEN,
				      .id = mira.id,
				      .scopes = DW_SCOPE_READ };

	block_threads(r, dw_engine_reads(r->e.engine), 2);
	for (int i = 0; i < SHARE; i++) {
		start(r, &many[i], DW_GET, MENTIONS, &mira, NULL, NULL);
		assert_int_equal(many[i].status, 0);
	}
	assert_int_equal(list(r, &mira), 429);
	start(r, &other, DW_GET, MENTIONS, &omid, NULL, NULL);
	assert_int_equal(other.status, 0);
	unblock(r);
	assert_int_equal(finish(r, &other), 200);
	fake_fini(&other);
	/* a token of the same number is somebody else */
	assert_int_equal(list(r, &token), 200);
	for (int i = 0; i < SHARE; i++) {
		assert_int_equal(finish(r, &many[i]), 200);
		fake_fini(&many[i]);
	}
	assert_int_equal(list(r, &mira), 200);
}

/* ---- bodies that wait for the look-up of their key ---- */

static uint64_t held(const struct rig *r)
{
	struct fake_req f;
	const char *line;
	uint64_t n;

	fake_init(&f, DW_GET, "/metrics", &mira, NULL);
	fake_call(&f, r->api);
	line = strstr(f.body.p, "\ndiwan_bodies_held_bytes ");
	assert_non_null(line);
	n = strtoull(strchr(line + 1, ' '), NULL, 10);
	fake_fini(&f);
	return n;
}

static void a_body_counts_while_its_key_is_looked_up(void **state)
{
	static char body[HELD / 2 + 1000];
	struct rig *r = *state;
	struct fake_req a, b, c;
	size_t n;

	memset(body, 'x', sizeof(body) - 1);
	memcpy(body, "{\"text\":\"", 9);
	memcpy(body + sizeof(body) - 3, "\"}", 3);
	n = strlen(body);
	block_threads(r, dw_engine_reads(r->e.engine), 2);
	start(r, &a, DW_POST, "/api/v1/mentions/desk", &mira, "a", body);
	assert_int_equal(a.status, 0);
	assert_int_equal(held(r), n);
	/* two of them are too much; a small one is not */
	start(r, &b, DW_POST, "/api/v1/mentions/desk", &mira, "b", body);
	assert_int_equal(b.status, 503);
	assert_true(fake_has(&b, "Retry-After: "));
	fake_fini(&b);
	start(r, &c, DW_POST, "/api/v1/mentions/desk", &mira, "c", "{\"text\":\"one\"}");
	assert_int_equal(c.status, 0);
	unblock(r);
	assert_int_equal(finish(r, &a), 201);
	assert_int_equal(finish(r, &c), 201);
	fake_fini(&a);
	fake_fini(&c);
	assert_int_equal(held(r), 0);
	start(r, &b, DW_POST, "/api/v1/mentions/desk", &mira, "b", body);
	assert_int_equal(finish(r, &b), 201);
	fake_fini(&b);
	assert_int_equal(held(r), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(lists_wait_neither_for_the_past_nor_for_backups),
		CASE(backups_wait_for_nobodys_reads),
		CASE(one_backup_at_a_time),
		CASE(a_full_queue_is_503),
		CASE(one_callers_lists_leave_room_for_others),
		CASE(a_body_counts_while_its_key_is_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
