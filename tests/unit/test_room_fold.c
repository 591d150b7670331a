/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_room_fold.c - rooms in a real store: what is folded from their packed events is what the
 * journal itself folds to, at every moment, after a restart and after a rebuild.
 */
#include "base/blob.h"
#include "domain/statement.h"
#include "engine/projection.h"
#include "engine/room.h"
#include "enginerig.h"
#include "factgen.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOMS 3
#define EVENTS 700

static struct world {
	char dir[64];
	struct enginerig rig;
	struct dw_arena *arena;
	struct factgen gen[ROOMS];
	uint64_t room[ROOMS];
	struct dw_reader *reader;
} w;

/* ---- events of several rooms, between each other ---- */

static void on_appended(struct dw_append *a)
{
	assert_int_equal(a->status, 0);
	*(bool *)a->data = true;
}

static void append(const struct dw_fact *f, uint64_t room)
{
	const struct dw_event_info *info = dw_event_info(f->type);
	struct dw_record rec = { .type = info->name, .type_version = 1 };
	bool done = false;
	struct dw_append a = { .recs = &rec, .n = 1, .cb = on_appended, .data = &done };

	if (f->type == DW_EV_UNKNOWN)
		rec.type = "room.of_a_later_version";
	rec.actor = f->actor;
	rec.room = room;
	rec.room_back = room == 0 ? 1 : 0;
	rec.occurred_at = f->occurred_at != f->recorded_at ? f->occurred_at : 0;
	rec.payload = dw_fact_payload(f);
	assert_int_equal(dw_engine_append(w.rig.engine, &a), 0);
	enginerig_until(&w.rig, &done);
	dw_blob_unref(rec.payload);
}

static uint64_t head(void)
{
	return dw_journal_head(dw_engine_journal(w.rig.engine));
}

static void some_event(struct seeded *die)
{
	unsigned k = (unsigned)seeded_below(die, ROOMS);
	struct factgen *g = &w.gen[k];
	struct dw_fact f;

	if (w.room[k] == 0)
		factgen_init(g, 1000 + k, w.arena, head() + 1);
	factgen_next(g, &f);
	f.is_erased = false; /* the store has no way to do that yet */
	g->seq = head() + 1;
	append(&f, w.room[k]);
	if (w.room[k] == 0)
		w.room[k] = head();
	/* A text that no page has room for. */
	if (seeded_below(die, 100) == 0) {
		memset(&f, 0, sizeof(f));
		f.type = DW_EV_CLAIM_ADDED;
		f.has = DW_HAS(TEXT);
		f.actor = 1;
		f.text = dw_str_make(dw_arena_alloc(w.arena, 9000), 9000);
		memset((char *)(uintptr_t)f.text.p, 'x', 9000);
		append(&f, w.room[k]);
	}
	enginerig_advance(&w.rig, (int64_t)seeded_below(die, 60));
}

static void open_all(void)
{
	enginerig_open(&w.rig, w.dir);
	assert_int_equal(dw_journal_reader_open(dw_engine_journal(w.rig.engine),
						&w.reader, NULL),
			 0);
}

static void close_all(void)
{
	dw_reader_close(w.reader);
	enginerig_close(&w.rig);
}

static int setup(void **state)
{
	struct seeded die = { 42 };

	memset(&w, 0, sizeof(w));
	snprintf(w.dir, sizeof(w.dir), P_tmpdir "/rooms.XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	w.arena = dw_arena_create();
	open_all();
	for (unsigned i = 0; i < EVENTS; i++)
		some_event(&die);
	return 0;
}

static int teardown(void **state)
{
	char command[100];

	dw_arena_destroy(w.arena);
	snprintf(command, sizeof(command), "rm -rf %s", w.dir);
	return system(command);
}

/* ---- the two folds ---- */

static char *render(const struct dw_incident *s)
{
	struct dw_jsonw j;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&j, &b);
	dw_room_write(&j, s, NULL, dw_account_names(w.rig.account),
		      &(struct dw_statement_now){ .at = INT64_C(1791000000000000) });
	assert_int_equal(dw_jsonw_end(&j), 0);
	return b.p;
}

struct walk {
	struct dw_incident *s;
	uint64_t room;
};

