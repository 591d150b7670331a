/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_PLAYBOOK_H
#define DW_ENGINE_PLAYBOOK_H
/*
 * Playbooks: what is done in a crisis of a kind, by whom and how soon. Some ship with the program, and an
 * organisation makes its own, or its own version of a shipped one. See src/engine/playbooks.c.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "domain/mention.h"
#include "domain/policy.h"
#include "engine/engine.h"

struct dw_db;
struct dw_playbook_copy; /* domain/playbook.h */

#define DW_PLAYBOOKS_OWN_MAX 200
#define DW_PLAYBOOK_BYTES (256u * 1024) /* one as JSON */

struct dw_playbook_info {     /* borrowed until the next turn of the loop */
	uint64_t id, version; /* id 0: as it was shipped */
	struct dw_str slug;
	struct dw_str doc;   /* all of it, a JSON object without id and version */
	struct dw_str brief; /* what a list has of it */
	bool is_builtin;     /* one of this name ships */
};

/* ---- what engine.c uses ---- */

/** Load what there is. r: a reader, without a database when the journal is in memory. */
DW_MUST_USE int dw_playbooks_open(struct dw_playbooks **out, struct dw_engine *e,
				  struct dw_reader *r, struct dw_err *err);
/** NULL is fine. */
void dw_playbooks_destroy(struct dw_playbooks *p);
/** Fold one durable playbook.* event of class PLAYBOOK into the live state. */
void dw_playbooks_apply(struct dw_playbooks *p, const struct dw_stored *e);
/** The same into the read table. */
DW_MUST_USE int dw_playbook_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					      struct dw_err *err);

/* ---- looking; on the loop ---- */

/** All, by name, until fn returns false. */
void dw_playbooks_each(const struct dw_playbooks *p,
		       bool (*fn)(void *data, const struct dw_playbook_info *i),
		       void *data);
/** One by name; false: there is none. */
bool dw_playbooks_get(const struct dw_playbooks *p, struct dw_str slug,
		      struct dw_playbook_info *out);
/** One version in one language, in the arena; NULL: there is no such, or not in that language. */
const struct dw_playbook_copy *dw_playbooks_copy(const struct dw_playbooks *p,
						 struct dw_str slug, struct dw_str lang,
						 struct dw_arena *a);

/** {"id","version","builtin","slug","type","titles"}, and the rest if is_whole. On any thread. */
int dw_playbook_write(struct dw_buf *out, const struct dw_playbook_info *i,
		      bool is_whole);

/* ---- commands ---- */

struct dw_playbook_op;
typedef void (*dw_playbook_cb)(struct dw_playbook_op *op);

/**
 * One command in flight; the caller owns it, all zero before its fields are set, until cb, and ends it
 * with dw_playbook_op_fini. Completion: cb once, on the loop, after the starting function returned.
 */
struct dw_playbook_op {
	/* set by the caller */
	struct dw_principal who;
	uint8_t command[16];
	struct dw_str slug; /* change: which; borrowed until cb */
	struct dw_str body; /* what was sent; borrowed until cb */
	uint64_t version;   /* change: that it was based on; 0 = any */
	int (*also_on_writer)(struct dw_playbook_op *op, struct dw_db *db,
			      struct dw_err *err); /* when `now` is as stored; or NULL */
	dw_playbook_cb cb;
	/* results */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_fault fault;
	struct dw_playbook_info now; /* as this command leaves it; borrowed from the op */
	/* the engine's own */
	struct dw_playbooks *books;
	bool is_change;
	char slug_now[64];
	struct dw_blob *doc;
	struct dw_append append;
	struct dw_record rec;
	struct dw_expect expect;
	struct dw_task done;
	unsigned tries;
};

/** A new one. DW_EINVAL, DW_EEXISTS, DW_EUNPROCESSABLE. */
void dw_playbook_add(struct dw_playbooks *p, struct dw_playbook_op *op);
/** Members of one; of a shipped one this makes a version of one's own. DW_EMOVED, DW_ENOTFOUND. */
void dw_playbook_change(struct dw_playbooks *p, struct dw_playbook_op *op);
void dw_playbook_op_fini(struct dw_playbook_op *op);

#endif
