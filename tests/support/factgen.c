/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* factgen.c - see the header. */
#include "factgen.h"

#include "base/blob.h"

#define SECOND INT64_C(1000000)

static uint64_t below(struct factgen *g, uint64_t n)
{
	return seeded_below(&g->die, n);
}

/* Something that happened in this room, or elsewhere, or is about to. */
static uint64_t some_seq(struct factgen *g)
{
	return below(g, 8) == 0 ? 1 + below(g, 40)
				: g->room + below(g, g->seq - g->room + 3);
}

/* ---- a value of each kind, by the names in field.def ---- */

static void some_TEXT(struct factgen *g, struct dw_str *s)
{
	static const char *const words[] = { "outage", "قطع",	"پل", "\n",
					     "\"so\"", "14:05", "\\", "ring" };
	size_t n = 1 + (below(g, 20) == 0 ? below(g, 800) : below(g, 8));
	char *p = dw_arena_alloc(g->arena, n * 16 + 1);

	*s = dw_str_make(p, 0);
	while (n-- > 0) {
		const char *word = words[below(g, 8)];

		memcpy(p + s->n, word, strlen(word));
		s->n += strlen(word);
		p[s->n++] = ' ';
	}
}

#define some_LINE some_TEXT

/* As a payload has it: compact JSON. */
static void some_RAW(struct factgen *g, struct dw_str *s)
{
	static const char *const values[] = {
		"[]", "[{\"role\":\"lead\",\"duty\":\"قطع\"}]",
		"[{\"key\":\"a\",\"text\":\"Since {since}\"},{}]"
	};

	*s = dw_str_of(values[below(g, 3)]);
}

static void some_REF(struct factgen *g, uint64_t *id)
{
	*id = some_seq(g);
}

static void some_COUNT(struct factgen *g, uint64_t *n)
{
	*n = below(g, 4) == 0 ? 0 : below(g, INT64_C(1) << 40);
}

static void some_URL(struct factgen *g, struct dw_str *s)
{
	*s = below(g, 2) != 0 ? DW_STR("https://example.org/status")
			      : DW_STR("http://example.org/پل?a=\"b\"");
}

/* Of a payload, so null is one as well. */
static void some_SPAN(struct factgen *g, uint64_t *seconds)
{
	*seconds = below(g, 4) == 0 ? 0 : 60 + below(g, 604800 - 60 + 1);
}

static void some_TIME(struct factgen *g, int64_t *at)
{
	*at = g->now + ((int64_t)below(g, 200000) - 100000) * SECOND;
}

static void some_FLAG(struct factgen *g, bool *flag)
{
	*flag = below(g, 2) != 0;
}

static void some_SEVERITY(struct factgen *g, unsigned *severity)
{
	*severity = 1 + (unsigned)below(g, 4);
}

static void some_word(struct factgen *g, enum dw_word_kind kind, unsigned *word)
{
	unsigned n = 0;

	while (dw_word_name(kind, n) != NULL)
		n++;
	*word = (unsigned)below(g, n);
}

#define some_STATUS(g, p) some_word(g, DW_WORD_STATUS, p)
#define some_VERDICT(g, p) some_word(g, DW_WORD_VERDICT, p)
#define some_ROOM_ROLE(g, p) some_word(g, DW_WORD_ROOM_ROLE, p)
#define some_AUDIENCE(g, p) some_word(g, DW_WORD_AUDIENCE, p)
#define some_TRIAGE(g, p) some_word(g, DW_WORD_TRIAGE, p)
#define some_OUTCOME(g, p) some_word(g, DW_WORD_OUTCOME, p)

static void some_TEXTS(struct factgen *g, struct dw_texts *t)
{
	t->n = below(g, 4);
	t->p = dw_arena_alloc(g->arena, (t->n + 1) * sizeof(*t->p));
	for (size_t i = 0; i < t->n; i++)
		some_TEXT(g, &t->p[i]);
}

static void some_REFS(struct factgen *g, struct dw_refs *r)
{
	r->n = below(g, 30);
	r->p = dw_arena_alloc(g->arena, (r->n + 1) * sizeof(*r->p));
	for (size_t i = 0; i < r->n; i++)
		r->p[i] = 1 + below(g, 600);
}

