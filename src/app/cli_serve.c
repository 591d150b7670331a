/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * cli_serve.c - diwan serve: the server in the foreground.
 *
 * The line with the address is the only one on standard output, for scripts. For people, when the
 * room has no admin yet, the one-time link that makes the first comes on standard error; it is
 * asked for over the control socket by a thread of its own, like any command would, and before
 * that line is printed: a link that somebody asks for as soon as we say that we serve is then the
 * newest, and stays valid. Under systemd, whose log keeps what is printed there, the link is not
 * printed: it is a secret.
 */
#include "cli_int.h"
#include "server_int.h"

#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct serving {
	const struct dw_config *conf;
	char url[320];
	pthread_t greeter;
	bool has_greeter;
	volatile bool is_stopping;
};

static void say_how_to_set_up(const struct serving *s, const char *path)
{
	const char *base = s->conf->public_url[0] != '\0' ? s->conf->public_url : s->url;

	if (getenv("JOURNAL_STREAM") != NULL)
		fprintf(stderr,
			"diwan: there is no admin yet: diwan user add NAME --roles admin --data %s\n",
			s->conf->data);
	else
		fprintf(stderr, "diwan: set up the first admin at %s%s\n", base, path);
}

static void say_ready(const struct serving *s)
{
	printf("diwan: serving %s\n", s->url);
	fflush(stdout);
}

static void *greet(void *arg)
{
	struct serving *s = arg;
	const struct dw_call call = { .method = "POST",
				      .path = "/control/setup-link",
				      .body = DW_STR("{}") };
	struct dw_client *c = NULL;
	struct dw_reply r;
	json_t *o;

	if (dw_client_local(&c, s->conf, NULL) < 0) {
		say_ready(s);
		return NULL;
	}
	dw_client_abort_on(c, &s->is_stopping);
	dw_reply_init(&r);
	r.status = dw_client_ask(c, &call, &r, NULL) == 0 ? r.status : 0;
	say_ready(s);
	if (r.status == 201) {
		o = json_loadb(r.body.p != NULL ? r.body.p : "", r.body.len, 0, NULL);
		if (json_is_string(json_object_get(o, "path")))
			say_how_to_set_up(s, dw_cli_text(o, "path"));
		json_decref(o);
	}
	dw_reply_fini(&r);
	dw_client_close(c);
	return NULL;
}

static void on_ready(void *ctx, struct dw_server *server, const char *url)
{
	struct serving *s = ctx;

	(void)server;
	snprintf(s->url, sizeof(s->url), "%s", url);
	dw_log(DW_LOG_INFO, "server.ready", "url=%s data=%s version=%s", url,
	       s->conf->data, DW_VERSION);
	s->has_greeter = pthread_create(&s->greeter, NULL, greet, s) == 0;
	if (!s->has_greeter)
		say_ready(s);
}

static void on_stopping(void *ctx)
{
	struct serving *s = ctx;

	s->is_stopping = true;
}

static int serve(const struct dw_command *cmd, const struct dw_config *conf)
{
	struct serving s = { .conf = conf };
	const struct dw_server_hooks hooks = { .on_ready = on_ready,
					       .on_stopping = on_stopping,
					       .ctx = &s };
	struct dw_err err;
	int rc;

	rc = dw_server_run(conf, &hooks, &err);
	if (s.has_greeter)
		pthread_join(s.greeter, NULL);
	if (rc < 0)
		return dw_cli_fail(cmd, &err);
	dw_log(DW_LOG_INFO, "server.stopped", "data=%s", conf->data);
	return DW_EXIT_OK;
}

static int run(const struct dw_command *cmd, int argc, char **argv)
{
	struct dw_args a;
	int rc = dw_args_parse(&a, cmd, argc, argv, NULL);

	if (rc == 0 && a.n_words > 0)
		rc = dw_cli_usage(cmd,
				  "\"%s\": there is nothing to name here but options",
				  a.words[0]);
	if (rc == 0 && !dw_args_need_data(&a, cmd))
		rc = DW_EXIT_USAGE;
	if (rc == 0)
		rc = serve(cmd, &a.conf);
	dw_args_fini(&a);
	return rc;
}

const struct dw_command dw_cmd_serve = {
	"serve",
	run,
	"serve --data DIR [--listen HOST:PORT] [--config FILE] [--SETTING VALUE…]\n",
	"serve a war room",
	"Prints one line with the address when it is ready, and logs to standard error. While\n"
	"there is no admin, a line there has a one-time link that makes the first one.\n"
	"SIGTERM or SIGINT ends it in order; a second signal ends it at once.\n"
	"`diwan check-config` lists the settings; each is an option too.\n\n"
	"Examples:\n"
	"  diwan serve --data ./room\n"
	"  diwan serve --config /etc/diwan.conf\n"
	"  diwan serve --data ./room --listen 0.0.0.0:8080 --public-url https://room.example.org",
};
