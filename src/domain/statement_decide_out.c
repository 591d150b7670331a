/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_decide_out.c - a version leaves, is taken back, or is found to be wrong.
 *
 * Whatever was asked when it was approved is asked again here, for time has passed: that the bytes are
 * those of the digest, that who said yes still may and that it is as many as are asked for by now, that
 * what it asserts is still true, and that nobody pulled the brake. Taking back needs none of that.
 */
#include "base/clock.h"
#include "statement_decide_int.h"

#include <stdio.h>

/* ---- publishing ---- */

static int check_stop(struct stating *d)
{
	const struct dw_outgoing *o =
		d->c->authority != NULL ? &d->c->authority->outgoing : NULL;
	char until[DW_TIME_MAX];

	if (d->s->is_drill)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"this is a drill: nothing of it is published");
	if (o == NULL || !dw_outgoing_is_frozen(o, d->c->now))
		return 0;
	return refuse_statement(d, DW_ECONFLICT, "",
				"everything outgoing is stopped, by %llu, until %s: %.*s",
				(unsigned long long)o->by,
				o->until != 0 ? dw_time_format(until, o->until)
					      : "it is lifted",
				o->reason.n > 80 ? 0 : (int)o->reason.n, o->reason.p);
}

static int check_bytes(struct stating *d, const struct dw_statement_version *v)
{
	struct dw_version digested;
	char digest[DW_DIGEST_HEX];

	if (v == NULL || !dw_str_eq(d->c->digest, dw_str_of(v->digest)))
		return refuse_statement(
			d, DW_ECONFLICT, "/digest",
			"this is not the version that was submitted last");
	digested = version_digested(v);
	if (dw_version_digest(&digested, digest) < 0 || strcmp(digest, v->digest) != 0)
		return refuse_statement(d, DW_ECORRUPT, "/digest",
					"the text that is kept has not this digest");
	return 0;
}

/* It had been approved: somebody who said yes may not any more, or more is asked for by now. */
static const char *why_again(const struct stating *d,
			     const struct dw_statement_version *v)
{
	struct dw_statement_now then = { .at = d->c->now };
	struct dw_lack lack[DW_LACKS_MAX];

	return version_lacks(v, &then, lack) == 0
		       ? ", by who may approve it now and what is asked for now"
		       : "";
}

static int check_lacks(struct stating *d, const struct dw_statement_version *v)
{
	static const char *const what[] = {
		[DW_LACK_REJECTED] = "somebody rejected it",
		[DW_LACK_HELD] = "somebody holds it",
		[DW_LACK_ASKED] = "a question is open",
		[DW_LACK_EXPIRED] = "its deadline is over",
		[DW_LACK_EDITED] = "the draft is another by now: submit it",
	};
	struct dw_statement_now now = now_of(d);
	struct dw_lack *lack = d->p->lack;

	if (dw_statement_lacks(d->t, v, &now, lack) == 0)
		return 0;
	if (lack[0].kind != DW_LACK_GROUP)
		return refuse_statement(d, DW_EUNPROCESSABLE, "", "%s",
					what[lack[0].kind]);
	return refuse_statement(d, DW_EUNPROCESSABLE, "",
				"approvals are missing: %u more of %.*s%s", lack[0].n,
				lack[0].group.n > 0 ? (int)lack[0].group.n : 7,
				lack[0].group.n > 0 ? lack[0].group.p : "anybody",
				why_again(d, v));
}

static int check_new(struct stating *d, const struct dw_statement_version *v)
{
	const struct dw_publication *out = dw_statement_out(d->t);
	const struct dw_statement_version *was =
		out != NULL ? &d->t->versions.p[out->version] : NULL;

	if (was != NULL && strcmp(was->digest, v->digest) == 0 &&
	    dw_str_eq(was->title, v->title))
		return refuse_statement(d, DW_EEXISTS, "/digest",
					"this version is out already");
	if (was != NULL)
		return check_reason(d, "a version behind one that is out");
	return d->t->correction_of != 0 && is_blank(d->t->reason)
		       ? check_reason(d, "a correction")
		       : 0;
}

