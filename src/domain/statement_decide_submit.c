/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_decide_submit.c - a draft becomes a version, and what was said of the last one may stand.
 *
 *   what a submission may not be ─► same as the last one? ─► submitted ─► carried ─► approved
 *
 * Verdicts are carried over when nobody who reads both could tell them apart: all that stand, and not
 * only the approvals, or a rejection could be got rid of with a blank. Whoever changed the text last
 * takes their approval with them only where the policy lets them approve what is theirs.
 */
#include "statement_decide_int.h"
#include "text/length.h"
#include "text/same.h"
#include "text/sentence.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- looking ---- */

static bool rests_somewhere(const struct dw_statement *t, const struct dw_sentence *s)
{
	for (size_t i = 0; i < t->rests.n; i++)
		if (t->rests.p[i].from < s->to && t->rests.p[i].to > s->from)
			return true;
	return false;
}

static void look_for_figures(const struct dw_statement *t, const struct dw_given *given,
			     struct dw_statement_plan *p)
{
	struct dw_str text = dw_buf_str(&t->draft.text);
	bool *is_given = calloc(text.n + 1, sizeof(*is_given));
	struct dw_sentences walk = { text, 0, 0, is_given };
	struct dw_sentence s;

	DW_INVARIANT(is_given != NULL);
	for (size_t i = 0; i < DW_GIVEN_MAX; i++)
		dw_sentence_give(text, given->text[i], is_given);
	p->n_bare = 0;
	while (p->n_bare < DW_BARE_MAX && dw_sentence_next(&walk, &s))
		if (s.has_figure && !rests_somewhere(t, &s))
			p->bare[p->n_bare++] = (struct dw_stretch){ s.from, s.to };
	free(is_given);
}

void dw_statement_look(const struct dw_statement *t, const struct dw_checker *checker,
		       const struct dw_shingles *earlier, size_t n_earlier,
		       const struct dw_given *given, struct dw_statement_plan *p)
{
	bool is_post = t->channel == DW_CHANNEL_SOCIAL;
	struct dw_check_text text = { .text = dw_buf_str(&t->draft.text),
				      .lang = t->lang,
				      .is_post = is_post,
				      .length_max = is_post ? DW_POST_LENGTH_MAX : 0,
				      .is_inside = t->reader == DW_READER_STAFF,
				      .earlier = earlier,
				      .n_earlier = n_earlier };

	dw_check_run(checker, &text, &p->findings);
	look_for_figures(t, given, p);
}

static int check_findings(struct stating *d, unsigned blocks)
{
	const struct dw_findings *all = &d->p->findings;

	for (size_t i = 0; i < all->n; i++) {
		const struct dw_finding *f = &all->at[i];
		bool is_blocked = (blocks >> f->check & 1) != 0;

		if (f->severity == DW_CHECK_REFUSE || is_blocked)
			return refuse_statement(
				d, DW_EUNPROCESSABLE, "/text", "%s at %u to %u: %s",
				dw_check_name(f->check), f->from, f->to,
				f->severity == DW_CHECK_REFUSE
					? "a text with this is not taken"
					: "the policy for this channel stops it");
	}
	return 0;
}

/* ---- what is submitted ---- */

static int demand(struct stating *d, struct dw_quorum *q)
{
	const struct dw_statement_command *c = d->c;

	dw_quorum_demand(q, c->authority != NULL ? &c->authority->rules : NULL,
			 d->t->channel, d->s->severity);
	if (!dw_quorum_tighten(q, &c->tighten))
		return refuse_statement(d, DW_EUNPROCESSABLE, "/policy/groups",
					"these are more groups than one policy may name");
	if (c->deadline != 0 && c->deadline <= c->now)
		return refuse_statement(d, DW_EINVAL, "/policy/deadline",
					"a deadline lies in the future");
	return 0;
}

static bool is_same_quorum(const struct dw_quorum *a, const struct dw_quorum *b)
{
	if (a->n_needs != b->n_needs || a->may_approve_own != b->may_approve_own)
		return false;
	for (size_t i = 0; i < a->n_needs; i++)
		if (a->need[i].n != b->need[i].n ||
		    !dw_str_eq(a->need[i].group, b->need[i].group))
			return false;
	return true;
}

static bool is_over(const struct dw_statement_version *v, int64_t now)
{
	return v->deadline != 0 && now > v->deadline;
}

