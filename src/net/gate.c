/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * gate.c - reads a complete request head before any other code does, and refuses whatever two
 * programs could understand differently.
 *
 * Request smuggling needs two readers of one head that disagree: us and a proxy, or us and the
 * next version of our own parser. So this reader knows no leniency at all: one spelling of each
 * thing is accepted, everything else is turned away by name. What passes goes to llhttp, which
 * must then come to the same result (http_parse.c); Debian 12's llhttp by itself lets 17 of 63
 * hostile heads through.
 *
 * It works on the whole head because a half-read one cannot be judged: whether a
 * Content-Length is allowed depends on a Transfer-Encoding that may follow it.
 *
 * Rejected: repairing (folding lines, dropping blanks, taking the first of two lengths). Each
 * repair is a sentence that some other reader does not know.
 *
 *  (1) No byte of a head is seen by llhttp unless this file has accepted the whole head.
 *  (2) Of Content-Length and Transfer-Encoding an accepted head has at most one, once.
 *  (3) Slices point into the head as sent; nothing is copied or decoded here.
 */
#include "net/gate.h"

#include <stdlib.h>

struct gate {
	struct dw_gate_head *out;
	const struct dw_net_limits *limits;
	struct dw_err *err;
	struct dw_str host, coding;
	unsigned n_host, n_length, n_coding, n_expect;
	unsigned singles; /* bit per entry of `singles` seen */
	bool says_close, says_keep;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_token_char(char c)
{
	return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

static bool is_token(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_token_char(s.p[i]))
			return false;
	}
	return s.n > 0;
}

size_t dw_gate_head_length(const char *p, size_t n, bool *bad)
{
	*bad = false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c >= ' ' && c != 0x7f) || c == '\t')
			continue;
		if (c == '\r' && i + 1 == n)
			return 0;
		if (c != '\r' || p[i + 1] != '\n') {
			*bad = true;
			return i + 1;
		}
		if (i + 3 < n && p[i + 2] == '\r' && p[i + 3] == '\n')
			return i + 4;
		i++;
	}
	return 0;
}

/* ---- the request line ---- */

/* Cut `line` at the first space; false when there is none. */
static bool cut_space(struct dw_str *line, struct dw_str *part)
{
	const char *sp = line->n > 0 ? memchr(line->p, ' ', line->n) : NULL;

	if (sp == NULL)
		return false;
	*part = dw_str_make(line->p, (size_t)(sp - line->p));
	*line = dw_str_make(sp + 1, line->n - part->n - 1);
	return true;
}

static bool is_known_method(struct dw_str m)
{
	static const char *const known[] = { "GET",   "HEAD",	"POST",	  "PUT",
					     "PATCH", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (dw_str_eq(m, dw_str_of(known[i])))
			return true;
	}
	return false;
}

/* A segment that means "here" or "up", in plain or coded dots. */
static bool is_dots(struct dw_str seg)
{
	size_t dots = 0;

	for (size_t i = 0; i < seg.n; dots++) {
		if (seg.p[i] == '.') {
			i++;
		} else if (seg.n - i >= 3 && seg.p[i] == '%' && seg.p[i + 1] == '2' &&
			   (seg.p[i + 2] == 'e' || seg.p[i + 2] == 'E')) {
			i += 3;
		} else {
			return false;
		}
	}
	return dots == 1 || dots == 2;
}

/* 0, or what is wrong with one escape at s.p[i]. */
static const char *escape_fault(struct dw_str s, size_t i)
{
	int hi, lo, byte;

	if (s.n - i < 3)
		return "a percent escape in the path is cut short";
	hi = hex_of(s.p[i + 1]);
	lo = hex_of(s.p[i + 2]);
	if (hi < 0 || lo < 0)
		return "a percent escape in the path is not two hex digits";
	byte = hi * 16 + lo;
	if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\')
		return "the path has a coded slash, backslash or control byte";
	return NULL;
}

static const char *path_fault(struct dw_str path)
{
	struct dw_str rest = path, seg;

	if (path.n == 0 || path.p[0] != '/')
		return "the path does not begin with a slash";
	for (size_t i = 0; i < path.n; i++) {
		const char *fault = NULL;

		if (path.p[i] == '%')
			fault = escape_fault(path, i);
		else if (is_one_of(path.p[i], "\"<>\\^`{|}"))
			fault = "the path has a character that must be percent-coded";
		if (fault != NULL)
			return fault;
	}
	while (dw_str_split(&rest, '/', &seg)) {
		if (is_dots(seg))
			return "the path has a dot segment";
	}
	return NULL;
}

void dw_gate_split(const struct dw_gate_head *g, struct dw_str *authority,
		   struct dw_str *path, struct dw_str *query)
{
	struct dw_str t = g->target;
	const char *q;
	size_t i;

