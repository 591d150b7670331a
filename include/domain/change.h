/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_CHANGE_H
#define DW_DOMAIN_CHANGE_H
/*
 * One edit of a text that several people type in: the ChangeSet of CodeMirror 6, which is what
 * the page sends and what is recorded. How it is spelled in JSON: domain/update.h.
 *
 * Glossary: a unit is a UTF-16 code unit, for that is what browsers count; a line break is one
 * unit, LF. A position is the number of units before it. A part keeps some units, or takes some
 * away and puts a text in their place; the parts of a change add up to the whole text.
 */
#include "domain/mention.h"

#define DW_TEXT_UNITS_MAX 65536u   /* of a draft */
#define DW_CHANGE_PARTS_MAX 10000u /* of all updates that are sent at once */
#define DW_UPDATES_MAX 200u	   /* that are sent at once */

struct dw_change_part {
	bool is_kept;
	uint32_t n;	    /* units kept, or taken away */
	struct dw_str text; /* put in their place: UTF-8, lines joined by LF; borrowed */
};

/* No part: what is done to an empty text when nothing is. */
struct dw_change {
	struct dw_change_part *part;
	size_t n;
};

/**
 * The rules that need no text: a part keeps at least one unit, or takes or puts something;
 * texts are valid UTF-8 without NUL and CR; not more parts and units than may be. Returns 0,
 * DW_EUNPROCESSABLE, or DW_ETOOBIG; *f then says which part: "/3".
 */
DW_MUST_USE int dw_change_check(const struct dw_change *c, struct dw_fault *f);

/** Units of the text before and behind the change, and units that are neither kept nor new. */
uint64_t dw_change_before(const struct dw_change *c);
uint64_t dw_change_behind(const struct dw_change *c);

enum dw_side {
	DW_SIDE_BEFORE, /* what is put exactly at the position comes behind it */
	DW_SIDE_BEHIND, /* … comes before it: it moves along */
};

/**
 * Where a position of the text before is in the text behind: as CodeMirror's mapPos says, -1 for
 * BEFORE and 1 for BEHIND. Requires: pos <= dw_change_before(c).
 */
uint64_t dw_change_map(const struct dw_change *c, uint64_t pos, enum dw_side side);

/**
 * The same for a range, which does not grow at its ends; what replaces exactly the range has its
 * place. False when nothing is left of it: then both ends are where it was. Requires: *from <= *to <= dw_change_before(c).
 */
bool dw_change_map_range(const struct dw_change *c, uint64_t *from, uint64_t *to);

#endif
