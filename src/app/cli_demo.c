/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * cli_demo.c - diwan demo: a war room that is over when you press Ctrl-C.
 *
 * The real server on a temporary folder, and beside it one thread that does what people would do:
 * it makes the accounts over the control socket, prints how to get in, and then sends in what the
 * story says, over TCP with an ingest token, as any feed would, while the team works in its room
 * with sessions of its own (demo_room.c). Nothing goes around the doors that everybody uses.
 */
#include "app/story.h"
#include "base/clock.h"
#include "cli_int.h"
#include "demo_int.h"
#include "server_int.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 100
#define BATCH_MAX (256u * 1024)

static const struct person {
	const char *name, *roles, *groups, *what;
} people[] = {
	{ "lead", "lead", "comms", "commands incidents" },
	{ "drafter", "drafter", "comms", "writes" },
	{ "approver", "approver", "legal,executive", "gives verdicts: statements wait" },
	{ "observer", "observer", "", "reads" },
	{ "admin", "admin", "", "accounts and settings" },
};

#define N_PEOPLE (sizeof(people) / sizeof(people[0]))

struct demo {
	const struct dw_config *conf;
	char url[320];
	uint64_t seed, rate, speed; /* rate: mentions a second at the worst moment */
	pthread_t guide;
	bool has_guide;
	volatile bool is_stopping;
	char password[N_PEOPLE][80];
	char token[120];
	struct dw_demo_room *room; /* NULL: its part is over */
};

/* ---- getting ready ---- */

/* POST `o` (taken); the string member `want` of the answer into out. */
static int post(struct dw_client *c, const char *path, json_t *o, const char *want,
		char *out, size_t size, struct dw_err *err)
{
	char *text = json_dumps(o, JSON_COMPACT);
	struct dw_call call = { .method = "POST", .path = path, .body = dw_str_of(text) };
	struct dw_reply r;
	json_t *answer;
	int rc;

	DW_INVARIANT(text != NULL);
	json_decref(o);
	dw_reply_init(&r);
	rc = dw_client_call(c, &call, &r, err);
	if (rc == 0) {
		answer =
			json_loadb(r.body.p != NULL ? r.body.p : "", r.body.len, 0, NULL);
		snprintf(out, size, "%s", dw_cli_text(answer, want));
		json_decref(answer);
	}
	dw_reply_fini(&r);
	free(text);
	return rc;
}

static int make_accounts(struct demo *d, struct dw_client *c, struct dw_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < N_PEOPLE && rc == 0; i++)
		rc = post(c, "/api/v1/users",
			  json_pack("{s:s,s:o,s:o}", "name", people[i].name, "roles",
				    dw_cli_split(people[i].roles), "groups",
				    dw_cli_split(people[i].groups)),
			  "password", d->password[i], sizeof(d->password[i]), err);
	if (rc == 0)
		rc = post(c, "/api/v1/tokens",
			  json_pack("{s:s,s:[s]}", "name", "demo-feed", "scopes",
				    "ingest"),
			  "token", d->token, sizeof(d->token), err);
	return rc;
}

static void print_guide(const struct demo *d)
{
	printf("\nOpen  %s  and sign in as one of these:\n\n", d->url);
	for (size_t i = 0; i < N_PEOPLE; i++)
		printf("  %-10s %-26s %s\n", people[i].name, d->password[i],
		       people[i].what);
	printf("\nThe newsroom needs no name:  %s/newsroom\n", d->url);
	printf("\nThe same with curl: sign in, follow the stream from its beginning, say something.\n\n"
	       "  curl -sS -c jar.txt -H 'Content-Type: application/json' \\\n"
	       "    -d '{\"username\":\"observer\",\"password\":\"%s\"}' %s/api/v1/session\n\n"
	       "  curl -sSN -b jar.txt '%s/api/v1/stream?after=0&types=mention'\n\n"
	       "  curl -sS -H 'Authorization: Bearer %s' \\\n"
	       "    -H 'Content-Type: application/json' -d '{\"source\":\"me\",\"source_id\":\"1\",\"text\":"
	       "\"Hello, room\"}' \\\n"
	       "    %s/api/v1/mentions\n\n",
	       d->password[3], d->url, d->url, d->token, d->url);
	printf("Nothing is kept: the room is in %s and goes when you press Ctrl-C.\n"
	       "Story %llu: \"Zoodaq\", a delivery app that does not exist, has a bad evening.\n\n",
	       d->conf->data, (unsigned long long)d->seed);
	fflush(stdout);
}

