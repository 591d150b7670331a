/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verify_walk.c - what can be told of one event after the other.
 *
 * Number, envelope, row sum, time, commitment, raw input and leaf of each; and whether the tree of those
 * leaves is the one that the journal has. `diwan verify` walks from the first event to the last
 * in one go and asks more on the way (verify.c); a server walks a little at a time, for ever
 * (verify_pass.c).
 *
 * The row sum tells which row is damaged; the tree alone would only tell that one is. It is no
 * proof: who recomputes it is found by the tree, whose frontier tells in which range of events.
 */
#include "verify_int.h"

#include <stdarg.h>
#include <stdio.h>

const char verify_sql_events[] =
	"SELECT e.seq, e.envelope, e.subject, e.identity, e.sum, p.salt, p.payload, r.raw"
	" FROM event AS e LEFT JOIN payload AS p ON p.seq = e.seq"
	" LEFT JOIN raw AS r ON r.seq = e.seq WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2";

int verify_bad(struct verify_walk *w, uint64_t seq, const char *fmt, ...)
{
	va_list ap;

	w->report->first_bad = seq;
	va_start(ap, fmt);
	if (vsnprintf(w->report->what, sizeof(w->report->what), fmt, ap) < 0)
		w->report->what[0] = '\0';
	va_end(ap);
	return dw_fail(w->err, DW_ECORRUPT, "event %llu: %s", (unsigned long long)seq,
		       w->report->what);
}

static int check_envelope(struct verify_walk *w, sqlite3_stmt *s, struct dw_stored *e)
{
	struct dw_str identity = dw_db_blob(s, VERIFY_IDENTITY);
	uint64_t seq = (uint64_t)sqlite3_column_int64(s, VERIFY_SEQ);
	uint64_t expected = w->at.tree.size + 1;

	if (seq != expected)
		return verify_bad(w, expected, "the event is missing");
	if (seq > w->at.stored.size)
		return verify_bad(w, seq,
				  "the event is not in the tree, which ends at %llu",
				  (unsigned long long)w->at.stored.size);
	if (dw_envelope_parse(dw_db_blob(s, VERIFY_ENVELOPE), e, NULL) < 0)
		return verify_bad(w, seq, "the envelope is damaged");
	if (e->seq != seq)
		return verify_bad(w, seq, "the envelope is of event %llu",
				  (unsigned long long)e->seq);
	e->subject = (uint64_t)sqlite3_column_int64(s, VERIFY_SUBJECT);
	if (event_sum(e->envelope, e->subject, identity) !=
		    sqlite3_column_int64(s, VERIFY_SUM) ||
	    (identity.p != NULL) != (identity.n == IDENTITY_SIZE) ||
	    (identity.p != NULL) !=
		    (sqlite3_column_type(s, VERIFY_SUBJECT) != SQLITE_NULL))
		return verify_bad(w, seq, "the row of the event has been changed");
	if (e->recorded_at < w->at.recorded_at)
		return verify_bad(w, seq,
				  "it was recorded before the event in front of it");
	w->at.recorded_at = e->recorded_at;
	return 0;
}

static int check_payload(struct verify_walk *w, sqlite3_stmt *s, struct dw_stored *e)
{
	struct dw_str salt = dw_db_blob(s, VERIFY_SALT), raw = dw_db_blob(s, VERIFY_RAW);
	uint8_t commit[DW_HASH_SIZE];

	e->payload = dw_db_text(s, VERIFY_PAYLOAD);
	w->report->bytes += e->envelope.n + e->payload.n + raw.n;
	if (e->payload.p == NULL && salt.p == NULL) {
		w->report->erased++;
	} else {
		if (e->payload.p == NULL || salt.n != 32)
			return verify_bad(w, e->seq,
					  "of payload and salt one is missing");
		dw_commitment(commit, (const uint8_t *)salt.p, e->payload);
		if (memcmp(commit, e->commit, sizeof(commit)) != 0)
			return verify_bad(
				w, e->seq,
				"the payload is not the one that was committed to");
	}
	if (w->checks.payload != NULL && !w->checks.payload(e, raw))
		return verify_bad(w, e->seq,
				  "payload and raw input do not belong together");
	return 0;
}

int verify_event(struct verify_walk *w, sqlite3_stmt *s, struct dw_stored *e)
{
	int rc = check_envelope(w, s, e);

	return rc < 0 ? rc : check_payload(w, s, e);
}

void verify_add(struct verify_walk *w, const struct dw_stored *e)
{
	uint8_t leaf[DW_HASH_SIZE];

	dw_merkle_leaf(leaf, e->envelope.p, e->envelope.n);
	dw_merkle_add(&w->at.tree, leaf);
	w->report->events++;
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

int verify_tree(struct verify_walk *w)
{
	uint64_t n = w->at.tree.size;

	if (w->at.stored.size > n)
		return verify_bad(w, n + 1, "the event is missing: the tree has %llu",
				  (unsigned long long)w->at.stored.size);
	for (unsigned i = 0; i < (unsigned)__builtin_popcountll(n); i++)
		if (memcmp(w->at.stored.node[i], w->at.tree.node[i], DW_HASH_SIZE) != 0)
			return verify_bad(
				w, first_of_subtree(n, i),
				"from here on the tree's hashes are not those of the events");
	return 0;
}

/* ---- the end ---- */

int verify_result(struct verify_walk *w, int rc)
{
	if (rc == DW_ECORRUPT && w->report->what[0] == '\0')
		return verify_bad(w, w->at.tree.size + 1, "the file is damaged: %.120s",
				  w->err->msg);
	return rc;
}
