/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_ndjson.c - arbitrary bytes as a body of many values. The first byte says how the rest is
 * cut into pieces: lines must come out as from the whole. As an array, our walk and jansson must
 * agree on what is JSON and on the number of items.
 */
#include "engine/ndjson.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_LINE 24
#define ITEMS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_ndjson: %s\n", what);
	abort();
}

static void take_all(struct dw_ndjson *s, struct dw_buf *out)
{
	enum dw_ndjson_got got;
	struct dw_str line;
	int rc = 0;

	while ((got = dw_ndjson_next(s, &line)) != DW_NDJSON_MORE) {
		check(got == DW_NDJSON_TOO_LONG || line.n <= MAX_LINE, "line's length");
		rc |= dw_buf_addf(out, "%llu%c", (unsigned long long)s->index,
				  got == DW_NDJSON_LINE ? ':' : '!');
		if (got == DW_NDJSON_LINE)
			rc |= dw_buf_add(out, line.p, line.n);
		rc |= dw_buf_addc(out, '\n');
	}
	check(rc == 0, "memory");
}

static void split(struct dw_str body, size_t piece, struct dw_buf *out)
{
	struct dw_ndjson s;
	struct dw_str line;
	enum dw_ndjson_got got;

	dw_buf_init(out, 1u << 22);
	dw_ndjson_init(&s, MAX_LINE);
	while (body.n > 0) {
		size_t n = piece < body.n ? piece : body.n;
		char *own = malloc(n);

		check(own != NULL, "memory");
		memcpy(own, body.p, n);
		dw_ndjson_feed(&s, dw_str_make(own, n));
		take_all(&s, out);
		free(own);
		body.p += n;
		body.n -= n;
	}
	got = dw_ndjson_last(&s, &line);
	if (got != DW_NDJSON_MORE)
		check(dw_buf_addf(out, "%llu%c%.*s", (unsigned long long)s.index,
				  got == DW_NDJSON_LINE ? ':' : '!',
				  got == DW_NDJSON_LINE ? (int)line.n : 0,
				  got == DW_NDJSON_LINE ? line.p : "") == 0,
		      "memory");
	dw_ndjson_fini(&s);
}

static size_t brackets(struct dw_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '[' || s.p[i] == '{';
	return n;
}

static void check_array(struct dw_str body)
{
	struct dw_str item[ITEMS];
	struct dw_err err = { 0 };
	size_t n;
	json_t *tree = json_loadb(body.n > 0 ? body.p : "", body.n, JSON_ALLOW_NUL, NULL);
	int rc = dw_json_array_split(body, item, ITEMS, &n, &err);

	check(rc == 0 || (err.code == rc && err.msg[0] != '\0'), "reason");
	if (rc == 0 && tree != NULL)
		check(json_is_array(tree) && json_array_size(tree) == n,
		      "number of items");
	/* jansson takes a NUL byte behind a word for a blank. */
	if (json_is_array(tree) && json_array_size(tree) <= ITEMS &&
	    memchr(body.p, '\0', body.n) == NULL && brackets(body) < DW_JSON_DEPTH_MAX)
		check(rc == 0, "refused what is JSON");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		json_t *one = json_loadb(item[i].p, item[i].n,
					 JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

		check(tree == NULL || json_equal(one, json_array_get(tree, i)), "item");
		json_decref(one);
	}
	json_decref(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dw_str body = { (const char *)data + 1, size - 1 };
	struct dw_buf whole, cut;

	if (size == 0)
		return 0;
	split(body, SIZE_MAX, &whole);
	split(body, 1 + data[0] % 61, &cut);
	check(dw_str_eq(dw_buf_str(&whole), dw_buf_str(&cut)), "cut differs from whole");
	dw_buf_fini(&whole);
	dw_buf_fini(&cut);
	check_array(body);
	return 0;
}
