/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_SOURCE_H
#define DW_ENGINE_SOURCE_H
/*
 * Where mentions come from: live state in memory, folded from source.* and mention.added events,
 * with the health of those that we ask by ourselves. See src/engine/sources.c.
 *
 * Glossary: a push source is known because mentions came under its name; a feed is one that the
 * poller (link/poll.h) asks; a source is blind when it has told nothing for too long.
 */
#include "domain/policy.h"
#include "domain/source.h"
#include "engine/engine.h"

struct dw_db;

#define DW_FEEDS_MAX 500 /* feeds that may be configured */

enum dw_source_kind { DW_SOURCE_PUSH, DW_SOURCE_FEED };

enum dw_source_state {
	DW_SOURCE_IS_PUSH, /* nothing to watch */
	DW_SOURCE_NEW,	   /* not asked yet, or not since we started */
	DW_SOURCE_OK,
	DW_SOURCE_FAILING, /* the last attempt failed */
	DW_SOURCE_BLIND,   /* and so did all for too long */
	DW_SOURCE_PAUSED,
};

/* Times are µs since 1970 UTC, 0 = none. Texts are borrowed, NULL = none. */
struct dw_source_health {
	enum dw_source_state state;
	int64_t last_success_at;
	int64_t error_at;  /* of the newest failure since the last success */
	const char *error; /* what it was */
	unsigned failures; /* in a row */
	int64_t blind_since;
	int64_t next_at;      /* when it is asked next; 0: not by itself */
	const char *moved_to; /* where it says that it lives for good now */
};

struct dw_source_info { /* borrowed until the next turn of the loop */
	uint64_t id, version;
	struct dw_str slug;
	enum dw_source_kind kind;
	struct dw_str url; /* feeds only */
	unsigned interval_s;
	bool is_paused;
	uint64_t mentions;
	int64_t last_seen_at; /* when its newest mention came; 0 = none */
	struct dw_source_health health;
};

/* ---- what engine.c uses ---- */

/** Load what there is. r is a reader of the journal, without a database when that is in memory. */
DW_MUST_USE int dw_sources_open(struct dw_sources **out, struct dw_engine *e,
				struct dw_reader *r, struct dw_err *err);
/** NULL is fine. */
void dw_sources_destroy(struct dw_sources *s);
/** Fold one durable source.* or mention.* event into the live state. */
void dw_sources_apply(struct dw_sources *s, const struct dw_stored *e);
/** Fold a source.configured, .blind or .recovered into the read tables. */
DW_MUST_USE int dw_source_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					    struct dw_err *err);

/* ---- looking; on the loop ---- */

/** Id of the source of that name, or 0. */
uint64_t dw_sources_find(const struct dw_sources *s, struct dw_str slug);
size_t dw_sources_count(const struct dw_sources *s);
/** All of them in the order of arrival, until fn returns false. */
void dw_sources_each(const struct dw_sources *s,
		     bool (*fn)(void *data, const struct dw_source_info *i), void *data);
/** One of them by id; false: there is none. */
bool dw_sources_get(const struct dw_sources *s, uint64_t id, struct dw_source_info *out);

/* ---- commands ---- */

enum { /* what dw_source_change changes */
       DW_SOURCE_SET_URL = 1,
       DW_SOURCE_SET_INTERVAL = 2,
       DW_SOURCE_SET_PAUSED = 4,
};

struct dw_source_op;
typedef void (*dw_source_cb)(struct dw_source_op *op);

/**
 * One command in flight. Open so that callers embed it; all zero before its fields are set.
 * Ownership:  the caller owns it, and what its strings point at, until cb.
 * Completion: cb once, on the loop, after the starting function returned.
 */
