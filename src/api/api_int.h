/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_INT_H
#define DW_API_INT_H
/* What the handlers of this floor share. One handler file per concern. */
#include "api/api.h"
#include "base/jsonw.h"
#include "often_int.h"

#include <jansson.h>

struct dw_fault; /* domain/mention.h */

/* For /metrics. */
struct dw_api_counts {
	uint64_t answers_replayed, streams_ended;
	uint64_t backups, backup_failures;
	int64_t backup_at; /* when the last one was made; 0: none */
};

struct dw_csp_reports {
	uint64_t total, dropped;
	int64_t minute;		/* that these count, its start */
	unsigned taken, logged; /* requests, reports */
};

struct dw_api {
	struct dw_engine *engine;
	struct dw_loop *loop;
	struct dw_timers *timers;
	struct dw_files *files;
	struct dw_net *net; /* for /metrics; may be NULL */
	struct dw_api_conf conf;
	struct dw_link streams; /* open streams, api/stream.c */
	unsigned n_streams;
	struct dw_link files_out; /* on their way to somebody, api/room_file_read.c */
	unsigned n_files_out;
	bool is_closing;
	void *beat;	     /* api/stream.c's heartbeat */
	void *setup;	     /* api/setup.c's one-time token */
	size_t collecting;   /* bytes of bodies that are held: body.c */
	void *once;	     /* api/once.c's answers in work */
	void *presence;	     /* api/presence.c: who is in which room */
	void *newsroom;	     /* api/newsroom.c: pages that are made */
	struct often typing; /* api/statement_changes.c */
	bool is_copying;     /* control.c: a backup is being made */
	struct dw_api_counts count;
	struct dw_csp_reports csp;
};

/* ---- problem.c: refusals, RFC 9457 ---- */

#define DW_PROBLEM_TYPE "application/problem+json"

/** {type,title,status,detail}; adds Retry-After to 429 and 503. Answers and lets go of req. */
void dw_api_refuse(struct dw_http_req *req, int code, const char *fmt, ...)
	DW_PRINTF(3, 4);
/** From an error; text of err, or the code's title. */
void dw_api_refuse_err(struct dw_http_req *req, const struct dw_err *err);
/** The same with the place, where the fault has one. Both may lie in what the answer frees: copy them before. */
void dw_api_refuse_fault(struct dw_http_req *req, const struct dw_err *err,
			 const struct dw_fault *fault);
/** The same with errors:[{pointer,detail}]; pointer is a JSON pointer such as "/password". */
void dw_api_refuse_at(struct dw_http_req *req, int code, const char *pointer,
		      const char *fmt, ...) DW_PRINTF(4, 5);

/* Writes members of the open object. */
typedef void (*dw_api_more)(struct dw_jsonw *w, void *data);
/** With members besides those of every problem. */
void dw_api_refuse_more(struct dw_http_req *req, int code, const char *detail,
			dw_api_more more, void *data);

/** 429, not to be tried again before so many seconds. */
void dw_api_refuse_wait(struct dw_http_req *req, unsigned wait_s, const char *detail);

/* ---- body.c: bodies and answers ---- */

/**
 * Parse a JSON object body. Refuses by itself (400 with the line, 415 by content type, duplicate
 * names, fields that are not in the NULL-ended list) and returns NULL then. Returns: a new
 * reference to decref.
 */
json_t *dw_api_object(struct dw_http_req *req, const char *const *known);
/** A string member of min..max code points without control characters; refuses and returns false. */
bool dw_api_string(struct dw_http_req *req, json_t *o, const char *key, size_t min,
		   size_t max, struct dw_str *out);
/** ETag of an object: its version in quotes. */
void dw_api_tag(struct dw_http_req *req, uint64_t version);
/** 200/201 with the JSON in b. */
void dw_api_reply_json(struct dw_http_req *req, int status, struct dw_buf *b);

/** Count n bytes of bodies as held, which dw_api_let_go ends; false: there are too many. */
DW_MUST_USE bool dw_api_hold(struct dw_api *api, size_t n);
void dw_api_let_go(struct dw_api *api, size_t n);
/** The 503 for when there are too many. */
void dw_api_refuse_crowd(struct dw_http_req *req);

