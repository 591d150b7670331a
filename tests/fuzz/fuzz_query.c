/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_query.c - arbitrary bytes as a query string and as a Cookie field. Values that come out
 * are valid UTF-8 and no longer than what went in.
 */
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_query: %s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "q", "limit", "after", "", NULL };
	struct dw_http_req *req = calloc(1, sizeof(*req));
	struct dw_err err = { 0 };
	struct dw_str out;

	check(req != NULL, "memory");
	req->arena = dw_arena_create();
	req->query = dw_str_make((const char *)data, size);
	req->headers[0] = (struct dw_http_header){ DW_STR("cookie"), req->query };
	req->n_headers = 1;
	for (size_t i = 0; names[i] != NULL; i++) {
		int rc = dw_http_query(req, names[i], &out);

		check(rc == 0 || rc == DW_EINVAL || rc == DW_ENOTFOUND, "code");
		check(rc != 0 || (dw_utf8_valid(out) && out.n <= size), "value");
		out = dw_http_cookie(req, names[i]);
		check(out.n == 0 || (out.p >= req->query.p &&
				     out.p + out.n <= req->query.p + size),
		      "cookie outside");
	}
	if (dw_http_query_only(req, names, &err) < 0)
		check(err.code == DW_EINVAL && err.msg[0] != '\0', "message");
	dw_arena_destroy(req->arena);
	free(req);
	return 0;
}
