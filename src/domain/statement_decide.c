/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_decide.c - a command about a statement: the events that it comes to, or a refusal.
 *
 *   who may (policy) ─► is it still open ─► rules of the command ─► plan
 *
 * As decide.c, and apart from it, for these commands meet two states: that of the statement, and that
 * of the incident that it belongs to. What is out can be typed in again, for that is how a correction
 * begins; what was withdrawn has ended.
 */
#include "statement_decide_int.h"
#include "text/same.h"

#include <stdarg.h>
#include <stdio.h>

#define TITLE_MAX 200 /* characters */
#define NAME_MAX 100
#define LANG_MAX 35
#define QUOTE_MAX 300 /* bytes */

struct dw_statement_fact *plan_statement(struct stating *d, enum dw_event_type type)
{
	struct dw_statement_fact *f = &d->p->fact[d->p->n++];

	DW_INVARIANT(d->p->n <= PLAN_FACTS);
	memset(f, 0, sizeof(*f));
	f->type = type;
	f->room = d->s->id;
	f->actor = d->c != NULL ? d->c->who.id : 0;
	f->statement = d->t != NULL && type != DW_EV_STATEMENT_DRAFTED ? d->t->id : 0;
	return f;
}

struct dw_statement_now now_of(const struct stating *d)
{
	const struct dw_authority *a = d->c->authority;

	return (struct dw_statement_now){ .at = d->c->now,
					  .people = d->c->people,
					  .rules = a != NULL ? &a->rules : NULL,
					  .severity = d->s->severity };
}

int refuse_statement(struct stating *d, int code, const char *at, const char *fmt, ...)
{
	char why[sizeof(d->fault->detail)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	(void)dw_fault_set(d->fault, at, "%s", why);
	return code;
}

/* ---- what is asked of several commands ---- */

int check_revision(struct stating *d)
{
	if (d->c->revision == d->t->revision)
		return 0;
	d->p->base = d->t->revision;
	return refuse_statement(d, DW_ECONFLICT, "/revision",
				"the draft is at revision %llu by now",
				(unsigned long long)d->t->revision);
}

struct dw_str plan_digest(struct stating *d, const struct dw_statement_version *v)
{
	return dw_str_of(dw_arena_strdup(d->p->arena, dw_str_of(v->digest)));
}

struct dw_version version_digested(const struct dw_statement_version *v)
{
	return (struct dw_version){
		v->lang,
		dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, v->channel)),
		dw_str_of(dw_statement_word(DW_WORDS_READER, v->reader)),
		v->text,
	};
}

bool is_blank(struct dw_str s)
{
	return dw_text_is_same_but_space(s, DW_STR(""));
}

int check_reason(struct stating *d, const char *what_for)
{
	if (!is_blank(d->c->reason))
		return 0;
	return refuse_statement(d, DW_EINVAL, "/reason", "%s needs a reason", what_for);
}

/* What stands there, cut between characters when it is long. */
static struct dw_str quote(struct stating *d, struct dw_str s)
{
	size_t n = s.n;

	if (n > QUOTE_MAX) {
		n = QUOTE_MAX;
		while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n--;
	}
	return dw_str_make(dw_arena_strdup(d->p->arena, dw_str_make(s.p, n)), n);
}

int check_rest(struct stating *d, const struct dw_draft *draft,
	       const struct dw_rest *from, const char *at, struct dw_rest *to)
{
	struct dw_str stretch;
	char place[40];

	snprintf(place, sizeof(place), "%s/claim", at);
	if (dw_incident_claim(d->s, from->claim) == NULL)
		return refuse_statement(d, DW_EUNPROCESSABLE, place,
					"this incident has no claim %llu",
					(unsigned long long)from->claim);
	snprintf(place, sizeof(place), "%s/rests", at);
	if (from->rests >= DW_RESTS_COUNT)
		return refuse_statement(d, DW_EINVAL, place,
					"this must be one of: asserts, checking");
	snprintf(place, sizeof(place), "%s/to", at);
	if (from->from >= from->to ||
	    !dw_draft_slice(draft, from->from, from->to, &stretch))
		return refuse_statement(d, DW_EUNPROCESSABLE, place,
					"there is no such stretch in the text");
	*to = (struct dw_rest){ .claim = from->claim,
				.rests = from->rests,
				.from = from->from,
				.to = from->to,
				.quote = quote(d, stretch) };
	return 0;
}

