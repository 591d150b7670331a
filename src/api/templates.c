/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * templates.c - what a statement can begin with: GET /incidents/{id}/templates, filled as of now, and
 * GET /templates, those that ship, with their slots: what envelopes are made of.
 */
#include "engine/template.h"
#include "account_int.h"

#define OUT_MAX (16u * 1024 * 1024)
#define LANG_MAX 35

/* False: refused. */
static bool read_lang(struct dw_http_req *req, struct dw_str *lang)
{
	static const char *const known[] = { "lang", NULL };
	struct dw_err err = { 0 };

	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	if (dw_http_query(req, "lang", lang) == 0 && lang->n > 0 && lang->n <= LANG_MAX)
		return true;
	dw_api_refuse(req, DW_EINVAL, "say in which language: ?lang=ar, fa or en");
	return false;
}

/* s: NULL for none, and then nothing is filled. */
static void reply(struct dw_http_req *req, const struct dw_api *api, struct dw_str lang,
		  const struct dw_incident *s)
{
	struct dw_fill_from from = dw_fill_from_now(api->engine, lang, s);
	struct dw_jsonw w;
	struct dw_buf out;

	dw_buf_init(&out, OUT_MAX);
	dw_jsonw_init(&w, &out);
	dw_jsonw_obj(&w);
	dw_jsonw_key(&w, "items");
	dw_templates_write(&w, &from, req->arena);
	dw_jsonw_obj_end(&w);
	if (dw_jsonw_end(&w) == 0)
		dw_api_reply_json(req, 200, &out);
	else
		dw_api_refuse(req, DW_EINTERNAL, "these templates are too long to show");
	dw_buf_fini(&out);
}

void dw_api_incident_templates(struct dw_http_req *req, void *data)
{
	const struct dw_incident *s;
	struct dw_api *api = data;
	struct dw_str lang;

	if (!read_lang(req, &lang))
		return;
	s = api_see_room(req, api);
	if (s != NULL)
		reply(req, api, lang, s);
}

void dw_api_templates(struct dw_http_req *req, void *data)
{
	struct dw_str lang;

	if (read_lang(req, &lang))
		reply(req, data, lang, NULL);
}
