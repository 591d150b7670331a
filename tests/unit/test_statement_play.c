/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_play.c - whatever is commanded by whomever, the rules hold.
 *
 * Random acts of random people, and after each the statement is held against a model that is made of
 * the list of facts anew, in the plainest way: a text as an array of units, a quorum by counting.
 */
#include "base/blob.h"
#include "seeded.h"
#include "staterig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define UNITS 4096
#define TURNS 1200
#define SEEDS 16
#define MINUTE INT64_C(60000000)

struct play {
	struct staterig r;
	struct seeded die;
	/* the naive text: units of UTF-16 */
	uint16_t unit[UNITS];
	size_t n_units, n_read; /* facts that are in it */
	unsigned made[DW_CMD_COUNT], refused[DW_CMD_COUNT];
	unsigned carried, named;
};

static uint64_t below(struct play *p, uint64_t n)
{
	return seeded_next(&p->die) % n;
}

/* ---- the naive text ---- */

static size_t to_units(struct dw_str s, uint16_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		unsigned char b = (unsigned char)s.p[i];
		size_t bytes = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
		uint32_t c = bytes == 1 ? b : b & (0xffu >> (bytes + 1));

		for (size_t k = 1; k < bytes; k++)
			c = c << 6 | ((unsigned char)s.p[i + k] & 0x3f);
		i += bytes;
		if (c >= 0x10000)
			out[n++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
		out[n++] = c >= 0x10000 ? (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff))
					: (uint16_t)c;
		assert_true(n < UNITS);
	}
	return n;
}

static void splice(struct play *p, const struct dw_change *c)
{
	static uint16_t out[2 * UNITS];
	size_t n = 0, at = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct dw_change_part *part = &c->part[i];

		if (part->is_kept)
			memcpy(out + n, p->unit + at, part->n * sizeof(out[0]));
		n += part->is_kept ? part->n : to_units(part->text, out + n);
		at += part->n;
	}
	assert_int_equal(at, p->n_units);
	assert_true(n < UNITS);
	memcpy(p->unit, out, n * sizeof(out[0]));
	p->n_units = n;
}

static void read_facts(struct play *p)
{
	for (; p->n_read < p->r.n; p->n_read++) {
		const struct dw_statement_fact *f = &p->r.fact[p->n_read];

		if (f->type == DW_EV_STATEMENT_DRAFTED)
			p->n_units = to_units(f->text, p->unit);
		for (size_t i = 0; i < f->n_updates; i++)
			splice(p, &f->update[i].change);
	}
}

static void check_text(struct play *p)
{
	static uint16_t got[UNITS];
	const struct dw_draft *d = &p->r.t->draft;
	size_t n = to_units(dw_buf_str(&d->text), got), runs = 0;

	read_facts(p);
	assert_int_equal(n, p->n_units);
	assert_int_equal(d->units, n);
	assert_memory_equal(got, p->unit, n * sizeof(got[0]));
	for (size_t i = 0; i < d->n_runs; i++)
		runs += d->run[i].units;
	assert_int_equal(runs, n);
	for (size_t i = 0; i < p->r.t->rests.n; i++)
		assert_true(p->r.t->rests.p[i].from < p->r.t->rests.p[i].to &&
			    p->r.t->rests.p[i].to <= n);
}

/* ---- the naive quorum ---- */

struct voice {
	uint64_t person;
	unsigned ruling;
	const struct dw_statement_fact *f;
};

static const struct dw_statement_fact *fact_at(const struct play *p, uint64_t seq)
{
	for (size_t i = 0; i < p->r.n; i++)
		if (p->r.fact[i].seq == seq)
			return &p->r.fact[i];
	fail_msg("no fact %llu", (unsigned long long)seq);
	return &p->r.fact[0];
}

static void hear(struct voice voice[PEOPLE], const struct dw_statement_fact *f)
{
	uint64_t person = f->on_behalf_of != 0 ? f->on_behalf_of : f->actor;

	voice[person] = (struct voice){ person, f->ruling, f };
}

/* The last submission before fact `upto`, and what everybody said of it in the end. */
static const struct dw_statement_fact *hear_all(const struct play *p, size_t upto,
						struct voice voice[PEOPLE])
{
	const struct dw_statement_fact *v = NULL;

