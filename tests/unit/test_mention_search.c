/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_mention_search.c - a search finds what holds its words, and nothing else: compared with
 * looking at every mention, over generated texts in three languages and, where the folder of
 * real ones is there (DIWAN_DATA or ../shared/data), over those.
 */
#include "searchrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

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
		struct known *k = world_add(w);
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
		struct dw_search *s = world_words(z, seeded_below(&w->seed, 4) == 0);

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
			hits += world_check(w, q);
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
		world_put(b, k, i);
		if (b->in.n < 20)
			continue;
		batch_send_and_wait(b);
		batch_free(b);
		b = batch_new(w->rig);
	}
	batch_send_and_wait(b);
	batch_free(b);
}

static void test_generated(void **state)
{
	struct world w;

	world_open(&w, *state, 1);
	for (int round = 0; round < 4; round++) {
		size_t first = w.n;

		generate(&w, 150);
		world_send_from(&w, first);
		check_random(&w, 60, some_words);
		change_some(&w);
		check_random(&w, 60, some_words);
	}
	world_rebuild(&w);
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
		const char *author = json_string_value(json_object_get(o, "author"));

		if (text != NULL && text[0] != '\0') {
			struct known *k = world_add(w);

			k->source = strdup(name);
			k->lang = strdup("und");
			k->text = strdup(text);
			k->handle = author != NULL ? strdup(author) : NULL;
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
	struct world w;
	bool is_there;

	world_open(&w, *state, 2);
	is_there = load(&w, "parstwiner-fa.jsonl.gz", 400) &&
		   load(&w, "arsarcasm2-ar.jsonl.gz", 400) &&
		   load(&w, "ibmcare-en.jsonl.gz", 400) &&
		   load(&w, "mixed-script.jsonl.gz", 300);
	if (is_there) {
		world_send_from(&w, 0);
		check_random(&w, 300, real_words);
	}
	world_fini(&w);
	if (!is_there)
		skip();
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
