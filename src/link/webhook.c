/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * webhook.c - a post to a webhook: its head, and the signature in it.
 *
 * The signature is over the moment of the try and the body, so that a post which somebody kept cannot be
 * sent again later; the key of the delivery is the same for every try, so that a receiver that
 * has it already can say so with any 2xx. doc/protocol.md has the recipe.
 */
#include "courier_int.h"

#include "base/arena.h"

#include <sodium.h>
#include <stdio.h>

const char *webhook_sign(char out[SIGNATURE_ROOM], const char *secret, int64_t at_s,
			 struct dw_str body)
{
	crypto_auth_hmacsha256_state st;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char moment[32], hex[2 * sizeof(mac) + 1];

	snprintf(moment, sizeof(moment), "%lld.", (long long)at_s);
	crypto_auth_hmacsha256_init(&st, (const uint8_t *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(&st, (const uint8_t *)moment, strlen(moment));
	crypto_auth_hmacsha256_update(&st, (const uint8_t *)body.p, body.n);
	crypto_auth_hmacsha256_final(&st, mac);
	snprintf(out, SIGNATURE_ROOM, "t=%lld,v1=%s", (long long)at_s,
		 dw_hex(hex, mac, sizeof(mac)));
	return out;
}

void webhook_fill(struct dw_fetch *x, const struct dw_delivery *d, int64_t now)
{
	const char **lines = dw_arena_alloc(d->arena, 5 * sizeof(*lines));
	char signature[SIGNATURE_ROOM];

	x->url = d->url.p;
	x->body = dw_buf_str(&d->body);
	lines[0] = "Content-Type: application/json";
	lines[1] = dw_arena_printf(d->arena, "Idempotency-Key: %s", d->key).p;
	lines[2] = dw_arena_printf(d->arena, "Diwan-Signature: %s",
				   webhook_sign(signature, d->secret, now / 1000000,
						x->body))
			   .p;
	lines[3] = dw_arena_printf(d->arena, "Diwan-Attempt: %u", d->attempt).p;
	x->lines = lines;
}
