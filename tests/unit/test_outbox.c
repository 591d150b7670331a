/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_outbox.c - what is on its way to whom: the fold against a naive model that knows only the list of
 * events, played by a die; how long we go on; and what may be said of an outlet.
 */
#include "domain/outbox.h"

#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PLAYS 400
#define STEPS 300
#define S INT64_C(1000000)

/* ---- a play ---- */

struct step {
	enum dw_event_type type;
	uint64_t about; /* outlet, or statement */
	uint64_t seq;	/* delivery: of what */
	unsigned channels, readers, channel, reader;
};

struct play {
	struct step step[STEPS + 1]; /* by seq */
	uint64_t head;
	struct dw_outbox_state *o;
};

/* Was the outlet there at `seq`, and did it want that? Asked of the whole list each time. */
static bool wanted(const struct play *p, uint64_t outlet, uint64_t seq)
{
	const struct step *what = &p->step[seq], *how = NULL;

	for (uint64_t i = outlet; i < seq; i++) {
		const struct step *s = &p->step[i];

		if (i == outlet ||
		    (s->type == DW_EV_OUTLET_CHANGED && s->about == outlet))
			how = s;
		if (s->type == DW_EV_OUTLET_REMOVED && s->about == outlet)
			return false;
	}
	return how != NULL && (how->channels >> what->channel & 1) != 0 &&
	       (how->readers >> what->reader & 1) != 0;
}

static bool is_closed(const struct play *p, uint64_t outlet, uint64_t seq)
{
	const struct step *what = &p->step[seq];

	for (uint64_t i = seq + 1; i <= p->head; i++) {
		const struct step *s = &p->step[i];

		if ((s->type == DW_EV_DELIVERY_MADE ||
		     s->type == DW_EV_DELIVERY_FAILED) &&
		    s->seq == seq && s->about == outlet)
			return true;
		if (s->type == DW_EV_OUTLET_REMOVED && s->about == outlet)
			return true;
		if (s->type == DW_EV_STATEMENT_WITHDRAWN && s->about == what->about &&
		    what->type == DW_EV_STATEMENT_PUBLISHED)
			return true;
	}
	return false;
}

static void compare(const struct play *p)
{
	size_t n = 0;

	for (uint64_t seq = 1; seq <= p->head; seq++) {
		if (p->step[seq].type != DW_EV_STATEMENT_PUBLISHED &&
		    p->step[seq].type != DW_EV_STATEMENT_WITHDRAWN)
			continue;
		for (uint64_t x = 1; x < seq; x++) {
			bool is_open = p->step[x].type == DW_EV_OUTLET_ADDED &&
				       wanted(p, x, seq) && !is_closed(p, x, seq);
			const struct dw_parcel *got = dw_outbox_parcel(p->o, seq, x);

			assert_int_equal(got != NULL, is_open);
			n += is_open;
			if (!is_open)
				continue;
			assert_int_equal(got->statement, p->step[seq].about);
			assert_int_equal(got->is_withdrawal,
					 p->step[seq].type == DW_EV_STATEMENT_WITHDRAWN);
		}
	}
	assert_int_equal(p->o->open.n, n);
}

/* Of each outlet and statement exactly the oldest is first. */
static void compare_order(const struct play *p)
{
	for (size_t i = 0; i < p->o->open.n; i++) {
		const struct dw_parcel *a = &p->o->open.p[i];
		bool is_first = true;

		for (size_t k = 0; k < p->o->open.n; k++) {
			const struct dw_parcel *b = &p->o->open.p[k];

			is_first = is_first &&
				   (b->outlet != a->outlet ||
				    b->statement != a->statement || b->seq >= a->seq);
		}
		assert_int_equal(dw_outbox_is_first(p->o, a), is_first);
	}
}

