/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_newsroom.c - what everybody may read, and how hostile text gets there: as text. */
#include "api/newsroom.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX 8

struct world {
	struct dw_statement *t[MAX];
	size_t n;
	uint64_t seq;
	int64_t now;
	struct dw_arena *a;
	struct dw_newsroom_view view;
	struct dw_buf out;
	struct dw_newsroom_site site;
};

static void begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(dw_time_parse(DW_STR("2026-11-29T14:05:00Z"), &w->now), 0);
	w->seq = 100;
	w->a = dw_arena_create();
	w->site.base = DW_STR("https://example.org");
	w->site.style = DW_STR("/assets/newsroom.0123456789abcdef.css");
	dw_buf_init(&w->out, DW_NEWSROOM_OUT_MAX);
}

static void end(struct world *w)
{
	for (size_t i = 0; i < w->n; i++)
		dw_statement_destroy(w->t[i]);
	dw_arena_destroy(w->a);
	dw_buf_fini(&w->out);
}

static void say(struct world *w, struct dw_statement *t, struct dw_statement_fact f)
{
	f.seq = ++w->seq;
	f.room = 1;
	f.actor = 7;
	f.recorded_at = w->now += 60000000;
	f.statement = f.type == DW_EV_STATEMENT_DRAFTED ? 0 : t->id;
	dw_statement_apply(t, &f);
}

static void digest_of(const struct dw_statement_fact *f, char out[DW_DIGEST_HEX])
{
	struct dw_version v = {
		f->lang, dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, f->channel)),
		dw_str_of(dw_statement_word(DW_WORDS_READER, f->reader)), f->text
	};

	assert_int_equal(dw_version_digest(&v, out), 0);
}

/* A statement of that language, for the press unless `like` says otherwise. */
static struct dw_statement *draft(struct world *w, struct dw_statement_fact like)
{
	struct dw_statement *t = w->t[w->n++] = dw_statement_create();

	like.type = DW_EV_STATEMENT_DRAFTED;
	say(w, t, like);
	return t;
}

/* Another version goes out. */
static void publish(struct world *w, struct dw_statement *t,
		    struct dw_statement_fact like, const char *reason)
{
	char *digest = dw_arena_alloc(w->a, DW_DIGEST_HEX);

	digest_of(&like, digest);
	like.digest = dw_str_of(digest);
	like.type = DW_EV_STATEMENT_SUBMITTED;
	like.last_author = 7;
	say(w, t, like);
	say(w, t,
	    (struct dw_statement_fact){ .type = DW_EV_STATEMENT_PUBLISHED,
					.digest = like.digest,
					.reason = dw_str_of(reason) });
}

/* A newsroom in which that is out. */
static struct dw_statement *begin_with(struct world *w, struct dw_statement_fact f)
{
	struct dw_statement *t;

	begin(w);
	t = draft(w, f);
	publish(w, t, f, "");
	return t;
}

static void withdraw(struct world *w, struct dw_statement *t, const char *reason)
{
	const struct dw_publication *out = dw_statement_out(t);

	say(w, t,
	    (struct dw_statement_fact){
		    .type = DW_EV_STATEMENT_WITHDRAWN,
		    .digest = dw_str_of(t->versions.p[out->version].digest),
		    .reason = dw_str_of(reason) });
}

static struct dw_statement_fact press(const char *lang, const char *title,
				      const char *text)
{
	return (struct dw_statement_fact){ .title = dw_str_of(title),
					   .lang = dw_str_of(lang),
					   .text = dw_str_of(text) };
}

static void look(struct world *w)
{
	const struct dw_statement *t[MAX];
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (dw_newsroom_last(w->t[i]) != NULL)
			t[n++] = w->t[i];
	dw_newsroom_arrange(&w->view, t, n, w->a);
	dw_buf_clear(&w->out);
}

static const char *page(struct world *w, const struct dw_statement *t, uint64_t version)
{
	const struct dw_newsroom_item *it;

	look(w);
	it = dw_newsroom_item(&w->view, t->id);
	assert_non_null(it);
	assert_int_equal(dw_newsroom_page(&w->out, &w->site, &w->view, it,
					  version != 0 ? dw_newsroom_at(t, version)
						       : NULL),
			 0);
	return w->out.p;
}

