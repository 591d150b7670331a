/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* apirig.c - see the header. Nothing but the async handle is touched from two threads. */
#include "apirig.h"

#include "enginerig.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct apirig_inside {
	struct apirig *rig;
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	struct dw_files *files;
	struct dw_api *api;
	struct dw_net *net;
	struct dw_net_conf conf;
	const char *public_url;
	uv_async_t stop, call;
	void (*fn)(struct dw_engine *e, void *data); /* to be called */
	void *fn_data;
	sem_t told; /* fn is there; libuv's own order is not seen by the sanitizer */
	sem_t called;
	pthread_t thread;
	sem_t ready;
	int lock; /* of the folder */
};

static void must(bool ok, const char *what, const struct dw_err *err)
{
	if (ok)
		return;
	fprintf(stderr, "apirig: %s: %s\n", what, err != NULL ? dw_err_text(err) : "");
	abort();
}

static void on_engine_closed(void *data)
{
	struct apirig_inside *in = data;

	dw_timers_close(in->timers);
	dw_loop_close(&in->loop);
}

static void on_net_closed(void *data)
{
	struct apirig_inside *in = data;

	dw_net_destroy(in->net);
	dw_api_destroy(in->api);
	if (in->rig->on_api_gone != NULL)
		in->rig->on_api_gone();
	dw_files_destroy(in->files);
	dw_engine_close(in->engine, on_engine_closed, in);
}

static void on_stop(uv_async_t *h)
{
	struct apirig_inside *in = h->data;

	uv_close((uv_handle_t *)h, NULL);
	uv_close((uv_handle_t *)&in->call, NULL);
	dw_api_close_streams(in->api);
	dw_net_close(in->net, 2000, on_net_closed, in);
}

static void on_call(uv_async_t *h)
{
	struct apirig_inside *in = h->data;

	sem_wait(&in->told);
	in->fn(in->engine, in->fn_data);
	sem_post(&in->called);
}

void apirig_on_loop(struct apirig *r, void (*fn)(struct dw_engine *e, void *data),
		    void *data)
{
	r->in->fn = fn;
	r->in->fn_data = data;
	sem_post(&r->in->told);
	uv_async_send(&r->in->call);
	sem_wait(&r->in->called);
}

static void open_all(struct apirig_inside *in)
{
	struct dw_err err = { 0 };
	struct dw_engine_conf engine = { .dir = in->rig->folder,
					 .loop = &in->loop,
					 .clock = dw_clock_system(),
					 .ring_bytes = 1024 * 1024,
					 .session_idle_s = 3600,
					 .session_absolute_s = 86400,
					 .sign_in_per_minute = 1000 };
	struct dw_api_conf api = { .public_url = in->public_url,
				   .streams_per_session = 8,
				   .streams_per_account = 32,
				   .streams_per_address = 256,
				   .heartbeat_s = 15,
				   .max_mention_bytes = 256 * 1024,
				   .max_batch_bytes = 1024 * 1024 };
	struct dw_net_limits limits = DW_NET_LIMITS_DEFAULT;

	must(dw_loop_init(&in->loop, &err) == 0, "loop", &err);
	must(dw_store_lock(in->rig->folder, &in->lock, &err) == 0, "lock", &err);
	engine.timers = in->timers = dw_timers_create(&in->loop, 50);
	must(dw_engine_open(&in->engine, &engine, &err) == 0, "engine", &err);
	must(dw_files_create(&in->files, NULL, NULL, engine.clock, &err) == 0, "files",
	     &err);
	must(dw_api_create(&in->api, in->engine, in->timers, &in->loop, in->files, &api,
			   &err) == 0,
	     "api", &err);
	in->conf = (struct dw_net_conf){ .limits = limits,
					 .guard = dw_api_guard,
					 .ctx = in->api,
					 .problem = dw_api_problem,
					 .decorate = dw_api_decorate };
	must(dw_net_create(&in->net, &in->loop, in->timers, &in->conf, dw_api_routes(),
			   &err) == 0,
	     "net", &err);
	dw_api_set_net(in->api, in->net);
	must(dw_net_listen(in->net, "127.0.0.1:0", &in->rig->port, &err) == 0, "listen",
	     &err);
	must(dw_net_listen_local(in->net, in->rig->socket, &err) == 0, "socket", &err);
	must(uv_async_init(&in->loop.uv, &in->stop, on_stop) == 0, "async", NULL);
	must(uv_async_init(&in->loop.uv, &in->call, on_call) == 0, "async", NULL);
	in->stop.data = in->call.data = in;
}

static void *run(void *data)
{
	struct apirig_inside *in = data;

	open_all(in);
	sem_post(&in->ready);
	dw_loop_run(&in->loop);
	dw_loop_fini(&in->loop);
	return NULL;
}

void apirig_start(struct apirig *r, const char *public_url)
{
	struct apirig_inside *in = calloc(1, sizeof(*in));

	must(in != NULL, "memory", NULL);
	alarm(300);
	dw_account_cost_for_tests(16384, 1);
	snprintf(r->folder, sizeof(r->folder), P_tmpdir "/apirig.XXXXXX");
	must(mkdtemp(r->folder) != NULL, "folder", NULL);
	snprintf(r->socket, sizeof(r->socket), "%s/control.sock", r->folder);
	r->in = in;
	in->rig = r;
	in->public_url = public_url;
	sem_init(&in->ready, 0, 0);
	sem_init(&in->told, 0, 0);
	sem_init(&in->called, 0, 0);
	must(pthread_create(&in->thread, NULL, run, in) == 0, "thread", NULL);
	sem_wait(&in->ready);
}

