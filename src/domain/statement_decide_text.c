/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_decide_text.c - typing, and what a stretch of the text rests on.
 *
 * Nothing is rebased here: updates that start from another revision than the draft's go back to the
 * page with those that came between (strict, as @codemirror/collab wants it). All are taken, or none.
 */
#include "statement_decide_int.h"

#include <stdio.h>

static int check_tabs(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	size_t more = 0;

	for (size_t i = 0; i < c->n_updates; i++) {
		const struct dw_tab *tab = dw_statement_tab(d->t, c->update[i].client);
		char at[40];

		more += tab == NULL;
		if (tab == NULL || tab->user == c->who.id)
			continue;
		snprintf(at, sizeof(at), "/updates/%zu/client", i);
		return refuse_statement(d, DW_EFORBIDDEN, at,
					"somebody else types under this name");
	}
	if (d->t->tabs.n + more > DW_TABS_MAX)
		return refuse_statement(
			d, DW_EUNPROCESSABLE, "/updates",
			"this text was typed in by %d tabs: begin another", DW_TABS_MAX);
	return 0;
}

/* Try them out, each on what the one before it left. */
static int check_updates(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	char at[sizeof(d->fault->pointer)];
	struct dw_fault inner;
	struct dw_draft draft;
	int rc = 0;

	dw_draft_init(&draft);
	dw_draft_copy(&draft, &d->t->draft);
	for (size_t i = 0; rc == 0 && i < c->n_updates; i++) {
		rc = dw_draft_apply(&draft, &c->update[i].change, c->who.id, &inner);
		if (rc < 0)
			snprintf(at, sizeof(at), "/updates/%zu/changes%.30s", i,
				 inner.pointer);
	}
	dw_draft_fini(&draft);
	return rc < 0 ? refuse_statement(d, rc, at, "%s", inner.detail) : 0;
}

int decide_type(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	struct dw_statement_fact *f;
	int rc = check_revision(d);

	if (rc == 0)
		rc = check_tabs(d);
	if (rc == 0 && d->t->revision + c->n_updates > DW_REVISIONS_MAX)
		rc = refuse_statement(d, DW_EUNPROCESSABLE, "/updates",
				      "this text was changed as often as it may be: "
				      "begin another");
	if (rc == 0)
		rc = check_updates(d);
	if (rc < 0 || c->n_updates == 0)
		return rc;
	f = plan_statement(d, DW_EV_DRAFT_CHANGED);
	f->revision = d->t->revision + c->n_updates;
	f->update = c->update;
	f->n_updates = c->n_updates;
	return 0;
}

int decide_rest(struct stating *d)
{
	const struct dw_statement *t = d->t;
	struct dw_rest rest;
	int rc = check_revision(d);

	if (rc == 0)
		rc = check_rest(d, &t->draft, &d->c->rest, "", &rest);
	for (size_t i = 0; rc == 0 && i < t->rests.n; i++) {
		if (!rests_are_same(&t->rests.p[i], 1, &rest, 1))
			continue;
		d->p->rest = t->rests.p[i];
		return 0;
	}
	if (rc == 0 && t->rests.n >= DW_RESTS_MAX)
		rc = refuse_statement(d, DW_EUNPROCESSABLE, "",
				      "a text rests on %d claims at most", DW_RESTS_MAX);
	if (rc == 0)
		plan_statement(d, DW_EV_STATEMENT_LINKED)->rest = rest;
	return rc;
}

int decide_unrest(struct stating *d)
{
	for (size_t i = 0; i < d->t->rests.n; i++) {
		if (d->t->rests.p[i].id != d->c->rest.id)
			continue;
		plan_statement(d, DW_EV_STATEMENT_UNLINKED)->rest.id = d->c->rest.id;
		return 0;
	}
	return refuse_statement(d, DW_ENOTFOUND, "",
				"nothing in this text rests on a link of this id");
}
