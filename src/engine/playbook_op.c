/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbook_op.c - one command about playbooks, from its start to its answer.
 *
 *   start ─► decide ─► append ─► durable, folded ─► cb
 *              ▲          │
 *              └─ conflict┘
 *
 * An event says all of the playbook, so a version is read from one place, and what was started
 * long ago can be looked up as it was. The first version of one's own of a shipped one is a
 * playbook.added: no event made the shipped one that it could change.
 */
#include "playbooks_int.h"

#include <stdio.h>

#define TRIES 8

static void on_done(struct dw_task *t)
{
	struct dw_playbook_op *op = DW_CONTAINER_OF(t, struct dw_playbook_op, done);

	op->cb(op);
}

static void finish(struct dw_playbook_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->books->engine)->loop, &op->done);
}

void dw_playbook_op_fini(struct dw_playbook_op *op)
{
	dw_blob_unref(op->rec.payload);
	dw_blob_unref(op->doc);
	op->rec.payload = op->doc = NULL;
}

/* ---- deciding ---- */

static int decide_add(struct dw_playbook_op *op)
{
	struct dw_str none = { NULL, 0 };
	int rc = playbook_parse(op->body, none, &op->doc, &op->fault);

	if (rc < 0)
		return rc;
	DW_INVARIANT(playbook_slug(dw_str_make((const char *)op->doc->data, op->doc->len),
				   op->slug_now));
	if (dw_playbooks_get(op->books, dw_str_of(op->slug_now), &op->now)) {
		(void)dw_fault_set(&op->fault, "/slug",
				   "there is a playbook of this name: change that one");
		return DW_EEXISTS;
	}
	op->now = (struct dw_playbook_info){ .slug = dw_str_of(op->slug_now) };
	return 0;
}

static int decide_change(struct dw_playbook_op *op)
{
	struct dw_str old;
	int rc;

	if (!dw_playbooks_get(op->books, op->slug, &op->now))
		return dw_fail(&op->err, DW_ENOTFOUND,
			       "there is no playbook of this name");
	if (op->version != 0 && op->version != op->now.version)
		return dw_fail(&op->err, DW_EMOVED,
			       "the playbook has changed since version %llu",
			       (unsigned long long)op->version);
	old = op->now.doc;
	rc = playbook_parse(op->body, old, &op->doc, &op->fault);
	if (rc < 0)
		return rc;
	snprintf(op->slug_now, sizeof(op->slug_now), "%.*s", (int)op->now.slug.n,
		 op->now.slug.p);
	op->now.slug = dw_str_of(op->slug_now);
	return 0;
}

/* ---- the way ---- */

static void commit(struct dw_playbook_op *op);

static void take_numbers(struct dw_playbook_op *op)
{
	if (op->now.id == 0)
		op->now.id = op->rec.seq;
	op->now.version = op->rec.seq;
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_playbook_op *op = DW_CONTAINER_OF(a, struct dw_playbook_op, append);
	uint64_t id = op->now.id;
	int rc;

	take_numbers(op);
	rc = op->also_on_writer != NULL ? op->also_on_writer(op, db, err) : 0;
	op->now.id = id; /* this may be tried again under another number */
	return rc;
}

static void on_appended(struct dw_append *a)
{
	struct dw_playbook_op *op = DW_CONTAINER_OF(a, struct dw_playbook_op, append);

	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		commit(op);
		return;
	}
	if (a->status < 0)
		op->err = a->err;
	else
		take_numbers(op);
	finish(op, a->status);
}

static void make_record(struct dw_playbook_op *op)
{
	enum dw_event_type type =
		op->now.id == 0 ? DW_EV_PLAYBOOK_ADDED : DW_EV_PLAYBOOK_CHANGED;
	const struct dw_event_info *info = dw_event_info(type);

	op->now.doc = dw_str_make((const char *)op->doc->data, op->doc->len);
	memset(&op->rec, 0, sizeof(op->rec));
	op->rec.type = info->name;
	op->rec.type_version = (uint16_t)info->version;
	op->rec.actor = op->who.id;
	op->rec.moves = DW_KEY_PLAYBOOKS;
	memcpy(op->rec.command, op->command, sizeof(op->rec.command));
	op->rec.payload = op->now.id == 0 ? dw_blob_ref(op->doc)
					  : playbook_changed(op->now.id, op->now.doc);
}

static void commit(struct dw_playbook_op *op)
{
	struct dw_engine *e = op->books->engine;
	struct dw_journal *j = dw_engine_journal(e);
	int rc;

	dw_playbook_op_fini(op);
	op->expect = (struct dw_expect){ DW_KEY_PLAYBOOKS,
					 dw_journal_position(j, DW_KEY_PLAYBOOKS) };
	rc = op->is_change ? decide_change(op) : decide_add(op);
	if (rc == 0 && op->now.id == 0 && op->books->n_own >= DW_PLAYBOOKS_OWN_MAX)
		rc = dw_fail(&op->err, DW_EUNPROCESSABLE,
			     "there are as many playbooks as there may be");
	if (rc < 0) {
		finish(op, rc);
		return;
	}
	make_record(op);
	memset(&op->append, 0, sizeof(op->append));
	op->append.recs = &op->rec;
	op->append.n = 1;
	op->append.expect = &op->expect;
	op->append.n_expect = 1;
	op->append.also_on_writer = also_on_writer;
	op->append.cb = on_appended;
	rc = dw_engine_append(e, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
	}
}

static void start(struct dw_playbooks *p, struct dw_playbook_op *op, bool is_change)
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->books == NULL);
	op->books = p;
	op->is_change = is_change;
	dw_task_init(&op->done, on_done);
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(p->engine), op->command, sizeof(op->command));
	commit(op);
}

void dw_playbook_add(struct dw_playbooks *p, struct dw_playbook_op *op)
{
	start(p, op, false);
}

void dw_playbook_change(struct dw_playbooks *p, struct dw_playbook_op *op)
{
	start(p, op, true);
}
