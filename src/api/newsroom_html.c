/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_html.c - text into markup.
 *
 * Whatever somebody wrote gets in through html_text alone, so it cannot become markup. What comes out is
 * HTML and well-formed XML at once: the same lines go into pages and feeds.
 */
#include "newsroom_int.h"

#include "base/clock.h"
#include "domain/template.h"

#define MARK_MAX 16   /* a hole's name */
#define WORDS_MAX 200 /* a moment in words */

void html_raw(struct html *w, const char *markup)
{
	if (w->rc == 0)
		w->rc = dw_buf_addz(w->b, markup);
}

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return (unsigned char)c < 0x20 && c != '\n' && c != '\t' ? "\xef\xbf\xbd"
									 : NULL;
	}
}

/* U+FFFE or U+FFFF, which XML has no place for. */
static bool is_no_character(struct dw_str text, size_t i)
{
	return text.n - i >= 3 && text.p[i] == '\xef' && text.p[i + 1] == '\xbf' &&
	       (unsigned char)text.p[i + 2] >= 0xbe;
}

void html_text(struct html *w, struct dw_str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n && w->rc == 0; i++) {
		bool is_none = is_no_character(text, i);
		const char *entity = is_none ? "\xef\xbf\xbd" : entity_of(text.p[i]);

		if (entity == NULL)
			continue;
		w->rc = dw_buf_add(w->b, text.p + from, i - from);
		html_raw(w, entity);
		i += is_none ? 2 : 0;
		from = i + 1;
	}
	if (w->rc == 0 && from < text.n)
		w->rc = dw_buf_add(w->b, text.p + from, text.n - from);
}

/* ---- templates ---- */

static struct dw_str hole_of(const struct html_hole *holes, const char *name, size_t n)
{
	for (; holes->name != NULL; holes++)
		if (strlen(holes->name) == n && memcmp(holes->name, name, n) == 0)
			return holes->text;
	DW_INVARIANT(false); /* a template has a hole that nobody fills */
	return dw_str_make(NULL, 0);
}

void html_fill(struct html *w, const char *template, const struct html_hole *holes)
{
	const char *open, *close;

	while (w->rc == 0 && (open = strchr(template, '{')) != NULL) {
		close = strchr(open, '}');
		DW_INVARIANT(close != NULL && close - open <= MARK_MAX);
		w->rc = dw_buf_add(w->b, template, (size_t)(open - template));
		html_text(w, hole_of(holes, open + 1, (size_t)(close - open) - 1));
		template = close + 1;
	}
	html_raw(w, template);
}

/* ---- prose ---- */

/* Does an address end before this byte? */
static bool ends_address(char c)
{
	return (unsigned char)c <= 0x20 || c == '<' || c == '>' || c == '"' ||
	       c == '\'' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' ||
	       c == '}';
}

/* Has it more ")" than "("? Then the last one is the sentence's. */
static bool is_overclosed(struct dw_str s)
{
	size_t open = 0, close = 0;

	for (size_t i = 0; i < s.n; i++) {
		open += s.p[i] == '(';
		close += s.p[i] == ')';
	}
	return close > open;
}

/* Does it end with a mark that belongs to the sentence and not to the address? */
static bool is_closing(struct dw_str s, struct dw_str *shorter)
{
	static const char *const marks[] = { ".", ",", ";",	 ":",	  "!", "?",
					     ")", "]", "»",	 "،",	  "؛", "؟",
					     "”", "…", "\u200f", "\u200e" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);

		if (s.n < n || memcmp(s.p + s.n - n, marks[i], n) != 0)
			continue;
		if (marks[i][0] == ')' && !is_overclosed(s))
			return false;
		*shorter = dw_str_make(s.p, s.n - n);
		return true;
	}
	return false;
}

/* Length of the address that begins at i; 0: none does. */
static size_t address_at(struct dw_str text, size_t i)
{
	struct dw_str rest = dw_str_make(text.p + i, text.n - i), found;
	size_t scheme = dw_str_starts(rest, DW_STR("https://"))	 ? 8
			: dw_str_starts(rest, DW_STR("http://")) ? 7
								 : 0;

	if (scheme == 0)
		return 0;
	found = dw_str_make(rest.p, scheme);
	while (found.n < rest.n && !ends_address(rest.p[found.n]))
		found.n++;
	while (is_closing(found, &found))
		continue;
	return found.n > scheme ? found.n : 0;
}

/* Addresses are links; they and telephone numbers run from left to right, whichever way the line does. */
static void line(struct html *w, struct dw_str text)
{
	size_t from = 0, n;

	for (size_t i = 0; i < text.n; i++) {
		bool is_address = text.p[i] == 'h' && (n = address_at(text, i)) > 0;

		if (!is_address && (n = newsroom_ltr_run(text, i)) == 0)
			continue;
		html_text(w, dw_str_make(text.p + from, i - from));
		if (is_address)
			HTML(w,
			     "<a href=\"{to}\" rel=\"nofollow noopener\" dir=\"ltr\">{to}</a>",
			     { "to", dw_str_make(text.p + i, n) });
		else
			HTML(w, "<bdi dir=\"ltr\">{number}</bdi>",
			     { "number", dw_str_make(text.p + i, n) });
		i += n - 1;
		from = i + 1;
	}
	html_text(w, dw_str_make(text.p + from, text.n - from));
}

/* The next line, without its end of either kind; false: no more. */
static bool next_line(struct dw_str *rest, struct dw_str *out)
{
	if (!dw_str_split(rest, '\n', out))
		return false;
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return true;
}

void html_prose(struct html *w, struct dw_str text)
{
	bool is_open = false;
	struct dw_str l;

	while (next_line(&text, &l)) {
		if (dw_str_trim(l).n == 0) {
			html_raw(w, is_open ? "</p>\n" : "");
			is_open = false;
			continue;
		}
		html_raw(w, is_open ? "<br/>\n" : "<p>");
		is_open = true;
		line(w, l);
	}
	html_raw(w, is_open ? "</p>\n" : "");
}

/* Bytes of the first `chars` code points, cut between words where there are some. */
static size_t cut(struct dw_str text, size_t chars)
{
	size_t i = 0, space = 0;

	for (; i < text.n; i++) {
		if (((unsigned char)text.p[i] & 0xc0) == 0x80)
			continue;
		if (chars-- == 0)
			break;
		if (text.p[i] == ' ')
			space = i;
	}
	return i < text.n && space > i / 2 ? space : i;
}

void html_excerpt(struct html *w, struct dw_str text, size_t chars)
{
	struct dw_str l;
	size_t n;

	while (next_line(&text, &l)) {
		l = dw_str_trim(l);
		if (l.n == 0)
			continue;
		n = cut(l, chars);
		html_text(w, dw_str_make(l.p, n));
		html_raw(w, n < l.n ? "…" : "");
		return;
	}
}

void html_time(struct html *w, struct dw_str lang, int64_t at, const char *itemprop)
{
	char iso[DW_TIME_MAX];
	struct dw_buf b;

	(void)dw_time_format(iso, at);
	dw_buf_init(&b, WORDS_MAX);
	if (w->rc == 0)
		w->rc = dw_template_time(&b, lang, at);
	html_raw(w, "<time");
	if (itemprop != NULL)
		HTML(w, " itemprop=\"{name}\"", { "name", dw_str_of(itemprop) });
	HTML(w, " datetime=\"{iso}\">{words}</time>", { "iso", dw_str_of(iso) },
	     { "words", dw_buf_str(&b) });
	dw_buf_fini(&b);
}