/* ---- playing ---- */

static int send_batch(struct dw_client *c, struct dw_buf *b, struct dw_err *err)
{
	const struct dw_call call = { .method = "POST",
				      .path = "/api/v1/mentions",
				      .content_type = "application/x-ndjson",
				      .body = dw_buf_str(b) };
	struct dw_reply r;
	int rc = 0;

	if (b->len > 0) {
		dw_reply_init(&r);
		rc = dw_client_call(c, &call, &r, err);
		dw_reply_fini(&r);
		dw_buf_clear(b);
	}
	return rc;
}

static void nap(void)
{
	const struct timespec t = { 0, TICK_MS * 1000000L };

	nanosleep(&t, NULL);
}

static void say_phase(const char **last, double at_s)
{
	const char *phase = dw_story_phase(at_s);

	if (*last != phase) {
		printf("%4.0f s: %s\n", at_s, phase);
		fflush(stdout);
		*last = phase;
	}
}

#define N_TEAM 3 /* the first of `people` */

static int open_room(struct demo *d, struct dw_err *err)
{
	const char *name[N_TEAM], *password[N_TEAM];

	for (size_t i = 0; i < N_TEAM; i++) {
		name[i] = people[i].name;
		password[i] = d->password[i];
	}
	return dw_demo_room_open(&d->room, d->url, name, password, N_TEAM,
				 &d->is_stopping, err);
}

/* The story goes on without it. */
static void play_room(struct demo *d, double at_s)
{
	struct dw_err err;

	if (d->room == NULL || dw_demo_room_play(d->room, at_s, &err) == 0)
		return;
	if (!d->is_stopping)
		fprintf(stderr, "diwan demo: the team stops: %s\n", dw_err_text(&err));
	dw_demo_room_close(d->room);
	d->room = NULL;
}

/* How many by now: the curve's area, so that pauses of this thread lose nothing. */
static int play(struct demo *d, struct dw_client *c, struct dw_err *err)
{
	struct dw_story *story = dw_story_create(d->seed);
	const struct dw_clock *clock = dw_clock_system();
	int64_t begin = dw_mono_us(clock), last = begin;
	const char *phase = NULL;
	struct dw_buf b;
	double due = 1;
	int rc = 0;

	dw_buf_init(&b, BATCH_MAX);
	while (!d->is_stopping && rc == 0) {
		int64_t now = dw_mono_us(clock);
		double at_s = (double)(now - begin) / 1e6 * (double)d->speed;

		say_phase(&phase, at_s);
		due += dw_story_intensity(at_s) * (double)d->rate * (double)(now - last) /
		       1e6;
		last = now;
		while (due >= 1 && b.len < BATCH_MAX / 2) {
			DW_INVARIANT(dw_story_next(story, at_s, dw_now_us(clock), &b) ==
				     0);
			due -= 1;
		}
		rc = send_batch(c, &b, err);
		play_room(d, at_s);
		nap();
	}
	dw_buf_fini(&b);
	dw_story_destroy(story);
	return rc;
}

static int guide(struct demo *d, struct dw_err *err)
{
	struct dw_client *c = NULL;
	int rc = dw_client_local(&c, d->conf, err);

	if (rc == 0) {
		dw_client_abort_on(c, &d->is_stopping);
		rc = make_accounts(d, c, err);
		dw_client_close(c);
	}
	if (rc < 0)
		return rc;
	print_guide(d);
	rc = dw_client_remote(&c, d->url, d->token, err);
	if (rc < 0)
		return rc;
	dw_client_abort_on(c, &d->is_stopping);
	rc = open_room(d, err);
	if (rc == 0)
		rc = play(d, c, err);
	dw_demo_room_close(d->room);
	dw_client_close(c);
	return rc;
}

