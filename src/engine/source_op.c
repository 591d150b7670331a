/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * source_op.c - one command about sources, from its start to its answer.
 *
 *   start ─► decide ─► append ─► durable, folded ─► cb
 *              ▲          │
 *              └─ conflict┘
 *
 * A new feed is two records: a source.added, which the store drops when mentions came under
 * that name already, and a source.configured under the same identity, which gets the id of the
 * first. So a name that was only ever pushed becomes a feed and keeps its mentions, and it does
 * not matter which of two at once comes first.
 */
#include "engine/ingest.h"
#include "ingest_int.h"
#include "sources_int.h"

#include <sodium.h>
#include <stdio.h>

#define TRIES 8
#define INTERVAL_MIN_DEFAULT 30

static void on_done(struct dw_task *t)
{
	struct dw_source_op *op = DW_CONTAINER_OF(t, struct dw_source_op, done);

	op->cb(op);
}

static void finish(struct dw_source_op *op, int status)
{
	for (size_t i = 0; i < sizeof(op->recs) / sizeof(op->recs[0]); i++) {
		dw_blob_unref(op->recs[i].payload);
		op->recs[i].payload = NULL;
	}
	op->status = status;
	if (status < 0 && op->err.code == 0)
		op->err.code = status;
	dw_task_post(dw_engine_conf(op->sources->engine)->loop, &op->done);
}

/* ---- rules ---- */

static int check_interval(struct dw_source_op *op, unsigned s)
{
	unsigned least = dw_engine_conf(op->sources->engine)->source_interval_min_s;

	if (least == 0)
		least = INTERVAL_MIN_DEFAULT;
	if (s >= least && s <= DW_INTERVAL_MAX)
		return 0;
	return dw_fault_set(&op->fault, "/interval_s",
			    "interval_s must be %u to %d seconds", least,
			    DW_INTERVAL_MAX);
}

static int check_room(struct dw_source_op *op, bool is_new)
{
	const struct dw_sources *all = op->sources;

	if (all->n_feeds >= DW_FEEDS_MAX)
		return dw_fail(&op->err, DW_EUNPROCESSABLE,
			       "there are %d feeds already, which is the most",
			       DW_FEEDS_MAX);
	if (is_new && dw_sources_count(all) >= DW_SOURCES_MAX)
		return dw_fail(&op->err, DW_EUNPROCESSABLE,
			       "there are %d sources already, which is the most",
			       DW_SOURCES_MAX);
	return 0;
}

/* What op->now points at lies in the op: the live state moves on. */
static void set_now(struct dw_source_op *op, struct dw_str slug, struct dw_str url)
{
	DW_REQUIRE(slug.n < sizeof(op->slug_now) && url.n < sizeof(op->url_now));
	memmove(op->slug_now, slug.p, slug.n);
	memmove(op->url_now, url.p, url.n);
	op->now.slug = dw_str_make(op->slug_now, slug.n);
	op->now.url = dw_str_make(op->url_now, url.n);
	op->now.kind = DW_SOURCE_FEED;
}

/* Nothing is known yet of what was just configured. */
static void forget_health(struct dw_source_op *op)
{
	op->now.health = (struct dw_source_health){
		.state = op->now.is_paused		   ? DW_SOURCE_PAUSED
			 : op->now.health.blind_since != 0 ? DW_SOURCE_BLIND
							   : DW_SOURCE_NEW,
		.last_success_at = op->now.health.last_success_at,
		.blind_since = op->now.health.blind_since,
	};
}

static void add_configured(struct dw_source_op *op)
{
	const struct dw_event_info *info = dw_event_info(DW_EV_SOURCE_CONFIGURED);
	struct dw_record *r = &op->recs[op->append.n++];

	memset(r, 0, sizeof(*r));
	ingest_source_identity(op->sources->engine, op->now.slug, r);
	r->type = r->type_if_known = info->name;
	r->type_version = (uint16_t)info->version;
	r->payload = source_configured_write(&op->now);
	crypto_generichash(r->tag, sizeof(r->tag), (const uint8_t *)r->payload->data,
			   r->payload->len, r->key, sizeof(r->key));
	r->moves = DW_KEY_SOURCES;
	r->actor = op->who.kind == DW_OPERATOR ? 0 : op->who.id;
	memcpy(r->command, op->command, sizeof(r->command));
}

static int decide_add(struct dw_source_op *op)
{
	const struct source *old = dw_map_get(op->sources->by_slug, op->slug);
	struct dw_record *r = &op->recs[0];

	if (dw_source_slug_check(op->slug, &op->fault) < 0 ||
	    dw_source_url_check(op->url, &op->fault) < 0 ||
	    check_interval(op, op->interval_s) < 0)
		return dw_fail(&op->err, DW_EINVAL, "%s", op->fault.detail);
	if (old != NULL && old->url != NULL) {
		snprintf(op->fault.pointer, sizeof(op->fault.pointer), "/slug");
		return dw_fail(&op->err, DW_EEXISTS,
			       "there is a feed of this name already (id %llu)",
			       (unsigned long long)old->id);
	}
	if (check_room(op, old == NULL) < 0)
		return op->err.code;
	if (old != NULL)
		source_info(old, &op->now);
	op->now.interval_s = op->interval_s;
	op->now.is_paused = op->is_paused;
	set_now(op, op->slug, op->url);
	forget_health(op);
	if (old == NULL) {
		ingest_source_record(op->sources->engine, op->now.slug, r);
		r->actor = op->who.kind == DW_OPERATOR ? 0 : op->who.id;
		memcpy(r->command, op->command, sizeof(r->command));
		op->append.n = 1;
	}
	add_configured(op);
	return 0;
}

