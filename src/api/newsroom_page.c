/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom_page.c - one statement: what stands, what happened to it, and what it said before.
 *
 * Machines read the same lines as people, by schema.org's names in attributes: a script for them would
 * need a nonce, and then every reader would need a page of their own.
 *
 * A withdrawn text can still be read, behind one more click: who quotes it must find it, and who
 * merely came by must not take it for ours.
 */
#include "newsroom_int.h"

#include <stdio.h>

struct page {
	struct html w;
	const struct dw_newsroom_item *it;
	const struct dw_publication *shown;   /* what went out then */
	const struct dw_statement_version *v; /* its version */
	struct dw_str ui;
	char id[24];
	bool is_permalink;
};

bool newsroom_is_correction(const struct dw_statement *t, const struct dw_publication *p)
{
	const struct dw_publication *before = dw_newsroom_before(t, p);

	return before != NULL && before->version != p->version;
}

void newsroom_point(struct html *w, struct dw_str ui, enum newsroom_word word,
		    const struct dw_statement *to)
{
	const struct dw_statement_version *v =
		newsroom_version(to, dw_newsroom_newest(to));
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)to->id);
	HTML(w,
	     "<p>{word} <a href=\"/newsroom/{id}\" hreflang=\"{lang}\" lang=\"{lang}\" "
	     "dir=\"{dir}\">{title}</a></p>\n",
	     { "word", newsroom_say(ui, word) }, { "id", dw_str_of(id) },
	     { "lang", v->lang }, { "dir", newsroom_dir(v->lang) },
	     { "title", v->title });
}

/* ---- what happened to it ---- */

static void add_reason(struct page *p, struct dw_str reason)
{
	if (reason.n > 0)
		HTML(&p->w,
		     "<p>{word}: <span itemprop=\"text\" dir=\"auto\">{reason}</span></p>\n",
		     { "word", newsroom_say(p->ui, WORD_REASON) }, { "reason", reason });
}

static void add_notice(struct page *p, const char *kind, enum newsroom_word word,
		       const struct dw_publication *of)
{
	HTML(&p->w,
	     "<div class=\"notice {kind}\" itemprop=\"correction\" itemscope=\"\" "
	     "itemtype=\"https://schema.org/CorrectionComment\">\n"
	     "<p><strong>{sentence}</strong> ",
	     { "kind", dw_str_of(kind) }, { "sentence", newsroom_say(p->ui, word) });
	html_time(&p->w, p->ui, of->at, "datePublished");
	html_raw(&p->w, "</p>\n");
	add_reason(p, dw_newsroom_reason(p->it->t, of, p->it->corrects != NULL));
	html_raw(&p->w, "</div>\n");
}

static void add_corrects(struct page *p)
{
	const struct dw_publication *first = dw_newsroom_first(p->it->t);

	html_raw(&p->w, "<div class=\"notice\">\n");
	newsroom_point(&p->w, p->ui, WORD_CORRECTS, p->it->corrects);
	if (first == p->shown)
		add_reason(p, dw_newsroom_reason(p->it->t, first, true));
	html_raw(&p->w, "</div>\n");
}

static void add_notices(struct page *p)
{
	const struct dw_newsroom_item *it = p->it;

	if (it->last->is_withdrawal)
		add_notice(p, "withdrawn", WORD_WAS_WITHDRAWN, it->last);
	else if (p->shown == it->newest && newsroom_is_correction(it->t, p->shown))
		add_notice(p, "corrected", WORD_WAS_CORRECTED, p->shown);
	if (p->shown != it->newest)
		HTML(&p->w,
		     "<div class=\"notice old\"><p><strong>{old}</strong> "
		     "<a href=\"/newsroom/{id}\">{newest}</a></p></div>\n",
		     { "old", newsroom_say(p->ui, WORD_IS_OLD) },
		     { "id", dw_str_of(p->id) },
		     { "newest", newsroom_say(p->ui, WORD_READ_NEWEST) });
	if (it->corrected_by != NULL) {
		html_raw(&p->w, "<div class=\"notice corrected\">\n");
		newsroom_point(&p->w, p->ui, WORD_CORRECTED_BY, it->corrected_by);
		html_raw(&p->w, "</div>\n");
	}
	if (it->corrects != NULL)
		add_corrects(p);
}

