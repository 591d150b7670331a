/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fact_pack.c - facts one behind the other in a few bytes each, for folding very many of them.
 *
 * A look into the past of a large room folds a hundred thousand events. What that costs is not
 * the fold but finding each event in the journal and reading its JSON. So the facts of a room are
 * kept packed beside the journal, and the same fold goes over them. A run of packed facts is
 * what a snapshot of the room would be, with two differences: it holds for every moment in it, and
 * nothing that the fold may learn to keep can be missing from it, because it says what happened
 * and not what came of it.
 * Rejected: the folded state as a snapshot (a second list of all that is in a room, to be kept
 * in step with the first, and several megabytes at each of many moments).
 *
 * A fact is: type, a byte of flags, seq, actor and times as distances, which of the type's
 * fields are there (a bit each), and those fields in the order of field.def. Numbers are varints of
 * seven bits a byte, differences zigzag. Everything that this hangs on is in the digest.
 */
#include "base/buf.h"
#include "base/merkle.h"
#include "fact_int.h"

#include <stdio.h>
#include <stdlib.h>

#define LAYOUT 1 /* raise it when this file writes anything else than before */

enum { ERASED = 1, BACKDATED = 2 };

/* Fields that leave nothing in a room but that they were there. */
static uint64_t left_out(enum dw_event_type type)
{
	return type == DW_EV_NOTE_ADDED || type == DW_EV_CORRECTION_ADDED ? DW_HAS(TEXT)
									  : 0;
}

/* ---- packing ---- */

struct packing {
	struct dw_buf *out;
	const struct dw_pack_base *base;
	int rc; /* the first failure */
};

static void put(struct packing *p, uint64_t n)
{
	char bytes[10];
	size_t k = 0;

	for (; n >= 0x80; n >>= 7)
		bytes[k++] = (char)(n | 0x80);
	bytes[k++] = (char)n;
	if (p->rc == 0)
		p->rc = dw_buf_add(p->out, bytes, k);
}

/* How far n is behind or before `from`. */
static void put_from(struct packing *p, uint64_t from, uint64_t n)
{
	uint64_t d = n - from;

	put(p, d << 1 ^ (d >> 63 != 0 ? UINT64_MAX : 0));
}

static void put_text(struct packing *p, struct dw_str s)
{
	put(p, s.p != NULL ? s.n + 1 : 0);
	if (p->rc == 0 && s.n > 0)
		p->rc = dw_buf_add(p->out, s.p, s.n);
}

/* Often none, which is 0. */
static void put_time(struct packing *p, int64_t at)
{
	put(p, at != 0);
	if (at != 0)
		put_from(p, (uint64_t)p->base->at, (uint64_t)at);
}

static void put_linked(struct packing *p, const struct dw_fact *f)
{
	uint64_t id = 0, at = (uint64_t)p->base->at;

	put(p, f->linked.n);
	for (size_t i = 0; i < f->linked.n; i++) {
		put_from(p, id, f->linked.p[i].id);
		put_from(p, at, (uint64_t)f->linked.p[i].at);
		id = f->linked.p[i].id;
		at = (uint64_t)f->linked.p[i].at;
	}
}

static void put_evidence(struct packing *p, const struct dw_fact *f)
{
	put(p, f->evidence.n);
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct dw_evidence *e = &f->evidence.p[i];

		put(p, e->mention);
		put(p, e->file);
		put_text(p, e->url);
		put_text(p, e->note);
	}
}

static void put_texts(struct packing *p, const struct dw_texts *t)
{
	put(p, t->n);
	for (size_t i = 0; i < t->n; i++)
		put_text(p, t->p[i]);
}

static void put_refs(struct packing *p, const struct dw_refs *r)
{
	put(p, r->n);
	for (size_t i = 0; i < r->n; i++)
		put(p, r->p[i]);
}

static void put_field(struct packing *p, const struct dw_fact *f, const struct row *r)
{
	switch (r->kind) {
	case LINE:
	case TEXT:
	case URL:
	case RAW:
		put_text(p, *(const struct dw_str *)fact_in(f, r));
		break;
	case REF:
	case COUNT:
	case SPAN:
		put(p, *(const uint64_t *)fact_in(f, r));
		break;
	case TIME:
		put_time(p, *(const int64_t *)fact_in(f, r));
		break;
	case FLAG:
		put(p, *(const bool *)fact_in(f, r));
		break;
	case SEVERITY:
	case STATUS:
	case VERDICT:
	case ROOM_ROLE:
	case AUDIENCE:
	case TRIAGE:
	case OUTCOME:
		put(p, *(const unsigned *)fact_in(f, r));
		break;
	case TEXTS:
		put_texts(p, fact_in(f, r));
		break;
	case REFS:
		put_refs(p, fact_in(f, r));
		break;
	case LINKED:
		put_linked(p, f);
		break;
	case EVIDENCE:
		put_evidence(p, f);
		break;
	}
}

