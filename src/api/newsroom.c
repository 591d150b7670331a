/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * newsroom.c - the newsroom's addresses: public, without a session, and the same bytes for everybody.
 *
 * A page is made when it is first asked for and kept until something is published or withdrawn
 * (dw_newsroom_moves): then all are dropped. What is asked for most is thus one look-up and one write from
 * where the bytes lie. What is kept is bounded; whoever asks for very many pages makes them be made anew.
 *
 * Nothing of a request gets into a page but its language and which page it is: no cookie is looked at, and a
 * query that is not known (a campaign's, a network's) is left alone.
 */
#include "newsroom_int.h"

#include "api_int.h"
#include "base/log.h"
#include "base/map.h"
#include "base/merkle.h"
#include "engine/newsroom.h"

#include <stdio.h>
#include <stdlib.h>

#define KEEP_BYTES (32u * 1024 * 1024)
#define KEEP_PAGES 4096
#define KEY_MAX 80
#define LANG_MAX 35 /* of a tag */

static const char html_type[] = "text/html; charset=utf-8";
static const char atom_type[] = "application/atom+xml; charset=utf-8";
static const char jsonfeed_type[] = "application/feed+json; charset=utf-8";
static const char csp[] = "default-src 'none'; style-src 'self'; font-src 'self'; "
			  "img-src 'self'; base-uri 'none'; form-action 'none'; "
			  "frame-ancestors 'none'";

/* One answer, as it is sent. */
struct kept {
	struct dw_blob *body;
	const char *type;
	char lang[LANG_MAX + 1]; /* "": of several */
	char tag[36];		 /* with its quotes */
	char modified[DW_HTTP_DATE_MAX];
};

struct newsroom {
	struct dw_map *pages; /* key → struct kept */
	size_t bytes;
	uint64_t moves; /* that the pages are as of */
	char *base;	/* public_url without a slash at its end */
	struct dw_buf style;
};

/* A request while its page is made. */
struct asking {
	struct dw_api *api;
	struct dw_http_req *req;
	struct dw_newsroom_site site;
	struct dw_newsroom_view view;
	struct dw_buf out;
	struct dw_str lang; /* of who reads it; none of a feed */
	int64_t modified;
};

static struct newsroom *newsroom_of(struct dw_api *api)
{
	return api->newsroom;
}

void newsroom_init(struct dw_api *api)
{
	struct newsroom *n = calloc(1, sizeof(*n));
	const char *url = api->conf.public_url != NULL ? api->conf.public_url : "";
	size_t end = strlen(url);

	DW_INVARIANT(n != NULL);
	while (end > 0 && url[end - 1] == '/')
		end--;
	n->base = strndup(url, end);
	DW_INVARIANT(n->base != NULL);
	n->pages = dw_map_create();
	dw_buf_init(&n->style, 256);
	api->newsroom = n;
}

static void drop_all(struct newsroom *n)
{
	struct dw_str key;
	size_t it = 0;
	void *p;

	while (dw_map_next(n->pages, &it, &key, &p)) {
		dw_blob_unref(((struct kept *)p)->body);
		free(p);
	}
	dw_map_destroy(n->pages);
	n->pages = dw_map_create();
	n->bytes = 0;
}

void newsroom_fini(struct dw_api *api)
{
	struct newsroom *n = newsroom_of(api);

	drop_all(n);
	dw_map_destroy(n->pages);
	dw_buf_fini(&n->style);
	free(n->base);
	free(n);
}

/* ---- what there is ---- */

struct taking {
	const struct dw_statement **p; /* NULL: they are counted */
	size_t n;
};

static bool take(void *data, const struct dw_statement *t)
{
	struct taking *l = data;

	if (l->p != NULL)
		l->p[l->n] = t;
	l->n++;
	return true;
}

static void look(struct dw_newsroom_view *view, const struct dw_rooms *rooms,
		 struct dw_arena *a)
{
	struct taking l = { NULL, 0 };

	dw_newsroom_each(rooms, take, &l);
	l.p = dw_arena_alloc(a, (l.n + 1) * sizeof(l.p[0]));
	l.n = 0;
	dw_newsroom_each(rooms, take, &l);
	dw_newsroom_arrange(view, l.p, l.n, a);
}

/* ---- answering ---- */

static bool is_same(const struct dw_http_req *req, const struct kept *k)
{
	if (dw_http_header(req, "if-none-match").p != NULL)
		return dw_http_knows(req, dw_str_of(k->tag));
	return dw_str_eq(dw_http_header(req, "if-modified-since"),
			 dw_str_of(k->modified));
}

