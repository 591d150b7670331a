/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* templates.c - GET /incidents/{id}/templates: what a statement can begin with, filled as of now. */
#include "engine/template.h"
#include "account_int.h"

#define OUT_MAX (16u * 1024 * 1024)
#define LANG_MAX 35

void dw_api_incident_templates(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "lang", NULL };
	const struct dw_incident *s;
	struct dw_api *api = data;
	struct dw_err err = { 0 };
	struct dw_str lang;
	struct dw_jsonw w;
	struct dw_buf out;

	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	if (dw_http_query(req, "lang", &lang) < 0 || lang.n == 0 || lang.n > LANG_MAX) {
		dw_api_refuse(req, DW_EINVAL,
			      "say in which language: ?lang=ar, fa or en");
		return;
	}
	s = api_see_room(req, api);
	if (s == NULL)
		return;
	dw_buf_init(&out, OUT_MAX);
	dw_jsonw_init(&w, &out);
	dw_jsonw_obj(&w);
	dw_jsonw_key(&w, "items");
	dw_templates_write(&w, lang, s, dw_now_us(dw_engine_clock(api->engine)),
			   req->arena);
	dw_jsonw_obj_end(&w);
	if (dw_jsonw_end(&w) == 0)
		dw_api_reply_json(req, 200, &out);
	else
		dw_api_refuse(req, DW_EINTERNAL, "these templates are too long to show");
	dw_buf_fini(&out);
}
