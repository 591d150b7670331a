/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rss_item.c - the fields of an item, as they were read, into what the room is shown.
 *
 * An item is known by its own id (guid, Atom's id), else by its address, else by a digest of its
 * title and date: whatever stays the same when it is read again. Its text is its content, else
 * its summary, else its title. The author's and the feed's languages are believed, with one
 * exception: much software says "en" of everything, so what is written in Arabic script is not
 * English.
 */
#include "rss_int.h"

#include "base/merkle.h"
#include "domain/mention.h"
#include "text_int.h"

#include <stdio.h>

#define ID_MAX 1000
#define TITLE_MAX 4000
#define NAME_BYTES 400

static struct dw_str clean(struct dw_str s)
{
	while (s.n > 0 && (unsigned char)s.p[0] <= ' ')
		s = dw_str_make(s.p + 1, s.n - 1);
	while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ')
		s.n--;
	return s.n > 0 ? s : dw_str_make(NULL, 0);
}

static struct dw_str field(const struct dw_rss *r, enum rss_field f)
{
	return clean(dw_buf_str(&r->field[f]));
}

/* Text of a field, whatever it was written in, into `out`. */
static struct dw_str text_of(const struct dw_rss *r, enum rss_field f, struct dw_buf *out)
{
	dw_buf_clear(out);
	if (r->is_html[f])
		link_html_text(dw_buf_str(&r->field[f]), out);
	else
		link_plain_text(dw_buf_str(&r->field[f]), out);
	return out->len > 0 ? dw_buf_str(out) : dw_str_make(NULL, 0);
}

static struct dw_str line_of(const struct dw_rss *r, enum rss_field f, struct dw_buf *out)
{
	(void)text_of(r, f, out);
	link_one_line(out);
	return out->len > 0 ? link_cut(dw_buf_str(out), TITLE_MAX) : dw_str_make(NULL, 0);
}

/* ---- who ---- */

/* "someone@example.org (Some One)": the name; without one, all of it. */
static struct dw_str name_of_editor(struct dw_str s)
{
	const char *open = s.n > 0 ? memchr(s.p, '(', s.n) : NULL;
	size_t n;

	if (open == NULL || s.p[s.n - 1] != ')')
		return s;
	n = (size_t)(s.p + s.n - 1 - open - 1);
	return n > 0 ? clean(dw_str_make(open + 1, n)) : s;
}

static void set_author(const struct dw_rss *r, struct dw_rss_item *i)
{
	i->author = field(r, F_AUTHOR);
	if (i->author.p == NULL)
		i->author = name_of_editor(field(r, F_EDITOR));
	if (i->author.p == NULL)
		i->author = field(r, F_FEED_AUTHOR);
	i->author = link_cut(i->author, NAME_BYTES);
	if (dw_str_has_control(i->author))
		i->author = dw_str_make(NULL, 0);
}

/* ---- language ---- */

/* More letters of Arabic script (U+0600 to U+06FF) than of Latin. */
static bool is_arabic_script(struct dw_str s)
{
	size_t arabic = 0, latin = 0;

	for (size_t i = 0; i < s.n && i < 4000; i++) {
		unsigned char c = (unsigned char)s.p[i];

		arabic += c >= 0xd8 && c <= 0xdb;
		latin += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	}
	return arabic > latin;
}

static bool is_english(struct dw_str lang)
{
	return dw_str_eq(lang, DW_STR("en"));
}

/* The language alone, in lower case: "fa-IR" and "fa_IR" are what a reader who asks for "fa" wants
 * to see. */
static struct dw_str language_of(struct dw_buf *b, struct dw_str tag)
{
	dw_buf_clear(b);
	for (size_t i = 0; i < tag.n && tag.p[i] != '-' && tag.p[i] != '_'; i++) {
		char c = tag.p[i];

		if (dw_buf_addc(b, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c) < 0)
			return dw_str_make(NULL, 0);
	}
	return dw_buf_str(b);
}

static void set_lang(struct dw_rss *r, struct dw_rss_item *i)
{
	struct dw_str lang = field(r, F_LANG);

	for (unsigned d = r->depth; d > 0 && lang.p == NULL; d--)
		lang = clean(dw_str_of(r->level[d].lang));
	if (lang.p == NULL)
		lang = field(r, F_FEED_LANG);
	i->lang = language_of(&r->scratch, lang);
	if (!dw_lang_is_valid(i->lang))
		i->lang = dw_str_make(NULL, 0);
	if (is_english(i->lang) && is_arabic_script(i->text))
		i->lang = dw_str_make(NULL, 0);
}

/* ---- which ---- */

static bool is_address(struct dw_str s)
{
	return dw_str_starts(s, DW_STR("http://")) ||
	       dw_str_starts(s, DW_STR("https://"));
}

static bool has_gap(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static void set_url(struct dw_rss *r, struct dw_rss_item *i)
{
	struct dw_str id = field(r, F_ID);

	i->url = field(r, F_LINK);
	if (i->url.p == NULL && r->is_permalink && is_address(id) &&
	    link_resolve(NULL, id, &r->link))
		i->url = dw_buf_str(&r->link);
}

static bool is_usable_id(struct dw_str s)
{
	return s.n > 0 && s.n <= ID_MAX && !dw_str_has_control(s);
}

/* "sha256:…" into F_ID, whose text is not needed any more. */
static struct dw_str digest_id(struct dw_rss *r, struct dw_str a, struct dw_str b)
{
	struct dw_buf *id = &r->field[F_ID], both;
	uint8_t digest[DW_HASH_SIZE];
	char hex[2 * DW_HASH_SIZE + 1];

	dw_buf_init(&both, 2 * RSS_FIELD_MAX + 1);
	DW_INVARIANT(dw_buf_add(&both, a.p, a.n) == 0 && dw_buf_addc(&both, '\n') == 0 &&
		     dw_buf_add(&both, b.p, b.n) == 0);
	dw_sha256(digest, both.p, both.len);
	dw_buf_fini(&both);
	dw_buf_clear(id);
	DW_INVARIANT(dw_buf_addf(id, "sha256:%s", dw_hex(hex, digest, sizeof(digest))) ==
		     0);
	return dw_buf_str(id);
}

static void set_id(struct dw_rss *r, struct dw_rss_item *i)
{
	struct dw_str id = field(r, F_ID), date = field(r, F_PUBLISHED);

	if (id.p == NULL)
		id = i->url;
	if (id.p == NULL)
		id = digest_id(r, i->title.p != NULL ? i->title : i->text, date);
	else if (!is_usable_id(id))
		id = digest_id(r, id, dw_str_make(NULL, 0));
	i->id = id;
}

/* ---- what ---- */

static void set_texts(struct dw_rss *r, struct dw_rss_item *i)
{
	i->title = line_of(r, F_TITLE, &r->title);
	i->text = text_of(r, F_CONTENT, &r->text);
	if (i->text.p == NULL)
		i->text = text_of(r, F_SUMMARY, &r->text);
	if (i->text.p == NULL)
		i->text = i->title;
	if (dw_str_eq(i->text, i->title))
		i->title = dw_str_make(NULL, 0);
}

bool rss_item_make(struct dw_rss *r, struct dw_rss_item *i)
{
	struct dw_str date = field(r, F_PUBLISHED);

	set_texts(r, i);
	if (i->text.p == NULL)
		return false;
	set_author(r, i);
	i->author_url = field(r, F_AUTHOR_URL);
	if (!is_address(i->author_url) || has_gap(i->author_url))
		i->author_url = dw_str_make(NULL, 0);
	set_url(r, i);
	set_id(r, i);
	set_lang(r, i);
	if (date.p != NULL)
		i->has_posted_at = link_date(date, &i->posted_at) == 0;
	date = field(r, F_UPDATED);
	if (!i->has_posted_at && date.p != NULL)
		i->has_posted_at = link_date(date, &i->posted_at) == 0;
	return true;
}

struct dw_str dw_rss_title(const struct dw_rss *r)
{
	struct dw_rss *open = (struct dw_rss *)(uintptr_t)r;

	return line_of(r, F_FEED_TITLE, &open->title);
}
