/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rss.c - reads a feed as its bytes come in, by expat.
 *
 * Why expat: it is small, streams, and is what reads XML in half of the software that reads
 * hostile XML; libxml2 builds trees and fetches what documents name, unless told in a dozen
 * places not to. What a document can do to us is bounded here:
 *
 *  (1) It declares no entities, internal or external: there is nothing to expand, and nothing
 *      that it could make us read. Entities of HTML, which feeds use without declaring them, are
 *      known by name.
 *  (2) Depth, the length of a tag and of a field have ceilings; the length of the whole is
 *      looked after by whoever hands it in.
 *  (3) A tag that comes in pieces is looked at from its begin for each piece: that is
 *      quadratic in its length, and why a tag has a ceiling.
 *  (4) An item is given out when its end tag was read, and not before: of a document that breaks
 *      off, whole items were seen.
 *
 * Before the parser gets anything, the first bytes are held back: some feeds begin with blanks,
 * which XML forbids, and what HTTP says about the encoding counts only when the document says
 * nothing, because whoever writes the document knows it better than the server's settings.
 */
#include "rss_int.h"

#include "text_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD_BYTES 512
#define WINDOW_KEEP (64u * 1024)
#define WINDOW_MAX (64u * 1024 * 1024)
#define QUIET_MAX (512u * 1024) /* bytes of a single tag or comment */
#define XML_NS "http://www.w3.org/XML/1998/namespace\n"

static int stop(struct dw_rss *r, const char *why)
{
	if (r->err.code == 0)
		(void)dw_fail(&r->err, DW_EINVAL, "line %lu: %s",
			      (unsigned long)XML_GetCurrentLineNumber(r->parser), why);
	XML_StopParser(r->parser, XML_FALSE);
	return DW_EINVAL;
}

const char *rss_base(const struct dw_rss *r)
{
	for (unsigned i = r->depth; i > 0; i--)
		if (r->level[i].base != NULL)
			return r->level[i].base;
	return r->url;
}

/* ---- levels ---- */

static char *copy(const char *text)
{
	char *z = strdup(text);

	DW_INVARIANT(z != NULL);
	return z;
}

static void push(struct dw_rss *r, enum rss_at at, const char **atts)
{
	const char *base = rss_attribute(atts, XML_NS "base");
	const char *lang = rss_attribute(atts, XML_NS "lang");
	struct rss_level *l = &r->level[r->depth + 1];

	*l = (struct rss_level){ .at = at };
	if (base != NULL && link_resolve(rss_base(r), dw_str_of(base), &r->scratch))
		l->base = copy(r->scratch.p);
	if (lang != NULL && strlen(lang) <= 40)
		l->lang = copy(lang);
	r->depth++;
}

static void pop(struct dw_rss *r)
{
	struct rss_level *l = &r->level[r->depth--];

	free(l->base);
	free(l->lang);
}

/* ---- fields ---- */

/* What does not fit a field is cut off it. */
static void add(struct dw_rss *r, const char *p, size_t n)
{
	if (r->into != F_COUNT && n > 0)
		(void)(dw_buf_add(&r->field[r->into], p, n) < 0);
}

static void add_tag(struct dw_rss *r, const char *before, const char *name)
{
	add(r, before, strlen(before));
	add(r, name, strlen(name));
	add(r, ">", 1);
}

/* Text inside of markup that is kept as markup must stay text. */
static void add_escaped(struct dw_rss *r, const char *p, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] != '<' && p[i] != '&')
			continue;
		add(r, p + from, i - from);
		add(r, p[i] == '<' ? "&lt;" : "&amp;", p[i] == '<' ? 4 : 5);
		from = i + 1;
	}
	add(r, p + from, n - from);
}

/* The first that has something in it counts. */
static void begin_field(struct dw_rss *r, const struct rss_rule *rule, const char **atts)
{
	const char *type = rss_attribute(atts, "type");
	const char *permalink = rss_attribute(atts, "isPermaLink");

	r->into = r->field[rule->field].len == 0 ? rule->field : F_COUNT;
	r->into_depth = r->depth;
	r->is_markup = false;
	if (r->into == F_COUNT)
		return;
	if (rule->field == F_ID)
		r->is_permalink = permalink == NULL || strcmp(permalink, "false") != 0;
	if (rule->form == FORM_TYPED && type != NULL) {
		r->is_markup = strstr(type, "xhtml") != NULL;
		r->is_html[r->into] = r->is_markup || strstr(type, "html") != NULL;
		if (strncmp(type, "text", 4) != 0 && !r->is_html[r->into])
			r->into = F_COUNT; /* a picture, say */
	} else {
		r->is_html[r->into] = rule->form == FORM_HTML;
	}
}

