/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_signing.c - signatures of approvers: only their own confirmed key, once, of exactly that. */
#include "base/base64.h"
#include "engine/authority.h"
#include "enginerig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#define STATEMENT 77
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct enginerig rig;
static uint64_t approver, second;
static uint8_t public[32], secret[64];
static uint64_t key;

struct doing {
	struct dw_authority_op op;
	bool is_done;
};

static void on_did(struct dw_authority_op *op)
{
	DW_CONTAINER_OF(op, struct doing, op)->is_done = true;
}

static int act(enum dw_command_type type, uint64_t who, uint64_t child, uint64_t *seq)
{
	struct doing d = { .is_done = false };
	int status;

	dw_authority_op_init(&d.op);
	d.op.cmd.type = type;
	d.op.cmd.who = (struct dw_principal){ DW_USER, who, DW_ROLE_APPROVER, 0, 0 };
	d.op.cmd.child = child;
	d.op.cmd.f.name = DW_STR("phone");
	memcpy(d.op.cmd.f.ed25519, public, sizeof(public));
	d.op.cmd.f.has_public = type == DW_CMD_ENROL_KEY;
	d.op.cb = on_did;
	dw_authority_do(dw_engine_authorities(rig.engine), &d.op);
	enginerig_until(&rig, &d.is_done);
	status = d.op.status;
	if (seq != NULL)
		*seq = d.op.fact.seq;
	dw_authority_op_fini(&d.op);
	return status;
}

static int setup(void **state)
{
	enginerig_open(&rig, NULL);
	approver =
		enginerig_user(&rig, "approver", DW_ROLE_APPROVER, "a long password 1");
	second = enginerig_user(&rig, "second", DW_ROLE_APPROVER, "a long password 2");
	crypto_sign_keypair(public, secret);
	assert_int_equal(act(DW_CMD_ENROL_KEY, approver, 0, &key), 0);
	return 0;
}

static int teardown(void **state)
{
	enginerig_close(&rig);
	return 0;
}

/* What the page sends: a signature over what it believes. */
struct given {
	char nonce[DW_NONCE_TEXT], expires[40], sig[DW_BASE64_ROOM(64)];
	struct dw_signature s;
};

static struct dw_signed_verdict verdict(void)
{
	return (struct dw_signed_verdict){ .incident = 5,
					   .statement = STATEMENT,
					   .digest = DW_STR(DIGEST),
					   .verdict = DW_STR("approve"),
					   .reason = DW_STR("") };
}

static void sign(struct given *g, struct dw_signed_verdict v)
{
	struct dw_authorities *a = dw_engine_authorities(rig.engine);
	struct dw_err err = { 0 };
	uint8_t raw[64];
	int64_t expires;
	struct dw_buf b;

	assert_int_equal(dw_nonce_make(a, approver, STATEMENT, g->nonce, &expires, &err),
			 0);
	assert_int_equal(expires, rig.now_us + DW_NONCE_S * INT64_C(1000000));
	dw_time_format(g->expires, expires);
	v.origin = dw_str_of(dw_authorities_origin(a));
	v.expires = dw_str_of(g->expires);
	v.nonce = dw_str_of(g->nonce);
	dw_buf_init(&b, 4096);
	assert_int_equal(dw_signed_verdict_bytes(&v, &b), 0);
	crypto_sign_detached(raw, NULL, (const uint8_t *)b.p, b.len, secret);
	dw_buf_fini(&b);
	(void)dw_base64(g->sig, raw, sizeof(raw));
	g->s = (struct dw_signature){ key, v.nonce, v.expires, dw_str_of(g->sig) };
}

static int check(const struct given *g, uint64_t user, struct dw_signed_verdict v,
		 const char *why)
{
	struct dw_err err = { 0 };
	int rc = dw_signature_check(dw_engine_authorities(rig.engine), user, &v, &g->s,
				    &err);

	if (why != NULL && strstr(err.msg, why) == NULL)
		fail_msg("it says '%s', not '%s'", err.msg, why);
	return rc;
}

