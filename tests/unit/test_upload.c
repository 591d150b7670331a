/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_upload.c - what a file is and what it is called, whatever its sender says; and SHA-256 in
 * pieces.
 */
#include "base/digest.h"
#include "domain/upload.h"
#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define S(lit) dw_str_make((lit), sizeof(lit) - 1)

static void assert_str(struct dw_str got, const char *want)
{
	if (!dw_str_eq(got, dw_str_of(want)))
		fail_msg("\"%.*s\", want \"%s\"", (int)got.n, got.p, want);
}

static void names_lose_what_is_no_name(void **state)
{
	static const struct {
		const char *said, *kept;
	} rows[] = {
		{ "photo.jpg", "photo.jpg" },
		{ "a photo (2).jpg", "a photo (2).jpg" },
		{ "../../etc/passwd", "passwd" },
		{ "C:\\Users\\me\\shot.png", "shot.png" },
		{ "..", "file" },
		{ "/", "file" },
		{ "", "file" },
		{ "   ", "file" },
		{ ".htaccess", "htaccess" },
		/* RTL override: shown as "invoiceexe.pdf" */
		{ "invoice\xe2\x80\xae"
		  "fdp.exe",
		  "invoicefdp.exe" },
		{ "a\xe2\x81\xa6"
		  "b\xe2\x81\xa9"
		  "c\xd8\x9c.txt",
		  "abc.txt" },
		{ "one\r\nSet-Cookie: x=1\ttwo\x7f", "oneSet-Cookie: x=1two" },
		{ "a\xc2\x85"
		  "b\xe2\x80\xa8"
		  "c",
		  "abc" },
		{ "\xef\xbb\xbfname.csv", "name.csv" },
		{ "a\xe2\x80\x8b"
		  "b",
		  "ab" },
		/* what Persian is written with stays */
		{ "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1\xd9\x88\xd8\xaf.pdf",
		  "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1\xd9\x88\xd8\xaf.pdf" },
		{ "\xf0\x9f\x94\xa5.png", "\xf0\x9f\x94\xa5.png" },
		{ "name ", "name" },
		{ "a/", "file" },
	};
	char out[DW_FILE_NAME_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_str(dw_file_name(dw_str_of(rows[i].said), out), rows[i].kept);
}

static void a_long_name_is_cut_between_characters(void **state)
{
	char said[4 * 300 + 1], out[DW_FILE_NAME_BYTES];
	struct dw_str got;

	for (size_t i = 0; i < 300; i++)
		memcpy(said + 4 * i, "\xf0\x9f\x94\xa5", 4);
	got = dw_file_name(dw_str_make(said, 4 * 300), out);
	assert_true(dw_utf8_valid(got));
	assert_int_equal(dw_utf8_count(got), DW_FILE_NAME_MAX);
}

/* Any characters at all: what comes out is one line of a name, and comes out again as it is. */
static void whatever_is_said_a_name_comes_out(void **state)
{
	static const uint32_t odd[] = { '/',	'\\',	'.',	 ' ',	  0x202e, 0x2066,
					0x200f, 0x200c, 0x0a,	 0x00,	  0x41,	  0x6f0,
					0xfffe, 0xffff, 0x1f525, 0x10ffff };
	struct seeded die = { 4 };

	for (int k = 0; k < 20000; k++) {
		char said[400], out[DW_FILE_NAME_BYTES], again[DW_FILE_NAME_BYTES];
		size_t n = 0;
		struct dw_str name;

		for (uint64_t left = seeded_below(&die, 60); left > 0; left--)
			n += dw_utf8_put(odd[seeded_below(&die, 16)], said + n);
		name = dw_file_name(dw_str_make(said, n), out);
		assert_true(name.n > 0 && dw_utf8_valid(name));
		assert_null(memchr(name.p, '/', name.n));
		assert_null(memchr(name.p, '\\', name.n));
		assert_null(memchr(name.p, '\n', name.n));
		assert_null(memchr(name.p, '\0', name.n));
		assert_null(memmem(name.p, name.n, "\xe2\x80\xae", 3));
		assert_true(name.p[0] != '.');
		assert_true(dw_str_eq(dw_file_name(name, again), name));
	}
}

static void names_in_headers_are_ascii(void **state)
{
	char out[3 * 64 + 8];

	assert_str(dw_file_name_star(DW_STR("a b\";%.png"), out),
		   "UTF-8''a%20b%22%3B%25.png");
	assert_str(dw_file_name_star(DW_STR("\xd9\xbe'*"), out), "UTF-8''%D9%BE%27%2A");
	assert_str(dw_file_name_star(DW_STR("x"), out), "UTF-8''x");
}

static void images_are_told_by_their_bytes(void **state)
{
	char out[DW_MEDIA_MAX + 1];

	assert_string_equal(dw_image_type(S("\x89PNG\r\n\x1a\n....")), "image/png");
	assert_string_equal(dw_image_type(S("\xff\xd8\xff\xe0")), "image/jpeg");
	assert_string_equal(dw_image_type(S("GIF89a..")), "image/gif");
	assert_string_equal(dw_image_type(S("RIFF\0\0\0\0WEBPVP8 ")), "image/webp");
	assert_null(dw_image_type(S("RIFF\0\0\0\0WAVEfmt ")));
	assert_null(dw_image_type(S("<svg onload=alert(1)>")));
	assert_null(dw_image_type(S("\x89PNG\r\n\x1a")));
	assert_null(dw_image_type(S("")));
	/* the sender is wrong both ways */
	assert_str(dw_file_media(S("\xff\xd8\xff\xe0"), DW_STR("text/html"), out),
		   "image/jpeg");
	assert_str(dw_file_media(S("<script>"), DW_STR("image/png"), out),
		   "application/octet-stream");
	assert_true(dw_is_image_type(DW_STR("image/webp")));
	assert_false(dw_is_image_type(DW_STR("image/svg+xml")));
}

static void a_type_is_a_type(void **state)
{
	static const struct {
		const char *said, *kept;
	} rows[] = {
		{ "application/pdf", "application/pdf" },
		{ "Text/Plain; charset=utf-8", "text/plain" },
		{ " image/svg+xml ", "image/svg+xml" },
		{ "", "application/octet-stream" },
		{ "text", "application/octet-stream" },
		{ "/plain", "application/octet-stream" },
		{ "text/", "application/octet-stream" },
		{ "text/a/b", "application/octet-stream" },
		{ "text/pl\"ain", "application/octet-stream" },
		{ "text/\xd9\xbe", "application/octet-stream" },
	};
	char out[DW_MEDIA_MAX + 1], is_long[200];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_str(dw_file_media(S("%PDF"), dw_str_of(rows[i].said), out),
			   rows[i].kept);
	memset(is_long, 'a', sizeof(is_long));
	is_long[3] = '/';
	assert_str(dw_file_media(S(""), dw_str_make(is_long, sizeof(is_long)), out),
		   "application/octet-stream");
}

static void a_digest_in_pieces_is_that_of_the_whole(void **state)
{
	struct seeded die = { 9 };
	static unsigned char bytes[100000];
	uint8_t whole[DW_HASH_SIZE], pieces[DW_HASH_SIZE];
	struct dw_digest d;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)seeded_next(&die);
	dw_sha256(whole, bytes, sizeof(bytes));
	dw_digest_init(&d);
	for (int k = 0; k < 3; k++) { /* it begins anew by itself */
		for (size_t at = 0; at < sizeof(bytes);) {
			size_t n = seeded_below(&die, 5000);

			n = n < sizeof(bytes) - at ? n : sizeof(bytes) - at;
			dw_digest_add(&d, bytes + at, n);
			at += n;
		}
		dw_digest_end(&d, pieces);
		assert_memory_equal(whole, pieces, sizeof(whole));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lose_what_is_no_name),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(whatever_is_said_a_name_comes_out),
		cmocka_unit_test(names_in_headers_are_ascii),
		cmocka_unit_test(images_are_told_by_their_bytes),
		cmocka_unit_test(a_type_is_a_type),
		cmocka_unit_test(a_digest_in_pieces_is_that_of_the_whole),
	};

	return cmocka_run_group_tests_name("upload", tests, NULL, NULL);
}
