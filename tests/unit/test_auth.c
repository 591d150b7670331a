/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_auth.c - the guard and the handlers of accounts, over real sockets: who may, which pages
 * may make a browser ask, set-up, sign-in and sign-out, accounts and tokens.
 */
#include "apirig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define JSON "Content-Type: application/json\r\n"
#define GOOD "nine good horses"

/* One war room with its first admin, for all tests of a group. */
static struct apirig rig;
static struct apirig_reply re;
static char cookie[128]; /* "diwan_session=…" of the admin */
static char csrf[64];
static char read_token[64];

static void ask(const char *method, const char *path, const char *headers,
		const char *body)
{
	apirig_ask(&rig, method, path, headers, body, &re);
}

/* "Cookie: …" and whatever else, in a buffer that lasts until the next call. */
static const char *as_admin(const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Cookie: %s\r\n%s", cookie, more);
	return headers;
}

static const char *with_csrf(const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Cookie: %s\r\nX-CSRF-Token: %s\r\n%s", cookie,
		 csrf, more);
	return headers;
}

static const char *bearer(const char *token, const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\n%s", token, more);
	return headers;
}

static void set_up(void)
{
	char path[128], body[512];

	ask("POST", "@/control/setup-link", JSON, "{}");
	assert_int_equal(re.status, 201);
	apirig_member(re.body, "path", path, sizeof(path));
	assert_memory_equal(path, "/setup#", 7);
	snprintf(body, sizeof(body),
		 "{\"token\":\"%s\",\"username\":\"root\",\"password\":\"" GOOD "\"}",
		 path + 7);
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 201);
	apirig_member(re.body, "csrf", csrf, sizeof(csrf));
	apirig_cookie(re.head, cookie, sizeof(cookie));
	assert_int_equal(strlen(csrf), 43);
	/* once */
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 403);
	ask("POST", "@/control/setup-link", JSON, "{}");
	assert_int_equal(re.status, 409);
}

static void make_token(const char *scopes, char *out, size_t cap)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"name\":\"t\",\"scopes\":[%s]}", scopes);
	ask("POST", "@/api/v1/tokens", JSON, body);
	assert_int_equal(re.status, 201);
	apirig_member(re.body, "token", out, cap);
	assert_int_equal(strlen(out), 47);
}

static int group_setup(void **state)
{
	apirig_start(&rig, NULL);
	set_up();
	make_token("\"read\"", read_token, sizeof(read_token));
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
	ask("POST", "/control/setup-link", with_csrf(JSON), "{}");
	assert_int_equal(re.status, 403);
}

static void a_cookie_names_its_user(void **state)
{
	ask("GET", "/api/v1/session", as_admin(""), NULL);
	assert_int_equal(re.status, 200);
	assert_non_null(
		strstr(re.body, "\"name\":\"root\",\"roles\":[\"admin\"],\"groups\":[]"));
	assert_non_null(strstr(re.body, csrf));
	assert_non_null(strstr(re.head, "\r\nVary: Sec-Fetch-Site, Origin"));
	assert_non_null(strstr(re.head, "\r\nCache-Control: no-store"));
}

static void a_token_does_what_its_scope_says(void **state)
{
	ask("GET", "/api/v1/mentions", bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 200);
	ask("POST", "/api/v1/mentions", bearer(read_token, JSON), "[]");
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/users", bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/session", bearer(read_token, ""), NULL);
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/mentions", bearer("dwt_nosuch", ""), NULL);
	assert_int_equal(re.status, 401);
	assert_non_null(strstr(re.head, "invalid_token"));
	ask("GET", "/api/v1/mentions", "Authorization: Basic cm9vdDpyb290\r\n", NULL);
	assert_int_equal(re.status, 401);
	/* a bad token is not made good by a cookie */
	ask("GET", "/api/v1/mentions", as_admin("Authorization: Bearer x\r\n"), NULL);
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
		snprintf(value, sizeof(value), "%s", csrf);
	snprintf(out, cap, "%.*s%s%s", (int)(at - format), format, value, at + 2);
}

static void only_our_own_page_may_ask(void **state)
{
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		char more[512], json[640];
		int read, change, sign_in;

		fill(sites[i].headers, more, sizeof(more));
		snprintf(json, sizeof(json), JSON "%s", more);
		ask("GET", "/api/v1/session", as_admin(more), NULL);
		read = re.status;
		ask("DELETE", "/api/v1/sessions/99999", as_admin(more), NULL);
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
	    bearer(read_token, "Sec-Fetch-Site: cross-site\r\n"), NULL);
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
		{ JSON, 401 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("POST", "/api/v1/session", rows[i].type,
		    "{\"username\":\"root\",\"password\":\"wrong wrong\"}");
		assert_int_equal(re.status, rows[i].status);
	}
}

