/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_mention_search.c - a search finds what holds its words, and nothing else: compared with
 * looking at every mention, over generated texts in three languages and, where the folder of
 * real ones is there (DIWAN_DATA or ../shared/data), over those.
 */
#include "base/clock.h"
#include "engine/mention_query.h"
#include "engine/projection.h"
#include "ingestrig.h"
#include "seeded.h"
#include "store/db.h"
#include "text/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* ---- what was sent, as a test remembers it ---- */

struct known {
	uint64_t id;
	char *source, *lang, *title, *text, *name, *handle;
};

struct world {
	struct ingestrig *rig;
	struct seeded seed;
	struct known *at;
	size_t n, cap;
	struct dw_reader *reader;
};

static char *copy(const char *z)
{
	return z != NULL ? strdup(z) : NULL;
}

static struct known *remember(struct world *w)
{
	if (w->n == w->cap) {
		w->cap = w->cap > 0 ? 2 * w->cap : 256;
		w->at = realloc(w->at, w->cap * sizeof(*w->at));
	}
	memset(&w->at[w->n], 0, sizeof(*w->at));
	return &w->at[w->n++];
}

static void forget(struct known *k)
{
	free(k->source);
	free(k->lang);
	free(k->title);
	free(k->text);
	free(k->name);
	free(k->handle);
}

static void world_fini(struct world *w)
{
	for (size_t i = 0; i < w->n; i++)
		forget(&w->at[i]);
	free(w->at);
	dw_reader_close(w->reader);
}

static void open_reader(struct world *w)
{
	assert_int_equal(dw_journal_reader_open(dw_engine_journal(w->rig->engine),
						&w->reader, NULL),
			 0);
}

/* The i-th that is known, as JSON into a batch. */
static void put(struct batch *b, const struct known *k, size_t i)
{
	json_t *o = json_pack("{s:s,s:o,s:s,s:s*,s:s*,s:{s:s*,s:s*}}", "source",
			      k->source, "source_id", json_sprintf("%zu", i), "text",
			      k->text, "lang", k->lang, "title", k->title, "author",
			      "name", k->name, "handle", k->handle);
	char *text = json_dumps(o, JSON_COMPACT);

	assert_non_null(text);
	batch_add(b, text);
	free(text);
	json_decref(o);
}

/* Send those from `first` on, in groups of some. */
static void send_from(struct world *w, size_t first)
{
	for (size_t i = first; i < w->n;) {
		struct batch *b = batch_new(w->rig);
		size_t end = i + 1 + seeded_below(&w->seed, 60);

		if (end > w->n)
			end = w->n;
		for (size_t k = i; k < end; k++)
			put(b, &w->at[k], k);
		batch_send_and_wait(b);
		for (size_t k = i; k < end; k++)
			w->at[k].id = dw_ingest_record(&b->in, k - i)->subject;
		batch_free(b);
		i = end;
	}
}

/* ---- asking ---- */

static uint32_t found_in(const struct dw_search *s, const char *text)
{
	size_t n;

	return text != NULL ? dw_search_find(s, dw_str_of(text), NULL, 0, &n) : 0;
}

static bool is_match(const struct known *k, const struct dw_mention_query *q)
{
	char handle[300] = "";
	uint32_t bits;

	if (k->id >= q->before || k->id <= q->after ||
	    (q->source.p != NULL && !dw_str_eq(q->source, dw_str_of(k->source))) ||
	    (q->lang.p != NULL &&
	     (k->lang == NULL || !dw_str_eq(q->lang, dw_str_of(k->lang)))))
		return false;
	if (k->handle != NULL)
		snprintf(handle, sizeof(handle), "@%s", k->handle);
	bits = found_in(q->search, k->text) | found_in(q->search, k->title) |
	       found_in(q->search, k->name) | found_in(q->search, handle);
	return dw_search_is_all(q->search, bits);
}

static int by_falling_id(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static size_t expected(const struct world *w, const struct dw_mention_query *q,
		       uint64_t *id)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (is_match(&w->at[i], q))
			id[n++] = w->at[i].id;
	qsort(id, n, sizeof(*id), by_falling_id);
	return n;
}