static void reply(struct dw_http_req *req, const struct kept *k)
{
	dw_http_set(req, "Cache-Control", DW_STR("public, max-age=30, must-revalidate"));
	dw_http_set(req, "ETag", dw_str_of(k->tag));
	dw_http_set(req, "Last-Modified", dw_str_of(k->modified));
	if (k->lang[0] != '\0')
		dw_http_set(req, "Content-Language", dw_str_of(k->lang));
	if (k->type == html_type)
		dw_http_set(req, "Content-Security-Policy", dw_str_of(csp));
	if (is_same(req, k))
		dw_http_reply(req, 304, NULL, dw_str_make(NULL, 0));
	else
		dw_http_reply_blob(req, 200, k->type, k->body);
}

/* ---- keeping ---- */

static struct kept *look_up(struct dw_api *api, const char *key)
{
	struct newsroom *n = newsroom_of(api);
	uint64_t moves = dw_newsroom_moves(dw_engine_rooms(api->engine));

	if (n->moves != moves || dw_files_is_live(api->files)) {
		drop_all(n);
		n->moves = moves;
	}
	return dw_map_get(n->pages, dw_str_of(key));
}

static struct kept *keep(struct newsroom *n, const char *key, const struct asking *a,
			 const char *type)
{
	struct kept *k = calloc(1, sizeof(*k));
	uint8_t digest[DW_HASH_SIZE];
	char hex[2 * DW_HASH_SIZE + 1];

	DW_INVARIANT(k != NULL);
	if (n->bytes + a->out.len > KEEP_BYTES || dw_map_count(n->pages) >= KEEP_PAGES)
		drop_all(n);
	k->body = dw_blob_new(a->out.p, a->out.len);
	k->type = type;
	snprintf(k->lang, sizeof(k->lang), "%.*s", (int)a->lang.n,
		 a->lang.n > 0 ? a->lang.p : "");
	dw_sha256(digest, a->out.p, a->out.len);
	(void)dw_hex(hex, digest, sizeof(digest));
	snprintf(k->tag, sizeof(k->tag), "\"%.32s\"", hex);
	dw_http_date(k->modified, a->modified / 1000000);
	n->bytes += a->out.len;
	DW_INVARIANT(dw_map_put(n->pages, dw_str_of(key), k) == NULL);
	return k;
}

static void begin(struct asking *a, struct dw_api *api, struct dw_http_req *req)
{
	struct newsroom *n = newsroom_of(api);

	memset(a, 0, sizeof(*a));
	a->api = api;
	a->req = req;
	/* Each time: pages that are served from a folder change; nobody else holds it. */
	dw_buf_clear(&n->style);
	if (dw_files_address(api->files, DW_STR("newsroom.css"), &n->style) < 0)
		dw_buf_clear(&n->style);
	a->site.base = dw_str_of(n->base);
	a->site.name = dw_str_of(api->conf.organisation);
	a->site.style = dw_buf_str(&n->style);
	dw_buf_init(&a->out, DW_NEWSROOM_OUT_MAX);
}

/* The statements, for a page that is about some. */
static void gather(struct asking *a)
{
	look(&a->view, dw_engine_rooms(a->api->engine), a->req->arena);
	for (size_t i = 0; i < a->view.n; i++)
		if (a->view.p[i].updated > a->modified)
			a->modified = a->view.p[i].updated;
}

/* rc: of the renderer. */
static void end(struct asking *a, int rc, const char *key, const char *type)
{
	struct newsroom *n = newsroom_of(a->api);

	if (rc < 0)
		dw_api_refuse(a->req, DW_EINTERNAL, "this page is too long to show");
	else
		reply(a->req, keep(n, key, a, type));
	dw_buf_fini(&a->out);
}

static void miss(struct asking *a)
{
	struct dw_str ui = dw_str_of(dw_files_language(a->req));

	dw_http_set(a->req, "Content-Security-Policy", dw_str_of(csp));
	dw_http_set(a->req, "Cache-Control", DW_STR("no-store"));
	dw_http_set(a->req, "Content-Language", ui);
	if (dw_newsroom_missing(&a->out, &a->site, ui) == 0)
		dw_http_reply(a->req, 404, html_type, dw_buf_str(&a->out));
	else
		dw_api_refuse(a->req, DW_ENOTFOUND, "there is no such statement");
	dw_buf_fini(&a->out);
}

/* ---- GET /newsroom ---- */

/* A number of the query: 0 when it is not there; false: it is none. */
static bool number(const struct dw_http_req *req, const char *name, uint64_t *out)
{
	struct dw_str text;
	int rc = dw_http_query(req, name, &text);

	*out = 0;
	if (rc == DW_ENOTFOUND)
		return true;
	return rc == 0 && dw_str_u64(text, out) == 0 && *out > 0;
}

