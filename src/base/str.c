/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * str.c - slices of bytes, numbers, UTF-8 and hex, read from hostile input.
 *
 * Nothing here depends on a locale, and nothing reads beyond the slice. UTF-8 is checked after
 * Unicode's table 3-7: the second byte's range depends on the first, which is what keeps out
 * overlong forms, surrogates and everything above U+10FFFF. Runs of ASCII are passed eight bytes
 * at a time.
 */
#include "base/str.h"

#define HIGH_BITS 0x8080808080808080u

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool dw_str_eq_nocase(struct dw_str a, struct dw_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

bool dw_str_starts(struct dw_str s, struct dw_str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

struct dw_str dw_str_trim(struct dw_str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool dw_str_split(struct dw_str *rest, char sep, struct dw_str *part)
{
	const char *at;

	if (rest->n == 0)
		return false;
	at = memchr(rest->p, sep, rest->n);
	*part = dw_str_make(rest->p, at != NULL ? (size_t)(at - rest->p) : rest->n);
	rest->p += part->n + (at != NULL);
	rest->n -= part->n + (at != NULL);
	return true;
}

int dw_str_u64(struct dw_str s, uint64_t *out)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 20)
		return DW_EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return DW_EINVAL;
		n = n * 10 + digit;
	}
	*out = n;
	return 0;
}

static size_t skip_ascii(const unsigned char *p, size_t n)
{
	size_t i = 0;
	uint64_t eight;

	for (; n - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, p + i, sizeof(eight));
		if ((eight & HIGH_BITS) != 0)
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

/* Number of bytes that a sequence beginning with `first` has, or 0; two or more. */
static size_t sequence_length(unsigned char first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Length of the valid sequence of two bytes or more at p, or 0. */
static size_t sequence(const unsigned char *p, size_t n)
{
	size_t length = sequence_length(p[0]);
	unsigned char least = 0x80, most = 0xbf;

	if (length == 0 || n < length)
		return 0;
	if (p[0] == 0xe0)
		least = 0xa0;
	else if (p[0] == 0xed)
		most = 0x9f;
	else if (p[0] == 0xf0)
		least = 0x90;
	else if (p[0] == 0xf4)
		most = 0x8f;
	if (p[1] < least || p[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

bool dw_utf8_valid(struct dw_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	while (i < s.n) {
		size_t length;

		if (p[i] < 0x80) {
			i += skip_ascii(p + i, s.n - i);
			continue;
		}
		length = sequence(p + i, s.n - i);
		if (length == 0)
			return false;
		i += length;
	}
	return true;
}

bool dw_str_has_control(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

size_t dw_utf8_count(struct dw_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t dw_utf16_count(struct dw_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];

		n += (b & 0xc0) != 0x80;
		n += b >= 0xf0;
	}
	return n;
}

char *dw_hex(char *out, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int dw_unhex(void *out, size_t n, struct dw_str hex)
{
	unsigned char *p = out;

	if (hex.n / 2 != n || hex.n % 2 != 0)
		return DW_EINVAL;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_of(hex.p[2 * i]), lo = hex_of(hex.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return DW_EINVAL;
		p[i] = (unsigned char)(hi * 16 + lo);
	}
	return 0;
}

size_t dw_utf8_put(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}
