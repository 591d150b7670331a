/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_NEWSROOM_H
#define DW_DOMAIN_NEWSROOM_H
/*
 * What everybody may know of a statement: the one place that decides it.
 *
 * Public are the versions that were published for the audience `public` on the channels press and social,
 * and that they were withdrawn; nothing else of a statement is, and nothing of a drill. That its room is
 * restricted does not matter: who published it has told everybody.
 */
#include "domain/statement.h"

/** May everybody read what went out then? False for a withdrawal. */
bool dw_newsroom_has(const struct dw_statement *t, const struct dw_publication *p);
/** The same, or a withdrawal of what everybody could read. */
bool dw_newsroom_tells(const struct dw_statement *t, const struct dw_publication *p);
/**
 * Why, if everybody may know it: of a withdrawal, of a version behind another, and of the first one of a
 * statement that corrects a public one (does_correct); else p == NULL.
 */
struct dw_str dw_newsroom_reason(const struct dw_statement *t,
				 const struct dw_publication *p, bool does_correct);

/** The newest that everybody may know of it, withdrawals too; NULL: it is not public. */
const struct dw_publication *dw_newsroom_last(const struct dw_statement *t);
/** The newest version that went out, withdrawn or not; or NULL. */
const struct dw_publication *dw_newsroom_newest(const struct dw_statement *t);
/** The one before it; or NULL. */
const struct dw_publication *dw_newsroom_before(const struct dw_statement *t,
						const struct dw_publication *p);
/** That went out with the event of that number; or NULL. */
const struct dw_publication *dw_newsroom_at(const struct dw_statement *t, uint64_t seq);
/** The first that went out; or NULL. */
const struct dw_publication *dw_newsroom_first(const struct dw_statement *t);

#endif
