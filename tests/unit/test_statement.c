/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement.c - drafting, typing, rests and submitting: each rule, and what breaks it. */
#include "staterig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT "The water is safe. We will speak again at 18:00."
#define MINUTE INT64_C(60000000)

static void assert_text(const struct staterig *r, const char *want)
{
	struct dw_str got = staterig_text(r);

	if (!dw_str_eq(got, dw_str_of(want)))
		fail_msg("'%.*s', not '%s'", (int)got.n, got.p, want);
	assert_int_equal(r->t->draft.units, dw_utf16_count(dw_str_of(want)));
}

static struct dw_statement_command draft_command(struct staterig *r)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_DRAFT_STATEMENT, NORA);

	c.title = DW_STR("سلامة المياه");
	c.lang = DW_STR("ar");
	c.channel = DW_CHANNEL_SOCIAL;
	c.reader = DW_READER_CUSTOMER;
	c.text = DW_STR("الماء آمن.\r\nنتكلم الساعة ٦.");
	return c;
}

static void a_draft_begins_as_it_was_given(void **state)
{
	struct dw_rest rest[] = { { .claim = CLAIM_TRUE, .to = 9 },
				  { .claim = CLAIM_UNKNOWN,
				    .rests = DW_RESTS_CHECKING,
				    .from = 11,
				    .to = 16 } };
	struct dw_statement original = { .id = 7 };
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	c = draft_command(&r);
	c.rests = (struct dw_rest_list){ rest, 2 };
	c.translation_of = 7;
	c.original = &original;
	original.incident = r.s->id;
	c.template_name = DW_STR("holding");
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_text(&r, "الماء آمن.\nنتكلم الساعة ٦.");
	assert_true(r.t->id == r.seq && r.t->version == r.seq &&
		    r.t->incident == r.s->id);
	assert_true(r.t->by == NORA && r.t->changed_by == NORA && r.t->revision == 0);
	assert_true(r.t->channel == DW_CHANNEL_SOCIAL &&
		    r.t->reader == DW_READER_CUSTOMER && r.t->translation_of == 7);
	assert_int_equal(staterig_status(&r), DW_STATEMENT_DRAFT);
	assert_int_equal(r.t->rests.n, 2);
	assert_true(r.t->rests.p[0].id != r.t->rests.p[1].id &&
		    r.t->rests.p[0].by == NORA);
	assert_true(dw_str_eq(r.t->rests.p[0].quote, DW_STR("الماء آمن")));
	assert_non_null(dw_incident_entry(r.s, r.t->id));
	assert_int_equal(r.s->n_statements, 1);
	staterig_fini(&r);
}

static void a_draft_may_not_begin_anyhow(void **state)
{
	struct dw_rest rest = { .claim = 99, .to = 3 };
	const struct dw_statement draft = { .id = 7 };
	struct dw_statement_command c;
	struct staterig r;

#define TRY(what, code, at)                                                              \
	c = draft_command(&r);                                                           \
	what;                                                                            \
	staterig_refused(&r, staterig_give(&r, &c), code, at)
	staterig_init(&r);
	TRY(c.title = DW_STR(" \xc2\xa0 "), DW_EINVAL, "/title");
	TRY(c.title = DW_STR("a\nb"), DW_EINVAL, "/title");
	TRY(c.lang = DW_STR("arabic!"), DW_EINVAL, "/lang");
	TRY(c.channel = DW_CHANNEL_COUNT, DW_EINVAL, "/channel");
	TRY(c.reader = DW_READER_COUNT, DW_EINVAL, "/audience");
	TRY(c.text = dw_str_make("a\0b", 3), DW_EUNPROCESSABLE, "/text");
	c.rests = (struct dw_rest_list){ &rest, 1 };
	TRY((c.rests = (struct dw_rest_list){ &rest, 1 }), DW_EUNPROCESSABLE,
	    "/rests/0/claim");
	rest.claim = CLAIM_TRUE;
	rest.to = 900;
	TRY((c.rests = (struct dw_rest_list){ &rest, 1 }), DW_EUNPROCESSABLE,
	    "/rests/0/to");
	TRY(c.translation_of = 7, DW_EUNPROCESSABLE, "/translation_of");
	TRY(c.correction_of = 7, DW_EUNPROCESSABLE, "/correction_of");
	TRY((c.correction_of = 7, c.corrected = &draft), DW_EUNPROCESSABLE,
	    "/correction_of");
	TRY(c.who.roles = DW_ROLE_APPROVER, DW_EFORBIDDEN, "");
	TRY(r.s->n_statements = DW_STATEMENTS_MAX, DW_EUNPROCESSABLE, "");
#undef TRY
	staterig_fini(&r);
}

