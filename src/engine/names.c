/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * names.c - who the actor ids are, as JSON that frames can copy.
 *
 * The snapshot is immutable and counted, so a thread that writes frames from the store holds one
 * and never a lock. It is made anew whenever an account or a token is added, which is rare; a
 * frame is written for every event, which is not. One allocation holds the index, sorted by id,
 * and the texts behind it.
 */
#include "engine/names.h"

#include "base/jsonw.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ACTOR_MAX 2048 /* JSON of one actor: 64 characters, escaped at worst */

struct entry {
	uint64_t id;
	uint32_t at, len; /* in `text` */
};

struct dw_names {
	atomic_uint refs;
	size_t n;
	struct entry *entry; /* by id */
	char *text;
};

static const char *const kinds[] = {
	[DW_NAME_SYSTEM] = "system",
	[DW_NAME_USER] = "user",
	[DW_NAME_TOKEN] = "token",
};

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void add(struct dw_names *s, struct dw_buf *b, const struct dw_name *one)
{
	struct dw_jsonw w;
	size_t at = b->len;

	dw_jsonw_init(&w, b);
	dw_jsonw_obj(&w);
	dw_jsonw_ku64(&w, "id", one->id);
	dw_jsonw_kstr(&w, "name", one->name);
	dw_jsonw_kstr(&w, "kind", dw_str_of(kinds[one->kind]));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	s->entry[s->n++] =
		(struct entry){ one->id, (uint32_t)at, (uint32_t)(b->len - at) };
}

struct dw_names *dw_names_new(const struct dw_name *list, size_t n)
{
	const struct dw_name nobody = { 0, DW_NAME_SYSTEM, { "", 0 } };
	struct dw_names *s = calloc(1, sizeof(*s));
	struct dw_buf b;

	DW_INVARIANT(s != NULL);
	s->entry = calloc(n + 1, sizeof(s->entry[0]));
	DW_INVARIANT(s->entry != NULL);
	atomic_init(&s->refs, 1);
	dw_buf_init(&b, (n + 1) * ACTOR_MAX);
	add(s, &b, &nobody);
	for (size_t i = 0; i < n; i++)
		add(s, &b, &list[i]);
	qsort(s->entry, s->n, sizeof(s->entry[0]), by_id);
	s->text = b.p; /* taken */
	return s;
}

struct dw_names *dw_names_ref(struct dw_names *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void dw_names_unref(struct dw_names *s)
{
	if (s == NULL ||
	    atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(s->entry);
	free(s->text);
	free(s);
}

struct dw_str dw_names_json(const struct dw_names *s, uint64_t id, char *scratch)
{
	struct entry key = { id, 0, 0 };
	const struct entry *e = bsearch(&key, s->entry, s->n, sizeof(s->entry[0]), by_id);
	int n;

	if (e != NULL)
		return dw_str_make(s->text + e->at, e->len);
	n = snprintf(scratch, 64, "{\"id\":%llu,\"name\":\"\",\"kind\":\"user\"}",
		     (unsigned long long)id);
	return dw_str_make(scratch, (size_t)n);
}
