/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * map.c - byte strings to pointers.
 *
 * Open addressing with linear probing, never more than three quarters full. Removing shifts the
 * followers back instead of leaving tombstones, so a map that lives for months does not rot.
 * Keys up to 16 bytes (numbers, short names) lie in the slot; longer ones are copied to the heap.
 * SipHash-2-4 under a key of this map's own: who sends us names cannot make them collide.
 *
 *  (1) A slot is in use exactly when its value is not NULL.
 *  (2) Between a key's home slot and its place there is no free slot.
 */
#include "base/map.h"

#include <sodium.h>
#include <stdlib.h>

#define SMALL 16u
#define FIRST_SLOTS 16u

struct slot {
	uint64_t hash;
	void *value; /* NULL: free */
	size_t n;
	union {
		char small[SMALL];
		char *big;
	} key;
};

struct dw_map {
	struct slot *slots;
	size_t mask; /* slots - 1; a power of two */
	size_t count;
	unsigned char secret[crypto_shorthash_KEYBYTES];
};

static struct slot *new_slots(size_t n)
{
	struct slot *s = calloc(n, sizeof(*s));

	DW_INVARIANT(s != NULL);
	return s;
}

struct dw_map *dw_map_create(void)
{
	struct dw_map *m = calloc(1, sizeof(*m));

	DW_INVARIANT(m != NULL && sodium_init() >= 0);
	m->slots = new_slots(FIRST_SLOTS);
	m->mask = FIRST_SLOTS - 1;
	crypto_shorthash_keygen(m->secret);
	return m;
}

static const char *key_of(const struct slot *s)
{
	return s->n <= SMALL ? s->key.small : s->key.big;
}

void dw_map_destroy(struct dw_map *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i <= m->mask; i++) {
		if (m->slots[i].value != NULL && m->slots[i].n > SMALL)
			free(m->slots[i].key.big);
	}
	free(m->slots);
	free(m);
}

size_t dw_map_count(const struct dw_map *m)
{
	return m->count;
}

static uint64_t hash_of(const struct dw_map *m, struct dw_str key)
{
	static const unsigned char nothing[1];
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t h;

	crypto_shorthash(out, key.n > 0 ? (const unsigned char *)key.p : nothing, key.n,
			 m->secret);
	memcpy(&h, out, sizeof(h));
	return h;
}

/* The slot that has the key, or the free one where it would go. */
static size_t find(const struct dw_map *m, struct dw_str key, uint64_t hash)
{
	size_t i = (size_t)hash & m->mask;

	for (; m->slots[i].value != NULL; i = (i + 1) & m->mask) {
		const struct slot *s = &m->slots[i];

		if (s->hash == hash && s->n == key.n &&
		    (key.n == 0 || memcmp(key_of(s), key.p, key.n) == 0))
			break;
	}
	return i;
}

void *dw_map_get(const struct dw_map *m, struct dw_str key)
{
	return m->slots[find(m, key, hash_of(m, key))].value;
}

static void grow(struct dw_map *m)
{
	size_t old = m->mask + 1;
	struct slot *from = m->slots;

	m->slots = new_slots(old * 2);
	m->mask = old * 2 - 1;
	for (size_t k = 0; k < old; k++) {
		size_t i = (size_t)from[k].hash & m->mask;

		if (from[k].value == NULL)
			continue;
		while (m->slots[i].value != NULL)
			i = (i + 1) & m->mask;
		m->slots[i] = from[k];
	}
	free(from);
}

void *dw_map_put(struct dw_map *m, struct dw_str key, void *value)
{
	uint64_t hash = hash_of(m, key);
	size_t i = find(m, key, hash);
	struct slot *s = &m->slots[i];
	void *before = s->value;
	char *to;

	DW_REQUIRE(value != NULL);
	if (before != NULL) {
		s->value = value;
		return before;
	}
	if ((m->count + 1) * 4 > (m->mask + 1) * 3) {
		grow(m);
		s = &m->slots[find(m, key, hash)];
	}
	*s = (struct slot){ .hash = hash, .value = value, .n = key.n };
	to = s->key.small;
	if (key.n > SMALL) {
		to = malloc(key.n);
		DW_INVARIANT(to != NULL);
		s->key.big = to;
	}
	if (key.n > 0)
		memcpy(to, key.p, key.n);
	m->count++;
	return NULL;
}

/* Move back into the hole whatever would no longer be found behind it: rule (2). */
static void close_hole(struct dw_map *m, size_t hole)
{
	for (size_t i = (hole + 1) & m->mask; m->slots[i].value != NULL;
	     i = (i + 1) & m->mask) {
		size_t home = (size_t)m->slots[i].hash & m->mask;

		if (((i - home) & m->mask) < ((i - hole) & m->mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	memset(&m->slots[hole], 0, sizeof(m->slots[hole]));
}

void *dw_map_remove(struct dw_map *m, struct dw_str key)
{
	size_t i = find(m, key, hash_of(m, key));
	void *before = m->slots[i].value;

	if (before == NULL)
		return NULL;
	if (m->slots[i].n > SMALL)
		free(m->slots[i].key.big);
	close_hole(m, i);
	m->count--;
	return before;
}

bool dw_map_next(const struct dw_map *m, size_t *it, struct dw_str *key, void **value)
{
	while (*it <= m->mask) {
		const struct slot *s = &m->slots[(*it)++];

		if (s->value == NULL)
			continue;
		*key = dw_str_make(key_of(s), s->n);
		*value = s->value;
		return true;
	}
	return false;
}

void *dw_map_get_u64(const struct dw_map *m, uint64_t key)
{
	return dw_map_get(m, dw_str_make((const char *)&key, sizeof(key)));
}

void *dw_map_put_u64(struct dw_map *m, uint64_t key, void *value)
{
	return dw_map_put(m, dw_str_make((const char *)&key, sizeof(key)), value);
}

void *dw_map_remove_u64(struct dw_map *m, uint64_t key)
{
	return dw_map_remove(m, dw_str_make((const char *)&key, sizeof(key)));
}
