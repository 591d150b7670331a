/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verify.c - recomputes everything that the journal's tables say about each other.
 *
 * One pass over the events in order: number, envelope, row sum, time, commitment, subject, leaf.
 * Then the tree's row is compared with the tree of those leaves, and each identity key with the
 * last event under it. What the pass has to remember is the last event under each first one:
 * eight bytes an event, so that also a key's row that is missing is noticed.
 *
 * The row sum tells which row is damaged; the tree alone would only tell that one is. It is no
 * proof: who recomputes it is found by the tree, whose frontier tells in which range of events.
 *
 * Kept files are hashed first (verify_files.c); each event that names one is asked after it.
 *
 * Reported is the first thing wrong that was found. A payload that is gone counts as erased.
 */
#include "verify_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRESS_EVERY 4096

static const char SQL_EVENTS[] =
	"SELECT e.seq, e.envelope, e.subject, e.identity, e.sum, p.salt, p.payload, r.raw"
	" FROM event AS e LEFT JOIN payload AS p ON p.seq = e.seq"
	" LEFT JOIN raw AS r ON r.seq = e.seq ORDER BY e.seq";
static const char SQL_IDENTITY_OF[] = "SELECT identity FROM event WHERE seq = ?1";
static const char SQL_KEYS[] =
	"SELECT i.key, i.last, e.subject, e.identity FROM identity AS i"
	" LEFT JOIN event AS e ON e.seq = i.last";
static const char SQL_STRAY_PAYLOAD[] =
	"SELECT seq FROM payload WHERE seq > ?1 OR seq < 1 ORDER BY seq LIMIT 1";
static const char SQL_STRAY_RAW[] =
	"SELECT seq FROM raw WHERE seq > ?1 OR seq < 1 ORDER BY seq LIMIT 1";
static const char SQL_POSITIONS[] = "SELECT key, seq FROM position";

enum column { SEQ, ENVELOPE, SUBJECT, IDENTITY, SUM, SALT, PAYLOAD, RAW };

struct verify {
	struct dw_db *db;
	struct dw_verify_report *report;
	struct dw_err *err;
	struct dw_verify_checks checks;
	struct dw_map *files;
	void (*on_progress)(uint64_t n, uint64_t total);
	struct dw_merkle stored, tree; /* what the file says, and what it comes to */
	int64_t recorded_at;	       /* of the event before */
	uint64_t *last_of; /* by first seq under a key: the last; 0: no such key */
	uint64_t upto;	   /* keys of later events may not have reached the table */
	uint64_t n_last_of;
};

static int bad(struct verify *v, uint64_t seq, const char *fmt, ...) DW_PRINTF(3, 4);

static int bad(struct verify *v, uint64_t seq, const char *fmt, ...)
{
	va_list ap;

	v->report->first_bad = seq;
	va_start(ap, fmt);
	if (vsnprintf(v->report->what, sizeof(v->report->what), fmt, ap) < 0)
		v->report->what[0] = '\0';
	va_end(ap);
	return dw_fail(v->err, DW_ECORRUPT, "event %llu: %s", (unsigned long long)seq,
		       v->report->what);
}

/* ---- one event ---- */

static int check_envelope(struct verify *v, sqlite3_stmt *s, uint64_t expected,
			  struct dw_stored *e)
{
	struct dw_str identity = dw_db_blob(s, IDENTITY);
	uint64_t seq = (uint64_t)sqlite3_column_int64(s, SEQ);

	if (seq != expected)
		return bad(v, expected, "the event is missing");
	if (seq > v->stored.size)
		return bad(v, seq, "the event is not in the tree, which ends at %llu",
			   (unsigned long long)v->stored.size);
	if (dw_envelope_parse(dw_db_blob(s, ENVELOPE), e, NULL) < 0)
		return bad(v, seq, "the envelope is damaged");
	if (e->seq != seq)
		return bad(v, seq, "the envelope is of event %llu",
			   (unsigned long long)e->seq);
	e->subject = (uint64_t)sqlite3_column_int64(s, SUBJECT);
	if (event_sum(e->envelope, e->subject, identity) !=
		    sqlite3_column_int64(s, SUM) ||
	    (identity.p != NULL) != (identity.n == IDENTITY_SIZE) ||
	    (identity.p != NULL) != (sqlite3_column_type(s, SUBJECT) != SQLITE_NULL))
		return bad(v, seq, "the row of the event has been changed");
	if (e->recorded_at < v->recorded_at)
		return bad(v, seq, "it was recorded before the event in front of it");
	v->recorded_at = e->recorded_at;
	return 0;
}

