/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * story.c - which of the phrases is said when, by whom, and in answer to what.
 *
 * Phases follow each other as they do when a company is slow: calm, first complaints, a spike with
 * rumours in it, canned answers and the anger about those, silence, and a slow end. A phase is
 * weights over topics; a line is drawn, its slots are filled, an author is made. Complaints are
 * remembered for a while, so that the company answers them and its answers are answered.
 *
 * Everything is drawn from one generator with one seed: the same seed tells the same story.
 */
#include "app/story.h"

#include "base/jsonw.h"
#include "story_int.h"

#include <stdio.h>
#include <stdlib.h>

#define RECENT 64
#define LINE_MAX_BYTES 2048

struct post {
	uint64_t id;	 /* 0 = empty */
	uint64_t thread; /* id of its first post */
	unsigned char lang, source;
};

struct dw_story {
	uint64_t seed, state;
	uint64_t last_id;
	struct post complaint[RECENT], answer[RECENT];
	unsigned n_complaints, n_answers;
};

struct phase {
	double until_s;
	const char *name;
	unsigned char weight[DW_TOPIC_COUNT];
};

/* daily pay food rumour question canned anger silence news relief call */
static const struct phase phases[] = {
	{ 20, "an ordinary day", { 20, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1 } },
	{ 45, "first complaints", { 8, 12, 3, 0, 3, 2, 0, 0, 0, 0, 2 } },
	{ 110, "it spreads", { 2, 16, 9, 9, 7, 5, 4, 0, 1, 0, 2 } },
	{ 170, "canned answers", { 1, 9, 6, 8, 6, 10, 14, 4, 1, 0, 2 } },
	{ 230, "silence", { 1, 6, 4, 8, 5, 1, 7, 16, 2, 0, 1 } },
	{ 320, "a statement at last", { 3, 2, 1, 3, 3, 2, 3, 3, 2, 16, 1 } },
	{ 1e300, "afterwards", { 16, 1, 0, 1, 2, 1, 1, 1, 0, 6, 1 } },
};

static const struct dw_phrasebook *const books[] = { &dw_phrases_ar, &dw_phrases_fa,
						     &dw_phrases_en };

static const char *const sources[] = { "x", "instagram", "telegram", "appstore",
				       "forum" };

/* ---- drawing ---- */

/* splitmix64 */
static uint64_t draw(struct dw_story *s)
{
	uint64_t z = s->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static unsigned below(struct dw_story *s, unsigned n)
{
	DW_REQUIRE(n > 0);
	return (unsigned)(draw(s) % n);
}

static const char *pick(struct dw_story *s, const char *const *list)
{
	unsigned n = 0;

	while (list[n] != NULL)
		n++;
	return list[below(s, n)];
}

struct dw_story *dw_story_create(uint64_t seed)
{
	struct dw_story *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL);
	s->seed = seed;
	s->state = seed;
	return s;
}

void dw_story_destroy(struct dw_story *s)
{
	free(s);
}

/* ---- the curve ---- */

static const struct phase *phase_at(double at_s)
{
	const struct phase *p = phases;

	while (at_s >= p->until_s)
		p++;
	return p;
}

const char *dw_story_phase(double at_s)
{
	return phase_at(at_s)->name;
}

/* A quick rise, a plateau with two waves in it, a long tail; straight lines between points. */
double dw_story_intensity(double at_s)
{
	static const struct {
		double at_s, value;
	} curve[] = {
		{ 0, 0.14 },   { 30, 0.16 },  { 50, 0.3 },   { 75, 0.9 },  { 95, 1.0 },
		{ 125, 0.7 },  { 150, 0.9 },  { 175, 0.95 }, { 200, 0.7 }, { 240, 0.4 },
		{ 280, 0.22 }, { 330, 0.12 }, { 400, 0.06 },
	};
	const size_t n = sizeof(curve) / sizeof(curve[0]);

	for (size_t i = 1; i < n; i++) {
		double from = curve[i - 1].at_s, to = curve[i].at_s;

		if (at_s < to)
			return curve[i - 1].value +
			       (curve[i].value - curve[i - 1].value) *
				       ((at_s - from) / (to - from));
	}
	return curve[n - 1].value;
}

static enum dw_topic draw_topic(struct dw_story *s, double at_s)
{
	const struct phase *p = phase_at(at_s);
	unsigned total = 0, at, i;

	for (i = 0; i < DW_TOPIC_COUNT; i++)
		total += p->weight[i];
	at = below(s, total);
	for (i = 0; at >= p->weight[i]; i++)
		at -= p->weight[i];
	return (enum dw_topic)i;
}

/* ---- one line ---- */

