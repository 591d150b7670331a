/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_tail.c - the newest updates of a statement, in memory.
 *
 * Whoever types at the same time as somebody else is refused with what they missed, some milliseconds old:
 * with eight people that is most requests. So what was typed last is kept as the JSON that it is told in, up to
 * a number and a size; who missed more is answered from the journal (statement_fold.c). After a start the
 * tail is empty.
 *
 *  (1) They are consecutive, and the last of them makes the statement's revision.
 */
#include "statement_int.h"

#include <stdlib.h>

#define TAIL_BYTES (128u * 1024)
#define JSON_MAX (1024u * 1024) /* one update of 64 K units, with all that JSON escapes */

struct statement_told {
	char *json; /* {"client":…,"changes":…} */
	size_t n;
};

static void drop_first(struct statement_tail *t)
{
	struct statement_told *told = &t->told[t->first];

	t->bytes -= told->n;
	free(told->json);
	t->first = (t->first + 1) % DW_TAIL_MAX;
	t->n--;
}

void statement_tail_free(struct statement_tail *t)
{
	while (t->n > 0)
		drop_first(t);
	free(t->told);
	t->told = NULL;
}

static void add(struct statement_tail *t, const struct dw_update *u)
{
	struct dw_jsonw w;
	struct dw_buf b;

	if (t->told == NULL)
		t->told = calloc(DW_TAIL_MAX, sizeof(*t->told));
	DW_INVARIANT(t->told != NULL);
	if (t->n == DW_TAIL_MAX)
		drop_first(t);
	dw_buf_init(&b, JSON_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "client", u->client);
	dw_jsonw_key(&w, "changes");
	dw_change_write(&w, &u->change);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	t->told[(t->first + t->n++) % DW_TAIL_MAX] =
		(struct statement_told){ b.p, b.len }; /* the buffer's own */
	t->bytes += b.len;
	while (t->bytes > TAIL_BYTES && t->n > 1)
		drop_first(t);
}

void statement_tail_add(struct statement_tail *t, const struct dw_statement_fact *f)
{
	if (f->revision != t->revision + f->n_updates) /* one between is erased */
		while (t->n > 0)
			drop_first(t);
	for (size_t i = 0; i < f->n_updates; i++)
		add(t, &f->update[i]);
	t->revision = f->revision;
}

bool dw_statement_has_tail(const struct dw_rooms *rooms, uint64_t statement,
			   uint64_t since)
{
	const struct statement *t = statement_find(rooms, statement);

	return t != NULL && since <= t->tail.revision &&
	       t->tail.revision - since <= t->tail.n;
}

void dw_statement_write_tail(const struct dw_rooms *rooms, struct dw_jsonw *w,
			     uint64_t statement, uint64_t since)
{
	const struct statement_tail *tail = &statement_find(rooms, statement)->tail;

	dw_jsonw_ku64(w, "base", since);
	dw_jsonw_ku64(w, "revision", tail->revision);
	dw_jsonw_key(w, "updates");
	dw_jsonw_arr(w);
	for (size_t i = tail->n - (size_t)(tail->revision - since); i < tail->n; i++) {
		const struct statement_told *told =
			&tail->told[(tail->first + i) % DW_TAIL_MAX];

		dw_jsonw_raw(w, dw_str_make(told->json, told->n));
	}
	dw_jsonw_arr_end(w);
}