static int check_payload(struct verify *v, sqlite3_stmt *s, struct dw_stored *e)
{
	struct dw_str salt = dw_db_blob(s, SALT), raw = dw_db_blob(s, RAW);
	uint8_t commit[DW_HASH_SIZE];

	e->payload = dw_db_text(s, PAYLOAD);
	v->report->bytes += e->envelope.n + e->payload.n + raw.n;
	if (e->payload.p == NULL && salt.p == NULL) {
		v->report->erased++;
	} else {
		if (e->payload.p == NULL || salt.n != 32)
			return bad(v, e->seq, "of payload and salt one is missing");
		dw_commitment(commit, (const uint8_t *)salt.p, e->payload);
		if (memcmp(commit, e->commit, sizeof(commit)) != 0)
			return bad(v, e->seq,
				   "the payload is not the one that was committed to");
	}
	if (v->checks.payload != NULL && !v->checks.payload(e, raw))
		return bad(v, e->seq, "payload and raw input do not belong together");
	return 0;
}

static int check_file(struct verify *v, const struct dw_stored *e)
{
	char hex[2 * DW_HASH_SIZE + 1];
	uint8_t sha256[DW_HASH_SIZE];
	const char *wrong;
	uint64_t size;

	if (v->checks.file == NULL || e->payload.p == NULL ||
	    !v->checks.file(e, sha256, &size))
		return 0;
	wrong = verify_files_check(v->files, sha256, size);
	return wrong == NULL ? 0
			     : bad(v, e->seq, "its file with SHA-256 %s %s",
				   dw_hex(hex, sha256, sizeof(sha256)), wrong);
}

static int check_stray_files(struct verify *v)
{
	char hex[2 * DW_HASH_SIZE + 1];

	return verify_files_stray(v->files, hex)
		       ? bad(v, v->tree.size,
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
	int rc = db_prepare(v->db, SQL_IDENTITY_OF, &s, v->err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, e->subject);
	rc = dw_db_step(v->db, s, v->err);
	if (rc < 0)
		return rc;
	first = rc == 1 ? dw_db_blob(s, 0) : (struct dw_str){ NULL, 0 };
	is_same = first.n == IDENTITY_SIZE &&
		  memcmp(first.p, identity.p, IDENTITY_KEY) == 0;
	sqlite3_reset(s);
	return is_same ? 0 : bad(v, e->seq, "its first event has another identity key");
}

static int check_subject(struct verify *v, sqlite3_stmt *s, const struct dw_stored *e)
{
	struct dw_str identity = dw_db_blob(s, IDENTITY);

	if (identity.p == NULL)
		return 0;
	if (e->subject < 1 || e->subject > e->seq)
		return bad(v, e->seq, "its subject is event %llu",
			   (unsigned long long)e->subject);
	if (e->subject != e->seq) {
		int rc;

		if (v->last_of[e->subject] == 0)
			return bad(v, e->seq, "its subject %llu has no identity key",
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
	uint8_t leaf[DW_HASH_SIZE];
	int rc = check_envelope(v, s, v->tree.size + 1, &e);

	if (rc == 0)
		rc = check_payload(v, s, &e);
	if (rc == 0)
		rc = check_file(v, &e);
	if (rc == 0)
		rc = check_subject(v, s, &e);
	if (rc < 0)
		return rc;
	dw_merkle_leaf(leaf, e.envelope.p, e.envelope.n);
	dw_merkle_add(&v->tree, leaf);
	v->report->events++;
	if (v->on_progress != NULL && v->report->events % PROGRESS_EVERY == 0)
		v->on_progress(v->report->events, v->stored.size);
	return 0;
}

static int check_events(struct verify *v)
{
	sqlite3_stmt *s;
	int rc = db_prepare(v->db, SQL_EVENTS, &s, v->err);

	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->err)) == 1) {
		rc = check_event(v, s);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

/* ---- the tree ---- */

/* First event of the i-th complete subtree of a tree of this size. */
static uint64_t first_of_subtree(uint64_t size, unsigned i)
{
	uint64_t first = 1;

	for (uint64_t bit = UINT64_C(1) << 63; bit != 0; bit >>= 1) {
		if ((size & bit) == 0)
			continue;
		if (i-- == 0)
			break;
		first += bit;
	}
	return first;
}

static int check_tree(struct verify *v)
{
	uint64_t n = v->tree.size;

	if (v->stored.size > n)
		return bad(v, n + 1, "the event is missing: the tree has %llu",
			   (unsigned long long)v->stored.size);
	for (unsigned i = 0; i < (unsigned)__builtin_popcountll(n); i++)
		if (memcmp(v->stored.node[i], v->tree.node[i], DW_HASH_SIZE) != 0)
			return bad(
				v, first_of_subtree(n, i),
				"from here on the tree's hashes are not those of the events");
	return 0;
}

static int load_tree(struct verify *v)
{
	static const char SQL_LAST[] = "SELECT max(seq) FROM event";
	uint64_t last = 0;
	int rc = tree_load(v->db, &v->stored, v->err);

	if (rc == DW_ECORRUPT) {
		rc = db_get_u64(v->db, SQL_LAST, 0, &last, v->err);
		return rc < 0 ? rc
			      : bad(v, last > 0 ? last : 1, "the tree's row is damaged");
	}
	dw_merkle_init(&v->tree);
	if (rc == 0)
		rc = db_get_u64(v->db, SQL_LAST, 0, &last, v->err);
	if (rc < 0)
		return rc;
	/* Either number may be a lie; not more events than both say are looked at. */
	v->n_last_of = last < v->stored.size ? last : v->stored.size;
	v->last_of = calloc(v->n_last_of + 1, sizeof(*v->last_of));
	return v->last_of != NULL
		       ? 0
		       : dw_fail(v->err, DW_EUNAVAILABLE, "not enough memory to verify");
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
	int rc = identities_upto(v->db, v->tree.size, &v->upto, v->err);

	if (rc == 0)
		rc = db_prepare(v->db, SQL_KEYS, &s, v->err);
	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->err)) == 1) {
		if (!tick_off(v, s) && !is_wrong) {
			is_wrong = true;
			wrong = (uint64_t)sqlite3_column_int64(s, 1);
		}
	}
	if (rc < 0)
		return rc;
	for (uint64_t i = 1; i <= v->n_last_of; i++)
		if (v->last_of[i] != 0 && v->last_of[i] <= v->upto)
			return bad(v, v->last_of[i],
				   "no identity key says that it is the last under it");
	return is_wrong ? bad(v, wrong, "an identity key points here that is not its own")
			: 0;
}

