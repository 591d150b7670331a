/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* staterig.c - see staterig.h. */
#include "staterig.h"

#include "base/blob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define START (INT64_C(1790000000) * SECOND)

static const struct {
	unsigned roles;
	const char *groups;
} people[PEOPLE] = {
	[LEAD] = { DW_ROLE_LEAD, "" },
	[OMID] = { DW_ROLE_DRAFTER, "" },
	[NORA] = { DW_ROLE_DRAFTER, "comms" },
	[SAM] = { DW_ROLE_APPROVER, "legal" },
	[HODA] = { DW_ROLE_APPROVER, "comms,legal" },
	[DANA] = { DW_ROLE_APPROVER, "" },
	[OSCAR] = { DW_ROLE_OBSERVER, "legal" },
	[BOTH] = { DW_ROLE_DRAFTER | DW_ROLE_APPROVER, "comms" },
};

static bool is_active(void *ctx, uint64_t user)
{
	const struct staterig *r = ctx;

	return user > 0 && user < PEOPLE && (r->gone >> user & 1) == 0;
}

static struct dw_str groups(void *ctx, uint64_t user)
{
	const struct staterig *r = ctx;

	return user < PEOPLE && (r->ungrouped >> user & 1) == 0
		       ? dw_str_of(people[user].groups)
		       : DW_STR("");
}

static unsigned roles(void *ctx, uint64_t user)
{
	const struct staterig *r = ctx;
	unsigned taken = (r->unroled >> user & 1) != 0 ? DW_ROLE_APPROVER : 0;

	return is_active(ctx, user) ? people[user].roles & ~taken : 0;
}

static struct dw_people everybody(const struct staterig *r)
{
	return (struct dw_people){ is_active, groups, (void *)(uintptr_t)r, roles };
}

static void happen(struct staterig *r, struct dw_fact f)
{
	f.seq = ++r->seq;
	f.recorded_at = f.occurred_at = r->now;
	dw_incident_apply(r->s, &f);
}

static void add_claim(struct staterig *r, unsigned verdict, int64_t recheck_at)
{
	happen(r, (struct dw_fact){ .type = DW_EV_CLAIM_ADDED,
				    .has = DW_HAS(TEXT) | DW_HAS(VERDICT) |
					   DW_HAS(RECHECK_AT),
				    .actor = OMID,
				    .text = DW_STR("The water is safe"),
				    .verdict = verdict,
				    .recheck_at = recheck_at });
}

void staterig_init(struct staterig *r)
{
	memset(r, 0, sizeof(*r));
	r->s = dw_incident_create();
	r->authority = dw_authority_create();
	r->authority->rules.p = r->rule;
	r->checker = dw_checker_create();
	r->a = dw_arena_create();
	r->now = START;
	r->seq = CLAIM_TRUE - 2;
	happen(r, (struct dw_fact){ .type = DW_EV_INCIDENT_DECLARED,
				    .has = DW_HAS(TITLE) | DW_HAS(SEVERITY),
				    .actor = LEAD,
				    .title = DW_STR("Water"),
				    .severity = 2 });
	add_claim(r, DW_TRUE, 0);
	add_claim(r, DW_VERDICT_UNKNOWN, 0);
	add_claim(r, DW_FALSE, 0);
	add_claim(r, DW_MIXED, 0);
	add_claim(r, DW_TRUE, START - SECOND);
}

void staterig_fini(struct staterig *r)
{
	dw_statement_destroy(r->t);
	dw_incident_destroy(r->s);
	r->authority->rules.n = 0;
	r->authority->rules.p = NULL;
	dw_authority_destroy(r->authority);
	dw_checker_destroy(r->checker);
	dw_arena_destroy(r->a);
	free(r->fact);
}

struct dw_statement_command staterig_command(struct staterig *r,
					     enum dw_command_type type, uint64_t who)
{
	unsigned taken = (r->unroled >> who & 1) != 0 ? DW_ROLE_APPROVER : 0;
	struct dw_statement_command c = {
		.type = type,
		.who = { DW_USER, who, people[who].roles & ~taken, 0, 9 },
		.people = everybody(r),
		.groups = groups(r, who),
		.now = r->now += SECOND,
		.authority = r->authority,
		.checker = r->checker,
	};

