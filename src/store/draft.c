/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * draft.c - numbers records, finishes their envelopes and grows the tree, with a way back.
 *
 * What makes an event of a record is the same whatever keeps it, so both bodies of the journal
 * use this and differ only in where rows go. Salts for a whole transaction are drawn in one
 * call. Positions move in place and leave an undo entry each: an append that is taken back, or
 * a transaction that fails, walks them backwards. Copying the map instead would cost every
 * commit what only a failure needs.
 */
#include "journal_int.h"

#include <stdlib.h>

/* ---- positions ---- */

struct dw_map *positions_create(void)
{
	return dw_map_create();
}

void positions_destroy(struct dw_map *m)
{
	struct dw_str key;
	void *value;

	if (m == NULL)
		return;
	for (size_t it = 0; dw_map_next(m, &it, &key, &value);)
		free(value);
	dw_map_destroy(m);
}

uint64_t positions_get(const struct dw_map *m, uint64_t key)
{
	const struct position *p = dw_map_get_u64(m, key);

	return p != NULL ? p->seq : 0;
}

struct position *positions_at(struct dw_map *m, uint64_t key)
{
	struct position *p = dw_map_get_u64(m, key);

	if (p == NULL) {
		p = calloc(1, sizeof(*p));
		DW_INVARIANT(p != NULL);
		p->key = key;
		dw_map_put_u64(m, key, p);
	}
	return p;
}

/* ---- run ---- */

void run_init(struct run *r, size_t cap, const struct dw_clock *clock)
{
	memset(r, 0, sizeof(*r));
	if (cap == 0)
		return;
	r->cap = cap;
	r->e = calloc(cap, sizeof(*r->e));
	r->bytes = malloc(cap * sizeof(*r->bytes));
	r->salt = malloc(cap * sizeof(*r->salt));
	DW_INVARIANT(r->e != NULL && r->bytes != NULL && r->salt != NULL);
	dw_random(clock, r->salt, cap * sizeof(*r->salt));
}

void run_fini(struct run *r)
{
	free(r->e);
	free(r->bytes);
	free(r->salt);
	memset(r, 0, sizeof(*r));
}

/* ---- draft ---- */

void draft_init(struct draft *d)
{
	memset(d, 0, sizeof(*d));
	dw_merkle_init(&d->tree);
	d->positions = positions_create();
}

void draft_fini(struct draft *d)
{
	positions_destroy(d->positions);
	free(d->undo);
}

void draft_start(struct draft *d, struct run *run, const struct dw_clock *clock)
{
	int64_t now = dw_now_us(clock);

	DW_REQUIRE(d->n_undo == 0);
	d->run = run;
	if (now > d->recorded_at)
		d->recorded_at = now;
}

bool draft_is_moved(const struct draft *d, const struct dw_append *a)
{
	for (size_t i = 0; i < a->n_expect; i++)
		if (positions_get(d->positions, a->expect[i].key) != a->expect[i].pos)
			return true;
	return false;
}

static void move(struct draft *d, uint64_t key, uint64_t seq)
{
	struct position *p = positions_at(d->positions, key);

	if (d->n_undo == d->cap_undo) {
		d->cap_undo = d->cap_undo > 0 ? d->cap_undo * 2 : 16;
		d->undo = realloc(d->undo, d->cap_undo * sizeof(*d->undo));
		DW_INVARIANT(d->undo != NULL);
	}
	d->undo[d->n_undo++] = (struct undo){ p, p->seq };
	p->seq = seq;
	p->is_dirty = true;
}

static uint64_t room_of(const struct dw_stored *e, const struct dw_record *r)
{
	if (r->room_back == 0)
		return r->room;
	DW_REQUIRE(r->room == 0 && e->seq >= r->room_back);
	return e->seq - (r->room_back - 1);
}

static void finish(struct dw_stored *e, const struct dw_record *r, const char *type,
		   uint8_t *bytes, const uint8_t *salt)
{
	e->recorded_at = r->recorded_at;
	e->occurred_at = r->occurred_at != 0 ? r->occurred_at : r->recorded_at;
	memcpy(e->command, r->command, sizeof(e->command));
	e->actor = r->actor;
	e->room = room_of(e, r);
	e->type = dw_str_of(type);
	e->type_version = r->type_version;
	e->payload = dw_blob_str(r->payload);
	e->subject = r->has_key ? r->subject : 0;
	e->decoded = r->decoded;
	e->ahead = r->ahead;
	dw_commitment(e->commit, salt, e->payload);
	e->envelope = dw_str_make((const char *)bytes, dw_envelope_encode(e, bytes));
	/* The record may go before the event is told of: point at our own bytes. */
	e->type.p = e->envelope.p + 71;
}

struct dw_stored *draft_add(struct draft *d, struct dw_record *r, uint64_t subject)
{
	struct run *run = d->run;
	size_t i = run->n;
	struct dw_stored *e = &run->e[i];
	uint8_t leaf[DW_HASH_SIZE];

	DW_REQUIRE(i < run->cap);
	e->seq = d->tree.size + 1;
	r->seq = e->seq;
	r->recorded_at = d->recorded_at;
	r->subject = subject != 0 ? subject : e->seq;
	r->outcome = subject != 0 ? DW_CHANGED : DW_APPENDED;
	finish(e, r, subject != 0 ? r->type_if_known : r->type, run->bytes[i],
	       run->salt[i]);
	dw_merkle_leaf(leaf, e->envelope.p, e->envelope.n);
	dw_merkle_add(&d->tree, leaf);
	if (e->room != 0)
		move(d, e->room, e->seq);
	if (r->moves != DW_KEY_NONE)
		move(d, r->moves, e->seq);
	run->n++;
	return e;
}

const uint8_t *draft_salt(const struct draft *d, const struct dw_stored *e)
{
	return d->run->salt[e - d->run->e];
}

void draft_mark(const struct draft *d, struct draft_mark *m)
{
	m->tree = d->tree;
	m->recorded_at = d->recorded_at;
	m->n_undo = d->n_undo;
	m->n_events = d->run->n;
}

void draft_rewind(struct draft *d, const struct draft_mark *m)
{
	while (d->n_undo > m->n_undo) {
		const struct undo *u = &d->undo[--d->n_undo];

		u->p->seq = u->before;
	}
	d->tree = m->tree;
	d->recorded_at = m->recorded_at;
	d->run->n = m->n_events;
}

void draft_settle(struct draft *d)
{
	for (size_t i = 0; i < d->n_undo; i++)
		d->undo[i].p->is_dirty = false;
	d->n_undo = 0;
}
