/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * health.c - is it alive, may it be sent traffic, and its counters in Prometheus' text format.
 *
 * /metrics shows numbers only, no names and no texts; it is public on purpose, like the other
 * two, so that a monitor needs no account. Put a reverse proxy's rule in front where even the
 * rate of mentions is confidential.
 */
#include "api_int.h"

#include "engine/account.h"
#include "engine/feed.h"
#include "engine/outbox.h"
#include "engine/source.h"
#include "engine/verifier.h"

void dw_api_healthz(struct dw_http_req *req, void *data)
{
	(void)data;
	dw_http_reply(req, 200, "text/plain; charset=utf-8", DW_STR("ok\n"));
}

void dw_api_readyz(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_journal_stats *s =
		dw_journal_stats(dw_engine_journal(api->engine));

	if (api->is_closing)
		dw_api_refuse(req, DW_ECLOSED, "shutting down");
	else if (s->is_failed)
		dw_api_refuse(
			req, DW_EIO,
			"the disk failed: nothing can be written until the server restarts");
	else if (s->is_full)
		dw_api_refuse(req, DW_EUNAVAILABLE,
			      "the disk is full: make room, it goes on alone");
	else
		dw_http_reply(req, 200, "text/plain; charset=utf-8", DW_STR("ready\n"));
}

struct metric {
	const char *name, *kind, *help;
	uint64_t value;
};

static int add_metrics(struct dw_buf *b, const struct metric *m, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = dw_buf_addf(
			b, "# HELP diwan_%s %s\n# TYPE diwan_%s %s\ndiwan_%s %llu\n",
			m[i].name, m[i].help, m[i].name, m[i].kind, m[i].name,
			(unsigned long long)m[i].value);
	return rc;
}

