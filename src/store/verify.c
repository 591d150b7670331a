/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verify.c - recomputes everything that the journal's tables say about each other.
 *
 * One pass over the events in order (verify_walk.c), which also asks for each event's file and
 * subject. Then the tree's row is compared with the tree of those leaves, and each identity key with the
 * last event under it. What the pass has to remember is the last event under each first one:
 * eight bytes an event, so that also a key's row that is missing is noticed.
 *
 * Kept files are hashed first (verify_files.c); each event that names one is asked after it.
 *
 * Reported is the first thing wrong that was found. A payload that is gone counts as erased.
 */
#include "verify_int.h"

#include <stdlib.h>

#define PROGRESS_EVERY 4096

static const char SQL_IDENTITY_OF[] = "SELECT identity FROM event WHERE seq = ?1";
static const char SQL_KEYS[] =
	"SELECT i.key, i.last, e.subject, e.identity FROM identity AS i"
	" LEFT JOIN event AS e ON e.seq = i.last";
static const char SQL_STRAY_PAYLOAD[] =
	"SELECT seq FROM payload WHERE seq > ?1 OR seq < 1 ORDER BY seq LIMIT 1";
static const char SQL_STRAY_RAW[] =
	"SELECT seq FROM raw WHERE seq > ?1 OR seq < 1 ORDER BY seq LIMIT 1";
static const char SQL_POSITIONS[] = "SELECT key, seq FROM position";

struct verify {
	struct verify_walk walk;
	struct dw_db *db;
	struct dw_map *files;
	void (*on_progress)(uint64_t n, uint64_t total);
	uint64_t *last_of; /* by first seq under a key: the last; 0: no such key */
	uint64_t upto;	   /* keys of later events may not have reached the table */
	uint64_t n_last_of;
};

/* ---- one event ---- */

static int check_file(struct verify *v, const struct dw_stored *e)
{
	char hex[2 * DW_HASH_SIZE + 1];
	uint8_t sha256[DW_HASH_SIZE];
	const char *wrong;
	uint64_t size;

	if (v->walk.checks.file == NULL || e->payload.p == NULL ||
	    !v->walk.checks.file(e, sha256, &size))
		return 0;
	wrong = verify_files_check(v->files, sha256, size);
	return wrong == NULL ? 0
			     : verify_bad(&v->walk, e->seq, "its file with SHA-256 %s %s",
					  dw_hex(hex, sha256, sizeof(sha256)), wrong);
}

static int check_stray_files(struct verify *v)
{
	char hex[2 * DW_HASH_SIZE + 1];

	return verify_files_stray(v->files, hex)
		       ? verify_bad(&v->walk, v->walk.at.tree.size,
				    "a kept file is not what its SHA-256 %s says", hex)
		       : 0;
}

/* The identity of the first event under this key must have the same key. */
static int check_same_key(struct verify *v, const struct dw_stored *e,
			  struct dw_str identity)
{
	struct dw_str first;
	bool is_same;
	sqlite3_stmt *s;
	int rc = db_prepare(v->db, SQL_IDENTITY_OF, &s, v->walk.err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, e->subject);
	rc = dw_db_step(v->db, s, v->walk.err);
	if (rc < 0)
		return rc;
	first = rc == 1 ? dw_db_blob(s, 0) : (struct dw_str){ NULL, 0 };
	is_same = first.n == IDENTITY_SIZE &&
		  memcmp(first.p, identity.p, IDENTITY_KEY) == 0;
	sqlite3_reset(s);
	return is_same ? 0
		       : verify_bad(&v->walk, e->seq,
				    "its first event has another identity key");
}

