/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sources.c - which sources there are, in memory: looked up for every mention that comes in.
 *
 * How many mentions a source has and when the newest came is kept here too: counted once over
 * an index when the engine opens, and one addition for each mention from then on. So a list of
 * all sources costs no look at the database, however long the journal is.
 *
 * Rejected: a sum in the read table. It would be a second row to write for every mention, in
 * the transaction that everybody waits for, to save a tenth of a second per million at start.
 */
#include "engine/ingest.h"
#include "ingest_int.h"
#include "sources_int.h"
#include "store/db.h"

#include <stdlib.h>

static const char load_sql[] =
	"SELECT s.id, s.version, s.slug, s.url, s.interval_s, s.is_paused, s.blind_since,"
	" m.etag, m.last_modified, m.last_success_at"
	" FROM source AS s LEFT JOIN source_memo AS m ON m.source = s.id AND m.url = s.url"
	" ORDER BY s.id";
static const char count_sql[] =
	"SELECT source, count(*), max(id) FROM mention WHERE source IS NOT NULL"
	" GROUP BY source";

void source_set_text(char **to, const char *text)
{
	char *copy = text != NULL ? strdup(text) : NULL;

	DW_INVARIANT(text == NULL || copy != NULL);
	free(*to);
	*to = copy;
}

static struct source *add(struct dw_sources *all, struct dw_str slug, uint64_t id)
{
	struct source *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL && dw_map_get(all->by_slug, slug) == NULL);
	s->id = s->version = id;
	s->slug = strndup(slug.p, slug.n);
	DW_INVARIANT(s->slug != NULL);
	(void)dw_map_put(all->by_slug, slug, s);
	(void)dw_map_put_u64(all->by_id, id, s);
	dw_list_push(&all->all, &s->link);
	return s;
}

/* ---- loading ---- */

static char *copy_column(sqlite3_stmt *q, int column)
{
	char *copy = NULL;

	if (sqlite3_column_type(q, column) != SQLITE_NULL) {
		struct dw_str text = dw_db_text(q, column);

		copy = strndup(text.p, text.n);
		DW_INVARIANT(copy != NULL);
	}
	return copy;
}

static void load_row(struct dw_sources *all, sqlite3_stmt *q)
{
	struct source *s =
		add(all, dw_db_text(q, 2), (uint64_t)sqlite3_column_int64(q, 0));

	s->version = (uint64_t)sqlite3_column_int64(q, 1);
	s->url = copy_column(q, 3);
	if (s->url == NULL)
		return;
	s->interval_s = (unsigned)sqlite3_column_int64(q, 4);
	s->is_paused = sqlite3_column_int(q, 5) != 0;
	s->etag = copy_column(q, 7);
	s->last_modified = copy_column(q, 8);
	source_expect(s, dw_now_us(dw_engine_clock(all->engine)));
	s->blind_since = sqlite3_column_int64(q, 6);
	s->last_success_at = s->noted_at = sqlite3_column_int64(q, 9);
	all->n_feeds++;
}

static int load(struct dw_sources *all, struct dw_db *db, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, load_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1)
		load_row(all, q);
	sqlite3_reset(q);
	return rc;
}

static bool on_newest(void *data, const struct dw_stored *e)
{
	struct source *s = data;

	s->last_seen_at = e->recorded_at;
	return false;
}

static int count(struct dw_sources *all, struct dw_db *db, struct dw_reader *r,
		 struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, count_sql, err);
	int rc = 0;

	if (q == NULL)
		return DW_EINTERNAL;
	while (rc == 0 && (rc = dw_db_step(db, q, err)) == 1) {
		struct source *s =
			dw_map_get_u64(all->by_id, (uint64_t)sqlite3_column_int64(q, 0));
		uint64_t last;

		rc = 0;
		if (s == NULL)
			continue;
		s->mentions = (uint64_t)sqlite3_column_int64(q, 1);
		rc = dw_reader_scan(r, (uint64_t)sqlite3_column_int64(q, 2) - 1, 1,
				    on_newest, s, &last, err);
	}
	sqlite3_reset(q);
	return rc;
}

int dw_sources_open(struct dw_sources **out, struct dw_engine *e, struct dw_reader *r,
		    struct dw_err *err)
{
	struct dw_sources *all = calloc(1, sizeof(*all));
	struct dw_db *db = dw_reader_db(r);
	int rc = 0;

	DW_INVARIANT(all != NULL);
	all->engine = e;
	all->by_slug = dw_map_create();
	all->by_id = dw_map_create();
	dw_list_init(&all->all);
	if (db != NULL)
		rc = load(all, db, err);
	if (db != NULL && rc == 0)
		rc = count(all, db, r, err);
	if (rc < 0) {
		dw_sources_destroy(all);
		return dw_wrap(err, rc, "loading sources");
	}
	*out = all;
	return 0;
}

static void source_free(struct source *s)
{
	free(s->slug);
	free(s->url);
	free(s->error);
	free(s->moved_to);
	free(s->etag);
	free(s->last_modified);
	free(s);
}

void dw_sources_destroy(struct dw_sources *all)
{
	struct dw_link *l;

	if (all == NULL)
		return;
	while ((l = dw_list_pop(&all->all)) != NULL)
		source_free(DW_CONTAINER_OF(l, struct source, link));
	dw_map_destroy(all->by_slug);
	dw_map_destroy(all->by_id);
	free(all);
}