	*authority = dw_str_make(NULL, 0);
	if (t.n > 0 && is_alpha(t.p[0])) {
		const char *colon = memchr(t.p, ':', t.n);
		size_t skip = colon != NULL ? (size_t)(colon - t.p) + 3 : t.n;

		skip = skip < t.n ? skip : t.n;
		t = dw_str_make(t.p + skip, t.n - skip);
		for (i = 0; i < t.n && t.p[i] != '/' && t.p[i] != '?'; i++)
			;
		*authority = dw_str_make(t.p, i);
		t = dw_str_make(t.p + i, t.n - i);
	}
	q = t.n > 0 ? memchr(t.p, '?', t.n) : NULL;
	*path = q != NULL ? dw_str_make(t.p, (size_t)(q - t.p)) : t;
	*query = q != NULL ? dw_str_make(q + 1, t.n - path->n - 1) : dw_str_make(NULL, 0);
	if (path->n == 0)
		*path = DW_STR("/");
}

static bool has_scheme(struct dw_str t)
{
	return (t.n > 7 && dw_str_eq_nocase(dw_str_make(t.p, 7), DW_STR("http://"))) ||
	       (t.n > 8 && dw_str_eq_nocase(dw_str_make(t.p, 8), DW_STR("https://")));
}

static int check_target(struct gate *g)
{
	struct dw_str t = g->out->target, authority, path, query;
	const char *fault;

	if (t.n == 0)
		return dw_fail(g->err, DW_EINVAL, "the request line has no target");
	if (t.n > g->limits->max_target_bytes)
		return dw_fail(g->err, DW_ELONGTARGET,
			       "the target has %zu bytes; %u are taken", t.n,
			       g->limits->max_target_bytes);
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] <= ' ' || t.p[i] > '~' || t.p[i] == '#')
			return dw_fail(g->err, DW_EINVAL,
				       "byte %zu of the target must be percent-coded", i);
	}
	if (dw_str_eq(t, DW_STR("*"))) {
		if (dw_str_eq(g->out->method, DW_STR("OPTIONS")))
			return 0;
		return dw_fail(g->err, DW_EINVAL, "the target * is for OPTIONS only");
	}
	if (t.p[0] != '/' && !has_scheme(t))
		return dw_fail(g->err, DW_EINVAL,
			       "the target is neither a path nor a URL");
	dw_gate_split(g->out, &authority, &path, &query);
	fault = path_fault(path);
	if (fault != NULL)
		return dw_fail(g->err, DW_EINVAL, "%s", fault);
	return 0;
}

static int check_version(struct gate *g)
{
	struct dw_str v = g->out->version;

	if (v.n != 8 || memcmp(v.p, "HTTP/", 5) != 0 || !is_digit(v.p[5]) ||
	    v.p[6] != '.' || !is_digit(v.p[7]))
		return dw_fail(g->err, DW_EINVAL,
			       "the request line does not end in a version of HTTP");
	if (v.p[5] != '1' || v.p[7] > '1')
		return dw_fail(g->err, DW_EHTTPVERSION,
			       "HTTP/1.1 and HTTP/1.0 are spoken here");
	g->out->minor = v.p[7] - '0';
	return 0;
}

static int check_request_line(struct gate *g, struct dw_str line)
{
	int rc;

	if (!cut_space(&line, &g->out->method) || !is_token(g->out->method) ||
	    !cut_space(&line, &g->out->target))
		return dw_fail(g->err, DW_EINVAL,
			       "the request line is not METHOD, target and version");
	g->out->version = line;
	rc = check_version(g);
	if (rc < 0)
		return rc;
	if (!is_known_method(g->out->method))
		return dw_fail(g->err, DW_EUNKNOWNMETHOD,
			       "this method is not implemented");
	return check_target(g);
}

/* ---- fields ---- */

static bool is_ipv6_char(char c)
{
	return hex_of(c) >= 0 || c == ':' || c == '.';
}

static bool is_name_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}

/* Length of the name or [address] that `host` begins with, 0 when it begins with neither. */
static size_t name_length(struct dw_str host)
{
	size_t i = 0;

	if (host.n == 0 || host.p[0] != '[') {
		while (i < host.n && is_name_char(host.p[i]))
			i++;
		return i;
	}
	for (i = 1; i < host.n && is_ipv6_char(host.p[i]); i++)
		;
	return i >= 3 && i < host.n && host.p[i] == ']' ? i + 1 : 0;
}