static json_t *page(struct world *w, const struct dw_mention_query *q)
{
	struct dw_err err = { 0 };
	struct dw_buf out;
	json_t *o;

	dw_buf_init(&out, DW_MENTION_OUT_MAX);
	if (dw_mention_list_on_pool(w->reader, q, &out, &err) < 0)
		fail_msg("%s", dw_err_text(&err));
	o = json_loadb(out.p, out.len, 0, NULL);
	assert_non_null(o);
	dw_buf_fini(&out);
	return o;
}

/* All pages of a query are exactly what looking at everything says. Returns how many. */
static size_t check(struct world *w, struct dw_mention_query q)
{
	uint64_t *want = calloc(w->n + 1, sizeof(*want));
	size_t n = expected(w, &q, want), at = 0;
	bool is_more = true;

	while (is_more) {
		json_t *o = page(w, &q), *items = json_object_get(o, "items");
		json_t *next = json_object_get(o, "next");

		for (size_t i = 0; i < json_array_size(items); i++) {
			json_t *id = json_object_get(json_array_get(items, i), "id");

			assert_true(at < n);
			assert_int_equal(json_integer_value(id), want[at++]);
		}
		is_more = json_is_integer(next);
		if (is_more)
			assert_int_equal(json_array_size(items), q.limit);
		q.before = (uint64_t)json_integer_value(next);
		json_decref(o);
	}
	assert_int_equal(at, n);
	free(want);
	return n;
}

static struct dw_search *words(const char *typed, bool is_exact)
{
	struct dw_search *s = NULL;
	struct dw_fault f;

	if (dw_mention_words(&s, dw_str_of(typed), is_exact, &f) < 0) {
		assert_string_equal(f.pointer, "/q");
		return NULL;
	}
	return s;
}

static size_t count(struct world *w, const char *typed)
{
	struct dw_mention_query q = { .before = INT64_MAX, .limit = 500 };
	struct dw_search *s = words(typed, false);
	size_t n;

	assert_non_null(s);
	q.search = s;
	n = check(w, q);
	dw_mention_words_free(s);
	return n;
}

/* ---- generated ---- */

/* Words that fold into each other, that are syntax elsewhere, that belong together. */
static const char *const vocabulary[] = {
	"the",
	"The",
	"outage",
	"OUTAGE",
	"naïve",
	"#ShareACoke",
	"coke",
	"@desk",
	"desk",
	"_x_",
	"AND",
	"OR",
	"NOT",
	"NEAR(a)",
	"\"quoted",
	"star*",
	"col:umn",
	"-minus",
	"(",
	")",
	"الشركة",
	"شركة",
	"والشركة",
	"شركات",
	"خدمة",
	"الخدمات",
	"خَدَمَاتٌ",
	"ممتاااز",
	"ممتاز",
	"على",
	"علي",
	"#قطع_برق",
	"برق",
	"كتاب",
	"کتاب",
	"كتابها",
	"کتاب‌ها",
	"کتاب ها",
	"می‌خواهم",
	"می خواهم",
	"میخواهم",
	"خانه‌هایشان",
	"خانه",
	"۱۲۳",
	"١٢٣",
	"123",
	"😡",
	"🇮🇷",
	"👍🏽",
	"لا",
	"ﻻ",
	"ﷺ",
	"وسلم",
	"ACME",
	"ＡＣＭＥ",
	"x",
	"e\xcc\x81",
	"é",
	"loooong",
	"loong",
};
#define WORDS (sizeof(vocabulary) / sizeof(vocabulary[0]))

static char *sentence(struct seeded *s, size_t max)
{
	char text[2000] = "";

	for (size_t n = 1 + seeded_below(s, max); n > 0; n--) {
		static const char *const between[] = { " ", ", ", " \n", "  ", "." };

		strcat(text, vocabulary[seeded_below(s, WORDS)]);
		strcat(text, between[seeded_below(s, 5)]);
	}
	return strdup(text);
}

