/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_rooms.c - a hundred people work in a few rooms at once, on a journal in memory whose appends
 * conflict and fail by a seeded die. Whatever happens:
 *
 *  (1) a command that was answered with success has exactly its events in the journal, one that was
 *      refused has none;
 *  (2) the live room is what the journal folds to, and any past moment folded on to the end is, too;
 *  (3) status moves only along the table, and no event is without an actor;
 *  (4) commands that stood in line for one room took effect in that order;
 *  (5) nobody who watches is given an event of a room that is closed to them, and what they are
 *      given is in order.
 */
#include "domain/statement.h"
#include "engine/feed.h"
#include "engine/room.h"
#include "enginerig.h"
#include "seeded.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PEOPLE 100
#define ROOMS 3
#define WAVES 12
#define WAVE 100 /* commands in flight at once */
#define WATCHERS 40

struct watching {
	struct dw_watcher watcher;
	uint64_t last; /* that it was given */
	unsigned given;
};

static struct world {
	struct enginerig rig;
	uint64_t user[PEOPLE], room[ROOMS];
	struct dw_room_op op[WAVE];
	unsigned done, made, refused;
	struct seeded die;
	struct watching watching[WATCHERS];
	unsigned from_closed; /* events of closed rooms that insiders were given */
} w;

static uint64_t below(uint64_t n)
{
	return seeded_below(&w.die, n);
}

static void on_op(struct dw_room_op *op)
{
	(void)op;
	w.done++;
}

static struct dw_str text(struct dw_room_op *op, const char *what)
{
	return dw_arena_printf(op->arena, "%s %llu", what,
			       (unsigned long long)below(1000));
}

/* Something that is there, or about to be, or not. */
static uint64_t some_child(uint64_t room, bool is_task)
{
	const struct dw_incident *s = dw_rooms_find(dw_engine_rooms(w.rig.engine), room);

	if (is_task && s->tasks.n > 0)
		return s->tasks.p[below(s->tasks.n)].id;
	if (!is_task && s->participants.n > 0)
		return s->participants.p[below(s->participants.n)].id;
	return 1;
}

/* ---- watching ---- */

