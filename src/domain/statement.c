/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement.c - folds events into a statement.
 *
 * As the fold of an incident: one for the live statement and for every look into its past, total, and
 * without rules. The draft is what the updates made of the text that it was begun with. Where one of
 * them cannot be told any more, the text behind it cannot either: then the statement says so and keeps
 * the rest, for versions carry their whole text.
 */
#include "incident_int.h"
#include "statement_int.h"

#include <stdlib.h>

struct dw_statement *dw_statement_create(void)
{
	struct dw_statement *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->arena = dw_arena_create();
	dw_draft_init(&t->draft);
	return t;
}

void dw_statement_destroy(struct dw_statement *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->versions.n; i++)
		free(t->versions.p[i].rulings.p);
	free(t->rests.p);
	free(t->tabs.p);
	free(t->versions.p);
	free(t->publications.p);
	free(t->contradictions.p);
	free(t->typing.p);
	dw_draft_fini(&t->draft);
	dw_arena_destroy(t->arena);
	free(t);
}

/* ---- rests ---- */

static void add_rest(struct dw_statement *t, const struct dw_rest *r, uint64_t id,
		     uint64_t by)
{
	struct dw_rest *to;

	if (r->claim == 0 || r->from >= r->to || r->to > t->draft.units)
		return;
	to = ADD(&t->rests);
	*to = *r;
	to->id = id;
	to->by = by;
}

static void drop_rest(struct dw_statement *t, size_t i)
{
	for (t->rests.n--; i < t->rests.n; i++)
		t->rests.p[i] = t->rests.p[i + 1];
}

static void apply_unlinked(struct dw_statement *t, uint64_t id)
{
	for (size_t i = t->rests.n; i-- > 0;)
		if (t->rests.p[i].id == id)
			drop_rest(t, i);
}

/* They move with the text; of what was taken away nothing rests on anything. */
static void move_rests(struct dw_statement *t, const struct dw_change *c)
{
	for (size_t i = t->rests.n; i-- > 0;) {
		struct dw_rest *r = &t->rests.p[i];
		uint64_t from = r->from, to = r->to;

		if (!dw_change_map_range(c, &from, &to)) {
			drop_rest(t, i);
			continue;
		}
		r->from = (uint32_t)from;
		r->to = (uint32_t)to;
	}
}

/* ---- the draft ---- */

static void note_typing(struct dw_statement *t, int64_t at)
{
	struct dw_typing *last = t->typing.n > 0 ? &t->typing.p[t->typing.n - 1] : NULL;

	if (last == NULL || at > last->to + DW_TYPING_PAUSE)
		*ADD(&t->typing) = (struct dw_typing){ at, at };
	else
		last->to = at;
}

static void apply_drafted(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_fault ignored;

	t->id = t->version = f->seq;
	t->incident = f->room;
	t->title = f->title;
	t->lang = f->lang;
	t->template_name = f->template_name;
	t->channel = f->channel;
	t->reader = f->reader;
	t->by = t->changed_by = f->actor;
	t->at = t->changed_at = f->recorded_at;
	t->translation_of = f->translation_of;
	t->correction_of = f->correction_of;
	t->reason = f->reason;
	note_typing(t, f->recorded_at);
	t->is_erased = f->text.p == NULL ||
		       dw_draft_start(&t->draft, f->text, f->actor, &ignored) < 0;
	for (size_t i = 0; i < f->rests.n; i++)
		add_rest(t, &f->rests.p[i], dw_rest_begun_id(f->seq, i),
			 f->rests.p[i].by != 0 ? f->rests.p[i].by : f->actor);
}

static void apply_changed(struct dw_statement *t, const struct dw_statement_fact *f)
{
	t->version = f->seq;
	if ((f->has & DW_STATEMENT_TITLE) != 0)
		t->title = f->title;
	if ((f->has & DW_STATEMENT_LANG) != 0)
		t->lang = f->lang;
	if ((f->has & DW_STATEMENT_CHANNEL) != 0)
		t->channel = f->channel;
	if ((f->has & DW_STATEMENT_READER) != 0)
		t->reader = f->reader;
}

static void note_tab(struct dw_statement *t, struct dw_str client, uint64_t user)
{
	if (client.n == 0 || dw_statement_tab(t, client) != NULL)
		return;
	*ADD(&t->tabs) =
		(struct dw_tab){ dw_str_make(dw_arena_strdup(t->arena, client), client.n),
				 user };
}

static void apply_typed(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_fault ignored;

	t->is_erased |= f->n_updates == 0 || f->revision != t->revision + f->n_updates;
	for (size_t i = 0; i < f->n_updates && !t->is_erased; i++) {
		const struct dw_update *u = &f->update[i];

		note_tab(t, u->client, f->actor);
		t->is_erased =
			dw_draft_apply(&t->draft, &u->change, f->actor, &ignored) < 0;
		if (!t->is_erased)
			move_rests(t, &u->change);
	}
	if (f->revision > t->revision)
		t->revision = f->revision;
	t->changed_by = f->actor;
	t->changed_at = f->recorded_at;
	note_typing(t, f->recorded_at);
}

/* ---- versions and what was said of them ---- */

static struct dw_statement_version *find_version(struct dw_statement *t,
						 struct dw_str digest)
{
	for (size_t i = t->versions.n; i-- > 0;)
		if (dw_str_eq(dw_str_of(t->versions.p[i].digest), digest))
			return &t->versions.p[i];
	return NULL;
}