static void generate(struct world *w, size_t n)
{
	static const char *const langs[] = { "ar", "fa", "en", "en-GB" };
	static const char *const sources[] = { "feed", "mail", "یک منبع" };

	while (n-- > 0) {
		struct known *k = remember(w);
		struct seeded *s = &w->seed;

		k->source = strdup(sources[seeded_below(s, 3)]);
		/* Told, so that nothing is guessed. */
		k->lang = strdup(langs[seeded_below(s, 4)]);
		k->text = sentence(s, 12);
		k->title = seeded_below(s, 3) == 0 ? sentence(s, 3) : NULL;
		k->name = seeded_below(s, 3) == 0 ? strdup("The Desk شركة") : NULL;
		k->handle = seeded_below(s, 4) == 0 ? strdup("desk") : NULL;
	}
}

static void check_random(struct world *w, size_t n, char *(*typed)(struct world *w))
{
	static const char *const sources[] = { NULL, NULL, "feed", "mail", "nobody" };
	static const char *const langs[] = { NULL, NULL, "fa", "en", "en-GB" };
	size_t hits = 0;

	while (n-- > 0) {
		char *z = typed(w);
		const char *source = sources[seeded_below(&w->seed, 5)];
		const char *lang = langs[seeded_below(&w->seed, 5)];
		struct dw_mention_query q = {
			.before = INT64_MAX,
			.limit = (unsigned)seeded_below(&w->seed, 9) + 1
		};
		struct dw_search *s = words(z, seeded_below(&w->seed, 4) == 0);

		q.search = s;
		if (source != NULL)
			q.source = dw_str_of(source);
		if (lang != NULL)
			q.lang = dw_str_of(lang);
		if (seeded_below(&w->seed, 3) == 0)
			q.after = seeded_below(&w->seed, w->n);
		if (seeded_below(&w->seed, 3) == 0)
			q.before = 1 + seeded_below(&w->seed, w->n);
		if (s != NULL)
			hits += check(w, q);
		dw_mention_words_free(s);
		free(z);
	}
	assert_true(hits > 0);
}

static char *some_words(struct world *w)
{
	return sentence(&w->seed, 3);
}

/* Half of those that are known get another text, some twice. */
static void change_some(struct world *w)
{
	struct batch *b = batch_new(w->rig);

	for (size_t n = w->n / 2; n > 0; n--) {
		size_t i = seeded_below(&w->seed, w->n);
		struct known *k = &w->at[i];

		free(k->text);
		k->text = sentence(&w->seed, 12);
		put(b, k, i);
		if (b->in.n < 20)
			continue;
		batch_send_and_wait(b);
		batch_free(b);
		b = batch_new(w->rig);
	}
	batch_send_and_wait(b);
	batch_free(b);
}

static void rebuild(struct world *w)
{
	struct dw_projector p = dw_projection();

	dw_reader_close(w->reader);
	ingestrig_close(w->rig);
	assert_int_equal(dw_store_lock(w->rig->dir, &w->rig->lock, NULL), 0);
	assert_int_equal(dw_store_rebuild(w->rig->dir, &p, NULL), 0);
	close(w->rig->lock);
	ingestrig_open(w->rig);
	open_reader(w);
}

static void test_generated(void **state)
{
	struct world w = { .rig = *state, .seed = { 1 } };

	open_reader(&w);
	for (int round = 0; round < 4; round++) {
		size_t first = w.n;

		generate(&w, 150);
		send_from(&w, first);
		check_random(&w, 60, some_words);
		change_some(&w);
		check_random(&w, 60, some_words);
	}
	rebuild(&w);
	check_random(&w, 100, some_words);
	change_some(&w);
	check_random(&w, 60, some_words);
	world_fini(&w);
}

/* ---- real ---- */

static bool load(struct world *w, const char *name, size_t n)
{
	const char *dir = getenv("DIWAN_DATA");
	char path[500], line[65536];
	gzFile f;

	snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "../shared/data", name);
	f = gzopen(path, "r");
	if (f == NULL)
		return false;
	while (n > 0 && gzgets(f, line, sizeof(line)) != NULL) {
		json_t *o = json_loads(line, 0, NULL);
		const char *text = json_string_value(json_object_get(o, "text"));

		if (text != NULL && text[0] != '\0') {
			struct known *k = remember(w);

			k->source = strdup(name);
			k->lang = strdup("und");
			k->text = strdup(text);
			k->handle = copy(json_string_value(json_object_get(o, "author")));
			if (k->handle != NULL && strlen(k->handle) > 200)
				k->handle[0] = '\0';
			n--;
		}
		json_decref(o);
	}
	gzclose(f);
	return true;
}

