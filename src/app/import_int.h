/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_IMPORT_INT_H
#define DW_APP_IMPORT_INT_H
/* The parts of `diwan import`: a file as pieces of text, a batch on its way, what is told. */
#include "cli_int.h"

#include <sys/types.h>

/* ---- import_read.c: a file or standard input, gzip or not ---- */

struct dw_input;

/** "-" is standard input. */
DW_MUST_USE int dw_input_open(struct dw_input **out, const char *path,
			      struct dw_err *err);
/** Up to `size` bytes of text; 0 at the end; DW_EIO, DW_ECORRUPT. */
DW_MUST_USE ssize_t dw_input_read(struct dw_input *in, char *p, size_t size,
				  struct dw_err *err);
/** Bytes of the file read so far, and its size (0 when not known). */
uint64_t dw_input_done(const struct dw_input *in);
uint64_t dw_input_size(const struct dw_input *in);
void dw_input_close(struct dw_input *in);

/* ---- import_send.c: batches to the server ---- */

#define DW_IMPORT_BATCH 2000
#define DW_IMPORT_BYTES (2u * 1024 * 1024)
#define DW_IMPORT_REASONS 10

struct dw_tally {
	uint64_t accepted, updated, duplicates, refused;
	char *reason[DW_IMPORT_REASONS]; /* the first ones, "FILE:LINE: why" */
};

struct dw_sender {
	struct dw_client *client;
	struct dw_buf batch;
	const char *file; /* name of the current one */
	uint64_t line[DW_IMPORT_BATCH];
	size_t n;
	struct dw_tally tally;
};

void dw_sender_init(struct dw_sender *s, struct dw_client *client);
void dw_sender_fini(struct dw_sender *s);
/** A mention's line is in s->batch now; note where it came from, send when enough wait. */
DW_MUST_USE int dw_sender_added(struct dw_sender *s, uint64_t line, struct dw_err *err);
/** Send what waits. Tries again when the server is busy or away for a moment. */
DW_MUST_USE int dw_sender_flush(struct dw_sender *s, struct dw_err *err);
/** Count one refused, with its reason if there is room for it. */
void dw_sender_refused(struct dw_sender *s, uint64_t line, const char *why);

/* ---- import_say.c: progress and the summary ---- */

struct dw_progress {
	int64_t begin_us, last_us;
	bool is_terminal;
};

void dw_progress_init(struct dw_progress *p);
/** Say how far it is, not more often than makes sense. */
void dw_progress_say(struct dw_progress *p, const struct dw_sender *s,
		     const struct dw_input *in);
/** Wipe the bar. */
void dw_progress_end(struct dw_progress *p);
void dw_summary_print(const struct dw_tally *t, const struct dw_progress *p,
		      bool is_json);

#endif
