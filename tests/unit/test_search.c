/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_search.c - folding, tokens, queries and marks, against cases that say what a reader
 * expects. The table is tests/unit/folding.tsv (our own), and one more when DIWAN_FOLDING_CASES
 * or ../shared/data/folding-cases.tsv names it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/search.h"
#include "text/token.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the table ---- */

/* \uXXXX and \UXXXXXXXX in place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s != '\0') {
		if (s[0] == '\\' && (s[1] == 'u' || s[1] == 'U')) {
			size_t digits = s[1] == 'u' ? 4 : 8;
			char hex[9] = { 0 };
			unsigned long c;

			memcpy(hex, s + 2, digits);
			c = strtoul(hex, NULL, 16);
			s += 2 + digits;
			if (c < 0x800) {
				*out++ = (char)(0xc0 | c >> 6);
			} else if (c < 0x10000) {
				*out++ = (char)(0xe0 | c >> 12);
				*out++ = (char)(0x80 | (c >> 6 & 0x3f));
			} else {
				*out++ = (char)(0xf0 | c >> 18);
				*out++ = (char)(0x80 | (c >> 12 & 0x3f));
				*out++ = (char)(0x80 | (c >> 6 & 0x3f));
			}
			*out++ = (char)(0x80 | (c & 0x3f));
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

static int add_surface(void *data, const struct dw_token *t)
{
	struct dw_buf *b = data;

	if ((t->flags & DW_TOKEN_IS_ALIAS) != 0)
		return 0;
	assert_int_equal(dw_buf_add(b, t->text.p, t->text.n), 0);
	assert_int_equal(dw_buf_addc(b, '|'), 0);
	return 0;
}

static bool folds_same(const char *a, const char *b)
{
	struct dw_buf x, y;
	bool same;

	dw_buf_init(&x, 65536);
	dw_buf_init(&y, 65536);
	dw_tokenize(dw_str_of(a), DW_TOKENS_OF_QUERY, add_surface, &x);
	dw_tokenize(dw_str_of(b), DW_TOKENS_OF_QUERY, add_surface, &y);
	same = dw_str_eq(dw_buf_str(&x), dw_buf_str(&y));
	dw_buf_fini(&x);
	dw_buf_fini(&y);
	return same;
}

static bool finds(const char *query, const char *text, enum dw_search_mode mode)
{
	struct dw_search *s;
	bool found;

	if (dw_search_create(&s, dw_str_of(query), mode, NULL) < 0)
		return false;
	found = dw_search_matches(s, dw_str_of(text));
	dw_search_destroy(s);
	return found;
}

/* Copies text with [[ ]] around the marks, walking it in UTF-16 units. */
static void mark_up(const char *query, const char *text, struct dw_buf *out)
{
	struct dw_search *s;
	struct dw_mark m[16];
	size_t n, k = 0;
	uint32_t unit = 0;

	assert_int_equal(dw_search_create(&s, dw_str_of(query), DW_SEARCH_DEFAULT, NULL),
			 0);
	(void)dw_search_find(s, dw_str_of(text), m, 16, &n);
	for (const unsigned char *p = (const unsigned char *)text;; p++) {
		if ((*p & 0xc0) != 0x80) {
			if (k < n && unit == m[k].to) {
				assert_int_equal(dw_buf_addz(out, "]]"), 0);
				k++;
			}
			if (k < n && unit == m[k].from)
				assert_int_equal(dw_buf_addz(out, "[["), 0);
			unit += *p >= 0xf0 ? 2 : 1;
		}
		if (*p == '\0')
			break;
		assert_int_equal(dw_buf_addc(out, (char)*p), 0);
	}
	dw_search_destroy(s);
}