static int add_number(struct dw_buf *b, const struct dw_phrasebook *book, unsigned n)
{
	char text[16];
	int rc = 0;

	snprintf(text, sizeof(text), "%u", n);
	for (const char *p = text; *p != '\0' && rc == 0; p++)
		rc = dw_buf_addz(b, book->digit[*p - '0']);
	return rc;
}

static int add_filled(struct dw_story *s, struct dw_buf *b,
		      const struct dw_phrasebook *book, const char *line);

static int add_slot(struct dw_story *s, struct dw_buf *b,
		    const struct dw_phrasebook *book, struct dw_str slot)
{
	if (dw_str_eq(slot, DW_STR("dish")))
		return dw_buf_addz(b, pick(s, book->dish));
	if (dw_str_eq(slot, DW_STR("branch")))
		return dw_buf_addz(b, pick(s, book->branch));
	if (dw_str_eq(slot, DW_STR("amount")))
		return add_filled(s, b, book, pick(s, book->amount));
	if (dw_str_eq(slot, DW_STR("code")))
		return dw_buf_addf(b, "ZQ-%05u", 10000 + below(s, 89999));
	if (dw_str_eq(slot, DW_STR("hours")))
		return add_number(b, book, 3 + below(s, 7));
	return add_number(b, book, 12 + below(s, 77));
}

static int add_filled(struct dw_story *s, struct dw_buf *b,
		      const struct dw_phrasebook *book, const char *line)
{
	int rc = 0;

	while (*line != '\0' && rc == 0) {
		const char *open = strchr(line, '{');
		const char *close = open != NULL ? strchr(open, '}') : NULL;

		if (close == NULL)
			return dw_buf_addz(b, line);
		rc = dw_buf_add(b, line, (size_t)(open - line));
		if (rc == 0)
			rc = add_slot(s, b, book,
				      dw_str_make(open + 1, (size_t)(close - open - 1)));
		line = close + 1;
	}
	return rc;
}

/* Anger and pleas stand behind complaints, not behind a nice lunch or a headline. */
static bool has_tail(enum dw_topic t)
{
	return (t >= DW_TOPIC_PAYMENT && t <= DW_TOPIC_QUESTION) || t == DW_TOPIC_ANGER ||
	       t == DW_TOPIC_SILENCE;
}

static int write_text(struct dw_story *s, struct dw_buf *b,
		      const struct dw_phrasebook *book, enum dw_topic topic)
{
	int rc = add_filled(s, b, book, pick(s, book->line[topic]));
	const char *tail = pick(s, book->tail);

	if (rc < 0 || !has_tail(topic))
		return rc;
	/* nobody is addressed twice */
	if (strchr(tail, '@') != NULL && memchr(b->p, '@', b->len) != NULL)
		return 0;
	return dw_buf_addz(b, tail);
}

/* ---- who, and in answer to what ---- */

static const char *draw_source(struct dw_story *s, enum dw_topic topic, unsigned *index)
{
	static const unsigned char weight[] = { 9, 5, 4, 3, 2 };
	unsigned at = below(s, 23), i = 0;

	*index = 0;
	if (topic == DW_TOPIC_NEWS)
		return "news";
	if (topic == DW_TOPIC_CALL)
		return "call-centre";
	if (topic == DW_TOPIC_CANNED || topic == DW_TOPIC_ANGER)
		return sources[0];
	while (at >= weight[i])
		at -= weight[i++];
	*index = i;
	return sources[i];
}

/* Most have a few hundred, a few have a hundred thousand. */
static uint64_t draw_followers(struct dw_story *s)
{
	static const unsigned most[] = { 60,  150,  150,  400,	400,   900,
					 900, 2500, 2500, 8000, 30000, 160000 };
	unsigned top = most[below(s, sizeof(most) / sizeof(most[0]))];

	return top / 3 + below(s, top);
}

static void write_author(struct dw_story *s, struct dw_jsonw *w,
			 const struct dw_phrasebook *book, enum dw_topic topic,
			 uint64_t *followers)
{
	char handle[80];

	*followers = draw_followers(s);
	dw_jsonw_key(w, "author");
	dw_jsonw_obj(w);
	if (topic == DW_TOPIC_CANNED) {
		*followers = 182000;
		dw_jsonw_kstr(w, "name", dw_str_of(book->brand_name));
		dw_jsonw_kstr(w, "handle", dw_str_of(book->brand_handle));
	} else {
		const char *stem = pick(s, book->handle);

		snprintf(handle, sizeof(handle), "%s_%u", stem, below(s, 9000) + 10);
		dw_jsonw_kstr(w, "name", dw_str_of(pick(s, book->author)));
		dw_jsonw_kstr(w, "handle", dw_str_of(handle));
	}
	dw_jsonw_ku64(w, "followers", *followers);
	dw_jsonw_obj_end(w);
}