static void fold(struct play *p, uint64_t seq)
{
	const struct step *s = &p->step[seq];

	if (s->type == DW_EV_DELIVERY_MADE || s->type == DW_EV_DELIVERY_FAILED) {
		dw_outbox_done(p->o, s->seq, s->about);
	} else if (s->type == DW_EV_STATEMENT_PUBLISHED ||
		   s->type == DW_EV_STATEMENT_WITHDRAWN) {
		const struct dw_leaving l = {
			seq,	    s->about,  7,
			s->channel, s->reader, s->type == DW_EV_STATEMENT_WITHDRAWN
		};

		dw_outbox_leave(p->o, &l);
	} else {
		const struct dw_outlet_fact f = { .type = s->type,
						  .seq = seq,
						  .now = { .id = s->about,
							   .channels = s->channels,
							   .readers = s->readers } };

		dw_outbox_outlet(p->o, &f);
	}
}

static void step(struct play *p, struct seeded *die)
{
	static const enum dw_event_type types[] = {
		DW_EV_OUTLET_ADDED,	   DW_EV_OUTLET_CHANGED,
		DW_EV_OUTLET_REMOVED,	   DW_EV_STATEMENT_PUBLISHED,
		DW_EV_STATEMENT_PUBLISHED, DW_EV_STATEMENT_WITHDRAWN,
		DW_EV_DELIVERY_MADE,	   DW_EV_DELIVERY_MADE,
		DW_EV_DELIVERY_FAILED,
	};
	struct step *s = &p->step[++p->head];

	*s = (struct step){ .type = types[seeded_below(die, 9)],
			    .about = seeded_below(die, 5) + 1000,
			    .channels = (unsigned)seeded_below(die, 16),
			    .readers = (unsigned)seeded_below(die, 8),
			    .channel = (unsigned)seeded_below(die, 4),
			    .reader = (unsigned)seeded_below(die, 3) };
	if (s->type != DW_EV_STATEMENT_PUBLISHED &&
	    s->type != DW_EV_STATEMENT_WITHDRAWN && s->type != DW_EV_OUTLET_ADDED) {
		s->about = seeded_below(die, p->head + 2);
		s->seq = seeded_below(die, p->head + 2);
	}
	if (s->type == DW_EV_DELIVERY_MADE && p->o->open.n > 0) {
		size_t i = seeded_below(die, p->o->open.n);

		s->about = p->o->open.p[i].outlet;
		s->seq = p->o->open.p[i].seq;
	}
	fold(p, p->head);
}

static void what_is_open_is_what_the_events_say(void **state)
{
	struct seeded die = { 5 };

	(void)state;
	for (int i = 0; i < PLAYS; i++) {
		struct play *p = calloc(1, sizeof(*p));
		size_t steps = 1 + seeded_below(&die, i % 20 == 0 ? STEPS : 60);

		assert_non_null(p);
		p->o = dw_outbox_state_create();
		for (size_t k = 0; k < steps; k++)
			step(p, &die);
		compare(p);
		compare_order(p);
		/* a restart folds the same events again */
		dw_outbox_state_destroy(p->o);
		p->o = dw_outbox_state_create();
		for (uint64_t seq = 1; seq <= p->head; seq++)
			fold(p, seq);
		compare(p);
		dw_outbox_state_destroy(p->o);
		free(p);
	}
}

static void a_change_makes_what_waits_due(void **state)
{
	struct dw_outbox_state *o = dw_outbox_state_create();
	struct dw_outlet_fact f = { .type = DW_EV_OUTLET_ADDED,
				    .seq = 1,
				    .now = { .channels = 15, .readers = 7 } };
	const struct dw_leaving l = { 2, 50, 7, 0, 0, false };

	(void)state;
	dw_outbox_outlet(o, &f);
	dw_outbox_leave(o, &l);
	o->open.p[0].tries = (struct dw_parcel_tries){ 4, S, 900 * S, true, false };
	f.type = DW_EV_OUTLET_CHANGED;
	f.seq = 3;
	f.now.id = 1;
	dw_outbox_outlet(o, &f);
	assert_int_equal(o->open.p[0].tries.due, 0);
	assert_int_equal(o->open.p[0].tries.n, 0);
	assert_true(o->open.p[0].tries.is_out); /* one is still under way */
	assert_int_equal(dw_outbox_find(o, 1)->version, 3);
	dw_outbox_state_destroy(o);
}

