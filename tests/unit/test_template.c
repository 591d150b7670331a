/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_template.c - slots filled from a room, in three languages; and the Persian calendar. */
#include "base/clock.h"
#include "domain/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define DAY INT64_C(86400000000)

static int64_t at(const char *text)
{
	int64_t us = 0;

	assert_int_equal(dw_time_parse(dw_str_of(text), &us), 0);
	return us;
}

static void say(struct dw_incident *s, struct dw_fact f)
{
	f.seq = s->seq + 1;
	f.room = 1;
	f.actor = 9;
	if (f.recorded_at == 0)
		f.recorded_at = at("2026-11-29T10:00:00Z");
	f.occurred_at = f.recorded_at;
	dw_incident_apply(s, &f);
}

static void claim(struct dw_incident *s, const char *text, unsigned verdict)
{
	say(s, (struct dw_fact){ .type = DW_EV_CLAIM_ADDED,
				 .has = DW_HAS(TEXT) | DW_HAS(VERDICT),
				 .text = dw_str_of(text),
				 .verdict = verdict });
}

static struct dw_incident *room(void)
{
	struct dw_incident *s = dw_incident_create();

	say(s, (struct dw_fact){ .type = DW_EV_INCIDENT_DECLARED,
				 .has = DW_HAS(TITLE) | DW_HAS(SEVERITY),
				 .title = DW_STR("the leak"),
				 .severity = 2 });
	claim(s, "Nobody was hurt 😀", DW_TRUE);
	claim(s, "It is poisonous", DW_FALSE);
	claim(s, "A valve\nbroke", DW_VERDICT_UNKNOWN);
	claim(s, "We knew", DW_MIXED);
	claim(s, "The plant stands still", DW_TRUE);
	return s;
}

static struct dw_filled fill(struct dw_arena *a, struct dw_incident *s, const char *text,
			     const char *lang)
{
	struct dw_fill_from from = { .lang = dw_str_of(lang),
				     .s = s,
				     .now = at("2026-11-29T11:00:00Z") };
	struct dw_filled f;

	assert_int_equal(dw_template_fill(&f, dw_str_of(text), &from, a), 0);
	return f;
}

/* The stretch of text in UTF-16 units; these texts have one surrogate pair. */
static void rests_on(const struct dw_filled *f, size_t i, uint64_t claim, unsigned rests,
		     const char *line)
{
	const struct dw_rest *r = &f->rests.p[i];
	const char *p = strstr(f->text.p, line);

	assert_non_null(p);
	assert_int_equal(r->claim, claim);
	assert_int_equal(r->rests, rests);
	assert_int_equal(r->from,
			 dw_utf16_count(dw_str_make(f->text.p, (size_t)(p - f->text.p))));
	assert_int_equal(r->to, r->from + dw_utf16_count(dw_str_of(line)));
}

