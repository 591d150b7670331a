/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_checks.c - arbitrary text as a statement: one byte for language, channel and length, then
 * the text. Findings lie inside, in their order; a text that is copied is its own copy.
 */
#include "text/checks.h"
#include "text/length.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_checks: %s\n", what);
	abort();
}

static void check_findings(const struct dw_findings *f, struct dw_str text)
{
	check(f->n <= DW_FINDINGS_MAX, "too many");
	for (size_t i = 0; i < f->n; i++) {
		const struct dw_finding *a = &f->at[i];

		check(a->check < DW_CHECK_COUNT && a->from <= a->to, "a finding");
		check(a->to <= dw_utf16_count(text), "outside");
		check(i == 0 || a[-1].check < a->check ||
			      (a[-1].check == a->check && a[-1].from <= a->from),
		      "order");
		check(a->check != DW_CHECK_COPY || a->value == 100, "its own copy");
	}
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_of_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '@';
}

/* In "a.co0m" there is no link, in its first four bytes there is one. */
static bool cuts_name(struct dw_str text, size_t i)
{
	return i > 0 && i < text.n && is_letter(text.p[i - 1]) && is_of_name(text.p[i]);
}

static void check_length(struct dw_str text, size_t most)
{
	size_t over, n = dw_post_length(text, most, &over);

	check(n == dw_post_length(text, 0, NULL), "two lengths");
	check((n > most) == (over < text.n), "where it is too long");
	check(over == text.n || cuts_name(text, over) ||
		      dw_post_length(dw_str_make(text.p, over), most, NULL) <= most,
	      "longer in part");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const langs[] = { "ar", "fa", "en", "fr" };
	static struct dw_checker *checker;
	struct dw_str text = dw_str_make((const char *)data + 1, size - 1);
	struct dw_check_text t = { .text = text };
	struct dw_shingles own;
	struct dw_findings f;

	if (size == 0 || !dw_utf8_valid(text))
		return 0;
	if (checker == NULL)
		checker = dw_checker_create();
	t.lang = dw_str_of(langs[data[0] & 3]);
	t.is_post = (data[0] & 4) != 0;
	t.is_inside = (data[0] & 8) != 0;
	t.length_max = data[0] >> 4;
	dw_shingles_init(&own, text);
	t.earlier = &own;
	t.n_earlier = 1;
	dw_check_run(checker, &t, &f);
	check_findings(&f, text);
	check_length(text, t.length_max * 10);
	dw_shingles_fini(&own);
	return 0;
}
