/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_fact.c - fields from JSON and to JSON. A command's body is refused with the place of what is
 * wrong; a payload is read as far as it goes.
 */
#include "base/blob.h"
#include "base/buf.h"
#include "domain/decide.h"
#include "factgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- bodies of commands ---- */

static const struct {
	enum dw_command_type cmd;
	const char *body, *pointer, *detail; /* pointer NULL: it is taken */
} bodies[] = {
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1}", NULL, "" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"summary\":null}", NULL, "" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\"}", "/severity", "missing" },
	{ DW_CMD_DECLARE, "{\"severity\":1}", "/title", "missing" },
	{ DW_CMD_DECLARE, "", "", "not JSON" },
	{ DW_CMD_DECLARE, "[]", "", "object" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"title\":\"y\"}", "", "not JSON" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":0}", "/severity",
	  "1 (critical)" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":5}", "/severity",
	  "1 (critical)" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":\"1\"}", "/severity", "" },
	{ DW_CMD_DECLARE, "{\"title\":\" \\t\",\"severity\":1}", "/title", "1 to 200" },
	{ DW_CMD_DECLARE, "{\"title\":\"a\\nb\",\"severity\":1}", "/title", "control" },
	{ DW_CMD_DECLARE, "{\"title\":null,\"severity\":1}", "/title", "text" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"drill\":1}", "/drill",
	  "true or false" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"was_status\":\"active\"}",
	  "/was_status", "no field" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"a/b~c\":1}", "/a~1b~0c",
	  "no field" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"mentions\":[3,0]}",
	  "/mentions/1", "id of one" },
	{ DW_CMD_CHANGE, "{}", NULL, "" },
	{ DW_CMD_CHANGE, "{\"names\":[]}", NULL, "" },
	{ DW_CMD_CHANGE, "{\"names\":null}", "/names", "a list" },
	{ DW_CMD_CHANGE, "{\"names\":[\"a\",\" \"]}", "/names/1", "blanks" },
	{ DW_CMD_CHANGE, "{\"names\":[\"a\",7]}", "/names/1", "a text" },
	{ DW_CMD_DECLARE, "{\"title\":\"x\",\"severity\":1,\"names\":[]}", "/names",
	  "no field" },
	{ DW_CMD_CHANGE, "{\"status\":\"shut\"}", "/status", "declared, active" },
	{ DW_CMD_NOTE, "{\"text\":\"two\\nlines\"}", NULL, "" },
	{ DW_CMD_NOTE, "{\"text\":\"bell \\u0007\"}", "/text", "control" },
	{ DW_CMD_NOTE, "{\"text\":\"x\",\"occurred_at\":\"yesterday\"}", "/occurred_at",
	  "RFC 3339" },
	{ DW_CMD_ADD_TASK, "{\"title\":\"x\",\"owner\":null,\"due_at\":null}", NULL, "" },
	{ DW_CMD_ADD_TASK, "{\"title\":\"x\",\"owner\":-1}", "/owner", "number from 1" },
	{ DW_CMD_ADD_TASK, "{\"title\":\"x\",\"owner\":1.5}", "/owner", "number from 1" },
	{ DW_CMD_ADD_TASK, "{\"title\":\"x\",\"owner\":9007199254740992}", "/owner",
	  "number from 1" },
	{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[{\"url\":\"https://a.example/\"}]}", NULL,
	  "" },
	{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[{\"url\":\"javascript:alert(1)\"}]}",
	  "/evidence/0/url", "http" },
	{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[{\"mention\":1,\"file\":2}]}",
	  "/evidence/0", "exactly one" },
	{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[{\"note\":\"x\"}]}", "/evidence/0",
	  "exactly one" },
	{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[7]}", "/evidence/0", "evidence is" },
	{ DW_CMD_SPEAK, "{\"audience\":\"public\",\"url\":\"https://a.example/\"}", NULL,
	  "" },
	{ DW_CMD_SPEAK, "{\"audience\":\"public\",\"url\":\"a.example\"}", "/url",
	  "http" },
	{ DW_CMD_SET_CADENCE, "{\"audience\":\"public\",\"every_s\":null}", NULL, "" },
	{ DW_CMD_SET_CADENCE, "{\"audience\":\"public\",\"every_s\":60}", NULL, "" },
	{ DW_CMD_SET_CADENCE, "{\"audience\":\"public\",\"every_s\":0}", "/every_s",
	  "60 to 604800" },
	{ DW_CMD_SET_CADENCE, "{\"audience\":\"public\",\"every_s\":604801}", "/every_s",
	  "60 to 604800" },
	{ DW_CMD_DECIDE,
	  "{\"question\":\"q\",\"options\":\"a\",\"choice\":\"a\",\"reasons\":\"r\"}",
	  "/options", "list" },
};

static void bodies_are_taken_or_refused_with_the_place(void **state)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		enum dw_command_type cmd = bodies[i].cmd;
		struct dw_arena *a = dw_arena_create();
		struct dw_fault fault = { .pointer = "-" };
		struct dw_fact f = { 0 };
		int rc = dw_fact_parse(&f, dw_str_of(bodies[i].body),
				       dw_command_required(cmd), dw_command_known(cmd), a,
				       &fault);

		if ((rc == 0) != (bodies[i].pointer == NULL))
			fail_msg("%s: %d %s", bodies[i].body, rc, fault.detail);
		if (rc < 0) {
			assert_int_equal(rc, DW_EINVAL);
			assert_string_equal(fault.pointer, bodies[i].pointer);
			if (strstr(fault.detail, bodies[i].detail) == NULL)
				fail_msg("%s: %s", bodies[i].body, fault.detail);
		}
		dw_arena_destroy(a);
	}
}

/* Every list and text has a most, and one more is refused. */
static void what_is_too_long_is_refused(void **state)
{
	static const struct {
		enum dw_command_type cmd;
		const char *before, *each, *after;
		size_t most;
	} rows[] = {
		{ DW_CMD_DECLARE, "{\"severity\":1,\"title\":\"", "ق", "\"}", 200 },
		{ DW_CMD_NOTE, "{\"text\":\"", "x", "\"}", 10000 },
		{ DW_CMD_CHANGE, "{\"names\":[\"a\"", ",\"ب\"", "]}", 49 },
		{ DW_CMD_LINK, "{\"ids\":[1", ",1", "]}", 499 },
		{ DW_CMD_CHANGE_CLAIM, "{\"evidence\":[{\"mention\":1}",
		  ",{\"mention\":1}", "]}", 49 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		enum dw_command_type cmd = rows[i / 2].cmd;
		struct dw_arena *a = dw_arena_create();
		struct dw_fault fault = { .pointer = "" };
		struct dw_fact f = { 0 };
		struct dw_buf b;
		int rc;

		dw_buf_init(&b, 64 * 1024);
		assert_int_equal(dw_buf_addz(&b, rows[i / 2].before), 0);
		for (size_t k = 0; k < rows[i / 2].most + i % 2; k++)
			assert_int_equal(dw_buf_addz(&b, rows[i / 2].each), 0);
		assert_int_equal(dw_buf_addz(&b, rows[i / 2].after), 0);
		rc = dw_fact_parse(&f, dw_buf_str(&b), dw_command_required(cmd),
				   dw_command_known(cmd), a, &fault);
		assert_int_equal(rc, i % 2 == 0 ? 0 : DW_EINVAL);
		dw_buf_fini(&b);
		dw_arena_destroy(a);
	}
}

/* ---- payloads ---- */

static struct dw_fact read_as(enum dw_event_type type, const char *payload,
			      struct dw_arena *a)
{
	struct dw_fact f = { .type = type };

	dw_fact_read(&f, payload != NULL ? dw_str_of(payload) : dw_str_make(NULL, 0), a);
	return f;
}

static void a_payload_is_read_as_far_as_it_goes(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_fact f = read_as(DW_EV_CLAIM_ADDED,
				   "{\"text\":\"x\",\"verdict\":\"perhaps\",\"owner\":7,"
				   "\"later\":[1],\"title\":\"not a claim's\"}",
				   a);

	assert_int_equal(f.has, DW_HAS(TEXT) | DW_HAS(OWNER));
	assert_true(dw_str_eq(f.text, DW_STR("x")) && f.owner == 7 && !f.is_erased);
	f = read_as(DW_EV_CLAIM_ADDED, NULL, a);
	assert_true(f.is_erased && f.has == 0);
	f = read_as(DW_EV_CLAIM_ADDED, "{\"text\":", a);
	assert_true(!f.is_erased && f.has == 0);
	f = read_as(DW_EV_CLAIM_ADDED, "[\"text\"]", a);
	assert_int_equal(f.has, 0);
	f = read_as(DW_EV_UNKNOWN, "{\"text\":\"x\"}", a);
	assert_int_equal(f.has, 0);
	f = read_as(DW_EV_CLAIM_CHANGED, "{\"owner\":null}", a);
	assert_true(f.has == DW_HAS(OWNER) && f.owner == 0);
	dw_arena_destroy(a);
}

/* For every type that there is: what was said is what is read. */
static void what_is_written_is_read(void **state)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct dw_arena *a = dw_arena_create();
		struct factgen g;

		factgen_init(&g, seed, a, 10);
		for (int i = 0; i < 200; i++) {
			struct dw_fact f, read, again;
			struct dw_blob *x, *y;

			factgen_next(&g, &f);
			factgen_reread(&read, &f, a);
			factgen_reread(&again, &read, a);
			assert_int_equal(read.has, f.is_erased ? 0 : f.has);
			assert_int_equal(again.has, read.has);
			x = dw_fact_payload(&f);
			y = dw_fact_payload(&again);
			assert_true(f.is_erased ||
				    dw_str_eq(dw_blob_str(x), dw_blob_str(y)));
			dw_blob_unref(x);
			dw_blob_unref(y);
		}
		dw_arena_destroy(a);
	}
}

static void words_by_name(void **state)
{
	for (unsigned k = 0; k < DW_WORD_KINDS; k++) {
		enum dw_word_kind kind = (enum dw_word_kind)k;
		unsigned v = 0, found = 99;

		for (; dw_word_name(kind, v) != NULL; v++) {
			assert_true(dw_word_find(kind, dw_str_of(dw_word_name(kind, v)),
						 &found));
			assert_int_equal(found, v);
		}
		assert_true(v > 1);
		assert_false(dw_word_find(kind, DW_STR("perhaps"), &found));
		assert_false(dw_word_find(kind, DW_STR(""), &found));
		assert_non_null(strstr(dw_word_list(kind), dw_word_name(kind, 0)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_taken_or_refused_with_the_place),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(a_payload_is_read_as_far_as_it_goes),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(words_by_name),
	};

	return cmocka_run_group_tests_name("fact", tests, NULL, NULL);
}
