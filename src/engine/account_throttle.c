/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_throttle.c - how often somebody may be wrong.
 *
 * An attempt to sign in takes from two allowances, the account's and the address's; being right
 * gives back. An allowance is one number: when it would be whole again. Each attempt moves that
 * by a minute / n, and it may lie a minute ahead at most: n at once, then one each minute / n.
 *
 * The owner is not locked out by somebody else's failures, in two steps. An address that the
 * account has signed in from before has an allowance of its own with that account, and only that
 * is asked. And when the account's allowance is used up, an address that has hardly tried it yet
 * may take from a smaller one that is kept for such: twice, then once in five minutes. So who
 * guesses from a few addresses leaves room for the owner at a new one; it takes some two dozen,
 * all the time, to keep that shut, too. Rejected: a cookie that marks the owner's browsers. It is
 * stronger, but one more thing that stays on a device for years and has to be taken back.
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
#define RETRY_US                                                                         \
	(5 * MINUTE_US) /* an address gets one more of what is kept for new ones */

struct stranger {
	struct dw_link link; /* longest unused first */
	uint8_t key[KEY_BYTES];
	int64_t full_at;
	int64_t reserve_at; /* names only: as in struct user */
};

struct strangers {
	struct dw_map *by_key;
	struct dw_link used;
};

struct throttle {
	struct strangers names, addresses, pairs;    /* pairs of both */
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
	strangers_init(&t->pairs);
	randombytes_buf(t->secret, sizeof(t->secret));
	return t;
}

void throttle_destroy(struct throttle *t)
{
	if (t == NULL)
		return;
	strangers_fini(&t->names);
	strangers_fini(&t->addresses);
	strangers_fini(&t->pairs);
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

/* One of those that an attempt is taken from. */
struct allowance {
	int64_t *full_at;
	int64_t cost, ahead; /* ahead / cost of them at once */
};

#define ASKED_MAX 3

struct asked {
	struct allowance of[ASKED_MAX];
	unsigned n;
};

static void ask(struct asked *q, int64_t *full_at, unsigned n, int64_t span)
{
	q->of[q->n++] = (struct allowance){ full_at, span / n, span / n * n };
}

static struct known *find_known(struct user *u, const char *address)
{
	for (unsigned i = 0; i < u->n_known; i++)
		if (strcmp(u->known[i].peer, address) == 0)
			return &u->known[i];
	return NULL;
}

static unsigned per_minute(const struct dw_account_op *op)
{
	unsigned n = dw_engine_conf(op->account->engine)->sign_in_per_minute;

	return n > 0 ? n : 10;
}

/* Where the owner was before. */
static struct asked ask_known(const struct dw_account_op *op, struct known *k)
{
	struct asked q = { .n = 0 };

	ask(&q, &k->full_at, per_minute(op), MINUTE_US);
	return q;
}

/* The account's own two, or those of a name that nobody has: *reserve is kept for new addresses.
 * False: that is no name at all. */
static bool find_account(struct dw_account_op *op, struct user *u, int64_t **full_at,
			 int64_t **reserve, char name[NAME_BYTES])
{
	struct stranger *one;

	if (!account_fold_name(op->name, name))
		return false;
	if (u != NULL) {
		*full_at = &u->full_at;
		*reserve = &u->reserve_at;
		return true;
	}
	one = stranger_get(op->account->throttle, &op->account->throttle->names,
			   dw_str_of(name));
	*full_at = &one->full_at;
	*reserve = &one->reserve_at;
	return true;
}

/* Somewhere else: the address's allowance, and the account's or what it keeps for new addresses. */
static struct asked ask_strangers(struct dw_account_op *op, struct user *u,
				  const char *address, bool is_reserve)
{
	struct throttle *t = op->account->throttle;
	struct asked q = { .n = 0 };
	char name[NAME_BYTES], pair[NAME_BYTES + PEER_MAX];
	int64_t *full_at, *reserve;
	unsigned n = per_minute(op), kept = n / 2 + 2;

	ask(&q, &stranger_get(t, &t->addresses, dw_str_of(address))->full_at, n,
	    MINUTE_US);
	if (!find_account(op, u, &full_at, &reserve, name))
		return q;
	if (is_reserve) {
		unsigned each = kept > 2 ? 2 : 1;

		snprintf(pair, sizeof(pair), "%s %s", name, address);
		ask(&q, reserve, kept, MINUTE_US);
		ask(&q, &stranger_get(t, &t->pairs, dw_str_of(pair))->full_at, each,
		    each * RETRY_US);
		sodium_memzero(pair, sizeof(pair));
	} else {
		ask(&q, full_at, n, MINUTE_US);
	}
	sodium_memzero(name, sizeof(name));
	return q;
}

static int64_t wait_for(const struct asked *q, int64_t now)
{
	int64_t wait = 0;

	for (unsigned i = 0; i < q->n; i++) {
		const struct allowance *a = &q->of[i];
		int64_t over = *a->full_at + a->cost - (now + a->ahead);

		if (over > wait)
			wait = over;
	}
	return wait;
}

static void take(const struct asked *q, int64_t now)
{
	for (unsigned i = 0; i < q->n; i++) {
		const struct allowance *a = &q->of[i];

		*a->full_at = (*a->full_at > now ? *a->full_at : now) + a->cost;
	}
}

int throttle_take(struct dw_account_op *op, struct user *u)
{
	int64_t now = dw_mono_us(dw_engine_clock(op->account->engine)), wait, other;
	char address[PEER_MAX];
	struct known *k;
	struct asked q;

	throttle_address(op->peer, address);
	k = u != NULL ? find_known(u, address) : NULL;
	op->taken_from = k != NULL ? DW_TAKEN_KNOWN : DW_TAKEN_SHARED;
	q = k != NULL ? ask_known(op, k) : ask_strangers(op, u, address, false);
	wait = wait_for(&q, now);
	if (wait > 0 && k == NULL) {
		op->taken_from = DW_TAKEN_RESERVE;
		q = ask_strangers(op, u, address, true);
		other = wait_for(&q, now);
		wait = other < wait ? other : wait;
	}
	if (wait > 0) {
		op->retry_after_s = (unsigned)((wait + 999999) / 1000000);
		return dw_fail(
			&op->err, DW_EBUSY,
			"there were too many failed attempts to sign in; wait %u seconds",
			op->retry_after_s);
	}
	take(&q, now);
	return 0;
}

void throttle_give(struct dw_account_op *op, struct user *u)
{
	char address[PEER_MAX];
	struct known *k;
	struct asked q;

	throttle_address(op->peer, address);
	k = u != NULL ? find_known(u, address) : NULL;
	if (op->taken_from == DW_TAKEN_KNOWN && k == NULL)
		return;
	q = op->taken_from == DW_TAKEN_KNOWN
		    ? ask_known(op, k)
		    : ask_strangers(op, u, address, op->taken_from == DW_TAKEN_RESERVE);
	for (unsigned i = 0; i < q.n; i++)
		*q.of[i].full_at -= q.of[i].cost;
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

	if (strcmp(reason, "throttled") == 0)
		a->stats.throttled++;
	else
		a->stats.refused++;
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
