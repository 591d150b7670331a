/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * source_health.c - what we know of how feeds are doing.
 *
 *                 success                    late, or gone for good
 *   new ──► ok ◄──────────── failing ────────────────► blind   (source.blind)
 *            │    failure       ▲                        │
 *            └──────────────────┘          success       │
 *            ▲───────────────────────────────────────────┘     (source.recovered)
 *
 * Health is memory: a failed attempt is no event, because a feed that is down all night would
 * fill the journal with nothing. That a source has become blind, or sees again, is one: it is
 * what people in the room must know later when they ask what they could have known.
 *
 * Which of the two should be told follows from a source's state alone and is looked at again
 * after every result and every second, so that a telling that failed (a full disk) is made up
 * for, and a restart forgets nothing: blind_since is in the read table.
 *
 * Late is: no success for longer than three intervals and no less than a setting, counted from
 * the last success or from when it was configured, whichever is later.
 */
#include "sources_int.h"
#include "store/db.h"

#include <stdlib.h>

#define NOTE_EVERY_US INT64_C(600000000)
#define BLIND_S_DEFAULT 300

static const char memo_sql[] =
	"INSERT OR REPLACE INTO source_memo"
	" (source, url, etag, last_modified, last_success_at) VALUES (?1, ?2, ?3, ?4, ?5)";

enum dw_source_state source_state(const struct source *s)
{
	if (s->url == NULL)
		return DW_SOURCE_IS_PUSH;
	if (s->is_paused)
		return DW_SOURCE_PAUSED;
	if (s->blind_since != 0)
		return DW_SOURCE_BLIND;
	if (s->failures > 0)
		return DW_SOURCE_FAILING;
	return s->is_fresh ? DW_SOURCE_OK : DW_SOURCE_NEW;
}

void source_expect(struct source *s, int64_t now)
{
	s->watched_at = now;
	s->failures = 0;
	s->error_at = 0;
	s->is_fresh = s->is_gone = false;
	source_set_text(&s->error, NULL);
	source_set_text(&s->moved_to, NULL);
}

/* ---- telling ---- */

struct telling {
	struct dw_append append;
	struct dw_record rec;
	struct source *source;
};

static void on_told(struct dw_append *a)
{
	struct telling *t = DW_CONTAINER_OF(a, struct telling, append);

	t->source->is_telling = false;
	dw_blob_unref(t->rec.payload);
	free(t);
}

static void tell(struct dw_sources *all, struct source *s, enum dw_event_type type,
		 struct dw_blob *payload)
{
	struct telling *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->source = s;
	t->rec.type = dw_event_info(type)->name;
	t->rec.type_version = (uint16_t)dw_event_info(type)->version;
	t->rec.payload = payload;
	dw_random(dw_engine_clock(all->engine), t->rec.command, sizeof(t->rec.command));
	t->append = (struct dw_append){ .recs = &t->rec, .n = 1, .cb = on_told };
	s->is_telling = true;
	if (dw_engine_append(all->engine, &t->append) < 0)
		on_told(&t->append);
}

static bool is_late(const struct dw_sources *all, const struct source *s, int64_t now)
{
	unsigned blind_s = dw_engine_conf(all->engine)->source_blind_s;
	int64_t since =
		s->last_success_at > s->watched_at ? s->last_success_at : s->watched_at;
	int64_t limit = blind_s != 0 ? blind_s : BLIND_S_DEFAULT;

	if (limit < 3 * (int64_t)s->interval_s)
		limit = 3 * (int64_t)s->interval_s;
	return now - since > limit * 1000000;
}

static void settle(struct dw_sources *all, struct source *s, int64_t now)
{
	if (s->url == NULL || s->is_paused || s->is_telling)
		return;
	if (s->blind_since != 0 && s->is_fresh)
		tell(all, s, DW_EV_SOURCE_RECOVERED, source_recovered_write(s));
	else if (s->blind_since == 0 && (s->is_gone || is_late(all, s, now)))
		tell(all, s, DW_EV_SOURCE_BLIND,
		     source_blind_write(s, s->last_success_at != 0 ? s->last_success_at
								   : s->watched_at));
}

void dw_sources_watch(struct dw_sources *all)
{
	int64_t now = dw_now_us(dw_engine_clock(all->engine));

	if (all->n_feeds == 0)
		return;
	DW_LIST_EACH(l, &all->all)
		settle(all, DW_CONTAINER_OF(l, struct source, link), now);
}

