/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_powercut.c - what was acknowledged is on the disk, wherever the power is cut (promise 1).
 *
 * The journal of the server, with a view, runs on a disk that knows what a cut would leave. At
 * random writes and syncs, from the first one of a new file to the last one of its closing, such
 * an image is taken, together with what had been acknowledged by then; checkpoints are many, so
 * that cuts fall into them, too. Each image is opened as after a restart: it must be sound by
 * SQLite's check and by ours, hold every acknowledged event with its bytes, have no gap, have a
 * view of just these events, and take new ones.
 *
 * 1,000 cuts for each of 10 seeds; with DIWAN_SOAK=1 10,000.
 */
#include "faultvfs.h"
#include "journalrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define IN_FLIGHT 6
#define CUTS_A_SESSION 25
/* A sanitizer looks for other faults than lost events, and is ten times slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CUTS 20
#else
#define CUTS 1000
#endif
#define APPENDS_A_SESSION 160

struct image {
	char dir[300];
	uint64_t acked; /* every event up to here was acknowledged when the power went */
	bool is_unopened; /* it went before the journal had been opened the first time */
};

struct session {
	struct rig rig;
	uint64_t seed;
	uint64_t acked; /* atomic: written on the loop, read where the cut happens */
	struct image image[CUTS_A_SESSION];
	size_t n_images;
	uint64_t next_payload;
	bool is_open;
	unsigned stride; /* the most writes and syncs from one cut to the next */
};

static int apply(void *ctx, struct dw_db *db, const struct dw_stored *e,
		 struct dw_err *err)
{
	sqlite3_stmt *st = dw_db_stmt(db, "INSERT INTO view_of_all VALUES (?1, ?2)", err);

	(void)ctx;
	if (st == NULL)
		return DW_EIO;
	dw_db_bind_u64(st, 1, e->seq);
	dw_db_bind_u64(st, 2, e->payload.n);
	return dw_db_run(db, st, err);
}

static const struct dw_projector projector = {
	.schema = "CREATE TABLE view_of_all (seq INTEGER PRIMARY KEY, n INTEGER) STRICT;",
	.apply_on_writer = apply,
};

struct flight {
	struct session *s;
	struct dw_append a;
	struct dw_record rec[8];
	bool is_flying;
};

static void on_cut(void *data)
{
	struct session *s = data;
	struct image *i = &s->image[s->n_images];

	i->acked = __atomic_load_n(&s->acked, __ATOMIC_ACQUIRE);
	i->is_unopened = !__atomic_load_n(&s->is_open, __ATOMIC_ACQUIRE);
	snprintf(i->dir, sizeof(i->dir), "%.200s/image-%zu", s->rig.dir, s->n_images);
	DW_INVARIANT(mkdir(i->dir, 0700) == 0);
	faultvfs_image(i->dir, s->seed + s->n_images);
	s->n_images++;
	if (s->n_images < CUTS_A_SESSION)
		faultvfs_cut_at(1 + (s->seed * 31 + s->n_images * 17) % s->stride, on_cut,
				s);
}

static void on_done(struct dw_append *a)
{
	struct flight *f = a->data;
	struct session *s = f->s;

	DW_INVARIANT(a->status == 0);
	for (size_t i = 0; i < a->n; i++) {
		uint64_t seq = a->recs[i].seq;

		if (a->recs[i].outcome != DW_DUPLICATE && seq > s->acked)
			__atomic_store_n(&s->acked, seq, __ATOMIC_RELEASE);
		rig_record_fini(&a->recs[i]);
	}
	f->is_flying = false;
}

