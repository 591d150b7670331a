/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * query.c - headers, cookies and query parameters, looked up when asked for.
 *
 * Nothing is parsed ahead: a request has a few parameters and a handler asks for each by name, so
 * walking the text again is cheaper than a table, and its length is capped by the gate. A name
 * that is given twice is an error, not a choice: two readers would choose differently.
 */
#include "net_int.h"

struct dw_str dw_http_header(const struct dw_http_req *req, const char *name)
{
	struct dw_str want = dw_str_of(name);

	for (size_t i = 0; i < req->n_headers; i++) {
		if (dw_str_eq(req->headers[i].name, want))
			return req->headers[i].value;
	}
	return dw_str_make(NULL, 0);
}

bool dw_http_knows(const struct dw_http_req *req, struct dw_str tag)
{
	struct dw_str rest = dw_http_header(req, "if-none-match"), item;

	while (dw_str_split(&rest, ',', &item)) {
		item = dw_str_trim(item);
		if (dw_str_starts(item, DW_STR("W/")))
			item = dw_str_make(item.p + 2, item.n - 2);
		if (dw_str_eq(item, tag) || dw_str_eq(item, DW_STR("*")))
			return true;
	}
	return false;
}

struct dw_str dw_http_cookie(const struct dw_http_req *req, const char *name)
{
	struct dw_str rest = dw_http_header(req, "cookie"), want = dw_str_of(name), pair;

	while (dw_str_split(&rest, ';', &pair)) {
		pair = dw_str_trim(pair);
		if (pair.n > want.n && pair.p[want.n] == '=' &&
		    memcmp(pair.p, want.p, want.n) == 0)
			return dw_str_make(pair.p + want.n + 1, pair.n - want.n - 1);
	}
	return dw_str_make(NULL, 0);
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

ssize_t dw_percent_decode(struct dw_str s, bool plus_is_space, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int hi, lo;

		if (s.p[i] == '+' && plus_is_space) {
			out[n++] = ' ';
			continue;
		}
		if (s.p[i] != '%') {
			out[n++] = s.p[i];
			continue;
		}
		hi = s.n - i >= 3 ? hex_of(s.p[i + 1]) : -1;
		lo = s.n - i >= 3 ? hex_of(s.p[i + 2]) : -1;
		if (hi < 0 || lo < 0)
			return -1;
		out[n++] = (char)(hi * 16 + lo);
		i += 2;
	}
	return (ssize_t)n;
}

/* Cut "name=value" or "name" off the query; both undecoded. False at the end. */
static bool next_pair(struct dw_str *rest, struct dw_str *name, struct dw_str *value)
{
	struct dw_str pair;
	const char *eq;

	do {
		if (!dw_str_split(rest, '&', &pair))
			return false;
	} while (pair.n == 0);
	eq = memchr(pair.p, '=', pair.n);
	*name = eq != NULL ? dw_str_make(pair.p, (size_t)(eq - pair.p)) : pair;
	*value = eq != NULL ? dw_str_make(eq + 1, pair.n - name->n - 1)
			    : dw_str_make(pair.p, 0);
	return true;
}

/* Is the undecoded `name` the one wanted? A name longer than 64 bytes coded is nobody's. */
static bool is_named(struct dw_str name, const char *want)
{
	char plain[64];
	ssize_t n = name.n <= sizeof(plain) ? dw_percent_decode(name, true, plain) : -1;

	return n >= 0 && dw_str_eq(dw_str_make(plain, (size_t)n), dw_str_of(want));
}

int dw_http_query(const struct dw_http_req *req, const char *name, struct dw_str *out)
{
	struct dw_str rest = req->query, key, value, found = { NULL, 0 };
	char *plain;
	ssize_t n;

	while (next_pair(&rest, &key, &value)) {
		if (!is_named(key, name))
			continue;
		if (found.p != NULL)
			return DW_EINVAL;
		found = value;
	}
	if (found.p == NULL)
		return DW_ENOTFOUND;
	plain = dw_arena_alloc(req->arena, found.n + 1);
	n = dw_percent_decode(found, true, plain);
	if (n < 0 || !dw_utf8_valid(dw_str_make(plain, (size_t)n)))
		return DW_EINVAL;
	*out = dw_str_make(plain, (size_t)n);
	return 0;
}

/* For a message: what is printable of the first bytes. */
static int fail_unknown(struct dw_str name, struct dw_err *err)
{
	char shown[48];
	size_t n = name.n < sizeof(shown) - 1 ? name.n : sizeof(shown) - 1;

	for (size_t i = 0; i < n; i++)
		shown[i] = name.p[i] >= ' ' && name.p[i] <= '~' ? name.p[i] : '?';
	shown[n] = '\0';
	return dw_fail(err, DW_EINVAL, "there is no query parameter \"%s\" here", shown);
}

int dw_http_query_only(const struct dw_http_req *req, const char *const *known,
		       struct dw_err *err)
{
	struct dw_str rest = req->query, name, value;

	while (next_pair(&rest, &name, &value)) {
		bool is_known = false;

		for (size_t i = 0; known[i] != NULL && !is_known; i++)
			is_known = is_named(name, known[i]);
		if (!is_known)
			return fail_unknown(name, err);
	}
	return 0;
}
