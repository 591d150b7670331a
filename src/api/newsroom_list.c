/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_list.c - the list of what is out, and what every page has above and below.
 *
 * The same bytes go to everybody who asks in that language: no nonce, no name of a reader, no script. Words of
 * ours are in the reader's language; each title and text says its own.
 */
#include "newsroom_int.h"

#include <stdio.h>

#define EXCERPT 240 /* code points */

static const char head[] =
	"<!doctype html>\n"
	"<html lang=\"{lang}\" dir=\"{dir}\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>{title}{dot}{name}</title>\n"
	"<meta property=\"og:title\" content=\"{title}\">\n"
	"<link rel=\"canonical\" href=\"{base}{path}\">\n"
	"<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/newsroom/feed.atom\">\n"
	"<link rel=\"alternate\" type=\"application/feed+json\" href=\"/newsroom/feed.json\">\n"
	"<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n";
static const char top[] = "</head>\n"
			  "<body>\n"
			  "<header><a href=\"/newsroom?lang={lang}\">";

static void add_title(struct html *w, const struct dw_newsroom_site *site,
		      struct dw_str ui)
{
	struct dw_str newsroom = newsroom_say(ui, WORD_NEWSROOM);

	if (site->name.n > 0)
		HTML(w, "<strong><bdi>{name}</bdi></strong> <span>{newsroom}</span>",
		     { "name", site->name }, { "newsroom", newsroom });
	else
		HTML(w, "<strong>{newsroom}</strong>", { "newsroom", newsroom });
}

void newsroom_head(struct html *w, const struct dw_newsroom_site *site, struct dw_str ui,
		   const struct newsroom_about *about)
{
	HTML(w, head, { "lang", ui }, { "dir", newsroom_dir(ui) },
	     { "title", about->title }, { "name", site->name },
	     { "dot", site->name.n > 0 ? DW_STR(" · ") : DW_STR("") },
	     { "base", site->base }, { "path", about->path });
	if (about->text.n > 0) {
		html_raw(w, "<meta name=\"description\" content=\"");
		html_excerpt(w, about->text, EXCERPT);
		html_raw(w, "\">\n");
	}
	if (site->style.n > 0)
		HTML(w, "<link rel=\"stylesheet\" href=\"{style}\">\n",
		     { "style", site->style });
	HTML(w, top, { "lang", ui });
	add_title(w, site, ui);
	html_raw(w, "</a></header>\n<main>\n");
}

void newsroom_foot(struct html *w, struct dw_str ui)
{
	HTML(w,
	     "</main>\n"
	     "<footer><a href=\"/newsroom/feed.atom\">{feed}</a></footer>\n"
	     "</body>\n"
	     "</html>\n",
	     { "feed", newsroom_say(ui, WORD_FEED) });
}

/* The page in the other languages. */
static void add_switch(struct html *w, struct dw_str ui)
{
	static const char *const of[][2] = { { "en", "English" },
					     { "ar", "العربية" },
					     { "fa", "فارسی" } };

	html_raw(w, "<nav class=\"languages\">");
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct dw_str lang = dw_str_of(of[i][0]);

		if (!dw_str_eq(lang, ui))
			HTML(w,
			     "<a href=\"/newsroom?lang={lang}\" hreflang=\"{lang}\" "
			     "lang=\"{lang}\">{name}</a>\n",
			     { "lang", lang }, { "name", dw_str_of(of[i][1]) });
	}
	html_raw(w, "</nav>\n");
}

static enum newsroom_word word_of(const struct dw_newsroom_item *it)
{
	if (it->last->is_withdrawal)
		return WORD_WITHDRAWN;
	return newsroom_is_correction(it->t, it->last) ? WORD_CORRECTED : WORD_PUBLISHED;
}

