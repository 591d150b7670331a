/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_stream.c - POST /mentions with a body of lines, taken as they come.
 *
 *   piece ──► lines ──► batch being filled ──► batches on their way to the disk ──► totals
 *
 * The body is never held: a line is read, normalised and put into the batch at once. A batch
 * leaves when it is full, or at the end of a piece when none is on its way; so a slow sender's
 * mentions are written one by one as they come, and a fast one's in groups that form while the
 * disk is busy with the last. When WINDOW of them are on their way the body is paused, and TCP
 * holds the sender back.
 *
 * The answer comes at the end and only counts what is durable. When the journal fails or the
 * sender breaks off, what was durable by then stays: a mention that is sent again is known.
 *
 *  (1) Batches are appended in the order of the body, so the order of lines is that of seqs.
 *  (2) The request is answered when the body is over (or has failed) and nothing is on its way.
 *  (3) After an answer nothing of the body is looked at.
 */
#include "engine/mention_json.h"
#include "engine/ndjson.h"
#include "mention_int.h"

#include <stdlib.h>

#define BATCH_MAX 256
#define BATCH_BYTES (1024u * 1024)
#define WINDOW 8
#define CROWD                                                                            \
	256 /* appends of everybody: from then on one batch at a time for each sender */

struct lines {
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_ndjson split;
	struct batch *open; /* being filled, or NULL */
	unsigned in_flight;
	bool is_over;	   /* the body: all of it was seen, or it broke off */
	struct dw_err err; /* why it broke off, or the first failure of the journal */
	uint64_t actor;
	uint8_t command[16];
	struct dw_report report;
};

struct batch {
	struct dw_ingest in;
	struct lines *owner;
};

static void on_sent(struct dw_ingest *in);

static void batch_free(struct batch *b)
{
	if (b == NULL)
		return;
	dw_ingest_fini(&b->in);
	free(b);
}

static void lines_free(struct lines *s)
{
	batch_free(s->open);
	dw_report_fini(&s->report);
	dw_ndjson_fini(&s->split);
	free(s);
}

static void fail(struct lines *s, int rc, const struct dw_err *err)
{
	if (s->err.code != 0)
		return;
	if (err != NULL)
		s->err = *err;
	(void)dw_report_failure(&s->err, rc);
	batch_free(s->open);
	s->open = NULL;
}

static void answer_failure(struct dw_http_req *req, const struct dw_err *err,
			   const struct dw_ingest_totals *t)
{
	dw_api_refuse(req, err->code,
		      "%s; what was stored before stays (%llu accepted, %llu updated, "
		      "%llu duplicates): send the body again, nothing is stored twice",
		      dw_err_text(err), (unsigned long long)t->accepted,
		      (unsigned long long)t->updated, (unsigned long long)t->duplicates);
}

/* Rule (2). s is gone after this when it was so. */
static void finish_if_done(struct lines *s)
{
	struct dw_http_req *req = s->req;
	struct dw_buf out;

	if (s->in_flight > 0 || (!s->is_over && s->err.code == 0))
		return;
	req->on_body = NULL;
	req->on_body_end = NULL;
	if (s->err.code != 0) {
		answer_failure(req, &s->err, &s->report.totals);
	} else {
		dw_buf_init(&out, DW_REPORT_MAX);
		dw_report_write(&s->report, &s->report.totals, &out);
		dw_api_reply_json(req, 201, &out);
		dw_buf_fini(&out);
	}
	lines_free(s);
}

static void send_open(struct lines *s)
{
	struct batch *b = s->open;
	int rc;

	if (b == NULL || b->in.n == 0)
		return;
	s->open = NULL;
	rc = dw_ingest_send(&b->in, on_sent);
	if (rc < 0) {
		batch_free(b);
		fail(s, rc, NULL);
		return;
	}
	s->in_flight++;
}