static void end_field(struct dw_rss *r)
{
	if (r->into == F_LINK) {
		struct dw_str ref = dw_buf_str(&r->field[F_LINK]);

		while (ref.n > 0 && isspace((unsigned char)ref.p[0]))
			ref = dw_str_make(ref.p + 1, ref.n - 1);
		while (ref.n > 0 && isspace((unsigned char)ref.p[ref.n - 1]))
			ref.n--;
		bool ok = link_resolve(rss_base(r), ref, &r->scratch);

		dw_buf_clear(&r->field[F_LINK]);
		if (ok)
			add(r, r->scratch.p, r->scratch.len);
	}
	r->into = F_COUNT;
	r->into_depth = 0;
}

/* ---- items ---- */

static void begin_item(struct dw_rss *r, const char **atts)
{
	const char *about =
		rss_attribute(atts, "http://www.w3.org/1999/02/22-rdf-syntax-ns#\nabout");

	for (int f = 0; f < F_OF_ITEM; f++)
		dw_buf_clear(&r->field[f]);
	memset(r->is_html, 0, sizeof(r->is_html[0]) * F_OF_ITEM);
	r->is_permalink = false;
	r->item_at = (uint64_t)XML_GetCurrentByteIndex(r->parser);
	if (about != NULL)
		(void)(dw_buf_addz(&r->field[F_ID], about) < 0);
}

static void end_item(struct dw_rss *r)
{
	uint64_t end = (uint64_t)XML_GetCurrentByteIndex(r->parser) +
		       (uint64_t)XML_GetCurrentByteCount(r->parser);
	struct dw_rss_item item = { .has_posted_at = false };

	if (r->item_at < r->window_at)
		r->item_at = r->window_at;
	if (end > r->window_at + r->window.len)
		end = r->window_at + r->window.len;
	if (rss_item_make(r, &item)) {
		item.raw = dw_str_make(r->window.p + (r->item_at - r->window_at),
				       (size_t)(end - r->item_at));
		r->is_done = !r->conf.on_item(r->conf.data, &item);
	}
	r->item_at = UINT64_MAX;
	if (r->is_done)
		XML_StopParser(r->parser, XML_FALSE);
}

/* <link rel="alternate" href="…"/>: the page that the entry is about, HTML before others. */
static void take_link(struct dw_rss *r, const char **atts)
{
	const char *rel = rss_attribute(atts, "rel"), *type = rss_attribute(atts, "type");
	const char *href = rss_attribute(atts, "href");
	bool is_page = type == NULL || strcmp(type, "text/html") == 0;
	struct dw_buf *link = &r->field[F_LINK];

	if (href == NULL || (rel != NULL && strcmp(rel, "alternate") != 0))
		return;
	if (link->len > 0 && (!is_page || r->is_html[F_LINK]))
		return;
	if (!link_resolve(rss_base(r), dw_str_of(href), &r->scratch))
		return;
	dw_buf_clear(link);
	r->is_html[F_LINK] = is_page;
	(void)(dw_buf_add(link, r->scratch.p, r->scratch.len) < 0);
}

/* ---- what expat calls ---- */

static void refuse_root(struct dw_rss *r, const char *name)
{
	const char *local = rss_local(name);
	char why[120];

	if (strcmp(local, "html") == 0)
		snprintf(why, sizeof(why), "this is a web page, not a feed");
	else
		snprintf(why, sizeof(why),
			 "this is XML, but neither RSS nor Atom: it begins with <%.*s>",
			 (int)link_cut(dw_str_of(local), 40).n, local);
	(void)stop(r, why);
}

static void obey(struct dw_rss *r, const struct rss_rule *rule, const char **atts)
{
	if (rule->to == AT_FIELD)
		begin_field(r, rule, atts);
	else if (rule->to == AT_ITEM || rule->to == AT_ENTRY)
		begin_item(r, atts);
}

/* Are the tags inside of what is being collected part of it? */
static bool keeps_tags(const struct dw_rss *r)
{
	return r->is_markup || (r->into != F_COUNT && r->is_html[r->into]);
}

static void on_start(void *data, const char *name, const char **atts)
{
	struct dw_rss *r = data;
	enum rss_at in = r->level[r->depth].at;
	const struct rss_rule *rule;

	r->quiet = 0;
	if (r->depth == RSS_DEPTH_MAX) {
		(void)stop(r, "elements are nested too deep");
		return;
	}
	if (r->into_depth != 0) {
		push(r, AT_UNKNOWN, atts);
		if (keeps_tags(r))
			add_tag(r, "<", rss_local(name));
		return;
	}
	rule = rss_rule_find(in, name);
	push(r, rule != NULL ? rule->to : AT_UNKNOWN, atts);
	if (rule != NULL)
		obey(r, rule, atts);
	else if (in == AT_DOCUMENT)
		refuse_root(r, name);
	else if (in == AT_ENTRY && strcmp(rss_local(name), "link") == 0)
		take_link(r, atts);
}

