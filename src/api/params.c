/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * params.c - parameters of a query: read strictly, refused by name.
 */
#include "params_int.h"

int api_param(struct dw_http_req *req, const char *name, struct dw_str *out)
{
	int rc = dw_http_query(req, name, out);

	if (rc == DW_EINVAL)
		dw_api_refuse_at(req, DW_EINVAL,
				 dw_arena_printf(req->arena, "/%s", name).p,
				 "%s is given twice or badly encoded", name);
	return rc == 0 ? 1 : rc == DW_ENOTFOUND ? 0 : DW_EINVAL;
}

bool api_bad_param(struct dw_http_req *req, const char *name, const char *why)
{
	dw_api_refuse_at(req, DW_EINVAL, dw_arena_printf(req->arena, "/%s", name).p,
			 "%s %s", name, why);
	return false;
}

bool api_number(struct dw_http_req *req, const char *name, uint64_t min, uint64_t *out)
{
	struct dw_str s;
	int rc = api_param(req, name, &s);

	if (rc <= 0)
		return rc == 0;
	if (dw_str_u64(s, out) == 0 && *out >= min && *out <= INT64_MAX)
		return true;
	return api_bad_param(req, name,
			     min > 0 ? "must be a whole number from 1"
				     : "must be a whole number");
}

bool api_as_of(struct dw_http_req *req, const struct dw_api *api, uint64_t *upto,
	       int64_t *at)
{
	uint64_t head = dw_journal_head(dw_engine_journal(api->engine));
	struct dw_str s;
	int rc = api_param(req, "as_of", &s);

	*upto = head;
	*at = 0;
	if (rc <= 0)
		return rc == 0;
	if (dw_str_u64(s, upto) == 0)
		return *upto <= head ||
		       api_bad_param(req, "as_of", "lies beyond the newest event");
	if (dw_time_parse(s, at) < 0 || *at == 0)
		return api_bad_param(req, "as_of",
				     "must be the seq of an event or a time of RFC 3339");
	return *at <= dw_now_us(dw_engine_clock(api->engine)) ||
	       api_bad_param(req, "as_of", "lies in the future");
}

bool api_only(struct dw_http_req *req, const char *const *known)
{
	struct dw_err err = { 0 };

	if (dw_http_query_only(req, known, &err) == 0)
		return true;
	dw_api_refuse_err(req, &err);
	return false;
}