static uint64_t number_behind(const char *p, const char *end, const char *key)
{
	const char *at = memmem(p, (size_t)(end - p), key, strlen(key));

	return at != NULL ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* (5): asked at the moment of writing, of the live rooms. */
static void look_at_frames(struct watching *me, const char *p, size_t n)
{
	const struct dw_rooms *rooms = dw_engine_rooms(w.rig.engine);
	const char *end = p + n, *frame;

	while (p < end && (frame = memmem(p, (size_t)(end - p), "\n\n", 2)) != NULL) {
		uint64_t seq = number_behind(p, frame, "id: ");
		uint64_t room = number_behind(p, frame, "\"incident\":");

		assert_true(seq > me->last);
		me->last = seq;
		if (room != 0) {
			assert_non_null(dw_rooms_see(rooms, &me->watcher.who, room));
			w.from_closed += dw_rooms_find(rooms, room)->is_restricted;
			me->given++;
		}
		p = frame + 2;
	}
	assert_ptr_equal(p, end); /* frames are written whole */
}

static ssize_t on_write(void *out, const uv_buf_t *bufs, unsigned n)
{
	ssize_t all = 0;

	for (unsigned i = 0; i < n; i++) {
		look_at_frames(out, bufs[i].base, bufs[i].len);
		all += (ssize_t)bufs[i].len;
	}
	return all;
}

static void on_rest(void *out, const char *p, size_t n, struct dw_blob *hold)
{
	fail_msg("all was written");
}

static void on_close(void *out)
{
	fail_msg("nothing was in flight");
}

static void on_doors(void *data, uint64_t room, const struct dw_doors *before,
		     const struct dw_doors *after)
{
	for (unsigned i = 0; i < WATCHERS; i++) {
		struct dw_watcher *one = &w.watching[i].watcher;
		bool had = dw_policy_sees(&one->who, before, room);

		if (had != dw_policy_sees(&one->who, after, room))
			dw_watcher_doors_moved(one, had);
	}
}

static void watch(void)
{
	static const struct dw_watch_out ops = { on_write, on_rest, on_close };
	uint64_t head = dw_journal_head(dw_engine_journal(w.rig.engine));

	for (unsigned i = 0; i < WATCHERS; i++) {
		struct dw_watcher *one = &w.watching[i].watcher;

		one->ops = &ops;
		one->out = &w.watching[i];
		one->who =
			(struct dw_principal){ DW_USER, w.user[i], DW_ROLE_LEAD, 0, 1 };
		w.watching[i].last = head;
		dw_feed_watch(dw_engine_feed(w.rig.engine), one, head,
			      dw_policy_visible(&one->who), 0);
	}
	dw_rooms_observe(dw_engine_rooms(w.rig.engine), on_doors, NULL);
}

static void unwatch(void)
{
	unsigned least = UINT32_MAX, most = 0;

	dw_rooms_observe(dw_engine_rooms(w.rig.engine), NULL, NULL);
	for (unsigned i = 0; i < WATCHERS; i++) {
		dw_feed_unwatch(&w.watching[i].watcher);
		least = w.watching[i].given < least ? w.watching[i].given : least;
		most = w.watching[i].given > most ? w.watching[i].given : most;
	}
	assert_true(least > 0 && least < most && w.from_closed > 0);
}

/* ---- commands ---- */

/* Rooms that are closed would soon be silent if all knocked alike. */
static uint64_t somebody(uint64_t room)
{
	const struct dw_incident *s = dw_rooms_find(dw_engine_rooms(w.rig.engine), room);

	if (s != NULL && s->is_restricted && s->participants.n > 0 && below(4) != 0)
		return s->participants.p[below(s->participants.n)].user;
	return w.user[below(PEOPLE)];
}

static void fill(struct dw_room_op *op)
{
	static const enum dw_command_type types[] = { DW_CMD_CHANGE,  DW_CMD_CHANGE,
						      DW_CMD_NOTE,    DW_CMD_ADD_TASK,
						      DW_CMD_CORRECT, DW_CMD_CHANGE_TASK,
						      DW_CMD_JOIN,    DW_CMD_LEAVE,
						      DW_CMD_PIN };
	struct dw_fact *f = &op->cmd.f;

	op->cmd.type = types[below(sizeof(types) / sizeof(types[0]))];
	f->has = dw_command_required(op->cmd.type);
	f->title = text(op, "title");
	f->text = text(op, "text");
	f->label = text(op, "label");
	f->reason = DW_STR("because");
	f->status = (unsigned)below(DW_MERGED);
	f->severity = 1 + (unsigned)below(4);
	f->user = w.user[below(PEOPLE)];
	f->role = (unsigned)below(DW_ROOM_MEMBER + 1);
	f->is_done = below(2) != 0;
	f->is_restricted = below(3) == 0;
	f->target = op->room + below(200);
	f->owner = below(2) != 0 ? w.user[below(PEOPLE)] : 0;
	if (op->cmd.type == DW_CMD_CHANGE)
		f->has |= DW_HAS(STATUS) | DW_HAS(REASON) |
			  (below(2) != 0 ? DW_HAS(SEVERITY) | DW_HAS(TITLE) : 0) |
			  (below(8) == 0 ? DW_HAS(RESTRICTED) : 0);
	if (op->cmd.type == DW_CMD_CHANGE_TASK)
		f->has |= DW_HAS(DONE) | DW_HAS(OWNER);
	op->cmd.child = some_child(op->room, op->cmd.type == DW_CMD_CHANGE_TASK);
}

static void start(struct dw_room_op *op, uint64_t room)
{
	dw_room_op_init(op);
	op->room = room;
	op->cb = on_op;
	op->cmd.who =
		(struct dw_principal){ DW_USER, somebody(room), DW_ROLE_LEAD, 0, 1 };
	if (room == 0) {
		op->cmd.type = DW_CMD_DECLARE;
		op->cmd.f.has = dw_command_required(DW_CMD_DECLARE);
		op->cmd.f.title = text(op, "room");
		op->cmd.f.severity = 2;
	} else {
		fill(op);
	}
	dw_room_do(dw_engine_rooms(w.rig.engine), op);
}

static void wait_for(unsigned n)
{
	while (w.done < n)
		uv_run(&w.rig.loop.uv, UV_RUN_ONCE);
	w.done = 0;
}

/* ---- what must hold ---- */

struct check {
	const struct dw_room_op *op;
	size_t i;
	bool ok;
};

static bool on_own(void *data, const struct dw_stored *e)
{
	struct check *c = data;
	const struct dw_fact *f = &c->op->plan.fact[c->i];

	c->ok = e->seq == f->seq && e->room == f->room && e->actor == c->op->cmd.who.id &&
		dw_event_by_name(e->type) == f->type;
	return false;
}

static void check_made(struct dw_reader *r, const struct dw_room_op *op)
{
	for (size_t i = 0; i < op->plan.n; i++) {
		struct check c = { op, i, false };
		uint64_t last;

		assert_int_equal(dw_reader_scan(r, op->plan.fact[i].seq - 1, 1, on_own,
						&c, &last, NULL),
				 0);
		assert_true(c.ok);
	}
}

static char *render(const struct dw_incident *s)
{
	const struct dw_names *names = dw_account_names(w.rig.account);
	struct dw_jsonw j;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&j, &b);
	dw_room_write(&j, s, NULL, names,
		      &(struct dw_statement_now){ .at = 1790000000000000 });
	assert_int_equal(dw_jsonw_end(&j), 0);
	return b.p;
}

struct going_on {
	struct dw_incident *s;
	unsigned status;
};