static struct dw_linked one_link(struct factgen *g)
{
	struct dw_linked one = { .id = 1 + below(g, 600) };

	some_TIME(g, &one.at);
	return one;
}

#define some_LINKED(g, l)                                                                \
	do {                                                                             \
		(l)->n = below(g, 50);                                                   \
		(l)->p = dw_arena_alloc((g)->arena, ((l)->n + 1) * sizeof(*(l)->p));     \
		for (size_t k = 0; k < (l)->n; k++)                                      \
			(l)->p[k] = one_link(g);                                         \
	} while (0)

static struct dw_evidence one_exhibit(struct factgen *g)
{
	struct dw_evidence e = { 0 };

	switch (below(g, 3)) {
	case 0:
		e.mention = some_seq(g);
		break;
	case 1:
		e.file = some_seq(g);
		break;
	default:
		e.url = DW_STR("https://example.org/photo/7");
		break;
	}
	if (below(g, 2) != 0)
		some_TEXT(g, &e.note);
	return e;
}

#define some_EVIDENCE(g, l)                                                              \
	do {                                                                             \
		(l)->n = below(g, 4);                                                    \
		(l)->p = dw_arena_alloc((g)->arena, ((l)->n + 1) * sizeof(*(l)->p));     \
		for (size_t k = 0; k < (l)->n; k++)                                      \
			(l)->p[k] = one_exhibit(g);                                      \
	} while (0)

void factgen_fill(struct factgen *g, struct dw_fact *f, uint64_t has)
{
	f->has |= has;
#define X(id, name, kind, member, most)                                                  \
	if ((has & DW_HAS(id)) != 0)                                                     \
		some_##kind(g, &f->member);
#include "domain/field.def"
#undef X
}

/* ---- facts ---- */

static enum dw_event_type some_type(struct factgen *g)
{
	enum dw_event_type t;

	do {
		t = (enum dw_event_type)below(g, DW_EV_COUNT + 1);
	} while (t == DW_EV_INCIDENT_DECLARED ||
		 (t != DW_EV_UNKNOWN && dw_event_info(t)->class != DW_CLASS_ROOM));
	return t;
}

/* Ids of claims, tasks and the like are where they were added: found often enough by chance. */
static uint64_t some_fields(struct factgen *g, enum dw_event_type type)
{
	uint64_t all = dw_fact_fields(type);

	return below(g, 3) != 0 ? all : all & seeded_next(&g->die);
}

void factgen_init(struct factgen *g, uint64_t seed, struct dw_arena *a, uint64_t room)
{
	*g = (struct factgen){ { seed }, a, 0, INT64_C(1790000000) * SECOND, room };
}

void factgen_next(struct factgen *g, struct dw_fact *f)
{
	memset(f, 0, sizeof(*f));
	f->type = g->seq == 0 ? DW_EV_INCIDENT_DECLARED : some_type(g);
	g->seq =
		g->seq == 0 ? g->room : g->seq + 1 + (below(g, 3) == 0 ? below(g, 9) : 0);
	g->now += (int64_t)below(g, 100) * SECOND;
	f->seq = g->seq;
	f->room = g->room;
	f->actor = 1 + below(g, 300);
	f->recorded_at = f->occurred_at = g->now;
	if (below(g, 10) == 0)
		some_TIME(g, &f->occurred_at);
	if (below(g, 30) == 0 && f->type != DW_EV_INCIDENT_DECLARED)
		f->is_erased = true;
	else
		factgen_fill(g, f, some_fields(g, f->type));
}

void factgen_reread(struct dw_fact *out, const struct dw_fact *f, struct dw_arena *a)
{
	struct dw_blob *payload = f->is_erased ? NULL : dw_fact_payload(f);

	*out = (struct dw_fact){ .type = f->type,
				 .seq = f->seq,
				 .room = f->room,
				 .actor = f->actor,
				 .recorded_at = f->recorded_at,
				 .occurred_at = f->occurred_at };
	dw_fact_read(out, payload != NULL ? dw_blob_str(payload) : dw_str_make(NULL, 0),
		     a);
	dw_blob_unref(payload);
}