/* The lowest bit's number; `bits` loses it. Facts are many, and have few of the fields. */
static unsigned next_bit(uint64_t *bits)
{
	unsigned i = (unsigned)__builtin_ctzll(*bits);

	*bits &= *bits - 1;
	return i;
}

/* The has-bits of a type's own fields, side by side. */
static uint64_t squeeze(uint64_t fields, uint64_t has)
{
	uint64_t out = 0;

	for (unsigned k = 0; fields != 0; k++)
		out |= (has >> next_bit(&fields) & 1) << k;
	return out;
}

static uint64_t spread(uint64_t fields, uint64_t bits)
{
	uint64_t has = 0;

	for (; fields != 0; bits >>= 1)
		has |= (bits & 1) << next_bit(&fields);
	return has;
}

int dw_fact_pack(struct dw_buf *out, const struct dw_fact *f,
		 const struct dw_pack_base *base)
{
	uint64_t fields = dw_fact_fields(f->type) & ~left_out(f->type);
	bool is_backdated = f->occurred_at != f->recorded_at;
	struct packing p = { out, base, 0 };
	size_t before = out->len;

	put(&p, (uint64_t)f->type);
	put(&p, (f->is_erased ? ERASED : 0u) | (is_backdated ? BACKDATED : 0u));
	put_from(&p, base->seq, f->seq);
	put(&p, f->actor);
	put_from(&p, (uint64_t)base->at, (uint64_t)f->recorded_at);
	if (is_backdated)
		put_from(&p, (uint64_t)f->recorded_at, (uint64_t)f->occurred_at);
	put(&p, squeeze(fields, f->has));
	for (uint64_t has = fields & f->has; has != 0;)
		put_field(&p, f, &fact_rows[next_bit(&has)]);
	if (p.rc < 0)
		out->len = before;
	return p.rc;
}

/* ---- unpacking; what is damaged reads as 0 and is told at the end ---- */

struct unpacking {
	const unsigned char *p, *end;
	const struct dw_pack_base *base;
	struct dw_arena *a;
	bool is_bad;
};

static uint64_t get(struct unpacking *u)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 64 && u->p < u->end; shift += 7) {
		unsigned char c = *u->p++;

		n |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return n;
	}
	u->is_bad = true;
	return 0;
}

static uint64_t get_from(struct unpacking *u, uint64_t from)
{
	uint64_t z = get(u);

	return from + (z >> 1 ^ ((z & 1) != 0 ? UINT64_MAX : 0));
}

/* A number of things that take at least a byte each. */
static size_t get_count(struct unpacking *u)
{
	uint64_t n = get(u);

	if (n <= (uint64_t)(u->end - u->p))
		return (size_t)n;
	u->is_bad = true;
	return 0;
}

static struct dw_str get_text(struct unpacking *u)
{
	uint64_t n = get(u);
	const char *p = (const char *)u->p;

	if (n == 0)
		return (struct dw_str){ NULL, 0 };
	if (n - 1 > (uint64_t)(u->end - u->p)) {
		u->is_bad = true;
		return (struct dw_str){ NULL, 0 };
	}
	u->p += n - 1;
	return dw_str_make(p, (size_t)n - 1);
}

static int64_t get_time(struct unpacking *u)
{
	return get(u) != 0 ? (int64_t)get_from(u, (uint64_t)u->base->at) : 0;
}

static unsigned get_word(struct unpacking *u, enum kind kind)
{
	uint64_t n = get(u);
	bool is_known =
		n < 0xff && (kind == SEVERITY ? n <= 4
					      : dw_word_name(fact_word_kind(kind),
							     (unsigned)n) != NULL);

	u->is_bad |= !is_known;
	return is_known ? (unsigned)n : 0;
}

static void get_linked(struct unpacking *u, struct dw_fact *f)
{
	uint64_t id = 0, at = (uint64_t)u->base->at;

	f->linked.n = get_count(u);
	f->linked.p = dw_arena_alloc(u->a, (f->linked.n + 1) * sizeof(*f->linked.p));
	for (size_t i = 0; i < f->linked.n; i++) {
		id = get_from(u, id);
		at = get_from(u, at);
		f->linked.p[i] = (struct dw_linked){ id, (int64_t)at };
	}
}

static void get_evidence(struct unpacking *u, struct dw_fact *f)
{
	f->evidence.n = get_count(u);
	f->evidence.p =
		dw_arena_alloc(u->a, (f->evidence.n + 1) * sizeof(*f->evidence.p));
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct dw_evidence *e = &f->evidence.p[i];

		e->mention = get(u);
		e->file = get(u);
		e->url = get_text(u);
		e->note = get_text(u);
	}
}