static void own_fields_are_changed_where_they_differ(void **state)
{
	struct dw_statement_command c;
	struct staterig r;
	uint64_t was;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	was = r.t->version;
	c = staterig_command(&r, DW_CMD_CHANGE_STATEMENT, OMID);
	c.has = DW_STATEMENT_TITLE | DW_STATEMENT_LANG;
	c.title = DW_STR("Water");
	c.lang = DW_STR("en");
	c.version = was;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.plan.n, 0);
	c.lang = DW_STR("fa");
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.plan.fact[0].has, DW_STATEMENT_LANG);
	assert_true(dw_str_eq(r.t->lang, DW_STR("fa")) && r.t->version == r.seq);
	assert_int_equal(r.t->channel, DW_CHANNEL_PRESS);
	c.lang = DW_STR("ar");
	staterig_refused(&r, staterig_give(&r, &c), DW_EMOVED, "");
	c.version = 0;
	c.has = DW_STATEMENT_CHANNEL;
	c.channel = 9;
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/channel");
	staterig_fini(&r);
}

/* ---- typing ---- */

static void updates_are_taken_in_their_order(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "One.");
	assert_int_equal(staterig_type(&r, NORA, 4, 4, " Two 😀."), 0);
	assert_text(&r, "One. Two 😀.");
	assert_true(r.t->revision == 1 && r.t->changed_by == NORA);
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "One"), 0);
	assert_int_equal(r.t->tabs.n, 1);
	assert_int_equal(staterig_type(&r, OMID, 0, 4, "۱."), 0);
	assert_text(&r, "۱. Two 😀.");
	assert_int_equal(r.t->draft.n_runs, 2);
	assert_null(dw_incident_entry(r.s, r.seq)); /* no entry of the timeline */
	assert_int_equal(r.t->version, r.t->id);
	staterig_refused(&r, staterig_type(&r, OMID, 0, 8, ""), DW_EUNPROCESSABLE,
			 "/updates/0/changes/0");
	staterig_refused(&r, staterig_type(&r, DANA, 0, 0, "x"), DW_EFORBIDDEN, "");
	staterig_fini(&r);
}

static void what_starts_elsewhere_goes_back(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "One.");
	assert_int_equal(staterig_type(&r, NORA, 4, 4, " Two."), 0);
	c = staterig_command(&r, DW_CMD_TYPE, OMID);
	c.revision = 0;
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/revision");
	assert_int_equal(r.plan.base, 1);
	c.revision = 2;
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/revision");
	staterig_fini(&r);
}

static void all_are_taken_or_none(void **state)
{
	struct dw_change_part good = { false, 4, DW_STR("Two") };
	struct dw_change_part bad = { true, 4, { NULL, 0 } };
	struct dw_update u[] = { { DW_STR("o9"), { &good, 1 } },
				 { DW_STR("o9"), { &bad, 1 } } };
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "One.");
	c = staterig_command(&r, DW_CMD_TYPE, OMID);
	c.update = u;
	c.n_updates = 2;
	staterig_refused(&r, staterig_give(&r, &c), DW_EUNPROCESSABLE,
			 "/updates/1/changes/0");
	assert_text(&r, "One.");
	bad.n = 3;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_true(r.t->revision == 2 && r.plan.n == 1);
	assert_text(&r, "Two");
	staterig_fini(&r);
}

static void a_tab_is_whose_it_was_first(void **state)
{
	struct dw_change_part part = { false, 0, DW_STR("x") };
	struct dw_update u = { DW_STR("o1"), { &part, 1 } };
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "");
	assert_int_equal(staterig_type(&r, OMID, 0, 0, "One."), 0);
	c = staterig_command(&r, DW_CMD_TYPE, NORA);
	c.update = &u;
	c.n_updates = 1;
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "/updates/0/client");
	assert_int_equal(dw_statement_tab(r.t, DW_STR("o1"))->user, OMID);
	staterig_fini(&r);
}

/* ---- rests ---- */

