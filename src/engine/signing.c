/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * signing.c - signatures of approvers: a nonce to sign with, and whether a signature holds.
 *
 * Nonces live in memory: after a restart a page asks for another one. One is for one person and
 * one statement, is taken out at the first look at a signature with it, and ends after ten
 * minutes; so a signature that was seen once can be sent again by nobody, its owner included.
 * What is signed is made here of what we know (domain/version.h), never of what was sent.
 */
#include "base/base64.h"
#include "base/clock.h"

#include "authority_int.h"

#include <sodium.h>
#include <stdlib.h>

#define NONCES_MAX 20000 /* open, of all */
#define NONCES_EACH 32	 /* of one person */

struct nonce {
	struct dw_link link;
	uint64_t user, statement;
	int64_t expires;
	char text[DW_NONCE_TEXT];
};

static void drop(struct dw_authorities *a, struct nonce *n)
{
	dw_list_remove(&n->link);
	(void)dw_map_remove(a->nonces, dw_str_of(n->text));
	a->n_nonces--;
	free(n);
}

void nonces_free(struct dw_authorities *a)
{
	struct dw_link *l;

	while ((l = dw_list_pop(&a->open)) != NULL)
		free(DW_CONTAINER_OF(l, struct nonce, link));
	dw_map_destroy(a->nonces);
}

static void drop_old(struct dw_authorities *a, int64_t now)
{
	while (a->open.next != &a->open) {
		struct nonce *n = DW_CONTAINER_OF(a->open.next, struct nonce, link);

		if (n->expires > now && a->n_nonces <= NONCES_MAX)
			break;
		drop(a, n);
	}
}

static size_t count_of(const struct dw_authorities *a, uint64_t user)
{
	size_t n = 0;

	DW_LIST_EACH(l, &a->open)
		n += DW_CONTAINER_OF(l, struct nonce, link)->user == user;
	return n;
}

int dw_nonce_make(struct dw_authorities *a, uint64_t user, uint64_t statement,
		  char out[DW_NONCE_TEXT], int64_t *expires, struct dw_err *err)
{
	const struct dw_clock *clock = dw_engine_clock(a->engine);
	uint8_t raw[24];
	struct nonce *n;

	drop_old(a, dw_now_us(clock));
	if (count_of(a, user) >= NONCES_EACH)
		return dw_fail(
			err, DW_EBUSY,
			"you have asked for many signatures and given none: wait ten "
			"minutes");
	n = calloc(1, sizeof(*n));
	DW_INVARIANT(n != NULL);
	dw_random(clock, raw, sizeof(raw));
	(void)dw_base64(n->text, raw, sizeof(raw));
	n->user = user;
	n->statement = statement;
	n->expires = dw_now_us(clock) + DW_NONCE_S * INT64_C(1000000);
	(void)dw_map_put(a->nonces, dw_str_of(n->text), n);
	dw_list_push(&a->open, &n->link);
	a->n_nonces++;
	memcpy(out, n->text, DW_NONCE_TEXT);
	*expires = n->expires;
	return 0;
}

/* ---- checking ---- */

/* Once, whoever asks. */
static bool use_up(struct dw_authorities *a, struct dw_str text, uint64_t user,
		   uint64_t statement)
{
	struct nonce *n = dw_map_get(a->nonces, text);
	bool is_good = n != NULL && n->user == user && n->statement == statement &&
		       n->expires > dw_now_us(dw_engine_clock(a->engine));

	if (n != NULL)
		drop(a, n);
	return is_good;
}

static int check_key(const struct dw_authorities *a, uint64_t user, uint64_t id,
		     const struct dw_sign_key **out, struct dw_err *err)
{
	const struct dw_sign_key *k = dw_authority_key(a->state, id);

	*out = k;
	if (k == NULL || k->user != user)
		return dw_fail(err, DW_EFORBIDDEN, "this is no key of yours");
	if (k->revoked_at != 0)
		return dw_fail(err, DW_EFORBIDDEN, "this key was revoked");
	if (k->confirmed_at == 0)
		return dw_fail(err, DW_EFORBIDDEN,
			       "nobody has confirmed this key yet: a second person does");
	return 0;
}

static bool is_signed(const struct dw_sign_key *k, const struct dw_signed_verdict *v,
		      struct dw_str text)
{
	uint8_t sig[crypto_sign_BYTES];
	struct dw_buf b;
	bool is_good;

	if (!dw_base64_parse(sig, sizeof(sig), text))
		return false;
	dw_buf_init(&b, 2 * DW_SIGNED_MAX);
	is_good = dw_signed_verdict_bytes(v, &b) == 0 &&
		  crypto_sign_verify_detached(sig, (const uint8_t *)b.p, b.len,
					      k->ed25519) == 0;
	dw_buf_fini(&b);
	return is_good;
}

int dw_signature_check(struct dw_authorities *a, uint64_t user,
		       const struct dw_signed_verdict *v, const struct dw_signature *sig,
		       struct dw_err *err)
{
	bool is_fresh = use_up(a, sig->nonce, user, v->statement);
	struct dw_signed_verdict all = *v;
	const struct dw_sign_key *k;
	int64_t expires;
	int rc = check_key(a, user, sig->key, &k, err);

	if (k == NULL || rc < 0)
		return rc;
	if (!is_fresh)
		return dw_fail(err, DW_EFORBIDDEN,
			       "this nonce is used, over, or of something else: ask for "
			       "another one");
	if (dw_time_parse(sig->expires, &expires) < 0 ||
	    expires <= dw_now_us(dw_engine_clock(a->engine)))
		return dw_fail(err, DW_EFORBIDDEN, "this signature is over");
	all.origin = dw_str_of(a->origin);
	all.expires = sig->expires;
	all.nonce = sig->nonce;
	if (!is_signed(k, &all, sig->sig))
		return dw_fail(err, DW_EFORBIDDEN,
			       "this key did not sign that verdict on that version");
	return 0;
}