int check_asserted(struct stating *d, const struct dw_rest *rest, size_t n)
{
	static const char *const why[] = {
		[DW_REST_UNKNOWN] = "nobody knows whether it is true",
		[DW_REST_FALSE] = "it is false",
		[DW_REST_RECHECK] = "it was to be checked again by now",
	};

	for (size_t i = 0; i < n; i++) {
		enum dw_rest_state state = dw_rest_state(d->s, rest[i].claim, d->c->now);
		char at[40];

		if (rest[i].rests != DW_RESTS_ASSERTS || state == DW_REST_HOLDS ||
		    state == DW_REST_MIXED)
			continue;
		snprintf(at, sizeof(at), "/rests/%zu", i);
		return refuse_statement(
			d, DW_EUNPROCESSABLE, at,
			"the text asserts claim %llu, and %s: check it, or say that it "
			"is being checked",
			(unsigned long long)rest[i].claim, why[state]);
	}
	return 0;
}

enum dw_rest_state dw_rest_state(const struct dw_incident *s, uint64_t claim, int64_t now)
{
	const struct dw_claim *c = dw_incident_claim(s, claim);

	if (c == NULL || c->verdict == DW_VERDICT_UNKNOWN)
		return DW_REST_UNKNOWN;
	if (c->verdict == DW_FALSE)
		return DW_REST_FALSE;
	if (c->recheck_at != 0 && now > c->recheck_at)
		return DW_REST_RECHECK;
	return c->verdict == DW_MIXED ? DW_REST_MIXED : DW_REST_HOLDS;
}

void plan_state(struct stating *d, const struct dw_statement_version *v, bool is_new)
{
	size_t n = d->t->versions.n + (is_new ? 1 : 0);
	struct dw_statement after = *d->t;
	struct dw_statement_now now = now_of(d);

	after.versions.p = dw_arena_alloc(d->p->arena, n * sizeof(after.versions.p[0]));
	for (size_t i = 0; i + 1 < n; i++)
		after.versions.p[i] = d->t->versions.p[i];
	after.versions.p[n - 1] = *v;
	after.versions.n = n;
	memcpy(d->p->digest, v->digest, sizeof(v->digest));
	d->p->n_lacks =
		dw_statement_lacks(&after, &after.versions.p[n - 1], &now, d->p->lack);
	d->p->status = dw_statement_status(&after, &now);
}

/* ---- a statement's own fields ---- */

static bool is_line(struct dw_str s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return dw_utf8_valid(s) && dw_utf8_count(s) <= most;
}

static int check_own(struct stating *d, unsigned has)
{
	const struct dw_statement_command *c = d->c;

	if ((has & DW_STATEMENT_TITLE) != 0 &&
	    (!is_line(c->title, TITLE_MAX) || is_blank(c->title)))
		return refuse_statement(d, DW_EINVAL, "/title",
					"a title is one line of 1 to %d characters",
					TITLE_MAX);
	if ((has & DW_STATEMENT_LANG) != 0 &&
	    (c->lang.n > LANG_MAX || !dw_lang_is_valid(c->lang)))
		return refuse_statement(d, DW_EINVAL, "/lang",
					"a language is a tag like ar, fa or en-GB");
	if ((has & DW_STATEMENT_CHANNEL) != 0 && c->channel >= DW_CHANNEL_COUNT)
		return refuse_statement(
			d, DW_EINVAL, "/channel",
			"this must be one of: press, social, internal, reply");
	if ((has & DW_STATEMENT_READER) != 0 && c->reader >= DW_READER_COUNT)
		return refuse_statement(d, DW_EINVAL, "/audience",
					"this must be one of: public, staff, customer");
	return 0;
}

