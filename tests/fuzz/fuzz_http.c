/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_http.c - arbitrary bytes as a request head and a chunked body.
 *
 * What the gate accepts llhttp must accept too, and read alike: a difference means that one of
 * them can be made to see another request than the other. Also: the gate's slices lie
 * within the head, its path never climbs, and both decode a chunked body to the same bytes.
 */
#include "net/parse.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_http: %s\n", what);
	abort();
}

static void check_within(struct dw_str head, struct dw_str s)
{
	check(s.n == 0 || (s.p >= head.p && s.p + s.n <= head.p + head.n),
	      "slice outside");
}

static void check_gate(struct dw_str head, const struct dw_gate_head *g)
{
	struct dw_str authority, path, query, seg;

	check_within(head, g->method);
	check_within(head, g->target);
	for (size_t i = 0; i < g->n_fields; i++) {
		check_within(head, g->fields[i].name);
		check_within(head, g->fields[i].value);
	}
	check(!(g->has_length && g->is_chunked), "two lengths");
	dw_gate_split(g, &authority, &path, &query);
	while (dw_str_split(&path, '/', &seg))
		check(!dw_str_eq(seg, DW_STR("..")), "path climbs");
}

static void check_body(struct dw_parser *p, struct dw_str rest)
{
	struct dw_chunk k = { 0 };
	struct dw_err err = { 0 };

	for (;;) {
		struct dw_str run = { rest.p, 0 };
		enum dw_chunk_kind kind = dw_chunk_next(&k, rest.p, rest.n, &run.n);
		int rc;

		if (kind == DW_CHUNK_MORE || kind == DW_CHUNK_BAD)
			return;
		check(run.n > 0 && run.n <= rest.n, "chunk run outside");
		rc = dw_parser_chunk(p, run, kind, &err);
		check(rc == 0, "gate and llhttp disagree on a chunk");
		if (kind == DW_CHUNK_END)
			return;
		rest = dw_str_make(rest.p + run.n, rest.n - run.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dw_net_limits limits = DW_NET_LIMITS_DEFAULT;
	struct dw_gate_head g;
	struct dw_parser parser;
	struct dw_err err = { 0 };
	const char *p = (const char *)data;
	bool bad;
	size_t n = dw_gate_head_length(p, size, &bad);
	struct dw_str head = { p, n };

	check(n <= size, "head longer than the input");
	if (n == 0 || dw_gate_check(head, &limits, &g, &err) < 0)
		return 0;
	check(!bad, "a bad head was accepted");
	check_gate(head, &g);
	dw_parser_init(&parser);
	check(dw_parser_head(&parser, head, &g, &err) == 0,
	      "llhttp refuses a head that the gate takes, or reads it otherwise");
	if (g.is_chunked)
		check_body(&parser, dw_str_make(p + n, size - n));
	return 0;
}