bool dw_gate_host(struct dw_str host, struct dw_str *name)
{
	size_t i = name_length(host), digits = 0;

	*name = dw_str_make(host.p, i);
	if (i == 0 || i == host.n)
		return i > 0;
	if (host.p[i++] != ':')
		return false;
	while (i + digits < host.n && is_digit(host.p[i + digits]))
		digits++;
	return i + digits == host.n && digits >= 1 && digits <= 5;
}

static int note_host(struct gate *g, struct dw_str value)
{
	struct dw_str name;

	if (g->n_host++ > 0)
		return dw_fail(g->err, DW_EINVAL, "Host is there twice");
	if (!dw_gate_host(value, &name))
		return dw_fail(g->err, DW_EINVAL,
			       "Host is not a name or address with a port");
	g->host = value;
	return 0;
}

static int note_length(struct gate *g, struct dw_str value)
{
	if (g->n_length++ > 0)
		return dw_fail(g->err, DW_EINVAL, "Content-Length is there twice");
	if (dw_str_u64(value, &g->out->length) < 0) {
		for (size_t i = 0; i < value.n; i++) {
			if (!is_digit(value.p[i]))
				return dw_fail(g->err, DW_EINVAL,
					       "Content-Length is not a number");
		}
		if (value.n == 0)
			return dw_fail(g->err, DW_EINVAL, "Content-Length is empty");
	}
	if (value.n > 9)
		return dw_fail(g->err, DW_ETOOBIG,
			       "Content-Length has more than 9 digits");
	g->out->has_length = true;
	return 0;
}

static int note_coding(struct gate *g, struct dw_str value)
{
	if (g->n_coding++ > 0)
		return dw_fail(g->err, DW_EINVAL, "Transfer-Encoding is there twice");
	if (!dw_str_eq(value, DW_STR("chunked")))
		return dw_fail(g->err, DW_EUNKNOWNMETHOD,
			       "the only Transfer-Encoding taken here is chunked");
	g->out->is_chunked = true;
	return 0;
}

/* A clean list of tokens; of those, close and keep-alive matter. */
static int note_connection(struct gate *g, struct dw_str value)
{
	struct dw_str part;
	bool more = true;

	while (more) {
		const char *comma = value.n > 0 ? memchr(value.p, ',', value.n) : NULL;

		more = comma != NULL;
		part = more ? dw_str_make(value.p, (size_t)(comma - value.p)) : value;
		if (more)
			value = dw_str_make(comma + 1, value.n - part.n - 1);
		part = dw_str_trim(part);
		if (!is_token(part))
			return dw_fail(g->err, DW_EINVAL,
				       "Connection is not a list of names");
		if (dw_str_eq_nocase(part, DW_STR("close")))
			g->says_close = true;
		else if (dw_str_eq_nocase(part, DW_STR("keep-alive")))
			g->says_keep = true;
	}
	return 0;
}

static int note_expect(struct gate *g, struct dw_str value)
{
	if (g->out->minor == 0)
		return 0;
	if (g->n_expect++ > 0 || !dw_str_eq_nocase(value, DW_STR("100-continue")))
		return dw_fail(g->err, DW_EEXPECT,
			       "the only expectation met is 100-continue");
	g->out->expects_continue = true;
	return 0;
}

static int note_upgrade(struct gate *g, struct dw_str value)
{
	(void)value;
	return dw_fail(g->err, DW_EUNKNOWNMETHOD,
		       "this server changes to no other protocol");
}

static int note_trailer(struct gate *g, struct dw_str value)
{
	(void)value;
	return dw_fail(g->err, DW_EINVAL, "fields after a chunked body are not taken");
}

/* Fields that decide about rights or meaning: of two, another reader might take the other. */
static const char *const singles[] = {
	"authorization", "content-type",  "origin",	  "idempotency-key",
	"if-match",	 "last-event-id", "x-csrf-token", "sec-fetch-site",
};

static int note_single(struct gate *g, struct dw_str name)
{
	for (unsigned i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		if (!dw_str_eq_nocase(name, dw_str_of(singles[i])))
			continue;
		if ((g->singles & (1u << i)) != 0)
			return dw_fail(g->err, DW_EINVAL, "%s is there twice",
				       singles[i]);
		g->singles |= 1u << i;
	}
	return 0;
}

/* In the value or behind it, up to the line's end. */
static bool has_tab(struct dw_str value)
{
	size_t i = 0;

	while (i < value.n || value.p[i] == ' ') {
		if (value.p[i++] == '\t')
			return true;
	}
	return value.p[i] == '\t';
}

