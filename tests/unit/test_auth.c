/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_auth.c - the guard over real sockets: who may, and which pages may make a browser ask.
 */
#include "apirig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define JSON APIRIG_JSON
#define GOOD APIRIG_PASSWORD

/* One war room with its first admin, for all tests of a group. */
static struct apirig rig;
static struct apirig_reply re;
static char read_token[64];

static void ask(const char *method, const char *path, const char *headers,
		const char *body)
{
	apirig_ask(&rig, method, path, headers, body, &re);
}

static int group_setup(void **state)
{
	apirig_start(&rig, NULL);
	apirig_set_up(&rig);
	apirig_token(&rig, "\"read\"", read_token, sizeof(read_token), &re);
	return 0;
}

static int group_teardown(void **state)
{
	apirig_stop(&rig);
	return 0;
}

/* ---- who ---- */

static void nobody_is_told_to_sign_in(void **state)
{
	static const char *const paths[] = { "/api/v1/session", "/api/v1/sessions",
					     "/api/v1/users", "/api/v1/tokens",
					     "/api/v1/mentions" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ask("GET", paths[i], "", NULL);
		assert_int_equal(re.status, 401);
		assert_non_null(strstr(re.head, "\r\nWWW-Authenticate: Bearer"));
		assert_non_null(
			strstr(re.head, "Content-Type: application/problem+json"));
	}
	ask("GET", "/api/v1/session", "Cookie: diwan_session=\r\n", NULL);
	assert_int_equal(re.status, 401);
	ask("GET", "/api/v1/session",
	    "Cookie: diwan_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
	    NULL);
	assert_int_equal(re.status, 401);
	ask("POST", "/control/backup", JSON, "{\"dest\":\"/x\"}");
	assert_int_equal(re.status, 401);
	ask("POST", "/control/setup-link", apirig_with_csrf(&rig, JSON), "{}");
	assert_int_equal(re.status, 403);
}

static void a_cookie_names_its_user(void **state)
{
	ask("GET", "/api/v1/session", apirig_as_admin(&rig, ""), NULL);
	assert_int_equal(re.status, 200);
	assert_non_null(
		strstr(re.body, "\"name\":\"root\",\"roles\":[\"admin\"],\"groups\":[]"));
	assert_non_null(strstr(re.body, rig.csrf));
	assert_non_null(strstr(re.head, "\r\nVary: Sec-Fetch-Site, Origin"));
	assert_non_null(strstr(re.head, "\r\nCache-Control: no-store"));
}

static void a_token_does_what_its_scope_says(void **state)
{
	ask("GET", "/api/v1/mentions", apirig_bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 200);
	ask("POST", "/api/v1/mentions", apirig_bearer(read_token, JSON), "[]");
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/users", apirig_bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/session", apirig_bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/mentions", apirig_bearer("dwt_nosuch", ""), NULL);
	assert_int_equal(re.status, 401);
	assert_non_null(strstr(re.head, "invalid_token"));
	ask("GET", "/api/v1/mentions", "Authorization: Basic cm9vdDpyb290\r\n", NULL);
	assert_int_equal(re.status, 401);
	/* a bad token is not made good by a cookie */
	ask("GET", "/api/v1/mentions",
	    apirig_as_admin(&rig, "Authorization: Bearer x\r\n"), NULL);
	assert_int_equal(re.status, 401);
}

/* ---- which page ---- */

struct site {
	const char *headers;
	int read, change, sign_in;
};

#define OWN "http://127.0.0.1:%d"

/* read: GET with the cookie; change: DELETE of a session that there is not, with the cookie;
 * sign_in: a wrong password without it. Each is what the headers alone lead to. */
static const struct site sites[] = {
	{ "", 200, 403, 401 },
	{ "Sec-Fetch-Site: same-origin\r\n", 200, 404, 401 },
	{ "Sec-Fetch-Site: same-site\r\n", 200, 403, 401 },
	{ "Sec-Fetch-Site: none\r\n", 200, 403, 401 },
	{ "Sec-Fetch-Site: cross-site\r\n", 403, 403, 403 },
	{ "Sec-Fetch-Site: Cross-Site\r\n", 403, 403, 403 },
	{ "Origin: http://evil.example\r\n", 403, 403, 403 },
	{ "Origin: null\r\n", 403, 403, 403 },
	{ "Origin: \r\n", 403, 403, 403 },
	{ "Origin: http://127.0.0.1\r\n", 403, 403, 403 },
	{ "Origin: http://127.0.0.1.evil.example:%d\r\n", 403, 403, 403 },
	{ "Origin: " OWN "\r\n", 200, 403, 401 },
	{ "Origin: " OWN "\r\nSec-Fetch-Site: same-origin\r\n", 200, 404, 401 },
	{ "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n", 403, 403,
	  403 },
	{ "X-CSRF-Token: wrong\r\n", 200, 403, 401 },
	{ "X-CSRF-Token: %s\r\n", 200, 404, 401 },
	{ "X-CSRF-Token: %s\r\nSec-Fetch-Site: same-site\r\n", 200, 404, 401 },
	{ "X-CSRF-Token: %s\r\nSec-Fetch-Site: cross-site\r\n", 403, 403, 403 },
	{ "X-CSRF-Token: %s\r\nOrigin: null\r\n", 403, 403, 403 },
};

/* Put the port for %d or the csrf value for %s. */
static void fill(const char *format, char *out, size_t cap)
{
	const char *at = strchr(format, '%');
	char value[64];

	if (at == NULL) {
		snprintf(out, cap, "%s", format);
		return;
	}
	if (at[1] == 'd')
		snprintf(value, sizeof(value), "%d", rig.port);
	else
		snprintf(value, sizeof(value), "%s", rig.csrf);
	snprintf(out, cap, "%.*s%s%s", (int)(at - format), format, value, at + 2);
}

