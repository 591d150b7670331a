/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * auth.c - the guard: who asks, may they, and did our own page ask.
 *
 *   control socket ──► the operator, who owns the machine anyway; nothing below applies
 *   Authorization  ──► a token. A browser never adds that header for another site by itself
 *   cookie         ──► a session. A browser adds it whoever made it ask, so:
 *
 *   Sec-Fetch-Site: cross-site, or an Origin that is not ours       refused
 *   a change without a valid X-CSRF-Token or Sec-Fetch-Site: same-origin   refused
 *
 * Signing in and setting up come without a cookie and are checked by the first of these rules
 * too: nobody shall be signed in to an account that is somebody else's. A body must say that it
 * is JSON, which no form of another site can say without asking first; and nothing here answers
 * such a question (there are no CORS headers at all).
 *
 * A report about a page's policy (csp_report.c) is let in from anywhere: browsers send it without
 * an origin, in types of its own, and it changes nothing but a counter.
 *
 * A file is sent as its own bytes, of whatever type but those of forms; the rules about the site
 * and X-CSRF-Token are what keeps other sites out there.
 *
 * An open stream is no activity, and neither is a page that says who is there: these two requests do
 * not put off the idle limit.
 */
#include "account_int.h"

#include <sodium.h>
#include <stdio.h>

const char *dw_api_cookie_name(const struct dw_api *api)
{
	bool is_tls = api->conf.public_url != NULL &&
		      strncmp(api->conf.public_url, "https:", 6) == 0;

	return is_tls ? "__Host-diwan_session" : "diwan_session";
}

struct dw_str api_cookie(const struct dw_http_req *req, const struct dw_api *api)
{
	return dw_http_cookie(req, dw_api_cookie_name(api));
}

void api_set_cookie(struct dw_http_req *req, const struct dw_api *api, const char *value)
{
	const char *name = dw_api_cookie_name(api);
	bool is_secure = req->is_tls || name[0] == '_';
	char text[256];
	int n = snprintf(
		text, sizeof(text),
		"%s=%s; Path=/; Max-Age=%u; HttpOnly; SameSite=Strict%s", name, value,
		value[0] != '\0' ? dw_engine_conf(api->engine)->session_absolute_s : 0,
		is_secure ? "; Secure" : "");

	DW_INVARIANT(n > 0 && (size_t)n < sizeof(text));
	dw_http_set(req, "Set-Cookie", dw_str_make(text, (size_t)n));
	sodium_memzero(text, sizeof(text));
}

/* ---- origins ---- */

struct origin {
	struct dw_str scheme, host, port; /* port empty: the scheme's own */
};

/* HOST[:PORT], the host possibly [v6]. */
static void split_host(struct dw_str s, struct origin *o)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	if (i > 0 && s.p[i - 1] == ':') {
		o->host = dw_str_make(s.p, i - 1);
		o->port = dw_str_make(s.p + i, s.n - i);
	} else {
		o->host = s;
		o->port = dw_str_make("", 0);
	}
}

/* SCHEME://HOST[:PORT][/…] */
static bool split_origin(struct dw_str s, struct origin *o)
{
	const char *at = s.n > 0 ? memmem(s.p, s.n, "://", 3) : NULL;
	struct dw_str rest;
	const char *slash;

	if (at == NULL || at == s.p)
		return false;
	o->scheme = dw_str_make(s.p, (size_t)(at - s.p));
	rest = dw_str_make(at + 3, s.n - o->scheme.n - 3);
	slash = memchr(rest.p, '/', rest.n);
	if (slash != NULL)
		rest.n = (size_t)(slash - rest.p);
	split_host(rest, o);
	return o->host.n > 0;
}

static struct dw_str port_of(const struct origin *o)
{
	if (o->port.n > 0)
		return o->port;
	return dw_str_eq_nocase(o->scheme, DW_STR("https")) ? DW_STR("443")
							    : DW_STR("80");
}

/* Ours is the configured one; without any, whatever the browser sent this request to. */
static bool is_own_origin(const struct dw_http_req *req, const struct dw_api *api,
			  struct dw_str origin)
{
	struct origin theirs, ours;

	if (!split_origin(origin, &theirs))
		return false;
	if (api->conf.public_url != NULL) {
		if (!split_origin(dw_str_of(api->conf.public_url), &ours))
			return false;
	} else {
		ours.scheme = theirs.scheme;
		split_host(dw_http_header(req, "host"), &ours);
	}
	return dw_str_eq_nocase(theirs.scheme, ours.scheme) &&
	       dw_str_eq_nocase(theirs.host, ours.host) &&
	       dw_str_eq(port_of(&theirs), port_of(&ours));
}

/* ---- did our own page ask ---- */

static bool is_change(const struct dw_http_req *req)
{
	return req->method != DW_GET && req->method != DW_HEAD &&
	       req->method != DW_OPTIONS;
}

static bool has_csrf_token(const struct dw_http_req *req, const struct dw_api *api)
{
	struct dw_str got = dw_http_header(req, "x-csrf-token");
	char want[DW_SECRET_TEXT];
	bool is_same;

	dw_account_csrf(api_cookie(req, api), want);
	is_same = got.n == strlen(want) && sodium_memcmp(got.p, want, got.n) == 0;
	sodium_memzero(want, sizeof(want));
	return is_same;
}

