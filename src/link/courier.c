/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * courier.c - one try of a delivery, from the outbox to the wire and back with what came of it.
 *
 *   2xx          it has arrived, whatever follows
 *   410          nothing is wanted there any more
 *   all else     later; not before Retry-After, when there is one
 *
 * Webhooks and the mail server have places of their own: a mail server that is slow keeps no post waiting.
 */
#include "courier_int.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_ONCE 16
#define TIMEOUT_S 30
#define ANSWER_MAX (64u * 1024)
#define MESSAGE_MAX (16u * 1024 * 1024)

struct dw_courier {
	struct dw_courier_conf conf;
	struct smtp smtp;
	struct dw_fetcher *posts, *mails;
	struct dw_link errands; /* struct errand */
	unsigned n_fetchers;	/* open */
	bool is_stopped;
	void (*on_closed)(void *data);
	void *on_closed_data;
};

struct errand {
	struct dw_link link;
	struct dw_courier *courier;
	struct dw_delivery *d;
	struct dw_fetch fetch;
	struct dw_mail_way way;
	struct dw_buf message;
};

static void errand_free(struct errand *e)
{
	dw_list_remove(&e->link);
	dw_buf_fini(&e->message);
	free(e);
}

/* ---- what came of it ---- */

static void explain(struct errand *e)
{
	const struct dw_fetch *x = &e->fetch;
	struct dw_delivery *d = e->d;

	if (x->rc < 0)
		snprintf(d->detail, sizeof(d->detail), "%s", dw_err_text(&x->err));
	else if (x->status >= 300 && x->status < 400)
		snprintf(d->detail, sizeof(d->detail),
			 "it leads elsewhere (status %ld), which is not followed",
			 x->status);
	else
		snprintf(d->detail, sizeof(d->detail), "it answered with status %ld",
			 x->status);
}

static void on_done(struct dw_fetch *x)
{
	struct errand *e = DW_CONTAINER_OF(x, struct errand, fetch);
	struct dw_delivery *d = e->d;
	bool is_mail = d->kind == DW_OUTLET_EMAIL;

	d->status = x->status;
	d->refused = x->n_refused;
	d->retry_after_s = x->retry_after_s;
	d->is_held = x->is_held;
	d->is_ok = is_mail ? x->rc == 0 : x->status >= 200 && x->status < 300;
	d->is_gone = !is_mail && x->rc == 0 && x->status == 410;
	d->is_refused = is_mail && !d->is_ok && x->n_refused > 0;
	if (!d->is_ok)
		explain(e);
	errand_free(e);
	dw_delivery_done(d);
}

static bool may_send(struct dw_fetch *x)
{
	return dw_delivery_may_leave(DW_CONTAINER_OF(x, struct errand, fetch)->d);
}

static int on_body(struct dw_fetch *x, struct dw_str piece)
{
	(void)x, (void)piece;
	return 0;
}

/* ---- on its way ---- */

static void on_send(void *ctx, struct dw_delivery *d)
{
	struct dw_courier *c = ctx;
	struct errand *e = calloc(1, sizeof(*e));
	int64_t now = dw_now_us(dw_engine_clock(c->conf.engine));

	DW_INVARIANT(e != NULL);
	e->courier = c;
	e->d = d;
	dw_list_init(&e->link);
	dw_list_push(&c->errands, &e->link);
	dw_buf_init(&e->message, MESSAGE_MAX);
	e->fetch.on_body = on_body;
	e->fetch.on_done = on_done;
	e->fetch.may_send = may_send;
	if (d->kind == DW_OUTLET_WEBHOOK)
		webhook_fill(&e->fetch, d, now);
	else /* the ceiling is above that of any statement */
		DW_INVARIANT(smtp_fill(&e->fetch, &e->way, &e->message, &c->smtp, d,
				       now) == 0);
	dw_fetch_start(d->kind == DW_OUTLET_WEBHOOK ? c->posts : c->mails, &e->fetch);
}

/* ---- the whole ---- */

static bool any_address(const struct sockaddr *sa)
{
	(void)sa;
	return true;
}

static int open_fetcher(struct dw_courier *c, struct dw_fetcher **out, bool is_mail,
			struct dw_err *err)
{
	const struct dw_fetcher_conf conf = {
		.loop = c->conf.loop,
		.at_once = AT_ONCE,
		.timeout_s = c->conf.timeout_s != 0 ? c->conf.timeout_s : TIMEOUT_S,
		.max_bytes = ANSWER_MAX,
		.may_ask = is_mail || c->conf.may_post_private ? any_address : NULL,
		.setting = "allow_private_outlets",
	};
	int rc = dw_fetcher_create(out, &conf, err);

	c->n_fetchers += rc == 0;
	return rc;
}

static void on_fetcher_closed(void *data)
{
	struct dw_courier *c = data;
	void (*cb)(void *) = c->on_closed;
	void *cb_data = c->on_closed_data;

	if (--c->n_fetchers > 0)
		return;
	free(c);
	cb(cb_data);
}

int dw_courier_create(struct dw_courier **out, const struct dw_courier_conf *conf,
		      struct dw_err *err)
{
	struct dw_courier *c = calloc(1, sizeof(*c));
	struct dw_carrier carrier = { .send = on_send, .ctx = c };
	int rc;

	DW_INVARIANT(c != NULL);
	c->conf = *conf;
	dw_list_init(&c->errands);
	rc = smtp_open(&c->smtp, conf, err);
	if (rc == 0)
		rc = open_fetcher(c, &c->posts, false, err);
	if (rc == 0 && c->smtp.url != NULL)
		rc = open_fetcher(c, &c->mails, true, err);
	if (rc < 0) { /* only before anything was opened, or libcurl itself is unfit */
		smtp_fini(&c->smtp);
		free(c);
		return rc;
	}
	carrier.has_mail = c->smtp.url != NULL;
	dw_outbox_set_carrier(dw_engine_outbox(conf->engine), &carrier);
	*out = c;
	return 0;
}

void dw_courier_stop(struct dw_courier *c)
{
	if (c->is_stopped)
		return;
	c->is_stopped = true;
	while (c->errands.next != &c->errands) {
		struct errand *e = DW_CONTAINER_OF(c->errands.next, struct errand, link);
		struct dw_delivery *d = e->d;

		dw_fetch_cancel(&e->fetch);
		errand_free(e);
		d->is_held = true;
		dw_delivery_done(d);
	}
	dw_outbox_set_carrier(dw_engine_outbox(c->conf.engine), NULL);
}

void dw_courier_close(struct dw_courier *c, void (*cb)(void *data), void *data)
{
	struct dw_fetcher *mails = c->mails;

	DW_REQUIRE(c->is_stopped);
	c->on_closed = cb;
	c->on_closed_data = data;
	smtp_fini(&c->smtp);
	dw_fetcher_close(c->posts, on_fetcher_closed, c);
	if (mails != NULL)
		dw_fetcher_close(mails, on_fetcher_closed, c);
}