/* ---- sessions ---- */

static void signing_in_and_out(void **state)
{
	static const char good[] = "{\"username\":\"ROOT\",\"password\":\"" GOOD "\"}";
	char first[128], second[128], headers[256];

	ask("POST", "/api/v1/session", JSON, good);
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.head,
			       "; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict\r\n"));
	apirig_cookie(re.head, first, sizeof(first));
	assert_memory_equal(first, "diwan_session=", 14);
	assert_string_not_equal(first, cookie);
	/* a new sign-in in the same browser ends the session that it had */
	snprintf(headers, sizeof(headers), JSON "Cookie: %s\r\n", first);
	ask("POST", "/api/v1/session", headers, good);
	assert_int_equal(re.status, 200);
	apirig_cookie(re.head, second, sizeof(second));
	snprintf(headers, sizeof(headers), "Cookie: %s\r\n", first);
	ask("GET", "/api/v1/session", headers, NULL);
	assert_int_equal(re.status, 401);
	snprintf(headers, sizeof(headers),
		 "Cookie: %s\r\nSec-Fetch-Site: same-origin\r\n", second);
	ask("DELETE", "/api/v1/session", headers, NULL);
	assert_int_equal(re.status, 204);
	assert_non_null(
		strstr(re.head, "\r\nSet-Cookie: diwan_session=; Path=/; Max-Age=0;"));
	ask("GET", "/api/v1/session", headers, NULL);
	assert_int_equal(re.status, 401);
	ask("GET", "/api/v1/session", as_admin(""), NULL);
	assert_int_equal(re.status, 200);
}

static void sign_in_refuses_what_it_does_not_know(void **state)
{
	static const struct {
		const char *body, *pointer;
	} rows[] = {
		{ "{\"username\":\"root\"}", "/password" },
		{ "{\"password\":\"x\"}", "/username" },
		{ "{\"username\":7,\"password\":\"x\"}", "/username" },
		{ "{\"username\":\"root\",\"password\":\"x\",\"remember\":true}",
		  "/remember" },
	};
	char pointer[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("POST", "/api/v1/session", JSON, rows[i].body);
		assert_int_equal(re.status, 400);
		apirig_member(re.body, "pointer", pointer, sizeof(pointer));
		assert_string_equal(pointer, rows[i].pointer);
	}
	ask("POST", "/api/v1/session", JSON, "{\"username\":");
	assert_int_equal(re.status, 400);
}

static void sessions_are_listed_and_ended_by_their_owner(void **state)
{
	char mine[128], headers[256], path[64];
	const char *p;
	unsigned long long id;

	ask("POST", "@/api/v1/users", JSON,
	    "{\"name\":\"lea\",\"roles\":[\"lead\"],\"password\":\"" GOOD "\"}");
	assert_int_equal(re.status, 201);
	ask("POST", "/api/v1/session", JSON "User-Agent: browser/7\r\n",
	    "{\"username\":\"lea\",\"password\":\"" GOOD "\"}");
	assert_int_equal(re.status, 200);
	apirig_cookie(re.head, mine, sizeof(mine));
	snprintf(headers, sizeof(headers),
		 "Cookie: %s\r\nSec-Fetch-Site: same-origin\r\n", mine);
	ask("GET", "/api/v1/sessions", headers, NULL);
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.body,
			       "\"peer\":\"127.0.0.1\",\"user_agent\":\"browser/7\","
			       "\"current\":true}]}"));
	p = strstr(re.body, "{\"id\":");
	assert_non_null(p);
	assert_int_equal(sscanf(p, "{\"id\":%llu", &id), 1);
	/* not by another user, who is not told that it exists; not seen by one either */
	ask("GET", "/api/v1/sessions?user=1", headers, NULL);
	assert_int_equal(re.status, 403);
	ask("GET", "/api/v1/users", headers, NULL);
	assert_int_equal(re.status, 403);
	ask("DELETE", "/api/v1/sessions/2", headers, NULL);
	assert_int_equal(re.status, 404);
	ask("GET", "/api/v1/sessions?who=1", headers, NULL);
	assert_int_equal(re.status, 400);
	/* but by an admin */
	snprintf(path, sizeof(path), "/api/v1/sessions/%llu", id);
	ask("DELETE", path, with_csrf(""), NULL);
	assert_int_equal(re.status, 204);
	assert_null(strstr(re.head, "Set-Cookie"));
	ask("GET", "/api/v1/sessions", headers, NULL);
	assert_int_equal(re.status, 401);
}

/* ---- accounts ---- */

static unsigned long long id_of(const char *body)
{
	unsigned long long id = 0;

	assert_int_equal(sscanf(body, "{\"id\":%llu", &id), 1);
	return id;
}