/* Why a correction goes out was mostly said when it was begun. */
static struct dw_str reason_told(const struct stating *d)
{
	bool is_begun_for = d->t->correction_of != 0 && dw_statement_out(d->t) == NULL;

	return is_begun_for && is_blank(d->c->reason) ? d->t->reason : d->c->reason;
}

/* What was promised before and is still to come stays promised. */
static int64_t promise(const struct stating *d, unsigned audience)
{
	int64_t was = d->s->cadence[audience].next_at;

	if (d->c->next_at != 0)
		return d->c->next_at;
	return was > d->c->now ? was : 0;
}

static void plan_word(struct stating *d, const struct dw_statement_version *v)
{
	struct dw_fact *f = &d->p->room_fact[0];

	/* A full room is no reason to say nothing to the public. */
	if (d->s->words.n >= DW_WORDS_MAX)
		return;
	memset(f, 0, sizeof(*f));
	f->type = DW_EV_WORD_SPOKEN;
	f->room = d->s->id;
	f->actor = d->c->who.id;
	f->has = DW_HAS(AUDIENCE) | DW_HAS(TEXT);
	f->audience = v->reader == DW_READER_STAFF ? DW_INTERNAL : DW_AUDIENCE_PUBLIC;
	f->text = v->title;
	f->next_at = promise(d, f->audience);
	if (f->next_at != 0)
		f->has |= DW_HAS(NEXT_AT);
	if (d->c->url.n > 0) {
		f->has |= DW_HAS(URL);
		f->url = d->c->url;
	}
	if (d->s->weight + dw_incident_weight(f) <= DW_ROOM_TEXT_MAX)
		d->p->n_room = 1;
}

/* A "no" of somebody is not overruled by what was signed when nobody knew of this. */
static int check_nobody_objects(struct stating *d, const struct dw_statement_version *v)
{
	for (size_t i = 0; i < v->rulings.n; i++) {
		const struct dw_ruling_given *g = &v->rulings.p[i];

		if (ruling_stands(v, g) &&
		    (g->ruling == DW_RULING_REJECT || g->ruling == DW_RULING_HOLD))
			return refuse_statement(d, DW_EUNPROCESSABLE, "/envelope",
						"somebody has rejected or held this "
						"version: it needs approvals");
	}
	return 0;
}

static int check_envelope(struct stating *d, const struct dw_statement_version *v)
{
	const struct dw_envelope *e =
		d->c->authority != NULL
			? dw_authority_envelope(d->c->authority, d->c->envelope)
			: NULL;
	struct dw_fill_from from = { .s = d->s, .now = d->c->now };
	int rc;

	if (e == NULL)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/envelope",
					"there is no envelope of this id");
	if (!holds_office(d, e->office))
		return refuse_statement(d, DW_EFORBIDDEN, "/envelope",
					"this envelope is for the %s of this incident",
					dw_word_name(DW_WORD_ROOM_ROLE, e->office));
	rc = check_nobody_objects(d, v);
	if (rc == 0 && dw_statement_is_edited(d->t))
		return refuse_statement(d, DW_EUNPROCESSABLE, "/digest",
					"the text has changed since: submit it again");
	if (rc < 0)
		return rc;
	from.lang = e->lang;
	from.contact = dw_authority_contact(d->c->authority, e->lang);
	return dw_envelope_holds(e, v, &from, d->p->arena, d->fault);
}

/* Approvals, or what was signed in calm time. */
static int check_authority(struct stating *d, const struct dw_statement_version *v)
{
	return d->c->envelope != 0 ? check_envelope(d, v) : check_lacks(d, v);
}

