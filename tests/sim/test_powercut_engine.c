/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_powercut_engine.c - the whole engine starts from whatever a power cut leaves (promise 14).
 *
 * test_powercut.c cuts under the journal alone; here the views, the index of the search and the
 * tables beside them are on the disk, too. Each image is started as the server starts: without a
 * hand. What was acknowledged is there, the views are those that the journal's events make, the
 * search finds what it found, and new mentions are taken.
 *
 * 300 cuts; with DIWAN_SOAK=1 6,000.
 */
#include "engine/projection.h"
#include "faultvfs.h"
#include "ingestrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define CUTS_A_SESSION 10
#define BATCHES 24
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CUTS 30
#else
#define CUTS 300
#endif

struct image {
	char dir[64];
	uint64_t acked; /* newest event that was acknowledged when the power went */
};

struct session {
	struct ingestrig rig;
	uint64_t seed;
	uint64_t acked; /* atomic */
	struct image image[CUTS_A_SESSION];
	size_t n_images;
};

/* The key lies beside the database, and was synced before that was made. */
static void copy_key(const char *from, const char *to)
{
	char path[100];
	uint8_t key[256];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/identity.key", from);
	f = fopen(path, "rbe");
	if (f == NULL)
		return;
	n = fread(key, 1, sizeof(key), f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/identity.key", to);
	f = fopen(path, "wbe");
	DW_INVARIANT(f != NULL && fwrite(key, 1, n, f) == n && fclose(f) == 0);
	DW_INVARIANT(chmod(path, 0600) == 0);
}

static void on_cut(void *data)
{
	struct session *s = data;
	struct image *i = &s->image[s->n_images];

	i->acked = __atomic_load_n(&s->acked, __ATOMIC_ACQUIRE);
	snprintf(i->dir, sizeof(i->dir), "%.40s/image-%zu", s->rig.dir, s->n_images);
	DW_INVARIANT(mkdir(i->dir, 0700) == 0);
	faultvfs_image(i->dir, s->seed + s->n_images);
	copy_key(s->rig.dir, i->dir);
	s->n_images++;
	if (s->n_images < CUTS_A_SESSION)
		faultvfs_cut_at(1 + (s->seed * 31 + s->n_images * 97) % 400, on_cut, s);
}

static void post(struct session *s, int from)
{
	static const char *const words[] = { "power", "water", "bridge", "كهرباء",
					     "برق" };
	struct batch *b = batch_new(&s->rig);
	char text[100];

	for (int i = from; i < from + 20; i++) {
		snprintf(text, sizeof(text), "common %s %d", words[i % 5], i);
		/* Every third one is sent again with another text: a change. */
		batch_add_simple(b, i % 2 ? "one" : "two", i % 3 == 0 ? i / 2 : i, text);
	}
	batch_send_and_wait(b);
	if (b->in.append.status == 0)
		__atomic_store_n(&s->acked,
				 dw_journal_head(dw_engine_journal(s->rig.engine)),
				 __ATOMIC_RELEASE);
	batch_free(b);
}

static void run_session(struct session *s)
{
	faultvfs_start(s->rig.dir);
	/* Some while all the tables are made for the first time. */
	faultvfs_cut_at(1 + s->seed % 300, on_cut, s);
	ingestrig_open(&s->rig);
	for (int i = 0; i < BATCHES; i++)
		post(s, 20 * i);
	ingestrig_close(&s->rig);
	faultvfs_stop();
}

/* ---- looking at an image ---- */

static void hash_rows(struct dw_reader *r, const char *sql, struct dw_buf *out)
{
	struct dw_err err = { 0 };
	sqlite3_stmt *st = dw_db_stmt(dw_reader_db(r), sql, &err);
	int rc;

	if (st == NULL)
		fail_msg("%s: %s", sql, err.msg);
	while ((rc = dw_db_step(dw_reader_db(r), st, &err)) == 1) {
		for (int c = 0; c < sqlite3_column_count(st); c++)
			assert_int_equal(
				dw_buf_addf(out, "%s|", sqlite3_column_text(st, c)), 0);
		assert_int_equal(dw_buf_addz(out, "\n"), 0);
	}
	assert_int_equal(rc, 0);
	sqlite3_reset(st);
}

/* What the views say, as text. */
static void look(struct ingestrig *r, struct dw_buf *out)
{
	struct dw_reader *reader;

	dw_buf_clear(out);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	hash_rows(reader, "SELECT * FROM source ORDER BY id", out);
	hash_rows(reader, "SELECT * FROM mention ORDER BY id", out);
	hash_rows(reader, "SELECT * FROM mention_change ORDER BY seq", out);
	hash_rows(
		reader,
		"SELECT rowid FROM mention_search WHERE mention_search MATCH 'common' ORDER BY rowid",
		out);
	dw_reader_close(reader);
}

static uint64_t count(struct ingestrig *r, const char *sql)
{
	struct dw_reader *reader;
	sqlite3_stmt *st;
	uint64_t n;

	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	st = dw_db_stmt(dw_reader_db(reader), sql, NULL);
	assert_non_null(st);
	assert_int_equal(dw_db_step(dw_reader_db(reader), st, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	dw_reader_close(reader);
	return n;
}

static void check_image(const struct image *i, uint64_t seed)
{
	struct session s = { .seed = seed };
	struct dw_projector p = dw_projection();
	struct dw_buf before, after;
	struct dw_err err = { 0 };

	dw_buf_init(&before, 64u << 20);
	dw_buf_init(&after, 64u << 20);
	snprintf(s.rig.dir, sizeof(s.rig.dir), "%s", i->dir);
	ingestrig_begin(&s.rig);
	faultvfs_start(s.rig.dir); /* spares the real disk the syncs */
	ingestrig_open(&s.rig);	   /* fails the test when it does not start */
	if (dw_journal_head(dw_engine_journal(s.rig.engine)) < i->acked)
		fail_msg("seed %llu: %llu was acknowledged, the image ends at %llu",
			 (unsigned long long)seed, (unsigned long long)i->acked,
			 (unsigned long long)dw_journal_head(
				 dw_engine_journal(s.rig.engine)));
	look(&s.rig, &before);
	ingestrig_close(&s.rig);
	if (dw_store_rebuild(s.rig.dir, &p, &err) < 0)
		fail_msg("seed %llu: %s", (unsigned long long)seed, err.msg);
	ingestrig_open(&s.rig);
	look(&s.rig, &after);
	if (!dw_str_eq(dw_buf_str(&before), dw_buf_str(&after)))
		fail_msg("seed %llu: the views are not what the journal says",
			 (unsigned long long)seed);
	post(&s, 100000);
	assert_true(count(&s.rig, "SELECT count(*) FROM mention WHERE id > 0") >= 14);
	ingestrig_close(&s.rig);
	faultvfs_stop();
	ingestrig_end(&s.rig);
	dw_buf_fini(&before);
	dw_buf_fini(&after);
}

/* *acked grows by the images before which something had been acknowledged. */
static size_t cut_session(uint64_t seed, size_t *acked)
{
	struct session *s = calloc(1, sizeof(*s));
	char command[100];
	size_t n;

	s->seed = seed;
	snprintf(s->rig.dir, sizeof(s->rig.dir), P_tmpdir "/ingest.XXXXXX");
	assert_non_null(mkdtemp(s->rig.dir));
	ingestrig_begin(&s->rig);
	run_session(s);
	ingestrig_end(&s->rig);
	n = s->n_images;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		*acked += s->image[i].acked > 0;
		check_image(&s->image[i], seed);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", s->rig.dir);
	assert_int_equal(system(command), 0);
	free(s);
	return n;
}

static void test_the_engine_starts_from_every_image(void **state)
{
	const char *soak = getenv("DIWAN_SOAK");
	size_t want = soak != NULL && soak[0] == '1' ? 20 * CUTS : CUTS;
	size_t cuts = 0, acked = 0;

	(void)state;
	for (uint64_t seed = 1; cuts < want; seed++)
		cuts += cut_session(seed, &acked);
	print_message("%zu cuts, %zu with something acknowledged\n", cuts, acked);
	assert_true(acked > cuts / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_engine_starts_from_every_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
