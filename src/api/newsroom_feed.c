/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_feed.c - what is out, for programs: Atom (RFC 4287) and JSON Feed 1.1.
 *
 * An entry is a statement: it keeps its id and gets another `updated` when it is corrected or
 * withdrawn, so that whoever has shown it shows it anew. A withdrawn one has no text any more, but says why.
 */
#include "newsroom_int.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/jsonw.h"

#include <stdio.h>

static const char feed_head[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
	"<id>{id}/newsroom</id>\n"
	"<title>{title}</title>\n"
	"<updated>{updated}</updated>\n"
	"<author><name>{name}</name></author>\n"
	"<link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/newsroom/feed.atom\"/>\n"
	"<link rel=\"alternate\" type=\"text/html\" href=\"{base}/newsroom\"/>\n";
static const char entry_head[] =
	"<entry xml:lang=\"{lang}\">\n"
	"<id>{root}/newsroom/{id}</id>\n"
	"<title>{mark}{title}</title>\n"
	"<published>{published}</published>\n"
	"<updated>{updated}</updated>\n"
	"<link rel=\"alternate\" type=\"text/html\" hreflang=\"{lang}\" href=\"{base}/newsroom/{id}\"/>\n"
	"<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"{lang}\" dir=\"{dir}\">\n";

/* An id must be absolute and for ever; without an address of ours it is one that leads nowhere. */
static struct dw_str root_of(const struct dw_newsroom_site *site)
{
	return site->base.n > 0 ? site->base : DW_STR("tag:diwan.invalid,2026:");
}

static struct dw_str name_of(const struct dw_newsroom_site *site)
{
	return site->name.n > 0 ? site->name : DW_STR("Newsroom");
}

static int64_t updated(const struct dw_newsroom_view *view)
{
	int64_t at = 0;

	for (size_t i = 0; i < view->n && i < DW_NEWSROOM_FEED; i++)
		if (view->p[i].updated > at)
			at = view->p[i].updated;
	return at;
}

/* What stands in the place of the text, or above it. */
static void add_state(struct html *w, const struct dw_newsroom_item *it, struct dw_str ui)
{
	struct dw_str reason = dw_newsroom_reason(it->t, it->last, it->corrects != NULL);

	if (it->last->is_withdrawal || newsroom_is_correction(it->t, it->last))
		HTML(w, "<p><strong>{sentence}</strong></p>\n",
		     { "sentence",
		       newsroom_say(ui, it->last->is_withdrawal ? WORD_WAS_WITHDRAWN
								: WORD_WAS_CORRECTED) });
	if (it->corrects != NULL)
		HTML(w, "<p>{word} {title}</p>\n",
		     { "word", newsroom_say(ui, WORD_CORRECTS) },
		     { "title",
		       newsroom_version(it->corrects, dw_newsroom_newest(it->corrects))
			       ->title });
	if (reason.n > 0)
		HTML(w, "<p>{word}: {reason}</p>\n",
		     { "word", newsroom_say(ui, WORD_REASON) }, { "reason", reason });
	if (it->corrected_by != NULL)
		HTML(w, "<p>{word} {title}</p>\n",
		     { "word", newsroom_say(ui, WORD_CORRECTED_BY) },
		     { "title", newsroom_version(it->corrected_by,
						 dw_newsroom_newest(it->corrected_by))
					->title });
}

/* "Withdrawn: ", when it is. */
static struct dw_str mark_of(const struct dw_newsroom_item *it, struct dw_str ui,
			     char *out, size_t max)
{
	struct dw_str word = newsroom_say(ui, WORD_WITHDRAWN);

	out[0] = '\0';
	if (it->last->is_withdrawal)
		snprintf(out, max, "%.*s: ", (int)word.n, word.p);
	return dw_str_of(out);
}

static void add_entry(struct html *w, const struct dw_newsroom_site *site,
		      const struct dw_newsroom_item *it)
{
	const struct dw_statement_version *v = newsroom_version(it->t, it->newest);
	struct dw_str ui = newsroom_ui(v->lang);
	char published[DW_TIME_MAX], changed[DW_TIME_MAX], id[24], mark[64];

	(void)dw_time_format(published, dw_newsroom_first(it->t)->at);
	(void)dw_time_format(changed, it->updated);
	snprintf(id, sizeof(id), "%llu", (unsigned long long)it->t->id);
	HTML(w, entry_head, { "lang", v->lang }, { "root", root_of(site) },
	     { "id", dw_str_of(id) }, { "mark", mark_of(it, ui, mark, sizeof(mark)) },
	     { "title", v->title }, { "published", dw_str_of(published) },
	     { "updated", dw_str_of(changed) }, { "base", site->base },
	     { "dir", newsroom_dir(v->lang) });
	add_state(w, it, ui);
	if (!it->last->is_withdrawal)
		html_prose(w, v->text);
	html_raw(w, "</div></content>\n</entry>\n");
}

int dw_newsroom_atom(struct dw_buf *out, const struct dw_newsroom_site *site,
		     const struct dw_newsroom_view *view)
{
	struct html w = { out, 0 };
	char at[DW_TIME_MAX];

	(void)dw_time_format(at, updated(view));
	HTML(&w, feed_head, { "id", root_of(site) }, { "title", name_of(site) },
	     { "updated", dw_str_of(at) }, { "name", name_of(site) },
	     { "base", site->base });
	for (size_t i = 0; i < view->n && i < DW_NEWSROOM_FEED; i++)
		add_entry(&w, site, &view->p[i]);
	html_raw(&w, "</feed>\n");
	return w.rc;
}

/* ---- JSON Feed ---- */

static void add_url(struct dw_jsonw *w, const char *key,
		    const struct dw_newsroom_site *site, const char *path,
		    struct dw_arena *a)
{
	dw_jsonw_kstr(w, key,
		      dw_arena_printf(a, "%.*s%s", (int)site->base.n, site->base.p,
				      path));
}

/* The bytes of the text as they were approved, and what else their digest is over. */
static void add_proof(struct dw_jsonw *w, const struct dw_statement_version *v)
{
	dw_jsonw_key(w, "_diwan");
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
	dw_jsonw_kstr(w, "channel",
		      dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, v->channel)));
	dw_jsonw_kstr(w, "audience",
		      dw_str_of(dw_statement_word(DW_WORDS_READER, v->reader)));
	dw_jsonw_obj_end(w);
}

