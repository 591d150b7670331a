/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_csv.c - arbitrary bytes as CSV, whole and in pieces whose lengths the input chooses. The
 * rows must not depend on where the pieces were cut, and never hold more than went in.
 */
#include "app/csv.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROW_MAX 200

struct sum {
	uint64_t rows, bad, hash;
	size_t bytes;
};

static void mix(struct sum *s, const void *p, size_t n)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < n; i++)
		s->hash = (s->hash ^ b[i]) * UINT64_C(1099511628211);
}

static void on_row(void *ctx, const struct dw_str *field, size_t n, uint64_t line)
{
	struct sum *s = ctx;
	size_t total = 0;

	s->rows++;
	mix(s, &line, sizeof(line));
	for (size_t i = 0; i < n; i++) {
		total += field[i].n;
		mix(s, field[i].p, field[i].n);
		mix(s, &field[i].n, sizeof(field[i].n));
	}
	s->bytes += total;
	if (total > ROW_MAX || n > DW_CSV_FIELDS_MAX)
		abort();
}

static void on_bad(void *ctx, uint64_t line, const char *why)
{
	struct sum *s = ctx;

	s->bad++;
	mix(s, &line, sizeof(line));
	if (why[0] == '\0')
		abort();
}

static struct sum run(const uint8_t *data, size_t size, const uint8_t *cuts,
		      size_t n_cuts)
{
	struct sum s = { 0, 0, UINT64_C(14695981039346656037), 0 };
	const struct dw_csv_ops ops = { on_row, on_bad, &s };
	size_t at = 0, i = 0;
	struct dw_csv c;

	dw_csv_init(&c, &ops, ROW_MAX);
	while (at < size) {
		size_t n = n_cuts > 0 ? (size_t)cuts[i++ % n_cuts] % 16 + 1 : size;

		n = n < size - at ? n : size - at;
		dw_csv_feed(&c, dw_str_make((const char *)data + at, n));
		at += n;
	}
	dw_csv_end(&c);
	dw_csv_fini(&c);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sum whole = run(data, size, NULL, 0);
	struct sum cut = run(data, size, data, size < 8 ? size : 8);

	if (memcmp(&whole, &cut, sizeof(whole)) != 0 || whole.bytes > size) {
		fprintf(stderr, "fuzz_csv: pieces change the rows\n");
		abort();
	}
	return 0;
}
