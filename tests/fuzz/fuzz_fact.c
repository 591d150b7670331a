/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_fact.c - arbitrary bytes as the body of a command, as the payload of an event and as packed
 * facts. The first byte says which, the second of what type.
 *
 * A body that is taken has all the fields that its command needs and none that it does not know;
 * one that is refused says why. A payload never fails; what was read of it is written, read and
 * packed without a change. Packed facts either are damaged or keep within what a type may have.
 */
#include "base/blob.h"
#include "base/buf.h"
#include "domain/decide.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_fact: %s\n", what);
	abort();
}

static void check_same(const struct dw_fact *a, const struct dw_fact *b, const char *what)
{
	struct dw_blob *x = dw_fact_payload(a), *y = dw_fact_payload(b);

	check(a->has == b->has && dw_str_eq(dw_blob_str(x), dw_blob_str(y)), what);
	dw_blob_unref(x);
	dw_blob_unref(y);
}

/* Written as a payload, and read. */
static void check_reread(const struct dw_fact *f, struct dw_arena *a)
{
	struct dw_blob *payload = dw_fact_payload(f);
	struct dw_fact again = { .type = f->type };

	dw_fact_read(&again, dw_blob_str(payload), a);
	check_same(f, &again, "another fact in the payload");
	dw_blob_unref(payload);
}

static void check_packed(const struct dw_fact *f, struct dw_arena *a)
{
	struct dw_pack_base base = { 3, f->room, 77 };
	struct dw_fact left = *f, again;
	struct dw_str run;
	struct dw_buf b;

	if (f->type == DW_EV_NOTE_ADDED || f->type == DW_EV_CORRECTION_ADDED)
		left.has &= ~DW_HAS(TEXT);
	dw_buf_init(&b, 1u << 20);
	check(dw_fact_pack(&b, f, &base) == 0, "packing");
	run = dw_buf_str(&b);
	check(dw_fact_unpack(&again, &run, &base, a) == 1 && run.n == 0, "unpacking");
	check(again.seq == f->seq && again.actor == f->actor &&
		      again.recorded_at == f->recorded_at &&
		      again.occurred_at == f->occurred_at,
	      "another envelope");
	check_same(&left, &again, "another fact unpacked");
	dw_buf_fini(&b);
}

static void as_command(struct dw_str json, enum dw_command_type type, struct dw_arena *a)
{
	uint64_t required = dw_command_required(type), known = dw_command_known(type);
	struct dw_fault fault = { 0 };
	struct dw_fact f = { 0 };

	if (dw_fact_parse(&f, json, required, known, a, &fault) < 0) {
		check(fault.detail[0] != '\0' && dw_utf8_valid(dw_str_of(fault.detail)) &&
			      dw_utf8_valid(dw_str_of(fault.pointer)),
		      "a refusal");
		return;
	}
	check((required & ~f.has) == 0 && (f.has & ~known) == 0, "fields");
	for (unsigned t = 0; t <= DW_EV_COUNT; t++) {
		struct dw_fact event = f;

		event.type = (enum dw_event_type)t;
		event.has &= dw_fact_fields(event.type);
		if (event.has != 0)
			check_reread(&event, a);
	}
}

static void as_payload(struct dw_str json, enum dw_event_type type, struct dw_arena *a)
{
	struct dw_fact f = { .type = type,
			     .seq = 9,
			     .actor = 4,
			     .recorded_at = INT64_MAX,
			     .occurred_at = INT64_MIN };

	dw_fact_read(&f, json, a);
	check((f.has & ~dw_fact_fields(type)) == 0, "fields of another type");
	check_reread(&f, a);
	check_packed(&f, a);
}

/* What was unpacked, packed and unpacked again, is packed as before. */
static void as_packed(struct dw_str run, struct dw_arena *a)
{
	struct dw_pack_base base = { 1000, 1000, INT64_C(1790000000000000) };
	struct dw_buf once, twice;
	struct dw_fact f;
	struct dw_str again;
	int rc;

	dw_buf_init(&once, 8u << 20);
	dw_buf_init(&twice, 8u << 20);
	while ((rc = dw_fact_unpack(&f, &run, &base, a)) == 1) {
		check((f.has & ~dw_fact_fields(f.type)) == 0, "fields of another type");
		dw_buf_clear(&once);
		dw_buf_clear(&twice);
		check(dw_fact_pack(&once, &f, &base) == 0, "packing");
		again = dw_buf_str(&once);
		check(dw_fact_unpack(&f, &again, &base, a) == 1 && again.n == 0,
		      "unpacking what was packed");
		check(dw_fact_pack(&twice, &f, &base) == 0, "packing again");
		check(dw_str_eq(dw_buf_str(&once), dw_buf_str(&twice)), "it wanders");
	}
	check(rc == 0 || rc == DW_ECORRUPT, "code");
	dw_buf_fini(&once);
	dw_buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dw_arena *a;
	struct dw_str rest;

	if (size < 2)
		return 0;
	a = dw_arena_create();
	rest = dw_str_make((const char *)data + 2, size - 2);
	if (data[0] % 3 == 0)
		as_command(rest, (enum dw_command_type)(data[1] % DW_CMD_COUNT), a);
	else if (data[0] % 3 == 1)
		as_payload(rest, (enum dw_event_type)(data[1] % (DW_EV_COUNT + 1)), a);
	else
		as_packed(rest, a);
	dw_arena_destroy(a);
	return 0;
}