/* ---- the rest ---- */

static int check_strays(struct verify *v, const char *sql, const char *what)
{
	sqlite3_stmt *s;
	uint64_t seq = 0;
	int rc = db_prepare(v->db, sql, &s, v->err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, v->tree.size);
	rc = dw_db_step(v->db, s, v->err);
	if (rc == 1)
		seq = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc == 1 ? bad(v, seq, "there is %s of an event that does not exist", what)
		       : rc;
}

static int check_positions(struct verify *v)
{
	sqlite3_stmt *s;
	int rc = db_prepare(v->db, SQL_POSITIONS, &s, v->err);

	while (rc >= 0 && (rc = dw_db_step(v->db, s, v->err)) == 1) {
		uint64_t seq = (uint64_t)sqlite3_column_int64(s, 1);

		if (seq < 1 || seq > v->tree.size) {
			rc = bad(
				v, seq,
				"a decision key was moved by an event that does not exist");
			break;
		}
	}
	sqlite3_reset(s);
	return rc;
}

static int check_all(struct verify *v)
{
	struct dw_verify_report *r = v->report;
	int rc = load_tree(v);

	if (rc == 0)
		rc = verify_files_read(v->db, &v->files, &r->files, &r->file_bytes,
				       v->err);
	if (rc == 0)
		rc = check_events(v);
	if (rc == 0)
		rc = check_tree(v);
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
	dw_merkle_root(&v->tree, v->report->root);
	return rc;
}

int verify_file(const char *path, struct dw_verify_report *report,
		const struct dw_verify_checks *checks,
		void (*on_progress)(uint64_t n, uint64_t total), struct dw_err *err)
{
	struct dw_err local = { 0 };
	struct verify v = { .report = report,
			    .err = err != NULL ? err : &local,
			    .on_progress = on_progress };
	int rc = dw_db_open(&v.db, path, DW_DB_READER, v.err);

	if (checks != NULL)
		v.checks = *checks;
	memset(report, 0, sizeof(*report));
	if (rc == 0)
		rc = dw_db_exec(v.db, "BEGIN", v.err); /* one snapshot for all of it */
	if (rc == 0)
		rc = check_all(&v);
	/* Damage that SQLite noticed before we did. */
	if (rc == DW_ECORRUPT && report->what[0] == '\0')
		rc = bad(&v, v.tree.size + 1, "the file is damaged: %.120s", v.err->msg);
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
