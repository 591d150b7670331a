/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_statement.c - arbitrary bytes as payloads of events about one statement, folded in their order.
 * Of each: a byte for the type (0: statement.drafted, 11: draft.changed), two for the length, and
 * the payload.
 *
 * Whatever they say, the fold goes on; what was read is written and read without a change; the
 * text is UTF-8 and as long as its runs; what rests on claims lies in it; and nothing that cannot be
 * read has approved anything.
 */
#include "base/blob.h"
#include "domain/statement.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPES (DW_EV_DRAFT_CHANGED - DW_EV_STATEMENT_DRAFTED + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_statement: %s\n", what);
	abort();
}

static void check_reread(const struct dw_statement_fact *f, struct dw_arena *a)
{
	struct dw_blob *once = dw_statement_payload(f), *twice;
	struct dw_statement_fact again = { .type = f->type };

	dw_statement_read(&again, dw_blob_str(once), a);
	twice = dw_statement_payload(&again);
	check(dw_str_eq(dw_blob_str(once), dw_blob_str(twice)), "another payload");
	dw_blob_unref(once);
	dw_blob_unref(twice);
}

static void check_statement(const struct dw_statement *t)
{
	struct dw_statement_now then = { .at = 0 };
	struct dw_lack lack[DW_LACKS_MAX];
	size_t units = 0;

	check(dw_utf8_valid(dw_buf_str(&t->draft.text)), "no UTF-8");
	for (size_t i = 0; i < t->draft.n_runs; i++)
		units += t->draft.run[i].units;
	check(units == t->draft.units &&
		      units == dw_utf16_count(dw_buf_str(&t->draft.text)),
	      "runs");
	for (size_t i = 0; i < t->rests.n; i++)
		check(t->rests.p[i].from < t->rests.p[i].to &&
			      t->rests.p[i].to <= t->draft.units,
		      "a rest outside of the text");
	for (size_t i = 0; i < t->versions.n; i++)
		check(t->versions.p[i].rulings.n > 0 ||
			      dw_statement_lacks(t, &t->versions.p[i], &then, lack) > 0,
		      "approved by nobody");
	check(dw_statement_status(t, &then) < DW_STATEMENT_STATUS_COUNT, "status");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dw_statement *t = dw_statement_create();
	uint64_t seq = 10;

	for (; size >= 3; seq++) {
		struct dw_statement_fact f = { .type = DW_EV_STATEMENT_DRAFTED +
						       data[0] % TYPES,
					       .seq = seq,
					       .actor = 1 + seq % 3,
					       .recorded_at = (int64_t)seq };
		size_t n = data[1] | (size_t)data[2] << 8;

		data += 3;
		size -= 3;
		n = n < size ? n : size;
		if (dw_statement_is_of(f.type) &&
		    (f.type == DW_EV_STATEMENT_DRAFTED) == (t->id == 0)) {
			dw_statement_read(&f, dw_str_make((const char *)data, n),
					  t->arena);
			check_reread(&f, t->arena);
			dw_statement_apply(t, &f);
			check_statement(t);
		}
		data += n;
		size -= n;
	}
	dw_statement_destroy(t);
	return 0;
}
