/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_fold.c - a statement that is typed in for a long time, in memory and in a folder: as it was
 * at any moment it is what it was live then, and what was typed is told from memory and from the journal alike.
 */
#include "engine/statement.h"
#include "enginerig.h"
#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define UPDATES 900
#define EVERY 90 /* is looked at later */
#define LOOKS (UPDATES / EVERY)

static struct world {
	struct enginerig rig;
	struct dw_rooms *rooms;
	struct dw_principal who;
	uint64_t room, statement;
	struct {
		uint64_t head;
		char *shown;
	} look[LOOKS];
} w;

static void on_room(struct dw_room_op *op)
{
	assert_int_equal(op->status, 0);
	*(bool *)op->data = true;
}

static void declare(void)
{
	struct dw_room_op op;
	bool done = false;

	dw_room_op_init(&op);
	op.cmd.type = DW_CMD_DECLARE;
	op.cmd.who = w.who;
	op.cmd.f.has = DW_HAS(TITLE) | DW_HAS(SEVERITY);
	op.cmd.f.title = DW_STR("A leak");
	op.cmd.f.severity = 2;
	op.cb = on_room;
	op.data = &done;
	dw_room_do(w.rooms, &op);
	enginerig_until(&w.rig, &done);
	w.room = op.plan.fact[0].seq;
	dw_room_op_fini(&op);
}

static void on_statement(struct dw_statement_op *op)
{
	assert_int_equal(op->status, 0);
	*(bool *)op->data = true;
}

static void run(struct dw_statement_op *op)
{
	bool done = false;

	op->cmd.who = w.who;
	op->cb = on_statement;
	op->data = &done;
	dw_statement_do(w.rooms, op);
	enginerig_until(&w.rig, &done);
}

static void draft(void)
{
	struct dw_statement_op op;

	dw_statement_op_init(&op);
	op.cmd.type = DW_CMD_DRAFT_STATEMENT;
	op.cmd.title = DW_STR("We know");
	op.cmd.lang = DW_STR("en");
	op.cmd.text = DW_STR("one");
	op.incident = w.room;
	run(&op);
	w.statement = op.statement;
	dw_statement_op_fini(&op);
}

static const struct dw_statement *live(void)
{
	return dw_statements_see(w.rooms, &w.who, w.statement);
}

/* A word at either end. */
static void type(unsigned i, struct seeded *die)
{
	struct dw_change_part part[2];
	struct dw_update u = { DW_STR("tab"), { part, 2 } };
	struct dw_statement_op op;
	bool is_first = seeded_below(die, 2) == 0;
	char word[32];

	snprintf(word, sizeof(word), " \xd8\xa8%u", i);
	memset(part, 0, sizeof(part));
	part[is_first ? 1 : 0].is_kept = true;
	part[is_first ? 1 : 0].n = live()->draft.units;
	part[is_first ? 0 : 1].text = dw_str_of(word);
	dw_statement_op_init(&op);
	op.cmd.type = DW_CMD_TYPE;
	op.statement = w.statement;
	op.cmd.revision = i;
	op.cmd.update = &u;
	op.cmd.n_updates = 1;
	run(&op);
	assert_int_equal(op.hash, dw_draft_hash(&live()->draft));
	dw_statement_op_fini(&op);
}

static char *show(const struct dw_statement *t)
{
	struct dw_statement_now then = { .at = t->changed_at };
	struct dw_jsonw j;
	struct dw_buf b;

	dw_buf_init(&b, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&j, &b);
	dw_statement_write(&j, t, dw_account_names(w.rig.account), &then, NULL);
	assert_int_equal(dw_jsonw_end(&j), 0);
	return b.p; /* the caller's */
}

static char *members(const struct dw_buf *b)
{
	return strndup(b->p, b->len);
}

static void compare_tails(struct dw_reader *r, uint64_t since)
{
	struct dw_changes_query q = { .statement = w.statement,
				      .since = since,
				      .upto = dw_journal_head(
					      dw_engine_journal(w.rig.engine)),
				      .is_plain = true };
	struct dw_jsonw j;
	struct dw_buf b;
	char *told, *read;

	assert_true(dw_statement_has_tail(w.rooms, w.statement, since));
	dw_buf_init(&b, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&j, &b);
	dw_statement_write_tail(w.rooms, &j, w.statement, since);
	told = members(&b);
	dw_buf_clear(&b);
	dw_jsonw_init(&j, &b);
	assert_int_equal(dw_statement_changes_on_pool(r, dw_account_names(w.rig.account),
						      &q, &j, NULL),
			 0);
	read = members(&b);
	/* the same updates; revision stands behind them in the one */
	assert_memory_equal(strstr(read, "[{"), strstr(told, "[{"),
			    strlen(strstr(told, "[{")));
	free(told);
	free(read);
	dw_buf_fini(&b);
}

static void play(const char *dir)
{
	struct seeded die = { 7 };
	struct dw_reader *r;

	memset(&w, 0, sizeof(w));
	enginerig_open(&w.rig, dir);
	w.rooms = dw_engine_rooms(w.rig.engine);
	w.who = (struct dw_principal){ .kind = DW_USER, .roles = DW_ROLE_LEAD };
	w.who.id = enginerig_user(&w.rig, "lead", DW_ROLE_LEAD, "correct horse battery");
	declare();
	draft();
	for (unsigned i = 0; i < UPDATES; i++) {
		type(i, &die);
		enginerig_advance(&w.rig, (int64_t)seeded_below(&die, 400));
		if (i % EVERY == EVERY - 1) {
			w.look[i / EVERY].head =
				dw_journal_head(dw_engine_journal(w.rig.engine));
			w.look[i / EVERY].shown = show(live());
		}
	}
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(w.rig.engine), &r, NULL), 0);
	compare_tails(r, UPDATES - 100);
	assert_false(dw_statement_has_tail(w.rooms, w.statement, UPDATES + 1));
	assert_false(dw_statement_has_tail(w.rooms, w.statement, 0));
	for (unsigned i = 0; i < LOOKS; i++) {
		struct dw_statement *t;
		char *shown;

		assert_int_equal(dw_statement_fold_on_pool(r, w.statement, w.look[i].head,
							   &t, NULL),
				 0);
		shown = show(t);
		assert_string_equal(shown, w.look[i].shown);
		free(shown);
		free(w.look[i].shown);
		dw_statement_destroy(t);
	}
	dw_reader_close(r);
	enginerig_close(&w.rig);
}

static void in_memory(void **state)
{
	(void)state;
	play(NULL);
}

static void in_a_folder(void **state)
{
	char dir[64], command[100];

	(void)state;
	snprintf(dir, sizeof(dir), P_tmpdir "/statement.XXXXXX");
	assert_non_null(mkdtemp(dir));
	play(dir);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_memory),
		cmocka_unit_test(in_a_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