static void remove_folder(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	char path[512];

	must(d != NULL, "opening the folder", NULL);
	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
	must(rmdir(folder) == 0, "removing the folder", NULL);
}

void apirig_stop(struct apirig *r)
{
	uv_async_send(&r->in->stop);
	pthread_join(r->in->thread, NULL);
	sem_destroy(&r->in->ready);
	sem_destroy(&r->in->told);
	sem_destroy(&r->in->called);
	close(r->in->lock);
	free(r->in);
	remove_folder(r->folder);
	alarm(0);
}

/* ---- the other side ---- */

static int dial(const struct apirig *r, bool is_local)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)r->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	snprintf(un.sun_path, sizeof(un.sun_path), "%.*s", (int)sizeof(un.sun_path) - 1,
		 r->socket);
	rc = is_local ? connect(fd, (struct sockaddr *)&un, sizeof(un))
		      : connect(fd, (struct sockaddr *)&in, sizeof(in));
	must(fd >= 0 && rc == 0, "connect", NULL);
	return fd;
}

static void split(char *text, struct apirig_reply *out)
{
	char *end = strstr(text, "\r\n\r\n");

	must(end != NULL && sscanf(text, "HTTP/1.1 %d", &out->status) == 1, "an answer",
	     NULL);
	*end = '\0';
	snprintf(out->head, sizeof(out->head), "%.*s\r\n", (int)sizeof(out->head) - 3,
		 text);
	snprintf(out->body, sizeof(out->body), "%.*s", (int)sizeof(out->body) - 1,
		 end + 4);
}

void apirig_ask(const struct apirig *r, const char *method, const char *path,
		const char *headers, const char *body, struct apirig_reply *out)
{
	static _Thread_local char text[128 * 1024];
	bool is_local = path[0] == '@';
	size_t n = 0, len = body != NULL ? strlen(body) : 0;
	int fd = dial(r, is_local);
	ssize_t got;

	n = (size_t)snprintf(text, sizeof(text),
			     "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s", method,
			     path + is_local, r->port, headers);
	if (body != NULL)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "Content-Length: %zu\r\n", len);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "Connection: close\r\n\r\n%s",
			      body != NULL ? body : "");
	must(n < sizeof(text) && write(fd, text, n) == (ssize_t)n, "sending", NULL);
	for (n = 0; (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0;
	     n += (size_t)got)
		;
	close(fd);
	text[n] = '\0';
	split(text, out);
}

void apirig_member(const char *json, const char *key, char *out, size_t cap)
{
	char what[64];
	const char *p;
	size_t n;

	snprintf(what, sizeof(what), "\"%s\":\"", key);
	p = strstr(json, what);
	out[0] = '\0';
	if (p == NULL)
		return;
	p += strlen(what);
	n = strcspn(p, "\"");
	snprintf(out, cap, "%.*s", (int)n, p);
}

void apirig_cookie(const char *head, char *out, size_t cap)
{
	const char *p = strstr(head, "\r\nSet-Cookie: ");

	out[0] = '\0';
	if (p == NULL)
		return;
	p += strlen("\r\nSet-Cookie: ");
	snprintf(out, cap, "%.*s", (int)strcspn(p, ";\r"), p);
}

/* ---- the first admin ---- */

void apirig_set_up(struct apirig *r)
{
	static struct apirig_reply re;
	char path[128], body[512];

	apirig_ask(r, "POST", "@/control/setup-link", APIRIG_JSON, "{}", &re);
	apirig_member(re.body, "path", path, sizeof(path));
	must(re.status == 201 && strncmp(path, "/setup#", 7) == 0, "set-up link", NULL);
	snprintf(body, sizeof(body),
		 "{\"token\":\"%s\",\"username\":\"root\",\"password\":\"" APIRIG_PASSWORD
		 "\"}",
		 path + 7);
	apirig_ask(r, "POST", "/api/v1/setup", APIRIG_JSON, body, &re);
	apirig_member(re.body, "csrf", r->csrf, sizeof(r->csrf));
	apirig_cookie(re.head, r->cookie, sizeof(r->cookie));
	must(re.status == 201 && strlen(r->csrf) == 43, "set-up", NULL);
}

void apirig_token(const struct apirig *r, const char *scopes, char *token, size_t cap,
		  struct apirig_reply *out)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"name\":\"t\",\"scopes\":[%s]}", scopes);
	apirig_ask(r, "POST", "@/api/v1/tokens", APIRIG_JSON, body, out);
	apirig_member(out->body, "token", token, cap);
	must(out->status == 201 && strlen(token) == 47, "token", NULL);
}

const char *apirig_as_admin(const struct apirig *r, const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Cookie: %s\r\n%s", r->cookie, more);
	return headers;
}

const char *apirig_with_csrf(const struct apirig *r, const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Cookie: %s\r\nX-CSRF-Token: %s\r\n%s",
		 r->cookie, r->csrf, more);
	return headers;
}

const char *apirig_bearer(const char *token, const char *more)
{
	static char headers[2048];

	snprintf(headers, sizeof(headers), "Authorization: Bearer %s\r\n%s", token, more);
	return headers;
}
