/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_show_clocks.c - words that were said and the clocks of a room as JSON. See room_show.c.
 */
#include "room_int.h"

#define SECOND INT64_C(1000000)

void room_write_spoken(struct dw_jsonw *w, const struct dw_word *word)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", word->id);
	dw_jsonw_ku64(w, "version", word->id);
	room_write_word(w, "audience", DW_WORD_AUDIENCE, word->audience);
	dw_jsonw_kstr_or_null(w, "text", word->text);
	dw_jsonw_kstr_or_null(w, "url", word->url);
	dw_jsonw_ktime_or_null(w, "next_at", word->next_at);
	dw_jsonw_ku64(w, "by", word->by);
	dw_jsonw_ktime(w, "at", word->at);
	dw_jsonw_ktime(w, "recorded_at", word->recorded_at);
	dw_jsonw_obj_end(w);
}

void room_write_cadence(struct dw_jsonw *w, const struct dw_fact *f, uint64_t seq)
{
	dw_jsonw_obj(w);
	room_write_word(w, "audience", DW_WORD_AUDIENCE, f->audience);
	dw_jsonw_ku64_or_null(w, "every_s", f->every_s);
	dw_jsonw_ku64_or_null(w, "seq", seq);
	dw_jsonw_obj_end(w);
}

/* Whole seconds since then; null when there is no such time, or it lies ahead. */
static void write_since(struct dw_jsonw *w, const char *key, int64_t then, int64_t at)
{
	dw_jsonw_key(w, key);
	if (then != 0 && at >= then)
		dw_jsonw_u64(w, (uint64_t)((at - then) / SECOND));
	else
		dw_jsonw_null(w);
}

static void write_word_clock(struct dw_jsonw *w, const struct dw_incident *s,
			     unsigned audience, int64_t at)
{
	const struct dw_cadence *c = &s->cadence[audience];
	int64_t due = dw_incident_word_due(s, audience);

	dw_jsonw_obj(w);
	room_write_word(w, "audience", DW_WORD_AUDIENCE, audience);
	dw_jsonw_ku64_or_null(w, "every_s", c->every_s);
	dw_jsonw_ktime_or_null(w, "last_word_at", c->last_id != 0 ? c->last_at : 0);
	write_since(w, "since_last_word_s", c->last_id != 0 ? c->last_at : 0, at);
	dw_jsonw_ktime_or_null(w, "due_at", due);
	dw_jsonw_kbool(w, "is_promised", due != 0 && c->next_at != 0);
	dw_jsonw_kbool(w, "overdue", due != 0 && due <= at);
	dw_jsonw_obj_end(w);
}

void room_write_clocks(struct dw_jsonw *w, const struct dw_incident *s, int64_t at)
{
	const struct dw_linked *first = dw_incident_first_mention(s);

	dw_jsonw_key(w, "clocks");
	dw_jsonw_obj(w);
	dw_jsonw_ktime(w, "at", at);
	dw_jsonw_ktime_or_null(w, "first_mention_at", first != NULL ? first->at : 0);
	write_since(w, "since_first_mention_s", first != NULL ? first->at : 0, at);
	dw_jsonw_key(w, "words");
	dw_jsonw_arr(w);
	for (unsigned a = 0; a < DW_AUDIENCE_COUNT; a++)
		write_word_clock(w, s, a, at);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}
