/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fanout.c - the load generator: watchers, publishers, and what they saw, as one JSON line.
 *
 * It knows servers only as a port, a request that publishes and a request that watches, so the
 * same program measures this server, its peer and the bare broadcaster. Four scenes:
 *
 *   live    watchers, and publishers that wait for answers or keep to a rate; or, with --count,
 *           publishers that send so many messages as fast as they are taken, from a thread of their
 *           own: who publishes in earnest does not wait for those who read. Of these watchers one in 20
 *           reads, and the bytes of the others are counted (bench_crowd_weigh)
 *   idle    watchers that nothing happens to: memory for each of them
 *   rejoin  most watchers drop, miss messages, and come back with Last-Event-ID while others
 *           watch live
 *   resume  one client reads the past from the beginning while others watch live
 *
 * Every scene ends by itself: waits are bounded, and an alarm stands behind all of them.
 */
#include "lib/proc.h"
#include "lib/publish.h"
#include "lib/watch.h"

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOIN_MS 60000

static struct {
	const char *scene, *get, *post; /* requests' first lines and headers */
	int port;
	unsigned watchers, live, connections, batch, missed;
	double rate, seconds, drain;
	double before; /* seconds at the rate before anything is measured */
	uint64_t count, events;
	bool is_whole; /* the whole histogram too */
	struct bench_proc proc;
} o = { .scene = "live",
	.connections = 1,
	.batch = 1,
	.seconds = 3,
	.drain = 60,
	.missed = 100,
	.live = 500,
	.events = 200000 };

static struct bench_loop loop, press_loop; /* press_loop: with --count */
static struct bench_crowd crowd,
	other; /* `other`: who watches live while `crowd` moves */
static struct bench_press press;
static struct bench_hist seen, seen_before;

static void turn(int ms)
{
	int wait = o.count == 0 ? bench_press_run(&press) : ms;

	(void)bench_loop_turn(&loop, wait < ms ? wait : ms);
}

static void run_for(double seconds)
{
	uint64_t end = bench_now() + (uint64_t)(seconds * 1e9);

	while (bench_now() < end)
		turn(10);
}

/* Until every publisher has its answer. Touches nothing but press and its loop. */
static void *publish_on_thread(void *is_over)
{
	uint64_t end = bench_now() + (uint64_t)(o.drain * 1e9);

	while (bench_now() < end) {
		int wait = bench_press_run(&press);

		if (press.left == 0 && press.in_flight == 0)
			break;
		(void)bench_loop_turn(&press_loop, wait);
	}
	atomic_store((atomic_bool *)is_over, true);
	return NULL;
}

static void run_out_apart(void)
{
	atomic_bool is_over;
	pthread_t thread;

	atomic_init(&is_over, false);
	if (pthread_create(&thread, NULL, publish_on_thread, &is_over) != 0)
		bench_die("no thread for the publishers");
	while (!atomic_load(&is_over))
		(void)bench_loop_turn(&loop, 5);
	(void)pthread_join(thread, NULL);
}

/* Until every publisher has its answer. */
static void run_out(void)
{
	uint64_t end = bench_now() + (uint64_t)(o.drain * 1e9);

	if (o.count > 0) {
		run_out_apart();
		return;
	}
	while ((press.left > 0 || press.in_flight > 0) && bench_now() < end)
		turn(10);
}

/* Until the crowd got `messages`, or nothing came for 5 s, or --drain seconds passed. */
static void run_until_received(struct bench_crowd *c, uint64_t messages)
{
	uint64_t end = bench_now() + (uint64_t)(o.drain * 1e9), moved = bench_now();
	uint64_t last = bench_crowd_received(c);

	while (last < messages && bench_now() < end) {
		uint64_t now;

		turn(10);
		now = bench_crowd_received(c);
		if (now != last)
			moved = bench_now();
		else if (bench_now() - moved > 5000000000u)
			return;
		last = now;
	}
}

static double ms_at(const struct bench_hist *h, double q)
{
	return (double)bench_hist_at(h, q) / 1000.0;
}

static void begin(void)
{
	bench_loop_init(&loop);
	bench_loop_init(&press_loop);
	bench_crowd_init(&crowd, &loop, o.port, o.watchers);
	crowd.request = o.get;
	press = (struct bench_press){ .loop = o.count > 0 ? &press_loop : &loop,
				      .port = o.port,
				      .request = o.post,
				      .lead = getenv("BENCH_LEAD"),
				      .connections = o.connections,
				      .batch = o.batch,
				      .rate = o.rate,
				      .next = 1,
				      .run = (uint32_t)(bench_now() / 1000u) ^
					     (uint32_t)getpid() << 16 };
	bench_press_init(&press);
}