static const char *list(struct world *w, const char *lang, size_t from)
{
	look(w);
	assert_int_equal(
		dw_newsroom_list(&w->out, &w->site, &w->view, from, dw_str_of(lang)), 0);
	return w->out.p;
}

static const char *atom(struct world *w)
{
	look(w);
	assert_int_equal(dw_newsroom_atom(&w->out, &w->site, &w->view), 0);
	return w->out.p;
}

static const char *json(struct world *w)
{
	look(w);
	assert_int_equal(dw_newsroom_json(&w->out, &w->site, &w->view), 0);
	return w->out.p;
}

static void has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("not there: %s\nin: %s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("there: %s\nin: %s", part, text);
}

/* ---- what is public ---- */

static void only_what_was_published_for_all_is_public(void **state)
{
	struct dw_statement_fact f = press("en", "Water", "The water is safe.");
	struct dw_statement *t;
	struct world w;

	(void)state;
	begin(&w);
	t = draft(&w, f);
	assert_null(dw_newsroom_last(t));
	f.reader = DW_READER_STAFF;
	publish(&w, t, f, "");
	assert_null(dw_newsroom_last(t));
	f.reader = DW_READER_PUBLIC;
	f.channel = DW_CHANNEL_INTERNAL;
	publish(&w, t, f, "secret reason");
	f.channel = DW_CHANNEL_REPLY;
	publish(&w, t, f, "secret reason");
	assert_null(dw_newsroom_last(t));
	withdraw(&w, t, "secret reason");
	assert_null(dw_newsroom_last(t));
	f.channel = DW_CHANNEL_SOCIAL;
	publish(&w, t, f, "secret reason");
	assert_non_null(dw_newsroom_last(t));
	/* the first that the public sees corrects nothing that it knows */
	has_not(page(&w, t, 0), "secret reason");
	has_not(w.out.p, "Versions");
	/* what the staff was told next does not go out, and what takes it back says so without its reason */
	f.reader = DW_READER_STAFF;
	f.text = DW_STR("For ourselves");
	publish(&w, t, f, "secret reason");
	has_not(page(&w, t, 0), "For ourselves");
	assert_null(dw_newsroom_at(t, w.seq));
	withdraw(&w, t, "secret reason");
	has(page(&w, t, 0), "It does not stand any more.");
	has_not(w.out.p, "secret reason");
	has_not(atom(&w), "secret reason");
	end(&w);
}

static void drafts_are_not_public(void **state)
{
	struct dw_statement *t;
	struct world w;

	(void)state;
	begin(&w);
	t = draft(&w, press("en", "Water", "The water is safe."));
	publish(&w, t, press("en", "Water", "The water is safe."), "");
	say(&w, t,
	    (struct dw_statement_fact){ .type = DW_EV_STATEMENT_CHANGED,
					.has = DW_STATEMENT_TITLE,
					.title = DW_STR("Working title") });
	has_not(page(&w, t, 0), "Working title");
	has_not(list(&w, "en", 0), "Working title");
	end(&w);
}

/* ---- hostile text ---- */

static void text_never_becomes_markup(void **state)
{
	static const char evil[] =
		"</title></p><script>alert(1)</script> & \"x\" 'y' {title} {{nonce}}\n"
		"see https://a.example/?q=\"onload=1&b=<i>, (http://b.example/c_(d)) or "
		"javascript:alert(1) https:// http://c.example/.\x01\xef\xbf\xbf";
	struct dw_statement_fact f = press("en", evil, evil);
	struct dw_statement *t;
	struct world w;

	(void)state;
	begin(&w);
	w.site.name = dw_str_of(evil);
	t = draft(&w, f);
	publish(&w, t, f, "");
	f.text = DW_STR("Better");
	publish(&w, t, f, evil);
	has_not(page(&w, t, 0), "<script");
	has(w.out.p, "Reason: <span itemprop=\"text\" dir=\"auto\">&lt;/title&gt;");
	has_not(page(&w, t, t->publications.p[0].seq), "<script");
	has(w.out.p, "<a href=\"https://a.example/?q=\" rel=\"nofollow noopener\"");
	has(w.out.p, "(<a href=\"http://b.example/c_(d)\"");
	has(w.out.p, "<a href=\"http://c.example/\"");
	has_not(w.out.p, "href=\"javascript");
	has_not(w.out.p, "href=\"https://\"");
	has(w.out.p, "&quot;x&quot; &#39;y&#39; {title} {{nonce}}");
	has_not(w.out.p, "\x01");
	has_not(w.out.p, "\xef\xbf\xbf");
	has_not(list(&w, "en", 0), "<script");
	has_not(atom(&w), "<script");
	has_not(w.out.p, "\x01");
	has_not(strstr(json(&w), "\"content_html\""),
		"<script"); /* the title is no markup */
	end(&w);
}