static void write_metrics(struct dw_story *s, struct dw_jsonw *w, uint64_t followers)
{
	unsigned reach = (unsigned)(followers < 4000000 ? followers : 4000000) / 40 + 3;

	dw_jsonw_key(w, "metrics");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "likes", below(s, reach));
	dw_jsonw_ku64(w, "reposts", below(s, reach / 4 + 1));
	dw_jsonw_ku64(w, "replies", below(s, reach / 8 + 1));
	dw_jsonw_obj_end(w);
}

static void remember(struct post *ring, unsigned *n, const struct post *p)
{
	ring[*n % RECENT] = *p;
	(*n)++;
}

/* The company answers complaints in their language; the angry answer the company. */
static const struct post *draw_parent(struct dw_story *s, enum dw_topic topic,
				      unsigned lang)
{
	const struct post *ring = topic == DW_TOPIC_CANNED ? s->complaint : s->answer;
	unsigned n = topic == DW_TOPIC_CANNED ? s->n_complaints : s->n_answers;

	if ((topic != DW_TOPIC_CANNED && topic != DW_TOPIC_ANGER) || n == 0)
		return NULL;
	for (unsigned tries = 0; tries < 12; tries++) {
		const struct post *p = &ring[below(s, n < RECENT ? n : RECENT)];

		if (p->lang == lang && p->source == 0)
			return p;
	}
	return NULL;
}

static void write_id(struct dw_story *s, struct dw_jsonw *w, const char *key, uint64_t id)
{
	char text[48];

	snprintf(text, sizeof(text), "demo-%llu-%llu", (unsigned long long)s->seed,
		 (unsigned long long)id);
	dw_jsonw_kstr(w, key, dw_str_of(text));
}

static void note(struct dw_story *s, enum dw_topic topic, const struct post *p)
{
	if (topic == DW_TOPIC_PAYMENT || topic == DW_TOPIC_FOOD ||
	    topic == DW_TOPIC_QUESTION)
		remember(s->complaint, &s->n_complaints, p);
	else if (topic == DW_TOPIC_CANNED)
		remember(s->answer, &s->n_answers, p);
}

static void write_rest(struct dw_story *s, struct dw_jsonw *w, enum dw_topic topic,
		       const struct post *parent, const struct post *me)
{
	uint64_t followers = 0;
	char url[80];

	if (topic == DW_TOPIC_NEWS) {
		snprintf(url, sizeof(url), "https://news.example/%llu",
			 (unsigned long long)me->id);
		dw_jsonw_kstr(w, "url", dw_str_of(url));
		return;
	}
	if (topic == DW_TOPIC_CALL)
		return;
	write_author(s, w, books[me->lang], topic, &followers);
	write_metrics(s, w, followers);
	if (parent != NULL) {
		write_id(s, w, "in_reply_to", parent->id);
		write_id(s, w, "thread", parent->thread);
	}
}

int dw_story_next(struct dw_story *s, double at_s, int64_t now_us, struct dw_buf *out)
{
	unsigned lang = below(s, 10), source;
	enum dw_topic topic = draw_topic(s, at_s);
	struct post me = { .id = ++s->last_id };
	const struct post *parent;
	struct dw_jsonw w;
	struct dw_buf text;
	const char *slug;
	int rc;

	me.lang = lang < 4 ? 0 : lang < 7 ? 1 : 2;
	slug = draw_source(s, topic, &source);
	me.source = (unsigned char)source;
	parent = draw_parent(s, topic, me.lang);
	me.thread = parent != NULL ? parent->thread : me.id;
	dw_buf_init(&text, LINE_MAX_BYTES);
	rc = write_text(s, &text, books[me.lang], topic);
	dw_jsonw_init(&w, out);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "source", dw_str_of(slug));
	write_id(s, &w, "source_id", me.id);
	dw_jsonw_kstr(&w, "text", dw_buf_str(&text));
	dw_jsonw_kstr(&w, "lang", dw_str_of(books[me.lang]->lang));
	dw_jsonw_ktime(&w, "posted_at", now_us - (int64_t)below(s, 1500) * 1000);
	write_rest(s, &w, topic, parent, &me);
	dw_jsonw_obj_end(&w);
	note(s, topic, &me);
	dw_buf_fini(&text);
	if (rc == 0)
		rc = dw_jsonw_end(&w);
	return rc == 0 ? dw_buf_addc(out, '\n') : rc;
}
