/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * upload.c - a file from the pieces of a body to the store.
 *
 *   pieces ─► open, 256 KiB ─► sent: one transaction ─► … ─► kept, with the event that names it
 *                 └ full while one is in flight: the sender waits
 *
 * So a file costs memory for two parts, whatever its size, and other commits wait for one part at
 * most. The bytes are durable before the event is; a file whose event was refused, whose sender
 * broke off or whose process ended is not sealed, and dropped: a few parts at a time, so that
 * nobody waits for that either.
 *
 * On a disk that is nearly full the journal goes first: what a file took could not be given back
 * there, because dropping is writing, too. So a file is not begun unless room would be left.
 */
#include "engine/upload.h"

#include "domain/policy.h"
#include "domain/upload.h"
#include "store/kept.h"

#include <stdlib.h>
#include <sys/statvfs.h>

#define PART (256u * 1024)
#define PIECE_MAX (256u * 1024)
#define RESERVE (64u * 1024 * 1024)
#define EACH_TAKES (2 * (uint64_t)DW_FILE_MAX) /* in the log, and behind it */

_Static_assert(PART + PIECE_MAX <= DW_KEPT_PART_MAX, "what waits is one part");

struct dw_uploads {
	struct dw_engine *engine;
	struct dw_link open; /* struct dw_upload */
	unsigned n_open;
	uint64_t *drop; /* numbers of files that are to go, the last one first */
	size_t n_drop, cap_drop;
	struct dw_append dropping;
	bool is_dropping;
	uint64_t id; /* that is being dropped */
	int more;    /* are there more parts of it; set by the writer */
};

/* ---- dropping ---- */

static void drop_next(struct dw_uploads *all);

static int drop_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_uploads *all = DW_CONTAINER_OF(a, struct dw_uploads, dropping);

	all->more = dw_kept_drop_on_writer(db, all->id, err);
	return all->more < 0 ? all->more : 0;
}

/* What cannot be dropped now is found again at the next start. */
static void on_dropped(struct dw_append *a)
{
	struct dw_uploads *all = DW_CONTAINER_OF(a, struct dw_uploads, dropping);

	all->is_dropping = false;
	if (a->status < 0 || all->more == 0)
		all->n_drop--;
	drop_next(all);
}

static void drop_next(struct dw_uploads *all)
{
	if (all->is_dropping || all->n_drop == 0)
		return;
	all->id = all->drop[all->n_drop - 1];
	all->dropping =
		(struct dw_append){ .also_on_writer = drop_on_writer, .cb = on_dropped };
	all->is_dropping = dw_engine_append(all->engine, &all->dropping) == 0;
	if (!all->is_dropping)
		all->n_drop = 0;
}

/* Behind the one that is being dropped. */
static void drop(struct dw_uploads *all, uint64_t id)
{
	if (all->n_drop == all->cap_drop) {
		all->cap_drop = all->cap_drop > 0 ? 2 * all->cap_drop : 8;
		all->drop = realloc(all->drop, all->cap_drop * sizeof(*all->drop));
		DW_INVARIANT(all->drop != NULL);
	}
	memmove(all->drop + 1, all->drop, all->n_drop * sizeof(*all->drop));
	all->drop[0] = id;
	all->n_drop++;
	drop_next(all);
}

int dw_uploads_open(struct dw_uploads **out, struct dw_engine *e, struct dw_reader *r,
		    struct dw_err *err)
{
	struct dw_uploads *all = calloc(1, sizeof(*all));
	struct dw_db *db = dw_reader_db(r);
	uint64_t id = 0;
	int rc = 0;

	DW_INVARIANT(all != NULL);
	all->engine = e;
	dw_list_init(&all->open);
	while (db != NULL && (rc = dw_kept_open_after(db, id, &id, err)) == 1)
		drop(all, id);
	*out = all;
	return rc;
}

void dw_uploads_destroy(struct dw_uploads *all)
{
	if (all == NULL)
		return;
	DW_REQUIRE(all->n_open == 0 && !all->is_dropping);
	free(all->drop);
	free(all);
}

/* ---- one file ---- */

static int check_disk(const struct dw_uploads *all, struct dw_err *err)
{
	const char *dir = dw_engine_conf(all->engine)->dir;
	uint64_t need = RESERVE + EACH_TAKES * (all->n_open + 1);
	struct statvfs s;

	/* A file system that does not tell finds out when it is full. */
	if (dir == NULL || statvfs(dir, &s) < 0 ||
	    (uint64_t)s.f_bavail * s.f_frsize >= need)
		return 0;
	return dw_fail(err, DW_EFULL,
		       "the disk has too little room left for files: what is there is "
		       "kept for the record");
}

