/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_account_api.c - sessions, accounts, tokens and set-up, over real sockets.
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

static void ask(const char *method, const char *path, const char *headers,
		const char *body)
{
	apirig_ask(&rig, method, path, headers, body, &re);
}

static int group_setup(void **state)
{
	apirig_start(&rig, NULL);
	apirig_set_up(&rig);
	return 0;
}

static int group_teardown(void **state)
{
	apirig_stop(&rig);
	return 0;
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
	assert_string_not_equal(first, rig.cookie);
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
	ask("GET", "/api/v1/session", apirig_as_admin(&rig, ""), NULL);
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
		{ "{\"username\":\"root\",\"password\":\"x\",\"a/b~c\":1}", "/a~1b~0c" },
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

/* Cut between two of its characters, wherever they lie: the answer is UTF-8. */
static void a_name_too_long_for_a_pointer_is_cut_whole(void **state)
{
	static const char letter[] = "\xdb\x8c";
	char body[512], pointer[256];

	(void)state;
	for (size_t lead = 0; lead < 2; lead++) {
		size_t n =
			(size_t)snprintf(body, sizeof(body), "{\"%.*s", (int)lead, "a");

		for (size_t i = 0; i < 90; i++, n += 2)
			memcpy(body + n, letter, 2);
		memcpy(body + n, "\":1}", 5);
		ask("POST", "/api/v1/session", JSON, body);
		assert_int_equal(re.status, 400);
		apirig_member(re.body, "pointer", pointer, sizeof(pointer));
		assert_true(strlen(pointer) > 90);
		assert_true(dw_utf8_valid(dw_str_of(re.body)));
	}
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
	ask("DELETE", path, apirig_with_csrf(&rig, ""), NULL);
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

	ask("POST", "/api/v1/users", apirig_with_csrf(&rig, JSON),
	    "{\"name\":\"نگار\",\"roles\":[\"drafter\"],\"groups\":[\"comms\",\"legal\"]}");
	assert_int_equal(re.status, 201);
	id = id_of(re.body);
	apirig_member(re.body, "password", password, sizeof(password));
	assert_int_equal(strlen(password), 20);
	snprintf(path, sizeof(path), "/api/v1/users/%llu", id);
	ask("PATCH", path, apirig_with_csrf(&rig, JSON), "{\"roles\":[\"lead\"]}");
	assert_int_equal(re.status, 428);
	snprintf(headers, sizeof(headers), JSON "If-Match: \"%llu\"\r\n", id);
	ask("PATCH", path, apirig_with_csrf(&rig, headers),
	    "{\"roles\":[\"lead\"],\"disabled\":true}");
	assert_int_equal(re.status, 200);
	assert_non_null(strstr(re.body,
			       "\"roles\":[\"lead\"],\"groups\":[\"comms\",\"legal\"],"
			       "\"disabled\":true"));
	assert_int_equal(
		sscanf(strstr(re.body, "\"version\":"), "\"version\":%llu", &version), 1);
	assert_true(version > id);
	ask("PATCH", path, apirig_with_csrf(&rig, headers), "{\"roles\":[\"admin\"]}");
	assert_int_equal(re.status, 412);
	assert_int_equal(id_of(re.body), id);
	assert_non_null(strstr(re.body, "\"roles\":[\"lead\"]"));
	ask("GET", "/api/v1/users", apirig_as_admin(&rig, ""), NULL);
	assert_non_null(strstr(re.body, "\"name\":\"نگار\""));
	assert_null(strstr(re.body, "password"));
	ask("PATCH", "/api/v1/users/4711", apirig_with_csrf(&rig, JSON "If-Match: *\r\n"),
	    "{}");
	assert_int_equal(re.status, 404);
	ask("PATCH", path, apirig_with_csrf(&rig, JSON "If-Match: *\r\n"),
	    "{\"roles\":[]}");
	assert_int_equal(re.status, 400);
}

/* RFC 9110: a list of tags, compared strongly. %s is the version that is there. */
static void changes_say_what_they_are_based_on(void **state)
{
	static const struct {
		const char *field;
		int status;
	} rows[] = {
		{ "\"%s\"", 200 },
		{ "*", 200 },
		{ "\"1\", \"%s\"", 200 },
		{ ",\"%s\" , ,\"a,b\"", 200 },
		{ "W/\"%s\"", 412 },
		{ "W/\"%s\", \"x\"", 412 },
		{ "W/\"1\", \"%s\"", 200 },
		{ "\"1\"", 412 },
		{ "\"1\", \"2\"", 412 },
		{ "\"\"", 412 },
		{ "\"0%s\"", 412 },
		{ "\"%s0\"", 412 },
		{ "\"18446744073709551615\"", 412 },
		{ "%s", 400 },
		{ "\"%s", 400 },
		{ "\"%s\" \"1\"x", 400 },
		{ "\"%s\"\"1\"", 400 },
		{ "w/\"%s\"", 400 },
		{ "*, \"%s\"", 400 },
		{ "\"1 2\"", 400 },
		{ ",", 400 },
		{ "W/", 400 },
		{ "", 428 },
	};
	char path[64], field[128], headers[512], version[24], etag[64];

	ask("POST", "/api/v1/users", apirig_with_csrf(&rig, JSON),
	    "{\"name\":\"based\",\"roles\":[\"observer\"]}");
	assert_int_equal(re.status, 201);
	snprintf(path, sizeof(path), "/api/v1/users/%llu", id_of(re.body));
	snprintf(version, sizeof(version), "%llu", id_of(re.body));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *hole = strstr(rows[i].field, "%s");
		int before = (int)(hole != NULL ? hole - rows[i].field
						: (int)strlen(rows[i].field));

		snprintf(field, sizeof(field), "%.*s%s%s", before, rows[i].field,
			 hole != NULL ? version : "", hole != NULL ? hole + 2 : "");
		snprintf(headers, sizeof(headers), JSON "If-Match: %s\r\n", field);
		/* nothing changes, so the version stays */
		ask("PATCH", path, apirig_with_csrf(&rig, headers),
		    "{\"roles\":[\"observer\"]}");
		if (re.status != rows[i].status)
			fail_msg("If-Match: %s: %d, not %d", field, re.status,
				 rows[i].status);
		snprintf(etag, sizeof(etag), "\r\nETag: \"%s\"\r\n", version);
		if (re.status == 200 || re.status == 412)
			assert_non_null(strstr(re.head, etag));
	}
	ask("PATCH", "/api/v1/users/4711",
	    apirig_with_csrf(&rig, JSON "If-Match: \"4711\"\r\n"), "{}");
	assert_int_equal(re.status, 404);
}