static bool is_same_submission(const struct stating *d,
			       const struct dw_statement_version *was,
			       const struct dw_statement_version *v)
{
	return was != NULL && strcmp(was->digest, v->digest) == 0 &&
	       dw_str_eq(was->title, v->title) &&
	       rests_are_same(was->rests.p, was->rests.n, v->rests.p, v->rests.n) &&
	       is_same_quorum(&was->quorum, &v->quorum) &&
	       (v->deadline == 0 || v->deadline == was->deadline) &&
	       !is_over(was, d->c->now);
}

static int make_version(struct stating *d, struct dw_statement_version *v)
{
	const struct dw_statement *t = d->t;
	struct dw_version digested;

	v->by = d->c->who.id;
	v->at = d->c->now;
	v->last_author = t->changed_by;
	v->revision = t->revision;
	v->deadline = d->c->deadline;
	v->title = t->title;
	v->lang = t->lang;
	v->channel = t->channel;
	v->reader = t->reader;
	v->text = dw_str_make(dw_arena_strdup(d->p->arena, dw_buf_str(&t->draft.text)),
			      t->draft.text.len);
	v->rests.n = t->rests.n;
	v->rests.p = dw_arena_alloc(d->p->arena, (t->rests.n + 1) * sizeof(*v->rests.p));
	for (size_t i = 0; i < t->rests.n; i++)
		v->rests.p[i] = t->rests.p[i];
	digested = version_digested(v);
	if (dw_version_digest(&digested, v->digest) < 0)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/lang",
					"this language cannot be submitted in");
	return 0;
}

static void plan_submitted(struct stating *d, const struct dw_statement_version *v)
{
	struct dw_statement_fact *f = plan_statement(d, DW_EV_STATEMENT_SUBMITTED);

	f->digest = plan_digest(d, v);
	f->revision = v->revision;
	f->title = v->title;
	f->lang = v->lang;
	f->channel = v->channel;
	f->reader = v->reader;
	f->text = v->text;
	f->rests = v->rests;
	f->quorum = v->quorum;
	f->deadline = v->deadline;
	f->last_author = v->last_author;
}

/* ---- what is carried over ---- */

/* The same links, at places that a line break or a spelling moves no more than it moves the reader. */
static struct dw_rest *place_rests(const struct dw_statement_version *v,
				   struct dw_arena *a)
{
	size_t units = dw_utf16_count(v->text);
	uint32_t *place = dw_arena_alloc(a, (units + 1) * sizeof(*place));
	struct dw_rest *placed = dw_arena_alloc(a, (v->rests.n + 1) * sizeof(*placed));

	dw_text_places(v->text, place, units);
	for (size_t i = 0; i < v->rests.n; i++) {
		const struct dw_rest *r = &v->rests.p[i];

		placed[i] = *r;
		placed[i].from = place[r->from < units ? r->from : units];
		placed[i].to = place[r->to < units ? r->to : units];
	}
	return placed;
}

static bool rests_on_the_same(const struct dw_statement_version *a,
			      const struct dw_statement_version *b,
			      struct dw_arena *arena)
{
	if (a->rests.n != b->rests.n)
		return false;
	return rests_are_same(place_rests(a, arena), a->rests.n, place_rests(b, arena),
			      b->rests.n);
}

static bool reads_the_same(const struct stating *d,
			   const struct dw_statement_version *was,
			   const struct dw_statement_version *v)
{
	return was != NULL && !is_over(was, d->c->now) && was->channel == v->channel &&
	       was->reader == v->reader && dw_str_eq(was->lang, v->lang) &&
	       dw_str_eq(was->title, v->title) &&
	       dw_text_is_same_but_space(was->text, v->text) &&
	       rests_on_the_same(was, v, d->p->arena);
}

/* What was said ends when it was to end: a later deadline is another question. */
static bool may_carry(const struct stating *d, const struct dw_statement_version *was,
		      struct dw_statement_version *v)
{
	if (!reads_the_same(d, was, v))
		return false;
	if (v->deadline == 0)
		v->deadline = was->deadline;
	return was->deadline == 0 || v->deadline <= was->deadline;
}

