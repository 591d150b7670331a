/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * poll.c - when which feed is asked.
 *
 * Once a second whoever is due is asked, at the latest; a few hundred feeds need no cleverer
 * plan. When a feed is due next follows from what came of it:
 *
 *   an answer            its interval, give or take a twentieth, so that feeds that were added
 *                        together do not stay together
 *   a failure            twice as long each time, up to an hour, give or take a quarter
 *   "come back later"    not before it says (Retry-After, a day at most)
 *   410 Gone             not by itself any more
 *
 * What health this makes is the engine's to know (engine/source_health.c): it is told each
 * result, and asked by everybody else.
 */
#include "poll_int.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_MS 1000
#define TESTS_MAX 8
#define BACKOFF_MAX_S 3600
#define START_SPREAD_S 10
#define TEST_BYTES (4u * 1024 * 1024)
#define SECOND INT64_C(1000000)

static void set_text(char **to, struct dw_str text)
{
	free(*to);
	*to = strndup(text.p, text.n);
	DW_INVARIANT(*to != NULL);
}

/* 0 to n - 1, evenly enough. */
static int64_t random_below(struct dw_poll *p, int64_t n)
{
	uint64_t r;

	dw_random(p->clock, &r, sizeof(r));
	return n > 0 ? (int64_t)(r % (uint64_t)n) : 0;
}

static void set_due(struct dw_poll *p, struct feed *f, int64_t delay_us)
{
	f->due_us = dw_mono_us(p->clock) + delay_us;
	dw_source_set_next(p->sources, f->id,
			   f->is_paused ? 0 : dw_now_us(p->clock) + delay_us);
}

/* ---- results ---- */

static int64_t delay_after_failure(struct dw_poll *p, struct feed *f,
				   const struct asking *a)
{
	int64_t s = f->interval_s, most = BACKOFF_MAX_S;

	if (most < (int64_t)f->interval_s)
		most = f->interval_s;
	for (unsigned i = 1; i < f->failures && s < most; i++)
		s *= 2;
	s = s * SECOND * 3 / 4 + random_below(p, s * SECOND / 2);
	if (s > most * SECOND)
		s = most * SECOND;
	return s < a->fetch.retry_after_s * SECOND ? a->fetch.retry_after_s * SECOND : s;
}

static void take_success(struct dw_poll *p, struct feed *f, struct asking *a)
{
	int64_t interval = f->interval_s * SECOND;
	int64_t delay = interval - interval / 20 + random_below(p, interval / 10);
	struct dw_source_memo memo = {
		a->fetch.new_etag[0] != '\0' ? a->fetch.new_etag : NULL,
		a->fetch.new_last_modified[0] != '\0' ? a->fetch.new_last_modified : NULL
	};
	struct dw_source_result r = { .is_ok = true,
				      .memo = a->fetch.status == 200 ? &memo : NULL };

	if (a->fetch.is_moved && strcmp(a->fetch.final_url, f->url) != 0)
		r.moved_to = a->fetch.final_url;
	f->failures = 0;
	f->due_us = dw_mono_us(p->clock) + delay;
	r.next_at = dw_now_us(p->clock) + delay;
	if (a->fetch.status == 304) {
		dw_sources_stats(p->sources)->not_modified++;
	} else {
		free(f->seen);
		f->seen = a->seen;
		f->n_seen = a->n_seen;
		a->seen = NULL;
		seen_sort(f->seen, f->n_seen);
	}
	dw_source_result(p->sources, f->id, &r);
}

/* Of a document that is bad every time in the same place, what is good is seen once. */
static void keep_seen(struct feed *f, struct asking *a)
{
	if (a->n_seen < f->n_seen)
		return;
	free(f->seen);
	f->seen = a->seen;
	f->n_seen = a->n_seen;
	a->seen = NULL;
	seen_sort(f->seen, f->n_seen);
}

static void take_failure(struct dw_poll *p, struct feed *f, struct asking *a)
{
	struct dw_source_result r = { .is_gone =
					      a->fetch.status == 410 && a->fetch.rc == 0,
				      .detail = dw_err_text(&a->err) };

	if (a->next == a->n_kept && a->n_kept > 0)
		keep_seen(f, a);
	f->failures++;
	dw_sources_stats(p->sources)->failures++;
	if (r.is_gone) {
		f->due_us = INT64_MAX;
	} else {
		int64_t delay = delay_after_failure(p, f, a);

		f->due_us = dw_mono_us(p->clock) + delay;
		r.next_at = dw_now_us(p->clock) + delay;
	}
	dw_source_result(p->sources, f->id, &r);
}