static void accounts_refuse_with_a_pointer(void **state)
{
	static const struct {
		const char *body, *pointer;
		int status;
	} rows[] = {
		{ "{\"name\":\"root\",\"roles\":[\"lead\"]}", "/name", 409 },
		{ "{\"name\":\"a b\",\"roles\":[\"lead\"]}", "/name", 400 },
		{ "{\"name\":\"ab\",\"roles\":[]}", "/roles", 400 },
		{ "{\"name\":\"ab\"}", "/roles", 400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\",\"boss\"]}", "/roles/1", 400 },
		{ "{\"name\":\"ab\",\"roles\":\"lead\"}", "/roles", 400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\"],\"groups\":[\"x\",\"a,b\"]}",
		  "/groups/1", 400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\"],\"groups\":[7]}", "/groups/0",
		  400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\"],\"password\":\"short\"}",
		  "/password", 400 },
		{ "{\"name\":\"ab\",\"roles\":[\"lead\"],\"admin\":true}", "/admin",
		  400 },
	};
	char pointer[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("POST", "/api/v1/users", apirig_with_csrf(&rig, JSON), rows[i].body);
		apirig_member(re.body, "pointer", pointer, sizeof(pointer));
		if (re.status != rows[i].status || strcmp(pointer, rows[i].pointer) != 0)
			fail_msg("%s: %d at %s", rows[i].body, re.status, pointer);
	}
}

static void the_last_admin_cannot_go(void **state)
{
	ask("PATCH", "/api/v1/users/1", apirig_with_csrf(&rig, JSON "If-Match: *\r\n"),
	    "{\"disabled\":true}");
	assert_int_equal(re.status, 422);
}

