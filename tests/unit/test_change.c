/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_change.c - edits of a draft: every refusal, whole or not at all, who wrote what, and
 * where positions go. Whether the library in the page agrees: test_change_cases.c.
 */
#include "domain/draft.h"
#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define ZWNJ "\xe2\x80\x8c"
#define GRIN "\xf0\x9f\x98\x80"

#define KEEP(k)                                                                          \
	{                                                                                \
		true, (k),                                                               \
		{                                                                        \
			NULL, 0                                                          \
		}                                                                        \
	}
#define TAKE(k)                                                                          \
	{                                                                                \
		false, (k),                                                              \
		{                                                                        \
			NULL, 0                                                          \
		}                                                                        \
	}
#define PUT(k, lit)                                                                      \
	{                                                                                \
		false, (k),                                                              \
		{                                                                        \
			(lit), sizeof(lit) - 1                                           \
		}                                                                        \
	}

#define APPLY(d, author, f, ...)                                                         \
	apply((d), (author), (f), (struct dw_change_part[]){ __VA_ARGS__ },              \
	      sizeof((struct dw_change_part[]){ __VA_ARGS__ }) /                         \
		      sizeof(struct dw_change_part))

static int apply(struct dw_draft *d, uint64_t author, struct dw_fault *f,
		 struct dw_change_part *part, size_t n)
{
	struct dw_change c = { part, n };

	return dw_draft_apply(d, &c, author, f);
}

static void start(struct dw_draft *d, const char *text)
{
	struct dw_fault f;

	dw_draft_init(d);
	assert_int_equal(dw_draft_start(d, dw_str_of(text), 1, &f), 0);
}

static void assert_text(const struct dw_draft *d, const char *text)
{
	assert_true(dw_str_eq(dw_buf_str(&d->text), dw_str_of(text)));
	assert_int_equal(d->units, dw_utf16_count(dw_str_of(text)));
}

static void assert_runs(const struct dw_draft *d, const struct dw_author_run *want,
			size_t n)
{
	assert_int_equal(d->n_runs, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(d->run[i].author, want[i].author);
		assert_int_equal(d->run[i].units, want[i].units);
	}
}

#define RUNS(d, ...)                                                                     \
	assert_runs((d), (struct dw_author_run[]){ __VA_ARGS__ },                        \
		    sizeof((struct dw_author_run[]){ __VA_ARGS__ }) /                    \
			    sizeof(struct dw_author_run))

static void the_examples_of_the_library(void **state)
{
	struct dw_draft d;
	struct dw_fault f;

	start(&d, "hello world");
	assert_int_equal(APPLY(&d, 2, &f, KEEP(5), PUT(0, ","), KEEP(6)), 0);
	assert_text(&d, "hello, world");
	RUNS(&d, { 1, 5 }, { 2, 1 }, { 1, 6 });
	assert_int_equal(APPLY(&d, 2, &f, PUT(5, "bye"), KEEP(7)), 0);
	assert_text(&d, "bye, world");
	RUNS(&d, { 2, 4 }, { 1, 6 });
	assert_int_equal(APPLY(&d, 3, &f, KEEP(10), PUT(0, "\n")), 0);
	assert_text(&d, "bye, world\n");
	assert_int_equal(APPLY(&d, 3, &f, KEEP(11)), 0); /* nothing changes */
	assert_text(&d, "bye, world\n");
	RUNS(&d, { 2, 4 }, { 1, 6 }, { 3, 1 });
	assert_int_equal(APPLY(&d, 3, &f, TAKE(11)), 0);
	assert_text(&d, "");
	assert_int_equal(d.n_runs, 0);
	assert_int_equal(dw_draft_apply(&d, &(struct dw_change){ NULL, 0 }, 1, &f), 0);
	assert_int_equal(APPLY(&d, 4, &f, PUT(0, "x")), 0);
	RUNS(&d, { 4, 1 });
	dw_draft_fini(&d);
}

static void units_are_those_of_browsers(void **state)
{
	struct dw_draft d;
	struct dw_fault f;

	start(&d, "می" ZWNJ "خواهم " GRIN " ok");
	assert_int_equal(d.units, 2 + 1 + 5 + 1 + 2 + 3);
	assert_int_equal(APPLY(&d, 2, &f, KEEP(2), TAKE(1), KEEP(6),
			       PUT(2, "👩‍🚀"), KEEP(3)),
			 0);
	assert_text(&d, "میخواهم 👩‍🚀 ok");
	RUNS(&d, { 1, 8 }, { 2, 5 }, { 1, 3 });
	assert_int_equal(APPLY(&d, 3, &f, KEEP(8), PUT(5, "\xf0\x90\xa4\x80"), KEEP(3)),
			 0);
	assert_text(&d, "میخواهم \xf0\x90\xa4\x80 ok");
	dw_draft_fini(&d);
}

