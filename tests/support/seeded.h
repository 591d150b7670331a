/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef SEEDED_H
#define SEEDED_H
/* Generated input that is the same on every machine: splitmix64 under a fixed seed. */
#include <stddef.h>
#include <stdint.h>

struct seeded {
	uint64_t state;
};

static inline uint64_t seeded_next(struct seeded *s)
{
	uint64_t z = (s->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/** 0 to n - 1. */
static inline uint64_t seeded_below(struct seeded *s, uint64_t n)
{
	return seeded_next(s) % n;
}

static inline void seeded_fill(struct seeded *s, void *out, size_t n)
{
	unsigned char *p = out;

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)seeded_next(s);
}

#endif
