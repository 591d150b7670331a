/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_feed_parse.c - feeds as they are found: RSS and Atom in Arabic, Persian and English, in
 * old encodings, with HTML in them, cut into pieces of any size, broken, and hostile.
 */
#include "link/rss.h"

#include "base/buf.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

/* What came of a document: one line a member. */
struct got {
	struct dw_buf out;
	char title[300];
	size_t n, max;
	int rc;
	struct dw_err err;
	char raw[4000]; /* of the last item */
};

static void member(struct got *g, const char *name, struct dw_str s)
{
	if (s.p != NULL)
		assert_int_equal(dw_buf_addf(&g->out, "%s=%.*s\n", name, (int)s.n, s.p),
				 0);
	assert_true(dw_utf8_valid(s));
}

static bool on_item(void *data, const struct dw_rss_item *i)
{
	struct got *g = data;
	char at[DW_TIME_MAX];

	assert_true(i->id.n > 0 && i->id.n <= 1000 && i->text.n > 0);
	member(g, "id", i->id);
	member(g, "title", i->title);
	member(g, "text", i->text);
	member(g, "url", i->url);
	member(g, "author", i->author);
	member(g, "author_url", i->author_url);
	member(g, "lang", i->lang);
	if (i->has_posted_at)
		member(g, "at", dw_str_of(dw_time_format(at, i->posted_at)));
	snprintf(g->raw, sizeof(g->raw), "%.*s", (int)i->raw.n, i->raw.p);
	return ++g->n != g->max;
}

static void got_fini(struct got *g)
{
	dw_buf_fini(&g->out);
}

static void read_in_steps(struct got *g, struct dw_str doc, size_t step,
			  const char *charset, size_t max)
{
	struct dw_rss_conf conf = { .url = "https://news.example.org/dir/feed.xml",
				    .charset = charset,
				    .on_item = on_item,
				    .data = g };
	struct dw_rss *r = dw_rss_create(&conf);

	memset(g, 0, sizeof(*g));
	g->max = max;
	dw_buf_init(&g->out, 16u * 1024 * 1024);
	for (size_t i = 0; i < doc.n && g->rc == 0; i += step) {
		size_t n = doc.n - i < step ? doc.n - i : step;

		g->rc = dw_rss_read(r, dw_str_make(doc.p + i, n), &g->err);
	}
	if (g->rc == 0)
		g->rc = dw_rss_end(r, &g->err);
	snprintf(g->title, sizeof(g->title), "%.*s", (int)dw_rss_title(r).n,
		 dw_rss_title(r).p != NULL ? dw_rss_title(r).p : "");
	dw_rss_destroy(r);
	if (g->out.p == NULL)
		assert_int_equal(dw_buf_addz(&g->out, ""), 0);
}

/* The same whatever the pieces; what was read last stays in *g. */
static void expect(const char *doc, const char *want)
{
	static const size_t steps[] = { 1, 7, 513, 1u << 20 };
	struct got g;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		read_in_steps(&g, dw_str_of(doc), steps[i], NULL, 0);
		if (g.rc < 0)
			fail_msg("step %zu: %s", steps[i], g.err.msg);
		assert_string_equal(g.out.p, want);
		got_fini(&g);
	}
}