static int check_change(struct dw_source_op *op, const struct source *s)
{
	if (s == NULL)
		return dw_fail(&op->err, DW_ENOTFOUND, "there is no source of this id");
	source_info(s, &op->now);
	if (s->url == NULL)
		return dw_fail(&op->err, DW_EUNPROCESSABLE,
			       "the mentions of this source are sent to us: there is "
			       "nothing to set");
	set_now(op, op->now.slug, op->now.url);
	if (op->version != 0 && op->version != s->version)
		return dw_fail(&op->err, DW_EMOVED,
			       "the source has changed since version %llu",
			       (unsigned long long)op->version);
	if (((op->set & DW_SOURCE_SET_URL) != 0 &&
	     dw_source_url_check(op->url, &op->fault) < 0) ||
	    ((op->set & DW_SOURCE_SET_INTERVAL) != 0 &&
	     check_interval(op, op->interval_s) < 0))
		return dw_fail(&op->err, DW_EINVAL, "%s", op->fault.detail);
	return 0;
}

/* What changes nothing is no event, and answered as things are. */
static int decide_change(struct dw_source_op *op)
{
	const struct source *s = dw_map_get_u64(op->sources->by_id, op->id);
	int rc = check_change(op, s);

	if (rc < 0)
		return rc;
	if ((op->set & DW_SOURCE_SET_URL) != 0)
		set_now(op, op->now.slug, op->url);
	if ((op->set & DW_SOURCE_SET_INTERVAL) != 0)
		op->now.interval_s = op->interval_s;
	if ((op->set & DW_SOURCE_SET_PAUSED) != 0)
		op->now.is_paused = op->is_paused;
	if (dw_str_eq(op->now.url, dw_str_of(s->url)) &&
	    op->now.interval_s == s->interval_s && op->now.is_paused == s->is_paused)
		return 0;
	forget_health(op);
	add_configured(op);
	return 0;
}

/* ---- the way ---- */

static void commit(struct dw_source_op *op);

/* The last record is the source.configured; its identity says whose it is. */
static void take_numbers(struct dw_source_op *op)
{
	const struct dw_record *r = &op->recs[op->append.n - 1];

	op->now.id = r->subject;
	op->now.version = r->seq;
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_source_op *op = DW_CONTAINER_OF(a, struct dw_source_op, append);

	take_numbers(op);
	return op->also_on_writer != NULL ? op->also_on_writer(op, db, err) : 0;
}

static void on_appended(struct dw_append *a)
{
	struct dw_source_op *op = DW_CONTAINER_OF(a, struct dw_source_op, append);

	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		commit(op);
		return;
	}
	if (a->status < 0)
		op->err = a->err;
	else
		take_numbers(op);
	finish(op, a->status);
}

static void commit(struct dw_source_op *op)
{
	struct dw_append *a = &op->append;
	struct dw_engine *e = op->sources->engine;
	int rc;

	for (size_t i = 0; i < a->n; i++)
		dw_blob_unref(op->recs[i].payload);
	memset(a, 0, sizeof(*a));
	memset(op->recs, 0, sizeof(op->recs));
	op->expect = (struct dw_expect){
		DW_KEY_SOURCES, dw_journal_position(dw_engine_journal(e), DW_KEY_SOURCES)
	};
	rc = op->decide(op);
	if (rc < 0 || a->n == 0) {
		finish(op, rc);
		return;
	}
	a->recs = op->recs;
	a->expect = &op->expect;
	a->n_expect = 1;
	a->also_on_writer = also_on_writer;
	a->cb = on_appended;
	rc = dw_engine_append(e, a);
	if (rc < 0)
		finish(op, dw_fail(&op->err, rc, "%s", dw_err_title(rc)));
}

static void start(struct dw_sources *all, struct dw_source_op *op,
		  int (*decide)(struct dw_source_op *op))
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->sources == NULL);
	op->sources = all;
	op->decide = decide;
	dw_task_init(&op->done, on_done);
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(all->engine), op->command, sizeof(op->command));
	commit(op);
}

void dw_source_add(struct dw_sources *all, struct dw_source_op *op)
{
	if (op->interval_s == 0)
		op->interval_s = DW_INTERVAL_DEFAULT;
	start(all, op, decide_add);
}

void dw_source_change(struct dw_sources *all, struct dw_source_op *op)
{
	start(all, op, decide_change);
}
