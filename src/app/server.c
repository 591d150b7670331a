/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * server.c - builds all parts, serves, and takes them down in reverse.
 *
 *   up:   lock, loop, timers, engine, files, api, net, listeners, poll, courier, ready
 *   down: askings, deliveries, listeners and idle connections, streams (with `retry:`), requests in
 *         work, api, poll, courier, engine (last checkpoint), timers, loop
 *
 * The same server runs in three places: `diwan serve`, `diwan demo`, and inside any command that
 * finds no server on its folder. The last has only the control socket, so that there is one code
 * path and one set of rules whoever changes something, and no second process that writes.
 *
 * What fails on the way up goes the same way down, from where it had come to.
 */
#include "server_int.h"

#include "api/api.h"
#include "base/log.h"
#include "link/courier.h"
#include "link/poll.h"
#include "rt/notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#define DEADLINE_STEP_MS 10 /* what ends in one step, others wait for */
#define GRACE_MS 10000
#define MENTION_MAX (256u * 1024)
#define BATCH_MAX (16u * 1024 * 1024)
#define NAMES_MAX 64
#define PASSWORD_MAX 1024

/* Pages may load their own script and style and nothing else; RELIABILITY.md section 3.1. What
 * they try against it is reported. Browsers that know report-to do not look at report-uri, and
 * know no endpoint (dw_api_decorate) but over TLS: so without TLS there is only the old one. */
#define CSP                                                                               \
	"default-src 'none'; script-src 'self' 'nonce-%s'; style-src 'self' 'nonce-%s'; " \
	"img-src 'self' data:; "                                                          \
	"manifest-src 'self'; media-src 'self'; worker-src 'self'; connect-src 'self'; "  \
	"font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "       \
	"frame-ancestors 'none'; require-trusted-types-for 'script'; "                    \
	"report-uri /csp-report"