static void expect_error(const char *doc, const char *part)
{
	struct got g;

	read_in_steps(&g, dw_str_of(doc), 64, NULL, 0);
	assert_int_equal(g.rc, DW_EINVAL);
	if (strstr(g.err.msg, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", g.err.msg, part);
	got_fini(&g);
}

/* ---- RSS ---- */

#define RSS(items)                                                                        \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                    \
	"<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"" \
	" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""                                  \
	" xmlns:media=\"http://search.yahoo.com/mrss/\">\n"                               \
	"<channel><title>Example News</title><link>https://news.example.org/</link>"      \
	"<language>en-gb</language>\n" items "</channel></rss>\n"

static void test_rss_of_a_newspaper(void **state)
{
	(void)state;
	expect(RSS("<item><title>Plant closed after leak &amp; fire</title>\n"
		   "<link>\n  /2026/11/plant?a=1&amp;b=2\n</link>"
		   "<description><![CDATA[<p>The <b>Karkheh</b> plant was closed.</p>"
		   "<p>Nobody was hurt.<br/>More soon&hellip;</p>"
		   "<script>alert('x')</script>]]></description>"
		   "<media:title>Not this</media:title>"
		   "<media:group><media:title>Nor this</media:title></media:group>"
		   "<dc:creator>Mary O&apos;Neill</dc:creator>"
		   "<guid isPermaLink=\"false\">urn:news:4711</guid>"
		   "<pubDate>Wed, 25 Nov 2026 08:30:00 +0330</pubDate></item>\n"
		   "<item><title>Only a title</title>"
		   "<guid>https://news.example.org/p/2</guid>"
		   "<author>desk@example.org (The Desk)</author></item>"),
	       "id=urn:news:4711\n"
	       "title=Plant closed after leak & fire\n"
	       "text=The Karkheh plant was closed.\n\nNobody was hurt.\nMore soon…\n"
	       "url=https://news.example.org/2026/11/plant?a=1&b=2\n"
	       "author=Mary O'Neill\n"
	       "lang=en\n"
	       "at=2026-11-25T05:00:00.000000Z\n"
	       "id=https://news.example.org/p/2\n"
	       "text=Only a title\n"
	       "url=https://news.example.org/p/2\n"
	       "author=The Desk\n"
	       "lang=en\n");
}

static void test_rss_in_persian(void **state)
{
	struct got g;

	(void)state;
	expect("  \n<?xml version=\"1.0\" encoding=\"utf8\"?>"
	       "<rss version=\"2.0\"><channel><title>خبرگزاری</title>"
	       "<language>fa_IR</language><item>"
	       "<title>نشت گاز در کارخانه‌ی کرخه</title>"
	       "<link>https://khabar.example/خبر/۱</link>"
	       "<description>&lt;div&gt;مدیر عامل گفت: &laquo;خطری نیست&raquo;.&lt;/div&gt;"
	       "</description></item></channel></rss>",
	       "id=https://khabar.example/%d8%ae%d8%a8%d8%b1/%db%b1\n"
	       "title=نشت گاز در کارخانه‌ی کرخه\n"
	       "text=مدیر عامل گفت: «خطری نیست».\n"
	       "url=https://khabar.example/%d8%ae%d8%a8%d8%b1/%db%b1\n"
	       "lang=fa\n");
	read_in_steps(&g, DW_STR(RSS("<item><title>خبر فوری از کرخه</title></item>")),
		      100, NULL, 0);
	assert_null(
		strstr(g.out.p, "lang=")); /* the feed says English, which it is not */
	assert_string_equal(g.raw, "<item><title>خبر فوری از کرخه</title></item>");
	assert_string_equal(g.title, "Example News");
	got_fini(&g);
}

/* UTF-8 in another encoding, for documents of older software. */
static struct dw_str encode(const char *text, const char *to, char *out, size_t size)
{
	iconv_t cd = iconv_open(to, "UTF-8");
	char *from = strdup(text), *in = from, *p = out;
	size_t n = strlen(text), left = size;

	assert_true(cd != (iconv_t)-1);
	assert_true(iconv(cd, &in, &n, &p, &left) != (size_t)-1);
	iconv_close(cd);
	free(from);
	return dw_str_make(out, size - left);
}

#define ARABIC_ITEM                                                                                     \
	"<rss version=\"2.0\"><channel><title>وكالة الأنباء</title><language>ar</language>" \
	"<item><guid>7</guid><title>إغلاق المصنع</title>"                                    \
	"<description>قال المدير: لا خطر على السكان&nbsp;!</description></item>" \
	"</channel></rss>"
#define ARABIC_WANT                                                                      \
	"id=7\ntitle=إغلاق المصنع\ntext=قال المدير: لا خطر على السكان !\nlang=ar\n"

static void test_windows_1256(void **state)
{
	char doc[2000];
	struct dw_str s;
	struct got g;

	(void)state;
	s = encode("<?xml version=\"1.0\" encoding=\"windows-1256\"?>" ARABIC_ITEM,
		   "CP1256", doc, sizeof(doc));
	for (size_t step = 1; step < 2000; step *= 4) {
		read_in_steps(&g, s, step, "utf-8",
			      0); /* the server's word counts less */
		if (g.rc < 0)
			fail_msg("%s", g.err.msg);
		assert_string_equal(g.out.p, ARABIC_WANT);
		assert_int_equal((unsigned char)g.raw[27], 0xc5); /* as it came */
		got_fini(&g);
	}
	/* only HTTP says it */
	s = encode(ARABIC_ITEM, "CP1256", doc, sizeof(doc));
	read_in_steps(&g, s, 64, "Windows-1256", 0);
	assert_int_equal(g.rc, 0);
	assert_string_equal(g.out.p, ARABIC_WANT);
	got_fini(&g);
	s = encode("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" ARABIC_ITEM, "UTF-16",
		   doc, sizeof(doc));
	read_in_steps(&g, s, 3, NULL, 0);
	assert_int_equal(g.rc, 0);
	assert_string_equal(g.out.p, ARABIC_WANT);
	got_fini(&g);
}

static void test_unknown_encodings(void **state)
{
	(void)state;
	expect_error("<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><rss/>",
		     "iso-2022-jp");
	expect_error("<?xml version=\"1.0\" encoding=\"../../etc/x\"?><rss/>",
		     "not well-formed");
	expect_error("<?xml version=\"1.0\" encoding=\"windows-125999999\"?><rss/>",
		     "windows-125999999");
}

/* ---- Atom, RSS 1.0 ---- */

static void test_atom(void **state)
{
	(void)state;
	expect("<?xml version='1.0'?>"
	       "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='ar' xml:base='/blog/'>"
	       "<title type='html'>مدونة &lt;b&gt;المدينة&lt;/b&gt;</title>"
	       "<author><name>هيئة التحرير</name></author>"
	       "<link rel='self' href='feed.atom'/>"
	       "<entry><id>tag:example.org,2026:1</id><title>a &lt; b</title>"
	       "<link rel='enclosure' href='x.mp3'/>"
	       "<link type='application/json' href='1.json'/>"
	       "<link type='text/html' href='1.html'/><link href='later.html'/>"
	       "<updated>2026-11-25T08:00:00Z</updated>"
	       "<published>2026-11-25T07:00:00+03:00</published>"
	       "<summary>short</summary>"
	       "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
	       "<p>One &lt;two&gt;</p><ul><li>three</li><li>four</li></ul></div></content>"
	       "</entry>"
	       "<entry xml:lang='en' xml:base='http://other.example/a/'>"
	       "<id>2</id><title type='text'>Two &amp;amp; more</title>"
	       "<author><name>Ann</name><uri>https://ann.example/</uri></author>"
	       "<author><name>Bob</name></author>"
	       "<link href='../two'/><updated>2026-11-25T08:00:00Z</updated>"
	       "<content type='image/png'>aGVsbG8=</content>"
	       "<summary type='html'>&lt;p&gt;It &amp;amp; that&lt;/p&gt;</summary></entry>"
	       "</feed>",
	       "id=tag:example.org,2026:1\ntitle=a < b\n"
	       "text=One <two>\n\nthree\nfour\n"
	       "url=https://news.example.org/blog/1.html\nauthor=هيئة التحرير\nlang=ar\n"
	       "at=2026-11-25T04:00:00.000000Z\n"
	       "id=2\ntitle=Two &amp; more\ntext=It & that\n"
	       "url=http://other.example/two\nauthor=Ann\n"
	       "author_url=https://ann.example/\nlang=en\n"
	       "at=2026-11-25T08:00:00.000000Z\n");
}

static void test_rss_1(void **state)
{
	(void)state;
	expect("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
	       " xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
	       "<channel rdf:about='https://x.example/'><title>X</title>"
	       "<dc:language>en</dc:language></channel>"
	       "<item rdf:about='https://x.example/1'><title>First</title>"
	       "<link>https://x.example/1</link><description>About it</description>"
	       "<dc:date>2026-11-25T08:30+01:00</dc:date></item></rdf:RDF>",
	       "id=https://x.example/1\ntitle=First\ntext=About it\n"
	       "url=https://x.example/1\nlang=en\nat=2026-11-25T07:30:00.000000Z\n");
}

/* ---- identity ---- */

static void test_what_an_item_is_known_by(void **state)
{
	struct got a, b;
	char long_id[3000];

	(void)state;
	read_in_steps(&a,
		      DW_STR(RSS("<item><title>t</title><pubDate>1 Jan 2026</pubDate>"
				 "<description>first</description></item>")),
		      99, NULL, 0);
	read_in_steps(&b,
		      DW_STR(RSS("<item><title>t</title><pubDate>1 Jan 2026</pubDate>"
				 "<description>corrected</description></item>")),
		      99, NULL, 0);
	assert_memory_equal(a.out.p, "id=sha256:", 10);
	assert_memory_equal(a.out.p, b.out.p, 10 + 64);
	got_fini(&a);
	got_fini(&b);
	snprintf(long_id, sizeof(long_id),
		 RSS("<item><guid>%02000d</guid><title>t</title></item>"), 7);
	read_in_steps(&a, dw_str_of(long_id), 99, NULL, 0);
	assert_memory_equal(a.out.p, "id=sha256:", 10);
	got_fini(&a);
	/* nothing to show: no item. A javascript: address is none. */
	expect(RSS("<item><guid>1</guid></item><item><guid>2</guid><title> </title></item>"
		   "<item><guid>3</guid><title>x</title><link>javascript:alert(1)</link>"
		   "</item><item><guid>4</guid><title>y</title>"
		   "<link>https://u:p@x.example/</link></item>"),
	       "id=3\ntext=x\nlang=en\nid=4\ntext=y\nlang=en\n");
}

static void test_enough_is_enough(void **state)
{
	struct got g;

	(void)state;
	read_in_steps(&g,
		      DW_STR(RSS(
			      "<item><title>1</title></item><item><title>2</title></item>"
			      "<item><title>3</title></item><broken")),
		      5, NULL, 2);
	assert_int_equal(g.rc, 0); /* what comes after is not read */
	assert_int_equal(g.n, 2);
	got_fini(&g);
}

/* ---- dates ---- */

static void test_dates(void **state)
{
	static const struct {
		const char *written, *meant;
	} dates[] = {
		{ "Wed, 25 Nov 2026 08:30:15 GMT", "2026-11-25T08:30:15" },
		{ "Wed, 25 Nov 2026 08:30:15 EST", "2026-11-25T13:30:15" },
		{ "25 Nov 26 08:30 +0330", "2026-11-25T05:00:00" },
		{ "Wed, 5 November 2026 8:05:00 GMT+0100", "2026-11-05T07:05:00" },
		{ "Wed,25 Nov 2026 08:30:60 Z", "2026-11-25T08:30:59" },
		{ "wednesday, 25-Nov-2026 08:30:00 UTC", "2026-11-25T08:30:00" },
		{ "2026-11-25T08:30:00.123+03:30", "2026-11-25T05:00:00.123" },
		{ "2026-11-25 08:30", "2026-11-25T08:30:00" },
		{ "2026-11-25T08:30:00+0330", "2026-11-25T05:00:00" },
		{ "2026-11-25", "2026-11-25T00:00:00" },
		{ "2026-11", "2026-11-01T00:00:00" },
		{ "yesterday", NULL },
		{ "32 Nov 2026 08:30:00 GMT", NULL },
		{ "30 Feb 2026", NULL },
		{ "25 Nov 2026 25:00:00 GMT", NULL },
		{ "2026-13-01", NULL },
		{ "0", NULL },
	};
	char doc[1000];
	struct got g;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		snprintf(doc, sizeof(doc),
			 RSS("<item><title>t</title><pubDate> %s\n</pubDate></item>"),
			 dates[i].written);
		read_in_steps(&g, dw_str_of(doc), 1000, NULL, 0);
		if (dates[i].meant == NULL && strstr(g.out.p, "at=") != NULL)
			fail_msg("%s: %s", dates[i].written, g.out.p);
		if (dates[i].meant != NULL && strstr(g.out.p, dates[i].meant) == NULL)
			fail_msg("%s: %s", dates[i].written, g.out.p);
		got_fini(&g);
	}
}

/* ---- HTML ---- */

static void test_html(void **state)
{
	static const char *const pairs[][2] = {
		{ "a<br>b<BR/>c", "a\nb\nc" },
		{ "<p>a</p>\n\n<p>b</p><p></p><p>c</p>", "a\n\nb\n\nc" },
		{ "1 < 2 && 3 > 2", "1 < 2 && 3 > 2" },
		{ "if x <y then", "if x <y then" },
		{ "a<!-- <b> -->b", "ab" },
		{ "a<!-- never ends", "a<!-- never ends" },
		{ "<a title=\"x > y\" href='#'>link</a>", "link" },
		{ "a<script>if (a < b) { '</p>' }</script >b", "ab" },
		{ "a<style>p{}", "a" },
		{ "<scripty>x</scripty>", "x" },
		{ "&lt;b&gt; &#1587;&#x644;&#128; &bogus; &amp &#xD800; &#0;",
		  "<b> سل€ &bogus; &amp \xef\xbf\xbd \xef\xbf\xbd" },
		{ "a&nbsp;&nbsp; \t b\xc2\xa0"
		  "c",
		  "a b c" },
		{ "a\x01\x1f"
		  "b&#1;c",
		  "abc" },
		{ "a </ b </> </3 c", "a </ b </> </3 c" },
		{ "<td>1</td><td>2</td>", "1 2" },
		{ "<img src=x onerror=alert(1)>safe", "safe" },
	};
	char doc[2000];
	struct got g;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct dw_buf want;
		bool has_control = strchr(pairs[i][0], 1) != NULL;

		/* XML itself forbids control characters */
		if (has_control)
			snprintf(doc, sizeof(doc), "%s",
				 RSS("<item><description>a&amp;#1;bc"
				     "</description></item>"));
		else
			snprintf(doc, sizeof(doc),
				 RSS("<item><description><![CDATA[%s]]></description>"
				     "</item>"),
				 pairs[i][0]);
		read_in_steps(&g, dw_str_of(doc), 2000, NULL, 0);
		if (g.rc < 0)
			fail_msg("%s: %s", pairs[i][0], g.err.msg);
		dw_buf_init(&want, 1000);
		assert_int_equal(dw_buf_addf(&want, "text=%s\n", pairs[i][1]), 0);
		if (strstr(g.out.p, want.p) == NULL)
			fail_msg("%s: %s", pairs[i][0], g.out.p);
		dw_buf_fini(&want);
		got_fini(&g);
	}
}

