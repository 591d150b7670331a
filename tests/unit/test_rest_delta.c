/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_rest_delta.c - claims are looked for under their sentences, whatever the sentences went through. */
#include "domain/rest_delta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FEW 8

/* A version of a text, with links on words of it. */
struct written {
	struct dw_statement_version v;
	struct dw_rest rest[FEW];
};

static void write_text(struct written *w, const char *text)
{
	memset(w, 0, sizeof(*w));
	w->v.text = dw_str_of(text);
	w->v.rests.p = w->rest;
}

static void link_words(struct written *w, uint64_t id, uint64_t claim, unsigned rests,
		       const char *words)
{
	const char *at = strstr(w->v.text.p, words);
	struct dw_rest *r = &w->rest[w->v.rests.n++];

	assert_non_null(at);
	r->id = id;
	r->claim = claim;
	r->rests = rests;
	r->from = (uint32_t)dw_utf16_count(
		dw_str_make(w->v.text.p, (size_t)(at - w->v.text.p)));
	r->to = r->from + (uint32_t)dw_utf16_count(dw_str_of(words));
}

/* "-1~ +1~": claim 1 is gone and new, both moved. */
static void assert_told(const struct written *was, const struct written *is,
			const char *want)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_rest_delta *d;
	size_t n = dw_rest_deltas(&was->v, &is->v, a, &d);
	char got[256] = "";

	for (size_t i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%c%u%s",
			 i > 0 ? " " : "", d[i].is_gone ? '-' : '+', (unsigned)d[i].claim,
			 d[i].is_moved ? "~" : "");
	assert_string_equal(got, want);
	dw_arena_destroy(a);
}

#define A "The soup is safe."
#define B "The rice is fresh."
#define C "۱۲ نفر بیمارند 🙂."

static void nothing_changed(void **state)
{
	struct written was, is;

	write_text(&was, A " " C " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	link_words(&was, 11, 2, DW_RESTS_CHECKING, B);
	assert_told(&was, &was, "");
	/* Other sentences come and go around them; they are linked anew, in another order. */
	write_text(&is, C "\n" A "\n\n" B " More.");
	link_words(&is, 20, 2, DW_RESTS_CHECKING, B);
	link_words(&is, 21, 1, DW_RESTS_ASSERTS, A);
	assert_told(&was, &is, "");
	(void)state;
}

static void claims_that_changed_places(void **state)
{
	struct written was, is;

	write_text(&was, A " " C " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	link_words(&was, 11, 2, DW_RESTS_ASSERTS, C);
	write_text(&is, A " " C " " B);
	link_words(&is, 20, 2, DW_RESTS_ASSERTS, A);
	link_words(&is, 21, 1, DW_RESTS_ASSERTS, C);
	assert_told(&was, &is, "-1~ -2~ +2~ +1~");
	/* The sentences were rewritten into each other under links that stayed. */
	is.rest[0].id = 11;
	is.rest[1].id = 10;
	assert_told(&was, &is, "-1~ -2~ +2~ +1~");
	/* In the same sentence, other words. */
	write_text(&is, A " " C " " B);
	link_words(&is, 10, 1, DW_RESTS_ASSERTS, "soup");
	link_words(&is, 11, 2, DW_RESTS_ASSERTS, C);
	assert_told(&was, &is, "-1~ +1~");
	(void)state;
}

static void a_place_is_told(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_rest_delta *d;
	struct written was, is;

	write_text(&was, C " " A " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	write_text(&is, C " " A " " B);
	link_words(&is, 20, 1, DW_RESTS_ASSERTS, B);
	assert_int_equal(dw_rest_deltas(&was.v, &is.v, a, &d), 2);
	assert_true(d[0].is_gone && d[0].from == was.rest[0].from &&
		    d[0].to == was.rest[0].to);
	assert_true(!d[1].is_gone && d[1].from == is.rest[0].from &&
		    d[1].to == is.rest[0].to);
	dw_arena_destroy(a);
	(void)state;
}

static void a_rewritten_sentence_keeps_its_claims(void **state)
{
	struct written was, is;

	write_text(&was, A " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	write_text(&is, "The soup was always safe. " B);
	link_words(&is, 10, 1, DW_RESTS_ASSERTS, "The soup was always safe.");
	assert_told(&was, &is, "");
	/* Linked anew: to the same words it is the same, to others it is not. */
	write_text(&was, "The soup is safe today. " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, "The soup is safe");
	write_text(&is, "The soup is safe as ever. " B);
	link_words(&is, 20, 1, DW_RESTS_ASSERTS, "The soup is safe");
	assert_told(&was, &is, "");
	write_text(&is, "The soup is safe as ever. " B);
	link_words(&is, 20, 1, DW_RESTS_ASSERTS, "as ever");
	assert_told(&was, &is, "-1~ +1~");
	/* It moved to a sentence that is as it was, or away from one. */
	write_text(&is, "Soup is off. " B);
	link_words(&is, 10, 1, DW_RESTS_ASSERTS, B);
	assert_told(&was, &is, "-1~ +1~");
	write_text(&was, A " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	write_text(&is, A " The rice was cold.");
	link_words(&is, 10, 1, DW_RESTS_ASSERTS, "The rice was cold.");
	assert_told(&was, &is, "-1~ +1~");
	(void)state;
}

static void what_is_gone_and_what_is_new(void **state)
{
	struct written was, is;

	write_text(&was, A " " B);
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A);
	write_text(&is, A " " B);
	assert_told(&was, &is, "-1");
	assert_told(&is, &was, "+1");
	/* Another claim, another way, one more sentence. */
	link_words(&is, 20, 2, DW_RESTS_ASSERTS, A);
	assert_told(&was, &is, "-1 +2");
	is.rest[0].claim = 1;
	is.rest[0].rests = DW_RESTS_CHECKING;
	assert_told(&was, &is, "-1 +1");
	is.rest[0].rests = DW_RESTS_ASSERTS;
	link_words(&is, 21, 1, DW_RESTS_ASSERTS, B);
	assert_told(&was, &is, "+1");
	(void)state;
}

static void over_two_sentences_and_over_none(void **state)
{
	struct written was, is;

	write_text(&was, A " " B "   ");
	link_words(&was, 10, 1, DW_RESTS_ASSERTS, A " " B);
	link_words(&was, 11, 2, DW_RESTS_ASSERTS, "   ");
	assert_told(&was, &was, "");
	write_text(&is, C " " A "\n" B);
	link_words(&is, 20, 1, DW_RESTS_ASSERTS, A "\n" B);
	assert_told(&was, &is, "-2");
	write_text(&is, B " " A);
	link_words(&is, 20, 1, DW_RESTS_ASSERTS, B " " A);
	assert_told(&was, &is, "-1~ -2 +1~");
	write_text(&was, "");
	write_text(&is, "");
	assert_told(&was, &is, "");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changed),
		cmocka_unit_test(claims_that_changed_places),
		cmocka_unit_test(a_place_is_told),
		cmocka_unit_test(a_rewritten_sentence_keeps_its_claims),
		cmocka_unit_test(what_is_gone_and_what_is_new),
		cmocka_unit_test(over_two_sentences_and_over_none),
	};

	return cmocka_run_group_tests_name("rest_delta", tests, NULL, NULL);
}
