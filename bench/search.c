/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * search.c - what searching costs on the way in, and how long it takes while more comes in. The
 * engine by itself: mentions are parsed, decided and stored as the server does it, without HTTP.
 *
 *   search DIR N [DATA]   N mentions; DATA is a folder of *.jsonl.gz, without one texts are made
 *                         up of a few hundred words. Writes DIR, which the caller removes.
 *
 * Printed: `ingest STORED ON OFF CPU_ON CPU_OFF`, mentions per second while the store grows, with the
 * index and without, and the CPU time of each in microseconds; `query PACE KIND N P50 P99 MAX CPU50
 * CPU99 ITEMS` in milliseconds for pages of 50 with marks, at the full speed of ingest and at 1,000
 * mentions a second. CPU is what the asking thread used, without what a busy machine adds.
 */
#include "engine/ingest.h"
#include "engine/mention_json.h"
#include "engine/mention_query.h"
#include "lib/hist.h"

#include <glob.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define BATCH 250
#define IN_FLIGHT 3
#define TEXTS_MAX 400000
#define PACE 1000 /* mentions a second, in the slow part of the queries */

struct text {
	char *json;
	const char *lang;
};

struct sender {
	struct dw_ingest in;
	bool is_busy;
};

static struct {
	struct text *text;
	size_t n_texts;
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	struct sender sender[IN_FLIGHT];
	uint64_t next, stored, until; /* mentions */
	int64_t pace_us;	      /* time that a batch may take at least, or 0 */
	int64_t due;
	_Atomic bool is_over;
} g;

static int64_t now(void)
{
	return dw_mono_us(dw_clock_system());
}

static void die(const char *what, const struct dw_err *err)
{
	(void)fprintf(stderr, "search: %s: %s\n", what,
		      err != NULL ? dw_err_text(err) : "");
	exit(1);
}

/* ---- texts ---- */

static void add_text(const char *source, const char *lang, const char *text,
		     const char *author)
{
	json_t *o =
		json_pack("{s:s,s:s,s:s,s:s*,s:{s:s*}}", "source", source, "source_id",
			  "-", "text", text, "lang", lang, "author", "handle", author);

	if (o == NULL || g.n_texts == TEXTS_MAX)
		return;
	g.text[g.n_texts].json = json_dumps(o, JSON_COMPACT);
	g.text[g.n_texts++].lang = lang != NULL ? strdup(lang) : "";
	json_decref(o);
}

static void load_file(const char *path)
{
	static char line[1 << 18];
	const char *name = strrchr(path, '/') + 1;
	char source[100];
	gzFile f = gzopen(path, "r");

	if (f == NULL)
		return;
	(void)snprintf(source, sizeof(source), "%.*s", (int)strcspn(name, "."), name);
	while (gzgets(f, line, sizeof(line)) != NULL) {
		json_t *o = json_loads(line, 0, NULL);
		const char *text = json_string_value(json_object_get(o, "text"));
		const char *lang = json_string_value(json_object_get(o, "lang"));

		if (text != NULL && text[0] != '\0')
			add_text(source,
				 lang != NULL && strcmp(lang, "und") != 0 ? lang : NULL,
				 text, json_string_value(json_object_get(o, "author")));
		json_decref(o);
	}
	(void)gzclose(f);
}

static uint64_t random_below(uint64_t n)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x % n;
}

/* Words as often as in a language: the first ones most. */
static void make_up(void)
{
	static const char *const stems[] = { "outage", "قطع", "خدمة", "network", "شرکت" };
	static const char *const langs[] = { "en", "fa", "ar" };

	for (int i = 0; i < 100000; i++) {
		char text[400] = "the في که ";
		char source[20];

		for (int k = 0; k < 14; k++) {
			uint64_t r = random_below(1000);

			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
				       "%s%llu ", stems[r % 5],
				       (unsigned long long)(r * r / 1000 * r / 1000));
		}
		(void)snprintf(source, sizeof(source), "source%d", i % 20);
		add_text(source, langs[i % 3], text, "somebody");
	}
}