static void check_closed(struct dw_poll *p);

static void on_asked(struct asking *a)
{
	struct dw_poll *p = a->poll;
	struct feed *f = a->feed;

	dw_sources_stats(p->sources)->items += a->totals.accepted + a->totals.updated;
	if (f != NULL) {
		f->asking = NULL;
		if (a->rc == 0)
			take_success(p, f, a);
		else
			take_failure(p, f, a);
	}
	asking_free(a);
	check_closed(p);
}

/* ---- asking ---- */

static void ask(struct dw_poll *p, struct feed *f)
{
	dw_sources_stats(p->sources)->polls++;
	f->due_us = INT64_MAX;
	f->asking = asking_start(p, f, NULL, on_asked);
}

static void look(struct dw_poll *p)
{
	int64_t now = dw_mono_us(p->clock);

	DW_LIST_EACH(l, &p->feeds) {
		struct feed *f = DW_CONTAINER_OF(l, struct feed, link);

		if (!f->is_paused && f->asking == NULL && now >= f->due_us)
			ask(p, f);
	}
}

static void on_look(struct dw_task *t)
{
	look(DW_CONTAINER_OF(t, struct dw_poll, look));
}

static void on_tick(struct dw_deadline *d)
{
	struct dw_poll *p = DW_CONTAINER_OF(d, struct dw_poll, tick);

	dw_deadline_start(p->conf.timers, p->tick_class, &p->tick);
	look(p);
	dw_sources_watch(p->sources);
}

/* ---- what the engine tells and asks ---- */

static struct feed *find_feed(struct dw_poll *p, uint64_t id)
{
	DW_LIST_EACH(l, &p->feeds) {
		struct feed *f = DW_CONTAINER_OF(l, struct feed, link);

		if (f->id == id)
			return f;
	}
	return NULL;
}

/* What is being asked under the old address is of no use: drop it, or let it end unheard. */
static void disown(struct feed *f)
{
	struct asking *a = f->asking;

	f->asking = NULL;
	if (a == NULL)
		return;
	a->feed = NULL;
	if (!a->is_sending)
		asking_free(a);
}

static void take_config(struct feed *f, const struct dw_source_info *i)
{
	bool is_other = f->url == NULL || !dw_str_eq(i->url, dw_str_of(f->url));

	if (is_other) {
		disown(f);
		set_text(&f->url, i->url);
		free(f->seen);
		f->seen = NULL;
		f->n_seen = 0;
	}
	f->interval_s = i->interval_s;
	f->is_paused = i->is_paused;
	f->failures = 0;
}

static struct feed *feed_new(struct dw_poll *p, const struct dw_source_info *i)
{
	struct feed *f = calloc(1, sizeof(*f));

	DW_INVARIANT(f != NULL);
	f->id = i->id;
	set_text(&f->slug, i->slug);
	dw_list_push(&p->feeds, &f->link);
	return f;
}

static void on_configured(void *ctx, const struct dw_source_info *i)
{
	struct dw_poll *p = ctx;
	struct feed *f = find_feed(p, i->id);

	if (f == NULL)
		f = feed_new(p, i);
	take_config(f, i);
	set_due(p, f, 0);
	dw_task_post(p->conf.loop, &p->look);
}

static bool on_known(void *data, const struct dw_source_info *i)
{
	struct dw_poll *p = data;
	int64_t spread = i->interval_s < START_SPREAD_S ? i->interval_s : START_SPREAD_S;
	struct feed *f;

	if (i->kind != DW_SOURCE_FEED)
		return true;
	f = feed_new(p, i);
	take_config(f, i);
	set_due(p, f, random_below(p, spread * SECOND));
	return true;
}

static int on_check(void *ctx, uint64_t id, struct dw_err *err)
{
	struct dw_poll *p = ctx;
	struct feed *f = find_feed(p, id);

	if (f == NULL || p->is_stopped)
		return dw_fail(err, DW_EUNAVAILABLE, "this feed is not asked from here");
	if (f->asking == NULL)
		ask(p, f);
	return 0;
}

/* ---- trying an address ---- */

static void end_test(struct dw_poll *p, struct asking *a, struct dw_str title,
		     struct dw_str items)
{
	struct dw_source_test *t = a->test;

	p->n_tests--;
	a->test = NULL;
	t->title = title;
	t->items = items;
	t->cb(t);
}

