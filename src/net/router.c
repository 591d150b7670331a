/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * router.c - which route a path and a method belong to.
 *
 * The table is walked from its start: with some dozens of routes that is well under a
 * microsecond, and there is no index that could disagree with it. A route spelled out beats one
 * with a {name} in its place. All routes of a path are looked at, because a refusal must say
 * which methods it would have taken. A trie was rejected for the same reason as any cache that
 * is not needed.
 */
#include "net/router.h"

#include <stdio.h>

static bool match(const char *pattern, struct dw_str path, struct dw_found *f)
{
	size_t i = 0;

	f->n_params = 0;
	while (*pattern != '\0') {
		size_t start = i;

		if (*pattern != '{') {
			if (i == path.n || path.p[i++] != *pattern++)
				return false;
			continue;
		}
		while (i < path.n && path.p[i] != '/')
			i++;
		if (i == start)
			return false;
		DW_REQUIRE(f->n_params < DW_HTTP_MAX_PARAMS);
		f->params[f->n_params++] = dw_str_make(path.p + start, i - start);
		pattern = strchr(pattern, '}');
		DW_REQUIRE(pattern != NULL);
		pattern++;
	}
	return i == path.n;
}

void dw_router_find(const struct dw_route *routes, enum dw_http_method method,
		    struct dw_str path, struct dw_found *out)
{
	bool is_any = dw_str_eq(path, DW_STR("*"));
	struct dw_found f = { 0 };

	memset(out, 0, sizeof(*out));
	if (method == DW_HEAD)
		method = DW_GET;
	for (const struct dw_route *r = routes; r->path != NULL; r++) {
		if (!is_any && !match(r->path, path, &f))
			continue;
		out->allow |= 1u << r->method;
		if (is_any || r->method != method)
			continue;
		if (out->route != NULL && (out->n_params == 0 || f.n_params > 0))
			continue;
		out->route = r;
		out->n_params = f.n_params;
		memcpy(out->params, f.params, sizeof(f.params));
	}
	if (out->allow == 0)
		return;
	out->allow |= 1u << DW_OPTIONS;
	if ((out->allow & (1u << DW_GET)) != 0)
		out->allow |= 1u << DW_HEAD;
}

void dw_router_allow(unsigned allow, char *out)
{
	static const char *const names[] = {
		[DW_GET] = "GET",	  [DW_HEAD] = "HEAD",	[DW_POST] = "POST",
		[DW_PUT] = "PUT",	  [DW_PATCH] = "PATCH", [DW_DELETE] = "DELETE",
		[DW_OPTIONS] = "OPTIONS",
	};
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((allow & (1u << i)) != 0)
			n += (size_t)snprintf(out + n, 64 - n, "%s%s", n > 0 ? ", " : "",
					      names[i]);
	}
}
