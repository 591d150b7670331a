/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * import_send.c - mentions to the server in bounded batches.
 *
 * One batch is one request of NDJSON; its answer counts and names the refused by their index,
 * which the line numbers kept here turn into places in the file. A batch may be sent twice, since
 * a known mention is a duplicate: so what fails for a moment is simply tried again.
 */
#include "import_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TRIES 6

void dw_sender_init(struct dw_sender *s, struct dw_client *client)
{
	memset(s, 0, sizeof(*s));
	s->client = client;
	dw_buf_init(&s->batch, DW_IMPORT_BYTES + 5u * 1024 * 1024);
}

void dw_sender_fini(struct dw_sender *s)
{
	dw_buf_fini(&s->batch);
	for (size_t i = 0; i < DW_IMPORT_REASONS; i++)
		free(s->tally.reason[i]);
}

void dw_sender_refused(struct dw_sender *s, uint64_t line, const char *why)
{
	char text[600];

	for (size_t i = 0; i < DW_IMPORT_REASONS && s->tally.refused < DW_IMPORT_REASONS;
	     i++) {
		if (s->tally.reason[i] != NULL)
			continue;
		snprintf(text, sizeof(text), "%s:%llu: %s", s->file,
			 (unsigned long long)line, why);
		s->tally.reason[i] = strdup(text);
		break;
	}
	s->tally.refused++;
}

static uint64_t count_of(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

static int take_answer(struct dw_sender *s, const struct dw_reply *r, struct dw_err *err)
{
	json_t *o = json_loadb(r->body.p != NULL ? r->body.p : "", r->body.len, 0, NULL),
	       *item;
	size_t i;

	if (!json_is_object(o)) {
		json_decref(o);
		return dw_fail(err, DW_EINTERNAL, "the server's answer is not JSON");
	}
	s->tally.accepted += count_of(o, "accepted");
	s->tally.updated += count_of(o, "updated");
	s->tally.duplicates += count_of(o, "duplicates");
	json_array_foreach(json_object_get(o, "rejected"), i, item) {
		uint64_t at = count_of(item, "index");

		dw_sender_refused(s, at < s->n ? s->line[at] : 0,
				  dw_cli_text(item, "detail"));
	}
	json_decref(o);
	return 0;
}

static bool is_worth_another_try(int rc, long status)
{
	return rc < 0 || status == 429 || status == 503 || status == 507;
}

int dw_sender_flush(struct dw_sender *s, struct dw_err *err)
{
	const struct dw_call call = { .method = "POST",
				      .path = "/api/v1/mentions",
				      .content_type = "application/x-ndjson",
				      .body = dw_buf_str(&s->batch) };
	struct dw_reply r;
	int rc = 0;

	if (s->n == 0)
		return 0;
	dw_reply_init(&r);
	for (int i = 1; i <= TRIES; i++) {
		struct timespec nap = { 0, 0 };

		rc = dw_client_ask(s->client, &call, &r, err);
		if (!is_worth_another_try(rc, r.status) || i == TRIES)
			break;
		nap.tv_sec =
			r.retry_after_s > 0 && r.retry_after_s < 30 ? r.retry_after_s : i;
		if (rc == 0)
			(void)dw_reply_fail(&r, err);
		fprintf(stderr, "\n%s\nTrying again in %lld s.\n", dw_err_text(err),
			(long long)nap.tv_sec);
		nanosleep(&nap, NULL);
	}
	if (rc == 0)
		rc = r.status >= 200 && r.status < 300 ? take_answer(s, &r, err)
						       : dw_reply_fail(&r, err);
	dw_reply_fini(&r);
	dw_buf_clear(&s->batch);
	s->n = 0;
	return rc;
}

int dw_sender_added(struct dw_sender *s, uint64_t line, struct dw_err *err)
{
	s->line[s->n++] = line;
	if (s->n < DW_IMPORT_BATCH && s->batch.len < DW_IMPORT_BYTES)
		return 0;
	return dw_sender_flush(s, err);
}
