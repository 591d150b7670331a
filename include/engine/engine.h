/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_ENGINE_H
#define DW_ENGINE_ENGINE_H
/*
 * The pipeline: decide → append → (durable) → apply to live state → tell the watchers → answer
 * the caller. Nobody is told of anything that is not durable.
 */
#include "base/clock.h"
#include "rt/pool.h"
#include "rt/timer.h"
#include "store/journal.h"

struct dw_engine;
struct dw_account;     /* engine/account.h */
struct dw_authorities; /* engine/authority.h */
struct dw_feed;	       /* engine/feed.h */
struct dw_names;       /* engine/names.h */
struct dw_outbox;      /* engine/outbox.h */
struct dw_playbooks;   /* engine/playbook.h */
struct dw_principal;   /* domain/policy.h */
struct dw_rooms;       /* engine/room.h */
struct dw_sources;     /* engine/source.h */
struct dw_uploads;     /* engine/upload.h */
struct dw_verifier;    /* engine/verifier.h */

struct dw_engine_conf {
	const char *dir; /* data folder, locked by the caller; NULL: journal in memory */
	struct dw_loop *loop;
	struct dw_timers *timers;
	const struct dw_clock *clock;
	size_t ring_bytes;	     /* of recent frames kept in memory */
	unsigned session_idle_s;     /* 8 hours */
	unsigned session_absolute_s; /* 7 days */
	unsigned sign_in_per_minute; /* failed attempts an account or address may make */
	unsigned source_blind_s;     /* without success, and a feed is blind; 0: 300 */
	unsigned source_interval_min_s; /* that a feed may be asked in; 0: 30 */
	unsigned outlet_retry_s;	/* behind the first failure of a delivery; 0: 5 */
	unsigned outlet_give_up_s;	/* behind the first try of one; 0: a day */
	unsigned verify_per_s;	/* events of its own record checked by itself; 0: none */
	const char *public_url; /* that links begin with; NULL: there are none */
	void (*on_progress)(uint64_t n,
			    uint64_t total); /* views being rebuilt; may be NULL */
	bool without_search; /* for measuring what the index costs: nothing is indexed */
};

DW_MUST_USE int dw_engine_open(struct dw_engine **out, const struct dw_engine_conf *conf,
			       struct dw_err *err);
/** Everything durable, all threads joined, then cb; frees the engine. */
void dw_engine_close(struct dw_engine *e, void (*cb)(void *data), void *data);

const struct dw_engine_conf *dw_engine_conf(const struct dw_engine *e);
const struct dw_clock *dw_engine_clock(const struct dw_engine *e);
struct dw_journal *dw_engine_journal(struct dw_engine *e);
struct dw_account *dw_engine_account(struct dw_engine *e);
struct dw_feed *dw_engine_feed(struct dw_engine *e);
struct dw_sources *dw_engine_sources(struct dw_engine *e);
struct dw_rooms *dw_engine_rooms(struct dw_engine *e);
struct dw_playbooks *dw_engine_playbooks(struct dw_engine *e);
struct dw_authorities *dw_engine_authorities(struct dw_engine *e);
struct dw_outbox *dw_engine_outbox(struct dw_engine *e);
struct dw_uploads *dw_engine_uploads(struct dw_engine *e);
/*
 * Each kind of slow work has threads of its own, so that none holds up another. `local` is the
 * thread's struct dw_reader where it says so, else NULL.
 */
/** Answers to requests: asked for by dw_engine_read. Two threads with readers. */
struct dw_pool *dw_engine_reads(struct dw_engine *e);
/**
 * Chunks for watchers who are behind, and of files that are being sent. Two threads with readers, no
 * bound: a watcher has one, and so has a file.
 */
struct dw_pool *dw_engine_past(struct dw_engine *e);
/** Copies of the whole database. One thread, no bound: api allows one at a time. */
struct dw_pool *dw_engine_backups(struct dw_engine *e);
/** Argon2id. Two threads, a queue of 16. */
struct dw_pool *dw_engine_passwords(struct dw_engine *e);
/** The verifier's alone: one thread with a reader, which gives way to all others. */
struct dw_pool *dw_engine_verifying(struct dw_engine *e);
/** NULL: nothing is verified by itself. */
const struct dw_verifier *dw_engine_verifier(const struct dw_engine *e);
/** Key of mention identities: kept in DIR/identity.key (0600), never in the database. */
const uint8_t *dw_engine_identity_key(const struct dw_engine *e); /* 32 bytes */

/**
 * Let a thread with a reader do this on behalf of `who`. DW_EUNAVAILABLE: too much is waiting;
 * DW_EBUSY: this caller has its share. Counted, and on_done is then never called.
 */
DW_MUST_USE int dw_engine_read(struct dw_engine *e, const struct dw_principal *who,
			       struct dw_work *w, struct dw_err *err);
/** How often it was not taken. */
uint64_t dw_engine_reads_refused(const struct dw_engine *e);
/** dw_journal_append, counted. Same contract. */
DW_MUST_USE int dw_engine_append(struct dw_engine *e, struct dw_append *a);
/** Refusing writes (failed disk)? Reads and streams go on. */
bool dw_engine_is_read_only(const struct dw_engine *e);

#endif
