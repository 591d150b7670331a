/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_OUTBOX_H
#define DW_ENGINE_OUTBOX_H
/*
 * What is published leaves through outlets: which there are, what is on its way, and who carries it. See
 * src/engine/outbox.c.
 */
#include "base/buf.h"
#include "base/jsonw.h"
#include "domain/outbox.h"
#include "domain/policy.h"
#include "engine/engine.h"

struct dw_db;
struct dw_names;
struct dw_outbox;

/* ---- what engine.c uses ---- */

/** Fold what there is. Requires: the rooms and authorities are open. */
DW_MUST_USE int dw_outbox_open(struct dw_outbox **out, struct dw_engine *e,
			       struct dw_reader *r, struct dw_err *err);
/** Nothing more is sent: the journal is about to close. Requires: no carrier. */
void dw_outbox_stop(struct dw_outbox *o);
/** NULL is fine. */
void dw_outbox_destroy(struct dw_outbox *o);
/** Fold one durable event; those that it is not about are let be. The rooms have folded it. */
void dw_outbox_apply(struct dw_outbox *o, const struct dw_stored *e);
/** The same into the read table. */
DW_MUST_USE int dw_outbox_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					    struct dw_err *err);

/* ---- carriers ---- */

#define DW_DELIVERY_BODY_MAX (8u * 1024 * 1024)
#define DW_OUTLET_SECRET 64 /* room for its text */

/* One try to bring a parcel to its outlet. The engine's until send, then the carrier's until
 * dw_delivery_done; what it points at stays. */
struct dw_delivery {
	/* what */
	uint64_t seq, statement, room, outlet;
	enum dw_outlet_kind kind;
	bool is_withdrawal;
	unsigned attempt;
	char key[64];	   /* the same for every try */
	int64_t at;	   /* of the publication or withdrawal */
	struct dw_str url; /* webhook: where to, NUL-terminated */
	char secret[DW_OUTLET_SECRET];
	struct dw_buf body; /* webhook: JSON */
	struct dw_str *to;  /* email: NUL-terminated each */
	size_t n_to;
	bool is_lenient; /* email: one that is refused does not stop the others */
	/* email; p == NULL: there is none */
	struct dw_str title, lang, text, page, reason;
	bool is_correction;
	struct dw_arena *arena; /* owns all that; also for the carrier */
	/* what came of it */
	bool is_ok;
	bool is_gone;	 /* 410: nothing is wanted there any more */
	bool is_held;	 /* nothing left: it was not allowed to any more */
	bool is_refused; /* an address was refused for good: others are not */
	long status;
	unsigned refused;
	int64_t retry_after_s;
	char detail[200]; /* why not; ASCII */
	void *carrier;	  /* the carrier's own */
	/* the outbox's own */
	struct dw_outbox *outbox;
	struct dw_link link;
	struct dw_append append;
	struct dw_record rec;
	char name[4 * DW_OUTLET_NAME_MAX + 1]; /* of the outlet */
};

struct dw_carrier {
	/* bring it there; dw_delivery_done on a later turn */
	void (*send)(void *ctx, struct dw_delivery *d);
	bool has_mail; /* else no outlet of that kind is made */
	void *ctx;
};

/** Who carries. Copied; NULL: nobody any more, what is on its way must be done by then. */
void dw_outbox_set_carrier(struct dw_outbox *o, const struct dw_carrier *c);
/** Asked once more when the connection is there and before the first byte of it leaves. */
bool dw_delivery_may_leave(const struct dw_delivery *d);
/** That try has ended; its results are set. */
void dw_delivery_done(struct dw_delivery *d);

/* ---- looking; on the loop ---- */

const struct dw_outbox_state *dw_outbox_now(const struct dw_outbox *o);

#define DW_OUTLET_OUT_MAX (64u * 1024) /* that one needs as JSON */
/** One outlet with its health, for admins: with where it leads, and a secret that is new (else ""). */
void dw_outlet_write(struct dw_jsonw *w, struct dw_outbox *o, const struct dw_outlet *x,
		     const struct dw_names *names, const char *secret);

struct dw_outbox_stats { /* for /metrics */
	uint64_t made, failed, tries, open;
};
void dw_outbox_stats(const struct dw_outbox *o, struct dw_outbox_stats *out);

/* ---- commands ---- */

struct dw_outlet_op;
typedef void (*dw_outlet_cb)(struct dw_outlet_op *op);

/**
 * One command in flight. The caller owns it and what `wish` points at until cb, and ends it with dw_outlet_op_fini.
 * Completion: cb once, on the loop, after dw_outlet_do returned.
 */
struct dw_outlet_op {
	/* set by the caller; all else zero */
	enum dw_event_type type; /* OUTLET_ADDED, _CHANGED, _REMOVED: what is wanted */
	struct dw_principal who;
	uint64_t id, version; /* of the last two; version 0: any */
	struct dw_outlet_wish wish;
	const char *why; /* we pause it ourselves; else NULL */
	uint8_t command[16];
	/* In the same transaction, on the writer, when fact has its number; db is NULL in memory.
	 * May be NULL. */
	int (*also_on_writer)(struct dw_outlet_op *op, struct dw_db *db,
			      struct dw_err *err);
	dw_outlet_cb cb;
	void *data;
	/* results */
	int status;
	struct dw_err err;
	struct dw_fault fault;
	struct dw_outlet_fact fact;    /* seq 0: it was so already */
	char secret[DW_OUTLET_SECRET]; /* of a new webhook: shown once */
	/* the engine's own */
	struct dw_outbox *outbox;
	struct dw_arena *arena; /* owns what fact points at */
	struct dw_str address;	/* as it will be; p == NULL: as it was */
	struct dw_append append;
	struct dw_record rec;
	struct dw_expect expect;
	struct dw_task done;
	unsigned tries;
};

void dw_outlet_do(struct dw_outbox *o, struct dw_outlet_op *op);
void dw_outlet_op_fini(struct dw_outlet_op *op);

#endif