/* ---- folding ---- */

/* The text under `key` of a payload, for events that did not come with their facts. */
static struct source *by_payload(struct dw_sources *all, const struct dw_stored *e,
				 const char *key, bool may_add)
{
	json_t *o = json_loadb(e->payload.p, e->payload.n, 0, NULL);
	const json_t *v = json_object_get(o, key);
	struct source *s = NULL;

	if (json_is_string(v)) {
		struct dw_str slug =
			dw_str_make(json_string_value(v), json_string_length(v));

		s = dw_map_get(all->by_slug, slug);
		if (s == NULL && may_add)
			s = add(all, slug, e->seq);
	}
	json_decref(o);
	return s;
}

static void apply_added(struct dw_sources *all, const struct dw_stored *e)
{
	const struct dw_ingest_fact *fact = e->decoded;

	if (fact == NULL)
		(void)by_payload(all, e, "slug", true);
	else if (dw_map_get(all->by_slug, fact->source) == NULL)
		(void)add(all, fact->source, e->seq);
}

static void apply_mention(struct dw_sources *all, const struct dw_stored *e)
{
	const struct dw_ingest_fact *fact = e->decoded;
	struct source *s;

	if (fact == NULL)
		s = by_payload(all, e, "source", false);
	else if (fact->source_id != 0)
		s = dw_map_get_u64(all->by_id, fact->source_id);
	else
		s = dw_map_get(all->by_slug, fact->source);
	if (s == NULL)
		return;
	s->mentions++;
	s->last_seen_at = e->recorded_at;
}

static void apply_configured(struct dw_sources *all, const struct dw_stored *e)
{
	struct source *s = dw_map_get_u64(all->by_id, e->subject);
	struct source_configured c;
	struct dw_source_info i;
	bool is_other;

	if (s == NULL || !source_configured_read(e->payload, &c))
		return;
	is_other = s->url == NULL || strcmp(s->url, c.url) != 0;
	all->n_feeds += s->url == NULL;
	s->version = e->seq;
	s->interval_s = c.interval_s;
	s->is_paused = c.is_paused;
	if (is_other) {
		source_set_text(&s->url, c.url);
		source_set_text(&s->etag, NULL);
		source_set_text(&s->last_modified, NULL);
	}
	json_decref(c.tree);
	source_expect(s, e->recorded_at);
	source_info(s, &i);
	if (all->has_poller)
		all->poller.on_configured(all->poller.ctx, &i);
}

static void apply_health(struct dw_sources *all, const struct dw_stored *e, bool is_blind)
{
	int64_t at = 0;
	uint64_t id =
		source_health_read(e->payload, is_blind ? "since" : "blind_since", &at);
	struct source *s = id != 0 ? dw_map_get_u64(all->by_id, id) : NULL;

	if (s == NULL)
		return;
	s->blind_since = is_blind ? at : 0;
	s->is_fresh = s->is_fresh && !is_blind;
}

void dw_sources_apply(struct dw_sources *all, const struct dw_stored *e)
{
	if (e->payload.p == NULL)
		return;
	switch ((unsigned)dw_event_by_name(e->type)) {
	case DW_EV_MENTION_ADDED:
		apply_mention(all, e);
		break;
	case DW_EV_SOURCE_ADDED:
		apply_added(all, e);
		break;
	case DW_EV_SOURCE_CONFIGURED:
		apply_configured(all, e);
		break;
	case DW_EV_SOURCE_BLIND:
		apply_health(all, e, true);
		break;
	case DW_EV_SOURCE_RECOVERED:
		apply_health(all, e, false);
		break;
	default:
		break;
	}
}

/* ---- looking ---- */

uint64_t dw_sources_find(const struct dw_sources *all, struct dw_str slug)
{
	const struct source *s = dw_map_get(all->by_slug, slug);

	return s != NULL ? s->id : 0;
}

size_t dw_sources_count(const struct dw_sources *all)
{
	return dw_map_count(all->by_slug);
}

void source_info(const struct source *s, struct dw_source_info *out)
{
	*out = (struct dw_source_info){
		.id = s->id,
		.version = s->version,
		.slug = dw_str_of(s->slug),
		.kind = s->url != NULL ? DW_SOURCE_FEED : DW_SOURCE_PUSH,
		.url = dw_str_of(s->url),
		.interval_s = s->interval_s,
		.is_paused = s->is_paused,
		.mentions = s->mentions,
		.last_seen_at = s->last_seen_at,
		.health = { .state = source_state(s),
			    .last_success_at = s->last_success_at,
			    .error_at = s->error_at,
			    .error = s->error,
			    .failures = s->failures,
			    .blind_since = s->blind_since,
			    .next_at = s->next_at,
			    .moved_to = s->moved_to },
	};
}

void dw_sources_each(const struct dw_sources *all,
		     bool (*fn)(void *data, const struct dw_source_info *i), void *data)
{
	DW_LIST_EACH(l, &all->all) {
		struct dw_source_info i;

		source_info(DW_CONTAINER_OF(l, struct source, link), &i);
		if (!fn(data, &i))
			return;
	}
}

bool dw_sources_get(const struct dw_sources *all, uint64_t id, struct dw_source_info *out)
{
	const struct source *s = dw_map_get_u64(all->by_id, id);

	if (s == NULL)
		return false;
	source_info(s, out);
	return true;
}
