/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_files.c - every embedded file as a browser asks for it, and a folder while it is edited:
 * validators, gzip twins, hashed addresses, and pages whose nonce is fresh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/embed.h"
#include "net/files.h"
#include "netrig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define CAP (4u * 1024 * 1024)

struct answer {
	char *text; /* head, then body */
	struct dw_str body;
	int status;
};

struct rig {
	struct netrig embedded, folder;
	char dir[64];
	char *text;
};

static void ask(struct rig *r, struct netrig *n, const char *path, const char *fields,
		struct answer *a)
{
	char req[1024];
	const char *end;
	size_t len;

	snprintf(req, sizeof(req),
		 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", path,
		 fields);
	len = netrig_ask(n, req, r->text, CAP);
	end = strstr(r->text, "\r\n\r\n");
	assert_non_null(end);
	a->text = r->text;
	a->status = netrig_status(r->text);
	a->body = dw_str_make(end + 4, len - (size_t)(end + 4 - r->text));
}

/* Value of a header in out, or an empty string. */
static const char *header(const struct answer *a, const char *name, char *out, size_t cap)
{
	char line[64];
	const char *at, *end;

	snprintf(line, sizeof(line), "\r\n%s: ", name);
	at = strstr(a->text, line);
	out[0] = '\0';
	if (at == NULL || at > a->body.p)
		return out;
	at += strlen(line);
	end = strstr(at, "\r\n");
	assert_true((size_t)(end - at) < cap);
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = '\0';
	return out;
}

static void put(const struct rig *r, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static const char *const folder_files[] = {
	"app.css",	    "page.html",	  "plain.txt",	   ".hidden",
	"words.html",	    "words-en.json",	  "words-ar.json", "words-fa.json",
	"part-A2B3C4D5.js", "part-A2B3C4D5.html",
};

static int up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };

	r->text = malloc(CAP);
	snprintf(r->dir, sizeof(r->dir), P_tmpdir "/dw-files-XXXXXX");
	if (r->text == NULL || mkdtemp(r->dir) == NULL)
		return -1;
	put(r, "app.css", "body { color: red }\n");
	put(r, "page.html",
	    "<script nonce={{nonce}} src={{asset:app.css}}></script>"
	    "{{asset:none.css}} {{other}} {{nonce}} {{");
	put(r, "plain.txt", "plain");
	put(r, ".hidden", "hidden");
	put(r, "words.html",
	    "<html lang={{lang}} dir={{dir}} theme={{theme}} words={{asset:words-LANG.json}}>");
	put(r, "words-en.json", "{}");
	put(r, "words-ar.json", "{ }");
	put(r, "words-fa.json", "{  }");
	put(r, "part-A2B3C4D5.js", "part");
	put(r, "part-A2B3C4D5.html", "a page");
	netrig_start(&r->embedded, &opts);
	opts.files_dir = r->dir;
	netrig_start(&r->folder, &opts);
	*state = r;
	return 0;
}

static int down(void **state)
{
	struct rig *r = *state;
	char path[128];

	netrig_stop(&r->embedded);
	netrig_stop(&r->folder);
	for (size_t i = 0; i < sizeof(folder_files) / sizeof(folder_files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->dir, folder_files[i]);
		(void)unlink(path);
	}
	rmdir(r->dir);
	free(r->text);
	free(r);
	return 0;
}

static bool ends_in(const char *z, const char *end)
{
	size_t n = strlen(z), k = strlen(end);

	return n >= k && strcmp(z + n - k, end) == 0;
}

/* The i-th embedded file of static/ that is neither page nor twin; its bare name, or NULL. */
static const char *plain_name(size_t i)
{
	const char *name = dw_embed_at(i)->name;

	if (strncmp(name, "static/", 7) != 0 || strchr(name + 7, '/') != NULL ||
	    ends_in(name, ".html") || ends_in(name, ".gz"))
		return NULL;
	return name + 7;
}