static unsigned window(const struct lines *s)
{
	size_t waiting = dw_journal_pending(dw_engine_journal(s->api->engine));

	return waiting > CROWD ? 1 : WINDOW;
}

/* After anything happened: send what is worth sending, hold the sender back or let it go on. */
static void settle(struct lines *s)
{
	if (s->err.code == 0 && (s->in_flight == 0 || s->is_over))
		send_open(s);
	if (!s->is_over && s->in_flight >= window(s))
		dw_http_body_pause(s->req);
	else if (!s->is_over && s->err.code == 0)
		dw_http_body_resume(s->req);
	finish_if_done(s);
}

static void on_sent(struct dw_ingest *in)
{
	struct batch *b = DW_CONTAINER_OF(in, struct batch, in);
	struct lines *s = b->owner;

	s->in_flight--;
	if (in->append.status == 0)
		dw_ingest_sum(in, &s->report.totals);
	else
		fail(s, in->append.status, &in->append.err);
	batch_free(b);
	settle(s);
}

static struct batch *open_batch(struct lines *s)
{
	if (s->open == NULL) {
		s->open = calloc(1, sizeof(*s->open));
		DW_INVARIANT(s->open != NULL);
		s->open->owner = s;
		dw_ingest_init(&s->open->in, s->api->engine, s->actor, s->command);
	}
	return s->open;
}

static void take_line(struct lines *s, struct dw_str line)
{
	struct dw_mention_doc doc;
	struct dw_fault f;
	struct batch *b;
	int rc;

	if (dw_mention_parse(&doc, line, DW_MENTION_FROM_MACHINE, &f) < 0) {
		dw_report_reject(&s->report, s->split.index, &f);
		return;
	}
	b = open_batch(s);
	rc = dw_ingest_add(&b->in, &doc.m, line, &f);
	dw_mention_doc_fini(&doc);
	if (rc < 0)
		dw_report_reject(&s->report, s->split.index, &f);
	if (b->in.n >= BATCH_MAX || b->in.bytes >= BATCH_BYTES)
		send_open(s);
}

static void take(struct lines *s, enum dw_ndjson_got got, struct dw_str line)
{
	struct dw_fault f;

	if (got == DW_NDJSON_LINE) {
		take_line(s, line);
		return;
	}
	dw_fault_set(&f, "", "the line is longer than %zu bytes", s->split.max_line);
	dw_report_reject(&s->report, s->split.index, &f);
}

static void on_lines(struct dw_http_req *req, struct dw_str piece)
{
	struct lines *s = req->handler_data;
	enum dw_ndjson_got got;
	struct dw_str line;

	if (s->err.code != 0)
		return;
	dw_ndjson_feed(&s->split, piece);
	while (s->err.code == 0 &&
	       (got = dw_ndjson_next(&s->split, &line)) != DW_NDJSON_MORE)
		take(s, got, line);
	settle(s);
}

static void on_lines_end(struct dw_http_req *req, int status)
{
	struct lines *s = req->handler_data;
	struct dw_str line;
	struct dw_err why = { 0 };
	enum dw_ndjson_got got;

	s->is_over = true;
	if (status == 0 && s->err.code == 0) {
		got = dw_ndjson_last(&s->split, &line);
		if (got != DW_NDJSON_MORE)
			take(s, got, line);
	}
	if (status < 0) {
		send_open(s);
		(void)dw_fail(&why, status, "the body broke off");
		fail(s, status, &why);
	}
	settle(s);
}

void dw_mention_lines_start(struct dw_http_req *req, struct dw_api *api)
{
	struct lines *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL);
	s->req = req;
	s->api = api;
	s->actor = dw_api_who(req)->id;
	dw_random(dw_engine_clock(api->engine), s->command, sizeof(s->command));
	dw_ndjson_init(&s->split, api->conf.max_mention_bytes);
	dw_report_init(&s->report);
	req->handler_data = s;
	req->on_body = on_lines;
	req->on_body_end = on_lines_end;
}
