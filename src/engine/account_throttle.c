/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_throttle.c - how often somebody may be wrong.
 *
 * An attempt to sign in takes from two allowances, the account's and the address's; being right
 * gives back. An allowance is one number: when it would be whole again. Each attempt moves that
 * by a minute / n, and it may lie a minute ahead at most: n at once, then one each minute / n.
 *
 * The owner is not locked out by somebody else's failures: an address that the account has
 * signed in from before has an allowance of its own with that account, and only that is asked.
 *
 * Names that no account has are counted like those that one has, or the difference would tell.
 * What is kept for strangers (their addresses, the hashes of the names they tried) is bounded;
 * when there are too many, the longest unused goes. Accounts keep theirs in themselves.
 *
 * Refusals are events. Whoever makes thousands of them must not fill the journal, so the first
 * few of a minute are recorded each, and the rest as one event with their count.
 */
#include "account_int.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define STRANGERS_MAX 4096 /* of each kind */
#define REFUSED_MAX 10	   /* events a minute, and one with the count of the rest */
#define KEY_BYTES 16

struct stranger {
	struct dw_link link; /* longest unused first */
	uint8_t key[KEY_BYTES];
	int64_t full_at;
};

struct strangers {
	struct dw_map *by_key;
	struct dw_link used;
};

struct throttle {
	struct strangers names, addresses;
	uint8_t secret[crypto_generichash_KEYBYTES]; /* so that keys tell nothing */
	int64_t minute;	  /* that `refused` counts, its start */
	unsigned refused; /* recorded one by one */
	uint64_t counted; /* and only counted */
};

static void strangers_init(struct strangers *s)
{
	s->by_key = dw_map_create();
	dw_list_init(&s->used);
}

static void strangers_fini(struct strangers *s)
{
	DW_LIST_EACH(l, &s->used)
		free(DW_CONTAINER_OF(l, struct stranger, link));
	dw_map_destroy(s->by_key);
}

struct throttle *throttle_create(void)
{
	struct throttle *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	strangers_init(&t->names);
	strangers_init(&t->addresses);
	randombytes_buf(t->secret, sizeof(t->secret));
	return t;
}

void throttle_destroy(struct throttle *t)
{
	if (t == NULL)
		return;
	strangers_fini(&t->names);
	strangers_fini(&t->addresses);
	sodium_memzero(t, sizeof(*t));
	free(t);
}

static struct stranger *stranger_get(const struct throttle *t, struct strangers *s,
				     struct dw_str text)
{
	uint8_t key[KEY_BYTES];
	struct stranger *one;

	crypto_generichash(key, sizeof(key), (const uint8_t *)(text.n > 0 ? text.p : ""),
			   text.n, t->secret, sizeof(t->secret));
	one = dw_map_get(s->by_key, dw_str_make((char *)key, sizeof(key)));
	if (one == NULL) {
		if (dw_map_count(s->by_key) >= STRANGERS_MAX) {
			one = DW_CONTAINER_OF(dw_list_pop(&s->used), struct stranger,
					      link);
			dw_map_remove(s->by_key,
				      dw_str_make((char *)one->key, sizeof(key)));
			free(one);
		}
		one = calloc(1, sizeof(*one));
		DW_INVARIANT(one != NULL);
		dw_list_init(&one->link);
		memcpy(one->key, key, sizeof(key));
		dw_map_put(s->by_key, dw_str_make((char *)key, sizeof(key)), one);
	}
	dw_list_remove(&one->link);
	dw_list_push(&s->used, &one->link);
	return one;
}

/* What of an address counts: an IPv6 customer has 2^64 of them, so their first half. */
void throttle_address(struct dw_str peer, char *out)
{
	struct in6_addr v6;

	account_copy(out, PEER_MAX, peer);
	if (inet_pton(AF_INET6, out, &v6) != 1)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&v6)) {
		inet_ntop(AF_INET, &v6.s6_addr[12], out, PEER_MAX);
		return;
	}
	memset(&v6.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &v6, out, PEER_MAX);
}

/* ---- allowances ---- */

/* Up to these: an account's (or a name's) and an address's; or one of both together. */
struct asked {
	int64_t *full_at[2];
	unsigned n;
};

static struct known *find_known(struct user *u, const char *address)
{
	for (unsigned i = 0; i < u->n_known; i++)
		if (strcmp(u->known[i].peer, address) == 0)
			return &u->known[i];
	return NULL;
}

static struct asked ask_strangers(struct dw_account_op *op, struct user *u,
				  const char *address)
{
	struct throttle *t = op->account->throttle;
	struct asked q = { .n = 2 };
	char name[NAME_BYTES];

	q.full_at[0] = &stranger_get(t, &t->addresses, dw_str_of(address))->full_at;
	if (u != NULL) {
		q.full_at[1] = &u->full_at;
	} else if (account_fold_name(op->name, name)) {
		q.full_at[1] = &stranger_get(t, &t->names, dw_str_of(name))->full_at;
		sodium_memzero(name, sizeof(name));
	} else {
		q.n = 1;
	}
	return q;
}