static void rests_move_with_the_text(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 4, 17), 0);
	assert_int_equal(r.t->rests.p[0].id, r.seq);
	assert_true(dw_str_eq(r.t->rests.p[0].quote, DW_STR("water is safe")));
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 4, 17), 0);
	assert_int_equal(r.plan.n, 0);
	assert_true(r.plan.rest.id == r.t->rests.p[0].id && r.plan.rest.by == OMID);
	assert_int_equal(staterig_rest(&r, CLAIM_UNKNOWN, DW_RESTS_CHECKING, 19, 30), 0);
	assert_int_equal(staterig_type(&r, NORA, 0, 4, "All "), 0);
	assert_int_equal(staterig_type(&r, NORA, 10, 12, "was"), 0);
	assert_true(r.t->rests.p[0].from == 4 && r.t->rests.p[0].to == 18);
	assert_int_equal(staterig_type(&r, NORA, 0, 0, "😀 "), 0);
	assert_true(r.t->rests.p[0].from == 7 && r.t->rests.p[0].to == 21);
	assert_int_equal(staterig_type(&r, NORA, 5, 22, ""), 0);
	assert_int_equal(r.t->rests.n, 1);
	assert_int_equal(r.t->rests.p[0].claim, CLAIM_UNKNOWN);
	staterig_fini(&r);
}

static void nothing_rests_on_nothing(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "😀 safe");
	staterig_refused(&r, staterig_rest(&r, 99, DW_RESTS_ASSERTS, 0, 2),
			 DW_EUNPROCESSABLE, "/claim");
	staterig_refused(&r, staterig_rest(&r, CLAIM_TRUE, DW_RESTS_COUNT, 0, 2),
			 DW_EINVAL, "/rests");
	staterig_refused(&r, staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 2, 2),
			 DW_EUNPROCESSABLE, "/to");
	staterig_refused(&r, staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 1, 4),
			 DW_EUNPROCESSABLE, "/to");
	staterig_refused(&r, staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 3, 8),
			 DW_EUNPROCESSABLE, "/to");
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 3, 7), 0);
	c = staterig_command(&r, DW_CMD_UNREST, OMID);
	c.rest.id = 99;
	staterig_refused(&r, staterig_give(&r, &c), DW_ENOTFOUND, "");
	c.rest.id = r.t->rests.p[0].id;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->rests.n, 0);
	c = staterig_command(&r, DW_CMD_REST, OMID);
	c.rest = (struct dw_rest){ .claim = CLAIM_TRUE, .to = 2 };
	c.revision = 5;
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/revision");
	staterig_fini(&r);
}

/* ---- submitting ---- */

static void a_submission_freezes_the_text(void **state)
{
	const struct dw_statement_version *v;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 0, 18), 0);
	assert_int_equal(staterig_submit(&r), 0);
	v = dw_statement_submitted(r.t);
	assert_true(dw_str_eq(v->text, DW_STR(TEXT)) && v->last_author == OMID &&
		    v->rests.n == 1 && v->quorum.n_needs == 1);
	assert_int_equal(v->rests.p[0].id, r.t->rests.p[0].id);
	assert_string_equal(r.plan.digest, v->digest);
	assert_true(r.plan.status == DW_STATEMENT_SUBMITTED && r.plan.n_lacks == 1);
	assert_int_equal(staterig_status(&r), DW_STATEMENT_SUBMITTED);
	assert_int_equal(r.plan.n_bare, 1); /* 18:00 rests on nothing */
	assert_int_equal(staterig_submit(&r), 0);
	assert_true(r.plan.n == 0 && r.t->versions.n == 1 && r.plan.n_lacks == 1);
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "Our"), 0);
	assert_int_equal(staterig_status(&r), DW_STATEMENT_DRAFT);
	assert_true(dw_str_eq(dw_statement_submitted(r.t)->text, DW_STR(TEXT)));
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "The"), 0);
	assert_false(dw_statement_is_edited(r.t));
	staterig_fini(&r);
}

/* When it began stands behind no claim: the room knows it. Another moment is a figure like others. */
static void moments_of_the_room_rest_on_nothing(void **state)
{
	struct staterig r;
	struct dw_buf text;

	staterig_init(&r);
	dw_buf_init(&text, 1000);
	assert_int_equal(dw_buf_addz(&text, "It began at "), 0);
	assert_int_equal(dw_template_time(&text, DW_STR("en"), r.s->declared_at), 0);
	assert_int_equal(dw_buf_addz(&text, ". We speak at 18:00."), 0);
	staterig_draft(&r, text.p);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(r.plan.n_bare, 1);
	assert_int_equal(r.plan.bare[0].to, text.len);
	dw_buf_fini(&text);
	staterig_fini(&r);
}

