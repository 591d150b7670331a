/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * csp_report.c - POST /csp-report: a browser says that a page tried what its policy forbids.
 *
 * Either somebody found a way to put a script into our page, or we shipped one that breaks our
 * own policy; both must be seen. Browsers send two forms: {"csp-report":{…}} (report-uri) and a
 * list of {"type":"csp-violation","body":{…}} (report-to).
 *
 * Anybody may send anything here, so little is believed and little is kept: a counter, and for a
 * few a minute one line in the log with the directive, what was blocked (of an address its origin
 * only: paths and queries are full of what people do) and the line of our own script. Who sent it
 * and which page was looked at are not written down.
 */
#include "api_int.h"

#include "base/log.h"

#include <ctype.h>

#define MINUTE_US INT64_C(60000000)
#define TAKEN_MAX 120 /* requests a minute, of everybody */
#define LOGGED_MAX 10 /* lines a minute */
#define LIST_MAX 20   /* reports in one request */
#define TEXT_MAX 80

/* A field as it may stand in a log line: these characters, and not many of them. */
static void copy(char out[TEXT_MAX], struct dw_str s)
{
	size_t n = 0;

	for (; n < s.n && n + 1 < TEXT_MAX; n++)
		out[n] = isalnum((unsigned char)s.p[n]) || strchr("-_.:/[]", s.p[n])
				 ? s.p[n]
				 : '?';
	if (n == 0)
		out[n++] = '-';
	out[n] = '\0';
}

static struct dw_str text(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return dw_str_make(json_string_value(v), json_string_length(v));
}

/* One of both spellings. */
static struct dw_str either(json_t *o, const char *one, const char *other)
{
	struct dw_str s = text(o, one);

	return s.p != NULL ? s : text(o, other);
}

/* "https://host:port" of an address; "data" of what has no host; "inline" as it is. */
static struct dw_str origin_of(struct dw_str url)
{
	const char *at = url.n > 0 ? memmem(url.p, url.n, "://", 3) : NULL;
	const char *colon = url.n > 0 ? memchr(url.p, ':', url.n) : NULL;
	size_t n;

	if (at == NULL)
		return colon != NULL ? dw_str_make(url.p, (size_t)(colon - url.p)) : url;
	n = (size_t)(at - url.p);
	if (n < 4 || memcmp(url.p, "http", 4) != 0)
		return dw_str_make(url.p,
				   n); /* an extension has its owner's name there */
	for (n += 3; n < url.n && strchr("/?#", url.p[n]) == NULL; n++)
		;
	return dw_str_make(url.p, n);
}

/* The path of one of our own scripts, else only where it comes from. */
static struct dw_str script_of(struct dw_str url)
{
	const struct dw_str ours = DW_STR("/assets/");
	struct dw_str origin = origin_of(url);
	struct dw_str path = dw_str_make(url.p + origin.n, url.n - origin.n);
	size_t n = 0;

	if (url.n == 0 || !dw_str_starts(path, ours))
		return origin;
	while (n < path.n && path.p[n] != '?' && path.p[n] != '#')
		n++;
	return dw_str_make(path.p, n);
}

/* A new minute? */
static void turn_minute(struct dw_api *api)
{
	struct dw_csp_reports *c = &api->csp;
	int64_t now = dw_mono_us(dw_engine_clock(api->engine));

	if (c->minute != 0 && now - c->minute < MINUTE_US)
		return;
	if (c->logged > LOGGED_MAX)
		dw_log(DW_LOG_WARN, "csp.violations", "more=%u", c->logged - LOGGED_MAX);
	c->minute = now;
	c->taken = 0;
	c->logged = 0;
}

static void take(struct dw_api *api, json_t *body)
{
	char directive[TEXT_MAX], blocked[TEXT_MAX], script[TEXT_MAX];
	json_t *line = json_object_get(body, "line-number");

	api->csp.total++;
	if (++api->csp.logged > LOGGED_MAX)
		return;
	if (line == NULL)
		line = json_object_get(body, "lineNumber");
	copy(directive, either(body, "effective-directive", "effectiveDirective"));
	copy(blocked, origin_of(either(body, "blocked-uri", "blockedURL")));
	copy(script, script_of(either(body, "source-file", "sourceFile")));
	dw_log(DW_LOG_WARN, "csp.violation",
	       "directive=%.40s blocked=%s script=%s line=%lld", directive, blocked,
	       script, (long long)json_integer_value(line));
}

static void take_list(struct dw_api *api, json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		json_t *body = json_object_get(one, "body");

		if (i < LIST_MAX && json_is_object(body) &&
		    dw_str_eq(text(one, "type"), DW_STR("csp-violation")))
			take(api, body);
	}
}

void dw_api_csp_report(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	json_t *o, *old;

	turn_minute(api);
	if (api->csp.taken >= TAKEN_MAX) {
		api->csp.dropped++;
		dw_http_set(req, "Retry-After", DW_STR("60"));
		dw_api_refuse(req, DW_EBUSY, "there are too many reports");
		return;
	}
	api->csp.taken++;
	o = json_loadb(req->body.p != NULL ? req->body.p : "", req->body.n, 0, NULL);
	old = json_object_get(o, "csp-report");
	if (json_is_object(old))
		take(api, old);
	else if (json_is_array(o))
		take_list(api, o);
	if (json_is_object(old) || json_is_array(o))
		dw_http_reply(req, 204, NULL, dw_str_make(NULL, 0));
	else
		dw_api_refuse_at(req, DW_EINVAL, "",
				 "the body must be a report as browsers send them");
	json_decref(o);
}
