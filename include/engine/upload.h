/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_UPLOAD_H
#define DW_ENGINE_UPLOAD_H
/*
 * Files on their way to the disk, in parts as they come. See src/engine/upload.c.
 */
#include "base/buf.h"
#include "base/digest.h"
#include "engine/engine.h"

struct dw_db;
struct dw_uploads;

#define DW_UPLOADS_MAX 8  /* on their way at once */
#define DW_UPLOADS_EACH 2 /* of one caller */

/* ---- what engine.c uses ---- */

/** Drops what was on its way when the process ended. r: without a database in memory. */
DW_MUST_USE int dw_uploads_open(struct dw_uploads **out, struct dw_engine *e,
				struct dw_reader *r, struct dw_err *err);
/** NULL is fine. Requires: none is on its way. */
void dw_uploads_destroy(struct dw_uploads *all);

/* ---- one file; on the loop ---- */

/* Embedded in its owner; between dw_upload_begin and dw_upload_end it counts as on its way. */
struct dw_upload {
	/* set by the caller: something came to the disk, or failed to (status < 0) */
	void (*on_moved)(struct dw_upload *u);
	/* results */
	int status;
	struct dw_err err;
	uint64_t size;
	uint8_t sha256[DW_HASH_SIZE]; /* when it was finished */
	char head[16];		      /* how it begins; min(size, 16) bytes */
	/* upload.c's own */
	struct dw_uploads *all;
	struct dw_link link;
	uint64_t caller;
	struct dw_digest digest;
	struct dw_buf open, sent; /* being filled; on its way */
	uint64_t id, n;		  /* the file's number in the store; parts on disk */
	struct dw_append append;
	bool is_in_flight, is_over;
};

/** DW_EUNAVAILABLE: too many are on their way; DW_EBUSY: this caller has its share of them;
 *  DW_EFULL: the disk is left to the record. */
DW_MUST_USE int dw_upload_begin(struct dw_uploads *all, struct dw_upload *u,
				const struct dw_principal *who, struct dw_err *err);
/** More of it; at most 256 KiB, and none while dw_upload_is_full. Nothing happens once it has failed. */
void dw_upload_take(struct dw_upload *u, struct dw_str piece);
/** Should the sender wait? */
bool dw_upload_is_full(const struct dw_upload *u);
/** There is no more. sha256 is known from here on. */
void dw_upload_finish(struct dw_upload *u);
/** Is nothing in flight? After dw_upload_finish that means: all is on disk, or it has failed. */
bool dw_upload_is_settled(const struct dw_upload *u);
/**
 * Keep it, in the transaction of the event that names it. The same bytes are kept once. May be
 * called again when the transaction was undone. db NULL: in memory, where nothing is kept.
 */
DW_MUST_USE int dw_upload_keep_on_writer(struct dw_upload *u, struct dw_db *db,
					 struct dw_err *err);
/** What was not kept is dropped in time. Requires: settled. */
void dw_upload_end(struct dw_upload *u);

#endif
