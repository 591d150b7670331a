/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * csv.c - RFC 4180 as a state machine over bytes.
 *
 *          ,                      "                "
 *   START ────► START     START ────► QUOTED ◄────────► CLOSING
 *     │ other                                  , / line end: field, row
 *     ▼        , / line end
 *   PLAIN ─────────────────► field, row
 *
 * A file is made by hand as often as by a program. What cannot be read is reported with its line
 * and skipped up to the end of that line, so one stray quote costs a row and not the file; a
 * quote that never closes runs into the ceiling of a row, which bounds memory as well.
 * Rejected: guessing separators and encodings. A wrong guess imports rubbish without a word.
 */
#include "app/csv.h"

void dw_csv_init(struct dw_csv *c, const struct dw_csv_ops *ops, size_t max_row)
{
	memset(c, 0, sizeof(*c));
	c->ops = *ops;
	dw_buf_init(&c->text, max_row);
	c->line = 1;
	c->row_line = 1;
}

void dw_csv_fini(struct dw_csv *c)
{
	dw_buf_fini(&c->text);
}

static void begin_row(struct dw_csv *c)
{
	dw_buf_clear(&c->text);
	c->n = 0;
	c->has_any = false;
	c->state = DW_CSV_START;
	c->row_line = c->line;
}

static void bad(struct dw_csv *c, const char *why, bool at_line_end)
{
	c->ops.on_bad(c->ops.ctx, c->row_line, why);
	dw_buf_clear(&c->text);
	c->n = 0;
	c->state = DW_CSV_SKIP;
	if (at_line_end)
		begin_row(c);
}

static bool end_field(struct dw_csv *c)
{
	if (c->n == DW_CSV_FIELDS_MAX)
		return false;
	c->end[c->n++] = c->text.len;
	c->state = DW_CSV_START;
	return true;
}

/* The line counter stands behind the line break already. An empty line is no row. */
static void end_row(struct dw_csv *c)
{
	struct dw_str field[DW_CSV_FIELDS_MAX];
	size_t from = 0;

	if (!c->has_any) {
		begin_row(c);
		return;
	}
	if (!end_field(c)) {
		bad(c, "more than 256 fields", true);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		field[i] = dw_str_make(c->text.p != NULL ? c->text.p + from : "",
				       c->end[i] - from);
		from = c->end[i];
	}
	c->ops.on_row(c->ops.ctx, field, c->n, c->row_line);
	begin_row(c);
}

static void take(struct dw_csv *c, char ch, enum dw_csv_state next)
{
	c->has_any = true;
	c->state = next;
	if (dw_buf_addc(&c->text, ch) < 0)
		bad(c, "the row is too large, or a quote is never closed", ch == '\n');
}

/* Between fields, or in one without quotes: what ends it. */
static void separate(struct dw_csv *c, char ch)
{
	if (ch == ',') {
		c->has_any = true;
		if (!end_field(c))
			bad(c, "more than 256 fields", false);
	} else if (ch == '\n') {
		end_row(c);
	} else {
		c->state = DW_CSV_RETURN;
	}
}

static bool is_separator(char ch)
{
	return ch == ',' || ch == '\n' || ch == '\r';
}

static void step(struct dw_csv *c, char ch)
{
	switch (c->state) {
	case DW_CSV_START:
		if (ch == '"') {
			c->has_any = true;
			c->state = DW_CSV_QUOTED;
			return;
		}
		__attribute__((fallthrough));
	case DW_CSV_PLAIN:
		if (is_separator(ch))
			separate(c, ch);
		else if (ch == '"')
			bad(c, "a quote inside a field that does not begin with one",
			    false);
		else
			take(c, ch, DW_CSV_PLAIN);
		return;
	case DW_CSV_QUOTED:
		if (ch == '"')
			c->state = DW_CSV_CLOSING;
		else
			take(c, ch, DW_CSV_QUOTED);
		return;
	case DW_CSV_CLOSING:
		if (ch == '"')
			take(c, ch, DW_CSV_QUOTED);
		else if (is_separator(ch))
			separate(c, ch);
		else
			bad(c, "text behind a closing quote", false);
		return;
	case DW_CSV_RETURN:
		if (ch == '\n')
			end_row(c);
		else
			bad(c, "a carriage return without a line feed", false);
		return;
	case DW_CSV_SKIP:
		if (ch == '\n')
			begin_row(c);
		return;
	}
}

/* A byte order mark at the head is no text. True while it may still be one. */
static bool is_mark(struct dw_csv *c, char ch)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (c->bom >= 3)
		return false;
	if (ch == mark[c->bom]) {
		c->bom++;
		return true;
	}
	for (unsigned i = 0; i < c->bom; i++)
		step(c, mark[i]);
	c->bom = 3;
	return false;
}

void dw_csv_feed(struct dw_csv *c, struct dw_str piece)
{
	for (size_t i = 0; i < piece.n; i++) {
		char ch = piece.p[i];

		if (is_mark(c, ch))
			continue;
		if (ch == '\n')
			c->line++;
		step(c, ch);
	}
}

void dw_csv_end(struct dw_csv *c)
{
	if (c->state == DW_CSV_QUOTED)
		bad(c, "the file ends inside quotes", true);
	else if (c->state != DW_CSV_SKIP)
		end_row(c);
}