static int add_journal(struct dw_buf *b, struct dw_api *api)
{
	struct dw_journal *j = dw_engine_journal(api->engine);
	const struct dw_journal_stats *s = dw_journal_stats(j);
	const struct metric m[] = {
		{ "journal_head", "gauge", "Newest durable event.", dw_journal_head(j) },
		{ "journal_records_total", "counter", "Records appended.", s->records },
		{ "journal_duplicates_total", "counter", "Records known already.",
		  s->duplicates },
		{ "journal_conflicts_total", "counter", "Appends told to decide again.",
		  s->conflicts },
		{ "journal_commits_total", "counter", "Transactions, one fsync each.",
		  s->commits },
		{ "journal_commit_microseconds_total", "counter",
		  "Time spent in commits.", (uint64_t)s->commit_us_sum },
		{ "journal_pending", "gauge", "Appends not yet durable.",
		  dw_journal_pending(j) },
		{ "journal_full_errors_total", "counter",
		  "Commits refused by a full disk.", s->errors_full },
		{ "journal_io_errors_total", "counter",
		  "Commits and checkpoints that the disk failed.", s->errors_io },
		{ "journal_sync_errors_total", "counter", "Syncs that failed.",
		  s->errors_sync },
		{ "journal_other_errors_total", "counter",
		  "Commits that failed otherwise.", s->errors_other },
		{ "journal_failed", "gauge", "1 when no write is taken until a restart.",
		  s->is_failed },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

static int add_verifier(struct dw_buf *b, struct dw_api *api)
{
	const struct dw_verifier_stats *s =
		dw_verifier_stats(dw_engine_verifier(api->engine));
	const struct metric m[] = {
		{ "verify_events_total", "counter",
		  "Events of its record that the server checked by itself.", s->events },
		{ "verify_passes_total", "counter",
		  "Times that all events were found well.", s->passes },
		{ "verify_failures_total", "counter",
		  "Times that a wrong event was found.", s->failures },
		{ "verify_unreadable_total", "counter",
		  "Times that events could not be read to be checked.", s->unreadable },
		{ "verify_first_bad", "gauge",
		  "The wrong event that the last pass ended at; 0: it did not.",
		  s->first_bad },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

static int add_feed(struct dw_buf *b, struct dw_api *api)
{
	const struct dw_feed_stats *s = dw_feed_stats(dw_engine_feed(api->engine));
	const struct metric m[] = {
		{ "feed_watchers", "gauge", "Open streams.", s->watchers },
		{ "feed_frames_total", "counter", "Events put in the ring.",
		  s->frames_pushed },
		{ "feed_deliveries_total", "counter", "Frames offered to watchers.",
		  s->deliveries },
		{ "feed_writes_total", "counter", "Writes to watchers.", s->writes },
		{ "feed_short_writes_total", "counter",
		  "Writes that a full socket cut short.", s->short_writes },
		{ "feed_bytes_total", "counter", "Bytes taken by watchers' sockets.",
		  s->bytes_out },
		{ "feed_catchup_reads_total", "counter",
		  "Chunks read for those behind the ring.", s->catchup_reads },
		{ "feed_catchup_failures_total", "counter",
		  "Streams ended because the past could not be read whole.",
		  s->catchup_failures },
		{ "feed_catchup_events_total", "counter", "Events sent from the store.",
		  s->catchup_events },
		{ "feed_ring_first", "gauge", "Oldest event in the ring.",
		  s->ring_first },
		{ "feed_ring_last", "gauge", "Newest event in the ring.", s->ring_last },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

static int add_net(struct dw_buf *b, struct dw_api *api)
{
	const struct dw_net_stats *s;
	int rc;

	if (api->net == NULL)
		return 0;
	s = dw_net_stats(api->net);
	const struct metric m[] = {
		{ "http_connections_open", "gauge", "Open connections.",
		  s->connections_open },
		{ "http_connections_total", "counter", "Connections accepted.",
		  s->connections_accepted },
		{ "http_connections_refused_total", "counter",
		  "Connections over a limit.", s->connections_refused },
		{ "http_connections_displaced_total", "counter",
		  "Connections without a whole request, closed to let another one in.",
		  s->connections_displaced },
		{ "http_sinks_open", "gauge", "Connections that are streams.",
		  s->sinks_open },
		{ "http_gate_refused_total", "counter",
		  "Heads that the gate turned away.", s->gate_refused },
		{ "http_gate_disagreed_total", "counter",
		  "Heads on which gate and parser differ.", s->gate_disagreed },
		{ "http_bytes_in_total", "counter", "Bytes received.", s->bytes_in },
		{ "http_bytes_out_total", "counter", "Bytes sent.", s->bytes_out },
		{ "http_timeouts_head_total", "counter", "Heads that came too slowly.",
		  s->timeouts_head },
		{ "http_timeouts_body_total", "counter", "Bodies that came too slowly.",
		  s->timeouts_body },
		{ "http_timeouts_idle_total", "counter", "Idle connections closed.",
		  s->timeouts_idle },
		{ "http_timeouts_write_total", "counter",
		  "Readers that stalled or were too slow.", s->timeouts_write },
		{ "http_unsent_bytes", "gauge",
		  "Copied for readers that have no room yet.", s->unsent_bytes },
		{ "http_unsent_cut_total", "counter",
		  "Connections closed because that would be too much.", s->unsent_cut },
	};

	rc = add_metrics(b, m, sizeof(m) / sizeof(m[0]));
	if (rc == 0)
		rc = dw_buf_addz(
			b, "# HELP diwan_http_requests_total Answers by status class.\n"
			   "# TYPE diwan_http_requests_total counter\n");
	for (unsigned i = 1; i < 6 && rc == 0; i++)
		rc = dw_buf_addf(b, "diwan_http_requests_total{class=\"%uxx\"} %llu\n", i,
				 (unsigned long long)s->requests[i]);
	return rc;
}

static int add_api(struct dw_buf *b, const struct dw_api *api)
{
	const struct dw_account_stats *s =
		dw_account_stats(dw_engine_account(api->engine));
	const struct metric m[] = {
		{ "sign_ins_total", "counter", "Sessions started.", s->sign_ins },
		{ "sign_ins_refused_total", "counter",
		  "Sign-ins with a wrong name or password, or of a disabled account.",
		  s->refused },
		{ "sign_ins_throttled_total", "counter",
		  "Sign-ins told to wait, unchecked.", s->throttled },
		{ "reads_refused_total", "counter",
		  "Reads turned away because too many were waiting.",
		  dw_engine_reads_refused(api->engine) },
		{ "answers_replayed_total", "counter",
		  "Requests sent again that were answered as the first time.",
		  api->count.answers_replayed },
		{ "streams_ended_total", "counter",
		  "Streams ended because the right to them was gone.",
		  api->count.streams_ended },
		{ "backups_total", "counter", "Backups made.", api->count.backups },
		{ "backup_failures_total", "counter",
		  "Backups that failed, or whose copy was not whole.",
		  api->count.backup_failures },
		{ "backup_last_timestamp_seconds", "gauge",
		  "When the last backup since the start was made; 0 before.",
		  (uint64_t)(api->count.backup_at / 1000000) },
		{ "csp_reports_total", "counter",
		  "Violations of a page's policy that browsers told.", api->csp.total },
		{ "csp_reports_dropped_total", "counter",
		  "Such reports over the limit, not looked at.", api->csp.dropped },
		{ "typing_refused_total", "counter",
		  "Changes of drafts over the limit, not looked at.",
		  api->typing.refused },
		{ "bodies_held_bytes", "gauge", "Bodies in memory.", api->collecting },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

static int add_outlets(struct dw_buf *b, struct dw_api *api)
{
	struct dw_outbox_stats s;

	dw_outbox_stats(dw_engine_outbox(api->engine), &s);
	const struct metric m[] = {
		{ "deliveries_open", "gauge", "On their way to outlets.", s.open },
		{ "deliveries_made_total", "counter", "Arrived.", s.made },
		{ "deliveries_failed_total", "counter", "Given up.", s.failed },
		{ "delivery_tries_total", "counter", "Times that one was tried.",
		  s.tries },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

static int add_sources(struct dw_buf *b, struct dw_api *api)
{
	struct dw_sources *sources = dw_engine_sources(api->engine);
	const struct dw_poll_stats *s = dw_sources_stats(sources);
	const struct metric m[] = {
		{ "sources", "gauge", "Sources known.", dw_sources_count(sources) },
		{ "source_polls_total", "counter", "Times that a feed was asked.",
		  s->polls },
		{ "source_failures_total", "counter", "Times that it came to nothing.",
		  s->failures },
		{ "source_not_modified_total", "counter", "Times that nothing was new.",
		  s->not_modified },
		{ "source_items_total", "counter", "Mentions that feeds brought in.",
		  s->items },
		{ "source_bytes_total", "counter", "Bytes of feeds, decoded.", s->bytes },
		{ "source_refused_addresses_total", "counter",
		  "Connections to private addresses refused.", s->refused_addresses },
	};

	return add_metrics(b, m, sizeof(m) / sizeof(m[0]));
}

void dw_api_metrics(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_buf b;

	dw_buf_init(&b, 64 * 1024);
	if (add_journal(&b, api) == 0 && add_verifier(&b, api) == 0 &&
	    add_feed(&b, api) == 0 && add_api(&b, api) == 0 && add_net(&b, api) == 0 &&
	    add_sources(&b, api) == 0 && add_outlets(&b, api) == 0)
		dw_http_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8",
			      dw_buf_str(&b));
	else
		dw_api_refuse(req, DW_EINTERNAL, "the metrics do not fit");
	dw_buf_fini(&b);
}