	memset(voice, 0, PEOPLE * sizeof(voice[0]));
	for (size_t i = 0; i < upto; i++) {
		const struct dw_statement_fact *f = &p->r.fact[i];

		if (f->type == DW_EV_STATEMENT_SUBMITTED) {
			v = f;
			memset(voice, 0, PEOPLE * sizeof(voice[0]));
		}
		if (f->type == DW_EV_VERDICT_GIVEN) {
			assert_true(v != NULL && dw_str_eq(v->digest, f->digest));
			hear(voice, f);
		}
		for (size_t k = 0; k < f->verdicts.n; k++)
			hear(voice, fact_at(p, f->verdicts.p[k]));
	}
	return v;
}

static bool may_own(const struct play *p, const struct dw_statement_fact *v)
{
	bool may = v->quorum.may_approve_own;

	for (size_t i = 0; i < p->r.authority->rules.n; i++)
		if (p->r.s->severity <= p->r.rule[i].severity_most)
			may = may && p->r.rule[i].quorum.may_approve_own;
	return may;
}

/* Does that yes count now? */
static bool has_weight(const struct play *p, const struct dw_statement_fact *v,
		       const struct voice *one, bool is_of_group)
{
	unsigned taken = p->r.gone | p->r.unroled;

	if (one->f == NULL || one->ruling != DW_RULING_APPROVE ||
	    (taken >> one->person & 1) != 0 || (taken >> one->f->actor & 1) != 0)
		return false;
	if (!may_own(p, v) &&
	    (one->person == v->last_author || one->f->actor == v->last_author))
		return false;
	return !is_of_group || (p->r.ungrouped >> one->person & 1) == 0;
}

static size_t count_yes(const struct play *p, const struct dw_statement_fact *v,
			const struct voice voice[PEOPLE], struct dw_str group)
{
	size_t n = 0;

	for (size_t i = 0; i < PEOPLE; i++) {
		char list[80], name[80];

		if (!has_weight(p, v, &voice[i], group.n > 0))
			continue;
		snprintf(list, sizeof(list), ",%.*s,", (int)voice[i].f->groups.n,
			 voice[i].f->groups.p);
		snprintf(name, sizeof(name), ",%.*s,", (int)group.n, group.p);
		n += group.n == 0 || strstr(list, name) != NULL;
	}
	return n;
}

static bool is_enough(const struct play *p, const struct dw_statement_fact *v,
		      const struct voice voice[PEOPLE], const struct dw_quorum *q)
{
	for (size_t i = 0; i < q->n_needs; i++)
		if (count_yes(p, v, voice, q->need[i].group) < q->need[i].n)
			return false;
	return true;
}

/* Is the quorum of v met, and all that is asked for now; and does nobody stand against it? */
static bool is_met(const struct play *p, const struct dw_statement_fact *v,
		   const struct voice voice[PEOPLE])
{
	for (size_t i = 0; i < PEOPLE; i++)
		if (voice[i].f != NULL && (voice[i].ruling == DW_RULING_REJECT ||
					   voice[i].ruling == DW_RULING_HOLD))
			return false;
	for (size_t i = 0; i < p->r.authority->rules.n; i++)
		if (p->r.s->severity <= p->r.rule[i].severity_most &&
		    !is_enough(p, v, voice, &p->r.rule[i].quorum))
			return false;
	return is_enough(p, v, voice, &v->quorum);
}

static bool is_edited(const struct play *p, const struct dw_statement_fact *v)
{
	const struct dw_statement *t = p->r.t;
	static uint16_t text[UNITS];
	size_t n = to_units(v->text, text), same = 0;

	for (size_t i = 0; i < t->rests.n; i++)
		for (size_t k = 0; k < v->rests.n; k++)
			same += t->rests.p[i].claim == v->rests.p[k].claim &&
				t->rests.p[i].rests == v->rests.p[k].rests &&
				t->rests.p[i].from == v->rests.p[k].from &&
				t->rests.p[i].to == v->rests.p[k].to;
	return n != p->n_units || memcmp(text, p->unit, n * sizeof(text[0])) != 0 ||
	       !dw_str_eq(v->lang, t->lang) || !dw_str_eq(v->title, t->title) ||
	       v->channel != t->channel || v->reader != t->reader ||
	       t->rests.n != v->rests.n || same < v->rests.n;
}

static enum dw_statement_status status_of(const struct play *p)
{
	const struct dw_statement_fact *v, *out = NULL;
	struct voice voice[PEOPLE];