static void accounts_are_made_and_changed(void **state)
{
	char path[64], headers[512], password[64];
	unsigned long long id, version;

	ask("POST", "/api/v1/users", with_csrf(JSON),
	    "{\"name\":\"نگار\",\"roles\":[\"drafter\"],\"groups\":[\"comms\",\"legal\"]}");
	assert_int_equal(re.status, 201);
	id = id_of(re.body);
	apirig_member(re.body, "password", password, sizeof(password));
	assert_int_equal(strlen(password), 20);
	snprintf(path, sizeof(path), "/api/v1/users/%llu", id);
	ask("PATCH", path, with_csrf(JSON), "{\"roles\":[\"lead\"]}");
	assert_int_equal(re.status, 428);
	snprintf(headers, sizeof(headers), JSON "If-Match: \"%llu\"\r\n", id);
	ask("PATCH", path, with_csrf(headers),
	    "{\"roles\":[\"lead\"],\"disabled\":true}");
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.body,
			       "\"roles\":[\"lead\"],\"groups\":[\"comms\",\"legal\"],"
			       "\"disabled\":true"));
	assert_int_equal(
		sscanf(strstr(re.body, "\"version\":"), "\"version\":%llu", &version), 1);
	assert_true(version > id);
	ask("PATCH", path, with_csrf(headers), "{\"roles\":[]}");
	assert_int_equal(re.status, 412);
	assert_int_equal(id_of(re.body), id);
	assert_non_null(strstr(re.body, "\"roles\":[\"lead\"]"));
	ask("GET", "/api/v1/users", as_admin(""), NULL);
	assert_non_null(strstr(re.body, "\"name\":\"نگار\""));
	assert_null(strstr(re.body, "password"));
	ask("PATCH", "/api/v1/users/4711", with_csrf(JSON "If-Match: *\r\n"), "{}");
	assert_int_equal(re.status, 404);
}

static void accounts_refuse_with_a_pointer(void **state)
{
	static const struct {
		const char *body, *pointer;
		int status;
	} rows[] = {
		{ "{\"name\":\"root\",\"roles\":[]}", "/name", 409 },
		{ "{\"name\":\"a b\",\"roles\":[]}", "/name", 400 },
		{ "{\"name\":\"ab\"}", "/roles", 400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\",\"boss\"]}", "/roles/1", 400 },
		{ "{\"name\":\"ab\",\"roles\":\"lead\"}", "/roles", 400 },
		{ "{\"name\":\"ab\",\"roles\":[],\"groups\":[\"x\",\"a,b\"]}",
		  "/groups/1", 400 },
		{ "{\"name\":\"ab\",\"roles\":[],\"groups\":[7]}", "/groups/0", 400 },
		{ "{\"name\":\"ab\",\"roles\":[],\"password\":\"short\"}", "/password",
		  400 },
		{ "{\"name\":\"ab\",\"roles\":[],\"admin\":true}", "/admin", 400 },
	};
	char pointer[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("POST", "/api/v1/users", with_csrf(JSON), rows[i].body);
		apirig_member(re.body, "pointer", pointer, sizeof(pointer));
		if (re.status != rows[i].status || strcmp(pointer, rows[i].pointer) != 0)
			fail_msg("%s: %d at %s", rows[i].body, re.status, pointer);
	}
}

static void the_last_admin_cannot_go(void **state)
{
	ask("PATCH", "/api/v1/users/1", with_csrf(JSON "If-Match: *\r\n"),
	    "{\"disabled\":true}");
	assert_int_equal(re.status, 422);
}

static void a_repeated_request_acts_once(void **state)
{
	static const char body[] =
		"{\"name\":\"once\",\"roles\":[],\"password\":\"" GOOD "\"}";
	char first[1024];

	ask("POST", "/api/v1/users", with_csrf(JSON "Idempotency-Key: k1\r\n"), body);
	assert_int_equal(re.status, 201);
	assert_null(strstr(re.body, "password"));
	snprintf(first, sizeof(first), "%.1023s", re.body);
	ask("POST", "/api/v1/users", with_csrf(JSON "Idempotency-Key: k1\r\n"), body);
	assert_int_equal(re.status, 201);
	assert_string_equal(re.body, first);
	ask("POST", "/api/v1/users", with_csrf(JSON "Idempotency-Key: k1\r\n"),
	    "{\"name\":\"twice\",\"roles\":[]}");
	assert_int_equal(re.status, 422);
	/* a secret is shown once */
	ask("POST", "/api/v1/tokens", with_csrf(JSON "Idempotency-Key: k2\r\n"),
	    "{\"name\":\"x\",\"scopes\":[\"read\"]}");
	assert_int_equal(re.status, 201);
	ask("POST", "/api/v1/tokens", with_csrf(JSON "Idempotency-Key: k2\r\n"),
	    "{\"name\":\"x\",\"scopes\":[\"read\"]}");
	assert_int_equal(re.status, 409);
	assert_null(strstr(re.body, "dwt_"));
}

