/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_OUTBOX_INT_H
#define DW_OUTBOX_INT_H
/* What the files about outlets share. */
#include "base/map.h"
#include "engine/outbox.h"

/* What the journal does not say of an outlet: where it leads, and how it is doing. */
struct outlet_beside {
	char *address; /* as in outlet_address; NULL: not there yet */
	char secret[DW_OUTLET_SECRET];
	int64_t last_success_at, error_at;
	char error[200];
	unsigned failures; /* in a row */
	unsigned n_out;	   /* on their way */
};

struct dw_outbox {
	struct dw_engine *engine;
	struct dw_outbox_state *state;
	struct dw_map *beside;	/* id → struct outlet_beside */
	struct dw_link sent;	/* struct dw_delivery: carried, or being recorded */
	struct dw_link pausing; /* struct dw_outlet_op: of outlets that are gone */
	unsigned n_out;		/* carried */
	struct dw_carrier carrier;
	bool has_carrier, is_stopped;
	struct dw_task look;
	struct dw_deadline tick;
	int cls_tick;
	struct dw_outbox_stats stats;
};

/* ---- outbox.c ---- */

/** What is beside the outlet; made when it is not there. */
struct outlet_beside *outbox_beside(struct dw_outbox *o, uint64_t id);
/** Something may leave by now. */
void outbox_look_soon(struct dw_outbox *o);

/* ---- outbox_send.c ---- */

/** Send what is due, as far as there is room. */
void outbox_look(struct dw_outbox *o);
void outbox_deliveries_free(struct dw_outbox *o);

/* ---- outbox_show.c ---- */

/** Fill a delivery from the statement as it was published; false: that is not to be told any more. */
bool outbox_fill(struct dw_outbox *o, struct dw_delivery *d);

/* ---- outlet_op.c ---- */

/** Pause it ourselves, and say why. */
void outlet_pause(struct dw_outbox *o, uint64_t id, const char *why);
void outlet_pauses_free(struct dw_outbox *o);

#endif
