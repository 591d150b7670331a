/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_mention.c - arbitrary bytes as a mention. What is taken keeps the rules, is written as
 * one line of JSON, and reads back as the same; what is refused says so in valid UTF-8. A parser
 * that is not ours must agree that it is JSON, and find the same texts and numbers in it.
 */
#include "engine/mention_json.h"

#include <jansson.h>
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

static void check_text(const json_t *o, const char *key, struct dw_str got)
{
	const json_t *v = json_object_get(o, key);
	bool is_text = json_is_string(v);

	check(is_text == (got.p != NULL), "text there");
	check(!is_text || dw_str_eq(got, dw_str_make(json_string_value(v),
						     json_string_length(v))),
	      "text the same");
}

static void check_count(const json_t *o, const char *key, bool has, uint64_t got)
{
	const json_t *v = json_object_get(o, key);

	check(json_is_integer(v) == has, "number there");
	check(!has || (uint64_t)json_integer_value(v) == got, "number the same");
}

/* What is not read may be what jansson refuses: a number too large, half a surrogate pair. */
static void check_same(struct dw_str json, const struct dw_mention *m, bool is_desk)
{
	json_t *o = json_loadb(json.p, json.n, JSON_ALLOW_NUL, NULL);
	const json_t *author = json_object_get(o, "author");
	const json_t *metrics = json_object_get(o, "metrics");

	if (o == NULL)
		return;
	if (!is_desk) {
		check_text(o, "source", m->source);
		check_text(o, "source_id", m->source_id);
	}
	check_text(o, "text", m->text);
	check_text(o, "url", m->url);
	check_text(o, "title", m->title);
	check_text(o, "lang", m->lang);
	check_text(o, "thread", m->thread);
	check_text(o, "in_reply_to", m->in_reply_to);
	check_text(author, "name", m->author_name);
	check_text(author, "handle", m->author_handle);
	check_text(author, "url", m->author_url);
	check_count(author, "followers", m->has & DW_MENTION_FOLLOWERS, m->followers);
	check_count(metrics, "likes", m->has & DW_MENTION_LIKES, m->likes);
	check_count(metrics, "reposts", m->has & DW_MENTION_REPOSTS, m->reposts);
	check_count(metrics, "replies", m->has & DW_MENTION_REPLIES, m->replies);
	check_count(metrics, "views", m->has & DW_MENTION_VIEWS, m->views);
	json_decref(o);
}

/* A mention that only misses something is JSON all the same. */
static void check_json(struct dw_str json, const struct dw_fault *f)
{
	json_t *o = json_loadb(json.p, json.n, JSON_ALLOW_NUL, NULL);

	if (f->pointer[0] == '\0' && strncmp(f->detail, "this is not JSON", 16) == 0 &&
	    memchr(json.p, '\0', json.n) == NULL)
		check(o == NULL, "refused what is JSON");
	json_decref(o);
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
	struct dw_str json = { (const char *)data, size };

	for (size_t i = 0; i < 2; i++) {
		struct dw_mention_doc doc;
		struct dw_fault f = { 0 };

		if (dw_mention_parse(&doc, json, forms[i], &f) == 0) {
			check_taken(&doc.m);
			check_same(json, &doc.m, forms[i] == DW_MENTION_FROM_DESK);
			dw_mention_doc_fini(&doc);
		} else {
			check(f.detail[0] != '\0', "reason");
			check(dw_utf8_valid(dw_str_of(f.detail)), "reason in UTF-8");
			check(dw_utf8_valid(dw_str_of(f.pointer)), "pointer in UTF-8");
			if (size > 0)
				check_json(json, &f);
			check(f.pointer[0] == '\0' || f.pointer[0] == '/', "pointer");
		}
	}
	return 0;
}