static void check_gzip(const struct answer *a, const struct dw_embed *e)
{
	unsigned char *plain = malloc(e->len + 1);
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)a->body.p,
		       .avail_in = (unsigned)a->body.n,
		       .next_out = plain,
		       .avail_out = (unsigned)e->len + 1 };

	assert_non_null(plain);
	assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, e->len);
	assert_memory_equal(plain, e->data, e->len);
	inflateEnd(&z);
	free(plain);
}

static void check_file(struct rig *r, const char *name, const struct dw_embed *e)
{
	char path[256], tag[128], fields[256], value[128];
	struct answer a;

	snprintf(path, sizeof(path), "/file/%s", name);
	ask(r, &r->embedded, path, "", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.n, e->len);
	assert_memory_equal(a.body.p, e->data, e->len);
	assert_string_equal(header(&a, "Cache-Control", value, sizeof(value)),
			    "no-cache");
	header(&a, "ETag", tag, sizeof(tag));
	assert_true(tag[0] == '"' && strlen(tag) == 34);
	snprintf(fields, sizeof(fields), "If-None-Match: \"x\", W/%s\r\n", tag);
	ask(r, &r->embedded, path, fields, &a);
	assert_int_equal(a.status, 304);
	assert_int_equal(a.body.n, 0);
	assert_string_equal(header(&a, "ETag", value, sizeof(value)), tag);
	ask(r, &r->embedded, path, "If-None-Match: \"x\"\r\n", &a);
	assert_int_equal(a.status, 200);
}

static void check_twin(struct rig *r, const char *name, const struct dw_embed *e)
{
	static const char *const takes[] = { "gzip", "br, gzip;q=0.5",
					     "GZIP;q=1, *;q=0" };
	static const char *const takes_not[] = { "br", "gzip;q=0", "gzip;q=0.000, br",
						 "" };
	char path[256], fields[128], value[128];
	struct answer a;

	snprintf(path, sizeof(path), "/file/%s", name);
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		snprintf(fields, sizeof(fields), "Accept-Encoding: %s\r\n", takes[i]);
		ask(r, &r->embedded, path, fields, &a);
		assert_string_equal(header(&a, "Content-Encoding", value, sizeof(value)),
				    "gzip");
		assert_string_equal(header(&a, "Vary", value, sizeof(value)),
				    "Accept-Encoding");
		assert_true(ends_in(header(&a, "ETag", value, sizeof(value)), "-gz\""));
		check_gzip(&a, e);
	}
	for (size_t i = 0; i < sizeof(takes_not) / sizeof(takes_not[0]); i++) {
		snprintf(fields, sizeof(fields), "Accept-Encoding: %s\r\n", takes_not[i]);
		ask(r, &r->embedded, path, fields, &a);
		assert_string_equal(header(&a, "Content-Encoding", value, sizeof(value)),
				    "");
		assert_string_equal(header(&a, "Vary", value, sizeof(value)),
				    "Accept-Encoding");
		assert_int_equal(a.body.n, e->len);
	}
}