/**
 * Run the work on a reading thread, on behalf of the request's caller. An error returned (and told
 * in *err): it was not taken. 503 when too much waits, 429 when the caller has its share of it.
 */
DW_MUST_USE int dw_api_read(const struct dw_http_req *req, struct dw_api *api,
			    struct dw_work *w, struct dw_err *err);

static inline const struct dw_principal *dw_api_who(const struct dw_http_req *req)
{
	return req->principal;
}

/* ---- handlers; ctx is struct dw_api ---- */
#define DW_API_HANDLER(name) void name(struct dw_http_req *req, void *api)
DW_API_HANDLER(dw_api_session_create); /* session.c */
DW_API_HANDLER(dw_api_session_get);
DW_API_HANDLER(dw_api_session_delete);
DW_API_HANDLER(dw_api_sessions_list);
DW_API_HANDLER(dw_api_sessions_delete); /* DELETE /sessions/{id} */
DW_API_HANDLER(dw_api_users_list);	/* users.c */
DW_API_HANDLER(dw_api_people_list);	/* those who can be given something */
DW_API_HANDLER(dw_api_users_create);
DW_API_HANDLER(dw_api_users_patch); /* roles, groups, disabled, password; If-Match */
DW_API_HANDLER(dw_api_tokens_list); /* tokens.c */
DW_API_HANDLER(dw_api_tokens_create);
DW_API_HANDLER(dw_api_tokens_delete);
DW_API_HANDLER(dw_api_setup_create);	/* setup.c: POST /setup */
DW_API_HANDLER(dw_api_setup_link);	/* POST /control/setup-link, operator only */
DW_API_HANDLER(dw_api_mentions_create); /* mention.c */
DW_API_HANDLER(dw_api_mention_desk);
DW_API_HANDLER(dw_api_mention_get);
DW_API_HANDLER(dw_api_mentions_list);
DW_API_HANDLER(dw_api_mention_triage); /* triage.c */
DW_API_HANDLER(dw_api_sources_list);   /* sources.c */
DW_API_HANDLER(dw_api_sources_create);
DW_API_HANDLER(dw_api_sources_patch); /* url, interval_s, paused; If-Match */
DW_API_HANDLER(dw_api_sources_check);
DW_API_HANDLER(dw_api_sources_test);
DW_API_HANDLER(dw_api_incidents_create); /* incident.c */
DW_API_HANDLER(dw_api_incidents_patch);	 /* If-Match */
DW_API_HANDLER(dw_api_incident_mentions);
DW_API_HANDLER(dw_api_incident_mention_delete);
DW_API_HANDLER(dw_api_incident_notes);
DW_API_HANDLER(dw_api_incident_corrections);
DW_API_HANDLER(dw_api_incident_claims);
DW_API_HANDLER(dw_api_incident_claim_mentions);
DW_API_HANDLER(dw_api_incident_claim_mention_delete);
DW_API_HANDLER(dw_api_incident_claim_patch); /* If-Match */
DW_API_HANDLER(dw_api_incident_tasks);
DW_API_HANDLER(dw_api_incident_task_patch); /* If-Match */
DW_API_HANDLER(dw_api_incident_decisions);
DW_API_HANDLER(dw_api_incident_participants);
DW_API_HANDLER(dw_api_incident_participant_delete);
DW_API_HANDLER(dw_api_incident_milestones);
DW_API_HANDLER(dw_api_incident_playbooks);
DW_API_HANDLER(dw_api_incident_split);
DW_API_HANDLER(dw_api_incident_words);
DW_API_HANDLER(dw_api_incident_cadences);
DW_API_HANDLER(dw_api_incident_files); /* room_file.c */
DW_API_HANDLER(dw_api_incident_file);  /* room_file_read.c */
DW_API_HANDLER(dw_api_playbooks_list);
DW_API_HANDLER(dw_api_playbooks_create);
DW_API_HANDLER(dw_api_playbook_get);
DW_API_HANDLER(dw_api_playbook_patch);
DW_API_HANDLER(dw_api_incident_milestone_delete);
DW_API_HANDLER(dw_api_outgoing_get); /* authority.c */
DW_API_HANDLER(dw_api_outgoing_freeze);
DW_API_HANDLER(dw_api_outgoing_thaw);
DW_API_HANDLER(dw_api_outlets_list);
DW_API_HANDLER(dw_api_outlets_create);
DW_API_HANDLER(dw_api_outlet_patch);
DW_API_HANDLER(dw_api_outlet_delete);
DW_API_HANDLER(dw_api_policy_get);
DW_API_HANDLER(dw_api_policy_patch); /* If-Match */
DW_API_HANDLER(dw_api_contacts_get);
DW_API_HANDLER(dw_api_contacts_patch); /* If-Match */
DW_API_HANDLER(dw_api_keys_list);
DW_API_HANDLER(dw_api_keys_create);
DW_API_HANDLER(dw_api_key_confirm);
DW_API_HANDLER(dw_api_key_delete);
DW_API_HANDLER(dw_api_deputies_list);
DW_API_HANDLER(dw_api_deputies_create);
DW_API_HANDLER(dw_api_deputy_delete);
DW_API_HANDLER(dw_api_envelopes_list);
DW_API_HANDLER(dw_api_envelopes_create);
DW_API_HANDLER(dw_api_envelope_delete);
DW_API_HANDLER(dw_api_envelope_sign); /* signing.c */
DW_API_HANDLER(dw_api_envelope_nonce);
DW_API_HANDLER(dw_api_statement_nonce);
DW_API_HANDLER(dw_api_incidents_list); /* incident_read.c */
DW_API_HANDLER(dw_api_incident_get);
DW_API_HANDLER(dw_api_incident_handover);
DW_API_HANDLER(dw_api_incident_timeline);
DW_API_HANDLER(dw_api_incident_templates); /* templates.c */
DW_API_HANDLER(dw_api_templates);
DW_API_HANDLER(dw_api_statements_create); /* statements.c */
DW_API_HANDLER(dw_api_statement_patch);	  /* If-Match */
DW_API_HANDLER(dw_api_statement_links);
DW_API_HANDLER(dw_api_statement_link_delete);
DW_API_HANDLER(dw_api_statement_corrections);
DW_API_HANDLER(dw_api_statement_submit); /* statement_leave.c */
DW_API_HANDLER(dw_api_statement_verdicts);
DW_API_HANDLER(dw_api_statement_publish);
DW_API_HANDLER(dw_api_statement_withdraw);
DW_API_HANDLER(dw_api_statement_changes); /* statement_changes.c */
DW_API_HANDLER(dw_api_statement_changes_get);
DW_API_HANDLER(dw_api_statements_list); /* statements_read.c */
DW_API_HANDLER(dw_api_statement_get);
DW_API_HANDLER(dw_api_statement_version);
DW_API_HANDLER(dw_api_statement_checks);
DW_API_HANDLER(dw_api_statement_ledger);
DW_API_HANDLER(dw_api_statements_ledger);
DW_API_HANDLER(dw_api_approvals); /* approvals.c */
DW_API_HANDLER(dw_api_stream);	  /* stream.c */
DW_API_HANDLER(dw_api_presence);  /* presence.c: signed-in people only */
DW_API_HANDLER(dw_api_backup);	  /* control.c: operator only */
DW_API_HANDLER(dw_api_healthz);	  /* health.c */
DW_API_HANDLER(dw_api_readyz);
DW_API_HANDLER(dw_api_metrics);
DW_API_HANDLER(dw_api_csp_report); /* csp_report.c */
DW_API_HANDLER(dw_api_page);	   /* page.c */
DW_API_HANDLER(dw_api_asset);
DW_API_HANDLER(dw_api_newsroom); /* newsroom.c */
DW_API_HANDLER(dw_api_newsroom_statement);
DW_API_HANDLER(dw_api_newsroom_atom);
DW_API_HANDLER(dw_api_newsroom_json);

/* ---- auth.c: who is asking ---- */
/** Cookie name under the configured public_url: "__Host-diwan_session" under TLS, else
 *  "diwan_session". */
const char *dw_api_cookie_name(const struct dw_api *api);

/* ---- newsroom.c ---- */
void newsroom_init(struct dw_api *api);
void newsroom_fini(struct dw_api *api);

/* ---- stream.c ---- */
bool dw_api_streams_init(struct dw_api *api);
void dw_api_streams_fini(struct dw_api *api);

#endif
