/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_fact_pack.c - packed facts say what the journal says. Over generated histories of every type
 * of event and every field there is:
 *
 *  (1) a fact comes back as it was, but for the texts that leave nothing in a room;
 *  (2) fold(all) = fold(packed up to a moment + the rest), at every moment;
 *  (3) what is damaged is told, and nothing outside of it is read.
 */
#include "base/blob.h"
#include "base/buf.h"
#include "domain/statement.h"
#include "engine/room.h"
#include "factgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define EVENTS 160
#define SEEDS 12

static struct dw_names *names;

static struct dw_pack_base base_of(const struct dw_fact *f)
{
	return (struct dw_pack_base){ f->seq, f->room, f->recorded_at };
}

/* ---- (1) ---- */

static bool is_note(enum dw_event_type t)
{
	return t == DW_EV_NOTE_ADDED || t == DW_EV_CORRECTION_ADDED;
}

static void assert_same_fact(const struct dw_fact *a, const struct dw_fact *b)
{
	struct dw_fact left = *a;
	struct dw_blob *x, *y;

	if (is_note(a->type))
		left.has &= ~DW_HAS(TEXT);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->room, b->room);
	assert_int_equal(a->actor, b->actor);
	assert_int_equal(a->recorded_at, b->recorded_at);
	assert_int_equal(a->occurred_at, b->occurred_at);
	assert_int_equal(a->is_erased, b->is_erased);
	assert_int_equal(left.has, b->has);
	x = dw_fact_payload(&left);
	y = dw_fact_payload(b);
	assert_true(dw_str_eq(dw_blob_str(x), dw_blob_str(y)));
	dw_blob_unref(x);
	dw_blob_unref(y);
}

static void a_fact_comes_back_as_it_was(void **state)
{
	unsigned seen[DW_EV_COUNT + 1] = { 0 };

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct dw_arena *a = dw_arena_create();
		struct dw_pack_base base = { 0 };
		struct dw_fact f[EVENTS], out;
		struct factgen g;
		struct dw_str run;
		struct dw_buf b;

		factgen_init(&g, seed, a, 7 * seed);
		dw_buf_init(&b, 8u << 20);
		for (size_t i = 0; i < EVENTS; i++) {
			factgen_next(&g, &f[i]);
			if (i == 0)
				base = base_of(&f[0]);
			assert_int_equal(dw_fact_pack(&b, &f[i], &base), 0);
			seen[f[i].type]++;
		}
		run = dw_buf_str(&b);
		for (size_t i = 0; i < EVENTS; i++) {
			assert_int_equal(dw_fact_unpack(&out, &run, &base, a), 1);
			assert_same_fact(&f[i], &out);
		}
		assert_int_equal(dw_fact_unpack(&out, &run, &base, a), 0);
		dw_buf_fini(&b);
		dw_arena_destroy(a);
	}
	for (unsigned t = 0; t < DW_EV_COUNT; t++)
		if (dw_event_info((enum dw_event_type)t)->class == DW_CLASS_ROOM)
			assert_true(seen[t] > 0);
}

static void what_does_not_fit_changes_nothing(void **state)
{
	struct dw_fact f = { .type = DW_EV_CLAIM_ADDED,
			     .seq = 5,
			     .room = 5,
			     .has = DW_HAS(TEXT),
			     .text = DW_STR(
				     "it is said that the whole town is cut off") };
	struct dw_pack_base base = base_of(&f);
	struct dw_buf b;
	size_t n = 0;

	dw_buf_init(&b, 120);
	while (dw_fact_pack(&b, &f, &base) == 0)
		n = b.len;
	assert_true(n > 40 && b.len == n);
	dw_buf_fini(&b);
}

/* ---- (2) ---- */

static char *render(const struct dw_incident *s)
{
	struct dw_jsonw j;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&j, &b);
	dw_room_write(&j, s, NULL, names,
		      &(struct dw_statement_now){ .at = INT64_C(1791000000000000) });
	assert_int_equal(dw_jsonw_end(&j), 0);
	return b.p;
}

static void assert_same_trail(const struct dw_incident *a, const struct dw_incident *b)
{
	assert_int_equal(a->leads.n, b->leads.n);
	assert_int_equal(a->moves.n, b->moves.n);
	if (a->leads.n > 0)
		assert_memory_equal(a->leads.p, b->leads.p,
				    a->leads.n * sizeof(*a->leads.p));
	for (size_t i = 0; i < a->moves.n; i++) {
		const struct dw_move *x = &a->moves.p[i], *y = &b->moves.p[i];

		assert_true(x->what == y->what && x->seq == y->seq && x->by == y->by &&
			    x->at == y->at && x->from == y->from && x->to == y->to &&
			    dw_str_eq(x->was, y->was) && dw_str_eq(x->is, y->is));
	}
	assert_memory_equal(a->note, b->note, sizeof(a->note));
}