static bool is_carried(const struct dw_statement_version *was,
		       const struct dw_statement_version *v,
		       const struct dw_ruling_given *g)
{
	return ruling_stands(was, g) &&
	       (g->ruling != DW_RULING_APPROVE || !ruling_is_own(v, g) ||
		v->quorum.may_approve_own);
}

static void carry(struct stating *d, const struct dw_statement_version *was,
		  struct dw_statement_version *v)
{
	size_t n = 0;
	uint64_t *seqs =
		dw_arena_alloc(d->p->arena, (was->rulings.n + 1) * sizeof(*seqs));
	struct dw_statement_now now = now_of(d);
	struct dw_statement_fact *f;

	v->rulings.p =
		dw_arena_alloc(d->p->arena, (was->rulings.n + 1) * sizeof(*v->rulings.p));
	for (size_t i = 0; i < was->rulings.n; i++) {
		if (!is_carried(was, v, &was->rulings.p[i]))
			continue;
		v->rulings.p[n] = was->rulings.p[i];
		seqs[n++] = was->rulings.p[i].seq;
	}
	v->rulings.n = n;
	if (n == 0)
		return;
	f = plan_statement(d, DW_EV_VERDICT_CARRIED);
	f->from_digest = plan_digest(d, was);
	f->digest = d->p->fact[0].digest;
	f->verdicts = (struct dw_refs){ seqs, n };
	if (version_lacks(v, &now, d->p->lack) == 0)
		plan_statement(d, DW_EV_STATEMENT_APPROVED)->digest =
			d->p->fact[0].digest;
}

/* ---- all ---- */

static int check_text(struct stating *d)
{
	struct dw_str text = dw_buf_str(&d->t->draft.text);
	struct dw_str slot = dw_template_slot(text, 0);

	if (dw_text_is_same_but_space(text, DW_STR("")))
		return refuse_statement(d, DW_EUNPROCESSABLE, "/text",
					"there is nothing to submit: the text is empty");
	if (slot.p != NULL)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/text",
					"%.*s is to be filled in yet",
					slot.n > 60 ? 0 : (int)slot.n, slot.p);
	return 0;
}

/* All versions are kept in memory, with their whole text. */
static int check_kept(struct stating *d)
{
	const struct dw_statement *t = d->t;
	size_t n = t->draft.text.len;

	for (size_t i = 0; i < t->versions.n; i++)
		n += t->versions.p[i].text.n;
	if (n <= DW_VERSIONS_BYTES)
		return 0;
	return refuse_statement(d, DW_EUNPROCESSABLE, "",
				"the versions of this statement take %u bytes together "
				"at most: begin another",
				DW_VERSIONS_BYTES);
}

static void look(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	struct dw_fill_from from = { .lang = d->t->lang, .s = d->s, .now = c->now };
	struct dw_given given;

	if (c->authority != NULL)
		from.contact = dw_authority_contact(c->authority, d->t->lang);
	dw_template_given(&given, &from, d->p->arena);
	dw_statement_look(d->t, c->checker, c->earlier, c->n_earlier, &given, d->p);
}

static int check_submission(struct stating *d, struct dw_quorum *q)
{
	const struct dw_statement *t = d->t;
	int rc = check_revision(d);

	if (rc == 0 && t->versions.n >= DW_VERSIONS_MAX)
		rc = refuse_statement(d, DW_EUNPROCESSABLE, "",
				      "this statement was submitted as often as it may "
				      "be: begin another");
	if (rc == 0)
		rc = check_kept(d);
	if (rc == 0)
		rc = check_text(d);
	if (rc == 0)
		rc = demand(d, q);
	if (rc < 0)
		return rc;
	look(d);
	rc = check_findings(d, q->blocks);
	return rc < 0 ? rc : check_asserted(d, t->rests.p, t->rests.n);
}

int decide_submit(struct stating *d)
{
	const struct dw_statement_version *was = dw_statement_submitted(d->t);
	struct dw_statement_version v = { .seq = 0 };
	bool is_standing;
	int rc = check_submission(d, &v.quorum);

	if (rc == 0)
		rc = make_version(d, &v);
	if (rc < 0)
		return rc;
	if (is_same_submission(d, was, &v)) {
		plan_state(d, was, false);
		return 0;
	}
	is_standing = may_carry(d, was, &v);
	plan_submitted(d, &v);
	if (is_standing)
		carry(d, was, &v);
	plan_state(d, &v, true);
	return 0;
}
