/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_version.c - the bytes that are approved and signed. Single ones are written down here and in
 * doc/protocol.md, for whoever writes a client; many are computed again by python's hashlib
 * (tests/support/version_cases.py), from the contract's words.
 */
#include "base/base64.h"
#include "domain/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define CASES 3000

static void a_digest_written_down(void **state)
{
	struct dw_version v = {
		DW_STR("fa"), DW_STR("press"), DW_STR("public"),
		DW_STR("می‌دانیم که سرویس قطع است.\n")
	};
	char hex[DW_DIGEST_HEX];

	assert_int_equal(dw_version_digest(&v, hex), 0);
	assert_string_equal(
		hex, "96a1139c43d27cd7fe8e2e1db4565d07be8f27b015665b7eff69bdc39db12143");
	v = (struct dw_version){ DW_STR("en"), DW_STR("social"), DW_STR("customer"),
				 dw_str_make(NULL, 0) };
	assert_int_equal(dw_version_digest(&v, hex), 0);
	assert_string_equal(
		hex, "111f03af5b2b33618f2740bd50a23be2ffe98773bf073f27585388ce6683127b");
}

/* What could be read as two different versions has no digest. */
static void a_field_is_a_line(void **state)
{
	static const char *const bad[] = { "", "press\n", "press\npublic", "a\rb",
					   "\x7f" };
	char hex[DW_DIGEST_HEX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dw_str s = dw_str_of(bad[i]), ok = DW_STR("press");
		struct dw_version a = { s, ok, ok, ok }, b = { ok, s, ok, ok },
				  c = { ok, ok, s, ok };

		assert_int_equal(dw_version_digest(&a, hex), DW_EINVAL);
		assert_int_equal(dw_version_digest(&b, hex), DW_EINVAL);
		assert_int_equal(dw_version_digest(&c, hex), DW_EINVAL);
	}
}

static struct dw_signed_verdict verdict(void)
{
	return (struct dw_signed_verdict){
		.origin = DW_STR("war-room.example/log"),
		.incident = 17,
		.statement = 230,
		.digest = DW_STR("96a1139c43d27cd7fe8e2e1db4565d07"
				 "be8f27b015665b7eff69bdc39db12143"),
		.verdict = DW_STR("reject"),
		.reason = DW_STR("دلیل"),
		.expires = DW_STR("2026-11-25T13:00:00.000Z"),
		.nonce = DW_STR("bm9uY2U"),
	};
}

static void a_verdict_written_down(void **state)
{
	struct dw_signed_verdict v = verdict();
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_signed_verdict_bytes(&v, &b), 0);
	assert_string_equal(
		b.p,
		"diwan-verdict-v1\nwar-room.example/log\n17\n230\n"
		"96a1139c43d27cd7fe8e2e1db4565d07be8f27b015665b7eff69bdc39db12143\nreject\n"
		"ecaf3518c67b8f6989974803c10d6334878b03baa8503f4ac91c7d57e38ebd58\n"
		"2026-11-25T13:00:00.000Z\nbm9uY2U\n");
	dw_buf_clear(&b);
	v.is_drill = true;
	v.reason = dw_str_make(NULL, 0);
	assert_int_equal(dw_signed_verdict_bytes(&v, &b), 0);
	assert_string_equal(
		b.p,
		"diwan-drill-verdict-v1\nwar-room.example/log\n17\n230\n"
		"96a1139c43d27cd7fe8e2e1db4565d07be8f27b015665b7eff69bdc39db12143\nreject\n"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
		"2026-11-25T13:00:00.000Z\nbm9uY2U\n");
	dw_buf_fini(&b);
}

static void what_is_no_line_is_not_signed(void **state)
{
	struct dw_buf b;
	char *origin = malloc(DW_SIGNED_MAX);

	memset(origin, 'a', DW_SIGNED_MAX);
	dw_buf_init(&b, 4096);
	for (int i = 0; i < 7; i++) {
		struct dw_signed_verdict v = verdict();
		struct dw_str *field[] = { &v.origin, &v.verdict, &v.expires, &v.nonce,
					   &v.digest, &v.digest,  &v.origin };
		static const char *const bad[] = {
			"a\nb",
			"approve\n",
			"",
			"\n",
			"96A1139C43D27CD7FE8E2E1DB4565D07BE8F27B015665B7EFF69BDC39DB12143",
			"96a1",
			NULL,
		};

		*field[i] = bad[i] != NULL ? dw_str_of(bad[i])
					   : dw_str_make(origin, DW_SIGNED_MAX);
		assert_int_equal(dw_signed_verdict_bytes(&v, &b),
				 bad[i] != NULL ? DW_EINVAL : DW_ETOOBIG);
		assert_int_equal(b.len, 0);
	}
	dw_buf_fini(&b);
	free(origin);
}

/* ---- hashlib ---- */

static struct dw_str member(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_string(v));
	return dw_str_make(json_string_value(v), json_string_length(v));
}

