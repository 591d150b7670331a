/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_MENTION_QUERY_H
#define DW_ENGINE_MENTION_QUERY_H
/* Stored mentions as the API shows them. All of it runs on a reading thread. */
#include "base/buf.h"
#include "domain/policy.h"
#include "store/journal.h"

struct dw_fault;  /* domain/mention.h */
struct dw_names;  /* engine/names.h */
struct dw_search; /* text/search.h */

#define DW_MENTION_PAGE_MAX 500
#define DW_MENTION_PAGE_BYTES                                                            \
	(4u * 1024 * 1024)		       /* a page ends early when it has as much */
#define DW_MENTION_OUT_MAX (16u * 1024 * 1024) /* ceiling that `out` needs */

/* Who asks: which rooms are shown beside a mention. */
struct dw_onlooker {
	struct dw_principal who;
	struct dw_doors *doors; /* borrowed while it is read; NULL: no room is closed */
};

#define DW_TRIAGE_ANY 0u /* triage states are bits, 1 << enum dw_triage */

struct dw_mention_query {
	struct dw_onlooker onlooker;
	struct dw_str source, lang; /* p == NULL: any */
	struct dw_str author; /* of that source, see dw_author_fold; p == NULL: any */
	const struct dw_search *search; /* words that it must hold; NULL: any */
	uint64_t room;			/* in this incident; 0: anywhere */
	size_t room_mentions;		/* how many that has, about */
	uint64_t claim;			/* that spread this claim of the room; 0: any */
	size_t claim_mentions;		/* how many those are, about */
	unsigned triage;	/* only these states; what nobody looked at is new */
	uint64_t before, after; /* ids below the one and above the other */
	unsigned limit;		/* 1 to DW_MENTION_PAGE_MAX */
};

/**
 * Read what was typed into the search box: all of its words must occur. is_exact: only as
 * spelled, not as Arabic or Persian grammar bends them. DW_EINVAL: *f says why, at "/q".
 */
DW_MUST_USE int dw_mention_words(struct dw_search **out, struct dw_str typed,
				 bool is_exact, struct dw_fault *f);
/** NULL is fine. */
void dw_mention_words_free(struct dw_search *s);

/** {"items":[…],"next":…}, newest first. next is the `before` of the page behind, or null. With a
 * search each item has `marks`, and `title_marks` when it has a title: [from,to) in UTF-16 units of
 * the text as it was written. */
DW_MUST_USE int dw_mention_list_on_pool(struct dw_reader *r,
					const struct dw_mention_query *q,
					struct dw_buf *out, struct dw_err *err);
/**
 * One mention and its versions, oldest first, each as a timeline item. DW_ENOTFOUND. *version: its
 * newest. `names` is borrowed.
 */
DW_MUST_USE int dw_mention_get_on_pool(struct dw_reader *r, const struct dw_onlooker *who,
				       const struct dw_names *names, uint64_t id,
				       struct dw_buf *out, uint64_t *version,
				       struct dw_err *err);

/** The members of a mention as an open object, without the last brace: {"id":…,"version":…,…,
 *  "recorded_at":… (of that version). */
void dw_mention_show(struct dw_buf *out, uint64_t id, uint64_t version,
		     struct dw_str payload, int64_t recorded_at);

#endif