	for (size_t i = 0; i < p->r.n; i++)
		if (p->r.fact[i].type == DW_EV_STATEMENT_PUBLISHED ||
		    p->r.fact[i].type == DW_EV_STATEMENT_WITHDRAWN)
			out = &p->r.fact[i];
	v = hear_all(p, p->r.n, voice);
	if (out != NULL && out->type == DW_EV_STATEMENT_WITHDRAWN)
		return DW_STATEMENT_WITHDRAWN;
	if (out != NULL && v->seq < out->seq)
		return DW_STATEMENT_PUBLISHED;
	if (v == NULL || is_edited(p, v))
		return DW_STATEMENT_DRAFT;
	return is_met(p, v, voice) ? DW_STATEMENT_APPROVED : DW_STATEMENT_SUBMITTED;
}

static void check_state(struct play *p)
{
	struct dw_lack lack[DW_LACKS_MAX];
	struct dw_statement_now now = staterig_now(&p->r);
	struct voice voice[PEOPLE];
	const struct dw_statement_fact *v = hear_all(p, p->r.n, voice);
	bool is_free;

	assert_int_equal(staterig_status(&p->r), status_of(p));
	assert_int_equal(v != NULL, p->r.t->versions.n > 0);
	if (v == NULL)
		return;
	is_free = is_met(p, v, voice) && !is_edited(p, v) &&
		  (v->deadline == 0 || p->r.now <= v->deadline);
	assert_int_equal(dw_statement_lacks(p->r.t, dw_statement_submitted(p->r.t), &now,
					    lack) == 0,
			 is_free);
}

/* Nothing went out but what exactly so many had said yes to. */
static void check_new_facts(struct play *p, size_t from)
{
	for (size_t i = from; i < p->r.n; i++) {
		const struct dw_statement_fact *f = &p->r.fact[i], *v;
		struct voice voice[PEOPLE];

		p->carried += f->type == DW_EV_VERDICT_CARRIED;
		p->named += f->type == DW_EV_STATEMENT_CONTRADICTED;
		if (f->type != DW_EV_STATEMENT_PUBLISHED &&
		    f->type != DW_EV_STATEMENT_APPROVED)
			continue;
		v = hear_all(p, i, voice);
		assert_true(v != NULL && dw_str_eq(v->digest, f->digest));
		assert_true(is_met(p, v, voice));
		if (f->type == DW_EV_STATEMENT_PUBLISHED)
			assert_true(f->actor == LEAD && !p->r.s->is_drill &&
				    !is_edited(p, v));
		for (size_t k = 0; k < PEOPLE; k++)
			if (voice[k].f != NULL && voice[k].ruling == DW_RULING_APPROVE)
				assert_true(v->quorum.may_approve_own ||
					    (k != v->last_author &&
					     voice[k].f->actor != v->last_author));
	}
}

/* ---- acts ---- */

static uint32_t some_place(struct play *p)
{
	uint32_t at = (uint32_t)below(p, p->n_units + 1);

	/* mostly not inside of a pair */
	if (at < p->n_units && p->unit[at] >= 0xdc00 && p->unit[at] < 0xe000 &&
	    below(p, 10) != 0)
		at--;
	return at;
}

static int type(struct play *p, uint64_t who)
{
	static const char *const texts[] = { "",   " ",	     "\n",	     "7",
					     "x",  "آب",     "\xe2\x80\x8c", "😀",
					     "۱۴", " safe ", "\xe2\x80\xae" };
	uint32_t a = some_place(p), b = some_place(p);
	uint32_t from = a < b ? a : b, to = a < b ? b : a;
	const char *text = texts[below(p, 11)];

	if (below(p, 3) != 0 && p->n_units < 300)
		to = from;
	if (below(p, 4) == 0) { /* a line is broken elsewhere */
		for (from = 0; from < p->n_units && p->unit[from] != ' '; from++)
			;
		to = from < p->n_units ? from + 1 : from;
		text = below(p, 2) != 0 ? "\n" : "  ";
	}
	return staterig_type(&p->r, who, from, to, text);
}

