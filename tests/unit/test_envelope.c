/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_envelope.c - the bytes of dw-event-v1, against vectors written out by hand.
 */
#include "store/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* seq 1, recorded 2, occurred -1, actor 3, room 4, version 5, type "a.b", commitment 0xcc… */
static const char VECTOR[] =
	"64772d6576656e742d76310a"
	"0000000000000001"
	"0000000000000002"
	"ffffffffffffffff"
	"000102030405060708090a0b0c0d0e0f"
	"0000000000000003"
	"0000000000000004"
	"0005"
	"03"
	"612e62"
	"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

static struct dw_stored sample(void)
{
	struct dw_stored e = { .seq = 1,
			       .recorded_at = 2,
			       .occurred_at = -1,
			       .actor = 3,
			       .room = 4,
			       .type_version = 5,
			       .type = DW_STR("a.b") };

	for (uint8_t i = 0; i < sizeof(e.command); i++)
		e.command[i] = i;
	memset(e.commit, 0xcc, sizeof(e.commit));
	return e;
}

static void test_layout(void **state)
{
	uint8_t out[DW_ENVELOPE_MAX];
	char hex[2 * DW_ENVELOPE_MAX + 1];
	struct dw_stored e = sample();
	size_t n = dw_envelope_encode(&e, out);

	(void)state;
	assert_int_equal(n, 71 + 3 + 32);
	assert_string_equal(dw_hex(hex, out, n), VECTOR);
}

static void test_parse_gives_it_back(void **state)
{
	uint8_t bytes[106];
	struct dw_stored e, want = sample();

	(void)state;
	assert_int_equal(dw_unhex(bytes, sizeof(bytes), dw_str_of(VECTOR)), 0);
	assert_int_equal(dw_envelope_parse(dw_str_make((const char *)bytes,
						       sizeof(bytes)),
					   &e, NULL),
			 0);
	assert_int_equal(e.seq, want.seq);
	assert_int_equal(e.recorded_at, want.recorded_at);
	assert_int_equal(e.occurred_at, want.occurred_at);
	assert_int_equal(e.actor, want.actor);
	assert_int_equal(e.room, want.room);
	assert_int_equal(e.type_version, want.type_version);
	assert_true(dw_str_eq(e.type, want.type));
	assert_memory_equal(e.command, want.command, sizeof(e.command));
	assert_memory_equal(e.commit, want.commit, sizeof(e.commit));
	assert_int_equal(e.envelope.n, sizeof(bytes));
}

/* Whatever cannot have been encoded is refused: another length, magic, or type. */
static void test_parse_refuses(void **state)
{
	uint8_t bytes[107] = { 0 };
	struct dw_stored e;

	(void)state;
	assert_int_equal(dw_unhex(bytes, 106, dw_str_of(VECTOR)), 0);
	for (size_t n = 0; n <= sizeof(bytes); n++)
		assert_int_equal(dw_envelope_parse(dw_str_make((const char *)bytes, n),
						   &e, NULL),
				 n == 106 ? 0 : DW_ECORRUPT);
	for (size_t i = 0; i < 12; i++) {
		bytes[i] ^= 1;
		assert_int_equal(dw_envelope_parse(dw_str_make((const char *)bytes, 106),
						   &e, NULL),
				 DW_ECORRUPT);
		bytes[i] ^= 1;
	}
	bytes[71] = '\n';
	assert_int_equal(dw_envelope_parse(dw_str_make((const char *)bytes, 106), &e,
					   NULL),
			 DW_ECORRUPT);
}

static void test_type_lengths(void **state)
{
	static const char text[DW_TYPE_MAX + 2] =
		"abcdefghijklmnopqrstuvwxyzabcdefghijklm"
		"nopqrstuvwxyzabcdefghijklm";
	uint8_t out[DW_ENVELOPE_MAX];
	struct dw_stored e = sample(), back;

	(void)state;
	for (size_t n = 1; n <= DW_TYPE_MAX; n++) {
		e.type = dw_str_make(text, n);
		size_t len = dw_envelope_encode(&e, out);

		assert_int_equal(len, 103 + n);
		assert_int_equal(dw_envelope_parse(dw_str_make((const char *)out, len),
						   &back, NULL),
				 0);
		assert_true(dw_str_eq(back.type, e.type));
	}
}

/* HMAC-SHA-256 under 32 bytes 0x0b, as Python's hmac module gives it. */
static void test_commitment(void **state)
{
	uint8_t salt[32], out[DW_HASH_SIZE];
	char hex[2 * DW_HASH_SIZE + 1];

	(void)state;
	memset(salt, 0x0b, sizeof(salt));
	dw_commitment(out, salt, DW_STR("Hi There"));
	assert_string_equal(
		dw_hex(hex, out, sizeof(out)),
		"198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7");
	dw_commitment(out, salt, dw_str_make(NULL, 0));
	assert_string_equal(
		dw_hex(hex, out, sizeof(out)),
		"5177e637aaac0b50e5dca8bb05b0b571444bd59b9b0d834d50681af21fc14b1e");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_parse_gives_it_back),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_type_lengths),
		cmocka_unit_test(test_commitment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