/* ---- hostile ---- */

static void test_what_is_no_feed(void **state)
{
	struct got g;

	(void)state;
	expect_error("", "empty");
	expect_error("  \n ", "empty");
	expect_error("<!DOCTYPE html><html><head><meta charset=utf-8></head>",
		     "web page");
	expect_error("<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
		     "web page");
	expect_error("<svg xmlns='http://www.w3.org/2000/svg'/>", "<svg>");
	expect_error("{\"version\":\"https://jsonfeed.org/version/1\"}", "line 1");
	expect_error(RSS("<item><title>a</title></itme>"), "line 4: mismatched tag");
	expect_error("<rss><channel><item><title>cut off he", "line 1");
	expect_error("<rss><channel><item><title>\x80\xff</title>", "line 1");
	/* whole items of a document that breaks off were seen */
	read_in_steps(&g, DW_STR("<rss><channel><item><title>whole</title></item><item>"),
		      9, NULL, 0);
	assert_int_equal(g.rc, DW_EINVAL);
	assert_non_null(strstr(g.out.p, "text=whole\n"));
	got_fini(&g);
}

static void test_entities_are_not_declared(void **state)
{
	(void)state;
	expect_error("<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
		     "<rss><channel><item><title>&b;</title></item></channel></rss>",
		     "declares entities");
	expect_error("<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
		     "<rss><channel><item><title>&x;</title></item></channel></rss>",
		     "declares entities");
	expect_error(
		"<!DOCTYPE rss [<!ENTITY % p SYSTEM \"http://x.example/\"> %p;]><rss/>",
		"declares entities");
	/* a DTD that is only named is not read */
	expect("<!DOCTYPE rss PUBLIC '-//N//DTD RSS 0.91//EN' 'http://x.example/rss.dtd'>"
	       "<rss><channel><item><guid>1</guid><title>caf&eacute; &unknown;&nbsp;</title>"
	       "</item><!-- c --></channel></rss>",
	       "id=1\ntext=café\n");
}

