/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_mention.c - arbitrary bytes as a mention. What is taken keeps the rules, is written as
 * one line of JSON, and reads back as the same; what is refused says so in valid UTF-8.
 */
#include "engine/mention_json.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_mention: %s\n", what);
	abort();
}

static void write_to(struct dw_buf *b, const struct dw_mention *m)
{
	struct dw_jsonw w;

	dw_buf_init(b, 1u << 20);
	dw_jsonw_init(&w, b);
	dw_jsonw_obj(&w);
	dw_mention_write(&w, m);
	dw_jsonw_obj_end(&w);
	check(dw_jsonw_end(&w) == 0, "writing");
}

static void check_taken(const struct dw_mention *m)
{
	struct dw_mention_doc again;
	struct dw_fault f;
	struct dw_buf a, b;

	check(dw_mention_check(m, &f) == 0, "rules");
	write_to(&a, m);
	check(memchr(a.p, '\n', a.len) == NULL, "one line");
	check(dw_utf8_valid(dw_buf_str(&a)), "UTF-8");
	check(dw_mention_parse(&again, dw_buf_str(&a), DW_MENTION_STORED, &f) == 0,
	      "reading back");
	write_to(&b, &again.m);
	check(dw_str_eq(dw_buf_str(&a), dw_buf_str(&b)), "the same again");
	dw_mention_doc_fini(&again);
	dw_buf_fini(&a);
	dw_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dw_mention_form forms[] = { DW_MENTION_FROM_MACHINE,
						      DW_MENTION_FROM_DESK };

	for (size_t i = 0; i < 2; i++) {
		struct dw_mention_doc doc;
		struct dw_fault f = { 0 };

		if (dw_mention_parse(&doc, dw_str_make((const char *)data, size),
				     forms[i], &f) == 0) {
			check_taken(&doc.m);
			dw_mention_doc_fini(&doc);
		} else {
			check(f.detail[0] != '\0', "reason");
			check(dw_utf8_valid(dw_str_of(f.detail)), "reason in UTF-8");
			check(dw_utf8_valid(dw_str_of(f.pointer)), "pointer in UTF-8");
			check(f.pointer[0] == '\0' || f.pointer[0] == '/', "pointer");
		}
	}
	return 0;
}