static bool on_later(void *data, const struct dw_stored *e)
{
	struct going_on *g = data;
	struct dw_fact f = { .type = dw_event_by_name(e->type),
			     .seq = e->seq,
			     .room = e->room,
			     .actor = e->actor,
			     .recorded_at = e->recorded_at,
			     .occurred_at = e->occurred_at };

	if (e->room != g->s->id)
		return true;
	assert_true(e->actor != 0);
	dw_fact_read(&f, e->payload, g->s->arena);
	if (f.type == DW_EV_INCIDENT_STATUS_CHANGED) {
		assert_int_equal(f.was_status, g->status);
		assert_true(dw_status_may_move(f.was_status, f.status));
		g->status = f.status;
	}
	dw_incident_apply(g->s, &f);
	return true;
}

/* From the room as it was at a moment, go on to the end. */
static void check_room(struct dw_reader *r, uint64_t room)
{
	uint64_t head = dw_journal_head(dw_engine_journal(w.rig.engine)), last;
	char *live = render(dw_rooms_find(dw_engine_rooms(w.rig.engine), room));

	for (unsigned k = 0; k < 6; k++) {
		uint64_t at = k == 0 ? head : room + below(head - room + 1);
		struct going_on g = { NULL, 0 };
		char *then;

		assert_int_equal(dw_room_fold_on_pool(r, room, at, &g.s, NULL), 0);
		g.status = g.s->status;
		for (last = at; last < head;)
			assert_int_equal(dw_reader_scan(r, last, 1000, on_later, &g,
							&last, NULL),
					 0);
		then = render(g.s);
		assert_string_equal(then, live);
		free(then);
		dw_incident_destroy(g.s);
	}
	free(live);
}

/* Titles of one room in the order of the line, and the one that is there now. */
static void check_order(uint64_t room)
{
	uint64_t last = 0;

	for (size_t i = 0; i < WAVE; i++) {
		const struct dw_room_op *op = &w.op[i];

		if (op->room != room || op->status < 0 || op->plan.n == 0)
			continue;
		assert_true(op->plan.fact[0].seq > last);
		last = op->plan.fact[op->plan.n - 1].seq;
	}
}

static void settle(struct dw_reader *r)
{
	for (size_t i = 0; i < WAVE; i++) {
		struct dw_room_op *op = &w.op[i];

		if (op->status == 0)
			check_made(r, op);
		else
			assert_true(op->err.msg[0] != '\0');
		w.made += op->status == 0 && op->plan.n > 0;
		w.refused += op->status < 0;
	}
	for (unsigned k = 0; k < ROOMS; k++)
		check_order(w.room[k]);
	for (size_t i = 0; i < WAVE; i++)
		dw_room_op_fini(&w.op[i]);
}

static uint64_t count_events(void)
{
	return dw_journal_head(dw_engine_journal(w.rig.engine));
}

static void play(uint64_t seed)
{
	struct dw_reader *r;
	uint64_t expected;

	memset(&w, 0, sizeof(w));
	w.die.state = seed;
	enginerig_open(&w.rig, NULL);
	for (unsigned i = 0; i < PEOPLE; i++) {
		char name[24];

		snprintf(name, sizeof(name), "user%u", i);
		w.user[i] = enginerig_user(&w.rig, name, DW_ROLE_LEAD,
					   "a long enough password");
	}
	for (unsigned i = 0; i < ROOMS; i++) {
		start(&w.op[0], 0);
		wait_for(1);
		assert_int_equal(w.op[0].status, 0);
		w.room[i] = w.op[0].plan.fact[0].seq;
		dw_room_op_fini(&w.op[0]);
	}
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(w.rig.engine), &r, NULL), 0);
	watch();
	for (unsigned wave = 0; wave < WAVES; wave++) {
		expected = count_events();
		if (wave % 3 == 1)
			dw_journal_mem_fail(dw_engine_journal(w.rig.engine), DW_ECONFLICT,
					    below(6));
		if (wave % 3 == 2)
			dw_journal_mem_fail(dw_engine_journal(w.rig.engine), DW_EFULL,
					    below(6));
		for (unsigned i = 0; i < WAVE; i++)
			start(&w.op[i], w.room[below(ROOMS)]);
		wait_for(WAVE);
		for (unsigned i = 0; i < WAVE; i++)
			expected += w.op[i].status == 0 ? w.op[i].plan.n : 0;
		assert_int_equal(count_events(), expected);
		settle(r);
		for (unsigned i = 0; i < ROOMS; i++)
			check_room(r, w.room[i]);
		enginerig_advance(&w.rig, 60);
	}
	unwatch();
	assert_true(w.made > 200 && w.refused > 50);
	dw_reader_close(r);
	enginerig_close(&w.rig);
}

static void a_hundred_people_at_once(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		play(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_people_at_once),
	};

	return cmocka_run_group_tests_name("rooms", tests, NULL, NULL);
}