/* A few messages first: what is made once is then there. A server of several processes may
 * need a moment until all of them know of a stream; what is missed here is not measured. */
static void warm_up(void)
{
	run_for(0.5);
	press.left = (uint64_t)press.batch * 3 + (uint64_t)(o.rate * o.before);
	run_out();
	run_until_received(&crowd, press.answered * o.watchers);
}

struct window {
	uint64_t at, cpu, own, messages, answered;
	double seconds;
};

static void window_open(struct window *w)
{
	w->messages = bench_crowd_received(&crowd);
	w->answered = press.answered;
	w->cpu = bench_proc_cpu_us(&o.proc);
	w->own = bench_proc_own_cpu_us();
	w->at = bench_now();
}

static void window_close(struct window *w)
{
	w->seconds = (double)(bench_now() - w->at) / 1e9;
	w->cpu = bench_proc_cpu_us(&o.proc) - w->cpu;
	w->own = bench_proc_own_cpu_us() - w->own;
	w->messages = bench_crowd_received(&crowd) - w->messages;
	w->answered = press.answered - w->answered;
}

static void scene_live(void)
{
	struct window w;
	uint64_t want;

	begin();
	bench_crowd_join(&crowd, JOIN_MS);
	warm_up();
	bench_press_reset(&press);
	crowd.messages = 0;
	if (o.count > 0)
		bench_crowd_weigh(&crowd);
	crowd.hist = &seen;
	press.left = o.count > 0 ? o.count : UINT64_MAX;
	if (o.rate > 0)
		press.left = (uint64_t)(o.rate * o.seconds);
	if (o.rate <= 0 && o.count == 0)
		run_for(0.5);
	window_open(&w);
	if (o.rate <= 0 && o.count == 0)
		run_for(o.seconds);
	else
		run_out();
	if (o.rate > 0)
		run_until_received(&crowd, press.answered * o.watchers);
	window_close(&w);
	press.left = 0;
	run_out();
	want = press.answered * o.watchers;
	run_until_received(&crowd, want);
	(void)printf(
		"{\"seconds\":%.3f,\"published\":%llu,\"published_s\":%.1f,"
		"\"deliveries_s\":%.1f,\"cpu_us\":%.3f,\"cpu_share\":%.3f,"
		"\"own_cpu_share\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
		"\"answer_p50_ms\":%.3f,\"answer_p99_ms\":%.3f,\"accepted\":%llu,"
		"\"refused\":%llu,\"missing\":%lld,\"streams_lost\":%u",
		w.seconds, (unsigned long long)press.answered,
		(double)w.answered / w.seconds, (double)w.messages / w.seconds,
		w.messages > 0 ? (double)w.cpu / (double)w.messages : 0.0,
		(double)w.cpu / w.seconds / 1e6, (double)w.own / w.seconds / 1e6,
		ms_at(&seen, 0.5), ms_at(&seen, 0.99), (double)seen.max / 1000.0,
		ms_at(&press.answers, 0.5), ms_at(&press.answers, 0.99),
		(unsigned long long)press.accepted, (unsigned long long)press.refused,
		(long long)want - (long long)bench_crowd_received(&crowd), crowd.lost);
	if (o.is_whole) {
		(void)fputs(",\"cells\":", stdout);
		bench_hist_print(&seen, stdout);
	}
	(void)puts("}");
}

static void scene_idle(void)
{
	uint64_t before, after;

	begin();
	run_for(0.5);
	before = bench_proc_rss(&o.proc);
	bench_crowd_join(&crowd, JOIN_MS);
	warm_up();
	run_for(1.0);
	after = bench_proc_rss(&o.proc);
	(void)printf("{\"watchers\":%u,\"rss_before\":%llu,\"rss_after\":%llu,"
		     "\"rss_each\":%.1f,\"streams_lost\":%u}\n",
		     crowd.connected, (unsigned long long)before,
		     (unsigned long long)after,
		     ((double)after - (double)before) / o.watchers, crowd.lost);
}

/* Those who watch live, and how late they are while nothing else happens. */
static void begin_live(void)
{
	bench_crowd_init(&other, &loop, o.port, o.live);
	other.request = o.get;
	other.first_address = 1 + o.watchers / 200;
	bench_crowd_join(&other, JOIN_MS);
	press.rate = o.rate > 0 ? o.rate : 20;
	press.left = UINT64_MAX;
	run_for(0.5);
	other.hist = &seen_before;
	other.since = bench_now();
	run_for(o.seconds);
}