struct dw_source_op {
	/* set by the caller */
	struct dw_principal who;
	uint8_t command[16];
	uint64_t id;	  /* change: which */
	uint64_t version; /* change: that it was based on; 0 = any */
	unsigned set;	  /* change: DW_SOURCE_SET_… */
	struct dw_str slug, url;
	unsigned interval_s; /* add: 0 = DW_INTERVAL_DEFAULT */
	bool is_paused;
	/* In the same transaction, on the writer, when `now` is as it will be; db is NULL in
	 * memory. May be NULL. */
	int (*also_on_writer)(struct dw_source_op *op, struct dw_db *db,
			      struct dw_err *err);
	dw_source_cb cb;
	void *data;
	/* results */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_fault fault;	   /* with DW_EINVAL: which field; pointer "" = none */
	struct dw_source_info now; /* the source as this command leaves it */
	/* the engine's own */
	struct dw_sources *sources;
	int (*decide)(struct dw_source_op *op);
	struct dw_append append;
	struct dw_record recs[2];
	struct dw_expect expect;
	struct dw_task done;
	unsigned tries;
	char url_now[DW_URL_MAX + 1]; /* what now.url points at */
	char slug_now[401];
};

/** slug, url, interval_s. DW_EEXISTS when a feed has that name; a push source becomes one. */
void dw_source_add(struct dw_sources *s, struct dw_source_op *op);
/** id, version, set and what it names. DW_EMOVED, DW_ENOTFOUND; DW_EUNPROCESSABLE: no feed. */
void dw_source_change(struct dw_sources *s, struct dw_source_op *op);

/* ---- the poller's side ---- */

struct dw_source_test;
typedef void (*dw_source_test_cb)(struct dw_source_test *t);

/* An address tried out without a source; the caller owns it until cb. */
struct dw_source_test {
	struct dw_str url;  /* borrowed until cb */
	struct dw_str slug; /* under which the mentions would come */
	dw_source_test_cb
		cb; /* once, on the loop, after the poller's `test` returned 0 */
	void *data;
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_str title; /* of the feed; p == NULL: none. Borrowed during cb */
	struct dw_str items; /* JSON array of mentions; borrowed during cb */
	struct dw_link link; /* the poller's */
};

struct dw_poller {
	/* a feed was configured: added, changed, paused or resumed */
	void (*on_configured)(void *ctx, const struct dw_source_info *i);
	/* ask it now; DW_EBUSY when too much waits */
	int (*check)(void *ctx, uint64_t id, struct dw_err *err);
	int (*test)(void *ctx, struct dw_source_test *t, struct dw_err *err);
	void *ctx;
};

/** Who asks the feeds. Copied; NULL: nobody any more. */
void dw_sources_set_poller(struct dw_sources *s, const struct dw_poller *p);
const struct dw_poller *dw_sources_poller(const struct dw_sources *s);

/* What the answer to the last asking said about itself, to be sent with the next. */
struct dw_source_memo { /* borrowed until the next result; NULL = none */
	const char *etag, *last_modified;
};
void dw_source_memo(const struct dw_sources *s, uint64_t id, struct dw_source_memo *out);

/* What came of asking once. */
struct dw_source_result {
	bool is_ok;
	bool is_gone;	    /* 410: nothing more will come */
	const char *detail; /* why not, when not is_ok */
	int64_t next_at;
	const char *moved_to;
	const struct dw_source_memo *memo; /* new validators; NULL: as before */
};
/** Note it; may append source.recovered. Unknown ids are let be. */
void dw_source_result(struct dw_sources *s, uint64_t id,
		      const struct dw_source_result *r);
/** When it is asked next, between results. */
void dw_source_set_next(struct dw_sources *s, uint64_t id, int64_t next_at);
/** Append source.blind for those that have become so. Once a second or so. */
void dw_sources_watch(struct dw_sources *s);

struct dw_poll_stats { /* for /metrics; the poller counts */
	uint64_t polls, failures, not_modified, items, bytes;
	uint64_t refused_addresses;
};
struct dw_poll_stats *dw_sources_stats(struct dw_sources *s);

#endif
