/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * template_fit.c - whether a text is a template and nothing else.
 *
 *   literal {slot} literal {slot} literal
 *
 * What stands in a slot may contain what comes behind it, so there is not one way to read a text.
 * All are followed at once: `here` has the places at which what is left of the template may begin, and each
 * slot and literal moves that set on. The set is as long as the text: no text makes this slow.
 */
#include "domain/template.h"

#include <stdlib.h>

struct fitting {
	struct dw_str text;
	bool *here, *next; /* text.n + 1 each */
};

static bool any(const struct fitting *f)
{
	for (size_t i = 0; i <= f->text.n; i++)
		if (f->here[i])
			return true;
	return false;
}

static void swap(struct fitting *f)
{
	bool *was = f->here;

	f->here = f->next;
	f->next = was;
	memset(f->next, 0, (f->text.n + 1) * sizeof(*f->next));
}

static void pass_literal(struct fitting *f, struct dw_str literal)
{
	for (size_t i = 0; i + literal.n <= f->text.n; i++)
		if (f->here[i] &&
		    (literal.n == 0 || memcmp(f->text.p + i, literal.p, literal.n) == 0))
			f->next[i + literal.n] = true;
	swap(f);
}

static bool is_rest(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* From the last place before it that a slot may begin at, each character of a line may be in it. */
static void pass_slot(struct fitting *f)
{
	size_t left = 0; /* characters that may still follow */

	for (size_t i = 0; i < f->text.n;) {
		size_t n = 1;

		while (i + n < f->text.n && is_rest(f->text.p[i + n]))
			n++;
		if (f->here[i])
			left = DW_SLOT_TEXT_MAX;
		if (f->text.p[i] == '\n')
			left = 0;
		if (left > 0) {
			f->next[i + n] = true;
			left--;
		}
		i += n;
	}
	swap(f);
}

bool dw_template_fits(struct dw_str text, const struct dw_filled *filled)
{
	struct fitting f = { .text = text };
	struct dw_str all = filled->text;
	size_t at = 0;
	bool is_fit;

	f.here = calloc(text.n + 1, sizeof(*f.here));
	f.next = calloc(text.n + 1, sizeof(*f.next));
	DW_INVARIANT(f.here != NULL && f.next != NULL);
	f.here[0] = true;
	for (size_t i = 0; i < filled->n_left && any(&f); i++) {
		size_t from = filled->left[i];

		pass_literal(&f, dw_str_make(all.p + at, from - at));
		pass_slot(&f);
		at = from + dw_template_slot(all, from).n;
	}
	pass_literal(&f, dw_str_make(all.p + at, all.n - at));
	is_fit = f.here[text.n];
	free(f.here);
	free(f.next);
	return is_fit;
}
