/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_expiry.c - what time does to sessions.
 *
 * Every 15 s, and when somebody comes with one, a sweep ends those that are over: it tells the observer at once, so that streams
 * close, and appends their session.ended. When that fails (a full disk) the next sweep tries
 * again; nobody can use them meanwhile, because every use looks at the clock itself.
 *
 * When somebody was last seen is no event: it is kept in memory and written at most once a
 * minute for all together. After a crash a session looks up to a minute older than it is.
 */
#include "account_int.h"

#include <stdlib.h>

#define SWEEP_MS 15000
#define FLUSH_MS 60000
#define SWEEP_MAX 64 /* sessions ended in one append */

/* ---- expiry ---- */

struct sweep {
	struct dw_account *account;
	struct dw_append append;
	struct dw_record recs[SWEEP_MAX];
	uint64_t ids[SWEEP_MAX];
};

static int sweep_rows_on_writer(struct dw_append *ap, struct dw_db *db,
				struct dw_err *err)
{
	struct sweep *w = DW_CONTAINER_OF(ap, struct sweep, append);
	int rc = 0;

	for (size_t i = 0; db != NULL && i < ap->n && rc == 0; i++)
		rc = row_drop_session(db, w->ids[i], err);
	return rc;
}

static void on_swept(struct dw_append *ap)
{
	struct sweep *w = DW_CONTAINER_OF(ap, struct sweep, append);

	for (size_t i = 0; i < ap->n; i++) {
		struct session *s = dw_map_get_u64(w->account->session_by_id, w->ids[i]);

		if (s != NULL) /* it failed: the next sweep tries again */
			s->is_ending = false;
		dw_blob_unref(w->recs[i].payload);
	}
	w->account->is_sweeping = false;
	free(w);
}

static void sweep_add(struct sweep *w, struct session *s)
{
	struct account_event ev = { .type = DW_EV_SESSION_ENDED,
				    .session = s->id,
				    .user = s->user->id,
				    .reason = "expired" };
	size_t i = w->append.n++;

	s->is_ending = true;
	w->ids[i] = s->id;
	account_event_encode(&ev, &w->recs[i]);
	dw_random(dw_engine_clock(w->account->engine), w->recs[i].command,
		  sizeof(w->recs[i].command));
}

static void sweep_user(struct sweep *w, struct user *u)
{
	size_t before = w->append.n;

	DW_LIST_EACH(l, &u->sessions) {
		struct session *s = DW_CONTAINER_OF(l, struct session, link);

		if (w->append.n < SWEEP_MAX && !s->is_ending &&
		    session_is_over(w->account, s))
			sweep_add(w, s);
	}
	if (w->append.n > before)
		account_tell(w->account, DW_USER, u->id);
}

static void sweep_sessions(struct dw_account *a)
{
	struct sweep *w = calloc(1, sizeof(*w));

	DW_INVARIANT(w != NULL);
	w->account = a;
	DW_LIST_EACH(l, &a->users)
		sweep_user(w, DW_CONTAINER_OF(l, struct user, link));
	a->is_sweeping = true;
	w->append.recs = w->recs;
	w->append.also_on_writer = sweep_rows_on_writer;
	w->append.cb = on_swept;
	if (w->append.n == 0 || dw_engine_append(a->engine, &w->append) < 0)
		on_swept(&w->append);
}

static void on_sweep(struct dw_deadline *d)
{
	struct dw_account *a = DW_CONTAINER_OF(d, struct dw_account, sweep);

	if (!a->is_sweeping)
		sweep_sessions(a);
	throttle_sweep(a);
	dw_deadline_start(dw_engine_conf(a->engine)->timers, a->cls_sweep, &a->sweep);
}

static void on_sweep_soon(struct dw_task *t)
{
	struct dw_account *a = DW_CONTAINER_OF(t, struct dw_account, sweep_soon);

	if (!a->is_sweeping)
		sweep_sessions(a);
}

void session_sweep_soon(struct dw_account *a)
{
	if (!a->is_stopped)
		dw_task_post(dw_engine_conf(a->engine)->loop, &a->sweep_soon);
}

/* ---- last seen ---- */

struct seen {
	uint64_t id;
	int64_t at;
};

struct flush {
	struct dw_account *account;
	struct dw_append append;
	size_t n;
	struct seen seen[];
};

static int flush_rows_on_writer(struct dw_append *ap, struct dw_db *db,
				struct dw_err *err)
{
	struct flush *f = DW_CONTAINER_OF(ap, struct flush, append);
	int rc = 0;

	for (size_t i = 0; db != NULL && i < f->n && rc == 0; i++)
		rc = row_see_session(db, f->seen[i].id, f->seen[i].at, err);
	return rc;
}

static void on_flushed(struct dw_append *ap)
{
	struct flush *f = DW_CONTAINER_OF(ap, struct flush, append);

	for (size_t i = 0; ap->status == 0 && i < f->n; i++) {
		struct session *s =
			dw_map_get_u64(f->account->session_by_id, f->seen[i].id);

		if (s != NULL)
			s->saved_at = f->seen[i].at;
	}
	f->account->is_flushing = false;
	free(f);
}

static void flush_seen(struct dw_account *a)
{
	size_t max = dw_map_count(a->session_by_id);
	struct flush *f = calloc(1, sizeof(*f) + max * sizeof(f->seen[0]));

	DW_INVARIANT(f != NULL);
	f->account = a;
	DW_LIST_EACH(l, &a->users) {
		DW_LIST_EACH(k, &DW_CONTAINER_OF(l, struct user, link)->sessions) {
			struct session *s = DW_CONTAINER_OF(k, struct session, link);

			if (s->seen_at > s->saved_at)
				f->seen[f->n++] = (struct seen){ s->id, s->seen_at };
		}
	}
	a->is_flushing = true;
	f->append.also_on_writer = flush_rows_on_writer;
	f->append.cb = on_flushed;
	if (f->n == 0 || dw_engine_append(a->engine, &f->append) < 0) {
		f->append.status = DW_ECLOSED;
		on_flushed(&f->append);
	}
}

static void on_flush(struct dw_deadline *d)
{
	struct dw_account *a = DW_CONTAINER_OF(d, struct dw_account, flush);

	if (!a->is_flushing)
		flush_seen(a);
	dw_deadline_start(dw_engine_conf(a->engine)->timers, a->cls_flush, &a->flush);
}

void session_start_timers(struct dw_account *a)
{
	struct dw_timers *t = dw_engine_conf(a->engine)->timers;

	dw_deadline_init(&a->sweep, on_sweep);
	dw_deadline_init(&a->flush, on_flush);
	dw_task_init(&a->sweep_soon, on_sweep_soon);
	a->cls_sweep = dw_timers_class(t, SWEEP_MS);
	a->cls_flush = dw_timers_class(t, FLUSH_MS);
	dw_deadline_start(t, a->cls_sweep, &a->sweep);
	dw_deadline_start(t, a->cls_flush, &a->flush);
}

/* The last use of each session is written once more: the journal is still open. */
void session_stop_timers(struct dw_account *a)
{
	dw_deadline_stop(&a->sweep);
	dw_deadline_stop(&a->flush);
	dw_task_cancel(dw_engine_conf(a->engine)->loop, &a->sweep_soon);
	if (!a->is_flushing)
		flush_seen(a);
}
