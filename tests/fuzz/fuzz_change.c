/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_change.c - arbitrary bytes as updates of a draft, a line feed, and the text that they are
 * made for. What is taken and fits keeps the text whole, its runs in order and positions in their
 * order; what is refused says why and changes nothing. Written again it is the same change.
 */
#include "domain/draft.h"
#include "domain/update.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_change: %s\n", what);
	abort();
}

static void check_fault(int rc, const struct dw_fault *f)
{
	check(rc == DW_EINVAL || rc == DW_EUNPROCESSABLE || rc == DW_ETOOBIG, "code");
	check(f->detail[0] != '\0' && dw_utf8_valid(dw_str_of(f->detail)), "reason");
	check(f->pointer[0] == '\0' || f->pointer[0] == '/', "pointer");
}

static void check_draft(const struct dw_draft *d)
{
	uint64_t sum = 0;

	check(dw_utf8_valid(dw_buf_str(&d->text)), "UTF-8");
	check(d->text.len == 0 || (memchr(d->text.p, '\r', d->text.len) == NULL &&
				   memchr(d->text.p, '\0', d->text.len) == NULL),
	      "lines");
	check(dw_utf16_count(dw_buf_str(&d->text)) == d->units, "units");
	check(d->units <= DW_TEXT_UNITS_MAX, "too long");
	for (size_t i = 0; i < d->n_runs; i++) {
		check(d->run[i].units > 0, "an empty run");
		check(i == 0 || d->run[i].author != d->run[i - 1].author, "twins");
		sum += d->run[i].units;
	}
	check(sum == d->units, "runs");
}

static void check_moves(const struct dw_change *c, uint64_t was, uint64_t is)
{
	uint64_t last = 0;

	check(dw_change_before(c) == was && dw_change_behind(c) == is, "totals");
	for (uint64_t p = 0; p <= was; p += 1 + was / 64) {
		uint64_t before = dw_change_map(c, p, DW_SIDE_BEFORE);
		uint64_t behind = dw_change_map(c, p, DW_SIDE_BEHIND);
		uint64_t from = p, to = was;

		check(last <= before && before <= behind && behind <= is, "order");
		check(!dw_change_map_range(c, &from, &to) || from < to, "range");
		check(from <= to && to <= is, "ends");
		last = before;
	}
}

static void check_written(const struct dw_change *c)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_change again;
	struct dw_jsonw w;
	struct dw_fault f;
	struct dw_buf b;
	int rc;

	dw_buf_init(&b, 4u << 20);
	dw_jsonw_init(&w, &b);
	dw_change_write(&w, c);
	check(dw_jsonw_end(&w) == 0, "writing");
	rc = dw_change_parse(&again, dw_buf_str(&b), a, &f);
	check(rc == 0 || (rc == DW_ETOOBIG && b.len > DW_UPDATES_BYTES), "reading back");
	check(rc < 0 || again.n == c->n, "as many parts");
	for (size_t i = 0; rc == 0 && i < c->n; i++)
		check(again.part[i].is_kept == c->part[i].is_kept &&
			      again.part[i].n == c->part[i].n &&
			      dw_str_eq(again.part[i].text, c->part[i].text),
		      "the same part");
	dw_buf_fini(&b);
	dw_arena_destroy(a);
}

static void apply(struct dw_draft *d, const struct dw_change *c, uint64_t author)
{
	uint32_t hash = dw_draft_hash(d), was = d->units;
	struct dw_fault f = { "", "" };
	int rc = dw_draft_apply(d, c, author, &f);

	if (rc < 0) {
		check_fault(rc, &f);
		check(dw_draft_hash(d) == hash && d->units == was, "half of it");
	} else {
		check_moves(c, was, d->units);
	}
	check_draft(d);
	check_written(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *cut = size > 0 ? memchr(p, '\n', size) : NULL;
	struct dw_str json = dw_str_make(p, cut != NULL ? (size_t)(cut - p) : size);
	struct dw_str text = cut != NULL ? dw_str_make(cut + 1, size - json.n - 1)
					 : dw_str_make("", 0);
	struct dw_arena *a = dw_arena_create();
	struct dw_fault f = { "", "" };
	struct dw_update *u;
	struct dw_draft d;
	size_t n;
	int rc;

	dw_draft_init(&d);
	rc = dw_draft_start(&d, text, 1, &f);
	if (rc < 0)
		check_fault(rc, &f);
	check_draft(&d);
	rc = dw_updates_parse(&u, &n, json, a, &f);
	if (rc < 0)
		check_fault(rc, &f);
	for (size_t i = 0; rc == 0 && i < n; i++)
		apply(&d, &u[i].change, 1 + i % 3);
	dw_draft_fini(&d);
	dw_arena_destroy(a);
	return 0;
}