struct dw_server {
	const struct dw_config *conf;
	const struct dw_server_hooks *hooks;
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	struct dw_files *files;
	struct dw_api *api;
	struct dw_net *net;
	struct dw_poll *poll;	    /* NULL: nobody is asked */
	struct dw_courier *courier; /* NULL: nothing leaves */
	uv_async_t stop;
	uv_timer_t watchdog;
	bool has_handles; /* stop and watchdog are open */
	bool is_stopping;
	int lock;    /* of the folder; held until the process or the run ends */
	char *names; /* copies of lists, cut in place */
	const char *hosts[NAMES_MAX];
	const char *proxies[NAMES_MAX];
	char url[320];
	char socket[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

/* Whose engine opened half: threads may still use it, so it stays until the process ends, which
 * is at once. */
static struct dw_server *abandoned;

int dw_server_socket(const char *dir, char *out, size_t size, struct dw_err *err)
{
	size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	int n = snprintf(out, size, "%s/control.sock", dir);

	if (n < 0 || (size_t)n >= size || (size_t)n >= most)
		return dw_fail(
			err, DW_EINVAL,
			"the path %.60s… is too long for a socket (%zu bytes): use a "
			"shorter data folder",
			dir, most - 1);
	return 0;
}

/* A service manager that cannot be told is no reason to stop serving. */
static void tell(enum dw_notify state)
{
	struct dw_err err;

	if (dw_notify(state, NULL, &err) < 0)
		dw_log(DW_LOG_WARN, "notify.failed", "why=%s", dw_err_text(&err));
}

/* ---- down ---- */

static void on_engine_closed(void *data)
{
	struct dw_server *s = data;

	s->engine = NULL;
	if (s->has_handles) {
		uv_close((uv_handle_t *)&s->stop, NULL);
		uv_close((uv_handle_t *)&s->watchdog, NULL);
	}
	dw_timers_close(s->timers);
	dw_loop_close(&s->loop);
}

static void close_engine(void *data)
{
	struct dw_server *s = data;

	s->courier = NULL;
	if (s->engine != NULL)
		dw_engine_close(s->engine, on_engine_closed, s);
	else
		on_engine_closed(s);
}

static void close_courier(void *data)
{
	struct dw_server *s = data;

	s->poll = NULL;
	if (s->courier != NULL)
		dw_courier_close(s->courier, close_engine, s);
	else
		close_engine(s);
}

static void on_net_closed(void *data)
{
	struct dw_server *s = data;

	dw_net_destroy(s->net);
	dw_api_destroy(s->api);
	dw_files_destroy(s->files);
	if (s->poll != NULL)
		dw_poll_close(s->poll, close_courier, s);
	else
		close_courier(s);
}

static void begin_stop(struct dw_server *s)
{
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	if (!s->hooks->is_local_only) {
		tell(DW_NOTIFY_STOPPING);
		dw_log(DW_LOG_INFO, "server.stopping", "grace_ms=%d", GRACE_MS);
	}
	if (s->hooks->on_stopping != NULL)
		s->hooks->on_stopping(s->hooks->ctx);
	if (s->poll != NULL)
		dw_poll_stop(s->poll);
	if (s->courier != NULL)
		dw_courier_stop(s->courier);
	if (s->net == NULL) {
		on_net_closed(s);
		return;
	}
	dw_net_close(s->net, GRACE_MS, on_net_closed, s);
	dw_api_close_streams(s->api);
}

static void on_signal(void *data)
{
	begin_stop(data);
}

static void on_stop_asked(uv_async_t *a)
{
	begin_stop(a->data);
}

void dw_server_stop(struct dw_server *s)
{
	(void)uv_async_send(&s->stop);
}

/* ---- up ---- */

/* Of the one rebuild that there may be, before anything is served. */
static struct {
	int64_t begun, said; /* µs, monotonic */
	uint64_t from;	     /* events that were done when it was first heard of */
} rebuilding;

static void on_rebuild_progress(uint64_t n, uint64_t total)
{
	int64_t now = dw_mono_us(dw_clock_system());

	if (rebuilding.begun == 0) {
		rebuilding.begun = now;
		rebuilding.from = n;
	}
	if (n < total && rebuilding.said != 0 && now < rebuilding.said + 1000000)
		return;
	rebuilding.said = now;
	dw_log(DW_LOG_INFO, "views.rebuilding",
	       "done=%llu of=%llu percent=%llu per_s=%llu", (unsigned long long)n,
	       (unsigned long long)total,
	       (unsigned long long)(total > 0 ? n * 100 / total : 100),
	       (unsigned long long)((n - rebuilding.from) * 1000000 /
				    (uint64_t)(now - rebuilding.begun + 1)));
}

static int open_engine(struct dw_server *s, struct dw_err *err)
{
	const struct dw_config *c = s->conf;
	struct dw_engine_conf conf = {
		.dir = c->data,
		.loop = &s->loop,
		.timers = s->timers,
		.clock = dw_clock_system(),
		.ring_bytes = (size_t)c->ring_mb << 20,
		.session_idle_s = (unsigned)c->session_idle_s,
		.session_absolute_s = (unsigned)c->session_absolute_s,
		.sign_in_per_minute = (unsigned)c->sign_in_per_minute,
		.source_blind_s = (unsigned)c->source_blind_s,
		.source_interval_min_s = (unsigned)c->source_interval_min_s,
		.outlet_retry_s = (unsigned)c->outlet_retry_s,
		.outlet_give_up_s = (unsigned)c->outlet_give_up_s,
		.verify_per_s = (unsigned)c->verify_per_s,
		.public_url = c->public_url[0] != '\0' ? c->public_url : NULL,
		.on_progress = on_rebuild_progress,
	};
	int rc = dw_engine_open(&s->engine, &conf, err);

	return rc < 0 ? dw_wrap(err, rc, "opening %s", c->data) : 0;
}

/* The first line of it. */
static int read_password(const char *path, char out[PASSWORD_MAX], struct dw_err *err)
{
	FILE *f = fopen(path, "re");

	if (f == NULL || fgets(out, PASSWORD_MAX, f) == NULL) {
		int why = errno;

		if (f != NULL)
			fclose(f);
		return dw_fail(err, DW_EINVAL, "smtp_password_file %s: %s", path,
			       f == NULL ? strerror(why) : "there is nothing in it");
	}
	fclose(f);
	out[strcspn(out, "\r\n")] = '\0';
	return 0;
}

/* A server inside of a command lives for moments and asks nobody. */
static int open_poll(struct dw_server *s, struct dw_err *err)
{
	struct dw_poll_conf conf = { .engine = s->engine,
				     .loop = &s->loop,
				     .timers = s->timers,
				     .timeout_s = (unsigned)s->conf->source_timeout_s,
				     .may_ask_private = s->conf->allow_private_sources };

	return s->hooks->is_local_only ? 0 : dw_poll_create(&s->poll, &conf, err);
}

/* Nor does anything leave from it. */
static int open_courier(struct dw_server *s, struct dw_err *err)
{
	const struct dw_config *c = s->conf;
	char password[PASSWORD_MAX] = "";
	struct dw_courier_conf conf = { .engine = s->engine,
					.loop = &s->loop,
					.timeout_s = (unsigned)c->outlet_timeout_s,
					.may_post_private = c->allow_private_outlets,
					.smtp_url = c->smtp_url,
					.smtp_from = c->smtp_from,
					.smtp_user = c->smtp_user,
					.smtp_password = password };
	int rc = 0;

	if (s->hooks->is_local_only)
		return 0;
	if (c->smtp_url[0] != '\0' && c->smtp_password_file[0] != '\0')
		rc = read_password(c->smtp_password_file, password, err);
	if (rc == 0)
		rc = dw_courier_create(&s->courier, &conf, err);
	explicit_bzero(password, sizeof(password));
	return rc;
}

static int open_api(struct dw_server *s, struct dw_err *err)
{
	const struct dw_config *c = s->conf;
	struct dw_api_conf conf = {
		.public_url = c->public_url[0] != '\0' ? c->public_url : NULL,
		.organisation = c->organisation,
		.streams_per_session = (unsigned)c->streams_per_session,
		.streams_per_account = (unsigned)c->streams_per_account,
		.streams_per_address = (unsigned)c->streams_per_address,
		.heartbeat_s = (unsigned)c->heartbeat_s,
		.presence_s = (unsigned)c->presence_s,
		.changes_per_s = (unsigned)c->changes_per_s,
		.max_mention_bytes = MENTION_MAX,
		.max_batch_bytes = BATCH_MAX,
	};
	bool is_tls = strncmp(c->public_url, "https:", 6) == 0;
	int rc = dw_files_create(&s->files,
				 c->static_dir[0] != '\0' ? c->static_dir : NULL,
				 is_tls ? CSP "; report-to csp" : CSP, dw_clock_system(),
				 err);

	return rc < 0 ? rc
		      : dw_api_create(&s->api, s->engine, s->timers, &s->loop, s->files,
				      &conf, err);
}

/* "a, b" into an array that ends with NULL. The text is cut in place. */
static int cut_list(char *text, const char **out, const char *what, struct dw_err *err)
{
	size_t n = 0;
	char *save = NULL;

	for (char *p = strtok_r(text, ", \t", &save); p != NULL;
	     p = strtok_r(NULL, ", \t", &save)) {
		if (n + 1 >= NAMES_MAX)
			return dw_fail(err, DW_EINVAL, "%s has more than %d entries",
				       what, NAMES_MAX - 1);
		out[n++] = p;
	}
	out[n] = NULL;
	return 0;
}

/* The host of public_url; a monitor on the machine itself may use the loop-back names. */
static void set_hosts(struct dw_server *s, char *copy)
{
	char *host = strstr(copy, "//") + 2;
	char *end = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
	size_t n = 0;

	if (end != NULL)
		end[host[0] == '[' ? 1 : 0] = '\0';
	s->hosts[n++] = host;
	s->hosts[n++] = "localhost";
	s->hosts[n++] = "127.0.0.1";
	s->hosts[n++] = "[::1]";
	s->hosts[n] = NULL;
}

static int open_net(struct dw_server *s, struct dw_err *err)
{
	const struct dw_config *c = s->conf;
	struct dw_net_conf conf = { .limits = DW_NET_LIMITS_DEFAULT,
				    .guard = dw_api_guard,
				    .ctx = s->api,
				    .problem = dw_api_problem,
				    .decorate = dw_api_decorate };
	size_t url_size = strlen(c->public_url) + 1;
	int rc;

	s->names = malloc(url_size + strlen(c->trusted_proxies) + 1);
	DW_INVARIANT(s->names != NULL);
	memcpy(s->names, c->public_url, url_size);
	strcpy(s->names + url_size, c->trusted_proxies);
	if (c->public_url[0] != '\0') {
		set_hosts(s, s->names);
		conf.hosts = s->hosts;
	}
	rc = cut_list(s->names + url_size, s->proxies, "trusted_proxies", err);
	if (rc < 0)
		return rc;
	conf.trusted_proxies = s->proxies;
	conf.limits.max_connections = (unsigned)c->max_connections;
	conf.limits.max_connections_per_peer = (unsigned)c->max_connections_per_peer;
	conf.limits.max_body_bytes = (size_t)c->max_body_kb << 10;
	conf.limits.head_ms = (unsigned)c->head_ms;
	conf.limits.idle_ms = (unsigned)c->idle_ms;
	conf.limits.write_stall_ms = (unsigned)c->write_stall_ms;
	conf.limits.body_min_rate = (unsigned)c->body_min_rate;
	conf.limits.reply_min_rate = (unsigned)c->reply_min_rate;
	rc = dw_net_create(&s->net, &s->loop, s->timers, &conf, dw_api_routes(), err);
	if (rc == 0)
		dw_api_set_net(s->api, s->net);
	return rc;
}

static int listen_all(struct dw_server *s, struct dw_err *err)
{
	const char *addr = s->conf->listen;
	int port = 0, rc;

	rc = dw_net_listen_local(s->net, s->socket, err);
	if (rc < 0 || s->hooks->is_local_only)
		return rc;
	rc = dw_net_listen(s->net, addr, &port, err);
	if (rc < 0)
		return rc;
	snprintf(s->url, sizeof(s->url), "http://%.*s:%d",
		 (int)(addr[0] == ':' ? 9 : strrchr(addr, ':') - addr),
		 addr[0] == ':' ? "localhost" : addr, port);
	return 0;
}

static void on_watchdog(uv_timer_t *t)
{
	(void)t;
	tell(DW_NOTIFY_WATCHDOG);
}

/* Tell the service manager that the loop turns. */
static void start_watchdog(struct dw_server *s)
{
	unsigned ms = s->hooks->is_local_only ? 0 : dw_notify_watchdog_ms();

	if (ms > 0)
		(void)uv_timer_start(&s->watchdog, on_watchdog, ms, ms);
}

static int build(struct dw_server *s, struct dw_err *err)
{
	int rc;

	s->timers = dw_timers_create(&s->loop, DEADLINE_STEP_MS);
	(void)uv_async_init(&s->loop.uv, &s->stop, on_stop_asked);
	(void)uv_timer_init(&s->loop.uv, &s->watchdog);
	s->stop.data = s;
	s->has_handles = true;
	rc = open_engine(s, err);
	if (rc == 0)
		rc = open_api(s, err);
	if (rc == 0)
		rc = open_net(s, err);
	if (rc == 0)
		rc = listen_all(s, err);
	if (rc == 0)
		rc = open_poll(s, err);
	return rc == 0 ? open_courier(s, err) : rc;
}

static void raise_open_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &l);
	}
}

