/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sources.c - which sources there are, in memory: looked up for every mention that comes in.
 */
#include "base/map.h"
#include "domain/event.h"
#include "engine/engine.h"
#include "ingest_int.h"
#include "store/db.h"

#include <jansson.h>
#include <stdlib.h>

struct dw_sources {
	struct dw_map *by_slug; /* slug → uint64_t *, owned: the id */
};

static void add(struct dw_sources *s, struct dw_str slug, uint64_t id)
{
	uint64_t *value = malloc(sizeof(*value));

	DW_INVARIANT(value != NULL);
	*value = id;
	free(dw_map_put(s->by_slug, slug, value));
}

static int load(struct dw_sources *s, struct dw_db *db, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, "SELECT id, slug FROM source", err);
	int rc = q != NULL ? 1 : DW_EINTERNAL;

	while (rc == 1) {
		rc = dw_db_step(db, q, err);
		if (rc == 1)
			add(s, dw_db_text(q, 1), (uint64_t)sqlite3_column_int64(q, 0));
	}
	return rc < 0 ? dw_wrap(err, rc, "loading sources") : 0;
}

int dw_sources_open(struct dw_sources **out, struct dw_db *db, struct dw_err *err)
{
	struct dw_sources *s = calloc(1, sizeof(*s));
	int rc = 0;

	DW_INVARIANT(s != NULL);
	s->by_slug = dw_map_create();
	if (db != NULL)
		rc = load(s, db, err);
	if (rc < 0)
		dw_sources_destroy(s);
	else
		*out = s;
	return rc;
}

void dw_sources_destroy(struct dw_sources *s)
{
	struct dw_str key;
	void *value;
	size_t it = 0;

	if (s == NULL)
		return;
	while (dw_map_next(s->by_slug, &it, &key, &value))
		free(value);
	dw_map_destroy(s->by_slug);
	free(s);
}

void dw_sources_apply(struct dw_sources *s, const struct dw_stored *e)
{
	const struct dw_ingest_fact *fact = e->decoded;
	json_t *o, *slug;

	if (dw_event_by_name(e->type) != DW_EV_SOURCE_ADDED || e->payload.p == NULL)
		return;
	if (fact != NULL) {
		add(s, fact->source, e->seq);
		return;
	}
	o = json_loadb(e->payload.p, e->payload.n, 0, NULL);
	slug = json_object_get(o, "slug");
	if (json_is_string(slug))
		add(s, dw_str_make(json_string_value(slug), json_string_length(slug)),
		    e->seq);
	json_decref(o);
}

uint64_t dw_sources_find(const struct dw_sources *s, struct dw_str slug)
{
	const uint64_t *id = dw_map_get(s->by_slug, slug);

	return id != NULL ? *id : 0;
}

size_t dw_sources_count(const struct dw_sources *s)
{
	return dw_map_count(s->by_slug);
}
