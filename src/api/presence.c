/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * presence.c - POST /api/v1/presence, and who is told who is in a room (DESIGN sections 6 and 7).
 *
 * Told are those who are in the room themselves, on all their streams, by a frame without id: it
 * is never stored and never sent again. It has everybody who is there, so one that is lost on the
 * way is made good by the next. A room's first change goes out at once, further ones together a
 * second later: two hundred people who come in one second cost two rounds of frames, and a
 * heartbeat that changes nothing costs none. Rejected: to tell everybody who may see the room. Ten
 * thousand streams of people who look at something else would be written to whenever one opens a page.
 */
#include "presence_int.h"

#include "engine/account.h"
#include "engine/presence.h"
#include "engine/statement.h"

#include <stdlib.h>

#define GAP_MS 1000   /* between two frames of one room */
#define EXPIRY_S 30   /* when nothing is set */
#define SAID_PER_S 10 /* by one account */
#define FRAME_MAX (256u * 1024)

struct presence {
	struct dw_api *api;
	struct dw_presence here;
	struct dw_deadline due;
	int cls;
	struct often said;
};

static uint64_t loop_ms(const struct dw_api *api)
{
	return uv_now(&api->loop->uv);
}

/* ---- telling ---- */

void presence_write(struct dw_jsonw *w, const struct dw_api *api, uint64_t room)
{
	const struct presence *p = api->presence;
	const struct dw_here_room *r = dw_presence_room(&p->here, room);
	const struct dw_names *names = dw_account_names(dw_engine_account(api->engine));
	char scratch[64];

	dw_jsonw_arr(w);
	for (size_t i = 0; r != NULL && i < r->n; i++) {
		dw_jsonw_obj(w);
		dw_jsonw_key(w, "user");
		dw_jsonw_raw(w, dw_names_json(names, r->here[i].user, scratch));
		dw_jsonw_ktime(w, "since", r->here[i].since);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static bool write_frame(struct dw_buf *b, const struct dw_api *api, uint64_t room)
{
	struct dw_jsonw w;

	if (dw_buf_addz(b, "event: presence\ndata: ") < 0)
		return false;
	dw_jsonw_init(&w, b);
	dw_jsonw_obj(&w);
	dw_jsonw_ku64(&w, "incident", room);
	dw_jsonw_key(&w, "present");
	presence_write(&w, api, room);
	dw_jsonw_obj_end(&w);
	return dw_jsonw_end(&w) == 0 && dw_buf_addz(b, "\n\n") == 0;
}

static void tell(struct presence *p, struct dw_here_room *r)
{
	uint64_t now = loop_ms(p->api);
	struct dw_buf b;

	if (!r->is_owing || (r->told_ms != 0 && now - r->told_ms < GAP_MS))
		return;
	dw_buf_init(&b, FRAME_MAX);
	if (write_frame(&b, p->api, r->room)) {
		r->is_owing = false;
		r->told_ms = now;
		for (size_t i = 0; i < r->n; i++) {
			struct dw_here *h = &r->here[i];

			if (!h->is_told)
				h->is_told = stream_tell(p->api, h->user, r->room,
							 dw_buf_str(&b));
			r->is_owing = r->is_owing || !h->is_told;
		}
	}
	dw_buf_fini(&b);
}

static void tell_all(struct presence *p)
{
	DW_LIST_EACH(l, &p->here.rooms)
		tell(p, DW_CONTAINER_OF(l, struct dw_here_room, link));
}

static void on_due(struct dw_deadline *d)
{
	struct presence *p = DW_CONTAINER_OF(d, struct presence, due);

	dw_presence_expire(&p->here, loop_ms(p->api));
	tell_all(p);
	if (!dw_list_empty(&p->here.rooms))
		dw_deadline_start(p->api->timers, p->cls, &p->due);
}

void presence_on_stream(struct dw_api *api, const struct dw_principal *who)
{
	struct presence *p = api->presence;

	if (who->kind == DW_USER)
		dw_presence_owe(&p->here, who->id); /* with the next tick */
}

/* ---- who may no longer ---- */

struct sifting {
	struct dw_api *api;
	uint64_t user; /* 0: everybody */
};

static bool may_stay(void *data, uint64_t room, uint64_t user,
		     const struct dw_here_spot *spot)
{
	struct sifting *s = data;
	struct dw_principal who = { .kind = DW_USER,
				    .id = user,
				    .session = spot->session };

	if (s->user != 0 && s->user != user)
		return true;
	return dw_account_refresh(dw_engine_account(s->api->engine), &who) &&
	       dw_policy_check(&who, DW_RIGHT_READ, NULL) == 0 &&
	       dw_rooms_see(dw_engine_rooms(s->api->engine), &who, room) != NULL;
}

static void sift(struct dw_api *api, uint64_t user)
{
	struct sifting s = { api, user };
	struct presence *p = api->presence;

	if (!dw_list_empty(&p->here.rooms))
		dw_presence_sift(&p->here, may_stay, &s);
}

void presence_on_account(struct dw_api *api, uint64_t user)
{
	sift(api, user);
}

void presence_on_doors(struct dw_api *api)
{
	sift(api, 0);
}

/* ---- POST /presence ---- */

struct said {
	uint64_t incident, tab;
	bool is_gone;
	struct dw_caret caret;
};

/* FNV-1a: pages of one session are told apart, no more. */
static uint64_t hash(struct dw_str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

/* Absent: *out stays. Refuses by itself. */
static bool read_number(struct dw_http_req *req, json_t *o, const char *key,
			uint64_t most, uint64_t *out)
{
	json_t *v = json_object_get(o, key);

	if (v == NULL)
		return true;
	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    (uint64_t)json_integer_value(v) <= most) {
		*out = (uint64_t)json_integer_value(v);
		return true;
	}
	dw_api_refuse_at(req, DW_EINVAL, dw_arena_printf(req->arena, "/%s", key).p,
			 "%s must be a whole number", key);
	return false;
}

static bool read_caret(struct dw_http_req *req, json_t *o, struct dw_caret *c)
{
	uint64_t anchor = 0, head = 0;

	if (!read_number(req, o, "statement", INT64_MAX, &c->statement) ||
	    !read_number(req, o, "revision", INT64_MAX, &c->revision) ||
	    !read_number(req, o, "anchor", DW_TEXT_UNITS_MAX, &anchor) ||
	    !read_number(req, o, "head", DW_TEXT_UNITS_MAX, &head))
		return false;
	c->anchor = (uint32_t)anchor;
	c->head = (uint32_t)head;
	return true;
}

/* Refuses by itself. */
static bool read_said(struct dw_http_req *req, json_t *o, struct said *said)
{
	json_t *incident = json_object_get(o, "incident"),
	       *gone = json_object_get(o, "gone");
	struct dw_str tab = DW_STR("");

	if (!json_is_integer(incident) || json_integer_value(incident) < 1) {
		dw_api_refuse_at(req, DW_EINVAL, "/incident",
				 "incident must be the id of one");
		return false;
	}
	if (gone != NULL && !json_is_boolean(gone)) {
		dw_api_refuse_at(req, DW_EINVAL, "/gone", "gone is true or false");
		return false;
	}
	if (json_object_get(o, "tab") != NULL &&
	    !dw_api_string(req, o, "tab", 1, 64, &tab))
		return false;
	said->incident = (uint64_t)json_integer_value(incident);
	said->is_gone = json_is_true(gone);
	said->tab = hash(tab);
	return read_caret(req, o, &said->caret);
}

/* Where the page is in a text, or that it is in none. */
static void move_caret(struct presence *p, const struct dw_principal *who,
		       const struct said *said)
{
	struct dw_here_spot *spot = dw_presence_spot(&p->here, said->incident, who->id,
						     who->session, said->tab);
	struct dw_caret none = { .statement = 0 }, was;

	if (spot == NULL)
		return;
	was = spot->caret;
	spot->caret = said->is_gone ? none : said->caret;
	caret_moved(p->api, dw_presence_room(&p->here, said->incident), who->id,
		    said->tab, &was, &spot->caret);
}

static bool sees(struct dw_http_req *req, const struct dw_api *api,
		 const struct said *said)
{
	const struct dw_principal *who = dw_api_who(req);
	const struct dw_rooms *rooms = dw_engine_rooms(api->engine);
	const struct dw_statement *t;

	if (dw_rooms_see(rooms, who, said->incident) == NULL) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no incident of this id");
		return false;
	}
	t = dw_statements_see(rooms, who, said->caret.statement);
	if (said->caret.statement == 0 || (t != NULL && t->incident == said->incident))
		return true;
	dw_api_refuse(req, DW_ENOTFOUND, "there is no statement of this id");
	return false;
}

/* False: refused. */
static bool act(struct dw_http_req *req, struct presence *p, const struct said *said)
{
	const struct dw_principal *who = dw_api_who(req);
	struct dw_api *api = p->api;
	int rc;

	if (!sees(req, api, said))
		return false;
	if (said->is_gone) {
		move_caret(p, who, said);
		(void)dw_presence_leave(&p->here, said->incident, who->id, who->session,
					said->tab);
		return true;
	}
	rc = dw_presence_enter(&p->here, said->incident, who->id, who->session, said->tab,
			       loop_ms(api), dw_now_us(dw_engine_clock(api->engine)));
	if (rc < 0)
		dw_api_refuse(req, rc, "as many people are here as are shown");
	else
		move_caret(p, who, said);
	return rc >= 0;
}

void dw_api_presence(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "incident", "tab",	 "gone",     "statement",
					     "anchor",	 "head", "revision", NULL };
	struct dw_api *api = data;
	struct presence *p = api->presence;
	struct said said = { .incident = 0 };
	json_t *o;
	bool ok;

	if (dw_api_who(req)->kind != DW_USER || dw_api_who(req)->session == 0) {
		dw_api_refuse(req, DW_EFORBIDDEN,
			      "a token is nowhere: this is for signed-in people");
		return;
	}
	if (!often_take(&p->said, req, api))
		return;
	o = dw_api_object(req, known);
	if (o == NULL)
		return;
	ok = read_said(req, o, &said);
	json_decref(o);
	if (!ok || !act(req, p, &said))
		return;
	tell_all(p);
	if (!dw_list_empty(&p->here.rooms) && p->due.at_ms == 0)
		dw_deadline_start(api->timers, p->cls, &p->due);
	dw_http_reply(req, 204, NULL, dw_str_make(NULL, 0));
}

/* ---- the whole ---- */

void presence_init(struct dw_api *api)
{
	struct presence *p = calloc(1, sizeof(*p));
	unsigned expiry = api->conf.presence_s != 0 ? api->conf.presence_s : EXPIRY_S;

	DW_INVARIANT(p != NULL);
	p->api = api;
	dw_presence_init(&p->here, expiry * 1000);
	often_init(&p->said, SAID_PER_S);
	p->cls = dw_timers_class(api->timers, GAP_MS);
	dw_deadline_init(&p->due, on_due);
	api->presence = p;
}

void presence_fini(struct dw_api *api)
{
	struct presence *p = api->presence;

	dw_deadline_stop(&p->due);
	dw_presence_fini(&p->here);
	often_fini(&p->said);
	free(p);
	api->presence = NULL;
}