static void lines_end_with_lf(void **state)
{
	struct dw_draft d;
	struct dw_fault f;

	start(&d, "a\r\nb\rc\n\r\n\r");
	assert_text(&d, "a\nb\nc\n\n\n");
	dw_draft_fini(&d);
	dw_draft_init(&d);
	assert_int_equal(dw_draft_start(&d, DW_STR("a\0b"), 1, &f), DW_EUNPROCESSABLE);
	assert_int_equal(dw_draft_start(&d, DW_STR("a\xff"), 1, &f), DW_EUNPROCESSABLE);
	assert_int_equal(dw_draft_start(&d, DW_STR("\xed\xa0\x80"), 1, &f),
			 DW_EUNPROCESSABLE);
	assert_text(&d, "");
	assert_int_equal(dw_draft_start(&d, DW_STR(""), 1, &f), 0);
	assert_int_equal(d.n_runs, 0);
	dw_draft_fini(&d);
}

/* ---- refusals ---- */

struct refused {
	const char *why;
	int code;
	const char *pointer;
	struct dw_change_part part[4];
	size_t n;
};

static void what_is_refused_changes_nothing(void **state)
{
	/* a GRIN b: four units */
	static const struct refused cases[] = {
		{ "too short", DW_EUNPROCESSABLE, "/1", { KEEP(3) }, 1 },
		{ "nothing said of a text", DW_EUNPROCESSABLE, "/0", { KEEP(0) }, 0 },
		{ "too long", DW_EUNPROCESSABLE, "/0", { KEEP(5) }, 1 },
		{ "too long behind an edit",
		  DW_EUNPROCESSABLE,
		  "/2",
		  { KEEP(1), PUT(2, "x"), KEEP(2) },
		  3 },
		{ "takes more than there is",
		  DW_EUNPROCESSABLE,
		  "/1",
		  { KEEP(3), TAKE(2) },
		  2 },
		{ "keeps half a pair",
		  DW_EUNPROCESSABLE,
		  "/0",
		  { KEEP(2), PUT(0, "x"), KEEP(2) },
		  3 },
		{ "takes half a pair",
		  DW_EUNPROCESSABLE,
		  "/1",
		  { KEEP(1), TAKE(1), KEEP(2) },
		  3 },
		{ "cuts a pair and keeps both halves",
		  DW_EUNPROCESSABLE,
		  "/0",
		  { KEEP(2), KEEP(2) },
		  2 },
		{ "keeps nothing", DW_EUNPROCESSABLE, "/1", { KEEP(4), KEEP(0) }, 2 },
		{ "takes and puts nothing",
		  DW_EUNPROCESSABLE,
		  "/0",
		  { TAKE(0), KEEP(4) },
		  2 },
		{ "puts nothing", DW_EUNPROCESSABLE, "/0", { PUT(0, ""), KEEP(4) }, 2 },
		{ "puts a CR", DW_EUNPROCESSABLE, "/0", { PUT(0, "\r\n"), KEEP(4) }, 2 },
		{ "puts a NUL", DW_EUNPROCESSABLE, "/0", { PUT(0, "\0"), KEEP(4) }, 2 },
		{ "puts half a pair",
		  DW_EUNPROCESSABLE,
		  "/1",
		  { KEEP(4), PUT(0, "\xed\xa0\xbd") },
		  2 },
		{ "puts half a letter",
		  DW_EUNPROCESSABLE,
		  "/1",
		  { KEEP(4), PUT(0, "\xd8") },
		  2 },
		{ "more than any draft has",
		  DW_ETOOBIG,
		  "/1",
		  { KEEP(4), TAKE(UINT32_MAX) },
		  2 },
	};
	struct dw_draft d;

	start(&d, "a" GRIN "b");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dw_fault f = { "", "" };
		struct dw_change_part part[4];
		struct dw_change c = { part, cases[i].n };

		memcpy(part, cases[i].part, sizeof(part));
		if (dw_draft_apply(&d, &c, 2, &f) != cases[i].code ||
		    strcmp(f.pointer, cases[i].pointer) != 0)
			fail_msg("%s: %s %s", cases[i].why, f.pointer, f.detail);
		assert_true(f.detail[0] != '\0');
		assert_text(&d, "a" GRIN "b");
		RUNS(&d, { 1, 4 });
	}
	dw_draft_fini(&d);
}