/* All that is in a room: what it shows, and what it only remembers. */
static void assert_same_room(const struct dw_incident *a, const struct dw_incident *b)
{
	const struct dw_linked *x = dw_links_from(&a->links, 0);
	const struct dw_linked *y = dw_links_from(&b->links, 0);
	char *shown = render(a), *other = render(b);

	assert_string_equal(shown, other);
	free(shown);
	free(other);
	while (x != NULL && y != NULL) {
		assert_true(x->id == y->id && x->at == y->at);
		x = dw_links_from(&a->links, x->id + 1);
		y = dw_links_from(&b->links, y->id + 1);
	}
	assert_true(x == NULL && y == NULL);
	assert_int_equal(a->entries.n, b->entries.n);
	for (size_t i = 0; i < a->entries.n; i++)
		assert_true(a->entries.p[i].seq == b->entries.p[i].seq &&
			    a->entries.p[i].occurred_at == b->entries.p[i].occurred_at);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->n_corrections, b->n_corrections);
	assert_same_trail(a, b);
}

/* The packed ones up to `cut`, then the others as the journal has them. */
static struct dw_incident *fold(const struct dw_fact *f, size_t n, size_t cut)
{
	struct dw_incident *s = dw_incident_create();
	struct dw_pack_base base = base_of(f);
	struct dw_fact out;
	struct dw_buf b;
	struct dw_str run;

	dw_buf_init(&b, 8u << 20);
	for (size_t i = 0; i < cut; i++)
		assert_int_equal(dw_fact_pack(&b, &f[i], &base), 0);
	run = dw_str_make(dw_arena_strdup(s->arena, dw_buf_str(&b)), b.len);
	for (size_t i = 0; i < cut; i++) {
		assert_int_equal(dw_fact_unpack(&out, &run, &base, s->arena), 1);
		dw_incident_apply(s, &out);
	}
	for (size_t i = cut; i < n; i++) {
		factgen_reread(&out, &f[i], s->arena);
		dw_incident_apply(s, &out);
	}
	dw_buf_fini(&b);
	return s;
}

static void the_whole_is_any_part_packed_and_the_rest(void **state)
{
	size_t links = 0, claims = 0, pins = 0;

	for (uint64_t seed = 100; seed < 100 + SEEDS; seed++) {
		struct dw_arena *a = dw_arena_create();
		struct dw_fact f[EVENTS];
		struct dw_incident *all;
		struct factgen g;

		print_message("seed %llu\n", (unsigned long long)seed);
		factgen_init(&g, seed, a, seed);
		for (size_t i = 0; i < EVENTS; i++)
			factgen_next(&g, &f[i]);
		all = fold(f, EVENTS, 0);
		for (size_t cut = 1; cut <= EVENTS; cut++) {
			struct dw_incident *s = fold(f, EVENTS, cut);

			assert_same_room(s, all);
			dw_incident_destroy(s);
		}
		links += all->links.n;
		claims += all->claims.n;
		pins += all->pins.n;
		dw_incident_destroy(all);
		dw_arena_destroy(a);
	}
	assert_true(links > 0 && claims > 0 && pins > 0);
}

/* ---- (3) ---- */

/* In memory of its own size, so that a sanitizer sees every step outside. */
static void unpack_all(const char *p, size_t n, const struct dw_pack_base *base)
{
	struct dw_arena *a = dw_arena_create();
	char *own = malloc(n + 1);
	struct dw_str run = dw_str_make(own, n);
	struct dw_fact f;
	int rc;

	assert_non_null(own);
	memcpy(own, p, n);
	while ((rc = dw_fact_unpack(&f, &run, base, a)) == 1)
		assert_true((f.has & ~dw_fact_fields(f.type)) == 0);
	assert_true(rc == 0 || rc == DW_ECORRUPT);
	free(own);
	dw_arena_destroy(a);
}

static void damage_is_told(void **state)
{
	static const unsigned char endless[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct dw_arena *a = dw_arena_create();
	struct dw_pack_base base = { 0 };
	struct dw_str run = dw_str_make((const char *)endless, sizeof(endless));
	struct dw_fact f;
	struct factgen g;
	struct dw_buf b;

	assert_int_equal(dw_fact_unpack(&f, &run, &base, a), DW_ECORRUPT);
	factgen_init(&g, 77, a, 77);
	dw_buf_init(&b, 8u << 20);
	while (b.len < 4000) {
		factgen_next(&g, &f);
		assert_int_equal(dw_fact_pack(&b, &f, &base), 0);
	}
	for (size_t n = 0; n < b.len; n++)
		unpack_all(b.p, n, &base);
	for (int i = 0; i < 3000; i++) {
		size_t at = seeded_below(&g.die, b.len);
		char was = b.p[at];

		b.p[at] = (char)seeded_next(&g.die);
		unpack_all(b.p, b.len, &base);
		b.p[at] = was;
	}
	dw_buf_fini(&b);
	dw_arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_comes_back_as_it_was),
		cmocka_unit_test(what_does_not_fit_changes_nothing),
		cmocka_unit_test(the_whole_is_any_part_packed_and_the_rest),
		cmocka_unit_test(damage_is_told),
	};
	int failed;

	names = dw_names_new(NULL, 0);
	failed = cmocka_run_group_tests_name("fact_pack", tests, NULL, NULL);
	dw_names_unref(names);
	return failed;
}