static void only_our_own_page_may_ask(void **state)
{
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		char more[512], json[640];
		int read, change, sign_in;

		fill(sites[i].headers, more, sizeof(more));
		snprintf(json, sizeof(json), JSON "%s", more);
		ask("GET", "/api/v1/session", apirig_as_admin(&rig, more), NULL);
		read = re.status;
		ask("DELETE", "/api/v1/sessions/99999", apirig_as_admin(&rig, more),
		    NULL);
		change = re.status;
		ask("POST", "/api/v1/session", json,
		    "{\"username\":\"root\",\"password\":\"wrong wrong\"}");
		sign_in = re.status;
		if (read != sites[i].read || change != sites[i].change ||
		    sign_in != sites[i].sign_in)
			fail_msg("%s: %d %d %d, want %d %d %d", more, read, change,
				 sign_in, sites[i].read, sites[i].change,
				 sites[i].sign_in);
	}
}

static void tokens_and_the_control_socket_are_exempt(void **state)
{
	ask("GET", "/api/v1/mentions",
	    apirig_bearer(read_token, "Sec-Fetch-Site: cross-site\r\n"), NULL);
	assert_int_equal(re.status, 200);
	ask("DELETE", "@/api/v1/sessions/99999", "", NULL);
	assert_int_equal(re.status, 404);
}

static void a_link_from_another_site_opens_the_page(void **state)
{
	ask("GET", "/healthz", "Sec-Fetch-Site: cross-site\r\n", NULL);
	assert_int_equal(re.status, 200);
	ask("GET", "/api/v1/session", "Sec-Fetch-Site: cross-site\r\n", NULL);
	assert_int_equal(re.status, 401);
}

static void bodies_say_that_they_are_json(void **state)
{
	static const struct {
		const char *type;
		int status;
	} rows[] = {
		{ "", 415 },
		{ "Content-Type: text/plain\r\n", 415 },
		{ "Content-Type: application/x-www-form-urlencoded\r\n", 415 },
		{ "Content-Type: multipart/form-data; boundary=x\r\n", 415 },
		{ "Content-Type: application/jsonx\r\n", 415 },
		{ "Content-Type: application/x-ndjson\r\n", 415 },
		{ "Content-Type: Application/JSON ; charset=utf-8\r\n", 401 },
		{ "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", 415 },
		{ "Content-Type: application/json\r\nContent-Encoding: identity\r\n",
		  401 },
		{ JSON, 401 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("POST", "/api/v1/session", rows[i].type,
		    "{\"username\":\"root\",\"password\":\"wrong wrong\"}");
		assert_int_equal(re.status, rows[i].status);
	}
}

/* When the session was last used, as the operator sees it, who is no activity of hers. */
static void last_seen(char *out, size_t cap)
{
	ask("GET", "@/api/v1/sessions?user=1", "", NULL);
	assert_int_equal(re.status, 200);
	apirig_member(re.body, "last_seen_at", out, cap);
	assert_true(out[0] != '\0');
}

static void a_stream_is_no_activity(void **state)
{
	char before[64], after[64];

	last_seen(before, sizeof(before));
	/* refused by its handler, behind the guard */
	ask("GET", "/api/v1/stream?after=x", apirig_as_admin(&rig, ""), NULL);
	assert_int_equal(re.status, 400);
	last_seen(after, sizeof(after));
	assert_string_equal(before, after);
	ask("GET", "/api/v1/session", apirig_as_admin(&rig, ""), NULL);
	last_seen(after, sizeof(after));
	assert_string_not_equal(before, after);
}

static void under_tls_the_cookie_is_bound_to_the_host(void **state)
{
	char headers[512];

	apirig_start(&rig, "https://war.example/");
	apirig_set_up(&rig);
	assert_memory_equal(rig.cookie, "__Host-diwan_session=", 21);
	ask("POST", "/api/v1/session", JSON "Origin: https://war.example\r\n",
	    "{\"username\":\"root\",\"password\":\"" GOOD "\"}");
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.head, "; HttpOnly; SameSite=Strict; Secure\r\n"));
	ask("GET", "/api/v1/session",
	    apirig_as_admin(&rig, "Origin: https://war.example:443\r\n"), NULL);
	assert_int_equal(re.status, 200);
	ask("GET", "/api/v1/session",
	    apirig_as_admin(&rig, "Origin: http://war.example\r\n"), NULL);
	assert_int_equal(re.status, 403);
	snprintf(headers, sizeof(headers), "Origin: http://127.0.0.1:%d\r\n", rig.port);
	ask("GET", "/api/v1/session", apirig_as_admin(&rig, headers), NULL);
	assert_int_equal(re.status, 403);
	apirig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_told_to_sign_in),
		cmocka_unit_test(a_cookie_names_its_user),
		cmocka_unit_test(a_token_does_what_its_scope_says),
		cmocka_unit_test(only_our_own_page_may_ask),
		cmocka_unit_test(tokens_and_the_control_socket_are_exempt),
		cmocka_unit_test(a_link_from_another_site_opens_the_page),
		cmocka_unit_test(bodies_say_that_they_are_json),
		cmocka_unit_test(a_stream_is_no_activity),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(under_tls_the_cookie_is_bound_to_the_host),
	};
	int failed =
		cmocka_run_group_tests_name("auth", tests, group_setup, group_teardown);

	return failed + cmocka_run_group_tests_name("auth, alone", alone, NULL, NULL);
}
