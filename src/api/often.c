/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * often.c - how often somebody may say what costs all others something.
 *
 * Windows of ten seconds, the same for everybody, so that who is counted is forgotten with them and nothing
 * has to be swept. Across the border of two somebody may say twice as much: it is a stop for machines that
 * have gone wild, and none for people, who never come near it.
 */
#include "often_int.h"

#include "api_int.h"

#define WINDOW_S 10
#define WINDOW_MS (WINDOW_S * 1000)

void often_init(struct often *o, unsigned per_s)
{
	*o = (struct often){ .said = dw_map_create(), .per_s = per_s };
}

void often_fini(struct often *o)
{
	dw_map_destroy(o->said);
	o->said = NULL;
}

bool often_take(struct often *o, struct dw_http_req *req, const struct dw_api *api)
{
	uint64_t now = uv_now(&api->loop->uv), who = dw_api_who(req)->id;
	uintptr_t n;

	if (now - o->since_ms >= WINDOW_MS) {
		dw_map_destroy(o->said);
		o->said = dw_map_create();
		o->since_ms = now;
	}
	n = (uintptr_t)dw_map_get_u64(o->said, who);
	if (n >= (uintptr_t)o->per_s * WINDOW_S) {
		o->refused++;
		dw_api_refuse_wait(
			req, (unsigned)((o->since_ms + WINDOW_MS - now + 999) / 1000),
			"this is said too often");
		return false;
	}
	(void)dw_map_put_u64(o->said, who, (void *)(n + 1));
	return true;
}