static void add_item(struct html *w, const struct dw_newsroom_item *it, struct dw_str ui)
{
	const struct dw_statement_version *v = newsroom_version(it->t, it->newest);
	enum newsroom_word word = word_of(it);
	struct dw_str dir = newsroom_dir(v->lang);
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)it->t->id);
	HTML(w,
	     "<li>\n"
	     "<h2 lang=\"{lang}\" dir=\"{dir}\"><a href=\"/newsroom/{id}\">{title}</a></h2>\n"
	     "<p class=\"meta\"><span class=\"{kind}\">{word}</span> ",
	     { "lang", v->lang }, { "dir", dir }, { "id", dw_str_of(id) },
	     { "title", v->title }, { "word", newsroom_say(ui, word) },
	     { "kind", word == WORD_PUBLISHED ? DW_STR("out") : DW_STR("mark") });
	html_time(w, ui, it->last->at, NULL);
	html_raw(w, "</p>\n");
	if (it->last->is_withdrawal) {
		HTML(w, "<p>{sentence}</p>\n",
		     { "sentence", newsroom_say(ui, WORD_WAS_WITHDRAWN) });
	} else {
		HTML(w, "<p lang=\"{lang}\" dir=\"{dir}\">", { "lang", v->lang },
		     { "dir", dir });
		html_excerpt(w, v->text, EXCERPT);
		html_raw(w, "</p>\n");
	}
	if (it->corrected_by != NULL)
		newsroom_point(w, ui, WORD_CORRECTED_BY, it->corrected_by);
	html_raw(w, "</li>\n");
}

static void add_more(struct html *w, const struct dw_newsroom_view *view, size_t from,
		     size_t to, struct dw_str ui)
{
	char seq[24];

	if (from == 0 && to == view->n)
		return;
	html_raw(w, "<nav class=\"pages\">");
	if (from > 0)
		HTML(w, "<a href=\"/newsroom?lang={lang}\" rel=\"first\">{word}</a>\n",
		     { "lang", ui }, { "word", newsroom_say(ui, WORD_NEWEST) });
	snprintf(seq, sizeof(seq), "%llu",
		 (unsigned long long)(to > 0 ? view->p[to - 1].last->seq : 0));
	if (to < view->n)
		HTML(w,
		     "<a href=\"/newsroom?lang={lang}&amp;before={seq}\" rel=\"next\">{word}</a>\n",
		     { "lang", ui }, { "seq", dw_str_of(seq) },
		     { "word", newsroom_say(ui, WORD_OLDER) });
	html_raw(w, "</nav>\n");
}

int dw_newsroom_list(struct dw_buf *out, const struct dw_newsroom_site *site,
		     const struct dw_newsroom_view *view, size_t from, struct dw_str ui)
{
	struct html w = { out, 0 };
	struct dw_str title = newsroom_say(ui, WORD_NEWSROOM);
	size_t to = view->n - from > DW_NEWSROOM_PAGE ? from + DW_NEWSROOM_PAGE : view->n;

	newsroom_head(&w, site, ui,
		      &(struct newsroom_about){
			      title, DW_STR("/newsroom"), { NULL, 0 } });
	HTML(&w, "<h1>{title}</h1>\n", { "title", title });
	add_switch(&w, ui);
	if (from == to)
		HTML(&w, "<p>{empty}</p>\n", { "empty", newsroom_say(ui, WORD_EMPTY) });
	else
		html_raw(&w, "<ol class=\"list\">\n");
	for (size_t i = from; i < to; i++)
		add_item(&w, &view->p[i], ui);
	html_raw(&w, from == to ? "" : "</ol>\n");
	add_more(&w, view, from, to, ui);
	newsroom_foot(&w, ui);
	return w.rc;
}

int dw_newsroom_missing(struct dw_buf *out, const struct dw_newsroom_site *site,
			struct dw_str ui)
{
	struct html w = { out, 0 };
	struct dw_str text = newsroom_say(ui, WORD_NOT_FOUND);

	newsroom_head(&w, site, ui,
		      &(struct newsroom_about){ text, DW_STR("/newsroom"), { NULL, 0 } });
	HTML(&w, "<h1>{text}</h1>\n", { "text", text });
	add_switch(&w, ui);
	newsroom_foot(&w, ui);
	return w.rc;
}