static void a_key_signs_when_a_second_person_confirmed_it(void **state)
{
	struct given g;

	sign(&g, verdict());
	assert_int_equal(check(&g, approver, verdict(), "nobody has confirmed"),
			 DW_EFORBIDDEN);
	assert_int_equal(act(DW_CMD_CONFIRM_KEY, approver, key, NULL), DW_EFORBIDDEN);
	assert_int_equal(act(DW_CMD_CONFIRM_KEY, second, key, NULL), 0);
	sign(&g, verdict());
	assert_int_equal(check(&g, approver, verdict(), NULL), 0);
}

static void a_signature_is_good_once(void **state)
{
	struct given g;

	sign(&g, verdict());
	assert_int_equal(check(&g, approver, verdict(), NULL), 0);
	assert_int_equal(check(&g, approver, verdict(), "nonce"), DW_EFORBIDDEN);
}

static void it_is_of_exactly_that(void **state)
{
	struct dw_signed_verdict v = verdict();
	struct given g;

	for (int what = 0; what < 6; what++) {
		sign(&g, verdict());
		v = verdict();
		switch (what) {
		case 0:
			v.verdict = DW_STR("reject");
			break;
		case 1:
			v.incident++;
			break;
		case 2:
			v.digest = DW_STR("1" DIGEST);
			v.digest.n--;
			break;
		case 3:
			v.reason = DW_STR("because");
			break;
		case 4:
			v.is_drill = true;
			break;
		default:
			g.sig[5] = g.sig[5] == 'A' ? 'B' : 'A';
			break;
		}
		assert_int_equal(check(&g, approver, v, "did not sign"), DW_EFORBIDDEN);
	}
}

static void a_nonce_is_for_one_person_and_statement(void **state)
{
	struct dw_signed_verdict v = verdict();
	struct given g;

	sign(&g, v);
	v.statement++;
	assert_int_equal(check(&g, approver, v, "nonce"), DW_EFORBIDDEN);
	assert_int_equal(check(&g, approver, verdict(), "nonce"), DW_EFORBIDDEN);
	sign(&g, verdict());
	assert_int_equal(check(&g, second, verdict(), "no key of yours"), DW_EFORBIDDEN);
}

static void it_ends(void **state)
{
	struct given g;

	sign(&g, verdict());
	enginerig_advance(&rig, DW_NONCE_S + 1);
	assert_int_equal(check(&g, approver, verdict(), "nonce"), DW_EFORBIDDEN);
}

static void nobody_hoards_nonces(void **state)
{
	struct dw_authorities *a = dw_engine_authorities(rig.engine);
	char text[DW_NONCE_TEXT];
	struct dw_err err = { 0 };
	int64_t expires;
	int n = 0;

	while (dw_nonce_make(a, second, 1, text, &expires, &err) == 0 && n < 1000)
		n++;
	assert_int_equal(n, 32);
	assert_int_equal(dw_nonce_make(a, approver, 1, text, &expires, &err), 0);
	enginerig_advance(&rig, DW_NONCE_S + 1);
	assert_int_equal(dw_nonce_make(a, second, 1, text, &expires, &err), 0);
}

static void a_revoked_key_signs_nothing(void **state)
{
	struct given g;

	assert_int_equal(act(DW_CMD_REVOKE_KEY, approver, key, NULL), 0);
	sign(&g, verdict());
	assert_int_equal(check(&g, approver, verdict(), "revoked"), DW_EFORBIDDEN);
	assert_int_equal(act(DW_CMD_CONFIRM_KEY, second, key, NULL), DW_EUNPROCESSABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_signs_when_a_second_person_confirmed_it),
		cmocka_unit_test(a_signature_is_good_once),
		cmocka_unit_test(it_is_of_exactly_that),
		cmocka_unit_test(a_nonce_is_for_one_person_and_statement),
		cmocka_unit_test(it_ends),
		cmocka_unit_test(nobody_hoards_nonces),
		cmocka_unit_test(a_revoked_key_signs_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
