/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_courier.c - what a post is signed with, what a mail looks like, and what its settings may be. */
#include "../../src/link/courier_int.h"

#include "base/arena.h"
#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

/* ---- signatures ---- */

/* The first is the one of doc/protocol.md; all are from another program (Python's hmac). */
static void signatures_are_those_of_the_recipe(void **state)
{
	static const struct {
		const char *secret, *body, *want;
		int64_t at;
	} cases[] = {
		{ "whsec_example", "{}",
		  "t=1790000000,v1="
		  "b85d639ba8e000d1cf75b3a6808d1cd853ab39bd3b9071e32fb703d7bf5f7a84",
		  1790000000 },
		{ "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		  "{\"text\":\"بیانیه 😀\"}",
		  "t=1,v1="
		  "99fb1c60f523cb08e1313b7a4aad8c9d0af19156715031cdf7d522b1bd08dbd7",
		  1 },
		{ "", "",
		  "t=0,v1="
		  "b849d5a581847b281957065739df36df2463d1977ea8d6e1e4e6cf33fadc68c3",
		  0 },
		{ "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		  "t=253402300799,v1="
		  "a041aa3a986b4faaa79094fff1b0b80181010394c986d05afcde7520e7b78ce5",
		  253402300799 },
	};
	char out[SIGNATURE_ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(webhook_sign(out, cases[i].secret, cases[i].at,
						 dw_str_of(cases[i].body)),
				    cases[i].want);
}

/* ---- mail ---- */

static const struct dw_str one[] = { { "desk@example.net", 16 } };

static struct mime mail(const char *subject, const char *text)
{
	return (struct mime){ .from = "press@example.org",
			      .to = one,
			      .n_to = 1,
			      .subject = dw_str_of(subject),
			      .lang = DW_STR("fa"),
			      .text = dw_str_of(text),
			      .id = DW_STR("ab-1-2"),
			      .date = INT64_C(1790000000000000) };
}

static const char *written(struct dw_buf *b, const struct mime *m)
{
	dw_buf_clear(b);
	assert_int_equal(mime_write(b, m), 0);
	for (size_t i = 0; i < b->len; i++) {
		assert_true(b->p[i] != '\n' || (i > 0 && b->p[i - 1] == '\r'));
		assert_true(b->p[i] != '\r' || b->p[i + 1] == '\n');
		assert_true((unsigned char)b->p[i] < 0x7f && b->p[i] != '\0');
	}
	return b->p;
}

static void a_plain_one_is_plain(void **state)
{
	struct mime m = mail("Water is safe", "First.\n.second\r\nthird");
	struct dw_buf b;

	(void)state;
	dw_buf_init(&b, 65536);
	assert_string_equal(written(&b, &m), "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
					     "From: press@example.org\r\n"
					     "To: desk@example.net\r\n"
					     "Subject: Water is safe\r\n"
					     "Message-ID: <ab-1-2@example.org>\r\n"
					     "Content-Language: fa\r\n"
					     "Auto-Submitted: auto-generated\r\n"
					     "MIME-Version: 1.0\r\n"
					     "Content-Type: text/plain; charset=utf-8\r\n"
					     "Content-Transfer-Encoding: 7bit\r\n"
					     "\r\n"
					     "First.\r\n.second\r\nthird\r\n");
	m.n_to = 2;
	assert_non_null(strstr(written(&b, &m), "\r\nTo: undisclosed-recipients:;\r\n"));
	m.name = "A, B";
	assert_non_null(strstr(written(&b, &m), "From: =?UTF-8?B?QSwgQg==?= <press@"));
	dw_buf_fini(&b);
}

/* Undo the encoded words of a header whose value begins at p. */
static size_t decode_words(const char *p, char *out, size_t room)
{
	size_t n = 0, got;

	while (strncmp(p, "=?UTF-8?B?", 10) == 0) {
		const char *end = strstr(p + 10, "?=");

		assert_true(end != NULL && end - p <= 73);
		assert_int_equal(sodium_base642bin((unsigned char *)out + n, room - n,
						   p + 10, (size_t)(end - p) - 10, NULL,
						   &got, NULL,
						   sodium_base64_VARIANT_ORIGINAL),
				 0);
		assert_true(dw_utf8_valid(dw_str_make(out + n, got))); /* none is cut */
		n += got;
		p = end + 2;
		if (strncmp(p, "\r\n ", 3) != 0)
			break;
		p += 3;
	}
	assert_memory_equal(p, "\r\n", 2);
	return n;
}

static void what_is_not_plain_arrives_the_same(void **state)
{
	static const char *const pieces[] = {
		"a",  "\xd8\xa7", "\xe2\x80\x8c", "\xf0\x9f\x98\x80", " ",
		"\n", ".\n",	  "=?",		  "\xe2\x80\x8f"
	};
	struct seeded die = { 3 };
	struct dw_buf b;

	(void)state;
	dw_buf_init(&b, 1024 * 1024);
	for (int i = 0; i < 500; i++) {
		char text[3000] = "\xd8\xa7", got[4000];
		size_t n = 2, most = 1 + seeded_below(&die, 2900), len = 0;
		struct mime m;
		const char *p;

		while (n + 4 < most) {
			const char *s = pieces[seeded_below(&die, 9)];

			memcpy(text + n, s, strlen(s) + 1);
			n += strlen(s);
		}
		m = mail(text, text);
		p = strstr(written(&b, &m), "Subject: ") + 9;
		assert_int_equal(decode_words(p, got, sizeof(got)), n);
		assert_memory_equal(got, text, n);
		p = strstr(b.p, "base64\r\n\r\n");
		assert_non_null(p);
		assert_int_equal(sodium_base642bin((unsigned char *)got, sizeof(got),
						   p + 10, strlen(p + 10), "\r\n", &len,
						   NULL, sodium_base64_VARIANT_ORIGINAL),
				 0);
		for (size_t k = 0, at = 0; k < n; k++) { /* line ends are those of mail */
			if (text[k] == '\n')
				assert_int_equal(got[at++], '\r');
			assert_int_equal(got[at++], text[k]);
			if (k + 1 == n)
				assert_int_equal(at + 2, len);
		}
	}
	dw_buf_fini(&b);
}

static void nothing_gets_into_the_head(void **state)
{
	struct mime m = mail("a\r\nBcc: x@example.com", "a\n\nb\x7f");
	struct dw_buf b;

	(void)state;
	dw_buf_init(&b, 65536);
	assert_null(strstr(written(&b, &m), "Bcc:"));
	m.lang = DW_STR("fa\r\nBcc: x");
	assert_null(strstr(written(&b, &m), "Content-Language"));
	dw_buf_fini(&b);
}

static void words_are_in_the_language_of_the_text(void **state)
{
	struct dw_delivery d = { .title = DW_STR("Title"),
				 .text = DW_STR("Text."),
				 .lang = DW_STR("fa-IR"),
				 .page = DW_STR("https://a/newsroom/1") };
	struct dw_str subject, body;

	(void)state;
	d.arena = dw_arena_create();
	smtp_words(&d, &subject, &body);
	assert_string_equal(subject.p, "Title");
	assert_string_equal(body.p, "Text.\n\nhttps://a/newsroom/1");
	d.is_correction = true;
	d.reason = DW_STR("why");
	d.page = dw_str_make(NULL, 0);
	smtp_words(&d, &subject, &body);
	assert_string_equal(subject.p, "اصلاحیه: Title");
	assert_string_equal(body.p, "اصلاحیه: why\n\nText.");
	d.lang = DW_STR("fax");
	d.is_withdrawal = true;
	smtp_words(&d, &subject, &body);
	assert_string_equal(subject.p, "Withdrawn: Title");
	assert_null(strstr(body.p, "Text."));
	assert_non_null(strstr(body.p, "why"));
	dw_arena_destroy(d.arena);
}

static void settings_of_mail(void **state)
{
	struct dw_courier_conf conf = { .smtp_url = "smtps://mail.example.org:465",
					.smtp_from = "Press office <press@example.org>",
					.smtp_user = "u",
					.smtp_password = "p" };
	static const char *const bad[] = { NULL,      "",	"press",
					   "<press>", "a <b@c", "x <a@b\n>" };
	struct dw_err err = { 0 };
	struct smtp s;

	(void)state;
	assert_int_equal(smtp_open(&s, &conf, &err), 0);
	assert_string_equal(s.from, "press@example.org");
	assert_string_equal(s.name, "Press office");
	assert_string_equal(s.url, "smtps://mail.example.org:465/example.org");
	assert_true(s.needs_tls);
	smtp_fini(&s);
	conf.smtp_url = "smtp://localhost.example.org";
	assert_int_equal(smtp_open(&s, &conf, &err), 0);
	assert_true(s.needs_tls); /* that is another machine */
	smtp_fini(&s);
	conf.smtp_url = "smtp://127.0.0.1:25";
	assert_int_equal(smtp_open(&s, &conf, &err), 0);
	assert_false(s.needs_tls);
	smtp_fini(&s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		conf.smtp_from = bad[i];
		assert_int_equal(smtp_open(&s, &conf, &err), DW_EINVAL);
		assert_non_null(strstr(err.msg, "smtp_from"));
		smtp_fini(&s);
	}
	conf.smtp_url = "";
	assert_int_equal(smtp_open(&s, &conf, &err), 0);
	assert_null(s.url);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_those_of_the_recipe),
		cmocka_unit_test(a_plain_one_is_plain),
		cmocka_unit_test(what_is_not_plain_arrives_the_same),
		cmocka_unit_test(nothing_gets_into_the_head),
		cmocka_unit_test(words_are_in_the_language_of_the_text),
		cmocka_unit_test(settings_of_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