static void check_case(const json_t *o)
{
	struct dw_version v = { member(o, "lang"), member(o, "channel"),
				member(o, "audience"), member(o, "text") };
	struct dw_signed_verdict s = {
		.is_drill = json_is_true(json_object_get(o, "drill")),
		.origin = member(o, "origin"),
		.incident = (uint64_t)json_integer_value(json_object_get(o, "incident")),
		.statement =
			(uint64_t)json_integer_value(json_object_get(o, "statement")),
		.verdict = member(o, "verdict"),
		.reason = member(o, "reason"),
		.expires = member(o, "expires"),
		.nonce = member(o, "nonce"),
	};
	char hex[DW_DIGEST_HEX];
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_version_digest(&v, hex), 0);
	assert_true(dw_str_eq(dw_str_of(hex), member(o, "digest")));
	s.digest = dw_str_of(hex);
	assert_int_equal(dw_signed_verdict_bytes(&s, &b), 0);
	assert_true(dw_str_eq(dw_buf_str(&b), member(o, "signed")));
	dw_buf_fini(&b);
}

static void another_program_computes_the_same(void **state)
{
	char command[100], *line = NULL;
	unsigned n = 0;
	size_t cap = 0;
	FILE *cases;

	if (system("python3 --version >/dev/null 2>&1") != 0) {
		print_message("NOTICE: skipped, no python3\n");
		skip();
	}
	snprintf(command, sizeof(command), "python3 tests/support/version_cases.py %d",
		 CASES);
	cases = popen(command, "r");
	assert_non_null(cases);
	while (getline(&line, &cap, cases) > 0) {
		json_t *o = json_loads(line, JSON_ALLOW_NUL, NULL);

		assert_non_null(o);
		check_case(o);
		json_decref(o);
		n++;
	}
	free(line);
	assert_int_equal(pclose(cases), 0);
	assert_int_equal(n, CASES);
}

/* ---- what the document tells others ---- */

#define PROTOCOL "doc/protocol.md"

/* The block of JSON behind "```json " and that name. */
static json_t *vector(const char *name)
{
	char *line = NULL, fence[60];
	bool is_inside = false;
	struct dw_buf text;
	json_error_t why;
	json_t *o;
	size_t cap = 0;
	FILE *f = fopen(PROTOCOL, "r");

	assert_non_null(f);
	dw_buf_init(&text, 1u << 16);
	snprintf(fence, sizeof(fence), "```json %s\n", name);
	while (getline(&line, &cap, f) > 0) {
		if (is_inside && strcmp(line, "```\n") == 0)
			break;
		if (is_inside)
			assert_int_equal(dw_buf_add(&text, line, strlen(line)), 0);
		is_inside = is_inside || strcmp(line, fence) == 0;
	}
	free(line);
	fclose(f);
	o = json_loadb(text.p != NULL ? text.p : "", text.len, JSON_REJECT_DUPLICATES,
		       &why);
	if (o == NULL)
		fail_msg("%s in %s: %s", name, PROTOCOL, why.text);
	dw_buf_fini(&text);
	return o;
}

/* Ed25519 of one key over one text is one signature, whoever makes it. */
static void the_document_signs_as_we_do(void **state)
{
	uint8_t seed[crypto_sign_SEEDBYTES], public[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES], sig[crypto_sign_BYTES];
	char text[DW_BASE64_ROOM(crypto_sign_BYTES)];
	json_t *o = vector("verdict-vector");
	struct dw_str of = member(o, "signed");

	check_case(o);
	assert_true(dw_base64_parse(seed, sizeof(seed), member(o, "secret")));
	assert_int_equal(crypto_sign_seed_keypair(public, secret, seed), 0);
	dw_base64(text, public, sizeof(public));
	assert_true(dw_str_eq(dw_str_of(text), member(o, "public")));
	assert_int_equal(
		crypto_sign_detached(sig, NULL, (const uint8_t *)of.p, of.n, secret), 0);
	dw_base64(text, sig, sizeof(sig));
	assert_true(dw_str_eq(dw_str_of(text), member(o, "sig")));
	json_decref(o);
}

static void the_document_digests_envelopes_as_we_do(void **state)
{
	json_t *o = vector("envelope-vector");
	char *terms = json_dumps(o, JSON_COMPACT), digest[DW_DIGEST_HEX];
	struct dw_arena *a = dw_arena_create();
	struct dw_authority_fact f = { .type = DW_EV_ENVELOPE_DRAFTED };

	dw_authority_read(&f, dw_str_of(terms), a);
	dw_envelope_digest(&f, digest);
	assert_true(dw_str_eq(dw_str_of(digest), member(o, "digest")));
	free(terms);
	dw_arena_destroy(a);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_written_down),
		cmocka_unit_test(a_field_is_a_line),
		cmocka_unit_test(a_verdict_written_down),
		cmocka_unit_test(what_is_no_line_is_not_signed),
		cmocka_unit_test(another_program_computes_the_same),
		cmocka_unit_test(the_document_signs_as_we_do),
		cmocka_unit_test(the_document_digests_envelopes_as_we_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
