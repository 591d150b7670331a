/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_leave.c - a statement's way out: submitted, judged, let out, withdrawn.
 *
 * A verdict is signed on the approver's device, or comes with a password, which is checked anew on the pool and
 * throttled as a sign-in is: a session that somebody left open approves nothing. It is wiped from the body, and what an
 * Idempotency-Key stands for does not hold it.
 */
#include "engine/authority.h"
#include "statement_int.h"

#include <sodium.h>
#include <stdlib.h>

#define REASON_MAX 2000

/* ---- POST /statements/{id}/submit ---- */

static void write_submitted(struct dw_jsonw *w, const struct statement_req *r)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", r->op.statement);
	dw_jsonw_kstr(w, "digest", dw_str_of(r->op.plan.digest));
	dw_jsonw_ku64(w, "seq", r->op.version_seq);
	dw_statement_write_findings(w, &r->op.plan, &r->op.earlier);
	dw_statement_write_after(w, &r->op.plan);
	dw_jsonw_obj_end(w);
}

static bool read_policy(struct statement_req *r)
{
	json_t *policy = json_object_get(r->body, "policy"), *v;
	struct dw_fault fault;
	const char *key;

	if (policy == NULL || json_is_null(policy))
		return true;
	if (!json_is_object(policy))
		return statement_refuse_at(r, DW_EINVAL, "/policy",
					   "this must be an object");
	json_object_foreach(policy, key, v) {
		if (strcmp(key, "groups") != 0 && strcmp(key, "any") != 0 &&
		    strcmp(key, "deadline") != 0)
			return statement_refuse_at(r, DW_EINVAL, "/policy",
						   "it has groups, any and deadline");
	}
	if (dw_quorum_read(&r->op.cmd.tighten, policy, "/policy", r->op.arena, &fault) <
	    0)
		return statement_refuse_at(r, DW_EINVAL, fault.pointer, fault.detail);
	return statement_time(r, policy, "deadline", "/policy/deadline",
			      &r->op.cmd.deadline);
}

static void submit(struct dw_http_req *req, void *api)
{
	static const char *const known[] = { "revision", "policy", NULL };
	struct statement_req *r = statement_begin(req, api, DW_CMD_SUBMIT);

	if (r != NULL && statement_body(r, known) &&
	    statement_number(r, "revision", true, &r->op.cmd.revision) && read_policy(r))
		statement_do(r, write_submitted);
}

void dw_api_statement_submit(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, submit);
}

/* ---- POST /statements/{id}/verdicts ---- */

static uint64_t seq_of(const struct statement_req *r, enum dw_event_type type)
{
	const struct dw_statement_plan *p = &r->op.plan;

	for (size_t i = 0; i < p->n; i++)
		if (p->fact[i].type == type)
			return p->fact[i].seq;
	return 0;
}

static void write_verdict(struct dw_jsonw *w, const struct statement_req *r)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", r->op.statement);
	dw_jsonw_ku64_or_null(w, "seq", seq_of(r, DW_EV_VERDICT_GIVEN));
	dw_jsonw_kstr(w, "digest", r->op.cmd.digest);
	dw_jsonw_kstr(w, "verdict",
		      dw_str_of(dw_statement_word(DW_WORDS_RULING, r->op.cmd.ruling)));
	dw_statement_write_after(w, &r->op.plan);
	dw_jsonw_obj_end(w);
}

static void on_checked(struct dw_account_op *op)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, account);
	struct dw_http_req *req = r->req;

	if (op->status == 0) {
		statement_do(r, write_verdict);
		return;
	}
	dw_buf_fini(&r->out);
	statement_fini(r);
	api_refuse_op(req, op); /* r lies in the request's arena, which is still there */
}

static void check(struct statement_req *r, struct dw_str password)
{
	api_fill_op(&r->account, r->req);
	r->account.password = password;
	r->account.cb = on_checked;
	dw_account_check(dw_engine_account(r->api->engine), &r->account);
	api_wipe(NULL, r->body, "password");
}

static bool read_verdict(struct statement_req *r, struct dw_str *password)
{
	struct dw_statement_command *c = &r->op.cmd;

	if (!statement_text(r, "digest", true, DW_DIGEST_HEX, &c->digest) ||
	    !statement_word(r, "verdict", true, DW_WORDS_RULING,
			    "approve, reject, hold or ask", &c->ruling) ||
	    !statement_text(r, "reason", false, REASON_MAX, &c->reason) ||
	    !statement_number(r, "submitted", false, &c->submitted) ||
	    !statement_number(r, "on_behalf_of", false, &c->on_behalf_of))
		return false;
	c->proof = json_object_get(r->body, "signature") != NULL ? DW_PROOF_SIGNATURE
								 : DW_PROOF_PASSWORD;
	return statement_text(r, "password", c->proof == DW_PROOF_PASSWORD,
			      DW_PASSWORD_MAX, password);
}

static bool read_signature(struct statement_req *r)
{
	if (api_signature(json_object_get(r->body, "signature"), &r->op.cmd.signature))
		return true;
	return statement_refuse_at(r, DW_EINVAL, "/signature",
				   "it has key, nonce, expires and sig");
}