static void repeat(struct dw_buf *b, const char *text, size_t n)
{
	while (n-- > 0)
		assert_int_equal(dw_buf_addz(b, text), 0);
}

static void test_ceilings(void **state)
{
	struct dw_buf b;
	struct got g;

	(void)state;
	dw_buf_init(&b, 64u * 1024 * 1024);
	repeat(&b, "<rss>", 1);
	repeat(&b, "<a>", 1000);
	read_in_steps(&g, dw_buf_str(&b), 4096, NULL, 0);
	assert_non_null(strstr(g.err.msg, "too deep"));
	got_fini(&g);
	/* a tag that does not end */
	dw_buf_clear(&b);
	repeat(&b, "<rss a=\"", 1);
	repeat(&b, "xxxxxxxxxxxxxxxx", 1u << 17);
	read_in_steps(&g, dw_buf_str(&b), 16384, NULL, 0);
	assert_non_null(strstr(g.err.msg, "too long"));
	got_fini(&g);
	/* a long text is cut; the raw bytes are all there; the next item is found */
	dw_buf_clear(&b);
	repeat(&b, "<rss><channel><item><title>t</title><description>", 1);
	repeat(&b, "متن دراز ", 100000);
	repeat(&b,
	       "</description></item><item><title>next</title></item></channel></rss>",
	       1);
	read_in_steps(&g, dw_buf_str(&b), 16384, NULL, 0);
	assert_int_equal(g.rc, 0);
	assert_int_equal(g.n, 2);
	assert_true(g.out.len > 90 * 1024 && g.out.len < 110 * 1024);
	assert_string_equal(g.raw, "<item><title>next</title></item>");
	got_fini(&g);
	/* tags without end, in HTML: one pass */
	dw_buf_clear(&b);
	repeat(&b, "<rss><channel><item><description><![CDATA[", 1);
	repeat(&b, "</a <a <script <!-- &", 25000);
	repeat(&b, "]]></description></item></channel></rss>", 1);
	read_in_steps(&g, dw_buf_str(&b), 16384, NULL, 0);
	assert_int_equal(g.rc, 0);
	got_fini(&g);
	dw_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rss_of_a_newspaper),
		cmocka_unit_test(test_rss_in_persian),
		cmocka_unit_test(test_windows_1256),
		cmocka_unit_test(test_unknown_encodings),
		cmocka_unit_test(test_atom),
		cmocka_unit_test(test_rss_1),
		cmocka_unit_test(test_what_an_item_is_known_by),
		cmocka_unit_test(test_enough_is_enough),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_what_is_no_feed),
		cmocka_unit_test(test_entities_are_not_declared),
		cmocka_unit_test(test_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