static void apply_submitted(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_statement_version *v = ADD(&t->versions);

	v->seq = f->seq;
	v->by = f->actor;
	v->at = f->recorded_at;
	v->last_author = f->last_author;
	v->revision = f->revision;
	v->deadline = f->deadline;
	if (f->digest.n == DW_DIGEST_HEX - 1)
		memcpy(v->digest, f->digest.p, f->digest.n);
	v->title = f->title;
	v->lang = f->lang;
	v->text = f->text;
	v->channel = f->channel;
	v->reader = f->reader;
	v->rests = f->rests;
	v->quorum = f->quorum;
}

static void apply_ruling(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_statement_version *v = find_version(t, f->digest);

	if (v == NULL || f->digest.n == 0 || f->ruling >= DW_RULING_COUNT)
		return;
	*ADD(&v->rulings) = (struct dw_ruling_given){ .seq = f->seq,
						      .by = f->actor,
						      .on_behalf_of = f->on_behalf_of,
						      .at = f->recorded_at,
						      .ruling = f->ruling,
						      .proof = f->proof,
						      .reason = f->reason,
						      .groups = f->groups,
						      .signature = f->signature,
						      .is_own = f->is_own };
}

static const struct dw_ruling_given *find_ruling(const struct dw_statement *t,
						 uint64_t seq, uint64_t *given_on)
{
	for (size_t i = t->versions.n; i-- > 0;) {
		const struct dw_statement_version *v = &t->versions.p[i];

		for (size_t k = 0; k < v->rulings.n; k++) {
			const struct dw_ruling_given *g = &v->rulings.p[k];

			*given_on = g->carried_from != 0 ? g->carried_from : v->seq;
			if (g->seq == seq)
				return g;
		}
	}
	return NULL;
}

static void apply_carried(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_statement_version *v = find_version(t, f->digest);

	for (size_t i = 0; v != NULL && f->digest.n > 0 && i < f->verdicts.n; i++) {
		uint64_t given_on;
		const struct dw_ruling_given *g =
			find_ruling(t, f->verdicts.p[i], &given_on);
		struct dw_ruling_given copy;

		if (g == NULL)
			continue;
		copy = *g;
		copy.carried_from = given_on;
		*ADD(&v->rulings) = copy;
	}
}

static void apply_approved(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_statement_version *v = find_version(t, f->digest);

	if (v == NULL)
		return;
	v->approved_seq = f->seq;
	v->approved_at = f->recorded_at;
}

static void apply_publication(struct dw_statement *t, const struct dw_statement_fact *f)
{
	struct dw_statement_version *v = find_version(t, f->digest);

	if (v == NULL)
		return;
	*ADD(&t->publications) = (struct dw_publication){
		.seq = f->seq,
		.by = f->actor,
		.at = f->recorded_at,
		.version = (size_t)(v - t->versions.p),
		.is_withdrawal = f->type == DW_EV_STATEMENT_WITHDRAWN,
		.envelope = f->envelope,
		.reason = f->reason,
	};
}

static void apply_contradicted(struct dw_statement *t, const struct dw_statement_fact *f)
{
	uint64_t correction = f->correction;

	if (correction == 0 && f->back > 0 && f->back < f->seq)
		correction = f->seq - f->back;
	*ADD(&t->contradictions) = (struct dw_contradiction){ .seq = f->seq,
							      .claim = f->rest.claim,
							      .link = f->rest.id,
							      .correction = correction,
							      .from = f->rest.from,
							      .to = f->rest.to,
							      .quote = f->rest.quote,
							      .at = f->recorded_at };
}

/* ---- all ---- */

static void apply_version(struct dw_statement *t, const struct dw_statement_fact *f)
{
	switch ((unsigned)f->type) {
	case DW_EV_STATEMENT_SUBMITTED:
		apply_submitted(t, f);
		break;
	case DW_EV_VERDICT_GIVEN:
		apply_ruling(t, f);
		break;
	case DW_EV_VERDICT_CARRIED:
		apply_carried(t, f);
		break;
	case DW_EV_STATEMENT_APPROVED:
		apply_approved(t, f);
		break;
	case DW_EV_STATEMENT_PUBLISHED:
	case DW_EV_STATEMENT_WITHDRAWN:
		apply_publication(t, f);
		break;
	case DW_EV_STATEMENT_CONTRADICTED:
		apply_contradicted(t, f);
		break;
	default:
		break;
	}
}

void dw_statement_apply(struct dw_statement *t, const struct dw_statement_fact *f)
{
	DW_REQUIRE(f->seq > t->seq);
	switch ((unsigned)f->type) {
	case DW_EV_STATEMENT_DRAFTED:
		apply_drafted(t, f);
		break;
	case DW_EV_STATEMENT_CHANGED:
		apply_changed(t, f);
		break;
	case DW_EV_DRAFT_CHANGED:
		apply_typed(t, f);
		break;
	case DW_EV_STATEMENT_LINKED:
		add_rest(t, &f->rest, f->seq, f->actor);
		break;
	case DW_EV_STATEMENT_UNLINKED:
		apply_unlinked(t, f->rest.id);
		break;
	default:
		apply_version(t, f);
		break;
	}
	t->seq = f->seq;
}
