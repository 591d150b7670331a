/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_tokens.c - arbitrary bytes as a text. Tokens are short, valid UTF-8 and free of what SQL or
 * an index could take for something else; their spans lie inside the text, on the borders of
 * characters, and rise.
 */
#include "text/language.h"
#include "text/token.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct dw_str text;
	size_t from; /* of the last position */
	size_t n;
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_tokens: %s\n", what);
	abort();
}

static bool is_border(struct dw_str text, size_t at)
{
	return at == text.n || ((unsigned char)text.p[at] & 0xc0) != 0x80;
}

static int on_token(void *ctx, const struct dw_token *t)
{
	struct seen *s = ctx;
	bool is_alias = (t->flags & DW_TOKEN_IS_ALIAS) != 0;

	check(t->from < t->to && t->to <= s->text.n, "span outside");
	check(t->text.n > 0 && t->text.n <= DW_TOKEN_MAX, "size");
	check(dw_utf8_valid(t->text), "not UTF-8");
	for (size_t i = is_alias ? 1 : 0; i < t->text.n; i++)
		check((unsigned char)t->text.p[i] > ' ' && t->text.p[i] != '"',
		      "a sign inside");
	check(!is_alias || t->text.p[0] == DW_TOKEN_ALIAS_MARK, "mark of an alias");
	check(is_alias || (t->flags & DW_TOKEN_IS_SAME) == 0, "same as what?");
	if ((t->flags & DW_TOKEN_COLOCATED) == 0) {
		check(s->n == 0 || t->from >= s->from, "order");
		s->from = t->from;
	} else {
		check(s->n > 0, "nothing to stand beside");
	}
	if (dw_utf8_valid(s->text))
		check(is_border(s->text, t->from) && is_border(s->text, t->to), "cut");
	s->n++;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dw_str text = dw_str_make((const char *)data, size), lang;

	for (int mode = 0; mode < 2; mode++) {
		struct seen s = { text, 0, 0 };

		check(dw_tokenize(text, (enum dw_token_mode)mode, on_token, &s) == 0,
		      "code");
	}
	lang = dw_language_guess(text);
	check(lang.p == NULL || lang.n == 2, "language");
	return 0;
}
