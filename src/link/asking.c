/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * asking.c - a feed is asked once: fetched, read as it comes, and what is new brought in.
 *
 *   fetch ─► read ─► keep what was not seen ─► (the end) ─► sort ─► batches into the journal ─► done
 *
 * Items are kept until the document ends, because feeds show the newest first and the room reads
 * in the order of arrival: what is older must come in before. Of a document that breaks off, the
 * items that were whole are brought in all the same; it is a failure nevertheless, so that what is
 * missing is asked for again.
 *
 * They go the way of all mentions (engine/ingest.c), a hundred at a time, one batch behind the
 * other: a large feed cannot take the journal for itself.
 */
#include "poll_int.h"

#include "base/jsonw.h"
#include "engine/mention_json.h"

#include <stdio.h>
#include <stdlib.h>

#define ITEMS_MAX 1000 /* of one document; the first ones, which are the newest */
#define TEST_ITEMS 5
#define BATCH_ITEMS 100
#define BATCH_BYTES (1024u * 1024)
#define RAW_MAX DW_MENTION_BYTES

static char *copy(const char *text)
{
	char *z = text != NULL ? strdup(text) : NULL;

	DW_INVARIANT(text == NULL || z != NULL);
	return z;
}

void asking_free(struct asking *a)
{
	DW_REQUIRE(!a->is_sending);
	dw_fetch_cancel(&a->fetch);
	dw_list_remove(&a->link);
	dw_ingest_fini(&a->in);
	dw_rss_destroy(a->rss);
	dw_arena_destroy(a->arena);
	free(a->kept);
	free(a->seen);
	free(a->url);
	free(a->slug);
	free(a->etag);
	free(a->last_modified);
	free(a);
}

/* ---- an item as a mention ---- */

/* What it may leave out and is not right is left out: better a mention without its link than
 * none. False: the rest is not right either. */
static bool make_mention(const struct asking *a, const struct dw_rss_item *i,
			 struct dw_mention *m)
{
	struct dw_fault f;

	*m = (struct dw_mention){ .source = dw_str_of(a->slug),
				  .source_id = i->id,
				  .text = i->text,
				  .title = i->title,
				  .author_name = i->author,
				  .author_url = i->author_url,
				  .url = i->url,
				  .lang = i->lang,
				  .posted_at = i->posted_at,
				  .has = i->has_posted_at ? DW_MENTION_POSTED_AT : 0 };
	for (int tries = 0; tries < 5; tries++) {
		if (dw_mention_check(m, &f) == 0)
			return true;
		if (strcmp(f.pointer, "/url") == 0)
			m->url = dw_str_make(NULL, 0);
		else if (strcmp(f.pointer, "/author/url") == 0)
			m->author_url = dw_str_make(NULL, 0);
		else if (strcmp(f.pointer, "/author/name") == 0)
			m->author_name = dw_str_make(NULL, 0);
		else if (strcmp(f.pointer, "/lang") == 0)
			m->lang = dw_str_make(NULL, 0);
		else
			return false;
	}
	return false;
}

/* ---- reading ---- */

static void keep_text(struct asking *a, struct dw_str *s)
{
	if (s->p != NULL)
		s->p = dw_arena_strdup(a->arena, *s);
}

static void keep_item(struct asking *a, const struct dw_rss_item *i)
{
	struct kept *k = dw_arena_alloc(a->arena, sizeof(*k));

	k->item = *i;
	if (k->item.raw.n > RAW_MAX)
		k->item.raw.n = RAW_MAX;
	keep_text(a, &k->item.id);
	keep_text(a, &k->item.title);
	keep_text(a, &k->item.text);
	keep_text(a, &k->item.url);
	keep_text(a, &k->item.author);
	keep_text(a, &k->item.author_url);
	keep_text(a, &k->item.lang);
	keep_text(a, &k->item.raw);
	k->order = a->n_kept++;
	k->next = a->first;
	a->first = k;
}

