/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_ltr.c - "+98 21 1234 5678" in an Arabic or Persian line.
 *
 * There the groups of a number stand in the order of the line, so its last group is read first. What
 * is meant as one number is told by its looks: seven digits or more, with a "+" or a zero in front or in
 * three groups or more; or digits with letters behind a hyphen. Two numbers beside each other and a
 * span of years (2019-2024) are read in the order of the line and left alone. Groups that "." "," ":" or "/"
 * parts stay together by themselves.
 */
#include "newsroom_int.h"

#include <ctype.h>

#define DIGITS_MIN 7 /* fewer are as likely two numbers */

/* Bytes of the digit at i, of any of three scripts; 0: there is none. */
static size_t digit(struct dw_str t, size_t i)
{
	unsigned char second;

	if (i >= t.n)
		return 0;
	if (isdigit((unsigned char)t.p[i]))
		return 1;
	second = i + 1 < t.n ? (unsigned char)t.p[i + 1] : 0;
	return (t.p[i] == '\xd9' && second >= 0xa0 && second <= 0xa9) ||
			       (t.p[i] == '\xdb' && second >= 0xb0 && second <= 0xb9)
		       ? 2
		       : 0;
}

static bool is_zero(struct dw_str t, size_t i)
{
	size_t n = digit(t, i);

	return (n == 1 && t.p[i] == '0') ||
	       (n == 2 && (t.p[i + 1] == '\xa0' || t.p[i + 1] == '\xb0'));
}

static bool is_at(struct dw_str t, size_t i, char c)
{
	return i < t.n && t.p[i] == c;
}

static bool is_alpha(struct dw_str t, size_t i)
{
	return i < t.n && isalpha((unsigned char)t.p[i]);
}

static bool is_alnum(struct dw_str t, size_t i)
{
	return i < t.n && isalnum((unsigned char)t.p[i]);
}

/* Behind the digits at i, which are counted. */
static size_t digits_end(struct dw_str t, size_t i, size_t *n)
{
	for (size_t used; (used = digit(t, i)) > 0; i += used)
		++*n;
	return i;
}

/* Behind the group at i, in brackets or not; i: there is none. */
static size_t group_end(struct dw_str t, size_t i, size_t *n)
{
	size_t in_brackets = 0, end;

	if (!is_at(t, i, '('))
		return digits_end(t, i, n);
	end = digits_end(t, is_at(t, i + 1, '+') ? i + 2 : i + 1, &in_brackets);
	if (in_brackets == 0 || !is_at(t, end, ')'))
		return i;
	*n += in_brackets;
	return end + 1;
}

/* Behind a space, one that does not break, or a hyphen. */
static size_t gap_end(struct dw_str t, size_t i)
{
	if (is_at(t, i, ' ') || is_at(t, i, '-'))
		return i + 1;
	return is_at(t, i, '\xc2') && is_at(t, i + 1, '\xa0') ? i + 2 : i;
}

/* With "+" or a zero in front, however it is parted. */
static size_t called(struct dw_str t, size_t i)
{
	size_t n = 0, groups = 1, first = is_at(t, i, '+') ? i + 1 : i, end, next;
	bool has_plus;

	end = group_end(t, first, &n);
	first += is_at(t, first, '(');
	has_plus = is_at(t, i, '+') || is_at(t, first, '+');
	if (n == 0 || (!has_plus && !is_zero(t, first)))
		return 0;
	while ((next = group_end(t, gap_end(t, end), &n)) > gap_end(t, end)) {
		groups++;
		end = next;
	}
	return n >= DIGITS_MIN && (has_plus || groups > 1) ? end - i : 0;
}

/* Three groups or more, all parted alike. */
static size_t grouped(struct dw_str t, size_t i)
{
	size_t n = 0, groups = 1, end = digits_end(t, i, &n), gap, next;
	bool has_hyphens = is_at(t, end, '-');

	for (; n > 0; groups++, end = next) {
		gap = gap_end(t, end);
		if (gap == end || is_at(t, end, '-') != has_hyphens)
			break;
		next = digits_end(t, gap, &n);
		if (next == gap)
			break;
	}
	return n >= DIGITS_MIN && groups > 2 ? end - i : 0;
}

/* Digits, and letters behind one of the hyphens that follow. */
static size_t code(struct dw_str t, size_t i)
{
	size_t end = i;
	bool has_letters = false;

	if (!isdigit((unsigned char)t.p[i]))
		return 0;
	while (isdigit((unsigned char)t.p[end]) && end + 1 < t.n)
		end++;
	while (is_at(t, end, '-') && is_alnum(t, end + 1))
		for (end++; is_alnum(t, end); end++)
			has_letters |= is_alpha(t, end);
	return has_letters ? end - i : 0;
}

/* Does what stands before i belong to it? Then it has begun earlier, or is a part of something else. */
static bool is_inside(struct dw_str t, size_t i)
{
	static const char joins[] = "+-./:,_@#=&%";

	if (i == 0)
		return false;
	if ((unsigned char)t.p[i - 1] < 0x80)
		return isalnum((unsigned char)t.p[i - 1]) ||
		       memchr(joins, t.p[i - 1], sizeof(joins) - 1) != NULL;
	/* A digit, or the sign before decimals (U+066B, U+066C). */
	return i > 1 &&
	       (digit(t, i - 2) == 2 ||
		(t.p[i - 2] == '\xd9' && (t.p[i - 1] == '\xab' || t.p[i - 1] == '\xac')));
}

size_t newsroom_ltr_run(struct dw_str t, size_t i)
{
	size_t n;

	if ((!is_at(t, i, '+') && !is_at(t, i, '(') && digit(t, i) == 0) ||
	    is_inside(t, i))
		return 0;
	n = code(t, i);
	n = n > 0 ? n : called(t, i);
	return n > 0 ? n : grouped(t, i);
}