/* Two words that stand in one of them, or one. */
static char *real_words(struct world *w)
{
	char *text = strdup(w->at[seeded_below(&w->seed, w->n)].text), *save = NULL;
	char *word[400], out[1000];
	size_t n = 0;

	for (char *p = strtok_r(text, " \n", &save); p != NULL && n < 400;
	     p = strtok_r(NULL, " \n", &save))
		word[n++] = p;
	snprintf(out, sizeof(out), "%.400s %.400s",
		 n > 0 ? word[seeded_below(&w->seed, n)] : "x",
		 n > 1 && seeded_below(&w->seed, 2) == 0 ? word[seeded_below(&w->seed, n)]
							 : "");
	free(text);
	return strdup(out);
}

static void test_real(void **state)
{
	struct world w = { .rig = *state, .seed = { 2 } };
	bool is_there = load(&w, "parstwiner-fa.jsonl.gz", 400) &&
			load(&w, "arsarcasm2-ar.jsonl.gz", 400) &&
			load(&w, "ibmcare-en.jsonl.gz", 400) &&
			load(&w, "mixed-script.jsonl.gz", 300);

	open_reader(&w);
	if (is_there) {
		send_from(&w, 0);
		check_random(&w, 300, real_words);
	}
	world_fini(&w);
	if (!is_there)
		skip();
}

/* ---- one by one ---- */

static void tell(struct world *w, size_t i, const char *text)
{
	struct batch *b = batch_new(w->rig);
	struct known *k = i < w->n ? &w->at[i] : remember(w);

	free(k->text);
	k->text = strdup(text);
	if (k->source == NULL)
		k->source = strdup("feed");
	if (k->lang == NULL)
		k->lang = strdup("fa");
	put(b, k, i);
	batch_send_and_wait(b);
	k->id = dw_ingest_record(&b->in, 0)->subject;
	batch_free(b);
}

static void tell_many(struct world *w, size_t n)
{
	while (n-- > 0)
		tell(w, w->n, "filler");
}

/* A change is seen at once, whichever side of the index its versions are on. */
static void test_change_is_found(void **state)
{
	struct world w = { .rig = *state };

	open_reader(&w);
	tell(&w, 0, "first before");
	assert_int_equal(count(&w, "before"), 1);
	tell(&w, 0, "first behind");
	assert_int_equal(count(&w, "before"), 0);
	assert_int_equal(count(&w, "behind"), 1);
	tell_many(&w, 300);
	assert_int_equal(count(&w, "behind first"), 1);
	tell(&w, 0, "first again");
	tell(&w, 0, "first once more");
	assert_int_equal(count(&w, "behind"), 0);
	assert_int_equal(count(&w, "once"), 1);
	tell_many(&w, 300);
	assert_int_equal(count(&w, "behind"), 0);
	assert_int_equal(count(&w, "again"), 0);
	assert_int_equal(count(&w, "first"), 1);
	assert_int_equal(count(&w, "filler"), 600);
	world_fini(&w);
}