static int check_subject(struct verify *v, sqlite3_stmt *s, const struct dw_stored *e)
{
	struct dw_str identity = dw_db_blob(s, VERIFY_IDENTITY);

	if (identity.p == NULL)
		return 0;
	if (e->subject < 1 || e->subject > e->seq)
		return verify_bad(&v->walk, e->seq, "its subject is event %llu",
				  (unsigned long long)e->subject);
	if (e->subject != e->seq) {
		int rc;

		if (v->last_of[e->subject] == 0)
			return verify_bad(&v->walk, e->seq,
					  "its subject %llu has no identity key",
					  (unsigned long long)e->subject);
		rc = check_same_key(v, e, identity);
		if (rc < 0)
			return rc;
	}
	v->last_of[e->subject] = e->seq;
	return 0;
}

static int check_event(struct verify *v, sqlite3_stmt *s)
{
	struct dw_stored e = { .decoded = NULL };
	int rc = verify_event(&v->walk, s, &e);

	if (rc == 0)
		rc = check_file(v, &e);
	if (rc == 0)
		rc = check_subject(v, s, &e);
	if (rc < 0)
		return rc;
	verify_add(&v->walk, &e);
	if (v->on_progress != NULL && v->walk.report->events % PROGRESS_EVERY == 0)
		v->on_progress(v->walk.report->events, v->walk.at.stored.size);
	return 0;
}

static int check_events(struct verify *v)
{
	sqlite3_stmt *s;
	int rc = db_prepare(v->db, verify_sql_events, &s, v->walk.err);

	if (rc == 0) {
		dw_db_bind_i64(s, 1,
			       INT64_MIN); /* also what has a number before the first */
		dw_db_bind_u64(s, 2, INT64_MAX);
	}
	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->walk.err)) == 1) {
		rc = check_event(v, s);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

/* ---- the tree ---- */

static int load_tree(struct verify *v)
{
	static const char SQL_LAST[] = "SELECT max(seq) FROM event";
	uint64_t last = 0;
	int rc = tree_load(v->db, &v->walk.at.stored, v->walk.err);

	if (rc == DW_ECORRUPT) {
		rc = db_get_u64(v->db, SQL_LAST, 0, &last, v->walk.err);
		return rc < 0 ? rc
			      : verify_bad(&v->walk, last > 0 ? last : 1,
					   "the tree's row is damaged");
	}
	dw_merkle_init(&v->walk.at.tree);
	if (rc == 0)
		rc = db_get_u64(v->db, SQL_LAST, 0, &last, v->walk.err);
	if (rc < 0)
		return rc;
	/* Either number may be a lie; not more events than both say are looked at. */
	v->n_last_of = last < v->walk.at.stored.size ? last : v->walk.at.stored.size;
	v->last_of = calloc(v->n_last_of + 1, sizeof(*v->last_of));
	return v->last_of != NULL ? 0
				  : dw_fail(v->walk.err, DW_EUNAVAILABLE,
					    "not enough memory to verify");
}

/* ---- identity keys ---- */

/*
 * Is this the row of the key under which `last` is the last? Then it is ticked off. The row of a
 * key that moved lately may still have the last but one.
 */
static bool tick_off(struct verify *v, sqlite3_stmt *s)
{
	struct dw_str key = dw_db_blob(s, 0), identity = dw_db_blob(s, 3);
	uint64_t last = (uint64_t)sqlite3_column_int64(s, 1);
	uint64_t subject = (uint64_t)sqlite3_column_int64(s, 2);

	if (key.n != IDENTITY_KEY || identity.n != IDENTITY_SIZE || subject < 1 ||
	    subject > v->n_last_of || last > v->last_of[subject] ||
	    (last < v->last_of[subject] && v->last_of[subject] <= v->upto) ||
	    memcmp(key.p, identity.p, IDENTITY_KEY) != 0)
		return false;
	v->last_of[subject] = 0;
	return true;
}

static int check_keys(struct verify *v)
{
	uint64_t wrong = 0; /* what a row that fits nothing points at */
	bool is_wrong = false;
	sqlite3_stmt *s = NULL;
	int rc = identities_upto(v->db, v->walk.at.tree.size, &v->upto, v->walk.err);

	if (rc == 0)
		rc = db_prepare(v->db, SQL_KEYS, &s, v->walk.err);
	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->walk.err)) == 1) {
		if (!tick_off(v, s) && !is_wrong) {
			is_wrong = true;
			wrong = (uint64_t)sqlite3_column_int64(s, 1);
		}
	}
	if (rc < 0)
		return rc;
	for (uint64_t i = 1; i <= v->n_last_of; i++)
		if (v->last_of[i] != 0 && v->last_of[i] <= v->upto)
			return verify_bad(
				&v->walk, v->last_of[i],
				"no identity key says that it is the last under it");
	return is_wrong ? verify_bad(&v->walk, wrong,
				     "an identity key points here that is not its own")
			: 0;
}