	if (r->t != NULL) {
		c.revision = r->t->revision;
		if (r->t->versions.n > 0)
			c.digest = dw_str_of(dw_statement_submitted(r->t)->digest);
	}
	return c;
}

static void note(struct staterig *r, const struct dw_statement_fact *f)
{
	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? 2 * r->cap : 64;
		r->fact = realloc(r->fact, r->cap * sizeof(*r->fact));
		DW_INVARIANT(r->fact != NULL);
	}
	r->fact[r->n++] = *f;
}

/* As the journal would: written, given its place, and read again. */
static void append(struct staterig *r, const struct dw_statement_fact *f)
{
	struct dw_blob *payload = dw_statement_payload(f);
	struct dw_statement_fact back = { .type = f->type,
					  .seq = ++r->seq,
					  .room = f->room,
					  .actor = f->actor,
					  .recorded_at = r->now };
	struct dw_fact entry = { .type = f->type,
				 .seq = r->seq,
				 .room = f->room,
				 .actor = f->actor,
				 .recorded_at = r->now,
				 .occurred_at = r->now };

	dw_statement_read(&back, dw_blob_str(payload), r->a);
	dw_blob_unref(payload);
	if (dw_event_info(f->type)->class == DW_CLASS_ROOM)
		dw_incident_apply(r->s, &entry);
	if (f->type == DW_EV_STATEMENT_DRAFTED && r->t == NULL)
		r->t = dw_statement_create();
	else if (f->type == DW_EV_STATEMENT_DRAFTED)
		return; /* of another statement: a correction */
	dw_statement_apply(r->t, &back);
	note(r, &back);
}

void staterig_fold(struct staterig *r)
{
	for (size_t i = 0; i < r->plan.n; i++)
		append(r, &r->plan.fact[i]);
	for (size_t i = 0; i < r->plan.n_room; i++)
		happen(r, r->plan.room_fact[i]);
}

int staterig_give(struct staterig *r, const struct dw_statement_command *c)
{
	int rc;

	memset(&r->plan, 0, sizeof(r->plan));
	memset(&r->fault, 0, sizeof(r->fault));
	r->plan.arena = r->a;
	rc = dw_statement_decide(c, c->type == DW_CMD_DRAFT_STATEMENT ? NULL : r->t, r->s,
				 &r->plan, &r->fault);
	if (rc == 0)
		staterig_fold(r);
	return rc;
}

void staterig_draft(struct staterig *r, const char *text)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_DRAFT_STATEMENT, OMID);
	int rc;

	c.title = DW_STR("Water");
	c.lang = DW_STR("en");
	c.text = dw_str_of(text);
	rc = staterig_give(r, &c);
	DW_INVARIANT(rc == 0);
}

int staterig_type(struct staterig *r, uint64_t who, uint32_t from, uint32_t to,
		  const char *text)
{
	static const char *const tabs[PEOPLE] = { "",	"l1", "o1", "n1", "s1",
						  "h1", "d1", "x1", "b1" };
	struct dw_statement_command c = staterig_command(r, DW_CMD_TYPE, who);
	struct dw_change_part part[3];
	struct dw_update u = { dw_str_of(tabs[who]), { part, 0 } };

	if (from > 0)
		part[u.change.n++] = (struct dw_change_part){ true, from, { NULL, 0 } };
	part[u.change.n++] = (struct dw_change_part){ false, to - from, dw_str_of(text) };
	if (to < r->t->draft.units)
		part[u.change.n++] = (struct dw_change_part){ true,
							      r->t->draft.units - to,
							      { NULL, 0 } };
	c.update = &u;
	c.n_updates = 1;
	return staterig_give(r, &c);
}