/* ---- patience ---- */

static void waits_grow_and_end(void **state)
{
	const struct dw_patience day = { 5 * S, 86400 * S };
	struct dw_parcel_tries t = { .first = 1000 * S };
	int64_t now = 1000 * S, last = 0;
	struct seeded die = { 9 };

	(void)state;
	for (;;) {
		int64_t next, low = 5 * S;

		t.n++;
		next = dw_parcel_next(&t, &day, now, 0, (uint32_t)seeded_next(&die));
		if (next == 0)
			break;
		for (unsigned i = 1; i < t.n && low < 14400 * S; i++)
			low *= 3;
		low = low < 14400 * S ? low : 14400 * S;
		assert_true(next <= t.first + day.give_up);
		assert_true(next - now <= low * 5 / 4);
		if (next < t.first + day.give_up)
			assert_true(next - now >= low * 3 / 4);
		last = now = next;
	}
	assert_int_equal(last, t.first + day.give_up); /* the last one is at the end */
	assert_true(t.n >= 10 && t.n <= 18);
}

static void who_says_when_is_asked_then(void **state)
{
	const struct dw_patience day = { 5 * S, 86400 * S };
	struct dw_parcel_tries t = { .n = 1, .first = 1000 * S };

	(void)state;
	assert_int_equal(dw_parcel_next(&t, &day, 1001 * S, 300 * S, 0), 1301 * S);
	assert_int_equal(dw_parcel_next(&t, &day, 1001 * S, 200000 * S, 0), 87400 * S);
	assert_int_equal(dw_parcel_next(&t, &day, 87400 * S, 300 * S, 0), 0);
	assert_int_equal(dw_parcel_next(&t, &day, 1001 * S, 0, 0), 1001 * S + 6250000);
	assert_in_range(dw_parcel_next(&t, &day, 1001 * S, 0, UINT32_MAX),
			1001 * S + 3750000, 1001 * S + 3750002);
}

/* ---- words ---- */

static void what_may_be_asked(void **state)
{
	static const struct {
		const char *json, *pointer; /* NULL: it is taken */
	} cases[] = {
		{ "{\"kind\":\"webhook\",\"name\":\"w\",\"url\":\"https://a/b?c\"}",
		  NULL },
		{ "{\"kind\":\"email\",\"name\":\"\xd8\xa7\",\"to\":[\"a.b+c@x-y.example\"],"
		  "\"channels\":[\"press\"],\"audiences\":[\"staff\",\"public\"],\"paused\":true}",
		  NULL },
		{ "[]", "" },
		{ "{", "" },
		{ "{\"name\":\"w\",\"url\":\"https://a\"}", "/kind" },
		{ "{\"kind\":\"webhook\",\"url\":\"https://a\"}", "/name" },
		{ "{\"kind\":\"webhook\",\"name\":\"a\\nb\",\"url\":\"https://a\"}",
		  "/name" },
		{ "{\"kind\":\"webhook\",\"name\":\"w\"}", "/url" },
		{ "{\"kind\":\"webhook\",\"name\":\"w\",\"url\":\"javascript:1\"}",
		  "/url" },
		{ "{\"kind\":\"email\",\"name\":\"w\"}", "/to" },
		{ "{\"kind\":\"email\",\"name\":\"w\",\"to\":[]}", "/to" },
		{ "{\"kind\":\"email\",\"name\":\"w\",\"to\":[\"a@b\",3]}", "/to/1" },
		{ "{\"kind\":\"email\",\"name\":\"w\",\"to\":[\"a@b\"],\"url\":\"https://a\"}",
		  "/url" },
		{ "{\"kind\":\"email\",\"name\":\"w\",\"to\":[\"a@b\"],\"channels\":[]}",
		  "/channels" },
		{ "{\"kind\":\"email\",\"name\":\"w\",\"to\":[\"a@b\"],\"secret\":\"x\"}",
		  "/secret" },
	};
	struct dw_arena *a = dw_arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dw_outlet_wish w;
		struct dw_fault f = { .pointer = "" };
		int rc = dw_outlet_parse(&w, dw_str_of(cases[i].json), true, a, &f);

		if ((rc == 0) != (cases[i].pointer == NULL))
			fail_msg("%s: %s", cases[i].json, f.detail);
		if (rc < 0)
			assert_string_equal(f.pointer, cases[i].pointer);
	}
	dw_arena_destroy(a);
}

