/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_json.c - what events about statements say comes back from JSON as it was. */
#include "base/blob.h"
#include "domain/statement.h"

#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

struct gen {
	struct seeded die;
	struct dw_arena *a;
};

static uint64_t below(struct gen *g, uint64_t n)
{
	return seeded_next(&g->die) % n;
}

static struct dw_str some_text(struct gen *g)
{
	static const char *const texts[] = {
		"",
		"Water is safe.",
		"الماء آمن في كل المناطق.",
		"می\xe2\x80\x8c"
		"دانیم",
		"a\nb\t\"c\"",
		"👩\xe2\x80\x8d"
		"🚀",
		"\xe2\x80\xa8",
	};

	return dw_str_of(texts[below(g, 7)]);
}

/* Absent, often enough. */
static struct dw_str maybe_text(struct gen *g)
{
	return below(g, 3) == 0 ? (struct dw_str){ NULL, 0 } : some_text(g);
}

static uint64_t maybe_id(struct gen *g)
{
	return below(g, 3) == 0 ? 0 : 1 + below(g, UINT64_C(1) << 40);
}

static struct dw_rest some_rest(struct gen *g)
{
	uint32_t from = (uint32_t)below(g, 60000);

	return (struct dw_rest){ .id = maybe_id(g),
				 .claim = 1 + below(g, 900),
				 .rests = (unsigned)below(g, DW_RESTS_COUNT),
				 .from = from,
				 .to = from + (uint32_t)below(g, 5000),
				 .quote = some_text(g),
				 .by = maybe_id(g) };
}

static struct dw_rest_list some_rests(struct gen *g)
{
	struct dw_rest_list l = { NULL, below(g, 5) };

	l.p = dw_arena_alloc(g->a, (l.n + 1) * sizeof(*l.p));
	for (size_t i = 0; i < l.n; i++)
		l.p[i] = some_rest(g);
	return l;
}

static struct dw_quorum some_quorum(struct gen *g)
{
	static const char *const groups[] = { "legal", "", "executive", "comms" };
	struct dw_quorum q = { .may_approve_own = below(g, 2) != 0,
			       .blocks = (unsigned)below(g, 256) };

	for (uint64_t i = 0, n = 1 + below(g, 4); i < n; i++)
		assert_true(dw_quorum_need(&q, dw_str_of(groups[below(g, 4)]),
					   1 + (unsigned)below(g, 20)));
	return q;
}

static void some_updates(struct gen *g, struct dw_statement_fact *f)
{
	f->n_updates = 1 + below(g, 4);
	f->update = dw_arena_alloc(g->a, f->n_updates * sizeof(*f->update));
	f->revision = f->n_updates + below(g, 90);
	for (size_t i = 0; i < f->n_updates; i++) {
		struct dw_change *c = &f->update[i].change;

		f->update[i].client = DW_STR("tab-1");
		c->n = 2;
		c->part = dw_arena_alloc(g->a, 2 * sizeof(*c->part));
		c->part[0] = (struct dw_change_part){ true,
						      1 + (uint32_t)below(g, 99),
						      { NULL, 0 } };
		c->part[1] = (struct dw_change_part){ false, 1 + (uint32_t)below(g, 9),
						      some_text(g) };
	}
}

/* Everything is there, whether an event of this type has it or not. */
static void fill(struct gen *g, struct dw_statement_fact *f)
{
	f->statement = 1 + below(g, 999);
	f->has = (unsigned)below(g, 16);
	f->title = some_text(g);
	f->lang = some_text(g);
	f->text = some_text(g);
	f->template_name = maybe_text(g);
	f->reason = maybe_text(g);
	f->digest = some_text(g);
	f->from_digest = some_text(g);
	f->channel = (unsigned)below(g, DW_CHANNEL_COUNT);
	f->reader = (unsigned)below(g, DW_READER_COUNT);
	f->translation_of = maybe_id(g);
	f->correction_of = maybe_id(g);
	f->rest = some_rest(g);
	f->rests = some_rests(g);
	f->quorum = some_quorum(g);
	f->deadline = below(g, 2) != 0 ? 0 : (int64_t)below(g, 1u << 30) * SECOND + 1;
	f->last_author = maybe_id(g);
	f->ruling = (unsigned)below(g, DW_RULING_COUNT);
	f->groups = some_text(g);
	f->on_behalf_of = maybe_id(g);
	f->proof = (unsigned)below(g, DW_PROOF_COUNT);
	f->signature =
		(struct dw_signature){ 7, DW_STR("n0nce"), some_text(g), DW_STR("c2ln") };
	f->is_own = below(g, 2) != 0;
	f->verdicts.n = below(g, 4);
	f->verdicts.p = dw_arena_alloc(g->a, 4 * sizeof(uint64_t));
	for (size_t i = 0; i < f->verdicts.n; i++)
		f->verdicts.p[i] = 1 + below(g, 999);
	f->correction = maybe_id(g);
	f->back = maybe_id(g);
	some_updates(g, f);
}

