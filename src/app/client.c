/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * client.c - commands talk HTTP to a server, always.
 *
 * A folder has one writer at a time. If a server has it, its control socket takes the command;
 * if none has, this process locks the folder and runs the same server on a thread, without a
 * port, and talks to that. Between "nobody answers" and "I have the lock" another process may
 * come or go, so a refused lock means asking the socket again, for a while.
 *
 * The server that answered may also be another command's own, which ends with that command. A
 * connection that is refused is therefore a reason to look again, once per request; nothing was
 * sent, so nothing can happen twice.
 */
#include "client_int.h"

#include "server_int.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MAX (64u * 1024 * 1024)
#define LOCK_TRIES 200 /* of 50 ms */

/* The server inside this process. */
struct own {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t moved;
	struct dw_server_hooks hooks;
	const struct dw_config *conf;
	struct dw_server *server; /* set when ready */
	bool is_over;		  /* dw_server_run has returned */
	int rc;
	struct dw_err err;
};

struct dw_client {
	const struct dw_config *conf; /* NULL: remote */
	CURL *curl;
	char socket[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	char *base;	/* "http://localhost", or the URL given */
	char *bearer;	/* whole header line, or NULL */
	bool is_person; /* it keeps the cookie of a session */
	struct own *own;
	const volatile bool *abort;
};

/* ---- the own server ---- */

static void on_ready(void *ctx, struct dw_server *s, const char *url)
{
	struct own *o = ctx;

	(void)url;
	pthread_mutex_lock(&o->mutex);
	o->server = s;
	pthread_cond_signal(&o->moved);
	pthread_mutex_unlock(&o->mutex);
}

static void *run_own(void *arg)
{
	struct own *o = arg;
	int rc = dw_server_run(o->conf, &o->hooks, &o->err);

	pthread_mutex_lock(&o->mutex);
	o->rc = rc;
	o->is_over = true;
	pthread_cond_signal(&o->moved);
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

static void own_join(struct own *o)
{
	pthread_join(o->thread, NULL);
	pthread_cond_destroy(&o->moved);
	pthread_mutex_destroy(&o->mutex);
	free(o);
}

static int own_start(struct own **out, const struct dw_config *conf, struct dw_err *err)
{
	struct own *o = calloc(1, sizeof(*o));
	bool is_ready;
	int rc;

	DW_INVARIANT(o != NULL);
	pthread_mutex_init(&o->mutex, NULL);
	pthread_cond_init(&o->moved, NULL);
	o->conf = conf;
	o->hooks = (struct dw_server_hooks){ .is_local_only = true,
					     .on_ready = on_ready,
					     .ctx = o };
	DW_INVARIANT(pthread_create(&o->thread, NULL, run_own, o) == 0);
	pthread_mutex_lock(&o->mutex);
	while (o->server == NULL && !o->is_over)
		pthread_cond_wait(&o->moved, &o->mutex);
	is_ready = o->server != NULL;
	pthread_mutex_unlock(&o->mutex);
	if (is_ready) {
		*out = o;
		return 0;
	}
	rc = o->rc < 0 ? o->rc : DW_EINTERNAL;
	if (err != NULL)
		*err = o->err;
	own_join(o);
	return rc;
}

static void own_stop(struct own *o)
{
	dw_server_stop(o->server);
	own_join(o);
}

/* ---- finding the server of a folder ---- */

/* 1 = somebody answers, 0 = nobody, or DW_E…. */
static int is_served(const char *path, struct dw_err *err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc, e;

	if (fd < 0)
		return dw_fail(err, DW_EUNAVAILABLE, "opening a socket: %s",
			       strerror(errno));
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	rc = connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	e = errno;
	close(fd);
	if (rc == 0)
		return 1;
	if (e == ENOENT || e == ECONNREFUSED || e == ENOTDIR)
		return 0;
	return dw_fail(err, DW_EUNAVAILABLE, "%s: %s", path, strerror(e));
}

static void nap(void)
{
	const struct timespec t = { 0, 50 * 1000 * 1000 };

	nanosleep(&t, NULL);
}

static int ensure(struct dw_client *c, struct dw_err *err)
{
	int rc = 0;

	for (int i = 0; i < LOCK_TRIES; i++) {
		rc = is_served(c->socket, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
		rc = own_start(&c->own, c->conf, err);
		if (rc != DW_ELOCKED)
			return rc;
		nap();
	}
	return rc;
}

/* ---- making one ---- */

static struct dw_client *client_new(void)
{
	struct dw_client *c = calloc(1, sizeof(*c));

	DW_INVARIANT(c != NULL);
	c->curl = curl_easy_init();
	DW_INVARIANT(c->curl != NULL);
	return c;
}

int dw_client_local(struct dw_client **out, const struct dw_config *conf,
		    struct dw_err *err)
{
	struct dw_client *c = client_new();
	int rc;

	c->conf = conf;
	c->base = strdup("http://localhost");
	rc = dw_server_socket(conf->data, c->socket, sizeof(c->socket), err);
	if (rc == 0)
		rc = ensure(c, err);
	if (rc < 0) {
		dw_client_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

int dw_client_remote(struct dw_client **out, const char *url, const char *token,
		     struct dw_err *err)
{
	size_t n = strlen(url);
	struct dw_client *c;

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return dw_fail(err, DW_EINVAL,
			       "\"%.200s\" does not begin with http:// or https://", url);
	c = client_new();
	while (n > 0 && url[n - 1] == '/')
		n--;
	c->base = strndup(url, n);
	if (token != NULL && asprintf(&c->bearer, "Authorization: Bearer %s", token) < 0)
		c->bearer = NULL;
	DW_INVARIANT(c->base != NULL && (token == NULL || c->bearer != NULL));
	*out = c;
	return 0;
}

void dw_client_close(struct dw_client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->curl);
	if (c->own != NULL)
		own_stop(c->own);
	free(c->base);
	free(c->bearer);
	free(c);
}

void dw_client_abort_on(struct dw_client *c, const volatile bool *flag)
{
	c->abort = flag;
}

/* ---- asking ---- */

void dw_reply_init(struct dw_reply *r)
{
	memset(r, 0, sizeof(*r));
	dw_buf_init(&r->body, REPLY_MAX);
}

void dw_reply_fini(struct dw_reply *r)
{
	dw_buf_fini(&r->body);
}

static size_t on_body(char *p, size_t size, size_t n, void *data)
{
	struct dw_reply *r = data;

	return dw_buf_add(&r->body, p, size * n) == 0 ? size * n : 0;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e)
{
	const struct dw_client *c = data;

	(void)a, (void)b, (void)d, (void)e;
	return c->abort != NULL && *c->abort;
}

static struct curl_slist *headers_of(const struct dw_client *c,
				     const struct dw_call *call)
{
	struct curl_slist *list = NULL;
	char line[200];

	if (call->body.p != NULL) {
		snprintf(line, sizeof(line), "Content-Type: %s",
			 call->content_type != NULL ? call->content_type
						    : "application/json");
		list = curl_slist_append(list, line);
	}
	if (call->if_match != NULL) {
		snprintf(line, sizeof(line), "If-Match: \"%s\"", call->if_match);
		list = curl_slist_append(list, line);
	}
	if (c->bearer != NULL)
		list = curl_slist_append(list, c->bearer);
	if (c->is_person)
		list = curl_slist_append(list, "Sec-Fetch-Site: same-origin");
	return curl_slist_append(
		list, "Expect:"); /* our bodies are small: no waiting for 100 */
}

static void set_up(struct dw_client *c, const struct dw_call *call, struct dw_reply *r,
		   const char *url, struct curl_slist *headers)
{
	CURL *h = c->curl;

	curl_easy_reset(h);
	if (c->conf != NULL)
		curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, c->socket);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	if (call->body.p != NULL) {
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, call->body.p);
		curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)call->body.n);
	}
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 15L);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, 3600L);
	curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(h, CURLOPT_NOPROXY, c->conf != NULL ? "*" : NULL);
	if (c->is_person)
		curl_easy_setopt(h, CURLOPT_COOKIEFILE, ""); /* none: in memory */
	curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(h, CURLOPT_XFERINFODATA, c);
}

