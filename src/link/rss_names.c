/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rss_names.c - the elements that mean something, by where they stand.
 *
 * An element counts only as a child of the one that it belongs to: a <title> inside an image or
 * a playlist is not the item's. The namespaces of RSS are many (none in RSS 2.0, one in 1.0,
 * some that were invented for 2.0) and mean the same.
 */
#include "rss_int.h"

#include <string.h>

static const struct {
	const char *uri;
	enum rss_ns ns;
} spaces[] = {
	{ "", NS_RSS },
	{ "http://purl.org/rss/1.0/", NS_RSS },
	{ "http://my.netscape.com/rdf/simple/0.9/", NS_RSS },
	{ "http://backend.userland.com/rss2", NS_RSS },
	{ "http://blogs.law.harvard.edu/tech/rss", NS_RSS },
	{ "http://www.w3.org/2005/Atom", NS_ATOM },
	{ "http://purl.org/atom/ns#", NS_ATOM },
	{ "http://purl.org/rss/1.0/modules/content/", NS_CONTENT },
	{ "http://purl.org/dc/elements/1.1/", NS_DC },
	{ "http://www.w3.org/1999/02/22-rdf-syntax-ns#", NS_RDF },
};

#define ENTER(in, ns, name, to)                                                          \
	{                                                                                \
		in, ns, name, to, F_COUNT, FORM_TEXT                                     \
	}
#define TAKE(in, ns, name, field, form)                                                  \
	{                                                                                \
		in, ns, name, AT_FIELD, field, form                                      \
	}

static const struct rss_rule rules[] = {
	ENTER(AT_DOCUMENT, NS_RSS, "rss", AT_RSS),
	ENTER(AT_DOCUMENT, NS_RDF, "RDF", AT_RDF),
	ENTER(AT_DOCUMENT, NS_ATOM, "feed", AT_FEED),
	ENTER(AT_RSS, NS_RSS, "channel", AT_CHANNEL),
	ENTER(AT_RDF, NS_RSS, "channel", AT_CHANNEL),
	ENTER(AT_RSS, NS_RSS, "item", AT_ITEM),
	ENTER(AT_RDF, NS_RSS, "item", AT_ITEM),
	ENTER(AT_CHANNEL, NS_RSS, "item", AT_ITEM),
	ENTER(AT_FEED, NS_ATOM, "entry", AT_ENTRY),

	TAKE(AT_CHANNEL, NS_RSS, "title", F_FEED_TITLE, FORM_HTML),
	TAKE(AT_CHANNEL, NS_RSS, "language", F_FEED_LANG, FORM_TEXT),
	TAKE(AT_CHANNEL, NS_DC, "language", F_FEED_LANG, FORM_TEXT),
	TAKE(AT_ITEM, NS_RSS, "title", F_TITLE, FORM_HTML),
	TAKE(AT_ITEM, NS_RSS, "link", F_LINK, FORM_TEXT),
	TAKE(AT_ITEM, NS_RSS, "description", F_SUMMARY, FORM_HTML),
	TAKE(AT_ITEM, NS_CONTENT, "encoded", F_CONTENT, FORM_HTML),
	TAKE(AT_ITEM, NS_RSS, "guid", F_ID, FORM_TEXT),
	TAKE(AT_ITEM, NS_RSS, "author", F_EDITOR, FORM_TEXT),
	TAKE(AT_ITEM, NS_DC, "creator", F_AUTHOR, FORM_TEXT),
	TAKE(AT_ITEM, NS_RSS, "pubDate", F_PUBLISHED, FORM_TEXT),
	TAKE(AT_ITEM, NS_DC, "date", F_UPDATED, FORM_TEXT),
	TAKE(AT_ITEM, NS_DC, "language", F_LANG, FORM_TEXT),

	TAKE(AT_FEED, NS_ATOM, "title", F_FEED_TITLE, FORM_TYPED),
	ENTER(AT_FEED, NS_ATOM, "author", AT_FEED_PERSON),
	TAKE(AT_FEED_PERSON, NS_ATOM, "name", F_FEED_AUTHOR, FORM_TEXT),
	TAKE(AT_ENTRY, NS_ATOM, "title", F_TITLE, FORM_TYPED),
	TAKE(AT_ENTRY, NS_ATOM, "id", F_ID, FORM_TEXT),
	TAKE(AT_ENTRY, NS_ATOM, "summary", F_SUMMARY, FORM_TYPED),
	TAKE(AT_ENTRY, NS_ATOM, "content", F_CONTENT, FORM_TYPED),
	TAKE(AT_ENTRY, NS_ATOM, "published", F_PUBLISHED, FORM_TEXT),
	TAKE(AT_ENTRY, NS_ATOM, "issued", F_PUBLISHED, FORM_TEXT),
	TAKE(AT_ENTRY, NS_ATOM, "updated", F_UPDATED, FORM_TEXT),
	TAKE(AT_ENTRY, NS_ATOM, "modified", F_UPDATED, FORM_TEXT),
	TAKE(AT_ENTRY, NS_DC, "creator", F_AUTHOR, FORM_TEXT),
	ENTER(AT_ENTRY, NS_ATOM, "author", AT_PERSON),
	TAKE(AT_PERSON, NS_ATOM, "name", F_AUTHOR, FORM_TEXT),
	TAKE(AT_PERSON, NS_ATOM, "uri", F_AUTHOR_URL, FORM_TEXT),
};

const char *rss_local(const char *name)
{
	const char *at = strrchr(name, '\n');

	return at != NULL ? at + 1 : name;
}

static enum rss_ns find_space(const char *name)
{
	const char *local = rss_local(name);
	size_t n = local == name ? 0 : (size_t)(local - name - 1);

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (strlen(spaces[i].uri) == n && memcmp(spaces[i].uri, name, n) == 0)
			return spaces[i].ns;
	return NS_OTHER;
}

const struct rss_rule *rss_rule_find(enum rss_at in, const char *name)
{
	const char *local = rss_local(name);
	enum rss_ns ns;

	if (in == AT_UNKNOWN)
		return NULL;
	ns = find_space(name);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].in == in && rules[i].ns == ns &&
		    strcmp(rules[i].name, local) == 0)
			return &rules[i];
	return NULL;
}

const char *rss_attribute(const char **atts, const char *name)
{
	for (; atts[0] != NULL; atts += 2)
		if (strcmp(atts[0], name) == 0)
			return atts[1];
	return NULL;
}
