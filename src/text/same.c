/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * same.c - two texts without regard to white space and to the spelling of the same characters.
 *
 * What somebody approved stays approved when a line was broken elsewhere, and when another keyboard
 * composed an alef with its hamza. So both texts are brought to NFC and compared, a run of white space
 * against a run of white space. NFC and not NFKC: a superscript is a change.
 *
 * Sorting long heaps of marks takes time with their square, and no language has them: texts with such
 * heaps are the same only byte by byte.
 */
#include "text/same.h"

#include "fold_int.h"

#include <stdlib.h>
#include <utf8proc.h>

#define MARKS_MAX 30 /* behind one letter: as in the Stream-Safe Text Format of UAX 15 */

static bool is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool has_heap(struct dw_str s)
{
	size_t marks = 0, used;

	for (size_t i = 0; i < s.n; i += used) {
		uint32_t c = fold_decode(s.p + i, s.n - i, &used);

		marks = utf8proc_get_property((utf8proc_int32_t)c)->combining_class > 0
				? marks + 1
				: 0;
		if (marks > MARKS_MAX)
			return true;
	}
	return false;
}

/* Steps over white space. */
static size_t skip(struct dw_str s, size_t i)
{
	size_t used;

	for (; i < s.n && is_space(fold_decode(s.p + i, s.n - i, &used)); i += used)
		;
	return i;
}

static bool match(struct dw_str a, struct dw_str b)
{
	size_t i = skip(a, 0), k = skip(b, 0), used, other;

	while (i < a.n && k < b.n) {
		size_t next = skip(a, i), there = skip(b, k);

		if ((next > i) != (there > k))
			return next == a.n && there == b.n;
		if (next > i) {
			i = next;
			k = there;
			continue;
		}
		if (fold_decode(a.p + i, a.n - i, &used) !=
		    fold_decode(b.p + k, b.n - k, &other))
			return false;
		i += used;
		k += other;
	}
	return skip(a, i) == a.n && skip(b, k) == b.n;
}

/* Of what it comes to when it is taken apart: the same for all spellings, and a sum over the text. */
static uint32_t count_parts(uint32_t c)
{
	utf8proc_int32_t parts[16];
	utf8proc_ssize_t n =
		utf8proc_decompose_char((utf8proc_int32_t)c, parts,
					sizeof(parts) / sizeof(parts[0]),
					UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, NULL);

	return n > 0 ? (uint32_t)n : 1;
}

void dw_text_places(struct dw_str s, uint32_t *place, size_t n)
{
	uint32_t at = 0;
	size_t unit = 0, used;

	for (size_t i = 0; i < s.n && unit < n; i += used) {
		uint32_t c = fold_decode(s.p + i, s.n - i, &used);

		place[unit++] = at;
		if (c >= 0x10000 && unit < n)
			place[unit++] = at;
		at += is_space(c) ? 0 : count_parts(c);
	}
	while (unit <= n)
		place[unit++] = at;
}

static bool compose(struct dw_str s, struct dw_str *out, utf8proc_uint8_t **owned)
{
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)(s.n > 0 ? s.p : ""),
					  (utf8proc_ssize_t)s.n, owned,
					  UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (n < 0)
		return false;
	*out = dw_str_make((const char *)*owned, (size_t)n);
	return true;
}

bool dw_text_is_same_but_space(struct dw_str a, struct dw_str b)
{
	utf8proc_uint8_t *x = NULL, *y = NULL;
	struct dw_str one = { NULL, 0 }, other = { NULL, 0 };
	bool is_same;

	if (dw_str_eq(a, b))
		return true;
	if (!dw_utf8_valid(a) || !dw_utf8_valid(b) || has_heap(a) || has_heap(b))
		return false;
	is_same = compose(a, &one, &x) && compose(b, &other, &y) && match(one, other);
	free(x);
	free(y);
	return is_same;
}