static void it_comes_back_as_it_was(void **state)
{
	struct gen g = { { 11 }, dw_arena_create() };

	for (int round = 0; round < 4000; round++) {
		struct dw_statement_fact f = { .type = (enum dw_event_type)(
						       round % DW_EV_COUNT) };
		struct dw_statement_fact back = f;
		struct dw_blob *once, *twice;

		if (!dw_statement_is_of(f.type))
			continue;
		fill(&g, &f);
		once = dw_statement_payload(&f);
		dw_statement_read(&back, dw_blob_str(once), g.a);
		twice = dw_statement_payload(&back);
		assert_string_equal(once->data, twice->data);
		assert_int_equal(back.type, f.type);
		assert_false(back.is_erased);
		dw_blob_unref(once);
		dw_blob_unref(twice);
	}
	dw_arena_destroy(g.a);
}

static void members_stand_where_they_belong(void **state)
{
	static const char payload[] =
		"{\"statement\":5,\"digest\":\"d\",\"verdict\":\"hold\","
		"\"reason\":\"ask\",\"groups\":\"legal\",\"on_behalf_of\":4,"
		"\"proof\":\"signature\",\"signature\":{\"key\":9,\"nonce\":\"n\","
		"\"expires\":\"e\",\"sig\":\"s\"},\"own_text\":true}";
	struct dw_statement_fact f = {
		.type = DW_EV_VERDICT_GIVEN, .seq = 8, .actor = 3, .recorded_at = 77
	};
	struct dw_arena *a = dw_arena_create();
	struct dw_blob *again;

	dw_statement_read(&f, dw_str_of(payload), a);
	assert_true(f.seq == 8 && f.actor == 3 && f.recorded_at == 77);
	assert_true(f.statement == 5 && f.ruling == DW_RULING_HOLD && f.is_own);
	assert_true(f.on_behalf_of == 4 && f.proof == DW_PROOF_SIGNATURE &&
		    f.signature.key == 9);
	again = dw_statement_payload(&f);
	assert_string_equal(again->data, payload);
	dw_blob_unref(again);
	dw_arena_destroy(a);
}

static void what_cannot_be_read_says_no_yes(void **state)
{
	static const char *const odd[] = {
		NULL,
		"",
		"[]",
		"null",
		"{}",
		"{\"verdict\":\"yes\",\"policy\":{}}",
		"{\"verdict\":0,\"policy\":{\"groups\":{\"legal\":0}}}",
		"{\"verdict\":null,\"policy\":7,\"rests\":[1,{}],\"updates\":[{}]}",
	};
	struct dw_arena *a = dw_arena_create();

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct dw_statement_fact f = { .type = DW_EV_VERDICT_GIVEN };

		dw_statement_read(&f, dw_str_of(odd[i]), a);
		assert_int_equal(f.ruling, DW_RULING_COUNT);
		assert_int_equal(f.is_erased, odd[i] == NULL);
		f.type = DW_EV_STATEMENT_SUBMITTED;
		dw_statement_read(&f, dw_str_of(odd[i]), a);
		assert_true(f.quorum.n_needs == 1 && f.quorum.need[0].n > 1000 &&
			    f.quorum.need[0].group.n == 0);
		f.type = DW_EV_DRAFT_CHANGED;
		dw_statement_read(&f, dw_str_of(odd[i]), a);
		assert_int_equal(f.n_updates, 0);
	}
	dw_arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back_as_it_was),
		cmocka_unit_test(members_stand_where_they_belong),
		cmocka_unit_test(what_cannot_be_read_says_no_yes),
	};

	return cmocka_run_group_tests_name("statement_json", tests, NULL, NULL);
}
