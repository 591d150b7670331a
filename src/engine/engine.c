/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * engine.c - the pipeline and what it owns.
 *
 *   append ──► journal ──► on_durable: live state, then feed ──► the append's own callback
 *
 * The journal calls on_durable before the callback of the append, so by the time a caller is
 * answered the live state has moved and the watchers are in line.
 *
 * Opening goes up the floors (journal, pools, key, accounts, feed), closing comes down again:
 * first the pools, because their readers must be gone when the journal takes its last
 * checkpoint.
 */
#include "engine/engine.h"

#include "base/log.h"
#include "engine/account.h"
#include "engine/authority.h"
#include "engine/feed.h"
#include "engine/ingest.h"
#include "engine/keyfile.h"
#include "engine/outbox.h"
#include "engine/playbook.h"
#include "engine/projection.h"
#include "engine/room.h"
#include "engine/source.h"
#include "engine/upload.h"
#include "engine/verifier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Waiting reads: at a millisecond each the last one is answered in an eighth of a second. */
#define READS_MAX 256
#define READS_EACH 32

enum pool { READS, PAST, BACKUPS, PASSWORDS, VERIFYING, POOLS };

struct dw_engine {
	struct dw_engine_conf conf;
	struct dw_projector projector;
	struct dw_journal *journal;
	struct dw_pool *pool[POOLS];
	unsigned n_pools; /* open */
	uint64_t reads_refused;
	struct dw_account *account;
	struct dw_sources *sources;
	struct dw_rooms *rooms;
	struct dw_playbooks *playbooks;
	struct dw_authorities *authorities;
	struct dw_outbox *outbox;
	struct dw_uploads *uploads;
	struct dw_feed *feed;
	struct dw_verifier *verifier; /* NULL: nothing is verified by itself */
	uint8_t identity_key[32];
	struct dw_append key_note;
	struct dw_err reader_err; /* why a reading thread has no reader */
	void (*on_closed)(void *data);
	void *on_closed_data;
};

static void on_durable(void *data, const struct dw_stored *e, size_t n)
{
	struct dw_engine *g = data;

	for (size_t i = 0; i < n; i++) {
		switch (dw_event_info(dw_event_by_name(e[i].type))->class) {
		case DW_CLASS_SECURITY:
			dw_account_apply(g->account, &e[i]);
			break;
		case DW_CLASS_SOURCE:
		case DW_CLASS_MENTION:
			dw_sources_apply(g->sources, &e[i]);
			break;
		case DW_CLASS_ROOM:
		case DW_CLASS_DRAFT:
			dw_rooms_apply(g->rooms, &e[i]);
			if (dw_event_by_name(e[i].type) == DW_EV_STATEMENT_PUBLISHED)
				dw_authorities_apply(g->authorities, &e[i]);
			dw_outbox_apply(g->outbox, &e[i]);
			break;
		case DW_CLASS_PLAYBOOK:
			dw_playbooks_apply(g->playbooks, &e[i]);
			break;
		case DW_CLASS_AUTHORITY:
			dw_authorities_apply(g->authorities, &e[i]);
			dw_outbox_apply(g->outbox, &e[i]);
			break;
		case DW_CLASS_SYSTEM:
		case DW_CLASS_COUNT:
			break;
		}
	}
	dw_feed_push(g->feed, e, n);
}

static void on_view_progress(void *ctx, uint64_t n, uint64_t total)
{
	struct dw_engine *g = ctx;

	if (g->conf.on_progress != NULL)
		g->conf.on_progress(n, total);
}

static void *reader_init_on_pool(void *ctx)
{
	struct dw_engine *g = ctx;
	struct dw_reader *r = NULL;

	if (dw_journal_reader_open(g->journal, &r, NULL) < 0)
		return NULL;
	return r;
}

/* A priority of the thread's own: on Linux setpriority with 0 is of the calling thread alone. */
static void *patient_init_on_pool(void *ctx)
{
	if (setpriority(PRIO_PROCESS, 0, 19) < 0)
		dw_log(DW_LOG_WARN, "verifier.priority", "why=%s", strerror(errno));
	return reader_init_on_pool(ctx);
}

static void reader_fini_on_pool(void *local)
{
	dw_reader_close(local);
}

static int open_journal(struct dw_engine *g, struct dw_err *err)
{
	struct dw_journal_conf conf = { .loop = g->conf.loop,
					.clock = g->conf.clock,
					.projector = &g->projector };

	g->projector =
		g->conf.without_search ? dw_projection_without_search() : dw_projection();
	g->projector.on_progress = on_view_progress;
	g->projector.ctx = g;
	if (g->conf.dir == NULL) {
		dw_random(g->conf.clock, g->identity_key, sizeof(g->identity_key));
		return dw_journal_mem_open(&g->journal, &conf, err);
	}
	DW_INVARIANT(g->projector.schema[0] != '\0');
	return dw_journal_sqlite_open(&g->journal, g->conf.dir, &conf, err);
}