static void *run_guide(void *arg)
{
	struct demo *d = arg;
	struct dw_err err;

	if (guide(d, &err) < 0 && !d->is_stopping)
		fprintf(stderr, "diwan demo: the story stops: %s\n", dw_err_text(&err));
	return NULL;
}

static void on_ready(void *ctx, struct dw_server *server, const char *url)
{
	struct demo *d = ctx;

	(void)server;
	printf("diwan: serving %s\n", url);
	fflush(stdout);
	snprintf(d->url, sizeof(d->url), "%s", url);
	d->has_guide = pthread_create(&d->guide, NULL, run_guide, d) == 0;
}

static void on_stopping(void *ctx)
{
	struct demo *d = ctx;

	d->is_stopping = true;
}

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int make_folder(struct dw_config *conf, struct dw_err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[256];
	int n = snprintf(path, sizeof(path), "%s/diwan-demo-XXXXXX",
			 tmp != NULL ? tmp : "/tmp");

	if (n < 0 || (size_t)n >= sizeof(path) || mkdtemp(path) == NULL)
		return dw_fail(err, DW_EIO, "making a temporary folder: %s",
			       strerror(errno));
	return dw_config_set(conf, DW_STR("data"), dw_str_of(path), DW_FROM_FLAG, err);
}

static int demo(const struct dw_command *cmd, struct dw_config *conf, struct demo *d)
{
	const struct dw_server_hooks hooks = { .on_ready = on_ready,
					       .on_stopping = on_stopping,
					       .ctx = d };
	struct dw_err err;
	int rc;

	/* quiet, unless asked: the story is what one wants to see */
	if (dw_config_set(conf, DW_STR("log_level"), DW_STR("warn"), DW_FROM_FLAG, &err) <
		    0 ||
	    (conf->organisation[0] == '\0' &&
	     dw_config_set(conf, DW_STR("organisation"), DW_STR("Zoodaq"), DW_FROM_FLAG,
			   &err) < 0) ||
	    make_folder(conf, &err) < 0)
		return dw_cli_fail(cmd, &err);
	d->conf = conf;
	rc = dw_server_run(conf, &hooks, &err);
	if (d->has_guide)
		pthread_join(d->guide, NULL);
	(void)nftw(conf->data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc < 0 ? dw_cli_fail(cmd, &err) : DW_EXIT_OK;
}

static bool take_number(const char *text, uint64_t most, uint64_t *out)
{
	return text == NULL || (dw_str_u64(dw_str_of(text), out) == 0 && *out <= most);
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	const char *seed = NULL, *rate = NULL, *speed = NULL;
	const struct dw_opt opts[] = { { "seed", &seed, NULL },
				       { "rate", &rate, NULL },
				       { "speed", &speed, NULL },
				       { NULL, NULL, NULL } };
	struct demo d = { .seed = 1, .rate = 8, .speed = 1 };
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0 && a.n_words > 0)
		rc = dw_cli_usage(cmd,
				  "\"%s\": there is nothing to name here but options",
				  a.words[0]);
	if (rc == 0 && a.conf.origin[1] == DW_FROM_FLAG)
		rc = dw_cli_usage(cmd,
				  "a demo has a temporary folder; --data is for `serve`");
	if (rc == 0 &&
	    !(take_number(seed, UINT32_MAX, &d.seed) &&
	      take_number(rate, 2000, &d.rate) && take_number(speed, 100, &d.speed)))
		rc = dw_cli_usage(cmd, "--seed, --rate and --speed take whole numbers");
	if (rc == 0) {
		rc = demo(cmd, &a.conf, &d);
	}
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_demo = {
	"demo",
	run,
	"demo [--listen HOST:PORT] [--seed N] [--rate N] [--speed N]\n",
	"a temporary war room with a simulated crisis",
	"Makes sample accounts, prints how to sign in and the curl lines that do the same, and\n"
	"plays a crisis in Arabic, Persian and English through the real ingest path. The same\n"
	"seed tells the same story; rate is mentions a second at the worst moment, speed makes\n"
	"it run faster. Everything is removed at the end.\n\n"
	"Examples:\n"
	"  diwan demo\n"
	"  diwan demo --listen 127.0.0.1:9000 --rate 50 --speed 4",
};
