/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_INGEST_INT_H
#define DW_INGEST_INT_H
/* What sender and folds of mentions share. */
#include "engine/ingest.h"

/* dw_record.decoded of mention.* and source.*: what the folds need of the payload. Borrowed from
 * the batch; immutable while it is in flight, so that the writer may read it. */
struct dw_ingest_fact {
	bool is_source;	      /* of a source.added */
	struct dw_str source; /* its slug */
	uint64_t source_id;   /* when it was known already, else 0 */
	struct dw_str lang;   /* p == NULL: not told */
	uint64_t author;      /* mention_author_of; 0: nobody is named */
	int64_t posted_at;
	bool has_posted_at;
};

/* ---- ingest.c: identity of a source ---- */

/** Key of the record: all about one source share it. */
void ingest_source_identity(const struct dw_engine *e, struct dw_str slug,
			    struct dw_record *r);
/** A source.added, without actor and command; the payload is a new reference. */
void ingest_source_record(const struct dw_engine *e, struct dw_str slug,
			  struct dw_record *r);

/* ---- mention_author.c ---- */

/** An author as the read table knows them; 0 for the empty one. author: see dw_author_fold. */
uint64_t mention_author_id(struct dw_str source, struct dw_str author);
uint64_t mention_author_of(const struct dw_mention *m);

#endif