/* ---- its versions ---- */

static void add_act(struct page *p, const struct dw_publication *act)
{
	enum newsroom_word word = WORD_PUBLISHED;
	struct dw_str reason = dw_newsroom_reason(p->it->t, act, p->it->corrects != NULL);
	char seq[24];

	if (act->is_withdrawal)
		word = WORD_WITHDRAWN;
	else if (newsroom_is_correction(p->it->t, act))
		word = WORD_CORRECTED;
	snprintf(seq, sizeof(seq), "%llu", (unsigned long long)act->seq);
	html_raw(&p->w, "<li>");
	if (!act->is_withdrawal)
		HTML(&p->w, "<a href=\"/newsroom/{id}?version={seq}\">",
		     { "id", dw_str_of(p->id) }, { "seq", dw_str_of(seq) });
	HTML(&p->w, "{word} ", { "word", newsroom_say(p->ui, word) });
	html_time(&p->w, p->ui, act->at, NULL);
	html_raw(&p->w, act->is_withdrawal ? "" : "</a>");
	if (act == p->shown)
		HTML(&p->w, " <span class=\"shown\">{here}</span>",
		     { "here", newsroom_say(p->ui, WORD_THIS_VERSION) });
	if (reason.n > 0)
		HTML(&p->w, "<br>\n{word}: <span dir=\"auto\">{reason}</span>",
		     { "word", newsroom_say(p->ui, WORD_REASON) }, { "reason", reason });
	html_raw(&p->w, "</li>\n");
}

static void add_versions(struct page *p)
{
	const struct dw_statement *t = p->it->t;

	if (p->it->last == dw_newsroom_first(t))
		return;
	HTML(&p->w,
	     "<section class=\"versions\">\n<h2>{versions}</h2>\n<ol reversed=\"\">\n",
	     { "versions", newsroom_say(p->ui, WORD_VERSIONS) });
	for (size_t i = t->publications.n; i-- > 0;)
		if (dw_newsroom_tells(t, &t->publications.p[i]))
			add_act(p, &t->publications.p[i]);
	html_raw(&p->w, "</ol>\n</section>\n");
}

/* ---- the same in other languages ---- */

static uint64_t original(const struct dw_statement *t)
{
	return t->translation_of != 0 ? t->translation_of : t->id;
}

static void add_languages(struct page *p, const struct dw_newsroom_view *view)
{
	bool any = false;

	for (size_t i = 0; i < view->n; i++) {
		const struct dw_newsroom_item *o = &view->p[i];
		const struct dw_statement_version *v;
		char id[24];

		if (o == p->it || o->last->is_withdrawal ||
		    original(o->t) != original(p->it->t))
			continue;
		v = newsroom_version(o->t, o->newest);
		snprintf(id, sizeof(id), "%llu", (unsigned long long)o->t->id);
		if (!any)
			HTML(&p->w, "<nav class=\"also\">\n<h2>{also}</h2>\n<ul>\n",
			     { "also", newsroom_say(p->ui, WORD_LANGUAGES) });
		any = true;
		HTML(&p->w,
		     "<li><a href=\"/newsroom/{id}\" hreflang=\"{lang}\" lang=\"{lang}\" "
		     "dir=\"{dir}\">{title}</a></li>\n",
		     { "id", dw_str_of(id) }, { "lang", v->lang },
		     { "dir", newsroom_dir(v->lang) }, { "title", v->title });
	}
	html_raw(&p->w, any ? "</ul>\n</nav>\n" : "");
}

/* ---- all of it ---- */

