/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * source.c - names and addresses of sources that we ask.
 *
 * An address is read here by a few strict rules and only then by libcurl, so that the two cannot
 * be played against each other: what has an odd host, a user name, a blank or a byte beyond
 * ASCII is refused, not repaired. Where a name leads is a matter of the moment it is connected
 * to (link/address.c) and not of this text.
 */
#include "domain/source.h"

/* The joiner between Persian letters (U+200C) is no part of it. */
static bool is_invisible(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x80, 0x9f },	    { 0xad, 0xad },	  { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200b },	  { 0x200d, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f },	  { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* One code point of valid UTF-8 at p; returns how long it is. */
static size_t code_point(const char *p, uint32_t *c)
{
	unsigned char b = (unsigned char)*p;
	size_t n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;

	*c = n == 1 ? b : b & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		*c = *c << 6 | ((unsigned char)p[i] & 0x3f);
	return n;
}

int dw_source_slug_check(struct dw_str slug, struct dw_fault *f)
{
	uint32_t c;

	if (!dw_utf8_valid(slug) || !dw_source_is_valid(slug))
		return dw_fault_set(f, "/slug",
				    "slug must have 1 to 100 characters, no control "
				    "characters, no blank at either end");
	if (dw_str_eq(slug, DW_STR("desk")))
		return dw_fault_set(f, "/slug",
				    "desk is what people at the desk write down");
	for (size_t i = 0; i < slug.n;) {
		i += code_point(slug.p + i, &c);
		if (is_invisible(c))
			return dw_fault_set(f, "/slug",
					    "slug has an invisible character (U+%04X)",
					    (unsigned)c);
	}
	return 0;
}

/* ---- addresses ---- */

static int refuse(struct dw_fault *f, const char *why)
{
	return dw_fault_set(f, "/url", "url %s", why);
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int check_bytes(struct dw_str url, struct dw_fault *f)
{
	if (url.n == 0 || url.n > DW_URL_MAX)
		return dw_fault_set(f, "/url", "url must have 1 to %d bytes", DW_URL_MAX);
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c > 0x7e)
			return refuse(f, "must be ASCII: names as xn--…, other "
					 "characters as %XX");
		if (c <= ' ' || strchr("\"<>\\^`{|}", c) != NULL)
			return refuse(f, "has a blank, a control character or one of "
					 "\"<>\\^`{|}");
		if (c == '#')
			return refuse(f, "has a part behind #, which is never sent");
	}
	return 0;
}

/* ":8080" or nothing. */
static bool is_port(struct dw_str s)
{
	uint64_t n;

	if (s.n == 0)
		return true;
	return s.p[0] == ':' && s.n <= 6 &&
	       dw_str_u64(dw_str_make(s.p + 1, s.n - 1), &n) == 0 && n > 0 && n < 65536;
}

/* Letters, digits, '.', '-', '_', none of the marks at the begin: a name or an IPv4 address. */
static size_t name_length(struct dw_str s)
{
	size_t n = 0;

	while (n < s.n && (is_alnum(s.p[n]) ||
			   (n > 0 && (s.p[n] == '.' || s.p[n] == '-' || s.p[n] == '_'))))
		n++;
	return n <= 253 ? n : 0;
}

/* "[2001:db8::1]", without zone. */
static size_t literal_length(struct dw_str s)
{
	size_t n = 1;

	while (n < s.n && n < 50 && s.p[n] != '\0' &&
	       strchr("0123456789abcdefABCDEF:.", s.p[n]) != NULL)
		n++;
	return n > 2 && n < s.n && s.p[n] == ']' ? n + 1 : 0;
}

int dw_source_url_check(struct dw_str url, struct dw_fault *f)
{
	struct dw_str host = { NULL, 0 };
	size_t at, n = 0;
	int rc = check_bytes(url, f);

	if (rc < 0)
		return rc;
	at = url.n > 8 && dw_str_eq_nocase(dw_str_make(url.p, 8), DW_STR("https://")) ? 8
	     : url.n > 7 && dw_str_eq_nocase(dw_str_make(url.p, 7), DW_STR("http://"))
		     ? 7
		     : 0;
	if (at == 0)
		return refuse(f, "must begin with http:// or https:// and a host");
	host.p = url.p + at;
	while (at + host.n < url.n && strchr("/?", host.p[host.n]) == NULL)
		host.n++;
	if (host.n > 0 && memchr(host.p, '@', host.n) != NULL)
		return refuse(f, "must not hold a user name or password");
	if (host.n > 0)
		n = host.p[0] == '[' ? literal_length(host) : name_length(host);
	if (n == 0)
		return refuse(f, "has no valid host");
	if (!is_port(dw_str_make(host.p + n, host.n - n)))
		return refuse(f, "has no valid host, or a port that is none");
	return 0;
}
