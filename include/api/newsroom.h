/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_NEWSROOM_H
#define DW_API_NEWSROOM_H
/*
 * The public pages and feeds, as bytes: statements in, HTML, Atom and JSON out. Pure; what they are
 * answered with stands in src/api/newsroom.c.
 */
#include "base/buf.h"
#include "domain/newsroom.h"

struct dw_newsroom_item {
	const struct dw_statement *t;
	const struct dw_publication *last;	 /* of dw_newsroom_last */
	const struct dw_publication *newest;	 /* of dw_newsroom_newest */
	const struct dw_statement *corrects;	 /* another one, public; or NULL */
	const struct dw_statement *corrected_by; /* another one that stands; or NULL */
	int64_t updated;
};

struct dw_newsroom_view {
	struct dw_newsroom_item *p; /* newest first */
	size_t n;
};

struct dw_newsroom_site {
	struct dw_str base;  /* public_url without a slash at its end, or empty */
	struct dw_str name;  /* of the organisation, or empty */
	struct dw_str style; /* address of the stylesheet, or empty */
};

#define DW_NEWSROOM_PAGE 20		       /* items of one page of the list */
#define DW_NEWSROOM_FEED 50		       /* entries of a feed */
#define DW_NEWSROOM_OUT_MAX (8u * 1024 * 1024) /* ceiling that one of them needs */

/** Put statements in order. Requires: each is public. The list lies in `a`, what it points at is borrowed. */
void dw_newsroom_arrange(struct dw_newsroom_view *view,
			 const struct dw_statement *const *t, size_t n,
			 struct dw_arena *a);
/** NULL: not there. */
const struct dw_newsroom_item *dw_newsroom_item(const struct dw_newsroom_view *view,
						uint64_t id);

/* ---- all 0 or DW_ETOOBIG ---- */

/** The items from `from` on. lang: en, ar or fa. */
DW_MUST_USE int dw_newsroom_list(struct dw_buf *out, const struct dw_newsroom_site *site,
				 const struct dw_newsroom_view *view, size_t from,
				 struct dw_str lang);
/** There is no such page. */
DW_MUST_USE int dw_newsroom_missing(struct dw_buf *out,
				    const struct dw_newsroom_site *site,
				    struct dw_str lang);
/** One statement; shown: an older version, NULL: as it stands. */
DW_MUST_USE int dw_newsroom_page(struct dw_buf *out, const struct dw_newsroom_site *site,
				 const struct dw_newsroom_view *view,
				 const struct dw_newsroom_item *it,
				 const struct dw_publication *shown);
DW_MUST_USE int dw_newsroom_atom(struct dw_buf *out, const struct dw_newsroom_site *site,
				 const struct dw_newsroom_view *view);
DW_MUST_USE int dw_newsroom_json(struct dw_buf *out, const struct dw_newsroom_site *site,
				 const struct dw_newsroom_view *view);

#endif