static int take_rests(struct stating *d, const struct dw_draft *draft,
		      struct dw_statement_fact *f)
{
	const struct dw_rest_list *from = &d->c->rests;
	char at[40];
	int rc = 0;

	if (from->n > DW_RESTS_MAX)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/rests",
					"a text rests on %d claims at most",
					DW_RESTS_MAX);
	f->rests.p = dw_arena_alloc(d->p->arena, (from->n + 1) * sizeof(*f->rests.p));
	for (; rc == 0 && f->rests.n < from->n; f->rests.n++) {
		snprintf(at, sizeof(at), "/rests/%zu", f->rests.n);
		rc = check_rest(d, draft, &from->p[f->rests.n], at,
				&f->rests.p[f->rests.n]);
	}
	return rc;
}

/* What a draft says that it is of: the newsroom and the checks show them together. */
static int check_sources(struct stating *d)
{
	const struct dw_statement_command *c = d->c;

	if (c->translation_of != 0 &&
	    (c->original == NULL || c->original->incident != d->s->id))
		return refuse_statement(d, DW_EUNPROCESSABLE, "/translation_of",
					"this incident has no statement of this id");
	if (c->correction_of == 0)
		return 0;
	if (c->corrected == NULL)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/correction_of",
					"this incident has no statement of this id");
	if (c->corrected->publications.n == 0)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/correction_of",
					"only what was published can be corrected");
	return 0;
}

int decide_draft(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	struct dw_statement_fact *f;
	struct dw_draft draft;
	int rc = check_own(d, DW_STATEMENT_TITLE | DW_STATEMENT_LANG |
				      DW_STATEMENT_CHANNEL | DW_STATEMENT_READER);

	if (rc < 0)
		return rc;
	if (d->s->n_statements >= DW_STATEMENTS_MAX)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"this incident has as many statements as it may");
	if (!is_line(c->template_name, NAME_MAX))
		return refuse_statement(d, DW_EINVAL, "/template",
					"there is no template of this name");
	rc = check_sources(d);
	if (rc < 0)
		return rc;
	dw_draft_init(&draft);
	rc = dw_draft_start(&draft, c->text, c->who.id, d->fault);
	if (rc < 0) {
		snprintf(d->fault->pointer, sizeof(d->fault->pointer), "/text");
		dw_draft_fini(&draft);
		return rc;
	}
	f = plan_statement(d, DW_EV_STATEMENT_DRAFTED);
	f->title = c->title;
	f->lang = c->lang;
	f->channel = c->channel;
	f->reader = c->reader;
	f->template_name = c->template_name;
	f->translation_of = c->translation_of;
	f->correction_of = c->correction_of;
	f->reason = c->reason;
	f->text = dw_str_make(dw_arena_strdup(d->p->arena, dw_buf_str(&draft.text)),
			      draft.text.len);
	rc = take_rests(d, &draft, f);
	dw_draft_fini(&draft);
	return rc;
}

int decide_change_statement(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	const struct dw_statement *t = d->t;
	unsigned has = c->has;
	struct dw_statement_fact *f;
	int rc = check_own(d, has);

	if (rc < 0)
		return rc;
	if (c->version != 0 && c->version != t->version)
		return refuse_statement(d, DW_EMOVED, "",
					"it has changed since version %llu",
					(unsigned long long)c->version);
	if (dw_str_eq(c->title, t->title))
		has &= ~(unsigned)DW_STATEMENT_TITLE;
	if (dw_str_eq(c->lang, t->lang))
		has &= ~(unsigned)DW_STATEMENT_LANG;
	if (c->channel == t->channel)
		has &= ~(unsigned)DW_STATEMENT_CHANNEL;
	if (c->reader == t->reader)
		has &= ~(unsigned)DW_STATEMENT_READER;
	if (has == 0)
		return 0;
	f = plan_statement(d, DW_EV_STATEMENT_CHANGED);
	f->has = has;
	f->title = c->title;
	f->lang = c->lang;
	f->channel = c->channel;
	f->reader = c->reader;
	return 0;
}

