/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_POLL_INT_H
#define DW_POLL_INT_H
/* Between the plan of all askings (poll.c) and a single one (asking.c). */
#include "engine/ingest.h"
#include "engine/source.h"
#include "link/fetch.h"
#include "link/poll.h"
#include "link/rss.h"

/* An item that has been brought in: what it is known by, and what it said. */
struct seen {
	uint64_t id, content;
};

struct feed {
	struct dw_link link; /* on dw_poll.feeds */
	uint64_t id;
	char *slug, *url;
	unsigned interval_s, failures;
	bool is_paused;
	int64_t due_us; /* on the steady clock; INT64_MAX: not by itself */
	struct asking *asking;
	struct seen *seen; /* items of its last whole answer, sorted */
	size_t n_seen;
};

struct dw_poll {
	struct dw_poll_conf conf;
	struct dw_sources *sources;
	struct dw_fetcher *fetcher;
	const struct dw_clock *clock;
	struct dw_link feeds;
	struct dw_link askings; /* all that are in work */
	unsigned n_tests;
	struct dw_deadline tick;
	int tick_class;
	struct dw_task look; /* something may be due before the next tick */
	uint8_t hash_key[16];
	bool is_stopped, is_fetcher_closed;
	void (*on_closed)(void *data);
	void *on_closed_data;
};

/* One item that is kept until the document was read. */
struct kept {
	struct kept *next;
	struct dw_rss_item item; /* its texts lie in the arena */
	size_t order;		 /* in the document */
};

struct asking {
	struct dw_link link; /* on dw_poll.askings */
	struct dw_fetch fetch;
	struct dw_poll *poll;
	struct feed *feed;	     /* NULL: a test, or the feed was configured anew */
	struct dw_source_test *test; /* NULL: no test, or nobody waits any more */
	char *url, *slug, *etag, *last_modified;
	struct dw_rss *rss;
	struct dw_arena *arena;
	struct kept *first; /* the newest read first */
	struct kept **kept; /* all, in the order in which they are brought in */
	size_t n_kept, next;
	struct seen *seen;
	size_t n_seen, n_items, cap_seen;
	struct dw_ingest in;
	bool is_sending, is_bad;
	struct dw_ingest_totals totals;
	struct dw_err err; /* why the document is not good */
	int rc;
	void (*on_done)(struct asking *a);
};

/** Start asking for the feed, or (feed NULL) for the test; on_done on a later turn. */
struct asking *asking_start(struct dw_poll *p, struct feed *f, struct dw_source_test *t,
			    void (*on_done)(struct asking *a));
/** Requires: nothing of it is in the journal's hands. */
void asking_free(struct asking *a);
/** The mentions of the items that were kept, as a JSON array into out. */
void asking_show(struct asking *a, struct dw_buf *out);

/* seen.c */

/** What the item is known by, and a digest of what it says. */
void seen_of(const uint8_t key[16], const struct dw_rss_item *i, struct seen *out);
bool seen_has(const struct seen *list, size_t n, const struct seen *one);
void seen_sort(struct seen *list, size_t n);

#endif