static void fill(struct play *p, struct dw_statement_command *c)
{
	static const char *const langs[] = { "en", "ar", "fa" };
	static const char *const groups[] = { "", "legal", "comms" };

	c->has = (unsigned)below(p, 16);
	c->title = below(p, 3) != 0 ? DW_STR("Water") : DW_STR("Fire");
	c->lang = dw_str_of(langs[below(p, 3)]);
	c->channel = (unsigned)below(p, DW_CHANNEL_COUNT);
	c->reader = (unsigned)below(p, DW_READER_COUNT);
	c->revision -= below(p, 20) == 0 && c->revision > 0;
	c->rest = (struct dw_rest){ .claim = below(p, 2) != 0 ? CLAIM_TRUE
							      : CLAIM_TRUE + below(p, 6),
				    .rests = (unsigned)below(p, 2),
				    .from = (uint32_t)below(p, p->n_units / 2 + 1),
				    .to = some_place(p) };
	if (c->type == DW_CMD_UNREST && p->r.t->rests.n > 0 && below(p, 5) != 0)
		c->rest.id = p->r.t->rests.p[below(p, p->r.t->rests.n)].id;
	if (below(p, 3) == 0)
		assert_true(dw_quorum_need(&c->tighten, dw_str_of(groups[below(p, 3)]),
					   1 + (unsigned)below(p, 2)));
	c->deadline = below(p, 4) == 0 ? c->now + (int64_t)below(p, 3) * MINUTE : 0;
	c->ruling = below(p, 2) != 0 ? DW_RULING_APPROVE
				     : (unsigned)below(p, DW_RULING_COUNT);
	c->on_behalf_of = below(p, 5) == 0 ? 1 + below(p, PEOPLE - 1) : 0;
	c->reason = below(p, 8) == 0 ? DW_STR("") : DW_STR("It has to be");
	if (below(p, 20) == 0)
		c->digest = DW_STR("00");
}

static enum dw_command_type some_act(struct play *p)
{
	static const enum dw_command_type often[] = {
		DW_CMD_TYPE,   DW_CMD_TYPE, DW_CMD_SUBMIT, DW_CMD_SUBMIT,
		DW_CMD_SUBMIT, DW_CMD_RULE, DW_CMD_RULE,   DW_CMD_RULE,
		DW_CMD_RULE,   DW_CMD_RULE, DW_CMD_PUBLISH
	};

	if (staterig_status(&p->r) == DW_STATEMENT_APPROVED && below(p, 2) != 0)
		return DW_CMD_PUBLISH;
	if (below(p, 4) != 0)
		return often[below(p, 11)];
	if (below(p, 150) == 0)
		return DW_CMD_WITHDRAW;
	return DW_CMD_CHANGE_STATEMENT +
	       (enum dw_command_type)below(p, DW_CMD_WITHDRAW - DW_CMD_CHANGE_STATEMENT);
}

/* The world around it moves, and the system says what has become untrue. */
static void move_world(struct play *p)
{
	struct dw_outgoing *o = &p->r.authority->outgoing;

	if (below(p, 12) == 0) {
		staterig_verdict(&p->r, CLAIM_TRUE + below(p, 5),
				 below(p, 4) == 0 ? DW_FALSE : DW_TRUE);
		memset(&p->r.plan, 0, sizeof(p->r.plan));
		p->r.plan.arena = p->r.a;
		dw_statement_contradict(p->r.t, p->r.s, &p->r.plan);
		staterig_fold(&p->r);
	}
	p->r.gone = below(p, 10) == 0 ? 1u << below(p, PEOPLE) : 0;
	p->r.unroled = below(p, 10) == 0 ? 1u << below(p, PEOPLE) : 0;
	p->r.ungrouped = below(p, 10) == 0 ? 1u << below(p, PEOPLE) : 0;
	if (below(p, 10) == 0)
		p->r.s->severity = 1 + (unsigned)below(p, 2);
	o->frozen_seq = below(p, 10) == 0 ? 5 : 0;
}

static void turn(struct play *p)
{
	enum dw_command_type what = some_act(p);
	bool may = below(p, 5) != 0;
	uint64_t who = 1 + below(p, PEOPLE - 1);
	size_t was = p->r.n;
	int rc;

	move_world(p);
	if (may && what == DW_CMD_RULE)
		who = below(p, 4) == 0 ? BOTH : SAM + below(p, 3);
	else if (may)
		who = what == DW_CMD_PUBLISH || what == DW_CMD_WITHDRAW ? LEAD
		      : below(p, 3) == 0				? BOTH
									: OMID;
	if (what == DW_CMD_TYPE) {
		rc = type(p, who);
	} else {
		struct dw_statement_command c = staterig_command(&p->r, what, who);

		fill(p, &c);
		rc = staterig_give(&p->r, &c);
	}
	p->made[what] += rc == 0 && p->r.plan.n > 0;
	p->refused[what] += rc < 0;
	if (rc < 0)
		assert_true(p->r.plan.n == 0 && p->r.plan.n_room == 0 &&
			    p->r.fault.detail[0] != '\0');
	check_text(p);
	check_new_facts(p, was);
	check_state(p);
}

