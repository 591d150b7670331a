/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom.c - what everybody may know of a statement.
 *
 * Asked for each publication by itself: a statement may have been one for the staff before it was one
 * for the press, and the other way round.
 */
#include "domain/newsroom.h"

bool dw_newsroom_has(const struct dw_statement *t, const struct dw_publication *p)
{
	const struct dw_statement_version *v;

	if (p->is_withdrawal || t->is_erased || p->version >= t->versions.n)
		return false;
	v = &t->versions.p[p->version];
	return v->text.p != NULL && v->reader == DW_READER_PUBLIC &&
	       (v->channel == DW_CHANNEL_PRESS || v->channel == DW_CHANNEL_SOCIAL);
}

const struct dw_publication *dw_newsroom_before(const struct dw_statement *t,
						const struct dw_publication *p)
{
	for (size_t i = (size_t)(p - t->publications.p); i-- > 0;)
		if (dw_newsroom_has(t, &t->publications.p[i]))
			return &t->publications.p[i];
	return NULL;
}

/* Whatever was out is gone by it, whoever that last version was for. */
bool dw_newsroom_tells(const struct dw_statement *t, const struct dw_publication *p)
{
	if (p->is_withdrawal)
		return dw_newsroom_before(t, p) != NULL;
	return dw_newsroom_has(t, p);
}

struct dw_str dw_newsroom_reason(const struct dw_statement *t,
				 const struct dw_publication *p, bool does_correct)
{
	const struct dw_publication *before = dw_newsroom_before(t, p);
	const struct dw_str none = { NULL, 0 };

	if (p->is_withdrawal)
		return before != NULL && before->version == p->version ? p->reason : none;
	if (!dw_newsroom_has(t, p) || (before == NULL && !does_correct))
		return none;
	return p->reason.n > 0 || before != NULL ? p->reason : t->reason;
}

const struct dw_publication *dw_newsroom_last(const struct dw_statement *t)
{
	for (size_t i = t->publications.n; i-- > 0;)
		if (dw_newsroom_tells(t, &t->publications.p[i]))
			return &t->publications.p[i];
	return NULL;
}

const struct dw_publication *dw_newsroom_newest(const struct dw_statement *t)
{
	for (size_t i = t->publications.n; i-- > 0;)
		if (dw_newsroom_has(t, &t->publications.p[i]))
			return &t->publications.p[i];
	return NULL;
}

const struct dw_publication *dw_newsroom_first(const struct dw_statement *t)
{
	for (size_t i = 0; i < t->publications.n; i++)
		if (dw_newsroom_has(t, &t->publications.p[i]))
			return &t->publications.p[i];
	return NULL;
}

const struct dw_publication *dw_newsroom_at(const struct dw_statement *t, uint64_t seq)
{
	for (size_t i = 0; i < t->publications.n; i++)
		if (t->publications.p[i].seq == seq &&
		    dw_newsroom_has(t, &t->publications.p[i]))
			return &t->publications.p[i];
	return NULL;
}
