/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_SOURCES_INT_H
#define DW_SOURCES_INT_H
/* What the files about sources share. */
#include "base/map.h"
#include "engine/source.h"

#include <jansson.h>

struct source {
	struct dw_link link; /* on dw_sources.all, in the order of ids */
	uint64_t id, version;
	char *slug;
	char *url; /* NULL: a push source */
	unsigned interval_s;
	bool is_paused;
	uint64_t mentions;
	int64_t last_seen_at;
	/* health of a feed */
	int64_t watched_at; /* since when success may be expected of it */
	int64_t last_success_at, error_at, blind_since, next_at;
	char *error, *moved_to;
	unsigned failures;
	bool is_fresh; /* it has succeeded since it was last found blind, or configured */
	bool is_gone;  /* it says that nothing more will come */
	bool is_telling; /* a source.blind or .recovered is in flight */
	char *etag, *last_modified;
	int64_t noted_at; /* last_success_at as the table has it */
};

struct dw_sources {
	struct dw_engine *engine;
	struct dw_map *by_slug; /* slug → struct source, owned by `all` */
	struct dw_map *by_id;
	struct dw_link all;
	size_t n_feeds;
	unsigned blind_s, interval_min_s;
	struct dw_poller poller;
	bool has_poller;
	struct dw_poll_stats stats;
};

/* ---- sources.c ---- */

void source_info(const struct source *s, struct dw_source_info *out);
/** Free *to and make it a copy of `text` (NULL: none). */
void source_set_text(char **to, const char *text);

/* ---- source_json.c ---- */

/* A source.configured, as decoded; strings lie in `tree`. */
struct source_configured {
	json_t *tree;
	const char *url;
	unsigned interval_s;
	bool is_paused;
};

/** False: the payload is none. Otherwise decref tree. */
bool source_configured_read(struct dw_str payload, struct source_configured *out);
struct dw_blob *source_configured_write(const struct dw_source_info *i);
/** source.blind: when and why; source.recovered: since when it was. */
struct dw_blob *source_blind_write(const struct source *s, int64_t since);
struct dw_blob *source_recovered_write(const struct source *s);
/** The id (0: none) and the time under `key` of one of them. */
uint64_t source_health_read(struct dw_str payload, const char *key, int64_t *at);

/* ---- source_health.c ---- */

enum dw_source_state source_state(const struct source *s);
/** A new beginning: it was configured, or we have just started. */
void source_expect(struct source *s, int64_t now);

#endif