static void paragraphs_and_lines_are_kept(void **state)
{
	struct dw_statement_fact f =
		press("en", "Water", "\n\nOne\r\ntwo\r\n\r\n \t\nThree\n");
	struct dw_statement *t;
	struct world w;

	(void)state;
	t = begin_with(&w, f);
	has(page(&w, t, 0), "dir=\"ltr\">\n<p>One<br/>\ntwo</p>\n<p>Three</p>\n</div>");
	end(&w);
}

static void a_telephone_number_runs_as_a_whole(void **state)
{
	struct dw_statement_fact f =
		press("fa", "آب",
		      "تلفن +98 21 1234 5678 و https://a.example/021-1234567 <b>");
	struct dw_statement *t;
	struct world w;

	(void)state;
	t = begin_with(&w, f);
	has(page(&w, t, 0), "تلفن <bdi dir=\"ltr\">+98 21 1234 5678</bdi> و <a href");
	has(w.out.p, ">https://a.example/021-1234567</a> &lt;b&gt;</p>");
	end(&w);
}

/* ---- languages ---- */

static void a_page_speaks_its_statements_language(void **state)
{
	struct dw_statement_fact en = press("en", "Water", "The water is safe."),
				 ar = press("ar-EG", "المياه", "المياه آمنة."),
				 fa = press("fa", "آب", "آب سالم است."),
				 de = press("de", "Wasser", "Das Wasser ist sauber.");
	struct dw_statement *t[4];
	struct world w;

	(void)state;
	begin(&w);
	t[0] = draft(&w, en);
	publish(&w, t[0], en, "");
	ar.translation_of = fa.translation_of = t[0]->id;
	t[1] = draft(&w, ar);
	publish(&w, t[1], ar, "");
	t[2] = draft(&w, fa);
	publish(&w, t[2], fa, "");
	t[3] = draft(&w, de);
	publish(&w, t[3], de, "");
	has(page(&w, t[0], 0), "<html lang=\"en\" dir=\"ltr\">");
	has(w.out.p, "<meta name=\"description\" content=\"The water is safe.\">");
	has(w.out.p, "In other languages");
	has(w.out.p, "hreflang=\"ar-EG\" lang=\"ar-EG\" dir=\"rtl\">المياه</a>");
	has_not(w.out.p, "Wasser");
	has(page(&w, t[1], 0), "<html lang=\"ar\" dir=\"rtl\">");
	has(w.out.p, "نُشر");
	has(w.out.p, "نوفمبر 2026");
	has(w.out.p, "itemprop=\"articleBody\" lang=\"ar-EG\" dir=\"rtl\"");
	has(page(&w, t[2], 0), "<html lang=\"fa\" dir=\"rtl\">");
	has(w.out.p, "۸ آذر ۱۴۰۵");
	has(w.out.p, "datetime=\"2026-11-29T14:14:00.000000Z\"");
	has(page(&w, t[3], 0), "<html lang=\"en\" dir=\"ltr\">");
	has(w.out.p, "itemprop=\"articleBody\" lang=\"de\" dir=\"ltr\"");
	has(list(&w, "fa", 0), "<html lang=\"fa\" dir=\"rtl\">");
	has(w.out.p, "<h2 lang=\"en\" dir=\"ltr\"><a href=\"/newsroom/101\">Water</a>");
	end(&w);
}

/* ---- for machines ---- */

