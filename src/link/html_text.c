/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * html_text.c - what a person would read of a piece of HTML.
 *
 * Tags go, the insides of scripts and styles go with them, entities become characters, blanks
 * become one blank, and what begins a block begins a line. What comes out is text and is shown
 * as text: it does not matter what somebody hides from this reader, since nobody takes its
 * output for markup again. That is why a few rules of the HTML tokenizer suffice here and a
 * parser that builds the tree (libxml2, tidy, gumbo, which nobody keeps any more) would only
 * add a surface. Sanitising HTML to show it as HTML would be another matter.
 *
 *  (1) One pass, and no byte is looked at more than a few times, whatever the input.
 *  (2) A "<" that begins no tag, or a tag that never ends, is text: "a < b" keeps its sense.
 */
#include "text_int.h"

#define NAME_MAX_ 16

struct writer {
	struct dw_buf *out;
	size_t from; /* of out: where this text began */
	unsigned breaks;
	bool is_apart; /* a blank is due before the next character */
	bool is_full;
};

static void put(struct writer *w, const char *p, size_t n)
{
	char gap[2] = { '\n', '\n' };
	size_t n_gap = w->breaks < 2 ? w->breaks : 2;

	if (w->is_full)
		return;
	if (n_gap == 0 && w->is_apart) {
		gap[0] = ' ';
		n_gap = 1;
	}
	if (w->out->len == w->from)
		n_gap = 0;
	w->is_full = dw_buf_add(w->out, gap, n_gap) < 0 || dw_buf_add(w->out, p, n) < 0;
	w->breaks = 0;
	w->is_apart = false;
}

static void put_break(struct writer *w, unsigned n)
{
	if (w->breaks < n)
		w->breaks = n;
}

static void put_code(struct writer *w, uint32_t c)
{
	char utf8[4];

	if (c == 0xa0 || c == ' ' || (c >= '\t' && c <= '\r'))
		w->is_apart = true;
	else if (c >= 0x20 && c != 0x7f)
		put(w, utf8, dw_utf8_put(c, utf8));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- entities ---- */

/* What browsers make of the numbers 128 to 159: they were meant as windows-1252. */
static uint32_t repair(uint32_t c)
{
	static const uint16_t cp1252[32] = {
		0x20ac, 0x81,	0x201a, 0x192,	0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6,	0x2030, 0x160,	0x2039, 0x152,	0x8d,	0x17d,	0x8f,
		0x90,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc,	0x2122, 0x161,	0x203a, 0x153,	0x9d,	0x17e,	0x178,
	};

	if (c >= 0x80 && c <= 0x9f)
		return cp1252[c - 0x80];
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0xfffd;
	return c;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#65;" or "#x41;" behind the "&"; how long it is, 0 = none. */
static size_t read_number(struct dw_str s, uint32_t *c)
{
	bool is_hex = s.n > 1 && (s.p[1] | 0x20) == 'x';
	size_t from = is_hex ? 2 : 1, i = from;

	*c = 0;
	for (; i < s.n && i < from + 10; i++) {
		int d = is_hex ? hex_digit(s.p[i]) : is_digit(s.p[i]) ? s.p[i] - '0' : -1;

		if (d < 0)
			break;
		if (*c <= 0x10ffff)
			*c = *c * (is_hex ? 16 : 10) + (uint32_t)d;
	}
	if (i == from || i == s.n || s.p[i] != ';')
		return 0;
	*c = repair(*c);
	return i + 1;
}

static size_t read_entity(struct dw_str s, uint32_t *c)
{
	size_t i = 0;

	if (s.n > 0 && s.p[0] == '#')
		return read_number(s, c);
	while (i < s.n && i < 10 && (is_alpha(s.p[i]) || is_digit(s.p[i])))
		i++;
	if (i == 0 || i == s.n || s.p[i] != ';')
		return 0;
	*c = link_entity(dw_str_make(s.p, i));
	return *c != 0 ? i + 1 : 0;
}

/* ---- tags ---- */

enum effect { INLINE, LINE, PARAGRAPH, BLANK, HIDDEN };

static enum effect effect_of(const char *name)
{
	static const struct {
		const char *name;
		enum effect effect;
	} table[] = {
		{ "p", PARAGRAPH },	{ "br", LINE },
		{ "div", LINE },	{ "li", LINE },
		{ "tr", LINE },		{ "h1", PARAGRAPH },
		{ "h2", PARAGRAPH },	{ "h3", PARAGRAPH },
		{ "h4", PARAGRAPH },	{ "h5", PARAGRAPH },
		{ "h6", PARAGRAPH },	{ "ul", LINE },
		{ "ol", LINE },		{ "dl", LINE },
		{ "dt", LINE },		{ "dd", LINE },
		{ "pre", PARAGRAPH },	{ "blockquote", PARAGRAPH },
		{ "hr", PARAGRAPH },	{ "table", PARAGRAPH },
		{ "section", LINE },	{ "article", LINE },
		{ "header", LINE },	{ "footer", LINE },
		{ "figure", LINE },	{ "figcaption", LINE },
		{ "aside", LINE },	{ "td", BLANK },
		{ "th", BLANK },	{ "script", HIDDEN },
		{ "style", HIDDEN },	{ "iframe", HIDDEN },
		{ "template", HIDDEN }, { "noembed", HIDDEN },
		{ "noframes", HIDDEN }, { "textarea", HIDDEN },
		{ "xmp", HIDDEN },	{ "title", HIDDEN },
		{ "object", HIDDEN },	{ "select", HIDDEN },
		{ "svg", HIDDEN },	{ "math", HIDDEN },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].effect;
	return INLINE;
}

/* Lower-case name at p; what does not fit is a name that we do not know anyway. */
static void read_name(struct dw_str s, char out[NAME_MAX_])
{
	size_t n = 0;

	while (n < s.n && n < NAME_MAX_ - 1 && (is_alpha(s.p[n]) || is_digit(s.p[n]))) {
		out[n] = (char)(is_alpha(s.p[n]) ? s.p[n] | 0x20 : s.p[n]);
		n++;
	}
	out[n] = '\0';
}

/* Behind the ">" that ends the tag, heeding quotes; NULL: it never ends. */
static const char *tag_end(const char *p, const char *end)
{
	char quote = '\0';

	for (; p < end; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '>')
			return p + 1;
		else if ((*p == '"' || *p == '\'') && p[-1] == '=')
			quote = *p;
	}
	return NULL;
}

/* At "</name" of a hidden element, or the end. */
static const char *skip_hidden(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);

	for (; p < end; p++) {
		p = memchr(p, '<', (size_t)(end - p));
		if (p == NULL)
			return end;
		if ((size_t)(end - p) > n + 2 && p[1] == '/' &&
		    dw_str_eq_nocase(dw_str_make(p + 2, n), dw_str_make(name, n)) &&
		    !is_alpha(p[n + 2]))
			return p;
	}
	return end;
}