/* The room at this event by the journal, and by what is packed. */
static bool on_event(void *data, const struct dw_stored *e)
{
	struct walk *k = data;
	struct dw_incident *then;
	struct dw_fact f = { .type = dw_event_by_name(e->type),
			     .seq = e->seq,
			     .room = e->room,
			     .actor = e->actor,
			     .recorded_at = e->recorded_at,
			     .occurred_at = e->occurred_at };
	char *a, *b;

	if (e->room == k->room && f.type != DW_EV_UNKNOWN) {
		dw_fact_read(&f, e->payload, k->s->arena);
		dw_incident_apply(k->s, &f);
	}
	if (e->seq < k->room || (e->room != k->room && e->seq % 50 != 0))
		return true;
	assert_int_equal(dw_room_fold_on_pool(w.reader, k->room, e->seq, &then, NULL), 0);
	a = render(k->s);
	b = render(then);
	assert_string_equal(a, b);
	assert_int_equal(k->s->entries.n, then->entries.n);
	assert_int_equal(k->s->seq, then->seq);
	free(a);
	free(b);
	dw_incident_destroy(then);
	return true;
}

static void check(void)
{
	const struct dw_rooms *rooms = dw_engine_rooms(w.rig.engine);

	for (unsigned i = 0; i < ROOMS; i++) {
		struct walk k = { dw_incident_create(), w.room[i] };
		struct dw_reader *own;
		char *live, *folded;
		uint64_t last;

		/* A reader of its own: the other one is folding meanwhile. */
		assert_int_equal(dw_journal_reader_open(dw_engine_journal(w.rig.engine),
							&own, NULL),
				 0);
		assert_int_equal(dw_reader_scan(own, 0, SIZE_MAX / 2, on_event, &k, &last,
						NULL),
				 0);
		assert_int_equal(last, head());
		live = render(dw_rooms_find(rooms, w.room[i]));
		folded = render(k.s);
		assert_string_equal(live, folded);
		free(live);
		free(folded);
		dw_reader_close(own);
		dw_incident_destroy(k.s);
	}
}

static uint64_t count(const char *sql)
{
	struct dw_db *db = dw_reader_db(w.reader);
	sqlite3_stmt *s = dw_db_stmt(db, sql, NULL);
	uint64_t n;

	assert_non_null(s);
	assert_int_equal(dw_db_step(db, s, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return n;
}

static const char rows_sql[] = "SELECT count(*) FROM room_pack";
static const char large_sql[] =
	"SELECT count(*) FROM room_pack WHERE length(facts) > 3900";
static const char bytes_sql[] = "SELECT sum(length(facts)) FROM room_pack";

static void what_is_packed_is_what_happened(void **state)
{
	uint64_t rows = count(rows_sql), bytes = count(bytes_sql);

	assert_true(rows > 3 * ROOMS && rows < EVENTS / 4);
	assert_true(count(large_sql) > 0);
	check();
	close_all();
	open_all();
	check();
	close_all();
	{
		struct dw_projector p = dw_projection();

		assert_int_equal(dw_store_rebuild(w.dir, &p, NULL), 0);
	}
	open_all();
	assert_int_equal(count(rows_sql), rows);
	assert_int_equal(count(bytes_sql), bytes);
	check();
	close_all();
}

static void before_it_was_declared_there_is_none(void **state)
{
	struct dw_incident *s;

	open_all();
	assert_int_equal(dw_room_fold_on_pool(w.reader, w.room[1], w.room[1] - 1, &s,
					      NULL),
			 DW_ENOTFOUND);
	assert_int_equal(dw_room_fold_on_pool(w.reader, head(), head(), &s, NULL),
			 DW_ENOTFOUND);
	assert_int_equal(dw_room_fold_on_pool(w.reader, w.room[1], w.room[1], &s, NULL),
			 0);
	assert_int_equal(s->entries.n, 1);
	dw_incident_destroy(s);
	close_all();
}

static void damage_is_told(void **state)
{
	struct dw_err err = { 0 };
	struct dw_incident *s;
	struct dw_db *db;
	char path[100];

	snprintf(path, sizeof(path), "%s/diwan.db", w.dir);
	open_all();
	assert_int_equal(dw_db_open(&db, path, DW_DB_WRITER, NULL), 0);
	assert_int_equal(
		dw_db_exec(
			db,
			"UPDATE room_pack SET facts = CAST(substr(facts, 1, length(facts)"
			" - 1) AS BLOB)",
			NULL),
		0);
	assert_int_equal(dw_room_fold_on_pool(w.reader, w.room[0], head(), &s, &err),
			 DW_ECORRUPT);
	assert_non_null(strstr(err.msg, "rebuild"));
	dw_db_close(db);
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_is_what_happened),
		cmocka_unit_test(before_it_was_declared_there_is_none),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests_name("room_fold", tests, setup, teardown);
}
