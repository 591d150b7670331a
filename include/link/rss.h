/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_RSS_H
#define DW_LINK_RSS_H
/*
 * Reads RSS 2.0, RSS 1.0 and Atom as they come in, item by item. Everything in a document is
 * hostile: see src/link/rss.c for what is refused.
 */
#include "base/str.h"

/* All texts are valid UTF-8 without markup; p == NULL is absent. Borrowed during on_item. */
struct dw_rss_item {
	struct dw_str id; /* always there: its own, its address, or a digest */
	struct dw_str title, text, url, author, author_url, lang;
	int64_t posted_at; /* µs since 1970 UTC */
	bool has_posted_at;
	struct dw_str raw; /* the element's bytes, as they came */
};

struct dw_rss_conf {
	const char *url;     /* of the document: relative addresses start from it */
	const char *charset; /* that came beside the document, NULL = none */
	/* false: that was enough. The rest is read no more. */
	bool (*on_item)(void *data, const struct dw_rss_item *i);
	void *data;
};

struct dw_rss;

/** Copies what conf points at. */
struct dw_rss *dw_rss_create(const struct dw_rss_conf *conf);
/** NULL is fine. */
void dw_rss_destroy(struct dw_rss *r);
/** The next bytes. DW_EINVAL: this is no feed; the text says what it is, and in which line. */
DW_MUST_USE int dw_rss_read(struct dw_rss *r, struct dw_str piece, struct dw_err *err);
/** That was all. DW_EINVAL as above, also when it broke off. */
DW_MUST_USE int dw_rss_end(struct dw_rss *r, struct dw_err *err);
/** What the feed calls itself so far; p == NULL: nothing. Until the next call. */
struct dw_str dw_rss_title(const struct dw_rss *r);

#endif
