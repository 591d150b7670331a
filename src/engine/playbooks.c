/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbooks.c - which playbooks there are, in memory: those that ship, and the organisation's own.
 *
 * A shipped one is a file of schema/playbooks, version 1 and without an id, because no event made
 * it. A version of one's own under the same name stands in its place. There are few of them, and
 * each is kept as the JSON that it is sent as; a room gets a copy in one language.
 */
#include "playbooks_int.h"

#include "base/embed.h"
#include "store/db.h"

#include <stdlib.h>

#define FOLDER "schema/playbooks/"

static const char load_sql[] = "SELECT id, version FROM playbook ORDER BY id";
static const char add_sql[] = "INSERT INTO playbook (id, version) VALUES (?1, ?1)";
static const char change_sql[] = "UPDATE playbook SET version = ?2 WHERE id = ?1";

void playbook_info(const struct playbook *b, struct dw_playbook_info *out)
{
	*out = (struct dw_playbook_info){
		.id = b->id,
		.version = b->version,
		.slug = dw_str_of(b->slug),
		.doc = dw_blob_str(b->doc),
		.brief = dw_blob_str(b->brief),
		.is_builtin = b->is_builtin,
	};
}

/* The one of that name, made if need be; the list stays in order. */
static struct playbook *find_or_add(struct dw_playbooks *p, const char *slug)
{
	struct playbook *b = dw_map_get(p->by_slug, dw_str_of(slug));
	struct dw_link *l;

	if (b != NULL)
		return b;
	b = calloc(1, sizeof(*b));
	DW_INVARIANT(b != NULL);
	b->slug = strdup(slug);
	DW_INVARIANT(b->slug != NULL);
	(void)dw_map_put(p->by_slug, dw_str_of(slug), b);
	for (l = p->all.next; l != &p->all; l = l->next)
		if (strcmp(DW_CONTAINER_OF(l, struct playbook, link)->slug, slug) > 0)
			break;
	dw_list_push(l, &b->link); /* in front of l */
	return b;
}

/* Takes the blob. */
static void set_doc(struct playbook *b, struct dw_blob *doc)
{
	dw_blob_unref(b->doc);
	dw_blob_unref(b->brief);
	b->doc = doc;
	b->brief = playbook_brief(dw_blob_str(doc));
}

/* ---- opening ---- */

/* Packed twins for the web are embedded beside all JSON. */
static bool is_playbook(struct dw_str name)
{
	return name.n > 5 && dw_str_starts(name, DW_STR(FOLDER)) &&
	       memcmp(name.p + name.n - 5, ".json", 5) == 0;
}

/* What ships was checked by its test; it is stored as if it had been sent. */
static void load_builtin(struct dw_playbooks *p, const struct dw_embed *file)
{
	struct dw_str text = dw_str_make((const char *)file->data, file->len);
	struct dw_str none = { NULL, 0 };
	struct dw_blob *doc = NULL;
	struct dw_fault f;
	struct playbook *b;
	char slug[64];

	DW_INVARIANT(playbook_parse(text, none, &doc, &f) == 0);
	DW_INVARIANT(playbook_slug(text, slug));
	b = find_or_add(p, slug);
	b->version = 1;
	b->is_builtin = true;
	set_doc(b, doc);
}

static bool on_event(void *data, const struct dw_stored *e)
{
	dw_playbooks_apply(data, e);
	return false;
}

static int load(struct dw_playbooks *p, struct dw_reader *r, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *q = dw_db_stmt(db, load_sql, err);
	uint64_t last;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1) {
		uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);
		uint64_t version = (uint64_t)sqlite3_column_int64(q, 1);

		rc = dw_reader_scan(r, id - 1, 1, on_event, p, &last, err);
		if (rc == 0 && version != id)
			rc = dw_reader_scan(r, version - 1, 1, on_event, p, &last, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	return rc;
}

int dw_playbooks_open(struct dw_playbooks **out, struct dw_engine *e, struct dw_reader *r,
		      struct dw_err *err)
{
	struct dw_playbooks *p = calloc(1, sizeof(*p));
	int rc = 0;

	DW_INVARIANT(p != NULL);
	p->engine = e;
	p->by_slug = dw_map_create();
	dw_list_init(&p->all);
	for (size_t i = 0; i < dw_embed_count(); i++)
		if (is_playbook(dw_str_of(dw_embed_at(i)->name)))
			load_builtin(p, dw_embed_at(i));
	if (dw_reader_db(r) != NULL)
		rc = load(p, r, err);
	if (rc < 0) {
		dw_playbooks_destroy(p);
		return dw_wrap(err, rc, "loading playbooks");
	}
	*out = p;
	return 0;
}

void dw_playbooks_destroy(struct dw_playbooks *p)
{
	struct dw_link *l;

	if (p == NULL)
		return;
	while ((l = dw_list_pop(&p->all)) != NULL) {
		struct playbook *b = DW_CONTAINER_OF(l, struct playbook, link);

		dw_blob_unref(b->doc);
		dw_blob_unref(b->brief);
		free(b->slug);
		free(b);
	}
	dw_map_destroy(p->by_slug);
	free(p);
}

/* ---- folding ---- */

void dw_playbooks_apply(struct dw_playbooks *p, const struct dw_stored *e)
{
	struct playbook *b;
	char slug[64];

	if (e->payload.p == NULL || !playbook_slug(e->payload, slug))
		return;
	b = find_or_add(p, slug);
	if (dw_event_by_name(e->type) == DW_EV_PLAYBOOK_ADDED) {
		p->n_own += b->id == 0;
		b->id = e->seq;
		set_doc(b, dw_blob_new(e->payload.p, e->payload.n));
	} else {
		set_doc(b, playbook_doc(e->payload));
	}
	b->version = e->seq;
}

int dw_playbook_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				  struct dw_err *err)
{
	bool is_new = dw_event_by_name(e->type) == DW_EV_PLAYBOOK_ADDED;
	uint64_t id = is_new		     ? e->seq
		      : e->payload.p != NULL ? playbook_changed_id(e->payload)
					     : 0;
	sqlite3_stmt *q;

	if (id == 0)
		return 0;
	q = dw_db_stmt(db, is_new ? add_sql : change_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, id);
	if (!is_new)
		dw_db_bind_u64(q, 2, e->seq);
	return dw_db_run(db, q, err);
}

/* ---- looking ---- */

void dw_playbooks_each(const struct dw_playbooks *p,
		       bool (*fn)(void *data, const struct dw_playbook_info *i),
		       void *data)
{
	DW_LIST_EACH(l, &p->all) {
		struct dw_playbook_info i;

		playbook_info(DW_CONTAINER_OF(l, struct playbook, link), &i);
		if (!fn(data, &i))
			return;
	}
}

bool dw_playbooks_get(const struct dw_playbooks *p, struct dw_str slug,
		      struct dw_playbook_info *out)
{
	const struct playbook *b = dw_map_get(p->by_slug, slug);

	if (b != NULL)
		playbook_info(b, out);
	return b != NULL;
}

const struct dw_playbook_copy *dw_playbooks_copy(const struct dw_playbooks *p,
						 struct dw_str slug, struct dw_str lang,
						 struct dw_arena *a)
{
	struct dw_playbook_info i;

	return dw_playbooks_get(p, slug, &i) ? playbook_copy(i.doc, i.version, lang, a)
					     : NULL;
}
