/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_word.c - saying what we told whom, and how often they are to hear from us.
 *
 * A word is recorded by whoever said it or saw it go out, also later: so it has a time of its own,
 * as a note has. What it promises lies behind that time, not behind now.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)
#define HAS(d, id) (((d)->c->f.has & H(id)) != 0)
#define MINUTE INT64_C(60000000)

int decide_speak(struct deciding *d)
{
	const struct dw_command *c = d->c;
	int64_t at = HAS(d, OCCURRED_AT) ? c->f.occurred : c->now;
	struct dw_fact *f;

	if (!HAS(d, TEXT) && !HAS(d, URL))
		return refuse(d, DW_EINVAL, "/text",
			      "give what was said, or the address where it stands");
	if (at > c->now + MINUTE)
		return refuse(d, DW_EINVAL, "/occurred_at",
			      "this lies in the future: a word is recorded when it was "
			      "said");
	if (HAS(d, NEXT_AT) && c->f.next_at <= at)
		return refuse(d, DW_EINVAL, "/next_at",
			      "the next word comes after this one");
	if (d->s->words.n >= DW_WORDS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many words as it may");
	f = plan_add(d, DW_EV_WORD_SPOKEN);
	plan_take(f, &c->f, UINT64_MAX);
	f->occurred_at = HAS(d, OCCURRED_AT) ? c->f.occurred : 0;
	return 0;
}

void plan_cadence(struct deciding *d, unsigned audience, uint64_t every_s)
{
	struct dw_fact *f;

	if (d->s->cadence[audience].every_s == every_s)
		return;
	f = plan_add(d, DW_EV_CADENCE_SET);
	f->has = H(AUDIENCE) | H(EVERY);
	f->audience = audience;
	f->every_s = every_s;
}

int decide_set_cadence(struct deciding *d)
{
	plan_cadence(d, d->c->f.audience, d->c->f.every_s);
	return 0;
}