static void note_seen(struct asking *a, const struct seen *s)
{
	if (a->n_seen == a->cap_seen) {
		a->cap_seen = a->cap_seen == 0 ? 64 : 2 * a->cap_seen;
		a->seen = realloc(a->seen, a->cap_seen * sizeof(*a->seen));
		DW_INVARIANT(a->seen != NULL);
	}
	a->seen[a->n_seen++] = *s;
}

static bool on_item(void *data, const struct dw_rss_item *i)
{
	struct asking *a = data;
	struct dw_mention m;
	struct seen s;

	a->n_items++;
	if (make_mention(a, i, &m)) {
		seen_of(a->poll->hash_key, i, &s);
		note_seen(a, &s);
		if (a->feed == NULL || !seen_has(a->feed->seen, a->feed->n_seen, &s))
			keep_item(a, i);
	}
	return a->n_items < (a->test != NULL ? TEST_ITEMS : ITEMS_MAX);
}

static void open_rss(struct asking *a)
{
	struct dw_rss_conf conf = {
		.url = a->fetch.final_url[0] != '\0' ? a->fetch.final_url : a->url,
		.charset = a->fetch.charset[0] != '\0' ? a->fetch.charset : NULL,
		.on_item = on_item,
		.data = a
	};

	a->rss = dw_rss_create(&conf);
}

static int on_body(struct dw_fetch *x, struct dw_str piece)
{
	struct asking *a = DW_CONTAINER_OF(x, struct asking, fetch);

	if (a->rss == NULL)
		open_rss(a);
	a->is_bad = dw_rss_read(a->rss, piece, &a->err) < 0;
	if (a->is_bad)
		return DW_EINVAL;
	/* a test has what it wants */
	return a->test != NULL && a->n_items >= TEST_ITEMS ? DW_ECLOSED : 0;
}

/* ---- bringing in ---- */

static void finish(struct asking *a, int rc)
{
	a->rc = rc;
	a->on_done(a);
}

static void send_batch(struct asking *a);

static void on_sent(struct dw_ingest *in)
{
	struct asking *a = DW_CONTAINER_OF(in, struct asking, in);
	int rc = in->append.status;

	a->is_sending = false;
	if (rc < 0)
		(void)dw_fail(&a->err, rc, "what it says could not be stored: %s",
			      dw_err_text(&in->append.err));
	else
		dw_ingest_sum(in, &a->totals);
	dw_ingest_fini(in);
	if (rc < 0)
		finish(a, rc);
	else
		send_batch(a);
}

static void add_to_batch(struct asking *a)
{
	const struct dw_rss_item *i = &a->kept[a->next++]->item;
	struct dw_mention m;
	struct dw_fault f;

	/* Not sure: there may be too many sources by now, but this one is among them. */
	if (make_mention(a, i, &m))
		(void)(dw_ingest_add(&a->in, &m, i->raw, &f) < 0);
}

static void send_batch(struct asking *a)
{
	uint8_t command[16];
	int rc;

	if (a->next == a->n_kept) {
		finish(a, a->is_bad ? DW_EINVAL : 0);
		return;
	}
	dw_random(a->poll->clock, command, sizeof(command));
	dw_ingest_init(&a->in, a->poll->conf.engine, 0, command);
	while (a->next < a->n_kept && a->in.n < BATCH_ITEMS && a->in.bytes < BATCH_BYTES)
		add_to_batch(a);
	rc = dw_ingest_send(&a->in, on_sent);
	if (rc == 0) {
		a->is_sending = true;
		return;
	}
	dw_ingest_fini(&a->in);
	finish(a, dw_fail(&a->err, rc, "what it says could not be stored: %s",
			  dw_err_title(rc)));
}

/* By the time that they say, when all say one; else from the end of the document. */
static int compare(const void *a, const void *b)
{
	const struct kept *x = *(struct kept *const *)a, *y = *(struct kept *const *)b;

	if (x->item.has_posted_at && y->item.has_posted_at &&
	    x->item.posted_at != y->item.posted_at)
		return x->item.posted_at < y->item.posted_at ? -1 : 1;
	return x->order > y->order ? -1 : 1;
}