static void fly(struct session *s, struct flight *f)
{
	char text[1200], key[32];
	size_t n = 1 + rig_random(&s->rig) % 8;

	for (size_t i = 0; i < n; i++) {
		int pad = (int)(rig_random(&s->rig) % 900);

		snprintf(text, sizeof(text), "{\"p\":%llu,\"pad\":\"%0*d\"}",
			 (unsigned long long)++s->next_payload, pad, 1);
		f->rec[i] = rig_record("mention.added", text);
		f->rec[i].type_if_known = "mention.changed";
		f->rec[i].room = rig_random(&s->rig) % 4;
		snprintf(key, sizeof(key), "%u", (unsigned)(rig_random(&s->rig) % 300));
		if (rig_random(&s->rig) % 3 > 0)
			rig_record_key(&f->rec[i], key, text);
		if (rig_random(&s->rig) % 2 == 0)
			f->rec[i].raw = dw_blob_new(text, strlen(text));
	}
	f->s = s;
	f->a = (struct dw_append){ .recs = f->rec, .n = n, .cb = on_done, .data = f };
	f->is_flying = true;
	DW_INVARIANT(dw_journal_append(s->rig.j, &f->a) == 0);
}

static bool is_any_flying(const struct flight *f)
{
	for (int i = 0; i < IN_FLIGHT; i++)
		if (f[i].is_flying)
			return true;
	return false;
}

static void run_session(struct session *s)
{
	struct flight f[IN_FLIGHT];

	memset(f, 0, sizeof(f));
	faultvfs_start(s->rig.dir);
	/* One session in eight is cut while its file is made; of the others some to their end. */
	if (s->seed % 8 == 0)
		faultvfs_cut_at(1 + s->seed / 8 % 29, on_cut, s);
	assert_int_equal(rig_open(&s->rig, NULL), 0);
	__atomic_store_n(&s->is_open, true, __ATOMIC_RELEASE);
	if (s->seed % 8 != 0)
		faultvfs_cut_at(1 + s->seed % 29, on_cut, s);
	for (int i = 0; i < APPENDS_A_SESSION; i++) {
		struct flight *next = &f[i % IN_FLIGHT];

		while (next->is_flying)
			rig_turn(&s->rig);
		fly(s, next);
	}
	while (is_any_flying(f))
		rig_turn(&s->rig);
	rig_close(&s->rig);
	faultvfs_stop();
}

/* ---- looking at an image ---- */

struct reading {
	const struct session *s;
	uint64_t next;
	bool is_same;
};

static bool on_row(void *data, const struct dw_stored *e)
{
	struct reading *r = data;
	const struct rig_seen *seen = &r->s->rig.seen[e->seq - 1];

	if (e->seq != r->next++)
		r->is_same = false;
	/* What was told of must be the very same; what lies beyond was never told of. */
	if (e->seq <= r->s->rig.n_seen &&
	    (e->payload.n != strlen(seen->payload) ||
	     memcmp(e->payload.p, seen->payload, e->payload.n) != 0 ||
	     e->recorded_at != seen->recorded_at || e->subject != seen->subject))
		r->is_same = false;
	return true;
}

/* What this statement gives must be `want`. */
static void check_answer(const char *dir, const char *sql, const char *want,
			 uint64_t seed)
{
	char path[400];
	struct dw_db *db;
	sqlite3_stmt *st;
	struct dw_err err = { 0 };

	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	if (dw_db_open(&db, path, DW_DB_WRITER, &err) < 0)
		fail_msg("seed %llu: %s", (unsigned long long)seed, err.msg);
	st = dw_db_stmt(db, sql, NULL);
	assert_non_null(st);
	assert_int_equal(dw_db_step(db, st, NULL), 1);
	if (!dw_str_eq(dw_db_text(st, 0), dw_str_of(want)))
		fail_msg("seed %llu: %s: %.100s, not %s", (unsigned long long)seed, sql,
			 dw_db_text(st, 0).p, want);
	sqlite3_reset(st);
	dw_db_close(db);
}

/* Both of SQLite and of ours, before anything opens and perhaps mends it. */
static void check_sound(const struct rig *r, const struct image *i, uint64_t seed,
			struct dw_verify_report *report)
{
	struct dw_err err = { 0 };

	memset(report, 0, sizeof(*report));
	if (i->is_unopened)
		return;
	check_answer(r->dir, "PRAGMA integrity_check", "ok", seed);
	if (dw_store_verify(r->dir, report, NULL, NULL, &err) < 0)
		fail_msg("seed %llu: %s", (unsigned long long)seed, err.msg);
}

