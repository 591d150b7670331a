/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * page.c - the pages and their files. Which file answers which address is the only thing
 * known here; templates, hashes and caching are net/files.
 */
#include "api_int.h"

void dw_api_page(struct dw_http_req *req, void *data)
{
	static const struct {
		const char *path, *file;
	} pages[] = {
		{ "/", "index.html" },
		{ "/setup", "setup.html" },
		{ "/robots.txt", "robots.txt" },
		{ "/favicon.svg", "favicon.svg" },
		{ "/manifest.webmanifest", "manifest.webmanifest" },
	};
	struct dw_api *api = data;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (dw_str_eq(req->path, dw_str_of(pages[i].path))) {
			dw_files_reply(api->files, req, pages[i].file);
			return;
		}
	}
	dw_api_refuse(req, DW_ENOTFOUND, "there is no page at this address");
}

void dw_api_asset(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	dw_files_reply_asset(api->files, req, req->params[0]);
}