static void add_when(struct page *p, const struct dw_newsroom_site *site)
{
	const struct dw_publication *first = dw_newsroom_first(p->it->t);

	HTML(&p->w, "<p class=\"meta\">{word} ",
	     { "word", newsroom_say(p->ui, WORD_PUBLISHED) });
	html_time(&p->w, p->ui, first->at, "datePublished");
	if (p->shown != first) {
		HTML(&p->w, " · {word} ",
		     { "word",
		       newsroom_say(p->ui, newsroom_is_correction(p->it->t, p->shown)
						   ? WORD_CORRECTED
						   : WORD_PUBLISHED) });
		html_time(&p->w, p->ui, p->shown->at, "dateModified");
	}
	html_raw(&p->w, "</p>\n");
	if (site->name.n > 0)
		HTML(&p->w,
		     "<div itemprop=\"publisher\" itemscope=\"\" "
		     "itemtype=\"https://schema.org/Organization\">"
		     "<meta itemprop=\"name\" content=\"{name}\"></div>\n",
		     { "name", site->name });
}

static void add_text(struct page *p)
{
	bool is_folded = p->it->last->is_withdrawal && !p->is_permalink;

	if (is_folded)
		HTML(&p->w, "<details><summary>{read}</summary>\n",
		     { "read", newsroom_say(p->ui, WORD_READ_WITHDRAWN) });
	HTML(&p->w,
	     "<div class=\"text{gone}\" itemprop=\"articleBody\" lang=\"{lang}\" dir=\"{dir}\">\n",
	     { "gone", p->it->last->is_withdrawal ? DW_STR(" gone") : DW_STR("") },
	     { "lang", p->v->lang }, { "dir", newsroom_dir(p->v->lang) });
	html_prose(&p->w, p->v->text);
	HTML(&p->w,
	     "</div>\n<p class=\"proof\">{word} <code dir=\"ltr\">{digest}</code></p>\n",
	     { "word", newsroom_say(p->ui, WORD_DIGEST) },
	     { "digest", dw_str_of(p->v->digest) });
	html_raw(&p->w, is_folded ? "</details>\n" : "");
}

int dw_newsroom_page(struct dw_buf *out, const struct dw_newsroom_site *site,
		     const struct dw_newsroom_view *view,
		     const struct dw_newsroom_item *it,
		     const struct dw_publication *shown)
{
	struct page p = { .w = { out, 0 }, .it = it, .shown = shown };
	char path[64];

	p.is_permalink = shown != NULL;
	if (shown == NULL)
		p.shown = it->newest;
	p.v = newsroom_version(it->t, p.shown);
	p.ui = newsroom_ui(p.v->lang);
	snprintf(p.id, sizeof(p.id), "%llu", (unsigned long long)it->t->id);
	snprintf(path, sizeof(path), "/newsroom/%s", p.id);
	/* what is withdrawn is not to be passed on */
	newsroom_head(&p.w, site, p.ui,
		      &(struct newsroom_about){ p.v->title, dw_str_of(path),
						it->last->is_withdrawal ? DW_STR("")
									: p.v->text });
	HTML(&p.w,
	     "<article itemscope=\"\" itemtype=\"https://schema.org/NewsArticle\">\n"
	     "<meta itemprop=\"inLanguage\" content=\"{lang}\">\n"
	     "<h1 itemprop=\"headline\" lang=\"{lang}\" dir=\"{dir}\">{title}</h1>\n",
	     { "lang", p.v->lang }, { "dir", newsroom_dir(p.v->lang) },
	     { "title", p.v->title });
	if (it->last->is_withdrawal)
		html_raw(
			&p.w,
			"<meta itemprop=\"creativeWorkStatus\" content=\"Withdrawn\">\n");
	add_when(&p, site);
	add_notices(&p);
	add_text(&p);
	html_raw(&p.w, "</article>\n");
	add_versions(&p);
	add_languages(&p, view);
	newsroom_foot(&p.w, p.ui);
	return p.w.rc;
}