static void check_asset(struct rig *r, const char *name, const struct dw_embed *e)
{
	char path[256], hex[65], value[128];
	const char *dot = strrchr(name, '.');
	struct answer a;

	assert_non_null(dot);
	dw_hex(hex, e->sha256, 32);
	snprintf(path, sizeof(path), "/assets/%.*s.%.16s%s", (int)(dot - name), name, hex,
		 dot);
	ask(r, &r->embedded, path, "", &a);
	assert_int_equal(a.status, 200);
	assert_memory_equal(a.body.p, e->data, e->len);
	assert_string_equal(header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	hex[15] = hex[15] == '0' ? '1' : '0';
	snprintf(path, sizeof(path), "/assets/%.*s.%.16s%s", (int)(dot - name), name, hex,
		 dot);
	ask(r, &r->embedded, path, "", &a);
	assert_int_equal(a.status, 404);
}

static void every_embedded_file_in_every_way(void **state)
{
	struct rig *r = *state;
	size_t files = 0, twins = 0;

	for (size_t i = 0; i < dw_embed_count(); i++) {
		const struct dw_embed *e = dw_embed_at(i);
		const char *name = plain_name(i);
		char twin[256];

		if (name == NULL)
			continue;
		files++;
		check_file(r, name, e);
		check_asset(r, name, e);
		snprintf(twin, sizeof(twin), "%s.gz", e->name);
		if (dw_embed_find(twin) == NULL)
			continue;
		twins++;
		check_twin(r, name, e);
	}
	assert_true(files > 0 && twins > 0);
}

/* The nonce of the CSP into out[33]; it must be everywhere in there, and in the page, too. */
static void nonce_of(const struct answer *a, char *out)
{
	char csp[256], want[256], attribute[64];

	header(a, "Content-Security-Policy", csp, sizeof(csp));
	assert_int_equal(sscanf(csp, "script-src 'nonce-%32[0-9a-f]'", out), 1);
	assert_int_equal(strlen(out), 32);
	snprintf(want, sizeof(want), "script-src 'nonce-%s'; style-src 'nonce-%s'", out,
		 out);
	assert_string_equal(csp, want);
	snprintf(attribute, sizeof(attribute), "nonce=%s ", out);
	assert_non_null(strstr(a->body.p, attribute));
}

static void pages_have_a_fresh_nonce_and_hashed_addresses(void **state)
{
	struct rig *r = *state;
	char first[33], second[33], value[128], want[128], path[128];
	struct answer a;
	const char *at;

	ask(r, &r->folder, "/file/page.html", "Accept-Encoding: gzip\r\n", &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(header(&a, "Cache-Control", value, sizeof(value)),
			    "no-store");
	assert_string_equal(header(&a, "Content-Encoding", value, sizeof(value)), "");
	assert_string_equal(header(&a, "ETag", value, sizeof(value)), "");
	nonce_of(&a, first);
	snprintf(want, sizeof(want), "></script>{{asset:none.css}} {{other}} %s {{",
		 first);
	assert_non_null(strstr(a.body.p, want));
	at = strstr(a.body.p, "/assets/app.");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "%100[^>]", path), 1);
	ask(r, &r->folder, "/file/page.html", "", &a);
	nonce_of(&a, second);
	assert_string_not_equal(first, second);
	ask(r, &r->folder, path, "", &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(header(&a, "Content-Type", value, sizeof(value)),
			    "text/css; charset=utf-8");
}

/* What the page says for these fields of a request: "lang dir theme". */
static void check_language(struct rig *r, const char *fields, const char *want)
{
	char lang[8], dir[8], theme[8], words[64], got[32], path[64];
	struct answer a;

	ask(r, &r->folder, "/file/words.html", fields, &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(sscanf(a.body.p,
				"<html lang=%7s dir=%7s theme=%7s words=%63[^>]>", lang,
				dir, theme, words),
			 4);
	snprintf(got, sizeof(got), "%s %s %s", lang, dir, theme);
	assert_string_equal(got, want);
	snprintf(path, sizeof(path), "/assets/words-%s.", lang);
	assert_memory_equal(words, path, strlen(path));
	ask(r, &r->folder, words, "", &a);
	assert_int_equal(a.status, 200);
}

static void a_page_speaks_the_readers_language(void **state)
{
	static const char *const cases[][2] = {
		{ "", "en ltr auto" },
		{ "Accept-Language: de, fr;q=0.5\r\n", "en ltr auto" },
		{ "Accept-Language: fa-IR,fa;q=0.9,en;q=0.8\r\n", "fa rtl auto" },
		{ "Accept-Language: en;q=0.5, AR-eg;q=0.75, fa;q=0.7\r\n",
		  "ar rtl auto" },
		{ "Accept-Language: fa;q=0, en;q=0.1\r\n", "en ltr auto" },
		{ "Accept-Language: fax, ara, fa_IR\r\n", "en ltr auto" },
		{ "Accept-Language: fa;q=x, ar;q=2, en;q=0.001\r\n", "en ltr auto" },
		{ "Accept-Language: en;q=1.000, fa\r\n", "en ltr auto" },
		{ "Cookie: a=b; diwan_lang=fa; diwan_theme=dark\r\nAccept-Language: en\r\n",
		  "fa rtl dark" },
		{ "Cookie: diwan_lang=ar; diwan_theme=light\r\n", "ar rtl light" },
		{ "Cookie: diwan_lang=\"><b>; diwan_theme=<b>\r\nAccept-Language: ar\r\n",
		  "ar rtl auto" },
		{ "Cookie: diwan_lang=; diwan_theme=darker\r\n", "en ltr auto" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_language(*state, cases[i][0], cases[i][1]);
}

static void the_bundlers_hash_is_as_good_as_ours(void **state)
{
	static const char *const missing[] = {
		"/assets/part-A2B3C4D6.js", "/assets/part-a2b3c4d5.js",
		"/assets/part-A2B3C4D.js",  "/assets/part-A2B3C4D5.html",
		"/assets/-A2B3C4D5.js",	    "/assets/part-A2B3C4D5",
		"/assets/plain.txt",	    "/assets/part-A2B3C4D5.js.gz",
	};
	struct rig *r = *state;
	char value[128];
	struct answer a;

	ask(r, &r->folder, "/assets/part-A2B3C4D5.js", "", &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body.p, "part");
	assert_string_equal(header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		ask(r, &r->folder, missing[i], "", &a);
		assert_int_equal(a.status, 404);
	}
}

static void an_edit_shows_at_once(void **state)
{
	struct rig *r = *state;
	char before[128], after[128], fields[200];
	struct answer a;

	ask(r, &r->folder, "/file/plain.txt", "", &a);
	header(&a, "ETag", before, sizeof(before));
	put(r, "plain.txt", "edited");
	snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", before);
	ask(r, &r->folder, "/file/plain.txt", fields, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body.p, "edited");
	assert_string_not_equal(header(&a, "ETag", after, sizeof(after)), before);
}

static void nothing_else_is_there(void **state)
{
	static const char *const paths[] = {
		"/file/none.txt",
		"/file/.hidden",
		"/file/%2ehidden",
		"/file/a%20b",
		"/file/page.html%20",
		"/assets/app.css",
		"/assets/app.0123456789abcdef.css",
		"/assets/.0123456789abcdef.css",
		"/assets/page.0123456789abcdef.html",
		"/assets/x",
	};
	struct rig *r = *state;
	struct answer a;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ask(r, &r->folder, paths[i], "", &a);
		assert_int_equal(a.status, 404);
		ask(r, &r->embedded, paths[i], "", &a);
		assert_int_equal(a.status, 404);
	}
	ask(r, &r->folder, "/file/..%2fetc%2fpasswd", "", &a);
	assert_int_equal(a.status, 400);
}

static void a_policy_needs_room_for_its_nonces(void **state)
{
	static char one[1000], two[1000]; /* 1023 bytes fit, nonces and all */
	static const char *const bad[] = {
		"script-src 'self'", "'nonce-%d'", "%s %n", "%s %", "%s%%s", one
	};
	struct dw_files *f;
	struct dw_err err;

	snprintf(one, sizeof(one), "%%s%993s", "");
	snprintf(two, sizeof(two), "%%s%%s%955s", "");
	assert_int_equal(dw_files_create(&f, NULL, two, dw_clock_system(), &err), 0);
	dw_files_destroy(f);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dw_files_create(&f, NULL, bad[i], dw_clock_system(),
						 &err),
				 DW_EINVAL);
	assert_int_equal(dw_files_create(&f, NULL, NULL, dw_clock_system(), &err), 0);
	dw_files_destroy(f);
	dw_files_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_embedded_file_in_every_way),
		cmocka_unit_test(pages_have_a_fresh_nonce_and_hashed_addresses),
		cmocka_unit_test(a_page_speaks_the_readers_language),
		cmocka_unit_test(the_bundlers_hash_is_as_good_as_ours),
		cmocka_unit_test(an_edit_shows_at_once),
		cmocka_unit_test(nothing_else_is_there),
		cmocka_unit_test(a_policy_needs_room_for_its_nonces),
	};

	return cmocka_run_group_tests(tests, up, down);
}