static int add_json_item(struct dw_jsonw *w, const struct dw_newsroom_site *site,
			 const struct dw_newsroom_item *it, struct dw_arena *a)
{
	const struct dw_statement_version *v = newsroom_version(it->t, it->newest);
	struct dw_str ui = newsroom_ui(v->lang);
	struct dw_buf markup;
	struct html h = { &markup, 0 };
	char path[64], mark[64];

	snprintf(path, sizeof(path), "/newsroom/%llu", (unsigned long long)it->t->id);
	(void)mark_of(it, ui, mark, sizeof(mark));
	dw_buf_init(&markup, DW_NEWSROOM_OUT_MAX);
	add_state(&h, it, ui);
	if (!it->last->is_withdrawal)
		html_prose(&h, v->text);
	dw_jsonw_obj(w);
	add_url(w, "id", site, path, a);
	add_url(w, "url", site, path, a);
	dw_jsonw_kstr(w, "title",
		      dw_arena_printf(a, "%s%.*s", mark, (int)v->title.n, v->title.p));
	dw_jsonw_kstr(w, "language", v->lang);
	dw_jsonw_ktime(w, "date_published", dw_newsroom_first(it->t)->at);
	dw_jsonw_ktime(w, "date_modified", it->updated);
	dw_jsonw_kstr(w, "content_html", dw_buf_str(&markup));
	if (!it->last->is_withdrawal) {
		dw_jsonw_kstr(w, "content_text", v->text);
		add_proof(w, v);
	}
	dw_jsonw_obj_end(w);
	dw_buf_fini(&markup);
	return h.rc;
}

int dw_newsroom_json(struct dw_buf *out, const struct dw_newsroom_site *site,
		     const struct dw_newsroom_view *view)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_jsonw w;
	int rc = 0;

	dw_jsonw_init(&w, out);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "version", DW_STR("https://jsonfeed.org/version/1.1"));
	dw_jsonw_kstr(&w, "title", name_of(site));
	add_url(&w, "home_page_url", site, "/newsroom", a);
	add_url(&w, "feed_url", site, "/newsroom/feed.json", a);
	dw_jsonw_key(&w, "items");
	dw_jsonw_arr(&w);
	for (size_t i = 0; rc == 0 && i < view->n && i < DW_NEWSROOM_FEED; i++)
		rc = add_json_item(&w, site, &view->p[i], a);
	dw_jsonw_arr_end(&w);
	dw_jsonw_obj_end(&w);
	dw_arena_destroy(a);
	return rc < 0 ? rc : dw_jsonw_end(&w);
}
