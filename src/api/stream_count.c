/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * stream_count.c - how many streams an account, a session and an address have.
 *
 * One map holds all three kinds, told apart by the first letter of the key. So a new stream costs
 * three look-ups, however many there are, and a change of somebody's rights finds the streams
 * that it is about without looking at the others.
 */
#include "stream_int.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY_MAX 64

static struct stream_owner *owner_join(struct dw_map *owners, const char *key)
{
	struct dw_str k = dw_str_of(key);
	struct stream_owner *o = dw_map_get(owners, k);

	if (o == NULL) {
		o = calloc(1, sizeof(*o) + k.n + 1);
		DW_INVARIANT(o != NULL);
		memcpy(o->text, k.p, k.n);
		o->key = dw_str_make(o->text, k.n);
		dw_list_init(&o->streams);
		(void)dw_map_put(owners, o->key, o);
	}
	o->n++;
	return o;
}

static void owner_leave(struct dw_map *owners, struct stream_owner *o)
{
	if (o == NULL || --o->n > 0)
		return;
	(void)dw_map_remove(owners, o->key);
	free(o);
}

static const char *account_key(char out[KEY_MAX], enum dw_principal_kind kind,
			       uint64_t id)
{
	char letter = kind == DW_USER ? 'u' : kind == DW_TOKEN ? 't' : 'o';

	snprintf(out, KEY_MAX, "%c%llu", letter, (unsigned long long)id);
	return out;
}

static const char *session_key(char out[KEY_MAX], uint64_t session)
{
	snprintf(out, KEY_MAX, "s%llu", (unsigned long long)session);
	return out;
}

static const char *address_key(char out[KEY_MAX], const char *peer)
{
	snprintf(out, KEY_MAX, "a%s", peer);
	return out;
}

static bool is_full(const struct dw_map *owners, const char *key, unsigned limit)
{
	const struct stream_owner *o = dw_map_get(owners, dw_str_of(key));

	return limit > 0 && o != NULL && o->n >= limit;
}

const char *stream_limit(const struct dw_api *api, const struct dw_map *owners,
			 const struct dw_http_req *req)
{
	const struct dw_principal *who = dw_api_who(req);
	const struct dw_api_conf *conf = &api->conf;
	char key[KEY_MAX];

	if (who->session != 0 &&
	    is_full(owners, session_key(key, who->session), conf->streams_per_session))
		return "session";
	if (is_full(owners, account_key(key, who->kind, who->id),
		    conf->streams_per_account))
		return "account";
	if (is_full(owners, address_key(key, req->peer), conf->streams_per_address))
		return "address";
	return NULL;
}

void stream_join(struct dw_map *owners, const struct dw_principal *who, const char *peer,
		 struct stream_owners *of, struct dw_link *mate)
{
	char key[KEY_MAX];

	of->session = NULL;
	if (who->session != 0)
		of->session = owner_join(owners, session_key(key, who->session));
	of->account = owner_join(owners, account_key(key, who->kind, who->id));
	of->address = owner_join(owners, address_key(key, peer));
	dw_list_push(&of->account->streams, mate);
}

void stream_leave(struct dw_map *owners, struct stream_owners *of, struct dw_link *mate)
{
	dw_list_remove(mate);
	owner_leave(owners, of->account);
	owner_leave(owners, of->session);
	owner_leave(owners, of->address);
}

struct dw_link *stream_mates(const struct dw_map *owners, enum dw_principal_kind kind,
			     uint64_t id)
{
	char key[KEY_MAX];
	struct stream_owner *o =
		dw_map_get(owners, dw_str_of(account_key(key, kind, id)));

	return o != NULL ? &o->streams : NULL;
}
