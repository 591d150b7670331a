/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * jsonw.c - compact JSON straight into a buffer.
 *
 * Strings are the hot part: a table says which bytes may need care, runs of all others are copied
 * at once. Beside what JSON demands, U+2028 and U+2029 are escaped (their first byte, 0xE2, is in
 * the table and is mostly innocent), because some readers take them for the end of a line.
 */
#include "base/jsonw.h"

#include "base/clock.h"

/* 1: must be escaped. 2: perhaps the start of U+2028 or U+2029. */
static const unsigned char special[256] = {
	1,	   1,	       1,	   1,	       1, 1, 1, 1,
	1,	   1,	       1,	   1,	       1, 1, 1, 1, /* 00 */
	1,	   1,	       1,	   1,	       1, 1, 1, 1,
	1,	   1,	       1,	   1,	       1, 1, 1, 1, /* 10 */
	['"'] = 1, ['\\'] = 1, [0x7f] = 1, [0xe2] = 2,
};

void dw_jsonw_init(struct dw_jsonw *w, struct dw_buf *b)
{
	*w = (struct dw_jsonw){ b, 0, false };
}

static void add(struct dw_jsonw *w, const char *p, size_t n)
{
	if (w->rc == 0)
		w->rc = dw_buf_add(w->b, p, n);
}

static void addc(struct dw_jsonw *w, char c)
{
	if (w->rc == 0)
		w->rc = dw_buf_addc(w->b, c);
}

/* Before a value: the comma that it needs. After it there is one. */
static void value(struct dw_jsonw *w)
{
	if (w->comma)
		addc(w, ',');
	w->comma = true;
}

static void begin(struct dw_jsonw *w, char c)
{
	value(w);
	addc(w, c);
	w->comma = false;
}

static void end(struct dw_jsonw *w, char c)
{
	addc(w, c);
	w->comma = true;
}

void dw_jsonw_obj(struct dw_jsonw *w)
{
	begin(w, '{');
}

void dw_jsonw_obj_end(struct dw_jsonw *w)
{
	end(w, '}');
}

void dw_jsonw_arr(struct dw_jsonw *w)
{
	begin(w, '[');
}

void dw_jsonw_arr_end(struct dw_jsonw *w)
{
	end(w, ']');
}

void dw_jsonw_key(struct dw_jsonw *w, const char *key)
{
	size_t n = strlen(key), at = 0;
	char *p;

	if (w->rc != 0)
		return;
	p = dw_buf_reserve(w->b, n + 3 + w->comma);
	if (p == NULL) {
		w->rc = DW_ETOOBIG;
		return;
	}
	if (w->comma)
		p[at++] = ',';
	p[at++] = '"';
	memcpy(p + at, key, n);
	memcpy(p + at + n, "\":", 2);
	w->b->len += at + n + 2;
	w->comma = false;
}

static void escape(struct dw_jsonw *w, unsigned char c)
{
	static const char short_form[] = "btnvfr"; /* 0x08 to 0x0d; JSON has no \v */
	char out[7] = { '\\', 'u', '0', '0' };

	if (c == '"' || c == '\\') {
		out[1] = (char)c;
		add(w, out, 2);
	} else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
		out[1] = short_form[c - 0x08];
		add(w, out, 2);
	} else {
		dw_hex(out + 4, &c, 1);
		add(w, out, 6);
	}
}

void dw_jsonw_str(struct dw_jsonw *w, struct dw_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t from = 0;

	value(w);
	addc(w, '"');
	for (size_t i = 0; i < s.n; i++) {
		bool is_line_end;

		if (special[p[i]] == 0)
			continue;
		is_line_end = special[p[i]] == 2 && s.n - i >= 3 && p[i + 1] == 0x80 &&
			      (p[i + 2] == 0xa8 || p[i + 2] == 0xa9);
		if (special[p[i]] == 2 && !is_line_end)
			continue;
		add(w, s.p + from, i - from);
		if (is_line_end) {
			add(w, p[i + 2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
			i += 2;
		} else {
			escape(w, p[i]);
		}
		from = i + 1;
	}
	add(w, s.p + from, s.n - from);
	addc(w, '"');
}

void dw_jsonw_key_text(struct dw_jsonw *w, struct dw_str key)
{
	dw_jsonw_str(w, key);
	addc(w, ':');
	w->comma = false;
}

void dw_jsonw_u64(struct dw_jsonw *w, uint64_t n)
{
	value(w);
	if (w->rc == 0)
		w->rc = dw_buf_addu(w->b, n);
}

void dw_jsonw_i64(struct dw_jsonw *w, int64_t n)
{
	value(w);
	if (n < 0)
		addc(w, '-');
	if (w->rc == 0)
		w->rc = dw_buf_addu(w->b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void dw_jsonw_bool(struct dw_jsonw *w, bool v)
{
	value(w);
	add(w, v ? "true" : "false", v ? 4 : 5);
}

void dw_jsonw_null(struct dw_jsonw *w)
{
	value(w);
	add(w, "null", 4);
}

void dw_jsonw_time(struct dw_jsonw *w, int64_t us)
{
	char text[DW_TIME_MAX + 2];

	value(w);
	text[0] = '"';
	dw_time_format(text + 1, us);
	text[DW_TIME_MAX] = '"';
	add(w, text, DW_TIME_MAX + 1);
}

void dw_jsonw_raw(struct dw_jsonw *w, struct dw_str json)
{
	value(w);
	add(w, json.p, json.n);
}

void dw_jsonw_kstr(struct dw_jsonw *w, const char *key, struct dw_str s)
{
	dw_jsonw_key(w, key);
	dw_jsonw_str(w, s);
}

void dw_jsonw_ku64(struct dw_jsonw *w, const char *key, uint64_t n)
{
	dw_jsonw_key(w, key);
	dw_jsonw_u64(w, n);
}

void dw_jsonw_kbool(struct dw_jsonw *w, const char *key, bool v)
{
	dw_jsonw_key(w, key);
	dw_jsonw_bool(w, v);
}

void dw_jsonw_ktime(struct dw_jsonw *w, const char *key, int64_t us)
{
	dw_jsonw_key(w, key);
	dw_jsonw_time(w, us);
}

void dw_jsonw_kstr_or_null(struct dw_jsonw *w, const char *key, struct dw_str s)
{
	dw_jsonw_key(w, key);
	if (s.p != NULL)
		dw_jsonw_str(w, s);
	else
		dw_jsonw_null(w);
}

void dw_jsonw_ku64_or_null(struct dw_jsonw *w, const char *key, uint64_t n)
{
	dw_jsonw_key(w, key);
	if (n != 0)
		dw_jsonw_u64(w, n);
	else
		dw_jsonw_null(w);
}

void dw_jsonw_ktime_or_null(struct dw_jsonw *w, const char *key, int64_t us)
{
	dw_jsonw_key(w, key);
	if (us != 0)
		dw_jsonw_time(w, us);
	else
		dw_jsonw_null(w);
}

int dw_jsonw_end(const struct dw_jsonw *w)
{
	return w->rc;
}