/* The view has every event once, with what the journal has of it. */
static void check_view(const char *dir, uint64_t last, uint64_t seed)
{
	char want[64];

	snprintf(want, sizeof(want), "%llu %llu 0", (unsigned long long)last,
		 (unsigned long long)last);
	check_answer(
		dir,
		"SELECT count(*) || ' ' || coalesce(max(v.seq), 0) || ' ' || sum(v.n IS NOT length(CAST(e.payload AS BLOB)))"
		" FROM view_of_all v LEFT JOIN payload e USING (seq)",
		want, seed);
}

static void check_image(struct session *s, const struct image *i)
{
	struct rig r;
	struct dw_verify_report report;
	struct reading reading = { s, 1, true };
	struct dw_reader *reader;
	struct dw_record out;
	struct dw_err err = { 0 };
	uint64_t last;

	rig_init(&r, true, s->seed);
	snprintf(r.dir, sizeof(r.dir), "%.250s", i->dir); /* goes with rig_fini */
	r.conf.projector = &projector;
	faultvfs_start(r.dir); /* spares the real disk the syncs */
	check_sound(&r, i, s->seed, &report);
	if (rig_open(&r, &err) < 0)
		fail_msg("seed %llu: does not start: %s", (unsigned long long)s->seed,
			 err.msg);
	if (dw_journal_head(r.j) < i->acked)
		fail_msg("seed %llu: %llu was acknowledged, the image ends at %llu",
			 (unsigned long long)s->seed, (unsigned long long)i->acked,
			 (unsigned long long)dw_journal_head(r.j));
	assert_int_equal(dw_journal_reader_open(r.j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, SIZE_MAX / 4, on_row, &reading, &last,
					NULL),
			 0);
	dw_reader_close(reader);
	assert_int_equal(last, dw_journal_head(r.j));
	assert_int_equal(report.events, last);
	if (!reading.is_same)
		fail_msg("seed %llu: an event is not what was acknowledged",
			 (unsigned long long)s->seed);
	assert_int_equal(rig_append_one(&r, rig_record("a.b", "{}"), &out), 0);
	assert_int_equal(out.seq, last + 1);
	rig_close(&r);
	check_view(r.dir, last + 1, s->seed);
	faultvfs_stop();
	rig_fini(&r);
}

static off_t size_of(const struct image *i)
{
	char path[400];
	struct stat st;

	snprintf(path, sizeof(path), "%s/diwan.db", i->dir);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* *moved: sessions in which a checkpoint had moved something between the first cut and the last. */
static size_t cut_session(uint64_t seed, size_t *moved)
{
	/* The first ones of a session close together, or all over it. */
	static const unsigned strides[] = { 13, 60, 200 };
	struct session *s = calloc(1, sizeof(*s));
	size_t n;

	s->seed = seed;
	rig_init(&s->rig, false, seed);
	s->rig.conf.projector = &projector;
	s->rig.conf.log_frames = 8 + (int)(seed % 57);
	s->stride = strides[seed % 3];
	run_session(s);
	n = s->n_images;
	assert_true(n > 0);
	assert_false(s->rig.is_order_broken);
	*moved += size_of(&s->image[n - 1]) > size_of(&s->image[0]);
	for (size_t i = 0; i < n; i++)
		check_image(s, &s->image[i]);
	rig_fini(&s->rig);
	free(s);
	return n;
}

static void test_power_cuts(void **state)
{
	const char *soak = getenv("DIWAN_SOAK");
	bool is_soak = soak != NULL && soak[0] == '1';
	size_t want = is_soak ? 10000 : CUTS, moved = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		size_t cuts = 0;

		for (uint64_t i = 0; cuts < want; i++)
			cuts += cut_session(seed * 1000003 + i, &moved);
		print_message("seed %llu: %zu cuts\n", (unsigned long long)seed, cuts);
	}
	print_message("%zu sessions with checkpoints between their cuts\n", moved);
	assert_true(moved > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