static void get_texts(struct unpacking *u, struct dw_texts *t)
{
	t->n = get_count(u);
	t->p = dw_arena_alloc(u->a, (t->n + 1) * sizeof(*t->p));
	for (size_t i = 0; i < t->n; i++)
		t->p[i] = get_text(u);
}

static void get_refs(struct unpacking *u, struct dw_refs *r)
{
	r->n = get_count(u);
	r->p = dw_arena_alloc(u->a, (r->n + 1) * sizeof(*r->p));
	for (size_t i = 0; i < r->n; i++)
		r->p[i] = get(u);
}

static void get_field(struct unpacking *u, struct dw_fact *f, const struct row *r)
{
	switch (r->kind) {
	case LINE:
	case TEXT:
	case URL:
	case RAW:
		*(struct dw_str *)fact_place(f, r) = get_text(u);
		break;
	case REF:
	case COUNT:
	case SPAN:
		*(uint64_t *)fact_place(f, r) = get(u);
		break;
	case TIME:
		*(int64_t *)fact_place(f, r) = get_time(u);
		break;
	case FLAG:
		*(bool *)fact_place(f, r) = get(u) != 0;
		break;
	case SEVERITY:
	case STATUS:
	case VERDICT:
	case ROOM_ROLE:
	case AUDIENCE:
	case TRIAGE:
	case OUTCOME:
		*(unsigned *)fact_place(f, r) = get_word(u, r->kind);
		break;
	case TEXTS:
		get_texts(u, fact_place(f, r));
		break;
	case REFS:
		get_refs(u, fact_place(f, r));
		break;
	case LINKED:
		get_linked(u, f);
		break;
	case EVIDENCE:
		get_evidence(u, f);
		break;
	}
}

static void get_head(struct unpacking *u, struct dw_fact *f)
{
	uint64_t type = get(u), flags = get(u);

	u->is_bad |= type > DW_EV_COUNT || flags > (ERASED | BACKDATED);
	f->type = type < DW_EV_COUNT ? (enum dw_event_type)type : DW_EV_UNKNOWN;
	f->is_erased = (flags & ERASED) != 0;
	f->seq = get_from(u, u->base->seq);
	f->room = u->base->room;
	f->actor = get(u);
	f->recorded_at = (int64_t)get_from(u, (uint64_t)u->base->at);
	f->occurred_at = f->recorded_at;
	if ((flags & BACKDATED) != 0)
		f->occurred_at = (int64_t)get_from(u, (uint64_t)f->recorded_at);
}

int dw_fact_unpack(struct dw_fact *f, struct dw_str *run, const struct dw_pack_base *base,
		   struct dw_arena *a)
{
	const unsigned char *p = (const unsigned char *)run->p;
	struct unpacking u = { p, p + run->n, base, a, false };
	uint64_t fields;

	if (run->n == 0)
		return 0;
	memset(f, 0, sizeof(*f));
	get_head(&u, f);
	fields = dw_fact_fields(f->type) & ~left_out(f->type);
	f->has = spread(fields, get(&u));
	for (uint64_t has = f->has; has != 0 && !u.is_bad;)
		get_field(&u, f, &fact_rows[next_bit(&has)]);
	if (u.is_bad)
		return DW_ECORRUPT;
	*run = dw_str_make((const char *)u.p, (size_t)(u.end - u.p));
	return 1;
}

/* ---- what it hangs on ---- */

void dw_fact_pack_digest(uint8_t digest[32])
{
	struct dw_buf b;
	int rc = 0;

	dw_buf_init(&b, 64u * 1024);
	rc |= dw_buf_addf(&b, "layout %d\n", LAYOUT);
	for (unsigned i = 0; i < DW_FIELD_COUNT; i++)
		rc |= dw_buf_addf(&b, "%s %d\n", fact_rows[i].key,
				  (int)fact_rows[i].kind);
	for (unsigned t = 0; t < DW_EV_COUNT; t++)
		rc |= dw_buf_addf(
			&b, "%s %llx\n", dw_event_info((enum dw_event_type)t)->name,
			(unsigned long long)dw_fact_fields((enum dw_event_type)t));
	for (unsigned k = 0; k < DW_WORD_KINDS; k++)
		for (unsigned v = 0; dw_word_name((enum dw_word_kind)k, v) != NULL; v++)
			rc |= dw_buf_addf(&b, "%s\n",
					  dw_word_name((enum dw_word_kind)k, v));
	DW_INVARIANT(rc == 0);
	dw_sha256(digest, b.p, b.len);
	dw_buf_fini(&b);
}