/* ---- tokens ---- */

static void a_token_is_listed_without_its_text_and_revoked(void **state)
{
	char token[64], path[64];
	unsigned long long id;

	make_token("\"read\",\"ingest\"", token, sizeof(token));
	id = id_of(re.body);
	ask("GET", "/api/v1/mentions", bearer(token, ""), NULL);
	assert_int_equal(re.status, 200);
	ask("GET", "/api/v1/tokens", as_admin(""), NULL);
	assert_int_equal(re.status, 200);
	assert_non_null(
		strstr(re.body, "\"scopes\":[\"ingest\",\"read\"],\"revoked\":false"));
	assert_null(strstr(re.body, "dwt_"));
	snprintf(path, sizeof(path), "/api/v1/tokens/%llu", id);
	ask("DELETE", path, with_csrf(""), NULL);
	assert_int_equal(re.status, 204);
	ask("GET", "/api/v1/mentions", bearer(token, ""), NULL);
	assert_int_equal(re.status, 401);
	ask("DELETE", "/api/v1/tokens/4711", with_csrf(""), NULL);
	assert_int_equal(re.status, 404);
	ask("DELETE", "/api/v1/tokens/x", with_csrf(""), NULL);
	assert_int_equal(re.status, 404);
	ask("POST", "/api/v1/tokens", with_csrf(JSON),
	    "{\"name\":\"t\",\"scopes\":[\"root\"]}");
	assert_int_equal(re.status, 400);
	ask("POST", "/api/v1/tokens", with_csrf(JSON), "{\"name\":\"t\",\"scopes\":[]}");
	assert_int_equal(re.status, 400);
}

/* ---- set-up and public address, on rigs of their own ---- */

static void set_up_needs_the_newest_link(void **state)
{
	static const char format[] =
		"{\"token\":\"%s\",\"username\":\"boss\",\"password\":\"%s\"}";
	char old[128], path[128], body[512];

	apirig_start(&rig, NULL);
	ask("POST", "/api/v1/setup", JSON,
	    "{\"token\":\"x\",\"username\":\"boss\",\"password\":\"" GOOD "\"}");
	assert_int_equal(re.status, 403);
	ask("POST", "@/control/setup-link", JSON, "{}");
	apirig_member(re.body, "path", old, sizeof(old));
	ask("POST", "@/control/setup-link", JSON, "{}");
	assert_int_equal(re.status, 201);
	apirig_member(re.body, "path", path, sizeof(path));
	snprintf(body, sizeof(body), format, old + 7, GOOD);
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 403);
	/* a refused password does not use it up */
	snprintf(body, sizeof(body), format, path + 7, "password");
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 400);
	snprintf(body, sizeof(body), format, path + 7, GOOD);
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 201);
	apirig_stop(&rig);
}

static void under_tls_the_cookie_is_bound_to_the_host(void **state)
{
	char headers[512];

	apirig_start(&rig, "https://war.example/");
	set_up();
	assert_memory_equal(cookie, "__Host-diwan_session=", 21);
	ask("POST", "/api/v1/session", JSON "Origin: https://war.example\r\n",
	    "{\"username\":\"root\",\"password\":\"" GOOD "\"}");
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.head, "; HttpOnly; SameSite=Strict; Secure\r\n"));
	ask("GET", "/api/v1/session", as_admin("Origin: https://war.example:443\r\n"),
	    NULL);
	assert_int_equal(re.status, 200);
	ask("GET", "/api/v1/session", as_admin("Origin: http://war.example\r\n"), NULL);
	assert_int_equal(re.status, 403);
	snprintf(headers, sizeof(headers), "Origin: http://127.0.0.1:%d\r\n", rig.port);
	ask("GET", "/api/v1/session", as_admin(headers), NULL);
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
		cmocka_unit_test(signing_in_and_out),
		cmocka_unit_test(sign_in_refuses_what_it_does_not_know),
		cmocka_unit_test(sessions_are_listed_and_ended_by_their_owner),
		cmocka_unit_test(accounts_are_made_and_changed),
		cmocka_unit_test(accounts_refuse_with_a_pointer),
		cmocka_unit_test(the_last_admin_cannot_go),
		cmocka_unit_test(a_repeated_request_acts_once),
		cmocka_unit_test(a_token_is_listed_without_its_text_and_revoked),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(set_up_needs_the_newest_link),
		cmocka_unit_test(under_tls_the_cookie_is_bound_to_the_host),
	};
	int failed =
		cmocka_run_group_tests_name("auth", tests, group_setup, group_teardown);

	return failed + cmocka_run_group_tests_name("auth, set-up", alone, NULL, NULL);
}
