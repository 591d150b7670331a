/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * page.c - the pages and their files. Which file answers which address is the only thing known
 * here; templates, hashes and caching are net/files. All pages but one are one document, whose script
 * looks at the address (static/src/pages.ts); that of approvals is small and has its own.
 */
#include "api_int.h"

void dw_api_page(struct dw_http_req *req, void *data)
{
	static const char *const files[] = { "robots.txt", "favicon.svg",
					     "manifest.webmanifest", "licenses.txt" };
	struct dw_api *api = data;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (dw_str_eq(dw_str_make(req->path.p + 1, req->path.n - 1),
			      dw_str_of(files[i]))) {
			dw_files_reply(api->files, req, files[i]);
			return;
		}
	}
	dw_files_reply(api->files, req,
		       dw_str_eq(req->path, DW_STR("/approvals")) ? "approve.html"
								  : "index.html");
}

void dw_api_asset(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	dw_files_reply_asset(api->files, req, req->params[0]);
}