/* What is given, whether it is refused, and where. */
static void assert_submits(const char *text, int code, const char *at)
{
	struct staterig r;
	int rc;

	staterig_init(&r);
	staterig_draft(&r, text);
	rc = staterig_submit(&r);
	if (code != 0)
		staterig_refused(&r, rc, code, at);
	else
		assert_int_equal(rc, 0);
	staterig_fini(&r);
}

static void some_texts_are_not_submitted(void **state)
{
	assert_submits("", DW_EUNPROCESSABLE, "/text");
	assert_submits(" \n\xc2\xa0 ", DW_EUNPROCESSABLE, "/text");
	assert_submits("We owe \xe2\x80\xae$100", DW_EUNPROCESSABLE, "/text");
	assert_submits("We speak at {next}.", DW_EUNPROCESSABLE, "/text");
	assert_submits("We owe you 100.", 0, "");
}

static void what_is_asserted_must_be_true(void **state)
{
	static const struct {
		uint64_t claim;
		enum dw_rests how;
		int code;
	} cases[] = {
		{ CLAIM_TRUE, DW_RESTS_ASSERTS, 0 },
		{ CLAIM_MIXED, DW_RESTS_ASSERTS, 0 },
		{ CLAIM_UNKNOWN, DW_RESTS_ASSERTS, DW_EUNPROCESSABLE },
		{ CLAIM_FALSE, DW_RESTS_ASSERTS, DW_EUNPROCESSABLE },
		{ CLAIM_STALE, DW_RESTS_ASSERTS, DW_EUNPROCESSABLE },
		{ CLAIM_UNKNOWN, DW_RESTS_CHECKING, 0 },
		{ CLAIM_STALE, DW_RESTS_CHECKING, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct staterig r;

		staterig_init(&r);
		staterig_draft(&r, TEXT);
		assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 20, 30),
				 0);
		assert_int_equal(staterig_rest(&r, cases[i].claim, cases[i].how, 0, 18),
				 0);
		if (cases[i].code == 0)
			assert_int_equal(staterig_submit(&r), 0);
		else
			staterig_refused(&r, staterig_submit(&r), cases[i].code,
					 "/rests/1");
		staterig_fini(&r);
	}
}

static void a_policy_may_stop_a_warning(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, "It was the fault of the contractor.");
	staterig_need(&r, "legal", 1);
	assert_int_equal(staterig_submit(&r), 0);
	assert_true(r.plan.findings.n > 0);
	r.rule[0].quorum.blocks = 1u << r.plan.findings.at[0].check;
	staterig_refused(&r, staterig_submit(&r), DW_EUNPROCESSABLE, "/text");
	staterig_fini(&r);
}

static void a_submission_asks_for_more_and_not_for_less(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	staterig_need(&r, "legal", 2);
	c = staterig_command(&r, DW_CMD_SUBMIT, OMID);
	assert_true(dw_quorum_need(&c.tighten, DW_STR("legal"), 1));
	assert_true(dw_quorum_need(&c.tighten, DW_STR("comms"), 1));
	c.tighten.may_approve_own = true;
	c.deadline = c.now;
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/policy/deadline");
	c.deadline = c.now + MINUTE;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.p[0].quorum.n_needs, 2);
	assert_int_equal(r.t->versions.p[0].quorum.need[1].n, 2);
	assert_false(r.t->versions.p[0].quorum.may_approve_own);
	c.revision = 3;
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/revision");
	staterig_fini(&r);
}

static void the_same_under_other_terms_is_a_version(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	c = staterig_command(&r, DW_CMD_SUBMIT, OMID);
	c.deadline = c.now + MINUTE;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.n, 1);
	c.deadline += MINUTE; /* later */
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.n, 2);
	assert_true(dw_quorum_need(&c.tighten, DW_STR("comms"), 1));
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.n, 3);
	c.now = r.now = c.deadline + 1; /* it is over */
	c.deadline = 0;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.n, 4);
	staterig_fini(&r);
}

/* ---- the fold ---- */

