/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * caret.c - where others are in the text that one types in.
 *
 * A page says where it is with POST /presence; those whose pages are in the same statement are told at once, by a frame without
 * id. It is never stored: one that is lost is made good by the next. Positions are as of a revision of the text, and are the page's
 * to move along. Whoever comes is told of those who are there. Who stops saying so is told of by the room's
 * `presence` frame: there is no other end for a page that was torn away.
 */
#include "engine/account.h"
#include "presence_int.h"

#include <stdio.h>

#define FRAME_MAX 4096

static bool is_in(const struct dw_here *h, uint64_t statement)
{
	for (unsigned i = 0; i < h->n_spots; i++)
		if (h->spot[i].caret.statement == statement)
			return true;
	return false;
}

static bool add_frame(struct dw_buf *b, const struct dw_api *api, uint64_t room,
		      uint64_t user, uint64_t tab, const struct dw_caret *c, bool is_gone)
{
	char scratch[64], name[17];
	struct dw_jsonw w;

	snprintf(name, sizeof(name), "%016llx", (unsigned long long)tab);
	if (dw_buf_addz(b, "event: caret\ndata: ") < 0)
		return false;
	dw_jsonw_init(&w, b);
	dw_jsonw_obj(&w);
	dw_jsonw_ku64(&w, "incident", room);
	dw_jsonw_ku64(&w, "statement", c->statement);
	dw_jsonw_key(&w, "user");
	dw_jsonw_raw(&w, dw_names_json(dw_account_names(dw_engine_account(api->engine)),
				       user, scratch));
	dw_jsonw_kstr(&w, "tab", dw_str_of(name));
	if (is_gone) {
		dw_jsonw_kbool(&w, "gone", true);
	} else {
		dw_jsonw_ku64(&w, "anchor", c->anchor);
		dw_jsonw_ku64(&w, "head", c->head);
		dw_jsonw_ku64(&w, "revision", c->revision);
	}
	dw_jsonw_obj_end(&w);
	return dw_jsonw_end(&w) == 0 && dw_buf_addz(b, "\n\n") == 0;
}

/* To all others in it. Whose stream is busy misses one: the next is on its way. */
static void tell_others(struct dw_api *api, const struct dw_here_room *r, uint64_t user,
			uint64_t tab, const struct dw_caret *c, bool is_gone)
{
	struct dw_buf b;

	dw_buf_init(&b, FRAME_MAX);
	if (add_frame(&b, api, r->room, user, tab, c, is_gone))
		for (size_t i = 0; i < r->n; i++)
			if (r->here[i].user != user && is_in(&r->here[i], c->statement))
				(void)stream_tell(api, r->here[i].user, r->room,
						  dw_buf_str(&b));
	dw_buf_fini(&b);
}

static void tell_of_others(struct dw_api *api, const struct dw_here_room *r,
			   uint64_t user, uint64_t statement)
{
	struct dw_buf b;

	for (size_t i = 0; i < r->n; i++) {
		const struct dw_here *h = &r->here[i];

		for (unsigned k = 0; k < h->n_spots && h->user != user; k++) {
			const struct dw_here_spot *s = &h->spot[k];

			if (s->caret.statement != statement)
				continue;
			dw_buf_init(&b, FRAME_MAX);
			if (add_frame(&b, api, r->room, h->user, s->tab, &s->caret,
				      false))
				(void)stream_tell(api, user, r->room, dw_buf_str(&b));
			dw_buf_fini(&b);
		}
	}
}

void caret_moved(struct dw_api *api, const struct dw_here_room *r, uint64_t user,
		 uint64_t tab, const struct dw_caret *was, const struct dw_caret *is)
{
	if (was->statement != 0 && was->statement != is->statement)
		tell_others(api, r, user, tab, was, true);
	if (is->statement == 0)
		return;
	tell_others(api, r, user, tab, is, false);
	if (was->statement != is->statement)
		tell_of_others(api, r, user, is->statement);
}
