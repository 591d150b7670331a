/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_delta.c - two texts and a list of names, one behind the other with 0 between: names a line,
 * the old text, the new one. What is told lies inside, in its order; a text has nothing that
 * itself has not; and looked at the other way round, what was gone is new.
 */
#include "text/delta.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_delta: %s\n", what);
	abort();
}

static void check_told(const struct dw_deltas *d, const struct dw_nameset *names,
		       struct dw_str old, struct dw_str new)
{
	check(d->n <= DW_DELTA_KINDS * DW_DELTAS_MAX, "too many");
	for (size_t i = 0; i < d->n; i++) {
		const struct dw_delta *x = &d->at[i];

		check(x->kind < DW_DELTA_KINDS && x->from < x->to, "a delta");
		check(x->to <= dw_utf16_count(x->is_gone ? old : new), "outside");
		check(x->kind != DW_DELTA_NAME ||
			      dw_nameset_name(names, x->name).p != NULL,
		      "whose name");
		if (i == 0 || x[-1].kind < x->kind)
			continue;
		check(x[-1].kind == x->kind && x[-1].is_gone >= x->is_gone, "order");
		check(x[-1].is_gone != x->is_gone || x->kind == DW_DELTA_NEGATION ||
			      x[-1].to <= x->from,
		      "overlap");
	}
}

static size_t count_gone(const struct dw_deltas *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->at[i].is_gone;
	return n;
}

static void check_both_ways(const struct dw_checker *c, const struct dw_nameset *names,
			    struct dw_str a, struct dw_str b, struct dw_str lang,
			    const struct dw_str *given, size_t n_given)
{
	static struct dw_deltas there, back;
	struct dw_told *x, *y;

	dw_text_delta(c, names, a, b, lang, &there);
	check_told(&there, names, a, b);
	dw_text_delta(c, names, b, a, lang, &back);
	check(there.is_more || back.is_more ||
		      (there.n == back.n &&
		       count_gone(&there) == back.n - count_gone(&back)),
	      "there and back");
	dw_text_delta(c, names, a, a, lang, &back);
	check(back.n == 0, "of itself");
	x = dw_told_create(names, a);
	y = dw_told_create(names, b);
	dw_told_delta(x, y, &back);
	check_told(&back, names, a, b);
	dw_told_give(x, given, n_given);
	dw_told_give(y, given, n_given);
	dw_told_delta(x, y, &back);
	check_told(&back, names, a, b);
	dw_told_destroy(x);
	dw_told_destroy(y);
}

/* Up to the next 0, or all. */
static struct dw_str take(struct dw_str *rest)
{
	struct dw_str part = DW_STR("");

	(void)dw_str_split(rest, '\0', &part);
	return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const langs[] = { "ar", "fa", "en", "fr" };
	static struct dw_checker *checker;
	struct dw_str rest = dw_str_make((const char *)data + 1, size - 1), list, old,
		      new;
	struct dw_str lines[LINES_MAX];
	struct dw_nameset *names;
	size_t n = 0;

	if (size == 0 || !dw_utf8_valid(rest))
		return 0;
	if (checker == NULL)
		checker = dw_checker_create();
	list = take(&rest);
	old = take(&rest);
	new = take(&rest);
	while (n < LINES_MAX && dw_str_split(&list, '\n', &lines[n])) {
		(void)dw_name_refused(lines[n]);
		n++;
	}
	names = dw_nameset_create(lines, n);
	check_both_ways(checker, names, old, new, dw_str_of(langs[data[0] & 3]), lines,
			n < DW_TOLD_GIVEN ? n : DW_TOLD_GIVEN);
	dw_nameset_destroy(names);
	return 0;
}