/* Whatever is erased, and in whatever order it comes. */
static void the_fold_is_total(void **state)
{
	for (unsigned k = 0; k < DW_EV_COUNT; k++) {
		struct dw_statement_fact f = { .type = (enum dw_event_type)k };
		struct staterig r;

		if (!dw_statement_is_of(f.type))
			continue;
		staterig_init(&r);
		staterig_draft(&r, TEXT);
		assert_int_equal(staterig_submit(&r), 0);
		for (int i = 0; i < 3; i++) {
			f.seq = ++r.seq;
			dw_statement_read(&f,
					  i == 0 ? (struct dw_str){ NULL, 0 }
						 : DW_STR("{\"statement\":17,\"claim\":1,"
							  "\"from\":9,\"to\":600,"
							  "\"digest\":\"\",\"verdict\":"
							  "\"approve\",\"back\":99}"),
					  r.a);
			if (f.type == DW_EV_STATEMENT_DRAFTED && i > 0)
				continue;
			if (f.type != DW_EV_STATEMENT_DRAFTED)
				dw_statement_apply(r.t, &f);
			(void)staterig_status(&r);
		}
		assert_true(dw_statement_out(r.t) == NULL && r.t->rests.n == 0);
		assert_true(staterig_status(&r) != DW_STATEMENT_APPROVED);
		staterig_fini(&r);
	}
}

static void a_verdict_of_a_later_version_is_none(void **state)
{
	struct dw_statement_fact f = { .type = DW_EV_VERDICT_GIVEN };
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_submit(&r), 0);
	f.seq = ++r.seq;
	f.actor = SAM;
	f.digest = dw_str_of(r.t->versions.p[0].digest);
	f.ruling = DW_RULING_COUNT;
	dw_statement_apply(r.t, &f);
	assert_int_equal(r.t->versions.p[0].rulings.n, 0);
	staterig_fini(&r);
}

static void behind_a_gap_nothing_is_told(void **state)
{
	struct dw_statement_fact f = { .type = DW_EV_DRAFT_CHANGED };
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_submit(&r), 0);
	f.seq = ++r.seq;
	f.revision = 3; /* two updates are missing */
	f.statement = r.t->id;
	dw_statement_apply(r.t, &f);
	assert_true(r.t->is_erased && r.t->revision == 3);
	assert_int_equal(staterig_status(&r), DW_STATEMENT_DRAFT);
	staterig_refused(&r, staterig_type(&r, OMID, 0, 0, "x"), DW_EUNPROCESSABLE, "");
	staterig_fini(&r);
}

static void an_erased_first_update_is_a_gap_too(void **state)
{
	struct dw_statement_fact f = { .type = DW_EV_DRAFT_CHANGED };
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	dw_statement_read(&f, (struct dw_str){ NULL, 0 }, r.a);
	f.seq = ++r.seq;
	dw_statement_apply(r.t, &f);
	assert_true(r.t->is_erased);
	staterig_refused(&r, staterig_submit(&r), DW_EUNPROCESSABLE, "");
	staterig_fini(&r);
}

static void an_observer_may_nothing(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	for (unsigned k = DW_CMD_DRAFT_STATEMENT; k <= DW_CMD_WITHDRAW; k++) {
		struct dw_statement_command c =
			staterig_command(&r, (enum dw_command_type)k, OSCAR);

		staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "");
	}
	r.s->status = DW_MERGED;
	staterig_refused(&r, staterig_type(&r, OMID, 0, 0, "x"), DW_EUNPROCESSABLE, "");
	staterig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_begins_as_it_was_given),
		cmocka_unit_test(a_draft_may_not_begin_anyhow),
		cmocka_unit_test(own_fields_are_changed_where_they_differ),
		cmocka_unit_test(updates_are_taken_in_their_order),
		cmocka_unit_test(what_starts_elsewhere_goes_back),
		cmocka_unit_test(all_are_taken_or_none),
		cmocka_unit_test(a_tab_is_whose_it_was_first),
		cmocka_unit_test(rests_move_with_the_text),
		cmocka_unit_test(nothing_rests_on_nothing),
		cmocka_unit_test(a_submission_freezes_the_text),
		cmocka_unit_test(moments_of_the_room_rest_on_nothing),
		cmocka_unit_test(some_texts_are_not_submitted),
		cmocka_unit_test(what_is_asserted_must_be_true),
		cmocka_unit_test(a_policy_may_stop_a_warning),
		cmocka_unit_test(a_submission_asks_for_more_and_not_for_less),
		cmocka_unit_test(the_same_under_other_terms_is_a_version),
		cmocka_unit_test(the_fold_is_total),
		cmocka_unit_test(a_verdict_of_a_later_version_is_none),
		cmocka_unit_test(behind_a_gap_nothing_is_told),
		cmocka_unit_test(an_erased_first_update_is_a_gap_too),
		cmocka_unit_test(an_observer_may_nothing),
	};

	return cmocka_run_group_tests_name("statement", tests, NULL, NULL);
}
