/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_AUTHORITY_H
#define DW_ENGINE_AUTHORITY_H
/*
 * Who may let statements go, as it is now; commands to that; and signatures of approvers. See
 * src/engine/authority.c.
 */
#include "base/buf.h"
#include "base/jsonw.h"
#include "domain/authority.h"
#include "domain/statement_fact.h"
#include "domain/version.h"
#include "engine/engine.h"

struct dw_db;
struct dw_names;

/* ---- what engine.c uses ---- */

/** Fold what there is. r: a reader, without a database when the journal is in memory. */
DW_MUST_USE int dw_authorities_open(struct dw_authorities **out, struct dw_engine *e,
				    struct dw_reader *r, struct dw_err *err);
/** NULL is fine. */
void dw_authorities_destroy(struct dw_authorities *a);
/** Fold one durable event of class AUTHORITY, or a publication, into the live state. */
void dw_authorities_apply(struct dw_authorities *a, const struct dw_stored *e);
/** The same into the read table. */
DW_MUST_USE int dw_authority_project_on_writer(struct dw_db *db,
					       const struct dw_stored *e,
					       struct dw_err *err);

/* ---- looking; on the loop ---- */

/**
 * As it is now. Borrowed until the next turn of the loop. What is decided on it names
 * DW_KEY_OUTGOING in its append.
 */
const struct dw_authority *dw_authorities_now(const struct dw_authorities *a);
/** What is stopped: {"frozen":{…}|null}. */
void dw_outgoing_write(struct dw_jsonw *w, const struct dw_authority *a,
		       const struct dw_names *names, int64_t now);
/** {"id","version","rules":[…]}; version 0: nobody has set any. */
void dw_policy_write(struct dw_jsonw *w, const struct dw_authority *a);
/** {"version","contacts":{…}}; version 0: nobody has set any. */
void dw_contacts_show(struct dw_jsonw *w, const struct dw_authority *a);
void dw_sign_key_write(struct dw_jsonw *w, const struct dw_sign_key *k,
		       const struct dw_names *names);
void dw_deputy_write(struct dw_jsonw *w, const struct dw_deputy *d,
		     const struct dw_names *names);

/** With what it was used for and who still has to sign; now: whether it is over. */
void dw_envelope_write(struct dw_jsonw *w, const struct dw_envelope *e,
		       const struct dw_names *names, int64_t now);

/* ---- signatures ---- */

/**
 * Where this record comes from, as signatures name it: "diwan/" and 16 hex digits that belong to
 * the identity key. The same after every start.
 */
const char *dw_authorities_origin(const struct dw_authorities *a);

#define DW_NONCE_TEXT 33 /* with its NUL */
#define DW_NONCE_S 600	 /* how long one is good for */

/** A nonce for one signature of `user` about one statement. DW_EBUSY: they have too many open. */
DW_MUST_USE int dw_nonce_make(struct dw_authorities *a, uint64_t user, uint64_t statement,
			      char out[DW_NONCE_TEXT], int64_t *expires,
			      struct dw_err *err);
/**
 * Is that their signature? Uses up the nonce, also when it is not. v: all but expires, nonce and
 * origin. DW_EFORBIDDEN, with the reason: no key of theirs, not confirmed, revoked; nonce or time over; or the
 * signature is of something else.
 */
DW_MUST_USE int dw_signature_check(struct dw_authorities *a, uint64_t user,
				   const struct dw_signed_verdict *v,
				   const struct dw_signature *sig, struct dw_err *err);

/* ---- commands ---- */

struct dw_authority_op;
typedef void (*dw_authority_cb)(struct dw_authority_op *op);

/**
 * One command in flight; the caller owns it until cb, begins it with dw_authority_op_init and ends it with
 * dw_authority_op_fini. Completion: cb once, on the loop, after dw_authority_do returned.
 */
struct dw_authority_op {
	/* set by the caller */
	struct dw_authority_command
		cmd; /* type, who, child, version, f; the rest is filled in */
	uint8_t command[16];
	int (*also_on_writer)(
		struct dw_authority_op *op, struct dw_db *db,
		struct dw_err *err); /* when `fact` has its number; or NULL */
	dw_authority_cb cb;
	struct dw_arena *arena; /* what cmd.f points at */
	/* results */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_fault fault;
	struct dw_authority_fact fact; /* what happened; seq 0: it was so already */
	/* the engine's own */
	struct dw_authorities *owner;
	struct dw_append append;
	struct dw_record rec;
	struct dw_expect expect[2];
	struct dw_task done;
	unsigned tries;
};

/** Zeroes it. */
void dw_authority_op_init(struct dw_authority_op *op);
void dw_authority_op_fini(struct dw_authority_op *op);
/** Decide, append, decide again when somebody else was first. */
void dw_authority_do(struct dw_authorities *a, struct dw_authority_op *op);

#endif
