/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_MENTION_H
#define DW_DOMAIN_MENTION_H
/*
 * One message somewhere that names the organisation. Its identity is (source, source_id);
 * everything else may come again with other content. What a mention may hold is decided here,
 * once, for machines and for people at the desk.
 */
#include "base/str.h"

#define DW_MENTION_BYTES (256u * 1024) /* one mention as JSON, at most */
/* What every JSON reader can hold. */
#define DW_MENTION_COUNT_MAX ((UINT64_C(1) << 53) - 1)

/* Members whose absence 0 cannot stand for. */
enum dw_mention_has {
	DW_MENTION_POSTED_AT = 1,
	DW_MENTION_FOLLOWERS = 2,
	DW_MENTION_LIKES = 4,
	DW_MENTION_REPOSTS = 8,
	DW_MENTION_REPLIES = 16,
	DW_MENTION_VIEWS = 32,
	DW_MENTION_METRICS = DW_MENTION_LIKES | DW_MENTION_REPOSTS | DW_MENTION_REPLIES |
			     DW_MENTION_VIEWS,
};

/* Texts are valid UTF-8, borrowed; p == NULL is absent. */
struct dw_mention {
	/* required: 1 to 100 characters; 1 to 1000 bytes; not empty and without NUL */
	struct dw_str source, source_id, text;
	struct dw_str author_name, author_handle, author_url;
	struct dw_str url, title;
	struct dw_str lang;   /* a BCP 47 tag: "ar", "fa", "en", "und" … */
	struct dw_str thread; /* the conversation it belongs to, in the source's ids */
	struct dw_str in_reply_to; /* the source's id of what it answers */
	int64_t posted_at;	   /* µs since 1970 UTC */
	uint64_t followers;	   /* of the author */
	uint64_t likes, reposts, replies, views;
	unsigned has; /* enum dw_mention_has */
};

/** What is wrong with one input, and where. */
struct dw_fault {
	char pointer[80]; /* JSON pointer ("/author/followers"); "" = the whole */
	char detail[200]; /* one sentence, valid UTF-8 */
};

/** Fill *f and return DW_EINVAL. */
int dw_fault_set(struct dw_fault *f, const char *pointer, const char *fmt, ...)
	DW_PRINTF(3, 4);

/** A command came to `code`: unless *err says why already, it says what the fault does, or the code's title. */
void dw_fault_tell(const struct dw_fault *f, int code, struct dw_err *err);

/** The rules above. 0, or DW_EINVAL with the first field that breaks one. */
DW_MUST_USE int dw_mention_check(const struct dw_mention *m, struct dw_fault *f);

#define DW_AUTHOR_BYTES 4200 /* more than any handle, address or name has */

/**
 * What the author is known by within the source: "@handle" in lower case, else the address of their
 * page, else the name as written; empty when nobody is named. In buf, or borrowed from *m.
 */
struct dw_str dw_mention_author(const struct dw_mention *m, char buf[DW_AUTHOR_BYTES]);
/** The same form of what somebody asks for. In buf, or s itself. */
struct dw_str dw_author_fold(struct dw_str s, char buf[DW_AUTHOR_BYTES]);

/** The rule of source names by itself. */
bool dw_source_is_valid(struct dw_str slug);
/** The rule of language tags by itself. */
bool dw_lang_is_valid(struct dw_str tag);

#endif
