/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_events.c - events of statements as they were written once still fold to the same
 * statement, and the fold takes whatever may have become of them.
 *
 * fixtures/statement_v1.txt has one event a line (seq, actor, type, payload) and is never edited. A new
 * version of a payload adds a fixture.
 */
#include "base/blob.h"
#include "domain/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FIXTURE "tests/replay/fixtures/statement_v1.txt"
#define LINES_MAX 32
#define START INT64_C(1767322800000000)

static const struct dw_statement_now THEN = { .at = START };

struct line {
	unsigned long long seq, actor;
	char type[64], payload[2048];
};

static struct line line[LINES_MAX];
static size_t n_lines;

static void read_lines(void)
{
	FILE *f = fopen(FIXTURE, "r");

	if (f == NULL)
		fail_msg("%s is not there (the tests run in the source tree)", FIXTURE);
	for (n_lines = 0; n_lines < LINES_MAX; n_lines++) {
		struct line *l = &line[n_lines];

		if (fscanf(f, "%llu %llu %63s %2047[^\n]", &l->seq, &l->actor, l->type,
			   l->payload) != 4)
			break;
	}
	fclose(f);
}

static void read(struct dw_statement_fact *f, const struct line *l, struct dw_str payload,
		 struct dw_arena *a)
{
	*f = (struct dw_statement_fact){
		.type = dw_event_by_name(dw_str_of(l->type)),
		.seq = l->seq,
		.room = 10,
		.actor = l->actor,
		.recorded_at = START + (int64_t)l->seq * 1000000,
	};
	dw_statement_read(f, payload, a);
}

static void apply(struct dw_statement *t, const struct line *l, struct dw_str payload)
{
	struct dw_statement_fact f;

	read(&f, l, payload, t->arena);
	dw_statement_apply(t, &f);
}

static void check_versions(const struct dw_statement *t)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);

	assert_int_equal(t->versions.n, 2);
	assert_true(v->rulings.n == 3 && v->approved_seq == 31);
	assert_true(v->quorum.may_approve_own && v->quorum.n_needs == 2);
	assert_int_equal(v->rulings.p[0].on_behalf_of, 4);
	assert_int_equal(v->rulings.p[0].carried_from, 23);
	assert_true(v->rulings.p[2].is_own);
}

static void they_fold_to_the_same_statement(void **state)
{
	struct dw_statement *t = dw_statement_create();

	for (size_t i = 0; i < n_lines; i++)
		apply(t, &line[i], dw_str_of(line[i].payload));
	assert_true(t->id == 16 && t->version == 17 && t->seq == 37 && t->incident == 10);
	assert_true(dw_str_eq(dw_buf_str(&t->draft.text),
			      DW_STR("الماء آمن.\n\nنتحقق من السبب. نتكلم الساعة ٦ 😀")));
	assert_true(t->revision == 3 && t->changed_by == 3 && t->draft.n_runs == 4);
	assert_true(dw_str_eq(t->title, DW_STR("Water")) &&
		    dw_str_eq(t->lang, DW_STR("ar-EG")));
	assert_int_equal(t->rests.n, 2);
	assert_true(t->rests.p[0].from == 14 && t->rests.p[0].to == 26);
	assert_true(t->publications.n == 2 && t->tabs.n == 2);
	check_versions(t);
	assert_int_equal(t->contradictions.p[0].correction, 35);
	assert_int_equal(dw_statement_status(t, &THEN), DW_STATEMENT_WITHDRAWN);
	dw_statement_destroy(t);
}

static void every_type_has_a_sample_that_is_written_the_same(void **state)
{
	struct dw_arena *a = dw_arena_create();
	bool has[DW_EV_COUNT + 1] = { false };

	for (size_t i = 0; i < n_lines; i++) {
		struct dw_statement_fact f;
		struct dw_blob *payload;

		read(&f, &line[i], dw_str_of(line[i].payload), a);
		has[f.type] = true;
		payload = dw_statement_payload(&f);
		assert_string_equal(payload->data, line[i].payload);
		dw_blob_unref(payload);
	}
	for (unsigned t = 0; t < DW_EV_COUNT; t++)
		assert_int_equal(has[t], dw_statement_is_of((enum dw_event_type)t));
	dw_arena_destroy(a);
}

/* Each event in turn: erased, damaged, cut off, or with members and words of a later version. */
static void the_fold_is_total(void **state)
{
	static const char *const odd[] = {
		NULL,
		"",
		"[]",
		"{\"later\":{\"a\":[1]}}",
		"{\"digest\":7,\"verdict\":\"bless\",\"rests\":{},\"updates\":[[]]}",
	};

	for (size_t k = 0; k < n_lines; k++) {
		for (size_t o = 0; o < sizeof(odd) / sizeof(odd[0]) + 1; o++) {
			struct dw_statement *t = dw_statement_create();
			struct dw_str cut = dw_str_make(line[k].payload, 20);
			struct dw_lack lack[DW_LACKS_MAX];

			for (size_t i = 0; i < n_lines; i++)
				apply(t, &line[i],
				      i != k   ? dw_str_of(line[i].payload)
				      : o == 0 ? cut
					       : dw_str_of(odd[o - 1]));
			assert_int_equal(t->seq, 37);
			(void)dw_statement_status(t, &THEN);
			for (size_t i = 0; i < t->versions.n; i++)
				(void)dw_statement_lacks(t, &t->versions.p[i], &THEN,
							 lack);
			dw_statement_destroy(t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_fold_to_the_same_statement),
		cmocka_unit_test(every_type_has_a_sample_that_is_written_the_same),
		cmocka_unit_test(the_fold_is_total),
	};

	read_lines();
	return cmocka_run_group_tests_name("statement_events", tests, NULL, NULL);
}