static bool check_site(struct dw_http_req *req, const struct dw_api *api,
		       const struct dw_principal *who)
{
	struct dw_str site = dw_http_header(req, "sec-fetch-site");
	struct dw_str origin = dw_http_header(req, "origin");

	if (who->kind == DW_NOBODY && !is_change(req))
		return true;
	if (dw_str_eq_nocase(site, DW_STR("cross-site"))) {
		dw_api_refuse(req, DW_EFORBIDDEN,
			      "another site asked the browser to send this");
		return false;
	}
	if (origin.p != NULL && !is_own_origin(req, api, origin)) {
		dw_api_refuse(req, DW_EFORBIDDEN,
			      "a page of another origin sent this; ours is %s",
			      api->conf.public_url != NULL ? api->conf.public_url
							   : "the one in Host");
		return false;
	}
	if (who->kind == DW_NOBODY || !is_change(req) || has_csrf_token(req, api) ||
	    dw_str_eq_nocase(site, DW_STR("same-origin")))
		return true;
	dw_api_refuse(req, DW_EFORBIDDEN,
		      "a change by cookie needs the header X-CSRF-Token: the csrf of GET "
		      "/api/v1/session");
	return false;
}

/* ---- who asks ---- */

static bool by_bearer(struct dw_http_req *req, struct dw_api *api, struct dw_str auth,
		      struct dw_principal *who)
{
	if (auth.n > 7 && dw_str_eq_nocase(dw_str_make(auth.p, 7), DW_STR("Bearer ")) &&
	    dw_account_by_token(dw_engine_account(api->engine),
				dw_str_trim(dw_str_make(auth.p + 7, auth.n - 7)), who))
		return true;
	dw_http_set(req, "WWW-Authenticate",
		    DW_STR("Bearer realm=\"diwan\", error=\"invalid_token\""));
	dw_api_refuse(req, DW_EAUTH, "this token is not known here, or was revoked");
	return false;
}

/* ---- what is sent ---- */

static bool takes(const struct dw_route *route, struct dw_str media)
{
	if (dw_str_eq_nocase(media, DW_STR("application/json")))
		return true;
	if (route->handler == dw_api_incident_files)
		return !dw_str_eq_nocase(media, DW_STR("multipart/form-data")) &&
		       !dw_str_eq_nocase(media,
					 DW_STR("application/x-www-form-urlencoded"));
	if (route->handler == dw_api_csp_report)
		return dw_str_eq_nocase(media, DW_STR("application/csp-report")) ||
		       dw_str_eq_nocase(media, DW_STR("application/reports+json"));
	return route->body == DW_BODY_STREAM &&
	       dw_str_eq_nocase(media, DW_STR("application/x-ndjson"));
}

static bool check_media(struct dw_http_req *req)
{
	struct dw_str type = dw_http_header(req, "content-type"), media = { "", 0 };
	struct dw_str coding = dw_http_header(req, "content-encoding");
	bool takes_lines = req->route->body == DW_BODY_STREAM;

	if (req->route->body == DW_BODY_NONE || req->content_length == 0)
		return true;
	if (coding.p != NULL && !dw_str_eq_nocase(coding, DW_STR("identity"))) {
		dw_api_refuse(
			req, DW_EMEDIA,
			"send the body as it is: no Content-Encoding is undone here");
		return false;
	}
	(void)dw_str_split(&type, ';', &media);
	if (takes(req->route, dw_str_trim(media)))
		return true;
	if (req->route->handler == dw_api_incident_files) {
		dw_api_refuse(req, DW_EMEDIA,
			      "send the bytes of the file themselves, not a form");
		return false;
	}
	dw_api_refuse(req, DW_EMEDIA,
		      "the body must have Content-Type: application/json%s",
		      takes_lines ? " or application/x-ndjson" : "");
	return false;
}

/* An open page is not activity: what it does by itself keeps no idle session alive. */
static bool is_left_alone(const struct dw_route *route)
{
	return route->handler == dw_api_stream || route->handler == dw_api_presence;
}

bool dw_api_guard(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_principal *who = dw_arena_alloc(req->arena, sizeof(*who));
	enum dw_right right = (enum dw_right)req->route->tag;
	struct dw_str auth = dw_http_header(req, "authorization");
	struct dw_err err = { 0 };

	req->principal = who;
	if (dw_str_starts(req->path, DW_STR("/api/")))
		dw_http_set(req, "Vary",
			    DW_STR("Sec-Fetch-Site, Origin, Cookie, Authorization"));
	if (req->is_local)
		who->kind = DW_OPERATOR;
	else if (right != DW_RIGHT_PUBLIC && auth.p != NULL &&
		 !by_bearer(req, api, auth, who))
		return false;
	else if (right != DW_RIGHT_PUBLIC && auth.p == NULL)
		(void)dw_account_by_session(dw_engine_account(api->engine),
					    api_cookie(req, api),
					    !is_left_alone(req->route), who);
	if ((who->kind == DW_NOBODY || who->kind == DW_USER) &&
	    req->route->handler != dw_api_csp_report && !check_site(req, api, who))
		return false;
	if (dw_policy_check(who, right, &err) < 0) {
		if (err.code == DW_EAUTH)
			dw_http_set(req, "WWW-Authenticate",
				    DW_STR("Bearer realm=\"diwan\""));
		dw_api_refuse_err(req, &err);
		return false;
	}
	return check_media(req);
}
