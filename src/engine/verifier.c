/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verifier.c - lets a patient thread verify the journal, a slice at each tick.
 *
 * A slice is short (SLICE_BYTES at most), so that the snapshot that it reads holds up no
 * checkpoint. A pass that ends at something wrong is counted and logged, and the next one begins
 * a minute later: the damage will still be there. Nothing else follows from it: who must answer
 * the public now is not helped by a server that stops. The log says what to do. What cannot be
 * read is tried again after a minute, and is no damage.
 */
#include "engine/verifier.h"

#include "base/log.h"
#include "domain/event.h"
#include "engine/engine.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 200
#define REST_MS 60000
#define SLICE_BYTES (1024u * 1024)

struct dw_verifier {
	struct dw_engine *engine;
	struct dw_deadline due;
	int cls_tick, cls_rest;
	size_t slice; /* events */
	bool is_stopped;
	struct dw_verifier_stats stats;
	uint64_t said; /* the damaged event that the log has; 0: none */
	bool has_said_unreadable;
	/* on the pool, while work is in flight; on the loop else */
	struct dw_work work;
	struct dw_verify_pass pass;
	struct dw_verify_report report;
	struct dw_err err;
	int status;
};

/* ---- what the store does not know ---- */

/* The payload names the SHA-256 of the raw input that lies beside it. Erased are both. */
static bool is_payload_of_raw(const struct dw_stored *e, struct dw_str raw)
{
	json_t *o = e->payload.p != NULL ? json_loadb(e->payload.p, e->payload.n, 0, NULL)
					 : json_object();
	const char *said = json_string_value(json_object_get(o, "raw_sha256"));
	uint8_t digest[DW_HASH_SIZE];
	char hex[2 * DW_HASH_SIZE + 1];
	bool ok = json_is_object(o);

	if (ok && said != NULL && raw.p != NULL) {
		dw_sha256(digest, raw.p, raw.n);
		ok = strcmp(dw_hex(hex, digest, sizeof(digest)), said) == 0;
	} else if (ok) {
		ok = said == NULL && raw.p == NULL;
	}
	json_decref(o);
	return ok;
}

/* Evidence: the event has the SHA-256 of bytes that are kept apart. */
static bool find_file(const struct dw_stored *e, uint8_t sha256[DW_HASH_SIZE],
		      uint64_t *size)
{
	bool is_file = dw_event_by_name(e->type) == DW_EV_FILE_ADDED;
	json_t *o = is_file ? json_loadb(e->payload.p, e->payload.n, 0, NULL) : NULL;
	const char *said = json_string_value(json_object_get(o, "sha256"));

	*size = (uint64_t)json_integer_value(json_object_get(o, "size"));
	if (said == NULL || dw_unhex(sha256, DW_HASH_SIZE, dw_str_of(said)) < 0)
		memset(sha256, 0, DW_HASH_SIZE); /* no file has it: that is reported */
	json_decref(o);
	return is_file;
}

const struct dw_verify_checks dw_verifier_checks = { is_payload_of_raw, find_file };

/* ---- on the pool ---- */

static void run_on_pool(struct dw_work *w, void *local)
{
	struct dw_verifier *v = DW_CONTAINER_OF(w, struct dw_verifier, work);

	memset(&v->report, 0, sizeof(v->report));
	v->status = local != NULL
			    ? dw_verify_some(local, &v->pass, v->slice, SLICE_BYTES,
					     &dw_verifier_checks, &v->report, &v->err)
			    : dw_fail(&v->err, DW_EIO, "there is no reader");
}

/* ---- on the loop ---- */

static void begin(struct dw_verifier *v)
{
	dw_verify_begin(&v->pass, dw_journal_tree(dw_engine_journal(v->engine)));
}

/* The same damage is found by every pass: it is said once. */
static void on_damage(struct dw_verifier *v)
{
	uint64_t seq = v->report.first_bad;

	v->stats.failures++;
	v->stats.first_bad = seq;
	begin(v);
	if (v->said == seq)
		return;
	v->said = seq;
	dw_log(DW_LOG_ERROR, "journal.damaged",
	       "seq=%llu why=%s do=run `diwan verify`, and restore a backup from before",
	       (unsigned long long)seq, dw_err_text(&v->err));
}

/* Nothing is known of the record by that; the pass goes on where it is. */
static void on_unreadable(struct dw_verifier *v)
{
	v->stats.unreadable++;
	if (v->has_said_unreadable)
		return;
	v->has_said_unreadable = true;
	dw_log(DW_LOG_ERROR, "journal.unreadable", "after=%llu why=%s",
	       (unsigned long long)v->pass.tree.size, dw_err_text(&v->err));
}

static void on_read(struct dw_verifier *v)
{
	v->has_said_unreadable = false;
	if (!dw_verify_is_done(&v->pass))
		return;
	v->stats.passes++;
	v->stats.first_bad = v->said = 0;
	begin(v);
}

static void on_slice_done(struct dw_work *w)
{
	struct dw_verifier *v = DW_CONTAINER_OF(w, struct dw_verifier, work);

	v->stats.events += v->report.events;
	if (v->status == 0)
		on_read(v);
	else if (v->status == DW_ECORRUPT)
		on_damage(v);
	else
		on_unreadable(v);
	if (!v->is_stopped)
		dw_deadline_start(dw_engine_conf(v->engine)->timers,
				  v->status < 0 ? v->cls_rest : v->cls_tick, &v->due);
}

static void on_due(struct dw_deadline *d)
{
	struct dw_verifier *v = DW_CONTAINER_OF(d, struct dw_verifier, due);

	if (dw_verify_is_done(&v->pass)) /* there was nothing when it began */
		begin(v);
	if (dw_verify_is_done(&v->pass) ||
	    dw_pool_submit(dw_engine_verifying(v->engine), &v->work) < 0)
		dw_deadline_start(dw_engine_conf(v->engine)->timers, v->cls_tick,
				  &v->due);
}

struct dw_verifier *dw_verifier_create(struct dw_engine *e)
{
	const struct dw_engine_conf *conf = dw_engine_conf(e);
	struct dw_verifier *v;

	if (conf->verify_per_s == 0 || conf->dir == NULL)
		return NULL;
	v = calloc(1, sizeof(*v));
	DW_INVARIANT(v != NULL);
	v->engine = e;
	v->slice = conf->verify_per_s * TICK_MS / 1000;
	if (v->slice == 0)
		v->slice = 1;
	v->work.run_on_pool = run_on_pool;
	v->work.on_done = on_slice_done;
	dw_deadline_init(&v->due, on_due);
	v->cls_tick = dw_timers_class(conf->timers, TICK_MS);
	v->cls_rest = dw_timers_class(conf->timers, REST_MS);
	begin(v);
	dw_deadline_start(conf->timers, v->cls_tick, &v->due);
	return v;
}

void dw_verifier_stop(struct dw_verifier *v)
{
	if (v == NULL)
		return;
	v->is_stopped = true;
	dw_deadline_stop(&v->due);
}

void dw_verifier_destroy(struct dw_verifier *v)
{
	free(v);
}

const struct dw_verifier_stats *dw_verifier_stats(const struct dw_verifier *v)
{
	static const struct dw_verifier_stats none;

	return v != NULL ? &v->stats : &none;
}
