/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* searchrig.c - a world of mentions, and searches in it. */
#include "searchrig.h"

#include "engine/projection.h"
#include "text/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct known *world_add(struct world *w)
{
	if (w->n == w->cap) {
		w->cap = w->cap > 0 ? 2 * w->cap : 256;
		w->at = realloc(w->at, w->cap * sizeof(*w->at));
	}
	memset(&w->at[w->n], 0, sizeof(*w->at));
	return &w->at[w->n++];
}

static void forget(struct known *k)
{
	free(k->source);
	free(k->lang);
	free(k->title);
	free(k->text);
	free(k->name);
	free(k->handle);
}

void world_fini(struct world *w)
{
	for (size_t i = 0; i < w->n; i++)
		forget(&w->at[i]);
	free(w->at);
	dw_reader_close(w->reader);
}

static void open_reader(struct world *w)
{
	assert_int_equal(dw_journal_reader_open(dw_engine_journal(w->rig->engine),
						&w->reader, NULL),
			 0);
}

/* The i-th that is known, as JSON into a batch. */
void world_put(struct batch *b, const struct known *k, size_t i)
{
	json_t *o = json_pack("{s:s,s:o,s:s,s:s*,s:s*,s:{s:s*,s:s*}}", "source",
			      k->source, "source_id", json_sprintf("%zu", i), "text",
			      k->text, "lang", k->lang, "title", k->title, "author",
			      "name", k->name, "handle", k->handle);
	char *text = json_dumps(o, JSON_COMPACT);

	assert_non_null(text);
	batch_add(b, text);
	free(text);
	json_decref(o);
}

/* Send those from `first` on, in groups of some. */
void world_send_from(struct world *w, size_t first)
{
	for (size_t i = first; i < w->n;) {
		struct batch *b = batch_new(w->rig);
		size_t end = i + 1 + seeded_below(&w->seed, 60);

		if (end > w->n)
			end = w->n;
		for (size_t k = i; k < end; k++)
			world_put(b, &w->at[k], k);
		batch_send_and_wait(b);
		for (size_t k = i; k < end; k++)
			w->at[k].id = dw_ingest_record(&b->in, k - i)->subject;
		batch_free(b);
		i = end;
	}
}

/* ---- asking ---- */

static uint32_t found_in(const struct dw_search *s, const char *text)
{
	size_t n;

	return text != NULL ? dw_search_find(s, dw_str_of(text), NULL, 0, &n) : 0;
}

static bool is_match(const struct known *k, const struct dw_mention_query *q)
{
	char handle[300] = "";
	uint32_t bits;

	if (k->id >= q->before || k->id <= q->after ||
	    (q->source.p != NULL && !dw_str_eq(q->source, dw_str_of(k->source))) ||
	    (q->lang.p != NULL &&
	     (k->lang == NULL || !dw_str_eq(q->lang, dw_str_of(k->lang)))))
		return false;
	if (k->handle != NULL)
		snprintf(handle, sizeof(handle), "@%s", k->handle);
	bits = found_in(q->search, k->text) | found_in(q->search, k->title) |
	       found_in(q->search, k->name) | found_in(q->search, handle);
	return dw_search_is_all(q->search, bits);
}

static int by_falling_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static size_t expected(const struct world *w, const struct dw_mention_query *q,
		       uint64_t *id)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (is_match(&w->at[i], q))
			id[n++] = w->at[i].id;
	qsort(id, n, sizeof(*id), by_falling_id);
	return n;
}

static json_t *page(struct world *w, const struct dw_mention_query *q)
{
	struct dw_err err = { 0 };
	struct dw_buf out;
	json_t *o;

	dw_buf_init(&out, DW_MENTION_OUT_MAX);
	if (dw_mention_list_on_pool(w->reader, q, &out, &err) < 0)
		fail_msg("%s", dw_err_text(&err));
	o = json_loadb(out.p, out.len, 0, NULL);
	assert_non_null(o);
	dw_buf_fini(&out);
	return o;
}

/* All pages of a query are exactly what looking at everything says. Returns how many. */
size_t world_check(struct world *w, struct dw_mention_query q)
{
	uint64_t *want = calloc(w->n + 1, sizeof(*want));
	size_t n = expected(w, &q, want), at = 0;
	bool is_more = true;

	while (is_more) {
		json_t *o = page(w, &q), *items = json_object_get(o, "items");
		json_t *next = json_object_get(o, "next");

		for (size_t i = 0; i < json_array_size(items); i++) {
			json_t *id = json_object_get(json_array_get(items, i), "id");

			assert_true(at < n);
			assert_int_equal(json_integer_value(id), want[at++]);
		}
		is_more = json_is_integer(next);
		if (is_more)
			assert_int_equal(json_array_size(items), q.limit);
		q.before = (uint64_t)json_integer_value(next);
		json_decref(o);
	}
	assert_int_equal(at, n);
	free(want);
	return n;
}

struct dw_search *world_words(const char *typed, bool is_exact)
{
	struct dw_search *s = NULL;
	struct dw_fault f;

	if (dw_mention_words(&s, dw_str_of(typed), is_exact, &f) < 0) {
		assert_string_equal(f.pointer, "/q");
		return NULL;
	}
	return s;
}

size_t world_count(struct world *w, const char *typed)
{
	struct dw_mention_query q = { .before = INT64_MAX, .limit = 500 };
	struct dw_search *s = world_words(typed, false);
	size_t n;

	assert_non_null(s);
	q.search = s;
	n = world_check(w, q);
	dw_mention_words_free(s);
	return n;
}

void world_rebuild(struct world *w)
{
	struct dw_projector p = dw_projection();

	dw_reader_close(w->reader);
	ingestrig_close(w->rig);
	assert_int_equal(dw_store_lock(w->rig->dir, &w->rig->lock, NULL), 0);
	assert_int_equal(dw_store_rebuild(w->rig->dir, &p, NULL), 0);
	close(w->rig->lock);
	ingestrig_open(w->rig);
	open_reader(w);
}

void world_tell(struct world *w, size_t i, const char *text)
{
	struct batch *b = batch_new(w->rig);
	struct known *k = i < w->n ? &w->at[i] : world_add(w);

	free(k->text);
	k->text = strdup(text);
	if (k->source == NULL)
		k->source = strdup("feed");
	if (k->lang == NULL)
		k->lang = strdup("fa");
	world_put(b, k, i);
	batch_send_and_wait(b);
	k->id = dw_ingest_record(&b->in, 0)->subject;
	batch_free(b);
}

void world_tell_many(struct world *w, size_t n)
{
	while (n-- > 0)
		world_tell(w, w->n, "filler");
}

void world_open(struct world *w, struct ingestrig *rig, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	w->rig = rig;
	w->seed.state = seed;
	open_reader(w);
}
