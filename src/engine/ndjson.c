/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ndjson.c - cuts a body that arrives in pieces into lines.
 *
 * A line that lies whole in one piece is handed out where it lies; only one that is cut by the
 * end of its piece is copied. So the usual case copies nothing, and memory is bounded by one
 * line however long the body is. A line that is too long is not kept: the rest of it is skipped
 * and its number reported once, when it ends.
 *
 *  (1) What comes out depends on the bytes alone, never on how they were cut into pieces.
 */
#include "engine/ndjson.h"

#include <stdint.h>

void dw_ndjson_init(struct dw_ndjson *s, size_t max_line)
{
	DW_REQUIRE(max_line > 0 && max_line < SIZE_MAX / 2);
	memset(s, 0, sizeof(*s));
	s->max_line = max_line;
	dw_buf_init(&s->held, max_line + 1); /* a CR may follow the longest line */
}

void dw_ndjson_fini(struct dw_ndjson *s)
{
	dw_buf_fini(&s->held);
}

void dw_ndjson_feed(struct dw_ndjson *s, struct dw_str piece)
{
	DW_REQUIRE(s->piece.n == 0);
	s->piece = piece;
}

static void give_back(struct dw_ndjson *s)
{
	if (s->is_lent)
		dw_buf_clear(&s->held);
	s->is_lent = false;
}

/* A whole line, its LF gone. Answers MORE for one that is left out. */
static enum dw_ndjson_got finish(struct dw_ndjson *s, struct dw_str line,
				 struct dw_str *out)
{
	bool was_over = s->is_over;

	s->is_over = false;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (was_over || line.n > s->max_line) {
		s->index = s->n++;
		return DW_NDJSON_TOO_LONG;
	}
	if (dw_str_trim(line).n == 0)
		return DW_NDJSON_MORE;
	s->index = s->n++;
	*out = line;
	return DW_NDJSON_LINE;
}

/* The piece ended inside a line: keep what there is of it. */
static void hold(struct dw_ndjson *s)
{
	if (!s->is_over && dw_buf_add(&s->held, s->piece.p, s->piece.n) < 0)
		s->is_over = true;
	if (s->is_over)
		dw_buf_clear(&s->held);
	s->piece.n = 0;
}

static struct dw_str take_line(struct dw_ndjson *s, size_t n)
{
	struct dw_str line = { s->piece.p, n };

	if (s->held.len > 0 && !s->is_over) {
		if (dw_buf_add(&s->held, line.p, line.n) < 0)
			s->is_over = true;
		line = dw_buf_str(&s->held);
	}
	s->is_lent = true;
	s->piece.p += n + 1;
	s->piece.n -= n + 1;
	return line;
}

enum dw_ndjson_got dw_ndjson_next(struct dw_ndjson *s, struct dw_str *line)
{
	for (;;) {
		const char *end;
		enum dw_ndjson_got got;

		give_back(s);
		if (s->piece.n == 0)
			return DW_NDJSON_MORE;
		end = memchr(s->piece.p, '\n', s->piece.n);
		if (end == NULL) {
			hold(s);
			return DW_NDJSON_MORE;
		}
		got = finish(s, take_line(s, (size_t)(end - s->piece.p)), line);
		if (got != DW_NDJSON_MORE)
			return got;
	}
}

enum dw_ndjson_got dw_ndjson_last(struct dw_ndjson *s, struct dw_str *line)
{
	give_back(s);
	if (s->held.len == 0 && !s->is_over)
		return DW_NDJSON_MORE;
	s->is_lent = true;
	return finish(s, dw_buf_str(&s->held), line);
}