/* ---- the key of identities ---- */

static int note_key_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	const struct dw_engine *g = DW_CONTAINER_OF(a, struct dw_engine, key_note);

	return dw_keyfile_note_on_writer(db, g->identity_key, err);
}

/* Not written (a full disk, say): then the next start does it. */
static void on_key_noted(struct dw_append *a)
{
	(void)a;
}

/* With another key nothing that comes again would be known: never a new one in silence. The note
 * stands in line before everything that will be written with the key. */
static int open_key(struct dw_engine *g, struct dw_reader *r, struct dw_err *err)
{
	bool is_empty = dw_journal_head(g->journal) == 0;
	int rc;

	if (g->conf.dir == NULL)
		return 0;
	rc = dw_keyfile_load(g->conf.dir, "identity.key", is_empty, g->conf.clock,
			     g->identity_key, err);
	if (rc < 0)
		return rc;
	rc = dw_keyfile_check(dw_reader_db(r), g->identity_key, err);
	if (rc == DW_ECORRUPT && !is_empty)
		return dw_fail(
			err, rc,
			"identity.key is not the one that this journal was written "
			"with: put that back from where you keep its copy");
	if (rc == 1 || (rc < 0 && rc != DW_ECORRUPT))
		return rc < 0 ? rc : 0;
	g->key_note.also_on_writer = note_key_on_writer;
	g->key_note.cb = on_key_noted;
	return dw_engine_append(g, &g->key_note);
}

static int open_pool(struct dw_engine *g, enum pool which, struct dw_err *err)
{
	static const struct {
		int threads;
		size_t max_queue, max_per_caller;
		void *(*init_on_pool)(void *ctx); /* makes a reader; NULL: needs none */
	} kinds[POOLS] = { [READS] = { 2, READS_MAX, READS_EACH, reader_init_on_pool },
			   [PAST] = { 2, 0, 0, reader_init_on_pool },
			   [BACKUPS] = { 1, 0, 0, NULL },
			   [PASSWORDS] = { 2, 16, 0, NULL },
			   [VERIFYING] = { 1, 0, 0, patient_init_on_pool } };
	struct dw_pool_ops ops = { .threads = kinds[which].threads,
				   .max_queue = kinds[which].max_queue,
				   .max_per_caller = kinds[which].max_per_caller,
				   .thread_init_on_pool = kinds[which].init_on_pool,
				   .ctx = g };

	if (ops.thread_init_on_pool != NULL)
		ops.thread_fini_on_pool = reader_fini_on_pool;
	return dw_pool_start(&g->pool[which], g->conf.loop, &ops, err);
}

static int open_pools(struct dw_engine *g, struct dw_err *err)
{
	int rc = 0;

	while (rc == 0 && g->n_pools < POOLS) {
		rc = open_pool(g, (enum pool)g->n_pools, err);
		g->n_pools += rc == 0;
	}
	return rc;
}

/* Live state as of the journal's head. */
static int load(struct dw_engine *g, struct dw_err *err)
{
	struct dw_reader *r = NULL;
	int rc = dw_journal_reader_open(g->journal, &r, err);

	if (rc < 0)
		return dw_wrap(err, rc, "opening a reader");
	rc = open_key(g, r, err);
	if (rc == 0)
		rc = dw_account_open(&g->account, g, dw_reader_db(r), err);
	if (rc == 0)
		rc = dw_sources_open(&g->sources, g, r, err);
	if (rc == 0)
		rc = dw_rooms_open(&g->rooms, g, r, err);
	if (rc == 0)
		rc = dw_authorities_open(&g->authorities, g, r, err);
	if (rc == 0)
		rc = dw_outbox_open(&g->outbox, g, r, err);
	if (rc == 0)
		rc = dw_playbooks_open(&g->playbooks, g, r, err);
	if (rc == 0)
		rc = dw_uploads_open(&g->uploads, g, r, err);
	if (rc == 0)
		rc = dw_feed_create(&g->feed, g, g->conf.ring_bytes, err);
	if (rc == 0)
		dw_feed_set_doors(g->feed, dw_rooms_doors(g->rooms));
	if (rc == 0)
		rc = dw_feed_fill(g->feed, r, err);
	dw_reader_close(r);
	return rc;
}

int dw_engine_open(struct dw_engine **out, const struct dw_engine_conf *conf,
		   struct dw_err *err)
{
	struct dw_engine *g = calloc(1, sizeof(*g));
	int rc;

