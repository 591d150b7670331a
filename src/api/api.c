/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * api.c - the route table, and what every answer carries.
 *
 * A route's tag is the right that it needs; the guard (auth.c) checks it before a body is read.
 * Everything under /control/ needs OPERATE, which only the control socket has.
 */
#include "domain/update.h"
#include "domain/upload.h"
#include "engine/playbook.h"
#include "once_int.h"
#include "presence_int.h"

#include <stdlib.h>

#define SMALL (64u * 1024)
#define TEXT_BODY (512u * 1024) /* a whole text, as JSON */
#define HELD_MAX (256u * 1024 * 1024)
#define CHANGES_S 200 /* when nothing is set */

static const struct dw_route routes[] = {
	{ DW_GET, "/", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/setup", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/mentions/{id}", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/incidents", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/incidents/{id}", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/incidents/{id}/brief", dw_api_page, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/incidents/{id}/handover", dw_api_page, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/incidents/{id}/statements/{sid}", dw_api_page, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/approvals", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/authority", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/playbooks", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/wall", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/sources", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/people", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/tokens", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/sessions", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/settings", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/licenses.txt", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/robots.txt", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/favicon.svg", dw_api_page, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/manifest.webmanifest", dw_api_page, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/assets/{name}", dw_api_asset, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/healthz", dw_api_healthz, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/readyz", dw_api_readyz, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/metrics", dw_api_metrics, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/newsroom", dw_api_newsroom, DW_BODY_NONE, 0, DW_RIGHT_PUBLIC },
	{ DW_GET, "/newsroom/feed.atom", dw_api_newsroom_atom, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/newsroom/feed.json", dw_api_newsroom_json, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/newsroom/{id}", dw_api_newsroom_statement, DW_BODY_NONE, 0,
	  DW_RIGHT_PUBLIC },
	{ DW_POST, "/csp-report", dw_api_csp_report, DW_BODY_WHOLE, 8192,
	  DW_RIGHT_PUBLIC },

	{ DW_POST, "/api/v1/session", dw_api_session_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/api/v1/session", dw_api_session_get, DW_BODY_NONE, 0,
	  DW_RIGHT_SIGNED_IN },
	{ DW_DELETE, "/api/v1/session", dw_api_session_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_SIGNED_IN },
	{ DW_GET, "/api/v1/sessions", dw_api_sessions_list, DW_BODY_NONE, 0,
	  DW_RIGHT_SIGNED_IN },
	{ DW_DELETE, "/api/v1/sessions/{id}", dw_api_sessions_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_SIGNED_IN },
	{ DW_POST, "/api/v1/setup", dw_api_setup_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_PUBLIC },
	{ DW_GET, "/api/v1/people", dw_api_people_list, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/users", dw_api_users_list, DW_BODY_NONE, 0, DW_RIGHT_ADMIN },
	{ DW_POST, "/api/v1/users", dw_api_users_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_PATCH, "/api/v1/users/{id}", dw_api_users_patch, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_GET, "/api/v1/tokens", dw_api_tokens_list, DW_BODY_NONE, 0, DW_RIGHT_ADMIN },
	{ DW_POST, "/api/v1/tokens", dw_api_tokens_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_DELETE, "/api/v1/tokens/{id}", dw_api_tokens_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_ADMIN },

	{ DW_POST, "/api/v1/mentions", dw_api_mentions_create, DW_BODY_STREAM, 0,
	  DW_RIGHT_INGEST },
	{ DW_POST, "/api/v1/mentions/desk", dw_api_mention_desk, DW_BODY_WHOLE,
	  256u * 1024, DW_RIGHT_DESK },
	{ DW_GET, "/api/v1/mentions", dw_api_mentions_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_GET, "/api/v1/mentions/{id}", dw_api_mention_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/mentions/{id}/triage", dw_api_mention_triage, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_CONTRIBUTE },
	{ DW_GET, "/api/v1/sources", dw_api_sources_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/sources", dw_api_sources_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_PATCH, "/api/v1/sources/{id}", dw_api_sources_patch, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_POST, "/api/v1/sources/{id}/check", dw_api_sources_check, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ADMIN },
	{ DW_POST, "/api/v1/sources/test", dw_api_sources_test, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_GET, "/api/v1/incidents", dw_api_incidents_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/incidents", dw_api_incidents_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/incidents/{id}", dw_api_incident_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_PATCH, "/api/v1/incidents/{id}", dw_api_incidents_patch, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/incidents/{id}/handover", dw_api_incident_handover,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/incidents/{id}/templates", dw_api_incident_templates,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/incidents/{id}/timeline", dw_api_incident_timeline,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/incidents/{id}/mentions", dw_api_incident_mentions,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_DELETE, "/api/v1/incidents/{id}/mentions/{mid}",
	  dw_api_incident_mention_delete, DW_BODY_NONE, 0, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/notes", dw_api_incident_notes, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/corrections", dw_api_incident_corrections,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/claims", dw_api_incident_claims, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_PATCH, "/api/v1/incidents/{id}/claims/{cid}", dw_api_incident_claim_patch,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/claims/{cid}/mentions",
	  dw_api_incident_claim_mentions, DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_DELETE, "/api/v1/incidents/{id}/claims/{cid}/mentions/{mid}",
	  dw_api_incident_claim_mention_delete, DW_BODY_NONE, 0, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/tasks", dw_api_incident_tasks, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_PATCH, "/api/v1/incidents/{id}/tasks/{tid}", dw_api_incident_task_patch,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/decisions", dw_api_incident_decisions,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/participants", dw_api_incident_participants,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_DELETE, "/api/v1/incidents/{id}/participants/{pid}",
	  dw_api_incident_participant_delete, DW_BODY_NONE, 0, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/milestones", dw_api_incident_milestones,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_DELETE, "/api/v1/incidents/{id}/milestones/{seq}",
	  dw_api_incident_milestone_delete, DW_BODY_NONE, 0, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/playbooks", dw_api_incident_playbooks,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/split", dw_api_incident_split, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/words", dw_api_incident_words, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/cadences", dw_api_incident_cadences,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/incidents/{id}/files", dw_api_incident_files, DW_BODY_STREAM,
	  DW_FILE_MAX, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/incidents/{id}/files/{fid}", dw_api_incident_file,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/outgoing", dw_api_outgoing_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/outgoing/freeze", dw_api_outgoing_freeze, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_COMMAND },
	{ DW_DELETE, "/api/v1/outgoing/freeze", dw_api_outgoing_thaw, DW_BODY_NONE, 0,
	  DW_RIGHT_COMMAND },
	{ DW_GET, "/api/v1/outlets", dw_api_outlets_list, DW_BODY_NONE, 0,
	  DW_RIGHT_ADMIN },
	{ DW_POST, "/api/v1/outlets", dw_api_outlets_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_PATCH, "/api/v1/outlets/{id}", dw_api_outlet_patch, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_DELETE, "/api/v1/outlets/{id}", dw_api_outlet_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_ADMIN },
	{ DW_GET, "/api/v1/policy", dw_api_policy_get, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_PATCH, "/api/v1/policy", dw_api_policy_patch, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_ADMIN },
	{ DW_GET, "/api/v1/contacts", dw_api_contacts_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_PATCH, "/api/v1/contacts", dw_api_contacts_patch, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_VOUCH },
	{ DW_GET, "/api/v1/keys", dw_api_keys_list, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/keys", dw_api_keys_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_APPROVE },
	{ DW_POST, "/api/v1/keys/{id}/confirm", dw_api_key_confirm, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_VOUCH },
	{ DW_DELETE, "/api/v1/keys/{id}", dw_api_key_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_VOUCH },
	{ DW_GET, "/api/v1/deputies", dw_api_deputies_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/deputies", dw_api_deputies_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_APPROVE },
	{ DW_GET, "/api/v1/envelopes", dw_api_envelopes_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/envelopes", dw_api_envelopes_create, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_COMMAND },
	{ DW_POST, "/api/v1/envelopes/{id}/nonce", dw_api_envelope_nonce, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_APPROVE },
	{ DW_POST, "/api/v1/envelopes/{id}/sign", dw_api_envelope_sign, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_APPROVE },
	{ DW_DELETE, "/api/v1/envelopes/{id}", dw_api_envelope_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_VOUCH },
	{ DW_GET, "/api/v1/templates", dw_api_templates, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/statements/{id}/nonce", dw_api_statement_nonce, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_APPROVE },
	{ DW_DELETE, "/api/v1/deputies/{id}", dw_api_deputy_delete, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_GET, "/api/v1/playbooks", dw_api_playbooks_list, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_POST, "/api/v1/playbooks", dw_api_playbooks_create, DW_BODY_WHOLE,
	  DW_PLAYBOOK_BYTES, DW_RIGHT_COMMAND },
	{ DW_GET, "/api/v1/playbooks/{slug}", dw_api_playbook_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_PATCH, "/api/v1/playbooks/{slug}", dw_api_playbook_patch, DW_BODY_WHOLE,
	  DW_PLAYBOOK_BYTES, DW_RIGHT_COMMAND },
	{ DW_POST, "/api/v1/incidents/{id}/statements", dw_api_statements_create,
	  DW_BODY_WHOLE, TEXT_BODY, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/incidents/{id}/statements", dw_api_statements_list,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/statements/{id}", dw_api_statement_get, DW_BODY_NONE, 0,
	  DW_RIGHT_READ },
	{ DW_GET, "/api/v1/incidents/{id}/ledger", dw_api_statements_ledger, DW_BODY_NONE,
	  0, DW_RIGHT_READ },
	{ DW_PATCH, "/api/v1/statements/{id}", dw_api_statement_patch, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/statements/{id}/versions/{digest}", dw_api_statement_version,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/statements/{id}/changes", dw_api_statement_changes,
	  DW_BODY_WHOLE, DW_UPDATES_BYTES, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/statements/{id}/changes", dw_api_statement_changes_get,
	  DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/statements/{id}/links", dw_api_statement_links, DW_BODY_WHOLE,
	  SMALL, DW_RIGHT_ROOM },
	{ DW_DELETE, "/api/v1/statements/{id}/links/{lid}", dw_api_statement_link_delete,
	  DW_BODY_NONE, 0, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/statements/{id}/checks", dw_api_statement_checks, DW_BODY_NONE,
	  0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/statements/{id}/ledger", dw_api_statement_ledger, DW_BODY_NONE,
	  0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/statements/{id}/submit", dw_api_statement_submit,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/statements/{id}/verdicts", dw_api_statement_verdicts,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_APPROVE },
	{ DW_POST, "/api/v1/statements/{id}/publish", dw_api_statement_publish,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/statements/{id}/withdraw", dw_api_statement_withdraw,
	  DW_BODY_WHOLE, SMALL, DW_RIGHT_ROOM },
	{ DW_POST, "/api/v1/statements/{id}/corrections", dw_api_statement_corrections,
	  DW_BODY_WHOLE, TEXT_BODY, DW_RIGHT_ROOM },
	{ DW_GET, "/api/v1/approvals", dw_api_approvals, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_GET, "/api/v1/stream", dw_api_stream, DW_BODY_NONE, 0, DW_RIGHT_READ },
	{ DW_POST, "/api/v1/presence", dw_api_presence, DW_BODY_WHOLE, 1024,
	  DW_RIGHT_READ },

	{ DW_POST, "/control/setup-link", dw_api_setup_link, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_OPERATE },
	{ DW_POST, "/control/backup", dw_api_backup, DW_BODY_WHOLE, SMALL,
	  DW_RIGHT_OPERATE },
	{ 0, NULL, NULL, 0, 0, 0 },
};

const struct dw_route *dw_api_routes(void)
{
	return routes;
}

int dw_api_create(struct dw_api **out, struct dw_engine *e, struct dw_timers *timers,
		  struct dw_loop *loop, struct dw_files *files,
		  const struct dw_api_conf *conf, struct dw_err *err)
{
	struct dw_api *api = calloc(1, sizeof(*api));

	DW_INVARIANT(api != NULL);
	api->engine = e;
	api->loop = loop;
	api->timers = timers;
	api->files = files;
	api->conf = *conf;
	if (api->conf.max_held_bytes == 0)
		api->conf.max_held_bytes = HELD_MAX;
	dw_list_init(&api->streams);
	dw_list_init(&api->files_out);
	if (!dw_api_streams_init(api)) {
		free(api);
		return dw_fail(err, DW_EINTERNAL, "starting the heartbeat");
	}
	presence_init(api);
	dw_api_once_init(api);
	newsroom_init(api);
	often_init(&api->typing,
		   conf->changes_per_s != 0 ? conf->changes_per_s : CHANGES_S);
	*out = api;
	return 0;
}

void dw_api_set_net(struct dw_api *api, struct dw_net *net)
{
	api->net = net;
}

void dw_api_destroy(struct dw_api *api)
{
	if (api == NULL)
		return;
	DW_REQUIRE(api->n_streams == 0 && api->n_files_out == 0);
	dw_api_streams_fini(api);
	presence_fini(api);
	dw_api_once_fini(api);
	newsroom_fini(api);
	often_fini(&api->typing);
	free(api->setup);
	free(api);
}

void dw_api_decorate(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	dw_http_set(req, "X-Content-Type-Options", DW_STR("nosniff"));
	dw_http_set(req, "Referrer-Policy", DW_STR("no-referrer"));
	dw_http_set(req, "Cross-Origin-Opener-Policy", DW_STR("same-origin"));
	dw_http_set(req, "Cross-Origin-Resource-Policy", DW_STR("same-origin"));
	dw_http_set(req, "X-Frame-Options", DW_STR("DENY"));
	if (dw_str_starts(req->path, DW_STR("/api/")) ||
	    dw_str_starts(req->path, DW_STR("/control/")))
		dw_http_set(req, "Cache-Control", DW_STR("no-store"));
	if (!req->is_tls && (api == NULL || api->conf.public_url == NULL ||
			     strncmp(api->conf.public_url, "https:", 6) != 0))
		return;
	if (req->route != NULL && req->route->handler == dw_api_page)
		dw_http_set(req, "Reporting-Endpoints", DW_STR("csp=\"/csp-report\""));
	dw_http_set(req, "Strict-Transport-Security", DW_STR("max-age=31536000"));
}