int decide_publish(struct stating *d)
{
	const struct dw_statement_version *v = dw_statement_submitted(d->t);
	struct dw_statement_fact *f;
	int rc = check_stop(d);

	if (rc < 0)
		return rc;
	if (v == NULL || !dw_str_eq(d->c->digest, dw_str_of(v->digest)))
		return refuse_statement(
			d, DW_ECONFLICT, "/digest",
			"this is not the version that was submitted last");
	if (d->c->next_at != 0 && d->c->next_at <= d->c->now)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/next_at",
					"the next word is promised for a time to come");
	rc = check_bytes(d, v);
	if (rc == 0)
		rc = check_new(d, v);
	if (rc == 0)
		rc = check_authority(d, v);
	if (rc == 0)
		rc = check_asserted(d, v->rests.p, v->rests.n);
	if (rc < 0)
		return rc;
	f = plan_statement(d, DW_EV_STATEMENT_PUBLISHED);
	f->envelope = d->c->envelope;
	f->digest = plan_digest(d, v);
	f->reason = reason_told(d);
	plan_word(d, v);
	return 0;
}

/* ---- taking back ---- */

int decide_withdraw(struct stating *d)
{
	const struct dw_publication *out = dw_statement_out(d->t);
	struct dw_statement_fact *f;
	int rc = check_reason(d, "a withdrawal");

	if (rc < 0)
		return rc;
	if (out == NULL)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"only what is out can be withdrawn");
	f = plan_statement(d, DW_EV_STATEMENT_WITHDRAWN);
	f->digest = plan_digest(d, &d->t->versions.p[out->version]);
	f->reason = d->c->reason;
	return 0;
}

/* ---- a claim that is not true any more ---- */

static bool was_named(const struct dw_statement *t, const struct dw_publication *out,
		      uint64_t claim)
{
	for (size_t i = t->contradictions.n; i-- > 0;)
		if (t->contradictions.p[i].claim == claim &&
		    t->contradictions.p[i].seq > out->seq)
			return true;
	return false;
}

static bool was_planned(const struct dw_statement_plan *p, uint64_t claim)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->fact[i].type == DW_EV_STATEMENT_CONTRADICTED &&
		    p->fact[i].rest.claim == claim)
			return true;
	return false;
}

static uint64_t open_correction(const struct dw_statement *t,
				const struct dw_publication *out)
{
	for (size_t i = t->contradictions.n; i-- > 0;)
		if (t->contradictions.p[i].seq > out->seq &&
		    t->contradictions.p[i].correction != 0)
			return t->contradictions.p[i].correction;
	return 0;
}

static void plan_correction(struct stating *d, const struct dw_statement_version *v)
{
	struct dw_statement_fact *f = plan_statement(d, DW_EV_STATEMENT_DRAFTED);

	f->title = v->title;
	f->lang = v->lang;
	f->channel = v->channel;
	f->reader = v->reader;
	f->text = v->text;
	f->correction_of = d->t->id;
	f->rests.n = v->rests.n;
	f->rests.p = dw_arena_alloc(d->p->arena, (v->rests.n + 1) * sizeof(*f->rests.p));
	for (size_t i = 0; i < v->rests.n; i++) {
		f->rests.p[i] = v->rests.p[i];
		f->rests.p[i].id = 0;
	}
}

void dw_statement_contradict(const struct dw_statement *t, const struct dw_incident *s,
			     struct dw_statement_plan *p)
{
	struct stating d = { NULL, t, s, p, NULL };
	const struct dw_publication *out = dw_statement_out(t);
	const struct dw_statement_version *v =
		out != NULL ? &t->versions.p[out->version] : NULL;
	uint64_t correction = out != NULL ? open_correction(t, out) : 0;

	for (size_t i = 0; v != NULL && i < v->rests.n && p->n < PLAN_FACTS; i++) {
		const struct dw_rest *r = &v->rests.p[i];
		const struct dw_claim *claim = dw_incident_claim(s, r->claim);
		struct dw_statement_fact *f;

		if (r->rests != DW_RESTS_ASSERTS || claim == NULL ||
		    claim->verdict == DW_TRUE || claim->flipped < out->seq ||
		    was_named(t, out, r->claim) || was_planned(p, r->claim))
			continue;
		if (correction == 0 && p->n == 0)
			plan_correction(&d, v);
		f = plan_statement(&d, DW_EV_STATEMENT_CONTRADICTED);
		f->rest = *r;
		f->correction = correction;
		f->back = correction == 0 ? p->n - 1 : 0;
	}
}
