/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_timeline_text.c - which entries of a timeline hold the words that somebody looks for.
 *
 * There is no index over entries: one is read, and its texts are looked at with the fold of the search
 * over mentions. So a page looks at no more than DW_TIMELINE_LOOKS entries, and says where it stopped.
 * What happens to a claim or a task names it by its id; a reader sees its words there, so those count
 * as the entry's; so do those of a claim that a sentence rests on.
 */
#include "engine/frame.h"
#include "statement_int.h"
#include "text/search.h"

struct looking {
	const struct dw_search *s;
	struct dw_arena *a;
	uint32_t found;
	uint64_t about; /* the seq of the claim or task that it names */
};

static void look_at(struct looking *l, struct dw_str text)
{
	size_t none;

	if (text.n > 0)
		l->found |= dw_search_find(l->s, text, NULL, 0, &none);
}

static void look_at_statement(struct looking *l, const struct dw_stored *e)
{
	struct dw_statement_fact f;

	statement_fact(&f, e, l->a);
	look_at(l, f.title);
	look_at(l, f.text);
	look_at(l, f.reason);
	look_at(l, f.rest.quote);
	l->about = f.rest.claim;
}

static bool on_event(void *data, const struct dw_stored *e)
{
	struct looking *l = data;
	struct dw_fact f = { .type = dw_event_by_name(e->type) };

	if (e->payload.p == NULL)
		return false; /* erased */
	if (dw_statement_is_of(f.type)) {
		look_at_statement(l, e);
		return false;
	}
	dw_fact_read(&f, e->payload, l->a);
	look_at(l, f.title);
	look_at(l, f.summary);
	look_at(l, f.kind);
	look_at(l, f.text);
	look_at(l, f.reason);
	look_at(l, f.label);
	look_at(l, f.note);
	look_at(l, f.question);
	look_at(l, f.choice);
	look_at(l, f.reasons);
	look_at(l, f.name);
	look_at(l, f.url);
	for (size_t i = 0; i < f.options.n; i++)
		look_at(l, f.options.p[i]);
	for (size_t i = 0; i < f.names.n; i++)
		look_at(l, f.names.p[i]);
	for (size_t i = 0; i < f.evidence.n; i++) {
		look_at(l, f.evidence.p[i].note);
		look_at(l, f.evidence.p[i].url);
	}
	l->about = f.claim != 0 ? f.claim : f.task;
	return false;
}

int room_entry_says(struct dw_reader *r, const struct dw_search *s, uint64_t seq,
		    struct dw_err *err)
{
	struct looking l = { .s = s, .a = dw_arena_create() };
	uint64_t last, about;
	int rc = dw_reader_scan(r, seq - 1, 1, on_event, &l, &last, err);

	about = l.about;
	if (rc == 0 && !dw_search_is_all(s, l.found) && about != 0 && about < seq)
		rc = dw_reader_scan(r, about - 1, 1, on_event, &l, &last, err);
	if (rc == 0)
		rc = dw_search_is_all(s, l.found);
	dw_arena_destroy(l.a);
	return rc;
}

int dw_timeline_words(struct dw_search **out, struct dw_str typed, struct dw_fault *f)
{
	struct dw_err err = { 0 };
	int rc = dw_search_create(out, typed, DW_SEARCH_DEFAULT, &err);

	return rc < 0 ? dw_fault_set(f, "/text", "%s", dw_err_text(&err)) : 0;
}

void dw_timeline_words_free(struct dw_search *s)
{
	dw_search_destroy(s);
}
