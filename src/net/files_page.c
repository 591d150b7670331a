/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * files_page.c - a page is a template: its nonce, its language and its theme differ.
 *
 *   {{nonce}}       fresh for each answer, and the same in the policy
 *   {{lang}}        en, ar or fa: the cookie diwan_lang, else what the browser asks for, else en
 *   {{dir}}         ltr or rtl, by that language
 *   {{theme}}       light, dark or auto: the cookie diwan_theme
 *   {{asset:NAME}}  the hashed address of a file; LANG in NAME stands for the language
 *
 * Language and theme are known before the first script runs, so a page never turns around or
 * flashes while it loads. Both are looked up in a list: nothing of a request is copied into a
 * page. A hole that is not known stays as it is.
 */
#include "files_int.h"
#include "net_int.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE_MAX (1024u * 1024)

struct holes {
	const char *nonce, *lang, *theme;
};

static const char *const languages[] = { "en", "ar", "fa" };

/* The language of ours that a tag like fa-IR begins with, or NULL. */
static const char *language_of_tag(struct dw_str tag)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
		if (tag.n >= 2 && (tag.n == 2 || tag.p[2] == '-') &&
		    dw_str_eq_nocase(dw_str_make(tag.p, 2), dw_str_of(languages[i])))
			return languages[i];
	}
	return NULL;
}

unsigned files_weight(struct dw_str parameter)
{
	struct dw_str q = dw_str_trim(parameter);
	unsigned weight, unit = 100;

	if (q.n == 0)
		return 1000;
	if (q.n < 3 || (q.p[0] != 'q' && q.p[0] != 'Q') || q.p[1] != '=' ||
	    q.p[2] < '0' || q.p[2] > '1')
		return 0;
	weight = q.p[2] == '1' ? 1000 : 0;
	for (size_t i = 4; i < q.n && unit > 0 && q.p[i] >= '0' && q.p[i] <= '9';
	     i++, unit /= 10)
		weight += (unsigned)(q.p[i] - '0') * unit;
	return weight < 1000 ? weight : 1000;
}

const char *dw_files_language(const struct dw_http_req *req)
{
	struct dw_str rest = dw_http_header(req, "accept-language"), item, tag;
	const char *best = NULL;
	unsigned weight, most = 0;

	while (dw_str_split(&rest, ',', &item)) {
		const char *lang;

		if (!dw_str_split(&item, ';', &tag))
			continue;
		lang = language_of_tag(dw_str_trim(tag));
		weight = files_weight(item);
		if (lang != NULL && weight > most) {
			best = lang;
			most = weight;
		}
	}
	return best != NULL ? best : languages[0];
}

static const char *language_of(const struct dw_http_req *req)
{
	const char *chosen = language_of_tag(dw_http_cookie(req, "diwan_lang"));

	return chosen != NULL ? chosen : dw_files_language(req);
}

static const char *theme_of(const struct dw_http_req *req)
{
	struct dw_str theme = dw_http_cookie(req, "diwan_theme");

	if (dw_str_eq(theme, DW_STR("dark")))
		return "dark";
	return dw_str_eq(theme, DW_STR("light")) ? "light" : "auto";
}

/* The name of an asset with LANG in it replaced, or DW_ENOTFOUND. */
static int add_asset(const struct dw_files *f, struct dw_str name, const char *lang,
		     struct dw_buf *out)
{
	const char *at = memmem(name.p, name.n, "LANG", 4);
	char whole[128];
	size_t before;
	int n;

	if (at == NULL)
		return files_add_asset(f, name, out);
	before = (size_t)(at - name.p);
	n = snprintf(whole, sizeof(whole), "%.*s%s%.*s", (int)before, name.p, lang,
		     (int)(name.n - before - 4), at + 4);
	return n < (int)sizeof(whole) ? files_add_asset(f, dw_str_of(whole), out)
				      : DW_ENOTFOUND;
}

/* What stands in for "{{hole"; DW_ENOTFOUND when it is none of ours. */
static int fill(const struct dw_files *f, struct dw_str hole, const struct holes *h,
		struct dw_buf *out)
{
	const struct dw_str asset = DW_STR("{{asset:");

	if (dw_str_eq(hole, DW_STR("{{nonce")))
		return dw_buf_addz(out, h->nonce);
	if (dw_str_eq(hole, DW_STR("{{lang")))
		return dw_buf_addz(out, h->lang);
	if (dw_str_eq(hole, DW_STR("{{dir")))
		return dw_buf_addz(out, strcmp(h->lang, "en") == 0 ? "ltr" : "rtl");
	if (dw_str_eq(hole, DW_STR("{{theme")))
		return dw_buf_addz(out, h->theme);
	if (dw_str_starts(hole, asset))
		return add_asset(f, dw_str_make(hole.p + asset.n, hole.n - asset.n),
				 h->lang, out);
	return DW_ENOTFOUND;
}

static int render(const struct dw_files *f, struct dw_str page, const struct holes *h,
		  struct dw_buf *out)
{
	int rc = 0;

	while (page.n > 0 && rc == 0) {
		const char *open = memmem(page.p, page.n, "{{", 2), *close = NULL;
		size_t before = open != NULL ? (size_t)(open - page.p) : page.n;
		struct dw_str hole;

		rc = dw_buf_add(out, page.p, before);
		page = dw_str_make(page.p + before, page.n - before);
		close = page.n > 0 ? memmem(page.p, page.n, "}}", 2) : NULL;
		if (close == NULL || rc < 0)
			break;
		hole = dw_str_make(page.p, (size_t)(close - page.p));
		rc = fill(f, hole, h, out);
		if (rc == DW_ENOTFOUND) {
			hole.n = 0;
			rc = dw_buf_add(out, page.p, 2);
		}
		hole.n += 2; /* the closing braces, or the opening ones */
		page = dw_str_make(page.p + hole.n, page.n - hole.n);
	}
	return rc == 0 ? dw_buf_add(out, page.p, page.n) : rc;
}

/* The policy with the nonce in each hole into out[FILES_POLICY_MAX]. */
static void fill_policy(char *out, const char *csp, const char *nonce)
{
	const char *hole;

	while ((hole = strstr(csp, "%s")) != NULL) {
		memcpy(out, csp, (size_t)(hole - csp));
		out += hole - csp;
		memcpy(out, nonce, FILES_NONCE_CHARS);
		out += FILES_NONCE_CHARS;
		csp = hole + 2;
	}
	strcpy(out, csp);
}

void files_reply_page(struct dw_files *f, struct dw_http_req *req,
		      const struct files_found *file)
{
	uint8_t secret[16];
	char nonce[FILES_NONCE_CHARS + 1], csp[FILES_POLICY_MAX];
	struct dw_buf out;
	struct holes h = { nonce, language_of(req), theme_of(req) };

	dw_random(f->clock, secret, sizeof(secret));
	dw_hex(nonce, secret, sizeof(secret));
	dw_buf_init(&out, PAGE_MAX);
	if (render(f, file->data, &h, &out) < 0) {
		dw_exchange_refuse(dw_exchange_of(req), DW_EINTERNAL,
				   "the page is too large");
		dw_buf_fini(&out);
		return;
	}
	if (f->csp != NULL) {
		fill_policy(csp, f->csp, nonce);
		dw_http_set(req, "Content-Security-Policy", dw_str_of(csp));
	}
	dw_http_set(req, "Cache-Control", DW_STR("no-store"));
	dw_http_reply(req, 200, "text/html; charset=utf-8", dw_buf_str(&out));
	dw_buf_fini(&out);
}