int dw_upload_begin(struct dw_uploads *all, struct dw_upload *u,
		    const struct dw_principal *who, struct dw_err *err)
{
	unsigned own = 0;

	u->caller = who->id * 4 + (uint64_t)who->kind;
	DW_LIST_EACH(l, &all->open)
		own += DW_CONTAINER_OF(l, struct dw_upload, link)->caller == u->caller;
	if (own >= DW_UPLOADS_EACH)
		return dw_fail(err, DW_EBUSY,
			       "%u files of yours are on their way: send this one when "
			       "one of them is there",
			       own);
	if (all->n_open >= DW_UPLOADS_MAX)
		return dw_fail(err, DW_EUNAVAILABLE,
			       "too many files are on their way: send it again later");
	if (check_disk(all, err) < 0)
		return DW_EFULL;
	u->all = all;
	dw_list_push(&all->open, &u->link);
	all->n_open++;
	dw_digest_init(&u->digest);
	dw_buf_init(&u->open, PART + PIECE_MAX);
	dw_buf_init(&u->sent, PART + PIECE_MAX);
	return 0;
}

static int part_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_upload *u = DW_CONTAINER_OF(a, struct dw_upload, append);
	int64_t now = dw_now_us(dw_engine_clock(u->all->engine));
	int rc = 0;

	if (db == NULL)
		return 0;
	if (u->n == 0)
		rc = dw_kept_begin_on_writer(db, now, &u->id, err);
	return rc < 0 ? rc
		      : dw_kept_part_on_writer(db, u->id, u->n, dw_buf_str(&u->sent),
					       err);
}

static void send_part(struct dw_upload *u);

static void on_part(struct dw_append *a)
{
	struct dw_upload *u = DW_CONTAINER_OF(a, struct dw_upload, append);

	u->is_in_flight = false;
	dw_buf_clear(&u->sent);
	if (a->status == 0) {
		u->n++;
		send_part(u);
	} else {
		u->status = a->status;
		u->err = a->err;
		if (u->n == 0)
			u->id = 0; /* undone: the next file may have that number */
	}
	u->on_moved(u);
}

static void send_part(struct dw_upload *u)
{
	struct dw_buf swap = u->open;
	int rc;

	if (u->is_in_flight || u->status < 0 || u->open.len == 0 ||
	    (u->open.len < PART && !u->is_over))
		return;
	u->open = u->sent;
	u->sent = swap;
	u->append = (struct dw_append){ .also_on_writer = part_on_writer, .cb = on_part };
	rc = dw_engine_append(u->all->engine, &u->append);
	u->is_in_flight = rc == 0;
	if (rc < 0) {
		u->status = rc;
		u->err = u->append.err;
	}
}

void dw_upload_take(struct dw_upload *u, struct dw_str piece)
{
	size_t n_head = u->size < sizeof(u->head) ? (size_t)u->size : sizeof(u->head);
	size_t more =
		sizeof(u->head) - n_head < piece.n ? sizeof(u->head) - n_head : piece.n;

	if (u->status < 0 || piece.n == 0)
		return;
	memcpy(u->head + n_head, piece.p, more);
	dw_digest_add(&u->digest, piece.p, piece.n);
	u->size += piece.n;
	DW_INVARIANT(dw_buf_add(&u->open, piece.p, piece.n) == 0);
	send_part(u);
}

bool dw_upload_is_full(const struct dw_upload *u)
{
	return u->open.len >= PART;
}

void dw_upload_finish(struct dw_upload *u)
{
	u->is_over = true;
	dw_digest_end(&u->digest, u->sha256);
	send_part(u);
}

bool dw_upload_is_settled(const struct dw_upload *u)
{
	return !u->is_in_flight;
}

int dw_upload_keep_on_writer(struct dw_upload *u, struct dw_db *db, struct dw_err *err)
{
	int rc = 0;

	if (db != NULL)
		rc = dw_kept_seal_on_writer(db, u->id, u->sha256, u->size, err);
	return rc < 0 ? rc : 0;
}

/* Dropping spares what was kept, so it need not be known here what became of it. */
void dw_upload_end(struct dw_upload *u)
{
	DW_REQUIRE(!u->is_in_flight);
	dw_list_remove(&u->link);
	u->all->n_open--;
	dw_buf_fini(&u->open);
	dw_buf_fini(&u->sent);
	if (u->id != 0)
		drop(u->all, u->id);
}