static void report_moved(const char *what, double value, const struct window *w)
{
	(void)printf(
		"{\"%s\":%.1f,\"seconds\":%.3f,\"caught_up\":%u,\"p99_before_ms\":%.3f,"
		"\"p99_ms\":%.3f,\"max_ms\":%.3f,\"cpu_share\":%.3f,\"own_cpu_share\":%.3f,"
		"\"refused\":%llu,\"streams_lost\":%u}\n",
		what, value, w->seconds, crowd.done, ms_at(&seen_before, 0.99),
		ms_at(&seen, 0.99), (double)seen.max / 1000.0,
		(double)w->cpu / w->seconds / 1e6, (double)w->own / w->seconds / 1e6,
		(unsigned long long)press.refused, crowd.lost + other.lost);
}

/* Until the crowd has what it wants; what `other` sees meanwhile is timed. */
static void run_until_done(struct window *w)
{
	uint64_t end;

	window_open(w);
	end = w->at + (uint64_t)(o.drain * 1e9);
	other.hist = &seen;
	other.since = w->at;
	while (crowd.done < crowd.n && bench_now() < end) {
		(void)bench_crowd_joining(&crowd);
		turn(5);
	}
	window_close(w);
	press.left = 0;
	run_out();
	run_for(1.0); /* what is under way to the live ones */
}

static void scene_rejoin(void)
{
	struct window w;
	double rate;

	begin();
	bench_crowd_join(&crowd, JOIN_MS);
	crowd.resume = true;
	begin_live();
	rate = press.rate;
	press.left = 0;
	run_out();
	run_for(1.0); /* everybody has everything */
	bench_crowd_drop(&crowd);
	run_for(0.5);
	press.rate = 0;
	press.left = o.missed;
	run_out();
	run_for(1.0);
	bench_crowd_want(&crowd, press.next - 1, 0);
	press.rate = rate;
	press.due = 0;
	press.left = UINT64_MAX;
	run_until_done(&w);
	report_moved("catch_up_s", w.seconds, &w);
}

static void scene_resume(void)
{
	static char get[2048];
	struct window w;

	o.watchers = 1;
	begin();
	begin_live();
	(void)snprintf(get, sizeof(get), "%sLast-Event-ID: 0\r\n", o.get);
	crowd.request = get;
	bench_crowd_want(&crowd, 0, o.events);
	run_until_done(&w);
	report_moved("events_s", (double)crowd.w[0].messages / w.seconds, &w);
}

static double number(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || v < 0)
		bench_die("not a number: %s", text);
	return v;
}

static void set(char opt, const char *text)
{
	switch (opt) {
	case 's':
		o.scene = text;
		break;
	case 'p':
		o.port = (int)number(text);
		break;
	case 'w':
		o.watchers = (unsigned)number(text);
		break;
	case 'l':
		o.live = (unsigned)number(text);
		break;
	case 'c':
		o.connections = (unsigned)number(text);
		break;
	case 'b':
		o.batch = (unsigned)number(text);
		break;
	case 'm':
		o.missed = (unsigned)number(text);
		break;
	case 'r':
		o.rate = number(text);
		break;
	case 't':
		o.seconds = number(text);
		break;
	case 'B':
		o.before = number(text);
		break;
	case 'd':
		o.drain = number(text);
		break;
	case 'n':
		o.count = (uint64_t)number(text);
		break;
	case 'e':
		o.events = (uint64_t)number(text);
		break;
	case 'H':
		o.is_whole = number(text) > 0;
		break;
	case 'P':
		bench_proc_parse(&o.proc, text);
		break;
	default:
		bench_die("see bench/run for the options");
	}
}

/* Requests carry tokens, so they come from the environment, with \n for the ends of lines. */
static char *request(const char *name)
{
	const char *text = getenv(name);
	char *out, *p;

	if (text == NULL)
		bench_die("%s is not set", name);
	p = out = malloc(strlen(text) * 2 + 3);
	if (out == NULL)
		bench_die("out of memory");
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*p++ = '\r';
		*p++ = *text;
	}
	*p = '\0';
	return out;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scene[] = {
		{ "live", scene_live },
		{ "idle", scene_idle },
		{ "rejoin", scene_rejoin },
		{ "resume", scene_resume },
	};
	int opt;

	while ((opt = getopt(argc, argv, "s:p:w:l:c:b:m:r:t:B:d:n:e:H:P:")) != -1)
		set((char)opt, optarg);
	if (o.connections == 0 || o.batch == 0 || o.port == 0)
		bench_die("a port, a connection and a batch of one are the least");
	o.get = request("BENCH_GET");
	o.post = request("BENCH_POST");
	(void)bench_raise_files();
	(void)alarm((unsigned)(o.seconds + o.before + 4 * o.drain) + 2 * JOIN_MS / 1000);
	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		if (strcmp(scene[i].name, o.scene) == 0) {
			scene[i].run();
			return 0;
		}
	}
	bench_die("there is no scene named %s", o.scene);
}
