/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef SEARCHRIG_H
#define SEARCHRIG_H
/*
 * What was sent, as a test remembers it, and searches that are compared with looking at all of
 * it.
 */
#include "engine/mention_query.h"
#include "ingestrig.h"
#include "seeded.h"

struct known {
	uint64_t id;
	char *source, *lang, *title, *text, *name, *handle; /* owned; NULL: absent */
};

struct world {
	struct ingestrig *rig;
	struct seeded seed;
	struct known *at;
	size_t n, cap;
	struct dw_reader *reader;
};

void world_open(struct world *w, struct ingestrig *rig, uint64_t seed);
void world_fini(struct world *w);
/** One more that is not sent yet. */
struct known *world_add(struct world *w);
/** Send those from `first` on, in groups of some. */
void world_send_from(struct world *w, size_t first);
/** The i-th, as it is remembered, into a batch. */
void world_put(struct batch *b, const struct known *k, size_t i);
/** The i-th has this text from now on; it may be the next that there is. */
void world_tell(struct world *w, size_t i, const char *text);
void world_tell_many(struct world *w, size_t n);
/** Stop, make all views anew, start. */
void world_rebuild(struct world *w);

/** NULL: refused, at /q. */
struct dw_search *world_words(const char *typed, bool is_exact);
/** All pages of a query are exactly what looking at everything says. Returns how many. */
size_t world_check(struct world *w, struct dw_mention_query q);
/** The same with these words and nothing else. */
size_t world_count(struct world *w, const char *typed);

#endif
