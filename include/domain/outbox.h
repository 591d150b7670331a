/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_OUTBOX_H
#define DW_DOMAIN_OUTBOX_H
/*
 * Where published statements go besides the newsroom, and what is still on its way. Plain data, folded
 * from outlet.*, statement.published and .withdrawn, and delivery.* events.
 *
 * Glossary: an outlet is a webhook or a list of mail addresses; a parcel is one publication or
 * withdrawal for one outlet; it is open until a delivery.made or .failed names it.
 */
#include "base/arena.h"
#include "base/blob.h"
#include "domain/incident.h"
#include "domain/statement_fact.h"

#define DW_OUTLETS_MAX 100
#define DW_OUTLET_NAME_MAX 100	/* characters */
#define DW_OUTLET_TO_MAX 50	/* addresses of one */
#define DW_MAIL_ADDRESS_MAX 254 /* bytes */

enum dw_outlet_kind { DW_OUTLET_WEBHOOK, DW_OUTLET_EMAIL, DW_OUTLET_KINDS };

/* As the journal knows it: where exactly it leads is not said there (engine/outbox.h). */
struct dw_outlet {
	uint64_t id, version,
		by; /* seq of outlet.added; of its last event; who added it */
	int64_t at;
	enum dw_outlet_kind kind;
	struct dw_str name, host; /* host: of a webhook's address */
	unsigned n_to;		  /* addresses of a list */
	unsigned channels,
		readers; /* bits by enum dw_channel, dw_readership: what it gets */
	bool is_paused;
	struct dw_str why; /* we paused it ourselves; p == NULL: people did */
};

/* What an outlet.* event says: all of the outlet, not what changed. */
struct dw_outlet_fact {
	enum dw_event_type type;
	uint64_t seq, actor;
	int64_t recorded_at;
	struct dw_outlet now; /* now.id: of .changed and .removed */
};

/* One try after the other, in memory alone. */
struct dw_parcel_tries {
	unsigned n;	    /* that have ended */
	int64_t first, due; /* µs; 0: none was made; at once */
	bool is_out;	    /* one is on its way */
	bool is_lenient;    /* an address was refused for good: go on without it */
};

struct dw_parcel {
	uint64_t seq; /* of the publication or withdrawal */
	uint64_t statement, room, outlet;
	bool is_withdrawal;
	struct dw_parcel_tries tries; /* whoever carries it keeps them */
};

struct dw_outbox_state {
	struct dw_arena *arena; /* owns texts */
	DW_VECTOR(struct dw_outlet) outlets;
	DW_VECTOR(struct dw_parcel) open; /* in order of seq */
};

struct dw_outbox_state *dw_outbox_state_create(void);
/** NULL is fine. */
void dw_outbox_state_destroy(struct dw_outbox_state *o);

/** Fold an outlet.* event; total. Texts must live as long as o: read them into o->arena. */
void dw_outbox_outlet(struct dw_outbox_state *o, const struct dw_outlet_fact *f);

/* A statement.published or .withdrawn. */
struct dw_leaving {
	uint64_t seq, statement, room;
	unsigned channel, reader; /* of the version */
	bool is_withdrawal;
};
/**
 * Open a parcel for each outlet that gets such. A withdrawal closes those of the statement that have not
 * left: what was taken back must not go out any more.
 */
void dw_outbox_leave(struct dw_outbox_state *o, const struct dw_leaving *l);
/** A delivery.* about that seq and outlet: nothing is open there any more. */
void dw_outbox_done(struct dw_outbox_state *o, uint64_t seq, uint64_t outlet);

/* ---- looking ---- */

const struct dw_outlet *dw_outbox_find(const struct dw_outbox_state *o, uint64_t id);
/** NULL: it is not open. Until the next event. */
struct dw_parcel *dw_outbox_parcel(struct dw_outbox_state *o, uint64_t seq,
				   uint64_t outlet);
/** Is there nothing before it for the same outlet and statement? */
bool dw_outbox_is_first(const struct dw_outbox_state *o, const struct dw_parcel *p);

/* How long we go on. µs. */
struct dw_patience {
	int64_t first_wait; /* behind the first failure */
	int64_t give_up;    /* from the first try */
};
/**
 * A try failed at `now`: when is the next? 0: no more. Waits grow threefold, up to four hours, give or
 * take a quarter (by `random`); not before retry_after, and the last one is at the end of the patience.
 */
int64_t dw_parcel_next(const struct dw_parcel_tries *t, const struct dw_patience *p,
		       int64_t now, int64_t retry_after, uint32_t random);

/* ---- outlet_json.c ---- */

/** "webhook", "email"; NULL past the last. */
const char *dw_outlet_kind_name(unsigned kind);
/** The payload of an outlet.* event; a new blob. */
struct dw_blob *dw_outlet_payload(const struct dw_outlet_fact *f);
/** Read one of ours into `arena`; total. The envelope's members are the caller's. */
void dw_outlet_read(struct dw_outlet_fact *f, struct dw_str payload,
		    struct dw_arena *arena);

enum dw_outlet_has {
	DW_OUTLET_HAS_NAME = 1,
	DW_OUTLET_HAS_URL = 2,
	DW_OUTLET_HAS_TO = 4,
	DW_OUTLET_HAS_CHANNELS = 8,
	DW_OUTLET_HAS_READERS = 16,
	DW_OUTLET_HAS_PAUSED = 32,
};

/* What somebody wants of an outlet. */
struct dw_outlet_wish {
	unsigned has;
	enum dw_outlet_kind kind; /* of a new one */
	struct dw_str name, url;
	struct dw_str *to;
	size_t n_to;
	unsigned channels, readers;
	bool is_paused;
};

/**
 * Read the body of a command, which is hostile, into `arena`. is_new: with its kind, and what that
 * needs. 0, or DW_EINVAL with the place and the reason.
 */
DW_MUST_USE int dw_outlet_parse(struct dw_outlet_wish *w, struct dw_str json, bool is_new,
				struct dw_arena *arena, struct dw_fault *fault);
/** local@domain in ASCII, in letters that need no quoting on the way? */
bool dw_mail_address_is_valid(struct dw_str s);
/** The host of a checked address. */
struct dw_str dw_outlet_host(struct dw_str url);

/* What a delivery.made or .failed says. */
struct dw_delivery_fact {
	enum dw_event_type type;
	uint64_t statement, seq, outlet;
	struct dw_str name; /* of the outlet, then */
	enum dw_outlet_kind kind;
	bool is_withdrawal;
	unsigned attempt;     /* which one it was */
	long status;	      /* of HTTP or SMTP; 0: there was no answer */
	unsigned refused;     /* addresses that the mail server did not take */
	struct dw_str detail; /* why not: .failed */
};

struct dw_blob *dw_delivery_payload(const struct dw_delivery_fact *f);
/** seq and outlet of one of ours; false: it names none. */
bool dw_delivery_read(struct dw_str payload, uint64_t *seq, uint64_t *outlet);

#endif