static void mail_addresses(void **state)
{
	static const char *const good[] = { "a@b", "a.b@c.example", "a+b=c@x-1.example" };
	static const char *const bad[] = {
		"",
		"a",
		"@b",
		"a@",
		"a@b@c",
		"a b@c",
		"a@b c",
		"<a@b>",
		"a@b\r\nRCPT TO:<c@d>",
		"a,b@c",
		"a@.b",
		"a@b.",
		".a@b",
		"a.@b",
		"a..b@c",
		"a@-b",
		"a@b_c",
		"\"a\"@b",
		"a@[127.0.0.1]",
		"\xd8\xa7@b",
		"a;b@c",
		"a(b)@c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(dw_mail_address_is_valid(dw_str_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dw_mail_address_is_valid(dw_str_of(bad[i])))
			fail_msg("%s was taken", bad[i]);
	assert_false(dw_mail_address_is_valid(DW_STR("a\0b@c")));
}

static void an_outlet_comes_back_from_its_event(void **state)
{
	struct dw_arena *a = dw_arena_create();
	const struct dw_outlet_fact f = { .type = DW_EV_OUTLET_CHANGED,
					  .now = { .id = 12,
						   .kind = DW_OUTLET_WEBHOOK,
						   .name = DW_STR("Wire"),
						   .host = DW_STR("a.example:8443"),
						   .channels = 5,
						   .readers = 3,
						   .is_paused = true,
						   .why = DW_STR(
							   "it answered 410 Gone") } };
	struct dw_blob *b = dw_outlet_payload(&f);
	struct dw_outlet_fact g = { .type = DW_EV_OUTLET_CHANGED };
	static const char *const odd[] = { NULL, "", "[]",
					   "{\"kind\":3,\"channels\":\"x\"}" };

	(void)state;
	dw_outlet_read(&g, dw_blob_str(b), a);
	assert_int_equal(g.now.id, 12);
	assert_true(dw_str_eq(g.now.name, f.now.name) &&
		    dw_str_eq(g.now.host, f.now.host));
	assert_true(dw_str_eq(g.now.why, f.now.why) && g.now.is_paused);
	assert_int_equal(g.now.channels, 5);
	assert_int_equal(g.now.readers, 3);
	dw_blob_unref(b);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		dw_outlet_read(&g, dw_str_of(odd[i]), a);
		assert_int_equal(g.now.channels, 0); /* it gets nothing */
	}
	assert_true(dw_str_eq(dw_outlet_host(DW_STR("https://a.example:8443/x?y=/z")),
			      DW_STR("a.example:8443")));
	assert_true(dw_str_eq(dw_outlet_host(DW_STR("smtp://[::1]")), DW_STR("[::1]")));
	dw_arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_is_what_the_events_say),
		cmocka_unit_test(a_change_makes_what_waits_due),
		cmocka_unit_test(waits_grow_and_end),
		cmocka_unit_test(who_says_when_is_asked_then),
		cmocka_unit_test(what_may_be_asked),
		cmocka_unit_test(mail_addresses),
		cmocka_unit_test(an_outlet_comes_back_from_its_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
