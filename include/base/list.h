/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_LIST_H
#define DW_BASE_LIST_H
/* Intrusive doubly linked ring. An element not on a list points at itself. */
#include "base/err.h"

struct dw_link {
	struct dw_link *next;
	struct dw_link *prev;
};

static inline void dw_list_init(struct dw_link *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool dw_list_empty(const struct dw_link *l)
{
	return l->next == l;
}

/** Append `e` at the tail of `head`. */
static inline void dw_list_push(struct dw_link *head, struct dw_link *e)
{
	e->next = head;
	e->prev = head->prev;
	head->prev->next = e;
	head->prev = e;
}

static inline void dw_list_remove(struct dw_link *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	dw_list_init(e);
}

/** Take the first element, or NULL. */
static inline struct dw_link *dw_list_pop(struct dw_link *head)
{
	struct dw_link *e = head->next;

	if (e == head)
		return NULL;
	dw_list_remove(e);
	return e;
}

/** Move everything on `from` to the tail of `to`. */
static inline void dw_list_splice(struct dw_link *to, struct dw_link *from)
{
	if (dw_list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	dw_list_init(from);
}

#define DW_LIST_EACH(it, head)                                                           \
	for (struct dw_link *it = (head)->next, *it##_next = it->next; it != (head);     \
	     it = it##_next, it##_next = it->next)

#endif
