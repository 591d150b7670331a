/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * nameset.c - names with their spellings, and where they stand in a text.
 */
#include "text/nameset.h"

#include "text/token.h"

/* ---- lines ---- */

/* The next spelling of a line: false behind the last one. Two `=` have an empty one between them. */
static bool next_spelling(struct dw_str *rest, struct dw_str *out)
{
	const char *at;
	size_t n;

	if (rest->p == NULL)
		return false;
	at = memchr(rest->p, '=', rest->n);
	n = at != NULL ? (size_t)(at - rest->p) : rest->n;
	*out = dw_str_trim(dw_str_make(rest->p, n));
	*rest = at != NULL ? dw_str_make(at + 1, rest->n - n - 1)
			   : (struct dw_str){ NULL, 0 };
	return true;
}

static int on_counted(void *data, const struct dw_token *t)
{
	size_t *n = data;

	*n += (t->flags & DW_TOKEN_IS_ALIAS) == 0;
	return 0;
}

static size_t count_words(struct dw_str spelling)
{
	size_t n = 0;

	(void)dw_tokenize(spelling, DW_TOKENS_OF_QUERY, on_counted, &n);
	return n;
}

static bool is_line(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n <= 4 * DW_NAME_CHARS_MAX && dw_utf8_count(s) <= DW_NAME_CHARS_MAX;
}

const char *dw_name_refused(struct dw_str line)
{
	struct dw_str rest = line, spelling;
	size_t n = 0;

	if (!is_line(line))
		return "a name is one line of at most 300 characters";
	while (next_spelling(&rest, &spelling)) {
		size_t words = count_words(spelling);

		if (words == 0)
			return "between two = and at both ends stands a spelling of the "
			       "name, with letters or digits";
		if (words > DW_NAME_WORDS_MAX)
			return "a spelling of a name has at most 16 words";
		if (++n > DW_NAME_SPELLINGS_MAX)
			return "a name has at most 8 spellings";
	}
	return NULL;
}