/* ---- the rest ---- */

static int check_strays(struct verify *v, const char *sql, const char *what)
{
	sqlite3_stmt *s;
	uint64_t seq = 0;
	int rc = db_prepare(v->db, sql, &s, v->walk.err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, v->walk.at.tree.size);
	rc = dw_db_step(v->db, s, v->walk.err);
	if (rc == 1)
		seq = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc == 1 ? verify_bad(&v->walk, seq,
				    "there is %s of an event that does not exist", what)
		       : rc;
}

static int check_positions(struct verify *v)
{
	sqlite3_stmt *s;
	int rc = db_prepare(v->db, SQL_POSITIONS, &s, v->walk.err);

	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->walk.err)) == 1) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(s, 1);

		if (seq < 1 || seq > v->walk.at.tree.size) {
			rc = verify_bad(
				&v->walk, seq,
				"a decision key was moved by an event that does not exist");
			break;
		}
	}
	sqlite3_reset(s);
	return rc;
}

static int check_all(struct verify *v)
{
	struct dw_verify_report *r = v->walk.report;
	int rc = load_tree(v);

	if (rc == 0)
		rc = verify_files_read(v->db, &v->files, &r->files, &r->file_bytes,
				       v->walk.err);
	if (rc == 0)
		rc = check_events(v);
	if (rc == 0)
		rc = verify_tree(&v->walk);
	if (rc == 0)
		rc = check_keys(v);
	if (rc == 0)
		rc = check_strays(v, SQL_STRAY_PAYLOAD, "a payload");
	if (rc == 0)
		rc = check_strays(v, SQL_STRAY_RAW, "raw input");
	if (rc == 0)
		rc = check_positions(v);
	if (rc == 0)
		rc = check_stray_files(v);
	dw_merkle_root(&v->walk.at.tree, v->walk.report->root);
	return rc;
}

int verify_file(const char *path, struct dw_verify_report *report,
		const struct dw_verify_checks *checks,
		void (*on_progress)(uint64_t n, uint64_t total), struct dw_err *err)
{
	struct dw_err local = { 0 };
	struct verify v = { .walk = { .report = report,
				      .err = err != NULL ? err : &local },
			    .on_progress = on_progress };
	int rc = dw_db_open(&v.db, path, DW_DB_READER, v.walk.err);

	if (checks != NULL)
		v.walk.checks = *checks;
	memset(report, 0, sizeof(*report));
	if (rc == 0)
		rc = dw_db_exec(v.db, "BEGIN",
				v.walk.err); /* one snapshot for all of it */
	if (rc == 0)
		rc = check_all(&v);
	rc = verify_result(&v.walk, rc);
	free(v.last_of);
	verify_files_free(v.files);
	dw_db_close(v.db);
	return rc;
}

int dw_store_verify(const char *dir, struct dw_verify_report *report,
		    const struct dw_verify_checks *checks,
		    void (*on_progress)(uint64_t n, uint64_t total), struct dw_err *err)
{
	char *path = store_path(dir);
	int rc = verify_file(path, report, checks, on_progress, err);

	free(path);
	return rc;
}