static void set_log_level(const char *name)
{
	dw_log_set_level(strcmp(name, "debug") == 0   ? DW_LOG_DEBUG
			 : strcmp(name, "warn") == 0  ? DW_LOG_WARN
			 : strcmp(name, "error") == 0 ? DW_LOG_ERROR
						      : DW_LOG_INFO);
}

static int serve(struct dw_server *s, struct dw_err *err)
{
	int rc = dw_loop_init(&s->loop, err);

	if (rc < 0)
		return rc;
	if (!s->hooks->is_local_only) {
		set_log_level(s->conf->log_level);
		raise_open_files();
		dw_loop_on_stop(&s->loop, on_signal, s);
	}
	rc = build(s, err);
	if (rc < 0 && s->engine == NULL) {
		abandoned = s;
		return rc;
	}
	if (rc < 0) {
		begin_stop(s);
	} else {
		start_watchdog(s);
		if (s->hooks->on_ready != NULL)
			s->hooks->on_ready(s->hooks->ctx, s,
					   s->hooks->is_local_only ? NULL : s->url);
		if (!s->hooks->is_local_only)
			tell(DW_NOTIFY_READY);
	}
	dw_loop_run(&s->loop);
	dw_loop_fini(&s->loop);
	return rc;
}

int dw_server_run(const struct dw_config *conf, const struct dw_server_hooks *hooks,
		  struct dw_err *err)
{
	struct dw_server *s;
	int rc;

	s = calloc(1, sizeof(*s));
	DW_INVARIANT(s != NULL);
	s->conf = conf;
	s->hooks = hooks;
	rc = dw_server_socket(conf->data, s->socket, sizeof(s->socket), err);
	if (rc == 0)
		rc = dw_store_lock(conf->data, &s->lock, err);
	if (rc == 0) {
		rc = serve(s, err);
		if (s == abandoned)
			return rc;
		close(s->lock);
	}
	free(s->names);
	free(s);
	return rc;
}