	DW_INVARIANT(g != NULL);
	g->conf = *conf;
	rc = open_journal(g, err);
	if (rc == 0)
		rc = open_pools(g, err);
	if (rc == 0)
		rc = load(g, err);
	if (rc < 0) {
		/* A half-open engine is only left by the process ending: threads may run. */
		return rc;
	}
	dw_journal_tail(g->journal, on_durable, g);
	g->verifier = dw_verifier_create(g);
	*out = g;
	return 0;
}

/* ---- closing: pools, journal, then live state ---- */

static void on_journal_closed(void *data)
{
	struct dw_engine *g = data;

	dw_verifier_destroy(g->verifier);
	dw_feed_destroy(g->feed);
	dw_uploads_destroy(g->uploads);
	dw_playbooks_destroy(g->playbooks);
	dw_outbox_destroy(g->outbox);
	dw_authorities_destroy(g->authorities);
	dw_rooms_destroy(g->rooms);
	dw_sources_destroy(g->sources);
	dw_account_destroy(g->account);
	void (*cb)(void *) = g->on_closed;
	void *cb_data = g->on_closed_data;

	free(g);
	cb(cb_data);
}

/* One after the other; what they had taken is finished. */
static void close_next_pool(void *data)
{
	struct dw_engine *g = data;

	if (g->n_pools == 0)
		dw_journal_close(g->journal, on_journal_closed, g);
	else
		dw_pool_close(g->pool[--g->n_pools], close_next_pool, g);
}

void dw_engine_close(struct dw_engine *g, void (*cb)(void *data), void *data)
{
	g->on_closed = cb;
	g->on_closed_data = data;
	dw_verifier_stop(g->verifier);
	dw_account_stop(g->account);
	dw_rooms_stop(g->rooms);
	dw_outbox_stop(g->outbox);
	close_next_pool(g);
}

const struct dw_engine_conf *dw_engine_conf(const struct dw_engine *g)
{
	return &g->conf;
}

const struct dw_clock *dw_engine_clock(const struct dw_engine *g)
{
	return g->conf.clock;
}

struct dw_journal *dw_engine_journal(struct dw_engine *g)
{
	return g->journal;
}

struct dw_account *dw_engine_account(struct dw_engine *g)
{
	return g->account;
}

struct dw_sources *dw_engine_sources(struct dw_engine *g)
{
	return g->sources;
}

struct dw_uploads *dw_engine_uploads(struct dw_engine *g)
{
	return g->uploads;
}

struct dw_rooms *dw_engine_rooms(struct dw_engine *g)
{
	return g->rooms;
}

struct dw_playbooks *dw_engine_playbooks(struct dw_engine *g)
{
	return g->playbooks;
}

struct dw_authorities *dw_engine_authorities(struct dw_engine *g)
{
	return g->authorities;
}

struct dw_outbox *dw_engine_outbox(struct dw_engine *g)
{
	return g->outbox;
}

struct dw_feed *dw_engine_feed(struct dw_engine *g)
{
	return g->feed;
}

struct dw_pool *dw_engine_reads(struct dw_engine *g)
{
	return g->pool[READS];
}

int dw_engine_read(struct dw_engine *g, const struct dw_principal *who, struct dw_work *w,
		   struct dw_err *err)
{
	int rc;

	w->caller = who->id * 4 + (uint64_t)who->kind;
	rc = dw_pool_submit(g->pool[READS], w);
	if (rc == 0)
		return 0;
	g->reads_refused++;
	if (rc == DW_EAGAIN)
		return dw_fail(
			err, DW_EBUSY,
			"as much as you may ask for at once is waiting: send again "
			"when some of it is answered");
	return dw_fail(err, DW_EUNAVAILABLE, "too many reads are waiting: try again");
}

uint64_t dw_engine_reads_refused(const struct dw_engine *g)
{
	return g->reads_refused;
}

struct dw_pool *dw_engine_past(struct dw_engine *g)
{
	return g->pool[PAST];
}

struct dw_pool *dw_engine_backups(struct dw_engine *g)
{
	return g->pool[BACKUPS];
}

struct dw_pool *dw_engine_passwords(struct dw_engine *g)
{
	return g->pool[PASSWORDS];
}

struct dw_pool *dw_engine_verifying(struct dw_engine *g)
{
	return g->pool[VERIFYING];
}

const struct dw_verifier *dw_engine_verifier(const struct dw_engine *g)
{
	return g->verifier;
}

const uint8_t *dw_engine_identity_key(const struct dw_engine *g)
{
	return g->identity_key;
}

int dw_engine_append(struct dw_engine *g, struct dw_append *a)
{
	return dw_journal_append(g->journal, a);
}

bool dw_engine_is_read_only(const struct dw_engine *g)
{
	return dw_journal_stats(g->journal)->is_failed;
}
