/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* enginerig.c - see the header. */
#include "enginerig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void must(bool ok, const char *what, const struct dw_err *err)
{
	if (ok)
		return;
	fprintf(stderr, "enginerig: %s: %s\n", what, err != NULL ? dw_err_text(err) : "");
	abort();
}

static int64_t clock_now(void *ctx)
{
	/* The writer's thread looks at it, too. */
	return __atomic_load_n(&((struct enginerig *)ctx)->now_us, __ATOMIC_RELAXED);
}

static void clock_random(void *ctx, void *out, size_t n)
{
	randombytes_buf(out, n);
}

static void on_change(void *data, enum dw_principal_kind kind, uint64_t id)
{
	struct enginerig *r = data;

	r->told_user += kind == DW_USER;
	r->told_token += kind == DW_TOKEN;
}

void enginerig_open(struct enginerig *r, const char *dir)
{
	struct dw_err err = { 0 };
	struct dw_engine_conf conf = { .dir = dir,
				       .loop = &r->loop,
				       .clock = &r->clock,
				       .ring_bytes = 1024 * 1024,
				       .session_idle_s = 8 * 3600,
				       .session_absolute_s = 7 * 24 * 3600 };

	must(sodium_init() >= 0, "sodium", NULL);
	dw_account_cost_for_tests(16384, 1);
	alarm(300); /* a callback that never comes ends the test, too */
	if (r->now_us == 0)
		r->now_us = INT64_C(1790000000000000);
	r->clock = (struct dw_clock){ clock_now, clock_now, clock_random, r };
	r->lock = -1;
	must(dw_loop_init(&r->loop, &err) == 0, "loop", &err);
	r->timers = dw_timers_create(&r->loop, 10);
	conf.timers = r->timers;
	conf.sign_in_per_minute = r->sign_in_per_minute != 0 ? r->sign_in_per_minute : 10;
	must(dir == NULL || dw_store_lock(dir, &r->lock, &err) == 0, "lock", &err);
	must(dw_engine_open(&r->engine, &conf, &err) == 0, "engine", &err);
	r->account = dw_engine_account(r->engine);
	dw_account_observe(r->account, on_change, r);
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

struct search {
	struct enginerig *r;
	const char *type;
	char *last;
	size_t n;
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct search *s = data;

	for (size_t i = 0; i < s->r->n_secrets; i++)
		must(memmem(e->payload.p, e->payload.n, s->r->secrets[i],
			    strlen(s->r->secrets[i])) == NULL,
		     "a payload holds a secret", NULL);
	if (s->type == NULL || !dw_str_eq(e->type, dw_str_of(s->type)))
		return true;
	s->n++;
	if (s->last != NULL)
		snprintf(s->last, 1024, "%.*s", (int)e->payload.n, e->payload.p);
	return true;
}

size_t enginerig_events(struct enginerig *r, const char *type, char last[1024])
{
	struct search s = { r, type, last, 0 };
	struct dw_reader *reader;
	struct dw_err err = { 0 };
	uint64_t after = 0, to;

	must(dw_journal_reader_open(dw_engine_journal(r->engine), &reader, &err) == 0,
	     "reader", &err);
	while (after < dw_journal_head(dw_engine_journal(r->engine))) {
		must(dw_reader_scan(reader, after, 1000, on_event, &s, &to, &err) == 0,
		     "scan", &err);
		must(to > after, "the journal has a hole", NULL);
		after = to;
	}
	dw_reader_close(reader);
	return s.n;
}

void enginerig_close(struct enginerig *r)
{
	bool done = false;

	(void)enginerig_events(r, NULL, NULL);
	dw_engine_close(r->engine, on_closed, &done);
	enginerig_until(r, &done);
	dw_timers_close(r->timers);
	dw_loop_close(&r->loop);
	dw_loop_run(&r->loop);
	dw_loop_fini(&r->loop);
	if (r->lock >= 0)
		close(r->lock);
	alarm(0);
}

void enginerig_until(struct enginerig *r, const bool *done)
{
	while (!*(const volatile bool *)done)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
}

void enginerig_until_head(struct enginerig *r, uint64_t seq)
{
	while (dw_journal_head(dw_engine_journal(r->engine)) < seq)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
}

void enginerig_advance(struct enginerig *r, int64_t seconds)
{
	(void)__atomic_add_fetch(&r->now_us, seconds * 1000000, __ATOMIC_RELAXED);
}

void enginerig_secret(struct enginerig *r, const char *text)
{
	if (text[0] == '\0')
		return;
	must(r->n_secrets < 256 && strlen(text) < 64, "room for secrets", NULL);
	memcpy(r->secrets[r->n_secrets++], text, strlen(text) + 1);
}

struct waiting {
	struct dw_account_op *op;
	bool done;
};

static void on_op(struct dw_account_op *op)
{
	((struct waiting *)op->data)->done = true;
}

int enginerig_do(struct enginerig *r, enginerig_start start, struct dw_account_op *op)
{
	struct waiting w = { op, false };

	op->cb = on_op;
	op->data = &w;
	start(r->account, op);
	must(!w.done, "the callback came before the start returned", NULL);
	enginerig_until(r, &w.done);
	must(op->status == 0 || op->err.msg[0] != '\0', "a refusal says why", NULL);
	enginerig_secret(r, op->secret);
	return op->status;
}

uint64_t enginerig_user(struct enginerig *r, const char *name, unsigned roles,
			const char *password)
{
	struct dw_account_op op = { .who = { .kind = DW_OPERATOR },
				    .name = dw_str_of(name),
				    .password = dw_str_of(password),
				    .roles = roles };

	enginerig_secret(r, password);
	must(enginerig_do(r, dw_account_user_add, &op) == 0, "adding an account",
	     &op.err);
	return op.id;
}

int enginerig_sign_in(struct enginerig *r, struct dw_account_op *op, const char *name,
		      const char *password, const char *peer)
{
	memset(op, 0, sizeof(*op));
	op->name = dw_str_of(name);
	op->password = dw_str_of(password);
	op->peer = dw_str_of(peer);
	op->user_agent = DW_STR("test/1");
	return enginerig_do(r, dw_account_sign_in, op);
}