static int ask_once(struct dw_client *c, const struct dw_call *call, struct dw_reply *r,
		    CURLcode *how, struct dw_err *err)
{
	struct curl_slist *headers = headers_of(c, call);
	curl_off_t after = 0;
	char *url = NULL;

	DW_INVARIANT(asprintf(&url, "%s%s", c->base, call->path) >= 0);
	dw_buf_clear(&r->body);
	r->status = 0;
	set_up(c, call, r, url, headers);
	*how = curl_easy_perform(c->curl);
	curl_slist_free_all(headers);
	if (*how == CURLE_OK) {
		curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &r->status);
		curl_easy_getinfo(c->curl, CURLINFO_RETRY_AFTER, &after);
		r->retry_after_s = (long)after;
		free(url);
		return 0;
	}
	(void)dw_fail(err, DW_EUNAVAILABLE, "no answer from %s: %s",
		      c->conf != NULL ? c->socket : url, curl_easy_strerror(*how));
	free(url);
	return DW_EUNAVAILABLE;
}

int dw_client_ask(struct dw_client *c, const struct dw_call *call, struct dw_reply *r,
		  struct dw_err *err)
{
	CURLcode how;
	int rc = ask_once(c, call, r, &how, err);

	if (rc < 0 && how == CURLE_COULDNT_CONNECT && c->conf != NULL && c->own == NULL) {
		rc = ensure(c, err);
		if (rc == 0)
			rc = ask_once(c, call, r, &how, err);
	}
	return rc;
}