static void no_draft_is_longer_than_it_may_be(void **state)
{
	char *text = malloc(DW_TEXT_UNITS_MAX + 2);
	struct dw_change_part *part = calloc(DW_CHANGE_PARTS_MAX + 1, sizeof(*part));
	struct dw_change c = { part, DW_CHANGE_PARTS_MAX + 1 };
	struct dw_fault f;
	struct dw_draft d;

	memset(text, 'a', DW_TEXT_UNITS_MAX + 1);
	text[DW_TEXT_UNITS_MAX + 1] = '\0';
	dw_draft_init(&d);
	assert_int_equal(dw_draft_start(&d, dw_str_of(text), 1, &f), DW_ETOOBIG);
	assert_int_equal(d.units, 0);
	text[DW_TEXT_UNITS_MAX] = '\0';
	assert_int_equal(dw_draft_start(&d, dw_str_of(text), 1, &f), 0);
	assert_int_equal(APPLY(&d, 2, &f, PUT(0, "b"), KEEP(DW_TEXT_UNITS_MAX)),
			 DW_ETOOBIG);
	assert_int_equal(APPLY(&d, 2, &f, KEEP(DW_TEXT_UNITS_MAX), PUT(0, "b")),
			 DW_ETOOBIG);
	/* on the way it may be longer */
	assert_int_equal(
		APPLY(&d, 2, &f, KEEP(DW_TEXT_UNITS_MAX - 3), PUT(0, "bcd"), TAKE(3)), 0);
	RUNS(&d, { 1, DW_TEXT_UNITS_MAX - 3 }, { 2, 3 });
	for (size_t i = 0; i < c.n; i++)
		part[i] = (struct dw_change_part){ true, 1, { NULL, 0 } };
	assert_int_equal(dw_draft_apply(&d, &c, 2, &f), DW_ETOOBIG);
	dw_draft_fini(&d);
	free(part);
	free(text);
}

/* ---- positions ---- */

static void positions_move_as_the_library_moves_them(void **state)
{
	struct dw_change_part part[] = { KEEP(2),      PUT(0, "xyz"), KEEP(2),
					 PUT(3, "ab"), TAKE(1),	      KEEP(2) };
	struct dw_change c = { part, 6 };
	static const uint64_t before[] = { 0, 1, 2, 6, 7, 7, 7, 9, 9, 10, 11 };
	static const uint64_t behind[] = { 0, 1, 5, 6, 7, 9, 9, 9, 9, 10, 11 };

	assert_int_equal(dw_change_before(&c), 10);
	assert_int_equal(dw_change_behind(&c), 11);
	for (uint64_t i = 0; i <= 10; i++) {
		assert_int_equal(dw_change_map(&c, i, DW_SIDE_BEFORE), before[i]);
		assert_int_equal(dw_change_map(&c, i, DW_SIDE_BEHIND), behind[i]);
	}
}

static void ranges_shrink_and_go(void **state)
{
	struct dw_change_part part[] = { KEEP(2), PUT(3, "ab"), KEEP(5) };
	struct dw_change c = { part, 3 };
	uint64_t from = 0, to = 2;

	assert_true(dw_change_map_range(&c, &from, &to)); /* up to the edit */
	assert_int_equal(from, 0);
	assert_int_equal(to, 2);
	from = 3, to = 7; /* half of it is gone */
	assert_true(dw_change_map_range(&c, &from, &to));
	assert_int_equal(from, 4);
	assert_int_equal(to, 6);
	from = 2, to = 5; /* replaced: the new text has its place */
	assert_true(dw_change_map_range(&c, &from, &to));
	assert_int_equal(from, 2);
	assert_int_equal(to, 4);
	from = 3, to = 5; /* not all of what was replaced was in it */
	assert_false(dw_change_map_range(&c, &from, &to));
	assert_int_equal(from, to);
	assert_int_equal(to, 4);
	part[1].text = dw_str_of("");
	from = 2, to = 5; /* all of it is gone */
	assert_false(dw_change_map_range(&c, &from, &to));
	assert_int_equal(from, to);
	assert_int_equal(to, 2);
	from = to = 6; /* there was nothing */
	assert_false(dw_change_map_range(&c, &from, &to));
	assert_int_equal(to, 3);
}

