/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * presence.c - who is in which room now.
 *
 * A page says so again and again while it shows a room, and says goodbye when it can; what it says
 * holds for a while. Somebody with three pages open is there once, and until the last one is gone.
 * All of it is bounded and small, so it is gone through and not indexed: a few rooms, and in each
 * a team.
 *
 *  (1) A room on the list has at least one person, a person at least one page.
 *  (2) Whenever that changes, nobody in the room is told, and it is owing.
 */
#include "engine/presence.h"

#include "base/err.h"

#include <stdlib.h>

void dw_presence_init(struct dw_presence *p, unsigned expiry_ms)
{
	memset(p, 0, sizeof(*p));
	dw_list_init(&p->rooms);
	p->expiry_ms = expiry_ms;
}

static void room_free(struct dw_presence *p, struct dw_here_room *r)
{
	dw_list_remove(&r->link);
	p->n_rooms--;
	p->n_here -= r->n;
	free(r->here);
	free(r);
}

void dw_presence_fini(struct dw_presence *p)
{
	while (!dw_list_empty(&p->rooms))
		room_free(p, DW_CONTAINER_OF(p->rooms.next, struct dw_here_room, link));
}

struct dw_here_room *dw_presence_room(const struct dw_presence *p, uint64_t room)
{
	DW_LIST_EACH(l, &p->rooms) {
		struct dw_here_room *r = DW_CONTAINER_OF(l, struct dw_here_room, link);

		if (r->room == room)
			return r;
	}
	return NULL;
}

static void changed(struct dw_here_room *r)
{
	r->is_owing = true;
	for (size_t i = 0; i < r->n; i++)
		r->here[i].is_told = false;
}

static struct dw_here *find(const struct dw_here_room *r, uint64_t user)
{
	for (size_t i = 0; r != NULL && i < r->n; i++)
		if (r->here[i].user == user)
			return &r->here[i];
	return NULL;
}

/* ---- coming ---- */

/* The page's place; of too many the one that would end first makes way. */
static void put_spot(struct dw_here *h, struct dw_here_spot spot)
{
	unsigned at = 0;

	for (unsigned i = 0; i < h->n_spots; i++) {
		if (h->spot[i].session == spot.session && h->spot[i].tab == spot.tab) {
			h->spot[i].until_ms = spot.until_ms;
			return;
		}
		if (h->spot[i].until_ms < h->spot[at].until_ms)
			at = i;
	}
	if (h->n_spots < DW_HERE_SPOTS)
		at = h->n_spots++;
	h->spot[at] = spot;
}

static struct dw_here_room *room_add(struct dw_presence *p, uint64_t room)
{
	struct dw_here_room *r = calloc(1, sizeof(*r));

	DW_INVARIANT(r != NULL);
	r->room = room;
	dw_list_push(&p->rooms, &r->link);
	p->n_rooms++;
	return r;
}

static struct dw_here *add(struct dw_presence *p, struct dw_here_room *r, uint64_t user,
			   int64_t now_us)
{
	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 4;
		r->here = realloc(r->here, r->cap * sizeof(*r->here));
		DW_INVARIANT(r->here != NULL);
	}
	p->n_here++;
	memset(&r->here[r->n], 0, sizeof(*r->here));
	r->here[r->n].user = user;
	r->here[r->n].since = now_us;
	return &r->here[r->n++];
}

int dw_presence_enter(struct dw_presence *p, uint64_t room, uint64_t user,
		      uint64_t session, uint64_t tab, uint64_t now_ms, int64_t now_us)
{
	struct dw_here_spot spot = { .session = session,
				     .tab = tab,
				     .until_ms = now_ms + p->expiry_ms };
	struct dw_here_room *r = dw_presence_room(p, room);
	struct dw_here *h = find(r, user);

	DW_REQUIRE(room != 0 && user != 0 && session != 0);
	if (h != NULL) {
		put_spot(h, spot);
		return 0;
	}
	if (p->n_here >= DW_HERE_ALL || (r != NULL && r->n >= DW_HERE_IN_ROOM) ||
	    (r == NULL && p->n_rooms >= DW_HERE_ROOMS))
		return DW_EBUSY;
	if (r == NULL)
		r = room_add(p, room);
	put_spot(add(p, r, user, now_us), spot);
	changed(r);
	return 1;
}

struct dw_here_spot *dw_presence_spot(const struct dw_presence *p, uint64_t room,
				      uint64_t user, uint64_t session, uint64_t tab)
{
	struct dw_here *h = find(dw_presence_room(p, room), user);

	for (unsigned i = 0; h != NULL && i < h->n_spots; i++)
		if (h->spot[i].session == session && h->spot[i].tab == tab)
			return &h->spot[i];
	return NULL;
}

/* ---- going ---- */

static void drop_spot(struct dw_here *h, unsigned i)
{
	h->spot[i] = h->spot[--h->n_spots];
}

/* Those without a page are there no more; a room that nobody is in is none. */
static bool settle(struct dw_presence *p, struct dw_here_room *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->here[i].n_spots > 0)
			r->here[n++] = r->here[i];
	if (n == r->n)
		return false;
	p->n_here -= r->n - n;
	r->n = n;
	if (n == 0)
		room_free(p, r);
	else
		changed(r);
	return true;
}

bool dw_presence_leave(struct dw_presence *p, uint64_t room, uint64_t user,
		       uint64_t session, uint64_t tab)
{
	struct dw_here_room *r = dw_presence_room(p, room);
	struct dw_here *h = find(r, user);

	if (h == NULL)
		return false;
	for (unsigned i = h->n_spots; i > 0; i--)
		if (h->spot[i - 1].session == session && h->spot[i - 1].tab == tab)
			drop_spot(h, i - 1);
	return settle(p, r);
}

void dw_presence_sift(struct dw_presence *p,
		      bool (*keep)(void *data, uint64_t room, uint64_t user,
				   const struct dw_here_spot *spot),
		      void *data)
{
	for (struct dw_link *l = p->rooms.next, *next; l != &p->rooms; l = next) {
		struct dw_here_room *r = DW_CONTAINER_OF(l, struct dw_here_room, link);

		next = l->next;
		for (size_t k = 0; k < r->n; k++) {
			struct dw_here *h = &r->here[k];

			for (unsigned i = h->n_spots; i > 0; i--)
				if (!keep(data, r->room, h->user, &h->spot[i - 1]))
					drop_spot(h, i - 1);
		}
		(void)settle(p, r);
	}
}

static bool is_alive(void *data, uint64_t room, uint64_t user,
		     const struct dw_here_spot *spot)
{
	(void)room;
	(void)user;
	return spot->until_ms > *(const uint64_t *)data;
}

void dw_presence_expire(struct dw_presence *p, uint64_t now_ms)
{
	dw_presence_sift(p, is_alive, &now_ms);
}

void dw_presence_owe(struct dw_presence *p, uint64_t user)
{
	DW_LIST_EACH(l, &p->rooms) {
		struct dw_here_room *r = DW_CONTAINER_OF(l, struct dw_here_room, link);
		struct dw_here *h = find(r, user);

		if (h == NULL)
			continue;
		h->is_told = false;
		r->is_owing = true;
	}
}