static void on_end(void *data, const char *name)
{
	struct dw_rss *r = data;
	enum rss_at at = r->level[r->depth].at;

	r->quiet = 0;
	if (r->into_depth == r->depth)
		end_field(r);
	else if (r->into_depth != 0 && keeps_tags(r))
		add_tag(r, "</", rss_local(name));
	else if (at == AT_ITEM || at == AT_ENTRY)
		end_item(r);
	pop(r);
}

static void on_text(void *data, const char *p, int n)
{
	struct dw_rss *r = data;

	r->quiet = 0;
	if (r->is_markup)
		add_escaped(r, p, (size_t)n);
	else
		add(r, p, (size_t)n);
}

/* An entity that nobody declared. */
static void on_entity(void *data, const char *name, int is_parameter)
{
	struct dw_rss *r = data;
	uint32_t c = is_parameter ? 0 : link_entity(dw_str_of(name));
	char utf8[4];

	r->quiet = 0;
	if (c != 0)
		add(r, utf8, dw_utf8_put(c, utf8));
}

static void on_entity_declared(void *data, const char *name, int is_parameter,
			       const char *value, int n, const char *base,
			       const char *system, const char *public,
			       const char *notation)
{
	(void)name, (void)is_parameter, (void)value, (void)n, (void)base;
	(void)system, (void)public, (void)notation;
	(void)stop(data, "it declares entities, which are not read here");
}

/* Comments, processing instructions, what else there is. */
static void on_other(void *data, const char *p, int n)
{
	struct dw_rss *r = data;

	(void)p, (void)n;
	r->quiet = 0;
}

static int on_encoding(void *data, const char *name, XML_Encoding *info)
{
	struct dw_rss *r = data;
	char why[100];

	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	if (link_charset(name, info->map))
		return XML_STATUS_OK;
	snprintf(why, sizeof(why), "its encoding \"%.*s\" is not read here",
		 (int)link_cut(dw_str_of(name), 40).n, name);
	(void)dw_fail(&r->err, DW_EINVAL, "%s", why);
	return XML_STATUS_ERROR;
}

/* ---- beginning ---- */

/* Where `word` stands in the head, without regard to case; NULL: nowhere. */
static const char *find(struct dw_str head, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= head.n; i++)
		if (dw_str_eq_nocase(dw_str_make(head.p + i, n), dw_str_make(word, n)))
			return head.p + i;
	return NULL;
}

/* The encoding that the parser is told, NULL: it finds out by itself. */
static const char *choose_encoding(const struct dw_rss *r, struct dw_str head)
{
	const char *end = find(head, "?>"), *at;
	struct dw_str declaration = { head.p, 0 };

	if (head.n > 1 && (unsigned char)head.p[0] >= 0xef)
		return NULL; /* a byte order mark */
	if (find(head, "<?xml") == head.p && end != NULL)
		declaration.n = (size_t)(end - head.p);
	at = find(declaration, "encoding");
	if (at == NULL)
		return r->charset != NULL && strcasecmp(r->charset, "us-ascii") != 0
			       ? r->charset
			       : NULL;
	return find(declaration, "\"utf8\"") != NULL ||
			       find(declaration, "'utf8'") != NULL
		       ? "UTF-8"
		       : NULL;
}

static void make_parser(struct dw_rss *r, struct dw_str head)
{
	XML_Parser p = XML_ParserCreateNS(choose_encoding(r, head), '\n');

	DW_INVARIANT(p != NULL);
	r->parser = p;
	XML_SetUserData(p, r);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	XML_SetSkippedEntityHandler(p, on_entity);
	XML_SetEntityDeclHandler(p, on_entity_declared);
	XML_SetDefaultHandlerExpand(p, on_other);
	XML_SetUnknownEncodingHandler(p, on_encoding, r);
	/* As if there were a DTD that we do not read: what is not declared is skipped, and
	 * on_entity is asked, instead of being an error. */
	(void)XML_UseForeignDTD(p, XML_TRUE);
}

struct dw_rss *dw_rss_create(const struct dw_rss_conf *conf)
{
	struct dw_rss *r = calloc(1, sizeof(*r));

	DW_INVARIANT(r != NULL);
	r->conf = *conf;
	r->url = copy(conf->url);
	r->charset = conf->charset != NULL ? copy(conf->charset) : NULL;
	dw_buf_init(&r->head, HEAD_BYTES);
	dw_buf_init(&r->window, WINDOW_MAX);
	dw_buf_init(&r->title, 16u * 1024);
	dw_buf_init(&r->text, RSS_TEXT_MAX);
	dw_buf_init(&r->link, 8192);
	dw_buf_init(&r->scratch, 8192);
	for (int f = 0; f < F_COUNT; f++)
		dw_buf_init(&r->field[f], RSS_FIELD_MAX);
	r->level[0].at = AT_DOCUMENT;
	r->into = F_COUNT;
	r->item_at = UINT64_MAX;
	return r;
}

