/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sqlite_loop.c - what the disk and SQLite allow: the rows that a server wrote, once more, in one
 * tight loop.
 *
 * Takes a data file of the server and copies into memory, table by table, the rows of the first
 * COUNT events (every table that has about a row for each; the others are a handful). Then it
 * opens an empty database with the server's own schema and settings and inserts those rows in
 * order of their numbers, PER_COMMIT events to a transaction, each synced. The search index gets
 * the terms of the same mentions, made beforehand, in the same groups. Nothing else happens within
 * the time that counts: no HTTP, no JSON, no folding, no hashing, no look-ups, no threads.
 *
 *   sqlite_loop SOURCE DEST COUNT PER_COMMIT
 */
#include "lib/proc.h"
#include "lib/sock.h"

#include "../src/engine/mention_index_int.h"
#include "engine/mention_json.h"
#include "engine/projection.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLES 16
#define COLUMNS 32

struct row {
	int64_t number;
	sqlite3_value *value[]; /* as many as the table has columns */
};

struct table {
	char name[64];	 /* and its columns, where they must be named */
	char number[16]; /* the column that says which event a row is of */
	int columns;
	struct row **row; /* in order of number */
	size_t n, at;
	sqlite3_stmt *insert;
};

static struct table tables[TABLES];
static size_t n_tables;

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		bench_die("%s: %s", sql, sqlite3_errmsg(db));
	return q;
}

/* Fill in the columns; false when no column says which event a row is of. */
static bool describe(sqlite3 *db, struct table *t)
{
	sqlite3_stmt *q = prepare(db, "SELECT name FROM pragma_table_info(?1)");

	sqlite3_bind_text(q, 1, t->name, -1, SQLITE_STATIC);
	t->number[0] = '\0';
	for (t->columns = 0; sqlite3_step(q) == SQLITE_ROW; t->columns++) {
		const char *name = (const char *)sqlite3_column_text(q, 0);

		if (strcmp(name, "seq") == 0 ||
		    (t->number[0] == '\0' &&
		     (strcmp(name, "id") == 0 || strcmp(name, "last") == 0)))
			(void)snprintf(t->number, sizeof(t->number), "%s", name);
	}
	sqlite3_finalize(q);
	return t->number[0] != '\0' && t->columns <= COLUMNS;
}

static struct row *copy_row(sqlite3_stmt *q, int columns)
{
	struct row *r = malloc(sizeof(*r) + (size_t)columns * sizeof(r->value[0]));

	if (r == NULL)
		bench_die("out of memory");
	r->number = sqlite3_column_int64(q, columns);
	for (int i = 0; i < columns; i++)
		r->value[i] = sqlite3_value_dup(sqlite3_column_value(q, i));
	return r;
}

static void copy_table(sqlite3 *db, struct table *t, size_t count)
{
	char sql[256];
	sqlite3_stmt *q;

	(void)snprintf(sql, sizeof(sql),
		       "SELECT *, \"%s\" FROM \"%s\" ORDER BY \"%s\" LIMIT %zu",
		       t->number, t->name, t->number, count);
	q = prepare(db, sql);
	t->row = calloc(count, sizeof(t->row[0]));
	if (t->row == NULL)
		bench_die("out of memory");
	for (t->n = 0; t->n < count && sqlite3_step(q) == SQLITE_ROW; t->n++)
		t->row[t->n] = copy_row(q, t->columns);
	sqlite3_finalize(q);
}

/* What the index takes in: rows of a table as well, at the event that brings it up to date. */
static void copy_terms(sqlite3 *db, struct table *t, size_t count)
{
	sqlite3_stmt *q = prepare(db, "SELECT m.id, m.source, p.payload FROM mention AS m"
				      " JOIN payload AS p ON p.seq = m.version"
				      " ORDER BY m.id LIMIT ?1"),
		     *made = prepare(db, "SELECT ?1, ?2, ?3");
	struct dw_mention_doc doc;
	struct dw_fault f;
	struct dw_buf terms;

	*t = (struct table){ .name = "mention_search (rowid, terms)", .columns = 2 };
	t->row = calloc(count, sizeof(t->row[0]));
	if (t->row == NULL)
		bench_die("out of memory");
	sqlite3_bind_int64(q, 1, (int64_t)count);
	dw_buf_init(&terms, MENTION_TERMS_MAX);
	while (t->n < count && sqlite3_step(q) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(q, 0), every = MENTION_INDEX_EVERY;

		if (dw_mention_parse(&doc, dw_db_text(q, 2), DW_MENTION_STORED, &f) < 0)
			bench_die("mention %lld: %s", (long long)id, f.detail);
		dw_buf_clear(&terms);
		mention_terms(&terms, &doc.m, (uint64_t)sqlite3_column_int64(q, 1));
		dw_mention_doc_fini(&doc);
		sqlite3_bind_int64(made, 1, id);
		dw_db_bind_text(made, 2, dw_buf_str(&terms));
		sqlite3_bind_int64(made, 3, (id + every - 1) / every * every);
		if (sqlite3_step(made) != SQLITE_ROW)
			bench_die("%s", sqlite3_errmsg(db));
		t->row[t->n++] = copy_row(made, t->columns);
		sqlite3_reset(made);
	}
	dw_buf_fini(&terms);
	sqlite3_finalize(made);
	sqlite3_finalize(q);
}