static struct dw_str language(struct dw_http_req *req)
{
	struct dw_str asked;

	if (dw_http_query(req, "lang", &asked) == 0 && asked.n > 0)
		return newsroom_ui(asked);
	dw_http_set(req, "Vary", DW_STR("Accept-Language"));
	return dw_str_of(dw_files_language(req));
}

/* The first item before that number: one page has many of them, but one key. */
static size_t place_of(const struct dw_newsroom_view *view, uint64_t before)
{
	size_t i = 0;

	while (before > 0 && i < view->n && view->p[i].last->seq >= before)
		i++;
	return i;
}

void dw_api_newsroom(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_str ui = language(req);
	struct asking a;
	char key[KEY_MAX];
	const struct kept *k;
	uint64_t before;
	size_t from;

	if (!number(req, "before", &before)) {
		begin(&a, api, req);
		miss(&a);
		return;
	}
	snprintf(key, sizeof(key), "list %.*s 0", (int)ui.n, ui.p);
	k = look_up(api, key);
	if (before == 0 && k != NULL) {
		reply(req, k);
		return;
	}
	begin(&a, api, req);
	a.lang = ui;
	gather(&a);
	from = place_of(&a.view, before);
	snprintf(key, sizeof(key), "list %.*s %zu", (int)ui.n, ui.p, from);
	k = look_up(api, key);
	if (k != NULL) {
		reply(req, k);
		dw_buf_fini(&a.out);
		return;
	}
	end(&a, dw_newsroom_list(&a.out, &a.site, &a.view, from, ui), key, html_type);
}

/* ---- GET /newsroom/{id} ---- */

/* The page says that the text has that digest; so it must. */
static bool is_whole(const struct dw_statement_version *v)
{
	struct dw_version of = {
		v->lang, dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, v->channel)),
		dw_str_of(dw_statement_word(DW_WORDS_READER, v->reader)), v->text
	};
	char digest[DW_DIGEST_HEX];

	return dw_version_digest(&of, digest) == 0 && strcmp(digest, v->digest) == 0;
}

static void answer_one(struct asking *a, uint64_t id, uint64_t version, const char *key)
{
	const struct dw_newsroom_item *it = dw_newsroom_item(&a->view, id);
	const struct dw_publication *shown = NULL;
	const struct dw_statement_version *v;

	if (it != NULL && version != 0)
		shown = dw_newsroom_at(it->t, version);
	if (it == NULL || (version != 0 && shown == NULL)) {
		miss(a);
		return;
	}
	v = newsroom_version(it->t, shown != NULL ? shown : it->newest);
	if (!is_whole(v)) {
		dw_log(DW_LOG_ERROR, "newsroom.digest",
		       "the text of statement %llu has not the digest that was approved",
		       (unsigned long long)id);
		dw_api_refuse(a->req, DW_ECORRUPT,
			      "the text that is kept is not the one that was approved");
		dw_buf_fini(&a->out);
		return;
	}
	a->lang = v->lang;
	end(a, dw_newsroom_page(&a->out, &a->site, &a->view, it, shown), key, html_type);
}

void dw_api_newsroom_statement(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct asking a;
	char key[KEY_MAX];
	const struct kept *k;
	uint64_t id = 0, version = 0;

	if (dw_str_u64(req->params[0], &id) < 0 || !number(req, "version", &version))
		id = 0;
	snprintf(key, sizeof(key), "one %llu %llu", (unsigned long long)id,
		 (unsigned long long)version);
	k = look_up(api, key);
	if (k != NULL) {
		reply(req, k);
		return;
	}
	begin(&a, api, req);
	if (dw_newsroom_find(dw_engine_rooms(api->engine), id) == NULL) {
		miss(&a);
		return;
	}
	gather(&a);
	answer_one(&a, id, version, key);
}

/* ---- the feeds ---- */

static void answer_feed(struct dw_http_req *req, struct dw_api *api, const char *type,
			int (*render)(struct dw_buf *out,
				      const struct dw_newsroom_site *site,
				      const struct dw_newsroom_view *view))
{
	const struct kept *k = look_up(api, type);
	struct asking a;

	if (k != NULL) {
		reply(req, k);
		return;
	}
	begin(&a, api, req);
	gather(&a);
	end(&a, render(&a.out, &a.site, &a.view), type, type);
}

void dw_api_newsroom_atom(struct dw_http_req *req, void *data)
{
	answer_feed(req, data, atom_type, dw_newsroom_atom);
}

void dw_api_newsroom_json(struct dw_http_req *req, void *data)
{
	answer_feed(req, data, jsonfeed_type, dw_newsroom_json);
}
