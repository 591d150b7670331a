/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * timer.c - time-outs of a few lengths for very many owners.
 *
 * All deadlines of one length are started "now", so a new one always ends last: its class is a
 * list that is sorted by itself. One libuv timer is set for the earliest end, rounded up to the
 * resolution; when it fires, what is due is taken off the heads. Moving a deadline does not touch
 * the timer: it fires once for nothing and is set anew, at most once per resolution.
 *
 * A thousand that began together, as streams do that one event stalled, end together. Each end is
 * some system calls, so of one class at most AT_ONCE are taken in one turn of the loop; between
 * the turns everybody else is served.
 */
#include "rt/timer.h"

#include <stdlib.h>

#define AT_ONCE 16

struct dw_timers {
	uv_timer_t timer;
	unsigned resolution_ms;
	int n_classes;
	uint64_t set_for_ms; /* loop time that the timer is set for; 0: not set */
	struct {
		unsigned length_ms;
		struct dw_link
			list; /* struct dw_deadline, the first to end at the head */
	} classes[DW_TIMER_CLASSES];
};

struct dw_timers *dw_timers_create(struct dw_loop *loop, unsigned resolution_ms)
{
	struct dw_timers *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL && uv_timer_init(&loop->uv, &t->timer) == 0);
	t->resolution_ms = resolution_ms > 0 ? resolution_ms : 1;
	return t;
}

static void on_closed(uv_handle_t *h)
{
	free(DW_CONTAINER_OF(h, struct dw_timers, timer));
}

void dw_timers_close(struct dw_timers *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < t->n_classes; i++)
		DW_REQUIRE(dw_list_empty(&t->classes[i].list));
	uv_close((uv_handle_t *)&t->timer, on_closed);
}

int dw_timers_class(struct dw_timers *t, unsigned length_ms)
{
	int i = 0;

	while (i < t->n_classes && t->classes[i].length_ms != length_ms)
		i++;
	if (i < t->n_classes)
		return i;
	DW_REQUIRE(i < DW_TIMER_CLASSES);
	t->classes[i].length_ms = length_ms;
	dw_list_init(&t->classes[i].list);
	t->n_classes++;
	return i;
}

static struct dw_deadline *first_of(struct dw_timers *t, int cls)
{
	struct dw_link *head = &t->classes[cls].list;

	return dw_list_empty(head)
		       ? NULL
		       : DW_CONTAINER_OF(head->next, struct dw_deadline, link);
}

static void on_timer(uv_timer_t *h);

/*
 * Let the timer fire at `at_ms`, or not before the next multiple of the resolution after. What is due
 * already comes in the next turn of the loop: with 0 ms libuv would come back in this one.
 */
static void set_for(struct dw_timers *t, uint64_t at_ms)
{
	uint64_t now = uv_now(t->timer.loop), unit = t->resolution_ms;

	at_ms = at_ms > now ? (at_ms + unit - 1) / unit * unit : now + 1;
	if (uv_is_closing((uv_handle_t *)&t->timer))
		return;
	if (t->set_for_ms != 0 && t->set_for_ms <= at_ms)
		return;
	t->set_for_ms = at_ms;
	uv_timer_start(&t->timer, on_timer, at_ms - now, 0);
}

static void take_due(struct dw_timers *t, uint64_t now, struct dw_link *due)
{
	for (int i = 0; i < t->n_classes; i++) {
		struct dw_deadline *d = first_of(t, i);

		for (int n = 0; n < AT_ONCE && d != NULL && d->at_ms <= now; n++) {
			dw_list_remove(&d->link);
			dw_list_push(due, &d->link);
			d = first_of(t, i);
		}
	}
}

static void on_timer(uv_timer_t *h)
{
	struct dw_timers *t = DW_CONTAINER_OF(h, struct dw_timers, timer);
	struct dw_link due, *e;

	t->set_for_ms = 0;
	dw_list_init(&due);
	take_due(t, uv_now(h->loop), &due);
	while ((e = dw_list_pop(&due)) != NULL) {
		struct dw_deadline *d = DW_CONTAINER_OF(e, struct dw_deadline, link);

		d->at_ms = 0;
		d->on_due(d);
	}
	for (int i = 0; i < t->n_classes; i++) {
		struct dw_deadline *d = first_of(t, i);

		if (d != NULL)
			set_for(t, d->at_ms);
	}
}

void dw_deadline_init(struct dw_deadline *d, void (*on_due)(struct dw_deadline *d))
{
	dw_list_init(&d->link);
	d->at_ms = 0;
	d->on_due = on_due;
}

void dw_deadline_start(struct dw_timers *t, int cls, struct dw_deadline *d)
{
	DW_REQUIRE(cls >= 0 && cls < t->n_classes);
	dw_list_remove(&d->link);
	d->at_ms = uv_now(t->timer.loop) + t->classes[cls].length_ms;
	dw_list_push(&t->classes[cls].list, &d->link);
	set_for(t, d->at_ms);
}

void dw_deadline_stop(struct dw_deadline *d)
{
	dw_list_remove(&d->link);
	d->at_ms = 0;
}