static bool holds(const char *kind, const char *a, const char *b, const char *expect)
{
	struct dw_buf out;
	bool ok;

	if (strcmp(kind, "same") == 0)
		return folds_same(a, b);
	if (strcmp(kind, "diff") == 0)
		return !folds_same(a, b);
	if (strcmp(kind, "find") == 0)
		return finds(a, b, DW_SEARCH_DEFAULT);
	if (strcmp(kind, "miss") == 0)
		return !finds(a, b, DW_SEARCH_DEFAULT);
	if (strcmp(kind, "xfind") == 0)
		return finds(a, b, DW_SEARCH_EXACT);
	if (strcmp(kind, "xmiss") == 0)
		return !finds(a, b, DW_SEARCH_EXACT);
	assert_string_equal(kind, "mark");
	dw_buf_init(&out, 65536);
	mark_up(a, b, &out);
	ok = finds(a, b, DW_SEARCH_DEFAULT) && strcmp(out.p, expect) == 0;
	dw_buf_fini(&out);
	return ok;
}

static unsigned run_table(const char *path, unsigned *failed)
{
	char line[4096], *cell[6];
	unsigned n = 0;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		char *rest = line;

		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '#' || strncmp(line, "kind\t", 5) == 0 || line[0] == '\0')
			continue;
		for (int i = 0; i < 6; i++)
			cell[i] =
				rest != NULL ? strsep(&rest, "\t") : line + strlen(line);
		for (int i = 2; i < 5; i++)
			unescape(cell[i]);
		n++;
		if (!holds(cell[0], cell[2], cell[3], cell[4])) {
			print_error("%s: %s: '%s' '%s' (%s)\n", path, cell[0], cell[2],
				    cell[3], cell[5]);
			(*failed)++;
		}
	}
	fclose(f);
	return n;
}

static void test_own_cases(void **state)
{
	unsigned failed = 0;

	assert_true(run_table("tests/unit/folding.tsv", &failed) >= 30);
	assert_int_equal(failed, 0);
}

static void test_shared_cases(void **state)
{
	const char *path = getenv("DIWAN_FOLDING_CASES");
	unsigned failed = 0;

	if (run_table(path != NULL ? path : "../shared/data/folding-cases.tsv",
		      &failed) == 0)
		skip();
	assert_int_equal(failed, 0);
}

/* ---- properties ---- */

static uint64_t seed = 20261123;

static uint32_t random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

struct checked {
	size_t len, last_from;
	unsigned n;
};

static int check_token(void *data, const struct dw_token *t)
{
	struct checked *c = data;

	assert_true(t->from < t->to && t->to <= c->len);
	assert_in_range(t->text.n, 1, DW_TOKEN_MAX);
	assert_true(dw_utf8_valid(t->text));
	if ((t->flags & DW_TOKEN_COLOCATED) == 0) {
		assert_true(t->from >= c->last_from);
		c->last_from = t->from;
	} else {
		assert_true(c->n > 0);
	}
	c->n++;
	return 0;
}

/* Any bytes: spans lie inside, rise, and tokens are valid UTF-8. */
static void test_any_bytes(void **state)
{
	static const char *const parts[] = {
		"می",  "\xe2\x80\x8c", "خواهم", " ", "#",  "_", "@",
		"Abc", "ههههه",	       "\xff",	"😡", "🇮🇷", "ﷺ", "1",
		"ُ",    "كتاب",	       "\xd8",	"،", "ها"
	};
	char text[512];

	for (int round = 0; round < 20000; round++) {
		struct checked c = { 0, 0, 0 };

		for (uint32_t k = random_below(20); k > 0; k--) {
			const char *p =
				parts[random_below(sizeof(parts) / sizeof(parts[0]))];

			memcpy(text + c.len, p, strlen(p));
			c.len += strlen(p);
		}
		for (int mode = 0; mode < 2; mode++) {
			c.last_from = c.n = 0;
			dw_tokenize(dw_str_make(text, c.len), (enum dw_token_mode)mode,
				    check_token, &c);
		}
	}
}

static void test_long_word_is_cut(void **state)
{
	char text[3000];
	struct checked c = { sizeof(text), 0, 0 };

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "abcdefg"[i % 7];
	dw_tokenize(dw_str_make(text, sizeof(text)), DW_TOKENS_OF_TEXT, check_token, &c);
	assert_int_equal(c.n, 1);
}

/* A megabyte of one thing: each byte is looked at a few times, never each against each, or this
 * would take hours. */