int staterig_rest(struct staterig *r, uint64_t claim, enum dw_rests how, uint32_t from,
		  uint32_t to)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_REST, OMID);

	c.rest = (struct dw_rest){ .claim = claim, .rests = how, .from = from, .to = to };
	return staterig_give(r, &c);
}

int staterig_submit(struct staterig *r)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_SUBMIT, OMID);

	return staterig_give(r, &c);
}

int staterig_rule(struct staterig *r, uint64_t who, enum dw_ruling ruling)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_RULE, who);

	c.ruling = ruling;
	if (ruling != DW_RULING_APPROVE)
		c.reason = DW_STR("The second line is not clear");
	return staterig_give(r, &c);
}

void staterig_name_deputy(struct staterig *r, uint64_t user, uint64_t deputy)
{
	struct dw_authority_fact f = { .type = DW_EV_DEPUTY_NAMED,
				       .seq = 900 + user,
				       .actor = user,
				       .recorded_at = r->now,
				       .deputy = deputy,
				       .until = r->now + 60 * SECOND };

	dw_authority_apply(r->authority, &f);
}

int staterig_rule_for(struct staterig *r, uint64_t who, uint64_t user)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_RULE, who);

	c.on_behalf_of = user;
	return staterig_give(r, &c);
}

int staterig_publish(struct staterig *r)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_PUBLISH, LEAD);

	c.reason = DW_STR("The number was wrong");
	c.url = DW_STR("https://example.org/newsroom/17");
	return staterig_give(r, &c);
}

void staterig_verdict(struct staterig *r, uint64_t claim, unsigned verdict)
{
	happen(r, (struct dw_fact){ .type = DW_EV_CLAIM_CHANGED,
				    .has = DW_HAS(CLAIM) | DW_HAS(VERDICT),
				    .actor = OMID,
				    .claim = claim,
				    .verdict = verdict });
}

struct dw_str staterig_text(const struct staterig *r)
{
	return dw_buf_str(&r->t->draft.text);
}

void staterig_need(struct staterig *r, const char *group, unsigned n)
{
	struct dw_quorum_rule *rule = &r->rule[r->authority->rules.n++];
	bool fits;

	memset(rule, 0, sizeof(*rule));
	rule->severity_most = 4;
	fits = dw_quorum_need(&rule->quorum, dw_str_of(group), n);
	DW_INVARIANT(fits);
}

struct dw_statement_now staterig_now(const struct staterig *r)
{
	return (struct dw_statement_now){ .at = r->now,
					  .people = everybody(r),
					  .rules = &r->authority->rules,
					  .severity = r->s->severity };
}

enum dw_statement_status staterig_status(const struct staterig *r)
{
	struct dw_statement_now now = staterig_now(r);

	return dw_statement_status(r->t, &now);
}

size_t staterig_count(const struct staterig *r, enum dw_event_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->fact[i].type == type;
	return n;
}

void staterig_is(const struct staterig *r, enum dw_statement_status want)
{
	assert_string_equal(dw_statement_word(DW_WORDS_STATEMENT_STATUS,
					      staterig_status(r)),
			    dw_statement_word(DW_WORDS_STATEMENT_STATUS, want));
}

void staterig_refused(const struct staterig *r, int rc, int want, const char *at)
{
	if (rc != want || strcmp(r->fault.pointer, at) != 0)
		fail_msg("%d at '%s': %s", rc, r->fault.pointer, r->fault.detail);
	assert_true(r->plan.n == 0 && r->plan.n_room == 0);
	assert_true(r->fault.detail[0] != '\0');
}

void staterig_lacks(const struct staterig *r, const char *want)
{
	static const char letters[] = "GRHAXE";
	struct dw_lack lack[DW_LACKS_MAX];
	char got[DW_LACKS_MAX + 1] = "";
	struct dw_statement_now now = staterig_now(r);
	size_t n = dw_statement_lacks(r->t, dw_statement_submitted(r->t), &now, lack);

	for (size_t i = 0; i < n; i++)
		got[i] = letters[lack[i].kind];
	assert_string_equal(got, want);
}