static void load_texts(const char *folder)
{
	char pattern[1000];
	glob_t found;

	g.text = calloc(TEXTS_MAX, sizeof(*g.text));
	if (g.text == NULL)
		exit(1);
	(void)snprintf(pattern, sizeof(pattern), "%s/*.jsonl.gz",
		       folder != NULL ? folder : "");
	if (folder != NULL && glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			load_file(found.gl_pathv[i]);
		globfree(&found);
	}
	if (g.n_texts == 0)
		make_up();
	for (size_t i = g.n_texts; i > 1; i--) {
		size_t k = random_below(i);
		struct text t = g.text[k];

		g.text[k] = g.text[i - 1];
		g.text[i - 1] = t;
	}
}

/* ---- ingest ---- */

static void feed_all(void);

static void on_sent(struct dw_ingest *in)
{
	struct sender *s = DW_CONTAINER_OF(in, struct sender, in);

	if (in->append.status < 0)
		die("storing", &in->append.err);
	g.stored += in->n;
	dw_ingest_fini(in);
	s->is_busy = false;
	feed_all();
}

static void add_one(struct dw_ingest *in, uint64_t i)
{
	struct dw_str json = dw_str_of(g.text[i % g.n_texts].json);
	struct dw_mention_doc doc;
	struct dw_fault f;
	char id[32];

	if (dw_mention_parse(&doc, json, DW_MENTION_FROM_MACHINE, &f) < 0)
		return;
	(void)snprintf(id, sizeof(id), "%llu", (unsigned long long)i);
	doc.m.source_id = dw_str_of(id);
	if (dw_ingest_add(in, &doc.m, json, &f) < 0)
		die(f.detail, NULL);
	dw_mention_doc_fini(&doc);
}

static void feed(struct sender *s)
{
	static const uint8_t command[16] = { 0 };

	s->is_busy = true;
	dw_ingest_init(&s->in, g.engine, 1, command);
	for (int i = 0; i < BATCH && g.next < g.until; i++)
		add_one(&s->in, g.next++);
	if (dw_ingest_send(&s->in, on_sent) < 0)
		die("sending", NULL);
}

static void feed_all(void)
{
	for (size_t i = 0; i < IN_FLIGHT; i++) {
		if (g.sender[i].is_busy || g.next >= g.until)
			continue;
		if (g.pace_us != 0 && now() < g.due)
			return;
		g.due += g.pace_us;
		feed(&g.sender[i]);
	}
}