static uint64_t read_u64(struct world *w, const char *sql)
{
	sqlite3_stmt *s = dw_db_stmt(dw_reader_db(w->reader), sql, NULL);
	uint64_t n;

	assert_non_null(s);
	assert_int_equal(dw_db_step(dw_reader_db(w->reader), s, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return n;
}

/* What is large is not left for each search to look at. */
static void test_large_goes_in_at_once(void **state)
{
	static const char sql[] = "SELECT seq FROM search_state";
	struct world w = { .rig = *state };
	char text[6000];

	memset(text, ' ', sizeof(text));
	memcpy(text + sizeof(text) - 10, "at the end", 10);
	text[sizeof(text) - 1] = '\0';
	open_reader(&w);
	tell(&w, 0, "small");
	assert_int_equal(read_u64(&w, sql), 0);
	tell(&w, 1, text);
	assert_int_equal(read_u64(&w, sql), w.at[1].id);
	assert_int_equal(count(&w, "the"), 1);
	world_fini(&w);
}

/* However many come, few are behind the index. */
static void test_index_keeps_up(void **state)
{
	static const char head[] = "SELECT max(seq) FROM event";
	static const char seq[] = "SELECT seq FROM search_state";
	struct world w = { .rig = *state, .seed = { 3 } };

	open_reader(&w);
	generate(&w, 1000);
	send_from(&w, 0);
	assert_true(read_u64(&w, head) >= 1000);
	assert_true(read_u64(&w, head) - read_u64(&w, seq) < 256);
	world_fini(&w);
}

/* Erased: the row and its place stay, with nothing in it, also through a rebuild. */
static void test_erased_is_not_found(void **state)
{
	static const char sql[] = "DELETE FROM payload WHERE seq = 2 OR seq = 150";
	struct world w = { .rig = *state };
	char path[100];
	struct dw_db *db = NULL;

	open_reader(&w);
	tell_many(&w, 200);
	assert_int_equal(count(&w, "filler"), 200);
	snprintf(path, sizeof(path), "%s/diwan.db", w.rig->dir);
	assert_int_equal(dw_db_open(&db, path, DW_DB_WRITER, NULL), 0);
	assert_int_equal(dw_db_exec(db, sql, NULL), 0);
	dw_db_close(db);
	for (size_t i = 0; i < w.n; i++)
		if (w.at[i].id == 2 || w.at[i].id == 150)
			w.at[i].text[0] = '\0';
	assert_int_equal(count(&w, "filler"), 198);
	rebuild(&w);
	assert_int_equal(count(&w, "filler"), 198);
	world_fini(&w);
}

/* Whatever is typed: an answer, or a refusal at /q. Never an error of the index. */
static void test_anything_can_be_typed(void **state)
{
	static const char *const parts[] = { "\"",  "'",      "*",    "(",	")",
					     "AND", "OR ",    "NOT",  "NEAR(",	"^",
					     ":",   "+",      "-",    "{",	"}",
					     ",",   "terms:", "\001", "\002s1", " ",
					     "a",   "شرك",    "می ",  "\xff",	"\xd8",
					     "#",   "@",      "_",    "\\",	"😡" };
	struct world w = { .rig = *state, .seed = { 4 } };

	open_reader(&w);
	tell(&w, 0, "a شركة terms NEAR s1 s2 \001s2");
	for (int round = 0; round < 5000; round++) {
		char typed[300] = "";
		struct dw_search *s;

		for (uint64_t n = seeded_below(&w.seed, 12); n > 0; n--)
			strcat(typed, parts[seeded_below(&w.seed, 30)]);
		s = words(typed, round % 2 == 0);
		if (s != NULL)
			check(&w, (struct dw_mention_query){
					  .search = s, .before = INT64_MAX, .limit = 5 });
		dw_mention_words_free(s);
	}
	world_fini(&w);
}

static void test_limits(void **state)
{
	char typed[2000] = "";
	struct dw_search *s;

	for (int i = 0; i < 33; i++)
		strcat(typed, "ab ");
	assert_null(words(typed, false));
	typed[32 * 3] = '\0';
	s = words(typed, false);
	assert_non_null(s);
	dw_mention_words_free(s);
	memset(typed, 'a', sizeof(typed));
	typed[1025] = '\0';
	assert_null(words(typed, false));
}

static char disk[] = "disk";

#define ON_DISK(test)                                                                    \
	cmocka_unit_test_prestate_setup_teardown(test, ingestrig_setup,                  \
						 ingestrig_teardown, disk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(test_generated),
		ON_DISK(test_real),
		ON_DISK(test_change_is_found),
		ON_DISK(test_large_goes_in_at_once),
		ON_DISK(test_index_keeps_up),
		ON_DISK(test_erased_is_not_found),
		ON_DISK(test_anything_can_be_typed),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