static int note_field(struct gate *g, struct dw_str name, struct dw_str value)
{
	static const struct {
		const char *name;
		int (*note)(struct gate *g, struct dw_str value);
		bool no_tab; /* llhttp takes a tab for a part of the value */
	} table[] = {
		{ "host", note_host, false },
		{ "content-length", note_length, true },
		{ "transfer-encoding", note_coding, true },
		{ "connection", note_connection, true },
		/* llhttp reads this one as Connection; the two must agree */
		{ "proxy-connection", note_connection, true },
		{ "expect", note_expect, false },
		{ "upgrade", note_upgrade, false },
		{ "trailer", note_trailer, false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!dw_str_eq_nocase(name, dw_str_of(table[i].name)))
			continue;
		if (table[i].no_tab && has_tab(value))
			return dw_fail(g->err, DW_EINVAL, "%s has a tab", table[i].name);
		return table[i].note(g, value);
	}
	return note_single(g, name);
}

static int check_field(struct gate *g, struct dw_str line)
{
	const char *colon;
	struct dw_str name, value;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return dw_fail(g->err, DW_EINVAL, "a field is folded over two lines");
	colon = memchr(line.p, ':', line.n);
	if (colon == NULL)
		return dw_fail(g->err, DW_EINVAL, "a field has no colon");
	name = dw_str_make(line.p, (size_t)(colon - line.p));
	value = dw_str_trim(dw_str_make(colon + 1, line.n - name.n - 1));
	if (!is_token(name))
		return dw_fail(g->err, DW_EINVAL,
			       "the name of a field is empty or has a "
			       "character that no name has");
	if (g->out->n_fields == DW_HTTP_MAX_HEADERS)
		return dw_fail(g->err, DW_EBIGHEAD, "the head has more than %d fields",
			       DW_HTTP_MAX_HEADERS);
	g->out->fields[g->out->n_fields++] = (struct dw_http_header){ name, value };
	return note_field(g, name, value);
}

/* ---- the whole ---- */

/* Up to the next CRLF; head_length has made sure that there is one. */
static struct dw_str next_line(struct dw_str *rest)
{
	const char *cr = memchr(rest->p, '\r', rest->n);
	struct dw_str line = { rest->p, (size_t)(cr - rest->p) };

	*rest = dw_str_make(cr + 2, rest->n - line.n - 2);
	return line;
}

/* What only the complete head can tell. */
static int check_together(struct gate *g)
{
	struct dw_str authority, path, query;

	if (g->out->is_chunked && g->out->has_length)
		return dw_fail(g->err, DW_EINVAL,
			       "Content-Length and Transfer-Encoding exclude each other");
	if (g->out->is_chunked && g->out->minor == 0)
		return dw_fail(g->err, DW_EINVAL, "HTTP/1.0 has no Transfer-Encoding");
	if (g->out->minor == 1 && g->n_host == 0)
		return dw_fail(g->err, DW_EINVAL, "Host is missing");
	if (g->says_close && g->says_keep)
		return dw_fail(g->err, DW_EINVAL,
			       "Connection says both close and keep-alive");
	g->out->keep_alive = g->out->minor == 1 ? !g->says_close : g->says_keep;
	if (dw_str_eq(g->out->target, DW_STR("*")))
		return 0;
	dw_gate_split(g->out, &authority, &path, &query);
	if (g->out->target.p[0] != '/' && !dw_str_eq_nocase(authority, g->host))
		return dw_fail(g->err, DW_EINVAL,
			       "the target names another host than Host");
	return 0;
}

int dw_gate_excess(struct dw_str head, const struct dw_net_limits *limits,
		   struct dw_err *err)
{
	const char *lf = memchr(head.p, '\n', head.n);
	struct dw_str line = { head.p, lf != NULL ? (size_t)(lf - head.p) : head.n },
		      part;

	(void)cut_space(&line, &part);
	if (!cut_space(&line, &part))
		part = line;
	if (part.n > limits->max_target_bytes)
		return dw_fail(err, DW_ELONGTARGET, "the target has more than %u bytes",
			       limits->max_target_bytes);
	return dw_fail(err, DW_EBIGHEAD, "the head has more than %u bytes",
		       limits->max_head_bytes);
}

int dw_gate_check(struct dw_str head, const struct dw_net_limits *limits,
		  struct dw_gate_head *out, struct dw_err *err)
{
	struct gate g = { .out = out, .limits = limits, .err = err };
	struct dw_str rest = head;
	bool bad;
	int rc;

	memset(out, 0, sizeof(*out));
	if (head.n > limits->max_head_bytes)
		return dw_gate_excess(head, limits, err);
	if (dw_gate_head_length(head.p, head.n, &bad) != head.n || bad || head.n == 0)
		return dw_fail(
			err, DW_EINVAL,
			"the head has a control byte or a line that does not end in CRLF");
	rc = check_request_line(&g, next_line(&rest));
	while (rc == 0 && rest.n > 2)
		rc = check_field(&g, next_line(&rest));
	return rc == 0 ? check_together(&g) : rc;
}