/* Over exactly what this verdict says. */
static void verify(struct statement_req *r)
{
	struct dw_engine *e = r->api->engine;
	const struct dw_statement_command *c = &r->op.cmd;
	const struct dw_statement *t =
		dw_statements_see(dw_engine_rooms(e), &c->who, r->op.statement);
	struct dw_signed_verdict v = {
		.statement = r->op.statement,
		.digest = c->digest,
		.verdict = dw_str_of(dw_statement_word(DW_WORDS_RULING, c->ruling)),
		.reason = c->reason,
	};

	if (t == NULL) {
		r->op.status = dw_fail(&r->op.err, DW_ENOTFOUND,
				       "there is no statement of this id");
		statement_refuse(r);
		return;
	}
	v.incident = t->incident;
	v.is_drill = dw_rooms_find(dw_engine_rooms(e), t->incident)->is_drill;
	r->op.status = dw_signature_check(dw_engine_authorities(e), c->who.id, &v,
					  &c->signature, &r->op.err);
	if (r->op.status < 0) {
		(void)dw_fault_set(&r->op.fault, "/signature", "%s",
				   dw_err_text(&r->op.err));
		statement_refuse(r);
		return;
	}
	statement_do(r, write_verdict);
}

static void rule(struct dw_http_req *req, void *api)
{
	static const char *const known[] = { "digest",	     "verdict",	 "reason",
					     "submitted",    "password", "signature",
					     "on_behalf_of", NULL };
	struct statement_req *r = statement_begin(req, api, DW_CMD_RULE);
	struct dw_str password;
	json_t *body;

	if (r == NULL || !statement_body(r, known))
		return;
	sodium_memzero((void *)(uintptr_t)req->body.p, req->body.n);
	body = json_incref(r->body);
	if (!read_verdict(r, &password))
		api_wipe(NULL, body, "password");
	else if (r->op.cmd.proof == DW_PROOF_PASSWORD)
		check(r, password);
	else if (read_signature(r))
		verify(r);
	json_decref(body);
}

void dw_api_statement_verdicts(struct dw_http_req *req, void *api)
{
	json_t *o =
		json_loadb(req->body.p != NULL ? req->body.p : "", req->body.n, 0, NULL);
	char *text = NULL;

	if (json_is_object(o)) {
		api_wipe(NULL, o, "password");
		(void)json_object_del(o, "password");
		text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	}
	dw_api_once(req, api, text != NULL ? dw_str_of(text) : DW_STR(""), rule);
	free(text);
	json_decref(o);
}

/* ---- POST /statements/{id}/publish, withdraw ---- */

static void write_out(struct dw_jsonw *w, const struct statement_req *r)
{
	const struct dw_statement_plan *p = &r->op.plan;

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", r->op.statement);
	dw_jsonw_ku64_or_null(w, "seq", p->n > 0 ? p->fact[0].seq : 0);
	dw_jsonw_kstr(w, "digest", p->n > 0 ? p->fact[0].digest : r->op.cmd.digest);
	dw_jsonw_kstr_or_null(w, "url",
			      p->n_room > 0 ? p->room_fact[0].url : dw_str_make(NULL, 0));
	dw_jsonw_obj_end(w);
}

/* Where the public will find it. */
static void set_url(struct statement_req *r)
{
	const char *base = r->api->conf.public_url;
	const struct dw_statement *t = dw_statements_see(dw_engine_rooms(r->api->engine),
							 &r->op.cmd.who, r->op.statement);
	const struct dw_statement_version *v =
		t != NULL ? dw_statement_submitted(t) : NULL;

	if (base == NULL || v == NULL || v->reader != DW_READER_PUBLIC ||
	    (v->channel != DW_CHANNEL_PRESS && v->channel != DW_CHANNEL_SOCIAL))
		return;
	r->op.cmd.url = dw_arena_printf(r->op.arena, "%s/newsroom/%llu", base,
					(unsigned long long)r->op.statement);
}

static void publish(struct dw_http_req *req, void *api)
{
	static const char *const known[] = { "digest", "reason", "envelope", "next_at",
					     NULL };
	struct statement_req *r = statement_begin(req, api, DW_CMD_PUBLISH);

	if (r == NULL || !statement_body(r, known) ||
	    !statement_number(r, "envelope", false, &r->op.cmd.envelope) ||
	    !statement_time(r, r->body, "next_at", "/next_at", &r->op.cmd.next_at) ||
	    !statement_text(r, "digest", true, DW_DIGEST_HEX, &r->op.cmd.digest) ||
	    !statement_text(r, "reason", false, REASON_MAX, &r->op.cmd.reason))
		return;
	set_url(r);
	statement_do(r, write_out);
}

void dw_api_statement_publish(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, publish);
}

static void withdraw(struct dw_http_req *req, void *api)
{
	static const char *const known[] = { "reason", NULL };
	struct statement_req *r = statement_begin(req, api, DW_CMD_WITHDRAW);

	if (r != NULL && statement_body(r, known) &&
	    statement_text(r, "reason", true, REASON_MAX, &r->op.cmd.reason))
		statement_do(r, write_out);
}

void dw_api_statement_withdraw(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, withdraw);
}