static int64_t cost_of(const struct dw_account_op *op)
{
	unsigned n = dw_engine_conf(op->account->engine)->sign_in_per_minute;

	return MINUTE_US / (n > 0 ? n : 10);
}

int throttle_take(struct dw_account_op *op, struct user *u)
{
	int64_t now = dw_mono_us(dw_engine_clock(op->account->engine)),
		cost = cost_of(op);
	char address[PEER_MAX];
	struct known *k;
	struct asked q;
	int64_t wait = 0;

	throttle_address(op->peer, address);
	k = u != NULL ? find_known(u, address) : NULL;
	op->is_known_peer = k != NULL;
	q = k != NULL ? (struct asked){ { &k->full_at, NULL }, 1 }
		      : ask_strangers(op, u, address);
	for (unsigned i = 0; i < q.n; i++) {
		int64_t over = *q.full_at[i] + cost - (now + MINUTE_US);

		if (over > wait)
			wait = over;
	}
	if (wait > 0) {
		op->retry_after_s = (unsigned)((wait + 999999) / 1000000);
		return dw_fail(
			&op->err, DW_EBUSY,
			"there were too many failed attempts to sign in; wait %u seconds",
			op->retry_after_s);
	}
	for (unsigned i = 0; i < q.n; i++)
		*q.full_at[i] = (*q.full_at[i] > now ? *q.full_at[i] : now) + cost;
	return 0;
}

void throttle_give(struct dw_account_op *op, struct user *u)
{
	char address[PEER_MAX];
	struct known *k;
	struct asked q;

	throttle_address(op->peer, address);
	k = u != NULL ? find_known(u, address) : NULL;
	if (op->is_known_peer && k == NULL)
		return;
	q = op->is_known_peer ? (struct asked){ { &k->full_at, NULL }, 1 }
			      : ask_strangers(op, u, address);
	for (unsigned i = 0; i < q.n; i++)
		*q.full_at[i] -= cost_of(op);
}

void throttle_know(struct user *u, const char *peer)
{
	char address[PEER_MAX];
	struct known *k, first;
	size_t at;

	throttle_address(dw_str_of(peer), address);
	if (address[0] == '\0')
		return;
	k = find_known(u, address);
	if (k == NULL) {
		if (u->n_known < KNOWN_MAX)
			u->n_known++;
		k = &u->known[u->n_known - 1];
		memset(k, 0, sizeof(*k));
		memcpy(k->peer, address, sizeof(address));
	}
	first = *k;
	at = (size_t)(k - u->known);
	memmove(&u->known[1], &u->known[0], at * sizeof(*k));
	u->known[0] = first;
}

/* ---- refusals as events ---- */

struct refusal {
	struct dw_append append;
	struct dw_record rec;
};

static void on_recorded(struct dw_append *a)
{
	struct refusal *r = DW_CONTAINER_OF(a, struct refusal, append);

	dw_blob_unref(r->rec.payload);
	free(r);
}

/* When this cannot be written (a full disk), the sign-in was refused all the same. */
static void record(struct dw_account *a, const struct account_event *ev)
{
	struct refusal *r = calloc(1, sizeof(*r));

	DW_INVARIANT(r != NULL);
	account_event_encode(ev, &r->rec);
	dw_random(dw_engine_clock(a->engine), r->rec.command, sizeof(r->rec.command));
	r->append.recs = &r->rec;
	r->append.n = 1;
	r->append.cb = on_recorded;
	if (dw_engine_append(a->engine, &r->append) < 0)
		on_recorded(&r->append);
}

void throttle_sweep(struct dw_account *a)
{
	struct throttle *t = a->throttle;
	struct account_event ev = { .type = DW_EV_SESSION_REFUSED, .reason = "repeated" };
	int64_t now = dw_mono_us(dw_engine_clock(a->engine));

	if (now - t->minute < MINUTE_US)
		return;
	ev.count = t->counted;
	t->minute = now;
	t->refused = 0;
	t->counted = 0;
	if (ev.count > 0)
		record(a, &ev);
}

void throttle_refused(struct dw_account *a, const char *reason, uint64_t user,
		      struct dw_str peer)
{
	struct throttle *t = a->throttle;
	struct account_event ev = { .type = DW_EV_SESSION_REFUSED, .user = user };

	throttle_sweep(a);
	if (t->refused >= REFUSED_MAX) {
		t->counted++;
		return;
	}
	t->refused++;
	account_copy(ev.reason, sizeof(ev.reason), dw_str_of(reason));
	account_copy(ev.peer, sizeof(ev.peer), peer);
	record(a, &ev);
}
