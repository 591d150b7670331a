/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_frame.c - exact bytes for every shape of event, and nothing half written into a full
 * buffer.
 */
#include "engine/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#define AT INT64_C(1764007800123456) /* 2025-11-24T18:10:00.123456Z */

static struct dw_names *names(void)
{
	struct dw_name list[] = { { 3, DW_NAME_USER, DW_STR("Sārā \"x\"") },
				  { 9, DW_NAME_TOKEN, DW_STR("feed") } };

	return dw_names_new(list, 2);
}

static struct dw_stored event(uint64_t seq, const char *type, const char *payload)
{
	return (struct dw_stored){ .seq = seq,
				   .recorded_at = AT,
				   .occurred_at = AT - 1000000,
				   .actor = 9,
				   .type = dw_str_of(type),
				   .type_version = 1,
				   .payload = dw_str_of(payload) };
}

static void expect(const struct dw_stored *e, const char *text)
{
	struct dw_names *who = names();
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_frame_add(&b, e, dw_event_by_name(e->type), who), 0);
	assert_string_equal(b.p, text);
	dw_buf_fini(&b);
	dw_names_unref(who);
}

#define HEAD(seq, type)                                                                  \
	"id: " seq "\nevent: " type "\ndata: {\"seq\":" seq ",\"type\":\"" type          \
	"\",\"recorded_at\":\"2025-11-24T18:10:00.123456Z\","                            \
	"\"occurred_at\":\"2025-11-24T18:09:59.123456Z\","
#define TOKEN9 "\"actor\":{\"id\":9,\"name\":\"feed\",\"kind\":\"token\"},"

static void test_object(void **state)
{
	struct dw_stored e =
		event(17, "mention.added", "{\"source\":\"s\",\"text\":\"t\"}");

	e.subject = 17;
	expect(&e, HEAD("17", "mention.added") TOKEN9
	       "\"data\":{\"id\":17,\"version\":17,\"source\":\"s\",\"text\":\"t\"}}\n\n");
}

static void test_change_keeps_id_of_first(void **state)
{
	struct dw_stored e = event(40, "mention.changed", "{\"text\":\"u\"}");

	e.subject = 17;
	expect(&e, HEAD("40", "mention.changed") TOKEN9
	       "\"data\":{\"id\":17,\"version\":40,\"text\":\"u\"}}\n\n");
}

static void test_no_object(void **state)
{
	struct dw_stored e = event(5, "session.ended", "{\"reason\":\"expired\"}");

	e.actor = 0;
	expect(&e,
	       HEAD("5",
		    "session.ended") "\"actor\":{\"id\":0,\"name\":\"\",\"kind\":\"system\"},"
				     "\"data\":{\"reason\":\"expired\"}}\n\n");
}

static void test_empty_payload(void **state)
{
	struct dw_stored e = event(5, "session.ended", "{}");
	struct dw_stored o = event(6, "source.added", "{}");

	expect(&e, HEAD("5", "session.ended") TOKEN9 "\"data\":{}}\n\n");
	expect(&o,
	       HEAD("6", "source.added") TOKEN9 "\"data\":{\"id\":6,\"version\":6}}\n\n");
}

static void test_erased(void **state)
{
	struct dw_stored e = event(5, "session.ended", NULL);
	struct dw_stored o = event(17, "mention.added", NULL);

	o.subject = 17;
	expect(&e, HEAD("5", "session.ended") TOKEN9 "\"data\":{\"erased\":true}}\n\n");
	expect(&o, HEAD("17", "mention.added") TOKEN9
	       "\"data\":{\"id\":17,\"version\":17,\"erased\":true}}\n\n");
}

static void test_incident_and_unknown_actor(void **state)
{
	struct dw_stored e = event(8, "session.ended", "{}");

	e.room = 4;
	e.actor = 77;
	expect(&e,
	       HEAD("8",
		    "session.ended") "\"actor\":{\"id\":77,\"name\":\"\",\"kind\":\"user\"},\"incident\":4,"
				     "\"data\":{}}\n\n");
}

/* A type of a newer version: its name is passed on as it is. */
static void test_unknown_type(void **state)
{
	struct dw_stored e = event(8, "tide.turned", "{\"a\":1}");

	expect(&e, HEAD("8", "tide.turned") TOKEN9 "\"data\":{\"a\":1}}\n\n");
}

static void test_names_are_escaped(void **state)
{
	struct dw_stored e = event(8, "session.ended", "{}");
	struct dw_names *who = names();
	struct dw_buf b;
	json_t *item;

	e.actor = 3;
	dw_buf_init(&b, 4096);
	assert_int_equal(dw_item_add(&b, &e, DW_EV_SESSION_ENDED, who), 0);
	assert_null(memchr(b.p, '\n', b.len));
	item = json_loadb(b.p, b.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(item);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(item, "actor"), "name")),
			    "Sārā \"x\"");
	json_decref(item);
	dw_buf_fini(&b);
	dw_names_unref(who);
}

/* For every ceiling below what is needed: refused, and the buffer is as before. */
static void test_ceiling(void **state)
{
	struct dw_stored e =
		event(17, "mention.added", "{\"source\":\"s\",\"text\":\"t\"}");
	struct dw_names *who = names();
	struct dw_buf b;
	size_t need;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_frame_add(&b, &e, DW_EV_MENTION_ADDED, who), 0);
	need = b.len;
	dw_buf_fini(&b);
	for (size_t max = 8; max < need + 5; max++) {
		dw_buf_init(&b, max);
		assert_int_equal(dw_buf_addz(&b, "before"), 0);
		assert_int_equal(dw_frame_add(&b, &e, DW_EV_MENTION_ADDED, who),
				 max < need + 6 ? DW_ETOOBIG : 0);
		assert_int_equal(b.len, 6);
		assert_memory_equal(b.p, "before", 6);
		dw_buf_fini(&b);
	}
	dw_names_unref(who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_object),
		cmocka_unit_test(test_change_keeps_id_of_first),
		cmocka_unit_test(test_no_object),
		cmocka_unit_test(test_empty_payload),
		cmocka_unit_test(test_erased),
		cmocka_unit_test(test_incident_and_unknown_actor),
		cmocka_unit_test(test_unknown_type),
		cmocka_unit_test(test_names_are_escaped),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
