/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_envelope_holds.c - what lies inside of an envelope: one step outside, each way by itself. */
#include "domain/authority.h"
#include "domain/statement.h"
#include "domain/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DAY INT64_C(86400000000)
#define NOW INT64_C(1790000000000000)
#define ID 70
#define TEXT "We know of it. Call 112."

enum { LEAD = 1, SAM, HODA };

struct calm {
	struct dw_authority *authority;
	struct dw_incident *s;
	struct dw_statement_version v;
	struct dw_fill_from from;
	struct dw_fault fault;
	uint64_t seq;
};

static void happen(struct calm *c, struct dw_authority_fact f)
{
	f.seq = f.seq != 0 ? f.seq : ++c->seq;
	f.recorded_at = c->from.now;
	dw_authority_apply(c->authority, &f);
}

/* Drafted, and signed by nobody: press and replies in Arabic, of severity 2 at worst, three times, for a day. */
static void draft(struct calm *c)
{
	struct dw_authority_fact f = {
		.type = DW_EV_ENVELOPE_DRAFTED,
		.seq = ID,
		.actor = LEAD,
		.title = DW_STR("Holding"),
		.lang = DW_STR("ar"),
		.text = DW_STR("We know of it. Call {contact}."),
		.office = DW_ROOM_COMMUNICATIONS,
		.channels = 1u << DW_CHANNEL_PRESS | 1u << DW_CHANNEL_REPLY,
		.severity = 2,
		.times = 3,
		.until = NOW + DAY,
		.quorum = { .need = { { DW_STR("legal"), 2 } }, .n_needs = 1 },
	};

	memset(c, 0, sizeof(*c));
	c->authority = dw_authority_create();
	c->s = dw_incident_create();
	c->s->severity = 2;
	c->seq = ID;
	c->from = (struct dw_fill_from){ .s = c->s, .now = NOW, .lang = DW_STR("ar") };
	c->v = (struct dw_statement_version){ .lang = DW_STR("ar"),
					      .channel = DW_CHANNEL_PRESS,
					      .text = DW_STR(TEXT) };
	happen(c, f);
}

static void sign(struct calm *c, uint64_t who, const char *groups)
{
	const struct dw_envelope *e = dw_authority_envelope(c->authority, ID);

	happen(c, (struct dw_authority_fact){ .type = DW_EV_ENVELOPE_SIGNED,
					      .actor = who,
					      .envelope = ID,
					      .groups = dw_str_of(groups),
					      .digest = dw_str_of(e->digest) });
}

static void use(struct calm *c)
{
	happen(c, (struct dw_authority_fact){ .type = DW_EV_STATEMENT_PUBLISHED,
					      .actor = SAM,
					      .envelope = ID,
					      .statement = 90 });
}

static void begin(struct calm *c)
{
	draft(c);
	sign(c, SAM, "legal");
	sign(c, HODA, "comms,legal");
}

static void end(struct calm *c)
{
	dw_authority_destroy(c->authority);
	dw_incident_destroy(c->s);
}

/* why: a part of the reason, NULL: it is inside. */
static void assert_holds(struct calm *c, const char *why)
{
	const struct dw_envelope *e = dw_authority_envelope(c->authority, ID);
	struct dw_arena *a = dw_arena_create();
	int rc;

	memset(&c->fault, 0, sizeof(c->fault));
	rc = dw_envelope_holds(e, &c->v, &c->from, a, &c->fault);
	dw_arena_destroy(a);
	if (rc != (why != NULL ? DW_EUNPROCESSABLE : 0))
		fail_msg("%d: %s of %.*s", rc, c->fault.detail, (int)c->v.text.n,
			 c->v.text.p);
	if (why == NULL)
		return;
	assert_string_equal(c->fault.pointer, "/envelope");
	if (strstr(c->fault.detail, why) == NULL)
		fail_msg("%s: %s", why, c->fault.detail);
}

static void it_ends_at_its_time(void **state)
{
	struct calm c;

	begin(&c);
	assert_holds(&c, NULL);
	c.from.now = NOW + DAY - 1;
	assert_holds(&c, NULL);
	c.from.now = NOW + DAY;
	assert_holds(&c, "it is over");
	c.from.now = NOW + 2 * DAY;
	assert_holds(&c, "it is over");
	end(&c);
}

static void it_is_signed_by_all_who_have_to(void **state)
{
	struct calm c;

	draft(&c);
	assert_holds(&c, "not everybody");
	sign(&c, SAM, "legal");
	assert_holds(&c, "not everybody");
	sign(&c, LEAD, "comms");
	assert_holds(&c, "not everybody");
	sign(&c, HODA, "comms,legal");
	assert_holds(&c, NULL);
	happen(&c, (struct dw_authority_fact){
			   .type = DW_EV_ENVELOPE_ENDED, .actor = LEAD, .envelope = ID });
	assert_holds(&c, "it was ended");
	end(&c);
}

static void it_is_used_so_often(void **state)
{
	struct calm c;

	begin(&c);
	for (int i = 0; i < 3; i++) {
		assert_holds(&c, NULL);
		use(&c);
	}
	assert_holds(&c, "used as often");
	use(&c);
	assert_holds(&c, "used as often");
	end(&c);
}

static void it_is_for_one_language(void **state)
{
	static const char *const others[] = { "fa", "ar-EG", "AR", "", "a", "arb" };
	struct calm c;

	begin(&c);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		c.v.lang = dw_str_of(others[i]);
		assert_holds(&c, "another language");
	}
	end(&c);
}

static void it_is_for_its_channels(void **state)
{
	struct calm c;

	begin(&c);
	for (unsigned k = 0; k < DW_CHANNEL_COUNT; k++) {
		bool is_named = k == DW_CHANNEL_PRESS || k == DW_CHANNEL_REPLY;

		c.v.channel = k;
		assert_holds(&c, is_named ? NULL : "not for this channel");
	}
	end(&c);
}

static void it_is_for_incidents_that_are_no_graver(void **state)
{
	struct calm c;

	begin(&c);
	for (c.s->severity = 4; c.s->severity >= 2; c.s->severity--)
		assert_holds(&c, NULL);
	assert_holds(&c, "graver"); /* 1 */
	c.s->severity = 0;	    /* nobody has said how grave it is */
	assert_holds(&c, "graver");
	end(&c);
}

static void it_is_for_its_template(void **state)
{
	static const char *const others[] = {
		"",
		"We know of it.",
		"We know of it. Call 112",
		"We know of it! Call 112.",
		"We know of it. Call 112. Now",
		"We  know of it. Call 112.",
		"we know of it. Call 112.",
		"We know of it.\nCall 112.",
		"We know of it. Call 112\n.",
		"We know of it. Call .",
	};
	struct calm c;

	begin(&c);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		c.v.text = dw_str_of(others[i]);
		assert_holds(&c, "is not its template");
	}
	c.v.text = DW_STR("We know of it. Call 113 or come by.");
	assert_holds(&c, NULL); /* what is free is free */
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_at_its_time),
		cmocka_unit_test(it_is_signed_by_all_who_have_to),
		cmocka_unit_test(it_is_used_so_often),
		cmocka_unit_test(it_is_for_one_language),
		cmocka_unit_test(it_is_for_its_channels),
		cmocka_unit_test(it_is_for_incidents_that_are_no_graver),
		cmocka_unit_test(it_is_for_its_template),
	};

	return cmocka_run_group_tests_name("envelope_holds", tests, NULL, NULL);
}