static size_t times(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

/* By schema.org's names, each where its item is open. */
static void machines_are_told_what_it_is(void **state)
{
	struct dw_statement_fact f = press("fa", "آب", "آب سالم است.");
	struct dw_statement *t;
	struct world w;

	(void)state;
	t = begin_with(&w, f);
	w.site.name = DW_STR("Rayhan & Sons");
	has(page(&w, t, 0), "<article itemscope=\"\" itemtype=\"https://schema.org/"
			    "NewsArticle\">\n"
			    "<meta itemprop=\"inLanguage\" content=\"fa\">\n"
			    "<h1 itemprop=\"headline\" lang=\"fa\" dir=\"rtl\">آب</h1>");
	has(w.out.p,
	    "<time itemprop=\"datePublished\" datetime=\"2026-11-29T14:08:00.000000Z\">");
	has(w.out.p, "<div itemprop=\"publisher\" itemscope=\"\" "
		     "itemtype=\"https://schema.org/Organization\">"
		     "<meta itemprop=\"name\" content=\"Rayhan &amp; Sons\"></div>");
	has(w.out.p,
	    "itemprop=\"articleBody\" lang=\"fa\" dir=\"rtl\">\n<p>آب سالم است.</p>");
	assert_int_equal(times(w.out.p, "itemscope"), 2);
	has_not(w.out.p, "dateModified");
	has_not(w.out.p, "creativeWorkStatus");
	f.text = DW_STR("آب سالم نیست.");
	publish(&w, t, f, "آزمایش رسید.");
	has(page(&w, t, 0),
	    "<time itemprop=\"datePublished\" datetime=\"2026-11-29T14:08:00.000000Z\">");
	has(w.out.p,
	    "<time itemprop=\"dateModified\" datetime=\"2026-11-29T14:10:00.000000Z\">");
	has(w.out.p, "itemprop=\"correction\" itemscope=\"\" "
		     "itemtype=\"https://schema.org/CorrectionComment\">");
	has(w.out.p, "<span itemprop=\"text\" dir=\"auto\">آزمایش رسید.</span>");
	assert_int_equal(times(w.out.p, "itemscope"), 3);
	withdraw(&w, t, "اشتباه بود.");
	has(page(&w, t, 0),
	    "<meta itemprop=\"creativeWorkStatus\" content=\"Withdrawn\">");
	has(w.out.p, "<span itemprop=\"text\" dir=\"auto\">اشتباه بود.</span>");
	end(&w);
}

/* ---- corrections and withdrawals ---- */

static void a_correction_says_so_and_the_old_text_stays(void **state)
{
	struct dw_statement_fact f = press("en", "Water", "Nine are ill.");
	struct dw_statement *t;
	struct world w;
	uint64_t first, second;
	char part[200];

	(void)state;
	t = begin_with(&w, f);
	first = w.seq;
	f.text = DW_STR("Eleven are ill.");
	publish(&w, t, f, "Two more called.");
	second = w.seq;
	has(page(&w, t, 0), "This statement was corrected.");
	has(w.out.p, "Two more called.");
	has(w.out.p, "<p>Eleven are ill.</p>");
	has_not(w.out.p, "Nine are ill");
	has(w.out.p, t->versions.p[1].digest);
	snprintf(part, sizeof(part), "href=\"/newsroom/101?version=%llu\"",
		 (unsigned long long)first);
	has(w.out.p, part);
	has(page(&w, t, first), "This is an earlier version.");
	has(w.out.p, "<p>Nine are ill.</p>");
	has(w.out.p, t->versions.p[0].digest);
	has(w.out.p,
	    "<link rel=\"canonical\" href=\"https://example.org/newsroom/101\">");
	has_not(page(&w, t, second), "earlier version");
	has(list(&w, "en", 0), "<span class=\"mark\">Corrected</span>");
	has(atom(&w), "<updated>2026-11-29T14:10:00.000000Z</updated>");
	has(w.out.p, "<published>2026-11-29T14:08:00.000000Z</published>");
	has(w.out.p, "Two more called.");
	has(json(&w), "\"content_text\":\"Eleven are ill.\"");
	has(w.out.p, t->versions.p[1].digest);
	end(&w);
}

static void what_was_withdrawn_can_be_read_behind_its_notice(void **state)
{
	struct dw_statement_fact f = press("en", "Water", "Nine are ill.");
	struct dw_statement *t;
	struct world w;
	uint64_t first;

	(void)state;
	t = begin_with(&w, f);
	first = w.seq;
	withdraw(&w, t, "It was a rumour.");
	has(page(&w, t, 0), "This statement was withdrawn.");
	has(w.out.p, "It was a rumour.");
	has_not(w.out.p, "name=\"description\"");
	has(w.out.p, "<details><summary>Read the withdrawn text</summary>");
	has(w.out.p, "<p>Nine are ill.</p>");
	has(page(&w, t, first), "This statement was withdrawn.");
	has_not(w.out.p, "<details>");
	has(list(&w, "en", 0), "<span class=\"mark\">Withdrawn</span>");
	has_not(w.out.p, "Nine are ill");
	has(atom(&w), "<title>Withdrawn: Water</title>");
	has(w.out.p, "It was a rumour.");
	has_not(w.out.p, "Nine are ill");
	has_not(json(&w), "Nine are ill");
	end(&w);
}

static void one_statement_may_correct_another(void **state)
{
	struct dw_statement_fact f = press("en", "Water", "Nine are ill."), g;
	struct dw_statement *t, *c;
	struct world w;

	(void)state;
	t = begin_with(&w, f);
	g = press("en", "More are ill", "Eleven are ill.");
	g.correction_of = t->id;
	g.reason = DW_STR("Two more called.");
	c = draft(&w, g);
	has_not(page(&w, t, 0), "corrects this one");
	publish(&w, c, g, "");
	has(page(&w, t, 0),
	    "A later statement corrects this one: <a href=\"/newsroom/104\"");
	has(page(&w, c, 0),
	    "This statement corrects an earlier one: <a href=\"/newsroom/101\"");
	has(w.out.p, "Two more called.");
	has(atom(&w), "corrects this one: More are ill");
	has(w.out.p, "Two more called.");
	has(json(&w), "Two more called.");
	withdraw(&w, c, "Nobody called.");
	has_not(page(&w, t, 0), "corrects this one");
	end(&w);
}

/* ---- the list ---- */

static void the_list_is_paged(void **state)
{
	struct dw_statement_fact f = press("en", "Water", "Nine are ill.");
	const struct dw_statement *t[DW_NEWSROOM_PAGE + 5];
	struct dw_statement *one;
	struct world w;

	(void)state;
	begin(&w);
	has(list(&w, "ar", 0), "لم يُنشر شيء بعد.");
	one = draft(&w, f);
	publish(&w, one, f, "");
	for (size_t i = 0; i < DW_NEWSROOM_PAGE + 5; i++)
		t[i] = one;
	dw_newsroom_arrange(&w.view, t, DW_NEWSROOM_PAGE + 5, w.a);
	dw_buf_clear(&w.out);
	assert_int_equal(dw_newsroom_list(&w.out, &w.site, &w.view, 0, DW_STR("en")), 0);
	has(w.out.p, "href=\"/newsroom?lang=en&amp;before=103\" rel=\"next\"");
	dw_buf_clear(&w.out);
	assert_int_equal(dw_newsroom_list(&w.out, &w.site, &w.view, DW_NEWSROOM_PAGE,
					  DW_STR("en")),
			 0);
	has_not(w.out.p, "rel=\"next\"");
	has(w.out.p, "rel=\"first\"");
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_published_for_all_is_public),
		cmocka_unit_test(drafts_are_not_public),
		cmocka_unit_test(text_never_becomes_markup),
		cmocka_unit_test(a_telephone_number_runs_as_a_whole),
		cmocka_unit_test(paragraphs_and_lines_are_kept),
		cmocka_unit_test(a_page_speaks_its_statements_language),
		cmocka_unit_test(machines_are_told_what_it_is),
		cmocka_unit_test(a_correction_says_so_and_the_old_text_stays),
		cmocka_unit_test(what_was_withdrawn_can_be_read_behind_its_notice),
		cmocka_unit_test(one_statement_may_correct_another),
		cmocka_unit_test(the_list_is_paged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