static void claims_come_from_the_ledger_and_stay_linked(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = room();
	struct dw_filled f =
		fill(a, s, "About {what}.\n{known}\nSince {since}: {checking}\n", "en");

	assert_string_equal(f.text.p,
			    "About the leak.\n– Nobody was hurt 😀\n– The plant stands "
			    "still\nSince 10:00 UTC on 29 November 2026: \n– A valve "
			    "broke\n– We knew\n");
	assert_int_equal(f.rests.n, 4);
	rests_on(&f, 0, 2, DW_RESTS_ASSERTS, "Nobody was hurt 😀");
	rests_on(&f, 1, 6, DW_RESTS_ASSERTS, "The plant stands still");
	rests_on(&f, 2, 4, DW_RESTS_CHECKING, "A valve broke");
	rests_on(&f, 3, 5, DW_RESTS_CHECKING, "We knew");
	assert_null(dw_template_slot(f.text, 0).p);
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

static void what_the_room_does_not_know_stays_a_slot(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = dw_incident_create();
	struct dw_filled f;
	struct dw_str slot;

	say(s, (struct dw_fact){ .type = DW_EV_INCIDENT_DECLARED,
				 .has = DW_HAS(TITLE),
				 .title = DW_STR("x") });
	f = fill(a, s, "{known} {next_update} {contact} { not } {Not} {}", "en");
	assert_string_equal(f.text.p, "{known} {next_update} {contact} { not } {Not} {}");
	slot = dw_template_slot(f.text, 1);
	assert_true(dw_str_eq(slot, DW_STR("{next_update}")));
	slot = dw_template_slot(f.text, (size_t)(slot.p - f.text.p) + 1);
	assert_true(dw_str_eq(slot, DW_STR("{contact}")));
	assert_null(dw_template_slot(f.text, (size_t)(slot.p - f.text.p) + 1).p);
	assert_int_equal(f.rests.n, 0);
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

static void a_promise_is_written_out_until_it_is_over(void **state)
{
	static const struct {
		const char *lang, *text;
	} cases[] = {
		{ "en", "17:05 UTC on 29 November 2026" },
		{ "de", "17:05 UTC on 29 November 2026" },
		{ "ar", "الساعة 17:05 بالتوقيت العالمي، 29 نوفمبر 2026" },
		{ "ar-SA", "الساعة 17:05 بالتوقيت العالمي، 29 نوفمبر 2026" },
		{ "fa", "ساعت ۱۷:۰۵ به وقت جهانی، ۸ آذر ۱۴۰۵" },
	};
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = room();
	struct dw_fill_from late;
	struct dw_filled f;

	say(s, (struct dw_fact){ .type = DW_EV_WORD_SPOKEN,
				 .has = DW_HAS(AUDIENCE) | DW_HAS(TEXT) | DW_HAS(NEXT_AT),
				 .audience = DW_AUDIENCE_PUBLIC,
				 .text = DW_STR("we look"),
				 .next_at = at("2026-11-29T17:05:00Z") });
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(fill(a, s, "{next_update}", cases[i].lang).text.p,
				    cases[i].text);
	late = (struct dw_fill_from){ .s = s, .now = at("2026-11-29T17:06:00Z") };
	assert_int_equal(dw_template_fill(&f, DW_STR("{next_update}"), &late, a), 0);
	assert_string_equal(f.text.p, "{next_update}");
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

static void too_much_is_refused(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = room();
	struct dw_fill_from from = { .lang = DW_STR("en"), .s = s };
	char text[8001] = { 0 };
	struct dw_filled f;

	for (size_t i = 0; i + 7 <= 8000; i += 7)
		memcpy(text + i, "{known}", 7);
	assert_int_equal(dw_template_fill(&f, dw_str_of(text), &from, a), DW_ETOOBIG);
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

static void days_of_the_persian_calendar(void **state)
{
	/* new year's days as proclaimed, leap years among them, and days inside */
	static const struct {
		const char *gregorian;
		int year;
		unsigned month, day;
	} cases[] = {
		{ "1970-01-01", 1348, 10, 11 }, { "1979-02-11", 1357, 11, 22 },
		{ "2000-03-19", 1378, 12, 29 }, { "2000-03-20", 1379, 1, 1 },
		{ "2001-03-20", 1379, 12, 30 }, { "2001-03-21", 1380, 1, 1 },
		{ "2017-03-20", 1395, 12, 30 }, { "2021-03-20", 1399, 12, 30 },
		{ "2021-03-21", 1400, 1, 1 },	{ "2025-03-20", 1403, 12, 30 },
		{ "2025-03-21", 1404, 1, 1 },	{ "2026-09-22", 1405, 6, 31 },
		{ "2026-09-23", 1405, 7, 1 },	{ "2026-11-29", 1405, 9, 8 },
		{ "2029-03-19", 1407, 12, 29 }, { "2030-03-20", 1408, 12, 30 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[40];
		struct dw_persian_day d;

		snprintf(text, sizeof(text), "%sT12:00:00Z", cases[i].gregorian);
		d = dw_persian_day(at(text) / DAY);
		if (d.year != cases[i].year || d.month != cases[i].month ||
		    d.day != cases[i].day)
			fail_msg("%s is %d-%u-%u", cases[i].gregorian, d.year, d.month,
				 d.day);
	}
}

static void each_day_follows_the_one_before(void **state)
{
	struct dw_persian_day before = dw_persian_day(-62091);

	for (int64_t day = -62090; day < 104000; day++) {
		struct dw_persian_day d = dw_persian_day(day);
		bool is_next = d.year == before.year && d.month == before.month &&
			       d.day == before.day + 1;
		bool is_month = d.year == before.year && d.month == before.month + 1 &&
				d.day == 1 &&
				before.day >= (before.month < 7 ? 31u : 30u);
		bool is_year = d.year == before.year + 1 && d.month == 1 && d.day == 1 &&
			       before.month == 12 && before.day >= 29;

		if (!is_next && !is_month && !is_year)
			fail_msg("day %lld: %d-%u-%u", (long long)day, d.year, d.month,
				 d.day);
		before = d;
	}
}

/* Of a room that knows nothing: all slots stay. */
static bool fits(const char *text, const char *template)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = dw_incident_create();
	struct dw_filled f = fill(a, s, template, "en");
	bool is_fit = dw_template_fits(dw_str_of(text), &f);

	dw_incident_destroy(s);
	dw_arena_destroy(a);
	return is_fit;
}

static void a_text_is_the_template_and_nothing_else(void **state)
{
	char hundred[260] = "", more[260];

	assert_true(fits("", "") && fits("a b", "a b"));
	assert_false(fits("a b c", "a b") || fits("a", "a b") || fits("", "a"));
	assert_true(fits("call 112.", "call {contact}."));
	assert_true(fits("call me. or him.", "call {contact}."));
	assert_false(fits("call .", "call {contact}."));
	assert_false(fits("call me\nnow.", "call {contact}."));
	assert_false(fits("call {contact}, or die.", "call us."));
	assert_true(fits("at 5 or 6, b, b", "at {a}, {b}, b"));
	assert_false(fits("at 5, b", "at {a}, {b}, b"));
	assert_true(fits("xyxyxyz", "{a}xy{b}z") && fits("ab", "{a}{b}"));
	for (int i = 0; i < DW_SLOT_TEXT_MAX; i++)
		strcat(hundred, "ی");
	assert_true(fits(hundred, "{a}"));
	strcpy(more, hundred);
	strcat(more, "ی");
	assert_false(fits(more, "{a}"));
}

/* Or whoever writes the ledger would have a free place in what others have signed. */
static void braces_of_the_room_are_no_slot(void **state)
{
	static const char said[] = "About {gas}:\n– Nobody {x} hurt, call {contact}";
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = dw_incident_create();
	struct dw_filled f;

	say(s, (struct dw_fact){ .type = DW_EV_INCIDENT_DECLARED,
				 .has = DW_HAS(TITLE) | DW_HAS(SEVERITY),
				 .title = DW_STR("{gas}"),
				 .severity = 2 });
	claim(s, "Nobody {x} hurt", DW_TRUE);
	f = fill(a, s, "About {what}:\n{known}, call {contact}", "en");
	assert_string_equal(f.text.p, said);
	assert_true(dw_template_fits(DW_STR("About {gas}:\n– Nobody {x} hurt, call 112"),
				     &f));
	assert_false(dw_template_fits(DW_STR("About {gas}:\n– Nobody was hurt, call 112"),
				      &f));
	assert_false(
		dw_template_fits(DW_STR("About us:\n– Nobody {x} hurt, call 112"), &f));
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

static void moments_and_the_contact_are_given(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = room();
	struct dw_fill_from from = { .lang = DW_STR("en"),
				     .s = s,
				     .contact = DW_STR("0800 1") };
	struct dw_given g;

	dw_template_given(&g, &from, a);
	assert_string_equal(g.text[0].p, "10:00 UTC on 29 November 2026");
	assert_int_equal(g.text[1].n, 0); /* nobody has promised a word */
	assert_string_equal(g.text[2].p, "0800 1");
	say(s, (struct dw_fact){ .type = DW_EV_WORD_SPOKEN,
				 .has = DW_HAS(AUDIENCE) | DW_HAS(TEXT) | DW_HAS(NEXT_AT),
				 .audience = DW_AUDIENCE_PUBLIC,
				 .text = DW_STR("we look"),
				 .next_at = at("2026-11-29T12:30:00Z") });
	from.lang = DW_STR("fa");
	from.contact = DW_STR("");
	from.now = at(
		"2026-11-30T00:00:00Z"); /* it is over, and the text says it all the same */
	dw_template_given(&g, &from, a);
	assert_string_equal(g.text[0].p, "ساعت ۱۰:۰۰ به وقت جهانی، ۸ آذر ۱۴۰۵");
	assert_string_equal(g.text[1].p, "ساعت ۱۲:۳۰ به وقت جهانی، ۸ آذر ۱۴۰۵");
	assert_int_equal(g.text[2].n, 0);
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

/* While one is set, an envelope lets out that and nothing else; it never lets out more than before. */
static void a_contact_that_is_set_is_not_typed_again(void **state)
{
	static const char template[] = "Call {contact}, or write: {contact}. {rest}";
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = room();
	struct dw_fill_from from = { .lang = DW_STR("en"), .s = s };
	struct dw_filled open, set;

	from.contact = DW_STR("");
	assert_int_equal(dw_template_fill(&open, dw_str_of(template), &from, a), 0);
	assert_string_equal(open.text.p, template);
	from.contact = DW_STR("0800 1");
	assert_int_equal(dw_template_fill(&set, dw_str_of(template), &from, a), 0);
	assert_string_equal(set.text.p, "Call 0800 1, or write: 0800 1. {rest}");
	assert_int_equal(set.n_left, 1);
	assert_true(
		dw_template_fits(DW_STR("Call 0800 1, or write: 0800 1. Soon"), &set));
	assert_true(
		dw_template_fits(DW_STR("Call 0800 1, or write: 0800 1. Soon"), &open));
	assert_false(
		dw_template_fits(DW_STR("Call 0800 2, or write: 0800 1. Soon"), &set));
	assert_true(
		dw_template_fits(DW_STR("Call 0800 2, or write: 0800 1. Soon"), &open));
	assert_false(
		dw_template_fits(DW_STR("Call 0800 1 1, or write: 0800 1. Soon"), &set));
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_come_from_the_ledger_and_stay_linked),
		cmocka_unit_test(what_the_room_does_not_know_stays_a_slot),
		cmocka_unit_test(a_promise_is_written_out_until_it_is_over),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(a_text_is_the_template_and_nothing_else),
		cmocka_unit_test(braces_of_the_room_are_no_slot),
		cmocka_unit_test(moments_and_the_contact_are_given),
		cmocka_unit_test(a_contact_that_is_set_is_not_typed_again),
		cmocka_unit_test(days_of_the_persian_calendar),
		cmocka_unit_test(each_day_follows_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
