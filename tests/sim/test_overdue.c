/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_overdue.c - people promise, move, do and reopen what is due in a few rooms, while time goes on
 * by leaps and appends conflict and fail by a seeded die. Whatever happens:
 *
 *  (1) nothing is called overdue before its moment, nor anything that is not due at that moment;
 *  (2) nothing is called overdue twice for one moment, unless it was touched in between;
 *  (3) when the server had a look and could write, nothing that has passed is left unsaid;
 *  (4) who says it is the system.
 */
#include "engine/room.h"
#include "enginerig.h"
#include "seeded.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOMS 3
#define WAVES 60
#define WAVE 20
#define SAID_MAX 20000
#define SECOND INT64_C(1000000)

static struct world {
	struct enginerig rig;
	uint64_t user, room[ROOMS];
	struct dw_room_op op[WAVE];
	unsigned done;
	struct seeded die;
} w;

static uint64_t below(uint64_t n)
{
	return seeded_below(&w.die, n);
}

static struct dw_rooms *rooms(void)
{
	return dw_engine_rooms(w.rig.engine);
}

static void on_op(struct dw_room_op *op)
{
	(void)op;
	w.done++;
}

/* ---- commands ---- */

static int64_t some_moment(void)
{
	return w.rig.now_us + ((int64_t)below(4000) - 1000) * SECOND;
}

/* Of those that it may have. */
static uint64_t some_fields(enum dw_command_type type)
{
	uint64_t due = below(2) != 0 ? DW_HAS(DUE_AT) : 0;

	switch ((unsigned)type) {
	case DW_CMD_SPEAK:
		return DW_HAS(TEXT) | (below(2) != 0 ? DW_HAS(NEXT_AT) : 0) |
		       (below(3) == 0 ? DW_HAS(OCCURRED_AT) : 0);
	case DW_CMD_ADD_TASK:
		return due;
	case DW_CMD_CHANGE_TASK:
		return due | DW_HAS(DONE);
	case DW_CMD_ADD_CLAIM:
	case DW_CMD_CHANGE_CLAIM:
		return DW_HAS(RECHECK_AT);
	case DW_CMD_CHANGE:
		return DW_HAS(STATUS) | DW_HAS(REASON);
	default:
		return 0;
	}
}

static void fill(struct dw_room_op *op)
{
	static const enum dw_command_type types[] = {
		DW_CMD_SPEAK,	    DW_CMD_SPEAK,	 DW_CMD_SET_CADENCE,
		DW_CMD_ADD_TASK,    DW_CMD_CHANGE_TASK,	 DW_CMD_CHANGE_TASK,
		DW_CMD_ADD_CLAIM,   DW_CMD_CHANGE_CLAIM, DW_CMD_NOTE,
		DW_CMD_CHANGE_TASK, DW_CMD_CHANGE
	};
	const struct dw_incident *s = dw_rooms_find(rooms(), op->room);
	struct dw_fact *f = &op->cmd.f;

	op->cmd.type = types[below(sizeof(types) / sizeof(types[0]))];
	f->has = dw_command_required(op->cmd.type);
	f->text = DW_STR("text");
	f->title = DW_STR("title");
	f->reason = DW_STR("because");
	f->audience = (unsigned)below(DW_AUDIENCE_COUNT);
	f->every_s = below(3) == 0 ? 0 : 60 * (1 + below(30));
	f->next_at = f->due_at = f->recheck_at = some_moment();
	f->occurred = w.rig.now_us - (int64_t)below(600) * SECOND;
	f->is_done = below(2) != 0;
	f->status = (unsigned)below(DW_MERGED);
	f->has |= some_fields(op->cmd.type);
	if (op->cmd.type == DW_CMD_CHANGE_TASK && s->tasks.n > 0)
		op->cmd.child = s->tasks.p[below(s->tasks.n)].id;
	if (op->cmd.type == DW_CMD_CHANGE_CLAIM && s->claims.n > 0)
		op->cmd.child = s->claims.p[below(s->claims.n)].id;
}

static void start(struct dw_room_op *op, uint64_t room)
{
	dw_room_op_init(op);
	op->room = room;
	op->cb = on_op;
	op->cmd.who = (struct dw_principal){ DW_USER, w.user, DW_ROLE_LEAD, 0, 1 };
	if (room != 0) {
		fill(op);
	} else {
		op->cmd.type = DW_CMD_DECLARE;
		op->cmd.f.has = dw_command_required(DW_CMD_DECLARE);
		op->cmd.f.title = DW_STR("A cable is cut");
		op->cmd.f.severity = 2;
	}
	dw_room_do(rooms(), op);
}

static void wait_for(unsigned n)
{
	while (w.done < n)
		uv_run(&w.rig.loop.uv, UV_RUN_ONCE);
	w.done = 0;
}

static bool is_unsaid(void)
{
	for (unsigned i = 0; i < ROOMS; i++) {
		int64_t due = dw_incident_next_due(dw_rooms_find(rooms(), w.room[i]));

		if (due != 0 && due <= w.rig.now_us)
			return true;
	}
	return false;
}

/* (3): looks until all is said; a look that cannot write leaves it to the next. */
static void look(void)
{
	while (is_unsaid()) {
		dw_rooms_say_overdue(rooms());
		uv_run(&w.rig.loop.uv, UV_RUN_ONCE);
	}
}

/* ---- what is in the journal ---- */

struct said {
	enum dw_event_type type;
	uint64_t room, id, seq;
	int64_t at;
};