void dw_rss_destroy(struct dw_rss *r)
{
	if (r == NULL)
		return;
	while (r->depth > 0)
		pop(r);
	if (r->parser != NULL)
		XML_ParserFree(r->parser);
	for (int f = 0; f < F_COUNT; f++)
		dw_buf_fini(&r->field[f]);
	dw_buf_fini(&r->head);
	dw_buf_fini(&r->window);
	dw_buf_fini(&r->title);
	dw_buf_fini(&r->text);
	dw_buf_fini(&r->link);
	dw_buf_fini(&r->scratch);
	free(r->url);
	free(r->charset);
	free(r);
}

/* ---- reading ---- */

static int explain(struct dw_rss *r, struct dw_err *err)
{
	enum XML_Error e = XML_GetErrorCode(r->parser);
	struct dw_str head = dw_buf_str(&r->head);

	if (r->err.code == 0 &&
	    (find(head, "<html") != NULL || find(head, "<!doctype html") != NULL))
		(void)dw_fail(&r->err, DW_EINVAL, "this is a web page, not a feed");
	else if (r->err.code == 0)
		(void)dw_fail(&r->err, DW_EINVAL, "line %lu: %s",
			      (unsigned long)XML_GetCurrentLineNumber(r->parser),
			      XML_ErrorString(e));
	if (err != NULL)
		*err = r->err;
	return DW_EINVAL;
}

/* Outside of items only the newest bytes are kept: the next item's tag may have begun there. */
static void trim_window(struct dw_rss *r)
{
	uint64_t end = r->window_at + r->window.len;
	uint64_t keep = end > WINDOW_KEEP ? end - WINDOW_KEEP : 0;
	size_t drop;

	if (r->item_at != UINT64_MAX)
		keep = r->item_at;
	if (keep <= r->window_at)
		return;
	drop = (size_t)(keep - r->window_at);
	if (drop < WINDOW_KEEP && drop < r->window.len)
		return; /* moving a lot for a little */
	dw_buf_consume(&r->window, drop);
	r->window_at = keep;
}

static int parse(struct dw_rss *r, struct dw_str piece, bool is_last, struct dw_err *err)
{
	enum XML_Status status;

	if (r->is_done)
		return 0;
	if (dw_buf_add(&r->window, piece.p, piece.n) < 0)
		return dw_fail(err, DW_EINVAL, "an item is too long");
	r->quiet += piece.n;
	status = XML_Parse(r->parser, piece.n > 0 ? piece.p : "", (int)piece.n, is_last);
	if (r->is_done)
		return 0;
	if (status == XML_STATUS_OK && r->quiet > QUIET_MAX)
		(void)stop(r, "a tag or a comment is too long");
	if (status != XML_STATUS_OK || r->err.code != 0)
		return explain(r, err);
	trim_window(r);
	return 0;
}

/* The first bytes are complete: what comes before the first tag is dropped, if it is blank. */
static int begin(struct dw_rss *r, bool is_last, struct dw_err *err)
{
	struct dw_str head = dw_buf_str(&r->head);

	while (head.n > 0 && isspace((unsigned char)head.p[0]))
		head = dw_str_make(head.p + 1, head.n - 1);
	if (head.n == 0 && is_last)
		return dw_fail(err, DW_EINVAL, "the answer is empty");
	make_parser(r, head);
	return parse(r, head, false, err);
}

int dw_rss_read(struct dw_rss *r, struct dw_str piece, struct dw_err *err)
{
	int rc = 0;

	if (r->err.code != 0)
		return explain(r, err);
	if (r->parser == NULL) {
		size_t n = HEAD_BYTES - r->head.len;

		n = piece.n < n ? piece.n : n;
		DW_INVARIANT(dw_buf_add(&r->head, piece.p, n) == 0);
		piece = dw_str_make(piece.p + n, piece.n - n);
		if (r->head.len < HEAD_BYTES)
			return 0;
		rc = begin(r, false, err);
	}
	while (rc == 0 && piece.n > 0 && !r->is_done) {
		size_t n = piece.n < 64u * 1024 ? piece.n : 64u * 1024;

		rc = parse(r, dw_str_make(piece.p, n), false, err);
		piece = dw_str_make(piece.p + n, piece.n - n);
	}
	return rc;
}

int dw_rss_end(struct dw_rss *r, struct dw_err *err)
{
	int rc = 0;

	if (r->err.code != 0)
		return explain(r, err);
	if (r->parser == NULL)
		rc = begin(r, true, err);
	return rc == 0 ? parse(r, dw_str_make("", 0), true, err) : rc;
}
