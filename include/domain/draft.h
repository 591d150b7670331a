/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_DRAFT_H
#define DW_DOMAIN_DRAFT_H
/* A text that several people type in, and who wrote each part of it. */
#include "base/buf.h"
#include "domain/change.h"

/* Neighbours have different authors, none is empty, and together they are the whole text. */
struct dw_author_run {
	uint64_t author;
	uint32_t units;
};

struct dw_draft {
	struct dw_buf text; /* UTF-8, lines end with LF */
	uint32_t units;
	struct dw_author_run *run; /* owned */
	size_t n_runs;
};

/** Empty, allocates nothing. */
void dw_draft_init(struct dw_draft *d);
void dw_draft_fini(struct dw_draft *d);
/** Requires: `to` is initialised; what it held is gone. */
void dw_draft_copy(struct dw_draft *to, const struct dw_draft *from);

/**
 * Begin with a text of one author; CRLF and CR become LF, as in the page. Requires: `d` is empty.
 * DW_EUNPROCESSABLE (no UTF-8, or a NUL in it), DW_ETOOBIG; *f has the reason, pointer "".
 */
DW_MUST_USE int dw_draft_start(struct dw_draft *d, struct dw_str text, uint64_t author,
			       struct dw_fault *f);

/**
 * Apply a change of `author`, whole or, when it is refused, not at all. Everything about the
 * change is checked here, whoever made it: what we let through, every page would stumble over.
 * DW_EUNPROCESSABLE: a part is wrong by itself, the parts do not add up to the text, or one ends inside
 * of a surrogate pair. DW_ETOOBIG: the text would be too long. *f: which part ("/3"), why.
 */
DW_MUST_USE int dw_draft_apply(struct dw_draft *d, const struct dw_change *c,
			       uint64_t author, struct dw_fault *f);

/** The text between two positions; false beyond the end or inside of a surrogate pair. */
bool dw_draft_slice(const struct dw_draft *d, uint64_t from, uint64_t to,
		    struct dw_str *out);

/** 32-bit FNV-1a of the text: with `units`, how a page notices that it has another one. */
uint32_t dw_draft_hash(const struct dw_draft *d);

#endif