/* Turn the loop until all up to `until` are stored. */
static void ingest(uint64_t until)
{
	g.until = until;
	g.due = now();
	feed_all();
	while (g.stored < until) {
		(void)uv_run(&g.loop.uv, g.pace_us != 0 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
		if (g.pace_us != 0) {
			(void)usleep(500);
			feed_all();
		}
	}
}

/* ---- engine ---- */

static void open_engine(const char *dir, bool has_search, int *lock)
{
	struct dw_err err = { 0 };
	struct dw_engine_conf conf = { .dir = dir,
				       .loop = &g.loop,
				       .timers = g.timers,
				       .clock = dw_clock_system(),
				       .ring_bytes = 4 << 20,
				       .session_idle_s = 3600,
				       .session_absolute_s = 3600,
				       .sign_in_per_minute = 10,
				       .without_search = !has_search };

	if (dw_store_lock(dir, lock, &err) < 0 ||
	    dw_engine_open(&g.engine, &conf, &err) < 0)
		die(dir, &err);
	g.next = g.stored = 0;
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

static void close_engine(int lock)
{
	bool is_closed = false;

	dw_engine_close(g.engine, on_closed, &is_closed);
	while (!is_closed)
		(void)uv_run(&g.loop.uv, UV_RUN_ONCE);
	(void)close(lock);
}

#define STEPS 7

static uint64_t step(uint64_t n, int i)
{
	static const unsigned part[STEPS] = { 100, 30, 10, 5, 3, 2, 1 };

	return n / part[i];
}

static double cpu_seconds(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void grow(uint64_t n, double rate[STEPS], double cpu[STEPS])
{
	for (int i = 0; i < STEPS; i++) {
		uint64_t had = g.stored;
		double before = cpu_seconds();
		int64_t begun = now();

		ingest(step(n, i));
		rate[i] = (double)(g.stored - had) * 1e6 / (double)(now() - begun);
		cpu[i] = (cpu_seconds() - before) * 1e6 / (double)(g.stored - had);
	}
}

/* ---- queries ---- */

enum kind { COMMON, RARE, TWO, FILTERED, APART, KINDS };

static const char *const kinds[] = { "common", "rare", "two-words", "filtered", "apart" };

struct asked {
	struct bench_hist hist[KINDS], cpu[KINDS];
	uint64_t items[KINDS];
};

/* A word of some text, by the way it is written. */
static void some_words(char *out, size_t cap, size_t n, size_t least)
{
	const char *json = g.text[random_below(g.n_texts)].json;
	json_t *o = json_loads(json, 0, NULL);
	char *text = strdup(json_string_value(json_object_get(o, "text"))), *save = NULL;
	char *word[300];
	size_t words = 0;

	out[0] = '\0';
	for (char *p = strtok_r(text, " \n", &save); p != NULL && words < 300;
	     p = strtok_r(NULL, " \n", &save))
		if (strlen(p) >= least && strlen(p) < 40)
			word[words++] = p;
	while (n-- > 0 && words > 0)
		(void)snprintf(out + strlen(out), cap - strlen(out), "%s ",
			       word[random_below(words)]);
	free(text);
	json_decref(o);
}

static void make_query(enum kind k, char *typed, size_t cap, const char **lang)
{
	static const char *const common[] = { "the", "في", "از", "من", "to", "الله" };
	static const char *const apart[] = { "the است", "the", "است" };
	static const char *const langs[] = { "en", "fa", "ar" };
	static unsigned turn;

	*lang = NULL;
	turn++;
	switch (k) {
	case COMMON:
		(void)snprintf(typed, cap, "%s", common[turn % 6]);
		break;
	case RARE:
		some_words(typed, cap, 1, 10);
		break;
	case TWO:
		some_words(typed, cap, 2, 4);
		break;
	case FILTERED:
		(void)snprintf(typed, cap, "%s", common[turn % 6]);
		*lang = langs[turn / 6 % 3];
		break;
	case APART:
		(void)snprintf(typed, cap, "%s", apart[turn % 3]);
		*lang = turn % 3 == 0 ? NULL : turn % 3 == 1 ? "fa" : "en";
		break;
	case KINDS:
		break;
	}
}

static int64_t thread_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void ask(struct dw_reader *r, enum kind k, struct asked *a)
{
	struct dw_mention_query q = { .before = INT64_MAX, .limit = 50 };
	struct dw_search *s = NULL;
	struct dw_err err = { 0 };
	const char *lang;
	char typed[400];
	struct dw_fault f;
	struct dw_buf out;
	int64_t begun, cpu;

	make_query(k, typed, sizeof(typed), &lang);
	if (dw_mention_words(&s, dw_str_of(typed), false, &f) < 0)
		return;
	q.search = s;
	if (lang != NULL)
		q.lang = dw_str_of(lang);
	dw_buf_init(&out, DW_MENTION_OUT_MAX);
	begun = now();
	cpu = thread_us();
	if (dw_mention_list_on_pool(r, &q, &out, &err) < 0)
		die(typed, &err);
	bench_hist_add(&a->hist[k], (uint64_t)(now() - begun));
	bench_hist_add(&a->cpu[k], (uint64_t)(thread_us() - cpu));
	for (const char *p = out.p; (p = strstr(p, "\"marks\":")) != NULL; p++)
		a->items[k]++;
	dw_buf_fini(&out);
	dw_mention_words_free(s);
}

static void *asker(void *data)
{
	struct dw_reader *r = NULL;
	struct dw_err err = { 0 };
	unsigned turn = 0;

	if (dw_journal_reader_open(dw_engine_journal(g.engine), &r, &err) < 0)
		die("reader", &err);
	while (!atomic_load(&g.is_over))
		ask(r, (enum kind)(turn++ % KINDS), data);
	dw_reader_close(r);
	return NULL;
}

static void join(struct bench_hist *to, const struct bench_hist *h)
{
	for (int i = 0; i < BENCH_HIST_CELLS; i++)
		to->cell[i] += h->cell[i];
	to->n += h->n;
	to->max = h->max > to->max ? h->max : to->max;
}

static void say(const char *title, const char *kind, const struct bench_hist *h,
		const struct bench_hist *cpu, uint64_t items)
{
	(void)printf("query %s %s %llu %.2f %.2f %.2f %.2f %.2f %.1f\n", title, kind,
		     (unsigned long long)h->n, (double)bench_hist_at(h, 0.5) / 1000,
		     (double)bench_hist_at(h, 0.99) / 1000, (double)h->max / 1000,
		     (double)bench_hist_at(cpu, 0.5) / 1000,
		     (double)bench_hist_at(cpu, 0.99) / 1000,
		     h->n > 0 ? (double)items / (double)h->n : 0.0);
}

static void queries(const char *title, uint64_t more, int64_t pace_us)
{
	struct asked *a = calloc(1, sizeof(*a));
	struct bench_hist *all = calloc(2, sizeof(*all));
	uint64_t items = 0;
	pthread_t thread;

	if (a == NULL || all == NULL)
		exit(1);
	atomic_store(&g.is_over, false);
	if (pthread_create(&thread, NULL, asker, a) != 0)
		exit(1);
	g.pace_us = pace_us;
	ingest(g.stored + more);
	g.pace_us = 0;
	atomic_store(&g.is_over, true);
	(void)pthread_join(thread, NULL);
	for (int k = 0; k < KINDS; k++) {
		say(title, kinds[k], &a->hist[k], &a->cpu[k], a->items[k]);
		join(&all[0], &a->hist[k]);
		join(&all[1], &a->cpu[k]);
		items += a->items[k];
	}
	say(title, "all", &all[0], &all[1], items);
	(void)fflush(stdout);
	free(a);
	free(all);
}

/* ---- all of it ---- */

static void sub_folder(char *out, size_t cap, const char *dir, const char *name)
{
	(void)snprintf(out, cap, "%s/%s", dir, name);
	(void)mkdir(out, 0700);
}

static long megabytes(const char *dir)
{
	char path[1100];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/diwan.db", dir);
	return stat(path, &st) == 0 ? (long)(st.st_size >> 20) : -1;
}

int main(int argc, char **argv)
{
	double off[STEPS], on[STEPS], cpu_off[STEPS], cpu_on[STEPS];
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	char with[1000], without[1000];
	struct dw_err err = { 0 };
	int lock;

	if (argc < 3 || argc > 4 || n < 1000) {
		(void)fprintf(stderr, "usage: search DIR N [DATA]\n");
		return 2;
	}
	load_texts(argc > 3 ? argv[3] : NULL);
	if (dw_loop_init(&g.loop, &err) < 0)
		die("loop", &err);
	g.timers = dw_timers_create(&g.loop, 50);
	sub_folder(with, sizeof(with), argv[1], "with");
	sub_folder(without, sizeof(without), argv[1], "without");
	open_engine(without, false, &lock);
	grow(n, off, cpu_off);
	close_engine(lock);
	open_engine(with, true, &lock);
	grow(n, on, cpu_on);
	for (int i = 0; i < STEPS; i++)
		(void)printf("ingest %llu %.0f %.0f %.1f %.1f\n",
			     (unsigned long long)step(n, i), on[i], off[i], cpu_on[i],
			     cpu_off[i]);
	queries("full", n / 5, 0);
	queries("paced", n / 100 < 3000 ? 3000 : n / 100,
		(int64_t)BATCH * 1000000 / PACE);
	close_engine(lock);
	(void)printf("size %ld %ld\n", megabytes(with), megabytes(without));
	dw_timers_close(g.timers);
	dw_loop_close(&g.loop);
	dw_loop_run(&g.loop);
	dw_loop_fini(&g.loop);
	return 0;
}
