/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * arena.c - bump memory that is dropped whole.
 *
 * The first chunk lies behind the arena itself, so an ordinary request costs one allocation.
 * Later chunks double up to a ceiling; what is larger than that gets a chunk of its own, put
 * behind the current one, so that the room left in the current one is not lost.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_ROOM 4000u
#define MOST_ROOM (64u * 1024)

struct chunk {
	struct chunk *next;
	size_t used, room;
	alignas(max_align_t) char data[];
};

struct dw_arena {
	struct chunk *last; /* the one that is being filled, then older ones */
	size_t used;
	alignas(max_align_t) char first[];
};

static struct chunk *chunk_at(void *memory, size_t room)
{
	struct chunk *c = memory;

	c->next = NULL;
	c->used = 0;
	c->room = room;
	return c;
}

static struct chunk *chunk_of(struct dw_arena *a)
{
	return (struct chunk *)(void *)a->first;
}

struct dw_arena *dw_arena_create(void)
{
	struct dw_arena *a = malloc(sizeof(*a) + sizeof(struct chunk) + FIRST_ROOM);

	DW_INVARIANT(a != NULL);
	a->used = 0;
	a->last = chunk_at(a->first, FIRST_ROOM);
	return a;
}

void dw_arena_destroy(struct dw_arena *a)
{
	struct chunk *c;

	if (a == NULL)
		return;
	while ((c = a->last) != NULL) {
		a->last = c->next;
		if (c != chunk_of(a))
			free(c);
	}
	free(a);
}

static struct chunk *add_chunk(struct dw_arena *a, size_t n)
{
	size_t room = a->last->room * 2 < MOST_ROOM ? a->last->room * 2 : MOST_ROOM;
	bool is_own = n > room;
	struct chunk *c;

	if (is_own)
		room = n;
	c = malloc(sizeof(*c) + room);
	DW_INVARIANT(c != NULL);
	chunk_at(c, room);
	if (is_own) {
		c->next = a->last->next;
		a->last->next = c;
	} else {
		c->next = a->last;
		a->last = c;
	}
	return c;
}

void *dw_arena_alloc(struct dw_arena *a, size_t n)
{
	const size_t unit = alignof(max_align_t);
	struct chunk *c = a->last;
	void *p;

	DW_REQUIRE(n < SIZE_MAX / 2);
	n = (n + unit - 1) / unit * unit;
	if (n > c->room - c->used)
		c = add_chunk(a, n);
	p = c->data + c->used;
	c->used += n;
	a->used += n;
	return memset(p, 0, n);
}

char *dw_arena_strdup(struct dw_arena *a, struct dw_str s)
{
	char *p = dw_arena_alloc(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

struct dw_str dw_arena_printf(struct dw_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	DW_REQUIRE(n >= 0);
	p = dw_arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return dw_str_make(p, (size_t)n);
}

size_t dw_arena_used(const struct dw_arena *a)
{
	return a->used;
}