/* "<!-- … -->", "<!DOCTYPE …>", "<?…>"; NULL: it never ends. */
static const char *skip_aside(const char *p, const char *end)
{
	const char *close;

	if (end - p > 3 && memcmp(p, "<!--", 4) == 0) {
		close = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
		return close != NULL ? close + 3 : NULL;
	}
	close = memchr(p, '>', (size_t)(end - p));
	return close != NULL ? close + 1 : NULL;
}

static void obey(struct writer *w, enum effect effect)
{
	if (effect == LINE)
		put_break(w, 1);
	else if (effect == PARAGRAPH)
		put_break(w, 2);
	else if (effect == BLANK)
		w->is_apart = true;
}

/* A "<" at p: behind the tag, or NULL when it is none. */
static const char *read_tag(struct writer *w, const char *p, const char *end)
{
	bool is_end = end - p > 2 && p[1] == '/';
	const char *name_at = p + (is_end ? 2 : 1), *next;
	char name[NAME_MAX_];
	enum effect effect;

	if (end - p > 1 && (p[1] == '!' || p[1] == '?'))
		return skip_aside(p, end);
	if (name_at >= end || !is_alpha(*name_at))
		return NULL;
	next = tag_end(name_at, end);
	if (next == NULL)
		return NULL;
	read_name(dw_str_make(name_at, (size_t)(end - name_at)), name);
	effect = effect_of(name);
	obey(w, effect);
	if (effect == HIDDEN && !is_end && next[-2] != '/')
		return skip_hidden(next, end, name);
	return next;
}

/* How many bytes the character at p has; 1 when it is none. */
static size_t char_bytes(const char *p, const char *end)
{
	size_t n = 1;

	while (p + n < end && ((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Whatever is at p and no tag; returns how long it is. */
static size_t take_char(struct writer *w, const char *p, const char *end)
{
	uint32_t c;
	size_t n = 0;

	if (*p == '&')
		n = read_entity(dw_str_make(p + 1, (size_t)(end - p - 1)), &c);
	if (n > 0) {
		put_code(w, c);
		return 1 + n;
	}
	n = char_bytes(p, end);
	if (is_blank(*p) || (n == 2 && memcmp(p, "\xc2\xa0", 2) == 0))
		w->is_apart = true;
	else if ((unsigned char)*p >= 0x20 && *p != 0x7f)
		put(w, p, n);
	return n;
}

static bool looks_like_tag(const char *p, const char *end)
{
	if (*p != '<' || end - p < 2)
		return false;
	if (p[1] == '/')
		return end - p > 2 && is_alpha(p[2]);
	return is_alpha(p[1]) || p[1] == '!' || p[1] == '?';
}

void link_html_text(struct dw_str html, struct dw_buf *out)
{
	struct writer w = { .out = out, .from = out->len };
	const char *p = html.n > 0 ? html.p : "", *end = p + html.n;
	bool may_be_tag = true; /* false: one did not end, so none behind it will */

	while (p < end && !w.is_full) {
		const char *next = NULL;

		if (may_be_tag && looks_like_tag(p, end)) {
			next = read_tag(&w, p, end);
			may_be_tag = next != NULL;
		}
		p = next != NULL ? next : p + take_char(&w, p, end);
	}
}

void link_plain_text(struct dw_str text, struct dw_buf *out)
{
	struct writer w = { .out = out, .from = out->len };

	for (size_t i = 0; i < text.n && !w.is_full;) {
		size_t n = char_bytes(text.p + i, text.p + text.n);

		if (text.p[i] == '\n')
			w.breaks++;
		else if (is_blank(text.p[i]))
			w.is_apart = true;
		else if ((unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f)
			put(&w, text.p + i, n);
		i += n;
	}
}

void link_one_line(struct dw_buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++) {
		char c = b->p[i] == '\n' ? ' ' : b->p[i];

		if (c == ' ' && to > 0 && b->p[to - 1] == ' ')
			continue;
		b->p[to++] = c;
	}
	b->len = to;
}

struct dw_str link_cut(struct dw_str s, size_t max)
{
	if (s.n <= max)
		return s;
	s.n = max;
	while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}