static void sort_kept(struct asking *a)
{
	size_t n = 0;
	bool all_dated = true;

	if (a->n_kept == 0)
		return;
	a->kept = calloc(a->n_kept, sizeof(struct kept *));
	DW_INVARIANT(a->kept != NULL);
	for (struct kept *k = a->first; k != NULL; k = k->next) {
		a->kept[n++] = k;
		all_dated = all_dated && k->item.has_posted_at;
	}
	if (all_dated)
		qsort(a->kept, n, sizeof(struct kept *), compare);
}

/* ---- what HTTP says ---- */

static int refuse_status(struct asking *a)
{
	long s = a->fetch.status;
	const char *why = s == 401 || s == 403 ? "it lets us not read it"
			  : s == 404	       ? "there is nothing at this address"
			  : s == 410 ? "it is gone for good, and is not asked any more"
			  : s == 429 || s == 503 ? "it asks to come back later"
			  : s >= 500		 ? "it failed on its side"
						 : "it has no document for us";

	return dw_fail(&a->err, DW_EUNAVAILABLE, "%s (status %ld)", why, s);
}

static void on_fetched(struct dw_fetch *x)
{
	struct asking *a = DW_CONTAINER_OF(x, struct asking, fetch);
	bool is_asked_for_news = a->etag != NULL || a->last_modified != NULL;

	if (x->rc < 0) {
		if (a->rss != NULL && !a->is_bad) /* what the reader still holds back */
			(void)(dw_rss_end(a->rss, NULL) < 0);
		a->err = x->err;
		a->is_bad = true;
	} else if (x->status == 304 && is_asked_for_news) {
		finish(a, 0);
		return;
	} else if (x->status != 200) {
		finish(a, refuse_status(a));
		return;
	} else if (!a->is_bad && !(a->test != NULL && a->n_items >= TEST_ITEMS)) {
		if (a->rss == NULL)
			open_rss(a);
		a->is_bad = dw_rss_end(a->rss, &a->err) < 0;
	}
	if (a->feed == NULL) { /* a test, or not wanted any more */
		finish(a, a->is_bad ? DW_EINVAL : 0);
		return;
	}
	sort_kept(a);
	send_batch(a);
}

struct asking *asking_start(struct dw_poll *p, struct feed *f, struct dw_source_test *t,
			    void (*on_done)(struct asking *a))
{
	struct asking *a = calloc(1, sizeof(*a));
	struct dw_source_memo memo = { NULL, NULL };

	DW_INVARIANT(a != NULL);
	a->poll = p;
	a->feed = f;
	a->test = t;
	a->on_done = on_done;
	a->arena = dw_arena_create();
	if (f != NULL) {
		dw_source_memo(p->sources, f->id, &memo);
		a->url = copy(f->url);
		a->slug = copy(f->slug);
	} else {
		a->url = strndup(t->url.p, t->url.n);
		a->slug = strndup(t->slug.p, t->slug.n);
		DW_INVARIANT(a->url != NULL && a->slug != NULL);
	}
	a->etag = copy(memo.etag);
	a->last_modified = copy(memo.last_modified);
	a->fetch.url = a->url;
	a->fetch.etag = a->etag;
	a->fetch.last_modified = a->last_modified;
	a->fetch.on_body = on_body;
	a->fetch.on_done = on_fetched;
	dw_list_init(&a->link);
	dw_list_push(&p->askings, &a->link);
	dw_fetch_start(p->fetcher, &a->fetch);
	return a;
}

void asking_show(struct asking *a, struct dw_buf *out)
{
	struct kept *list[TEST_ITEMS];
	struct dw_mention m;
	struct dw_jsonw w;
	size_t n = 0;

	for (struct kept *k = a->first; k != NULL && n < TEST_ITEMS; k = k->next)
		list[n++] = k;
	dw_jsonw_init(&w, out);
	dw_jsonw_arr(&w);
	while (n-- > 0) {
		if (!make_mention(a, &list[n]->item, &m))
			continue;
		dw_jsonw_obj(&w);
		dw_mention_write(&w, &m);
		dw_jsonw_obj_end(&w);
	}
	dw_jsonw_arr_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}
