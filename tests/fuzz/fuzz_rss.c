/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_rss.c - arbitrary bytes as a feed. The first byte says how the rest is cut into pieces, and
 * what HTTP says of its encoding: the same items must come out as from the whole, all of them
 * text that can be shown, and mentions that the engine would take.
 */
#include "base/buf.h"
#include "domain/mention.h"
#include "link/rss.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_rss: %s\n", what);
	abort();
}

static void add(struct dw_buf *out, struct dw_str s)
{
	check(s.p != NULL || s.n == 0, "absent, with a length");
	check(dw_utf8_valid(s), "not UTF-8");
	for (size_t i = 0; i < s.n; i++)
		check((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\n',
		      "a control character");
	check(dw_buf_addf(out, "%zu:", s.p != NULL ? s.n : 0) == 0 &&
		      dw_buf_add(out, s.p != NULL ? s.p : "", s.n) == 0,
	      "memory");
}

static bool on_item(void *data, const struct dw_rss_item *i)
{
	struct dw_buf *out = data;
	struct dw_mention m = { .source = DW_STR("x"),
				.source_id = i->id,
				.text = i->text,
				.title = i->title,
				.author_name = i->author,
				.url = i->url };
	struct dw_fault f;

	add(out, i->id);
	add(out, i->title);
	add(out, i->text);
	add(out, i->url);
	add(out, i->author);
	add(out, i->author_url);
	add(out, i->lang);
	check(dw_buf_addf(out, "%lld/%zu\n", (long long)i->posted_at, i->raw.n) == 0 &&
		      dw_buf_add(out, i->raw.p, i->raw.n) == 0,
	      "memory");
	if (dw_mention_check(&m, &f) < 0) {
		fprintf(stderr, "%s: %s\n", f.pointer, f.detail);
		check(false, "no mention");
	}
	return true;
}

static int take(struct dw_str doc, size_t piece, const char *charset, struct dw_buf *out)
{
	struct dw_rss_conf conf = { .url = "https://x.example/dir/feed",
				    .charset = charset,
				    .on_item = on_item,
				    .data = out };
	struct dw_rss *r = dw_rss_create(&conf);
	struct dw_err err = { 0 };
	int rc = 0;

	dw_buf_init(out, 64u << 20);
	while (doc.n > 0 && rc == 0) {
		size_t n = piece < doc.n ? piece : doc.n;
		char *own = malloc(n);

		check(own != NULL, "memory");
		memcpy(own, doc.p, n);
		rc = dw_rss_read(r, dw_str_make(own, n), &err);
		free(own);
		doc = dw_str_make(doc.p + n, doc.n - n);
	}
	if (rc == 0)
		rc = dw_rss_end(r, &err);
	check(rc == 0 || (rc == err.code && err.msg[0] != '\0'), "reason");
	check(dw_utf8_valid(dw_str_of(err.msg)), "the reason is no UTF-8");
	check(dw_utf8_valid(dw_rss_title(r)), "title");
	dw_rss_destroy(r);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const charsets[] = { NULL, "utf-8", "windows-1256",
						"iso-8859-1" };
	struct dw_str doc = { (const char *)data + 1, size - 1 };
	struct dw_buf whole, cut;
	const char *charset;
	int a, b;

	if (size == 0)
		return 0;
	charset = charsets[data[0] & 3];
	a = take(doc, SIZE_MAX, charset, &whole);
	b = take(doc, 1 + data[0] % 61, charset, &cut);
	check((a < 0) == (b < 0), "cut and whole do not agree on whether it is good");
	check(dw_str_eq(dw_buf_str(&whole), dw_buf_str(&cut)), "cut differs from whole");
	dw_buf_fini(&whole);
	dw_buf_fini(&cut);
	return 0;
}