static struct replay {
	struct dw_incident *s[ROOMS];
	uint64_t touched[ROOMS][DW_AUDIENCE_COUNT]; /* word or cadence of that audience */
	struct said said[SAID_MAX];
	size_t n_said;
} re;

struct look_for {
	struct said what;
	bool is_found;
};

static bool is_that_due(void *data, const struct dw_due *due)
{
	static const enum dw_event_type types[] = { [DW_DUE_WORD] = DW_EV_WORD_OVERDUE,
						    [DW_DUE_TASK] = DW_EV_TASK_OVERDUE,
						    [DW_DUE_CLAIM] =
							    DW_EV_CLAIM_OVERDUE };
	struct look_for *l = data;

	l->is_found |= types[due->kind] == l->what.type && due->at == l->what.at &&
		       (due->kind == DW_DUE_WORD ? due->audience : due->id) == l->what.id;
	return true;
}

/* Seq of the last event that was about what is called overdue. */
static uint64_t touched(unsigned room, const struct said *what)
{
	const struct dw_incident *s = re.s[room];

	if (what->type == DW_EV_TASK_OVERDUE)
		return dw_incident_task(s, what->id)->version;
	if (what->type == DW_EV_CLAIM_OVERDUE)
		return dw_incident_claim(s, what->id)->version;
	return re.touched[room][what->id];
}

static void check_said(unsigned room, const struct dw_fact *f)
{
	struct look_for l = { { .type = f->type, .room = f->room, .seq = f->seq },
			      false };
	bool is_claim = f->type == DW_EV_CLAIM_OVERDUE;

	l.what.at = is_claim ? f->recheck_at : f->due_at;
	l.what.id = is_claim			    ? f->claim
		    : f->type == DW_EV_TASK_OVERDUE ? f->task
						    : f->audience;
	assert_int_equal(f->actor, 0);				    /* (4) */
	assert_true(l.what.at != 0 && l.what.at <= f->recorded_at); /* (1) */
	dw_incident_each_due(re.s[room], is_that_due, &l);
	assert_true(l.is_found);
	for (size_t i = 0; i < re.n_said; i++) { /* (2) */
		const struct said *old = &re.said[i];

		if (old->type == l.what.type && old->room == l.what.room &&
		    old->id == l.what.id && old->at == l.what.at)
			assert_true(touched(room, &l.what) > old->seq);
	}
	assert_true(re.n_said < SAID_MAX);
	re.said[re.n_said++] = l.what;
}

static bool on_event(void *data, const struct dw_stored *e)
{
	unsigned i = 0;
	struct dw_fact f = { .type = dw_event_by_name(e->type),
			     .seq = e->seq,
			     .room = e->room,
			     .actor = e->actor,
			     .recorded_at = e->recorded_at,
			     .occurred_at = e->occurred_at };

	while (i < ROOMS && w.room[i] != e->room)
		i++;
	if (i == ROOMS)
		return true;
	dw_fact_read(&f, e->payload, re.s[i]->arena);
	if (f.type == DW_EV_WORD_OVERDUE || f.type == DW_EV_TASK_OVERDUE ||
	    f.type == DW_EV_CLAIM_OVERDUE)
		check_said(i, &f);
	if (f.type == DW_EV_WORD_SPOKEN || f.type == DW_EV_CADENCE_SET)
		re.touched[i][f.audience] = f.seq;
	dw_incident_apply(re.s[i], &f);
	return true;
}

static size_t check_journal(void)
{
	uint64_t head = dw_journal_head(dw_engine_journal(w.rig.engine)), last = 0;
	struct dw_reader *r;

	memset(&re, 0, sizeof(re));
	for (unsigned i = 0; i < ROOMS; i++)
		re.s[i] = dw_incident_create();
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(w.rig.engine), &r, NULL), 0);
	while (last < head)
		assert_int_equal(
			dw_reader_scan(r, last, 1000, on_event, NULL, &last, NULL), 0);
	dw_reader_close(r);
	for (unsigned i = 0; i < ROOMS; i++)
		dw_incident_destroy(re.s[i]);
	return re.n_said;
}

static void play(uint64_t seed)
{
	struct dw_journal *j;

	memset(&w, 0, sizeof(w));
	w.die.state = seed;
	enginerig_open(&w.rig, NULL);
	j = dw_engine_journal(w.rig.engine);
	w.user = enginerig_user(&w.rig, "layla", DW_ROLE_LEAD, "a long enough password");
	for (unsigned i = 0; i < ROOMS; i++) {
		start(&w.op[0], 0);
		wait_for(1);
		w.room[i] = w.op[0].plan.fact[0].seq;
		dw_room_op_fini(&w.op[0]);
	}
	for (unsigned wave = 0; wave < WAVES; wave++) {
		if (wave % 3 == 1)
			dw_journal_mem_fail(j, DW_ECONFLICT, below(6));
		if (wave % 3 == 2)
			dw_journal_mem_fail(j, DW_EFULL, below(6));
		for (unsigned i = 0; i < WAVE; i++) {
			start(&w.op[i], w.room[below(ROOMS)]);
			if (below(4) == 0)
				dw_rooms_say_overdue(rooms());
		}
		wait_for(WAVE);
		for (unsigned i = 0; i < WAVE; i++)
			dw_room_op_fini(&w.op[i]);
		look();
		enginerig_advance(&w.rig, (int64_t)below(600));
		dw_rooms_say_overdue(rooms());
	}
	assert_true(check_journal() > 100);
	enginerig_close(&w.rig);
}

static void each_moment_is_said_once_and_never_early(void **state)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		play(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_moment_is_said_once_and_never_early),
	};

	return cmocka_run_group_tests_name("overdue", tests, NULL, NULL);
}
