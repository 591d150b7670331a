/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_INDEX_INT_H
#define DW_MENTION_INDEX_INT_H
/* What those who write the search index share with those who ask it. */
#include "base/buf.h"
#include "domain/mention.h"
#include "text/search.h"

struct dw_blob;
struct dw_db;
struct dw_record;
struct dw_stored;

/* The index is brought up to date at every event whose seq this divides, so no more events than
 * this are ever behind it. */
#define MENTION_INDEX_EVERY 256
/* A mention whose payload has more bytes than this brings it up to date at once. */
#define MENTION_INDEX_BYTES 2048

/* ---- mention_terms.c ---- */

#define MENTION_TERMS_MAX (16u * 1024 * 1024) /* ceiling that a buffer of terms needs */

/** What a mention is found by, as the tokenizer "diwan" reads it. source: its id, 0 = none. */
void mention_terms(struct dw_buf *out, const struct dw_mention *m, uint64_t source);
/** The same in two steps: first its source, then the rest, which is known before it has an id. */
void mention_terms_source(struct dw_buf *out, uint64_t source);
void mention_terms_rest(struct dw_buf *out, const struct dw_mention *m);
/** The term of a source, quoted for a MATCH expression. */
DW_MUST_USE int mention_term_source(struct dw_buf *out, uint64_t source);

#define MENTION_MARKS_MAX 200 /* in one text */

struct mention_marks {
	size_t n_text, n_title;
	struct dw_mark text[MENTION_MARKS_MAX], title[MENTION_MARKS_MAX];
};

/** Does the mention hold every term? Exactly what its index terms would say. Sets *marks. */
bool mention_has_terms(const struct dw_search *s, const struct dw_mention *m,
		       struct mention_marks *marks);

/* ---- mention_index.c ---- */

/** dw_projector.prepare_ahead: the terms of a mention, without its source. Any thread. */
struct dw_blob *mention_index_ahead(const struct dw_record *r);
/** Bring the index up to date when it is time: after e was folded into the other views. */
DW_MUST_USE int mention_index_on_writer(struct dw_db *db, const struct dw_stored *e,
					struct dw_err *err);

#endif