/* What was appended, read once more from the beginning, is the same statement. */
static void check_replay(struct play *p)
{
	const struct dw_statement *t = p->r.t;
	struct dw_statement *again = dw_statement_create();
	struct dw_statement_now now = staterig_now(&p->r);

	for (size_t i = 0; i < p->r.n; i++) {
		struct dw_statement_fact f = p->r.fact[i];
		struct dw_blob *payload = dw_statement_payload(&f);

		dw_statement_read(&f, dw_blob_str(payload), again->arena);
		dw_blob_unref(payload);
		dw_statement_apply(again, &f);
	}
	assert_true(again->id == t->id && again->version == t->version &&
		    again->seq == t->seq && again->revision == t->revision &&
		    again->changed_by == t->changed_by);
	assert_true(
		dw_str_eq(dw_buf_str(&again->draft.text), dw_buf_str(&t->draft.text)));
	assert_true(again->rests.n == t->rests.n && again->tabs.n == t->tabs.n &&
		    again->publications.n == t->publications.n &&
		    again->contradictions.n == t->contradictions.n);
	assert_int_equal(again->versions.n, t->versions.n);
	for (size_t i = 0; i < t->versions.n; i++) {
		const struct dw_statement_version *a = &t->versions.p[i],
						  *b = &again->versions.p[i];

		assert_string_equal(a->digest, b->digest);
		assert_int_equal(a->rulings.n, b->rulings.n);
		for (size_t k = 0; k < a->rulings.n; k++)
			assert_true(a->rulings.p[k].seq == b->rulings.p[k].seq &&
				    a->rulings.p[k].carried_from ==
					    b->rulings.p[k].carried_from);
		assert_int_equal(a->approved_seq, b->approved_seq);
	}
	assert_int_equal(dw_statement_status(again, &now), dw_statement_status(t, &now));
	dw_statement_destroy(again);
}

static void begin(struct play *p, uint64_t seed)
{
	memset(p, 0, sizeof(*p));
	p->die.state = seed;
	staterig_init(&p->r);
	if (below(p, 2) != 0)
		staterig_need(&p->r, "legal", 1);
	if (below(p, 2) != 0)
		staterig_need(&p->r, "", 1 + (unsigned)below(p, 2));
	if (below(p, 4) == 0) {
		staterig_need(&p->r, "comms", 1);
		p->r.rule[p->r.authority->rules.n - 1].severity_most = 1;
	}
	if (p->r.authority->rules.n > 0 && below(p, 3) == 0)
		p->r.rule[0].quorum.may_approve_own = true;
	p->r.s->is_drill = seed % 8 == 7;
	for (uint64_t i = 0; i < 2; i++) {
		struct dw_authority_fact f = { .type = DW_EV_DEPUTY_NAMED,
					       .seq = 5 + i,
					       .actor = SAM + i,
					       .deputy = SAM + i + 1,
					       .until = INT64_MAX };

		dw_authority_apply(p->r.authority, &f);
	}
	staterig_draft(&p->r, "The water is safe.");
}

static void whatever_is_commanded_the_rules_hold(void **state)
{
	unsigned made[DW_CMD_COUNT] = { 0 }, refused[DW_CMD_COUNT] = { 0 };
	unsigned carried = 0, named = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		static struct play p;

		begin(&p, seed);
		for (int i = 0; i < TURNS; i++)
			turn(&p);
		check_replay(&p);
		for (unsigned k = 0; k < DW_CMD_COUNT; k++) {
			made[k] += p.made[k];
			refused[k] += p.refused[k];
		}
		carried += p.carried;
		named += p.named;
		staterig_fini(&p.r);
	}
	for (unsigned k = DW_CMD_CHANGE_STATEMENT; k <= DW_CMD_WITHDRAW; k++)
		if (made[k] == 0 || refused[k] == 0)
			fail_msg("command %u: made %u, refused %u", k, made[k],
				 refused[k]);
	assert_true(carried > 0 && named > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_commanded_the_rules_hold),
	};

	return cmocka_run_group_tests_name("statement_play", tests, NULL, NULL);
}