static void on_tested(struct asking *a)
{
	struct dw_poll *p = a->poll;
	struct dw_str none = { NULL, 0 };
	struct dw_buf items;

	dw_buf_init(&items, TEST_BYTES);
	if (a->test != NULL && a->rc == 0) {
		asking_show(a, &items);
		end_test(p, a, dw_rss_title(a->rss), dw_buf_str(&items));
	} else if (a->test != NULL) {
		a->test->status = dw_fail(&a->test->err, DW_EUNPROCESSABLE, "%s",
					  dw_err_text(&a->err));
		end_test(p, a, none, none);
	}
	dw_buf_fini(&items);
	asking_free(a);
	check_closed(p);
}

static int on_test(void *ctx, struct dw_source_test *t, struct dw_err *err)
{
	struct dw_poll *p = ctx;

	if (p->is_stopped)
		return dw_fail(err, DW_ECLOSED, "the server is shutting down");
	if (p->n_tests >= TESTS_MAX)
		return dw_fail(err, DW_EBUSY, "%d addresses are being tried already",
			       TESTS_MAX);
	p->n_tests++;
	(void)asking_start(p, NULL, t, on_tested);
	return 0;
}

/* ---- the whole ---- */

static bool any_address(const struct sockaddr *sa)
{
	(void)sa;
	return true;
}

int dw_poll_create(struct dw_poll **out, const struct dw_poll_conf *conf,
		   struct dw_err *err)
{
	struct dw_poll *p = calloc(1, sizeof(*p));
	struct dw_sources *sources = dw_engine_sources(conf->engine);
	struct dw_fetcher_conf fetcher = {
		.loop = conf->loop,
		.timeout_s = conf->timeout_s,
		.may_ask = conf->may_ask_private ? any_address : NULL,
		.bytes = &dw_sources_stats(sources)->bytes,
		.refused = &dw_sources_stats(sources)->refused_addresses,
	};
	const struct dw_poller poller = { .on_configured = on_configured,
					  .check = on_check,
					  .test = on_test,
					  .ctx = p };
	int rc;

	DW_INVARIANT(p != NULL);
	p->conf = *conf;
	p->sources = sources;
	p->clock = dw_engine_clock(conf->engine);
	rc = dw_fetcher_create(&p->fetcher, &fetcher, err);
	if (rc < 0) {
		free(p);
		return rc;
	}
	dw_random(p->clock, p->hash_key, sizeof(p->hash_key));
	dw_list_init(&p->feeds);
	dw_list_init(&p->askings);
	dw_task_init(&p->look, on_look);
	dw_deadline_init(&p->tick, on_tick);
	p->tick_class = dw_timers_class(conf->timers, TICK_MS);
	dw_deadline_start(conf->timers, p->tick_class, &p->tick);
	dw_sources_each(sources, on_known, p);
	dw_sources_set_poller(sources, &poller);
	*out = p;
	return 0;
}

static void on_fetcher_closed(void *data)
{
	struct dw_poll *p = data;

	p->is_fetcher_closed = true;
	check_closed(p);
}

/* What has not come to the journal yet is dropped: it is asked for again after the next start. */
void dw_poll_stop(struct dw_poll *p)
{
	if (p->is_stopped)
		return;
	p->is_stopped = true;
	dw_sources_set_poller(p->sources, NULL);
	dw_deadline_stop(&p->tick);
	dw_task_cancel(p->conf.loop, &p->look);
	DW_LIST_EACH(l, &p->askings) {
		struct asking *a = DW_CONTAINER_OF(l, struct asking, link);

		if (a->test != NULL) {
			a->test->status = dw_fail(&a->test->err, DW_ECLOSED,
						  "the server is shutting down");
			end_test(p, a, dw_str_make(NULL, 0), dw_str_make(NULL, 0));
		}
		if (a->feed != NULL)
			a->feed->asking = NULL;
		a->feed = NULL;
		if (!a->is_sending)
			asking_free(a);
	}
	dw_fetcher_close(p->fetcher, on_fetcher_closed, p);
}

static void check_closed(struct dw_poll *p)
{
	void (*cb)(void *) = p->on_closed;
	void *data = p->on_closed_data;
	struct dw_link *l;

	if (cb == NULL || !p->is_fetcher_closed || !dw_list_empty(&p->askings))
		return;
	while ((l = dw_list_pop(&p->feeds)) != NULL) {
		struct feed *f = DW_CONTAINER_OF(l, struct feed, link);

		free(f->slug);
		free(f->url);
		free(f->seen);
		free(f);
	}
	free(p);
	cb(data);
}

void dw_poll_close(struct dw_poll *p, void (*cb)(void *data), void *data)
{
	DW_REQUIRE(p->is_stopped);
	p->on_closed = cb;
	p->on_closed_data = data;
	check_closed(p);
}