static void copy_source(const char *path, size_t count)
{
	sqlite3 *db;
	sqlite3_stmt *q;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		bench_die("%s: %s", path, sqlite3_errmsg(db));
	q = prepare(db,
		    "SELECT name FROM sqlite_master WHERE type = 'table'"
		    " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'mention_search%'"
		    " ORDER BY rowid");
	while (sqlite3_step(q) == SQLITE_ROW && n_tables < TABLES) {
		struct table *t = &tables[n_tables];

		(void)snprintf(t->name, sizeof(t->name), "%s", sqlite3_column_text(q, 0));
		if (!describe(db, t))
			continue;
		copy_table(db, t, count);
		n_tables += t->n >= count - count / 10;
	}
	sqlite3_finalize(q);
	if (n_tables < TABLES)
		copy_terms(db, &tables[n_tables++], count);
	sqlite3_close(db);
	if (n_tables == 1)
		bench_die("%s has no table with %zu rows", path, count);
}

static void run(sqlite3_stmt *q, sqlite3 *db)
{
	if (sqlite3_step(q) != SQLITE_DONE)
		bench_die("%s: %s", sqlite3_sql(q), sqlite3_errmsg(db));
	sqlite3_reset(q);
}

static void prepare_inserts(sqlite3 *db)
{
	for (size_t k = 0; k < n_tables; k++) {
		struct table *t = &tables[k];
		char sql[256];
		int n = snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES (?", t->name);

		for (int i = 1; i < t->columns; i++, n += 2)
			memcpy(sql + n, ",?", 3);
		memcpy(sql + n, ")", 2);
		t->insert = prepare(db, sql);
	}
}

/* The rows of all tables up to an event's number. */
static void insert_up_to(sqlite3 *db, int64_t number)
{
	for (size_t k = 0; k < n_tables; k++) {
		struct table *t = &tables[k];

		for (; t->at < t->n && t->row[t->at]->number <= number; t->at++) {
			for (int i = 0; i < t->columns; i++)
				sqlite3_bind_value(t->insert, i + 1,
						   t->row[t->at]->value[i]);
			run(t->insert, db);
		}
	}
}

static size_t insert_all(sqlite3 *db, size_t per_commit)
{
	sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"),
		     *commit = prepare(db, "COMMIT");
	struct table *first = &tables[0];
	size_t commits = 0;

	for (size_t i = 0; i < first->n; commits++) {
		size_t end = i + per_commit < first->n ? i + per_commit : first->n;

		run(begin, db);
		for (; i < end; i++)
			insert_up_to(db, first->row[i]->number);
		run(commit, db);
	}
	sqlite3_finalize(begin);
	sqlite3_finalize(commit);
	return commits;
}

int main(int argc, char **argv)
{
	struct dw_projector projector = dw_projection();
	struct dw_db *dest = NULL;
	struct dw_err err = { 0 };
	uint64_t begun, cpu;
	size_t count, per_commit, commits;
	double seconds;

	if (argc != 5 || (count = strtoul(argv[3], NULL, 10)) == 0 ||
	    (per_commit = strtoul(argv[4], NULL, 10)) == 0)
		bench_die("usage: sqlite_loop SOURCE DEST COUNT PER_COMMIT");
	(void)alarm(600);
	copy_source(argv[1], count);
	if (dw_db_open(&dest, argv[2], DW_DB_WRITER, &err) < 0 ||
	    projector.on_open(projector.ctx, dest, &err) < 0 ||
	    dw_db_exec(dest, projector.schema, &err) < 0)
		bench_die("%s: %s", argv[2], dw_err_text(&err));
	prepare_inserts(dw_db_handle(dest));
	begun = bench_now();
	cpu = bench_proc_own_cpu_us();
	commits = insert_all(dw_db_handle(dest), per_commit);
	seconds = (double)(bench_now() - begun) / 1e9;
	cpu = bench_proc_own_cpu_us() - cpu;
	(void)printf(
		"{\"events_s\":%.1f,\"commits\":%zu,\"cpu_share\":%.3f,\"tables\":%zu}\n",
		(double)tables[0].n / seconds, commits, (double)cpu / seconds / 1e6,
		n_tables);
	for (size_t k = 0; k < n_tables; k++)
		sqlite3_finalize(tables[k].insert);
	dw_db_close(dest);
	return 0;
}