static void a_slice_is_whole_letters(void **state)
{
	struct dw_draft d;
	struct dw_str s;

	start(&d, "a" GRIN "سلام");
	assert_true(dw_draft_slice(&d, 1, 4, &s));
	assert_true(dw_str_eq(s, DW_STR(GRIN "س")));
	assert_true(dw_draft_slice(&d, 7, 7, &s));
	assert_int_equal(s.n, 0);
	assert_false(dw_draft_slice(&d, 2, 4, &s));
	assert_false(dw_draft_slice(&d, 0, 2, &s));
	assert_false(dw_draft_slice(&d, 3, 8, &s));
	assert_false(dw_draft_slice(&d, 4, 3, &s));
	assert_false(dw_draft_slice(&d, UINT64_MAX, UINT64_MAX, &s));
	dw_draft_fini(&d);
}

static void a_copy_is_on_its_own(void **state)
{
	struct dw_draft a, b;
	struct dw_fault f;

	start(&a, "ab");
	dw_draft_init(&b);
	dw_draft_copy(&b, &a);
	assert_int_equal(APPLY(&b, 2, &f, KEEP(1), PUT(0, "x"), KEEP(1)), 0);
	assert_text(&a, "ab");
	RUNS(&a, { 1, 2 });
	assert_text(&b, "axb");
	dw_draft_copy(&b, &a);
	assert_text(&b, "ab");
	dw_draft_fini(&a);
	RUNS(&b, { 1, 2 });
	dw_draft_fini(&b);
}

/* From the page of its inventors. */
static void the_hash_is_fnv_1a(void **state)
{
	struct dw_draft d;

	dw_draft_init(&d);
	assert_int_equal(dw_draft_hash(&d), 0x811c9dc5u);
	dw_draft_fini(&d);
	start(&d, "a");
	assert_int_equal(dw_draft_hash(&d), 0xe40c292cu);
	dw_draft_fini(&d);
	start(&d, "foobar");
	assert_int_equal(dw_draft_hash(&d), 0xbf9cf968u);
	dw_draft_fini(&d);
}

/* ---- any change ---- */

/* Right ones, wrong ones: runs always add up to the text, and positions stay in order. */
static void whatever_comes_it_holds_together(void **state)
{
	static const char *const texts[] = { "",   "a",	 "\n",	   GRIN,   "سلام",
					     ZWNJ, "\r", "a\nb\n", "\xd8", "مرحبا بكم" };
	struct seeded s = { 27 };
	struct dw_draft d;
	unsigned applied = 0;

	start(&d, "");
	for (int round = 0; round < 200000; round++) {
		struct dw_change_part part[5];
		struct dw_change c = { part, seeded_below(&s, 5) };
		uint64_t left = d.units, was = d.units, sum = 0, last = 0;
		struct dw_fault f;

		for (size_t i = 0; i < c.n; i++) {
			uint32_t n = (uint32_t)seeded_below(&s, left + 2);

			if (i + 1 == c.n)
				n = (uint32_t)left;
			part[i].is_kept = seeded_below(&s, 3) > 0;
			part[i].n = n;
			part[i].text = part[i].is_kept
					       ? dw_str_of("")
					       : dw_str_of(texts[seeded_below(&s, 10)]);
			left -= n < left ? n : left;
		}
		if (dw_draft_apply(&d, &c, 1 + seeded_below(&s, 3), &f) == 0) {
			applied++;
			assert_int_equal(dw_change_before(&c), was);
			assert_int_equal(dw_change_behind(&c), d.units);
			for (uint64_t p = 0; p <= was; p++) {
				uint64_t q = dw_change_map(&c, p, DW_SIDE_BEFORE);

				assert_true(q >= last && q <= d.units);
				assert_true(q <= dw_change_map(&c, p, DW_SIDE_BEHIND));
				last = q;
			}
		}
		for (size_t i = 0; i < d.n_runs; i++) {
			assert_true(d.run[i].units > 0);
			assert_true(i == 0 || d.run[i].author != d.run[i - 1].author);
			sum += d.run[i].units;
		}
		assert_int_equal(sum, d.units);
		assert_int_equal(dw_utf16_count(dw_buf_str(&d.text)), d.units);
		assert_true(dw_utf8_valid(dw_buf_str(&d.text)));
	}
	assert_true(applied > 20000);
	dw_draft_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_library),
		cmocka_unit_test(units_are_those_of_browsers),
		cmocka_unit_test(lines_end_with_lf),
		cmocka_unit_test(what_is_refused_changes_nothing),
		cmocka_unit_test(no_draft_is_longer_than_it_may_be),
		cmocka_unit_test(positions_move_as_the_library_moves_them),
		cmocka_unit_test(ranges_shrink_and_go),
		cmocka_unit_test(a_slice_is_whole_letters),
		cmocka_unit_test(a_copy_is_on_its_own),
		cmocka_unit_test(the_hash_is_fnv_1a),
		cmocka_unit_test(whatever_comes_it_holds_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
