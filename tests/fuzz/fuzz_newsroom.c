/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_newsroom.c - arbitrary text as a published statement's title, text, language and reason, cut by
 * the bytes 0xff, each made UTF-8 by dropping what is none.
 *
 * Whatever it says, pages come out, the Atom feed is well-formed XML in the eyes of expat, and in it
 * and in the page every address that became a link begins with http.
 */
#include "api/newsroom.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_newsroom: %s\n", what);
	abort();
}

/* The next part, up to 0xff, as UTF-8. */
static struct dw_str part(const uint8_t **data, size_t *size, struct dw_arena *a)
{
	char *out = dw_arena_alloc(a, *size + 1);
	size_t n = 0, i = 0;

	while (i < *size && (*data)[i] != 0xff) {
		size_t take = 1;

		while (take <= 4 && i + take <= *size &&
		       !dw_utf8_valid(dw_str_make((const char *)*data + i, take)))
			take++;
		if (take > 4 || i + take > *size) {
			i++;
			continue;
		}
		memcpy(out + n, *data + i, take);
		n += take;
		i += take;
	}
	i += i < *size;
	*data += i;
	*size -= i;
	return dw_str_make(out, n);
}

static void say(struct dw_statement *t, struct dw_statement_fact f)
{
	f.seq = t->seq + 1;
	f.room = f.actor = 1;
	f.statement = f.type == DW_EV_STATEMENT_DRAFTED ? 0 : t->id;
	dw_statement_apply(t, &f);
}

/* Published twice, so that there is a correction with its reason. */
static void publish(struct dw_statement *t, struct dw_statement_fact f,
		    struct dw_str reason)
{
	static const char *const digests[] = { "a", "b" };

	f.type = DW_EV_STATEMENT_DRAFTED;
	say(t, f);
	for (unsigned i = 0; i < 2; i++) {
		f.type = DW_EV_STATEMENT_SUBMITTED;
		f.digest = dw_str_of(digests[i]);
		say(t, f);
		say(t, (struct dw_statement_fact){ .type = DW_EV_STATEMENT_PUBLISHED,
						   .digest = f.digest,
						   .reason = reason });
	}
}

/* What is a link leads to the web, and nothing begins that could run. */
static void check_page(struct dw_str page)
{
	const char *at = page.p;

	check(strcasestr(page.p, "<script") == NULL, "a script");
	while ((at = strstr(at, "<a href=\"")) != NULL) {
		at += 9;
		check(*at == '/' || strncmp(at, "http://", 7) == 0 ||
			      strncmp(at, "https://", 8) == 0,
		      "a link to elsewhere");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dw_newsroom_site site = { DW_STR("https://example.org"), DW_STR("A"),
					       DW_STR("/a.css") };
	struct dw_statement *t = dw_statement_create();
	const struct dw_statement *all[] = { t };
	struct dw_arena *a = dw_arena_create();
	struct dw_statement_fact f = { 0 };
	struct dw_newsroom_view view;
	struct dw_str reason;
	struct dw_buf out;
	XML_Parser xml = XML_ParserCreate("UTF-8");

	dw_buf_init(&out, DW_NEWSROOM_OUT_MAX);
	f.title = part(&data, &size, a);
	f.lang = part(&data, &size, a);
	reason = part(&data, &size, a);
	f.text = part(&data, &size, a);
	publish(t, f, reason);
	dw_newsroom_arrange(&view, all, dw_newsroom_last(t) != NULL, a);
	check(dw_newsroom_atom(&out, &site, &view) == 0, "no feed");
	check(XML_Parse(xml, out.p, (int)out.len, 1) == XML_STATUS_OK, "no XML");
	dw_buf_clear(&out);
	if (view.n > 0) {
		check(dw_newsroom_page(&out, &site, &view, &view.p[0], NULL) == 0,
		      "no page");
		check_page(dw_buf_str(&out));
		dw_buf_clear(&out);
	}
	check(dw_newsroom_json(&out, &site, &view) == 0, "no JSON");
	XML_ParserFree(xml);
	dw_buf_fini(&out);
	dw_arena_destroy(a);
	dw_statement_destroy(t);
	return 0;
}