/* ---- all ---- */

static int decide_one(struct stating *d)
{
	switch ((unsigned)d->c->type) {
	case DW_CMD_DRAFT_STATEMENT:
		return decide_draft(d);
	case DW_CMD_CHANGE_STATEMENT:
		return decide_change_statement(d);
	case DW_CMD_TYPE:
		return decide_type(d);
	case DW_CMD_REST:
		return decide_rest(d);
	case DW_CMD_UNREST:
		return decide_unrest(d);
	case DW_CMD_SUBMIT:
		return decide_submit(d);
	case DW_CMD_RULE:
		return decide_rule(d);
	case DW_CMD_PUBLISH:
		return decide_publish(d);
	default:
		return decide_withdraw(d);
	}
}

static int check_open(struct stating *d)
{
	if (d->s->status == DW_MERGED && d->c->type != DW_CMD_WITHDRAW)
		return refuse_statement(
			d, DW_EUNPROCESSABLE, "",
			"this incident was merged into %llu: it goes on there",
			(unsigned long long)d->s->merged_into);
	if (d->t == NULL || d->c->type == DW_CMD_WITHDRAW)
		return 0;
	if (d->t->is_erased)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"of this statement's text something was erased");
	if (d->t->publications.n > 0 && dw_statement_out(d->t) == NULL)
		return refuse_statement(
			d, DW_EUNPROCESSABLE, "",
			"this statement was withdrawn: begin another one");
	return 0;
}

bool holds_office(const struct stating *d, unsigned office)
{
	for (int deputy = 0; deputy < 2; deputy++) {
		const struct dw_participant *p =
			dw_incident_office(d->s, office, deputy != 0);

		if (p != NULL && d->c->who.kind == DW_USER && p->user == d->c->who.id)
			return true;
	}
	return false;
}

/* Who leads the room, of a withdrawal that in which it goes on; of a publication by an envelope also whoever has its office. */
static struct dw_standing standing(const struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	const struct dw_envelope *e =
		c->type == DW_CMD_PUBLISH && c->envelope != 0 && c->authority != NULL
			? dw_authority_envelope(c->authority, c->envelope)
			: NULL;
	const struct dw_incident *s =
		c->type == DW_CMD_WITHDRAW && c->goes_on != NULL ? c->goes_on : d->s;

	return (struct dw_standing){
		.is_lead = c->who.id != 0 && dw_incident_is_led_by(s, c->who.id),
		.is_owner = e != NULL && holds_office(d, e->office),
	};
}

int dw_statement_decide(const struct dw_statement_command *c,
			const struct dw_statement *t, const struct dw_incident *s,
			struct dw_statement_plan *p, struct dw_fault *fault)
{
	struct stating d = { c, t, s, p, fault };
	struct dw_standing how = standing(&d);
	struct dw_err err = { 0 };
	int rc = dw_policy_command(&c->who, c->type, &how, &err);

	DW_REQUIRE(p->n == 0 && (t != NULL) == (c->type != DW_CMD_DRAFT_STATEMENT));
	DW_REQUIRE(c->type >= DW_CMD_DRAFT_STATEMENT && c->type <= DW_CMD_WITHDRAW);
	if (rc < 0)
		return refuse_statement(&d, rc, "", "%s", dw_err_text(&err));
	rc = check_open(&d);
	if (rc == 0)
		rc = decide_one(&d);
	if (rc < 0)
		p->n = p->n_room = 0;
	return rc;
}
