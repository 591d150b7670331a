/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* cli_source.c - diwan source add|list|pause|resume|check: the feeds that the room asks. */
#include "cli_int.h"

#include <stdio.h>
#include <stdlib.h>

struct source {
	json_int_t id, version;
};

static bool find_source(const struct dw_command *cmd, struct dw_client *c,
			const char *name, struct source *out)
{
	json_t *items = dw_cli_list(cmd, c, "/api/v1/sources"), *s;
	bool found = false;
	size_t i;

	if (items == NULL)
		return false;
	json_array_foreach(items, i, s) {
		if (strcmp(dw_cli_text(s, "slug"), name) != 0)
			continue;
		out->id = json_integer_value(json_object_get(s, "id"));
		out->version = json_integer_value(json_object_get(s, "version"));
		found = true;
	}
	json_decref(items);
	if (!found)
		fprintf(stderr,
			"diwan source: there is no source \"%s\"; `diwan source list` "
			"shows all\n",
			name);
	return found;
}

static int show(json_t *answer, bool is_json, const char *what)
{
	if (answer == NULL)
		return DW_EXIT_FAILED;
	if (is_json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		fprintf(stderr, "%s %s (id %lld): %s\n", dw_cli_text(answer, "slug"),
			what,
			(long long)json_integer_value(json_object_get(answer, "id")),
			dw_cli_text(answer, "url"));
	}
	json_decref(answer);
	return DW_EXIT_OK;
}

static int add(const struct dw_command *cmd, struct dw_client *c, const char *name,
	       const char *url, uint64_t interval, bool is_json)
{
	const struct dw_call call = { .method = "POST", .path = "/api/v1/sources" };
	json_t *o = json_object();

	json_object_set_new(o, "slug", json_string(name));
	json_object_set_new(o, "kind", json_string("feed"));
	json_object_set_new(o, "url", json_string(url));
	if (interval > 0)
		json_object_set_new(o, "interval_s", json_integer((json_int_t)interval));
	return show(dw_cli_send(cmd, c, call, o), is_json, "is asked from now on");
}

static int set_paused(const struct dw_command *cmd, struct dw_client *c, const char *name,
		      bool is_paused, bool is_json)
{
	char path[64], version[32];
	struct dw_call call = { .method = "PATCH", .path = path, .if_match = version };
	struct source s;
	json_t *o;

	if (!find_source(cmd, c, name, &s))
		return DW_EXIT_FAILED;
	snprintf(path, sizeof(path), "/api/v1/sources/%lld", (long long)s.id);
	snprintf(version, sizeof(version), "%lld", (long long)s.version);
	o = json_object();
	json_object_set_new(o, "paused", json_boolean(is_paused));
	return show(dw_cli_send(cmd, c, call, o), is_json,
		    is_paused ? "is not asked any more" : "is asked again");
}

static int check_now(const struct dw_command *cmd, struct dw_client *c, const char *name)
{
	char path[64];
	struct dw_call call = { .method = "POST", .path = path };
	struct source s;
	json_t *answer;

	if (!find_source(cmd, c, name, &s))
		return DW_EXIT_FAILED;
	snprintf(path, sizeof(path), "/api/v1/sources/%lld/check", (long long)s.id);
	answer = dw_cli_send(cmd, c, call, json_object());
	if (answer == NULL)
		return DW_EXIT_FAILED;
	json_decref(answer);
	fprintf(stderr, "%s is being asked; `diwan source list` shows what came of it\n",
		name);
	return DW_EXIT_OK;
}

static void print_row(json_t *s)
{
	json_t *health = json_object_get(s, "health");
	json_t *error = json_object_get(health, "last_error");

	printf("%8lld  %-24s %-8s %9lld  %-19.19s  %s\n",
	       (long long)json_integer_value(json_object_get(s, "id")),
	       dw_cli_text(s, "slug"), dw_cli_text(health, "state"),
	       (long long)json_integer_value(json_object_get(s, "mentions")),
	       dw_cli_text(s, "last_seen_at"), dw_cli_text(s, "url"));
	if (json_is_object(error))
		printf("%10s%s\n", "", dw_cli_text(error, "detail"));
	if (json_object_get(health, "moved_to") != NULL)
		printf("%10smoved for good to %s\n", "", dw_cli_text(health, "moved_to"));
}

static int list(const struct dw_command *cmd, struct dw_client *c, bool is_json)
{
	static const struct dw_table table = {
		.path = "/api/v1/sources",
		.head = "      id  name                     state     mentions  newest"
			"               address",
		.print_row = print_row,
	};

	return dw_cli_print_list(cmd, c, &table, is_json);
}

struct source_opts {
	const char *url, *interval;
	bool is_json;
	uint64_t interval_s;
};

static int act(const struct dw_command *cmd, struct dw_client *c, const struct dw_args *a,
	       const void *opts)
{
	const struct source_opts *o = opts;
	const char *verb = a->words[0], *name = a->words[1];

	if (strcmp(verb, "list") == 0)
		return list(cmd, c, o->is_json);
	if (strcmp(verb, "add") == 0)
		return add(cmd, c, name, o->url, o->interval_s, o->is_json);
	if (strcmp(verb, "check") == 0)
		return check_now(cmd, c, name);
	return set_paused(cmd, c, name, strcmp(verb, "pause") == 0, o->is_json);
}

/* Is the line complete? Says what is missing. */
static int check(const struct dw_command *cmd, const struct dw_args *a,
		 struct source_opts *o)
{
	static const char *const verbs[] = { "list",   "add",	"pause",
					     "resume", "check", NULL };
	int i = dw_cli_verb(cmd, a, verbs, "add, list, pause, resume, check");

	if (i < 0)
		return DW_EXIT_USAGE;
	if (i == 1 && o->url == NULL)
		return dw_cli_usage(cmd, "give --url: where the feed is");
	if (o->interval != NULL &&
	    (dw_str_u64(dw_str_of(o->interval), &o->interval_s) < 0 ||
	     o->interval_s == 0 || o->interval_s > INT32_MAX))
		return dw_cli_usage(cmd, "--interval is a number of seconds");
	return dw_args_need_data(a, cmd) ? 0 : DW_EXIT_USAGE;
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	struct source_opts o = { NULL, NULL, false, 0 };
	const struct dw_opt opts[] = { { "url", &o.url, NULL },
				       { "interval", &o.interval, NULL },
				       { "json", NULL, &o.is_json },
				       { NULL, NULL, NULL } };
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, opts);

	if (rc == 0)
		rc = check(cmd, &a, &o);
	if (rc == 0)
		rc = dw_cli_with_room(cmd, &a, act, &o);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_source = {
	"source",
	run,
	"source add NAME --url URL [--interval S] --data DIR\n"
	"source list [--json] --data DIR\n"
	"source pause|resume|check NAME --data DIR\n",
	"add, list and look after the feeds that the room asks",
	"A feed is RSS or Atom at an http or https address. It is asked every --interval\n"
	"seconds (300), and what is new in it becomes mentions under its name. `check` asks\n"
	"it now, which needs a running server; `list` shows how each is doing.\n\n"
	"Addresses that are not of the public Internet are refused unless the server runs with\n"
	"--allow-private-sources.\n\n"
	"Examples:\n"
	"  diwan source add news:example --url https://news.example.org/feed.xml --data ./room\n"
	"  diwan source pause news:example --data ./room",
};
