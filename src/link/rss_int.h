/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RSS_INT_H
#define DW_RSS_INT_H
/* What reading a document (rss.c), knowing its elements (rss_names.c) and making items of them
 * (rss_item.c) share. */
#include "base/buf.h"
#include "link/rss.h"

#include <expat.h>

#define RSS_DEPTH_MAX 64
#define RSS_FIELD_MAX (512u * 1024) /* markup of one field; what is more is cut */
#define RSS_TEXT_MAX (100u * 1024)  /* text of an item */

enum rss_at { /* which element we are in */
	      AT_UNKNOWN,
	      AT_DOCUMENT,
	      AT_RSS,
	      AT_RDF,
	      AT_CHANNEL,
	      AT_FEED,
	      AT_ITEM,
	      AT_ENTRY,
	      AT_PERSON, /* of an entry */
	      AT_FEED_PERSON,
	      AT_FIELD, /* its text is collected */
};

enum rss_field {
	F_TITLE,
	F_LINK,
	F_SUMMARY,
	F_CONTENT,
	F_ID,
	F_AUTHOR,
	F_EDITOR, /* RSS: author, which is an e-mail address and perhaps a name */
	F_AUTHOR_URL,
	F_PUBLISHED,
	F_UPDATED,
	F_LANG,
	F_OF_ITEM, /* those before are an item's, and cleared with it */
	F_FEED_TITLE = F_OF_ITEM,
	F_FEED_LANG,
	F_FEED_AUTHOR,
	F_COUNT,
};

enum rss_form { FORM_TEXT, FORM_HTML, FORM_TYPED /* as its attribute `type` says */ };

enum rss_ns { NS_OTHER, NS_RSS, NS_ATOM, NS_CONTENT, NS_DC, NS_RDF };

struct rss_rule {
	enum rss_at in;
	enum rss_ns ns;
	const char *name;
	enum rss_at to;
	enum rss_field field; /* when to is AT_FIELD */
	enum rss_form form;
};

/** The rule for an element by its name as expat gives it ("uri\nlocal"); NULL: none. */
const struct rss_rule *rss_rule_find(enum rss_at in, const char *name);
/** Behind the namespace. */
const char *rss_local(const char *name);
/** Value of an attribute without namespace, or NULL. */
const char *rss_attribute(const char **atts, const char *name);

struct rss_level {
	enum rss_at at;
	char *base, *lang; /* xml:base resolved, xml:lang; NULL: as the level above */
};

struct dw_rss {
	struct dw_rss_conf conf;
	char *url, *charset;
	XML_Parser parser;  /* NULL until the first bytes were looked at */
	struct dw_buf head; /* those */
	/* Bytes from the begin of the item that is being read, or the newest 64 KiB. */
	struct dw_buf window;
	uint64_t window_at; /* where in the document it begins */
	uint64_t item_at;   /* where the item begins; UINT64_MAX: outside */
	uint64_t quiet;	    /* bytes read since anything came of them */
	struct rss_level level[RSS_DEPTH_MAX + 1];
	unsigned depth; /* level[depth] is the innermost */
	struct dw_buf field[F_COUNT];
	bool is_html[F_COUNT];
	bool is_permalink;
	enum rss_field into; /* field being collected, F_COUNT = none */
	bool is_markup;	     /* tags inside of it are kept */
	unsigned into_depth; /* level of its element */
	bool is_done;	     /* on_item has had enough */
	struct dw_buf title, text, link, scratch; /* of the item, as it is given out */
	struct dw_err err;			  /* why the parser was stopped */
};

/** xml:base in force. */
const char *rss_base(const struct dw_rss *r);
/** Make the item of the fields; false: there is nothing in it. */
bool rss_item_make(struct dw_rss *r, struct dw_rss_item *out);

#endif
