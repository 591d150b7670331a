/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_upload_store.c - files on their way to the disk: what fails for one is no matter to another.
 */
#include "engine/upload.h"

#include "domain/policy.h"
#include "enginerig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct step {
	struct dw_append append;
	struct dw_upload *upload; /* to be kept */
	const char *sql;
	uint64_t n; /* that it counted */
	bool is_done;
};

static struct enginerig rig;
static char folder[200];

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	memset(&rig, 0, sizeof(rig));
	snprintf(folder, sizeof(folder), "%s/diwan-upload-XXXXXX",
		 tmp != NULL ? tmp : P_tmpdir);
	if (mkdtemp(folder) == NULL)
		return -1;
	enginerig_open(&rig, folder);
	return 0;
}

static int teardown(void **state)
{
	char command[232];

	(void)state;
	enginerig_close(&rig);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* ---- what is done on the writer ---- */

static int on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct step *s = DW_CONTAINER_OF(a, struct step, append);
	sqlite3_stmt *q;
	int rc = 0;

	if (s->upload != NULL)
		return dw_upload_keep_on_writer(s->upload, db, err);
	q = dw_db_stmt(db, s->sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	rc = dw_db_step(db, q, err);
	if (rc == 1)
		s->n = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc < 0 ? rc : 0;
}

static void on_done(struct dw_append *a)
{
	DW_CONTAINER_OF(a, struct step, append)->is_done = true;
}

static int run(struct step *s)
{
	s->append = (struct dw_append){ .also_on_writer = on_writer, .cb = on_done };
	assert_int_equal(dw_engine_append(rig.engine, &s->append), 0);
	enginerig_until(&rig, &s->is_done);
	return s->append.status;
}

static uint64_t count(const char *sql)
{
	struct step s = { .sql = sql };

	assert_int_equal(run(&s), 0);
	return s.n;
}

static void on_moved(struct dw_upload *u)
{
	(void)u;
}

static void begin(struct dw_upload *u, uint64_t who)
{
	struct dw_principal p = { .kind = DW_USER, .id = who };

	memset(u, 0, sizeof(*u));
	u->on_moved = on_moved;
	assert_int_equal(dw_upload_begin(dw_engine_uploads(rig.engine), u, &p, NULL), 0);
}

/* Until nothing of it is in flight; what stands in line behind it may be. */
static void settle(struct dw_upload *u)
{
	while (!dw_upload_is_settled(u))
		assert_true(uv_run(&rig.loop.uv, UV_RUN_ONCE) >= 0);
}

/* ---- */

/* The number that was the first one's is the second one's, since nothing of the first is there. */
static void one_that_never_began_takes_nothing_along(void **state)
{
	static char large[256 * 1024];
	struct step refuse_large = {
		.sql = "CREATE TEMP TRIGGER no_large BEFORE INSERT ON main.file_part"
		       " WHEN length(NEW.bytes) > 1000"
		       " BEGIN SELECT RAISE(ABORT, 'too large'); END"
	};
	struct dw_upload first, second;
	struct step keep = { .upload = &second };

	(void)state;
	assert_int_equal(run(&refuse_large), 0);
	begin(&first, 1);
	begin(&second, 2);
	dw_upload_take(&first, dw_str_make(large, sizeof(large)));
	settle(&first);
	assert_true(first.status < 0);
	dw_upload_take(&second, DW_STR("small"));
	dw_upload_finish(&second);
	settle(&second);
	assert_int_equal(second.status, 0);
	dw_upload_end(&first);
	assert_int_equal(count("SELECT count(*) FROM file"), 1);
	assert_int_equal(run(&keep), 0);
	dw_upload_end(&second);
	assert_int_equal(
		count("SELECT count(*) FROM file JOIN file_part ON file = id"
		      " WHERE sha256 IS NOT NULL AND size = 5 AND bytes = x'736d616c6c'"),
		1);
}

static void what_was_not_kept_is_dropped(void **state)
{
	struct dw_upload u;

	(void)state;
	begin(&u, 1);
	dw_upload_take(&u, DW_STR("nobody's"));
	dw_upload_finish(&u);
	settle(&u);
	assert_int_equal(count("SELECT count(*) FROM file_part"), 1);
	dw_upload_end(&u);
	assert_int_equal(count("SELECT count(*) FROM file_part"), 0);
	assert_int_equal(count("SELECT count(*) FROM file"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_that_never_began_takes_nothing_along,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_not_kept_is_dropped, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
