/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_CSV_H
#define DW_APP_CSV_H
/* RFC 4180, piece by piece: rows come out as soon as they are complete. */
#include "base/buf.h"

#define DW_CSV_FIELDS_MAX 256

struct dw_csv_ops {
	/* A row of n fields, borrowed until it returns; `line` is where it began, from 1. */
	void (*on_row)(void *ctx, const struct dw_str *field, size_t n, uint64_t line);
	/* A row that is not CSV or too large; reading goes on behind its line. */
	void (*on_bad)(void *ctx, uint64_t line, const char *why);
	void *ctx;
};

enum dw_csv_state {
	DW_CSV_START,	/* of a field */
	DW_CSV_PLAIN,	/* in one without quotes */
	DW_CSV_QUOTED,	/* in one with quotes */
	DW_CSV_CLOSING, /* behind a quote in one: the end, or the first of two */
	DW_CSV_RETURN,	/* behind a CR: only LF may follow */
	DW_CSV_SKIP,	/* dropping the rest of a bad line */
};

/* Open because it is embedded; the fields belong to csv.c. */
struct dw_csv {
	struct dw_csv_ops ops;
	enum dw_csv_state state;
	struct dw_buf text;	       /* of the row so far, fields end to end */
	size_t end[DW_CSV_FIELDS_MAX]; /* where each ends in text */
	size_t n;		       /* complete fields */
	uint64_t line, row_line;       /* now; where this row began */
	unsigned bom; /* bytes of a byte order mark seen, 3 when past the head */
	bool has_any; /* something of this row was seen */
};

/** max_row: bytes of all fields of one row. */
void dw_csv_init(struct dw_csv *c, const struct dw_csv_ops *ops, size_t max_row);
void dw_csv_feed(struct dw_csv *c, struct dw_str piece);
/** The input is over: the last row need not end with a line break. */
void dw_csv_end(struct dw_csv *c);
void dw_csv_fini(struct dw_csv *c);

#endif