static void a_repeated_request_acts_once(void **state)
{
	static const char body[] =
		"{\"name\":\"once\",\"roles\":[\"lead\"],\"password\":\"" GOOD "\"}";
	char first[1024];

	ask("POST", "/api/v1/users",
	    apirig_with_csrf(&rig, JSON "Idempotency-Key: k1\r\n"), body);
	assert_int_equal(re.status, 201);
	assert_null(strstr(re.body, "password"));
	snprintf(first, sizeof(first), "%.1023s", re.body);
	ask("POST", "/api/v1/users",
	    apirig_with_csrf(&rig, JSON "Idempotency-Key: k1\r\n"), body);
	assert_int_equal(re.status, 201);
	assert_string_equal(re.body, first);
	ask("POST", "/api/v1/users",
	    apirig_with_csrf(&rig, JSON "Idempotency-Key: k1\r\n"),
	    "{\"name\":\"twice\",\"roles\":[\"lead\"]}");
	assert_int_equal(re.status, 422);
	/* a secret is shown once */
	ask("POST", "/api/v1/tokens",
	    apirig_with_csrf(&rig, JSON "Idempotency-Key: k2\r\n"),
	    "{\"name\":\"x\",\"scopes\":[\"read\"]}");
	assert_int_equal(re.status, 201);
	ask("POST", "/api/v1/tokens",
	    apirig_with_csrf(&rig, JSON "Idempotency-Key: k2\r\n"),
	    "{\"name\":\"x\",\"scopes\":[\"read\"]}");
	assert_int_equal(re.status, 409);
	assert_null(strstr(re.body, "dwt_"));
}

/* ---- tokens ---- */

static void a_token_is_listed_without_its_text_and_revoked(void **state)
{
	char token[64], path[64];
	unsigned long long id;

	apirig_token(&rig, "\"read\",\"ingest\"", token, sizeof(token), &re);
	id = id_of(re.body);
	ask("GET", "/api/v1/mentions", apirig_bearer(token, ""), NULL);
	assert_int_equal(re.status, 200);
	ask("GET", "/api/v1/tokens", apirig_as_admin(&rig, ""), NULL);
	assert_int_equal(re.status, 200);
	assert_non_null(
		strstr(re.body, "\"scopes\":[\"ingest\",\"read\"],\"revoked\":false"));
	assert_null(strstr(re.body, "dwt_"));
	snprintf(path, sizeof(path), "/api/v1/tokens/%llu", id);
	ask("DELETE", path, apirig_with_csrf(&rig, ""), NULL);
	assert_int_equal(re.status, 204);
	ask("GET", "/api/v1/mentions", apirig_bearer(token, ""), NULL);
	assert_int_equal(re.status, 401);
	ask("DELETE", "/api/v1/tokens/4711", apirig_with_csrf(&rig, ""), NULL);
	assert_int_equal(re.status, 404);
	ask("DELETE", "/api/v1/tokens/x", apirig_with_csrf(&rig, ""), NULL);
	assert_int_equal(re.status, 404);
	ask("POST", "/api/v1/tokens", apirig_with_csrf(&rig, JSON),
	    "{\"name\":\"t\",\"scopes\":[\"root\"]}");
	assert_int_equal(re.status, 400);
	ask("POST", "/api/v1/tokens", apirig_with_csrf(&rig, JSON),
	    "{\"name\":\"t\",\"scopes\":[]}");
	assert_int_equal(re.status, 400);
}

/* ---- set-up, on a rig of its own ---- */

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
	/* once; and now there is somebody to ask */
	ask("POST", "/api/v1/setup", JSON, body);
	assert_int_equal(re.status, 403);
	ask("POST", "@/control/setup-link", JSON, "{}");
	assert_int_equal(re.status, 409);
	apirig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signing_in_and_out),
		cmocka_unit_test(sign_in_refuses_what_it_does_not_know),
		cmocka_unit_test(a_name_too_long_for_a_pointer_is_cut_whole),
		cmocka_unit_test(sessions_are_listed_and_ended_by_their_owner),
		cmocka_unit_test(accounts_are_made_and_changed),
		cmocka_unit_test(changes_say_what_they_are_based_on),
		cmocka_unit_test(accounts_refuse_with_a_pointer),
		cmocka_unit_test(the_last_admin_cannot_go),
		cmocka_unit_test(a_repeated_request_acts_once),
		cmocka_unit_test(a_token_is_listed_without_its_text_and_revoked),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(set_up_needs_the_newest_link),
	};
	int failed = cmocka_run_group_tests_name("account api", tests, group_setup,
						 group_teardown);

	return failed +
	       cmocka_run_group_tests_name("account api, alone", alone, NULL, NULL);
}