/* ---- what the feed said about itself ---- */

struct note {
	struct dw_append append;
	uint64_t id;
	char *url, *etag, *last_modified;
	int64_t at;
};

static int note_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct note *n = DW_CONTAINER_OF(a, struct note, append);
	sqlite3_stmt *q;

	if (db == NULL)
		return 0;
	q = dw_db_stmt(db, memo_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, n->id);
	dw_db_bind_text(q, 2, dw_str_of(n->url));
	dw_db_bind_text(q, 3, dw_str_of(n->etag));
	dw_db_bind_text(q, 4, dw_str_of(n->last_modified));
	dw_db_bind_i64(q, 5, n->at);
	return dw_db_run(db, q, err);
}

/* A note that could not be written costs one larger answer after a restart. */
static void on_noted(struct dw_append *a)
{
	struct note *n = DW_CONTAINER_OF(a, struct note, append);

	free(n->url);
	free(n->etag);
	free(n->last_modified);
	free(n);
}

static void note(struct dw_sources *all, struct source *s)
{
	struct note *n = calloc(1, sizeof(*n));

	DW_INVARIANT(n != NULL);
	n->id = s->id;
	n->at = s->noted_at = s->last_success_at;
	source_set_text(&n->url, s->url);
	source_set_text(&n->etag, s->etag);
	source_set_text(&n->last_modified, s->last_modified);
	n->append =
		(struct dw_append){ .also_on_writer = note_on_writer, .cb = on_noted };
	if (dw_engine_append(all->engine, &n->append) < 0)
		on_noted(&n->append);
}

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void take_memo(struct dw_sources *all, struct source *s,
		      const struct dw_source_memo *m)
{
	bool is_new = m != NULL && (!is_same(m->etag, s->etag) ||
				    !is_same(m->last_modified, s->last_modified));

	if (is_new) {
		source_set_text(&s->etag, m->etag);
		source_set_text(&s->last_modified, m->last_modified);
	}
	if (is_new || s->last_success_at - s->noted_at >= NOTE_EVERY_US)
		note(all, s);
}

void dw_source_memo(const struct dw_sources *all, uint64_t id, struct dw_source_memo *out)
{
	const struct source *s = dw_map_get_u64(all->by_id, id);

	out->etag = s != NULL ? s->etag : NULL;
	out->last_modified = s != NULL ? s->last_modified : NULL;
}

/* ---- results ---- */

static void take_success(struct source *s, const struct dw_source_result *r, int64_t now)
{
	s->last_success_at = now;
	s->failures = 0;
	s->error_at = 0;
	s->is_fresh = true;
	s->is_gone = false;
	source_set_text(&s->error, NULL);
	source_set_text(&s->moved_to, r->moved_to);
}

static void take_failure(struct source *s, const struct dw_source_result *r, int64_t now)
{
	s->error_at = now;
	s->failures++;
	s->is_gone = r->is_gone;
	source_set_text(&s->error, r->detail);
}

void dw_source_result(struct dw_sources *all, uint64_t id,
		      const struct dw_source_result *r)
{
	struct source *s = dw_map_get_u64(all->by_id, id);
	int64_t now = dw_now_us(dw_engine_clock(all->engine));

	DW_REQUIRE(r->is_ok || r->detail != NULL);
	if (s == NULL || s->url == NULL)
		return;
	s->next_at = s->is_paused ? 0 : r->next_at;
	if (r->is_ok) {
		take_success(s, r, now);
		take_memo(all, s, r->memo);
	} else {
		take_failure(s, r, now);
	}
	settle(all, s, now);
}

void dw_source_set_next(struct dw_sources *all, uint64_t id, int64_t next_at)
{
	struct source *s = dw_map_get_u64(all->by_id, id);

	if (s != NULL)
		s->next_at = next_at;
}

/* ---- the poller ---- */

void dw_sources_set_poller(struct dw_sources *all, const struct dw_poller *p)
{
	all->has_poller = p != NULL;
	if (p != NULL)
		all->poller = *p;
}

const struct dw_poller *dw_sources_poller(const struct dw_sources *all)
{
	return all->has_poller ? &all->poller : NULL;
}

struct dw_poll_stats *dw_sources_stats(struct dw_sources *all)
{
	return &all->stats;
}