static void test_hostile_texts(void **state)
{
	static const char *const pieces[] = {
		"ـ",
		"\xcc\x81",
		"ُ",
		"a",
		"ا",
		"aB",
		"😡",
		"🇮🇷",
		"#aB",
		"@a",
		"#",
		"@",
		"_",
		"#_",
		"a_",
		"a\xe2\x80\x8c",
		"ا\xe2\x80\x8c",
		"\xe2\x80\x8c",
		"ﷺ",
		"می ",
		"ها ",
		"ا ",
		" ",
		"\xff",
		"\xf0\x9f",
		"a\0",
		"é",
		"#ا\xe2\x80\x8c",
	};
	const size_t size = 1 << 20;
	char *text = malloc(size + 32);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = strcmp(pieces[i], "a") == 0 && i > 20 ? 2 : strlen(pieces[i]);
		struct checked c = { 1, 0, 0 };

		/* A tag in front, so that all of it may be one. */
		text[0] = '#';
		while (c.len + n <= size) {
			memcpy(text + c.len, pieces[i], n);
			c.len += n;
		}
		for (int mode = 0; mode < 2; mode++) {
			c.last_from = c.n = 0;
			dw_tokenize(dw_str_make(text, c.len), (enum dw_token_mode)mode,
				    check_token, &c);
			assert_true(c.n <= 4 * c.len);
		}
	}
	free(text);
}

static int stop_at_second(void *data, const struct dw_token *t)
{
	int *n = data;

	return ++*n == 2 ? 7 : 0;
}

static void test_stops_when_told(void **state)
{
	int n = 0;

	assert_int_equal(
		dw_tokenize(DW_STR("a b c d"), DW_TOKENS_OF_TEXT, stop_at_second, &n), 7);
	assert_int_equal(n, 2);
}

static void test_query_without_words(void **state)
{
	struct dw_search *s;
	struct dw_err err = { 0 };

	assert_int_equal(dw_search_create(&s, DW_STR(" !? \"* "), DW_SEARCH_DEFAULT,
					  &err),
			 DW_EINVAL);
	assert_int_equal(dw_search_create(&s, DW_STR(""), DW_SEARCH_DEFAULT, &err),
			 DW_EINVAL);
}

static void test_query_is_never_syntax(void **state)
{
	struct dw_search *s;
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_search_create(&s, DW_STR("cat\" OR NEAR(dog) -x* كتابها"),
					  DW_SEARCH_DEFAULT, NULL),
			 0);
	assert_int_equal(dw_search_fts(s, &b), 0);
	assert_string_equal(b.p,
			    "(\"cat\") AND (\"or\") AND (\"near\") AND (\"dog\") AND "
			    "(\"x\") AND (\"كتابها\" OR \"\001كتاب\" OR \"كتاب\")");
	dw_search_destroy(s);
	dw_buf_fini(&b);
}

/* A word that is joined to the next stands over all its parts, not over the last one only. */
static void test_marks_of_parts_and_whole(void **state)
{
	struct dw_str text = DW_STR("این کتاب\xe2\x80\x8cخانه ها بود");
	struct dw_search *s;
	struct dw_mark m[4];
	size_t n;

	assert_int_equal(dw_search_create(&s,
					  DW_STR("خانه بود کتاب کتاب\xe2\x80\x8cخانه ها"),
					  DW_SEARCH_EXACT, NULL),
			 0);
	assert_true(dw_search_is_all(s, dw_search_find(s, text, m, 4, &n)));
	assert_int_equal(n, 2);
	assert_int_equal(m[0].from, 4);
	assert_int_equal(m[0].to, 16);
	assert_int_equal(m[1].from, 17);
	assert_int_equal(m[1].to, 20);
	(void)dw_search_find(s, text, m, 1, &n);
	assert_int_equal(n, 1);
	assert_int_equal(m[0].from, 4);
	assert_int_equal(m[0].to, 16);
	dw_search_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_cases),
		cmocka_unit_test(test_shared_cases),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_long_word_is_cut),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_stops_when_told),
		cmocka_unit_test(test_query_without_words),
		cmocka_unit_test(test_query_is_never_syntax),
		cmocka_unit_test(test_marks_of_parts_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