int dw_reply_fail(const struct dw_reply *r, struct dw_err *err)
{
	json_t *o = json_loadb(r->body.p != NULL ? r->body.p : "", r->body.len, 0, NULL);
	json_t *first = json_array_get(json_object_get(o, "errors"), 0);
	const char *detail = json_string_value(json_object_get(o, "detail"));
	const char *title = json_string_value(json_object_get(o, "title"));
	const char *at = json_string_value(json_object_get(first, "pointer"));
	const char *why = json_string_value(json_object_get(first, "detail"));
	int code = r->status == 409   ? DW_ECONFLICT
		   : r->status == 404 ? DW_ENOTFOUND
		   : r->status >= 500 ? DW_EUNAVAILABLE
				      : DW_EINVAL;

	if (detail == NULL)
		detail = title;
	if (detail == NULL)
		(void)dw_fail(err, code, "the server answered with status %ld",
			      r->status);
	else if (at != NULL && why != NULL && strcmp(why, detail) != 0)
		(void)dw_fail(err, code, "%s (%s: %s)", detail, at, why);
	else
		(void)dw_fail(err, code, "%s", detail);
	json_decref(o);
	return code;
}

int dw_client_call(struct dw_client *c, const struct dw_call *call, struct dw_reply *r,
		   struct dw_err *err)
{
	int rc = dw_client_ask(c, call, r, err);

	if (rc < 0)
		return rc;
	return r->status >= 200 && r->status < 300 ? 0 : dw_reply_fail(r, err);
}

int dw_client_sign_in(struct dw_client *c, const char *name, const char *password,
		      struct dw_err *err)
{
	json_t *o = json_pack("{s:s,s:s}", "username", name, "password", password);
	char *body = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	struct dw_reply r;
	int rc;

	DW_REQUIRE(c->conf == NULL && c->bearer == NULL);
	DW_INVARIANT(body != NULL);
	c->is_person = true;
	dw_reply_init(&r);
	rc = dw_client_call(c,
			    &(struct dw_call){ .method = "POST",
					       .path = "/api/v1/session",
					       .body = dw_str_of(body) },
			    &r, err);
	dw_reply_fini(&r);
	json_decref(o);
	free(body);
	return rc;
}
