/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * listener.c - where connections come in, and how many.
 *
 * A connection over the limit is told so with a 503 that costs no parsing, and lingers a moment
 * so that the answer arrives; when many come at once even that is saved and it is just closed.
 * Running out of descriptors is libuv's spare-descriptor trick: the connection is taken and
 * dropped, instead of a listener that is readable for ever.
 *
 * The peer's number of connections is kept by address. A trusted proxy has no limit of its
 * own: behind it is everybody. Behind another address may be a whole office with one machine in it that
 * opens connections and asks nothing (slow heads, slow bodies): those make room, the oldest
 * first, for whoever comes from there. Who has asked once is never displaced.
 *
 * The control socket is a file that only our own user can open, and SO_PEERCRED is asked all the
 * same: a folder with wrong rights must not make an operator of everyone.
 */
#include "net_int.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8192 /* the kernel cuts it to net.core.somaxconn */
#define REFUSED_MAX 256

struct dw_peer *dw_peer_ref(struct dw_net *n, const char *text)
{
	struct dw_peer *p = dw_map_get(n->peers, dw_str_of(text));

	if (p == NULL) {
		p = calloc(1, sizeof(*p));
		DW_INVARIANT(p != NULL);
		snprintf(p->text, sizeof(p->text), "%s", text);
		dw_list_init(&p->newcomers);
		(void)dw_map_put(n->peers, dw_str_of(p->text), p);
	}
	p->refs++;
	return p;
}

void dw_peer_unref(struct dw_net *n, struct dw_peer *p)
{
	if (--p->refs > 0)
		return;
	(void)dw_map_remove(n->peers, dw_str_of(p->text));
	free(p);
}

/* ---- accepting ---- */

static void refuse(struct dw_conn *c)
{
	static char text[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
			     "Content-Length: 0\r\nConnection: close\r\n\r\n";
	uv_buf_t buf = uv_buf_init(text, sizeof(text) - 1);
	struct dw_net *n = c->net;

	n->stats.connections_refused++;
	if (n->n_refused >= REFUSED_MAX || uv_try_write(&c->u.stream, &buf, 1) < 0) {
		dw_conn_close(c, false);
		return;
	}
	n->n_refused++;
	c->is_refused = true;
	dw_conn_linger(c);
	dw_conn_settle(c);
}

static bool is_own_user(struct dw_conn *c)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	uv_os_fd_t fd;

	return uv_fileno(&c->u.handle, &fd) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
	       len == sizeof(cred) && (cred.uid == geteuid() || cred.uid == 0);
}

/* Fills in who it is; false when the socket is dead already. */
static bool identify(struct dw_conn *c)
{
	struct sockaddr_storage sa;
	struct dw_addr addr;
	char text[48];
	int len = sizeof(sa);

	if (uv_tcp_getpeername(&c->u.tcp, (struct sockaddr *)&sa, &len) < 0)
		return false;
	dw_addr_of_sockaddr((struct sockaddr *)&sa, &addr);
	dw_addr_format(&addr, text);
	c->peer = dw_peer_ref(c->net, text);
	c->is_proxy = dw_proxies_have(c->net, &addr);
	return true;
}

static bool has_room(const struct dw_conn *c)
{
	const struct dw_net_limits *l = &c->net->conf.limits;

	if (c->is_local)
		return true;
	return c->net->stats.connections_open < l->max_connections &&
	       (c->is_proxy || c->peer->conns < l->max_connections_per_peer);
}

/*
 * Room is made by a newcomer of the same address, so that nobody can be displaced by strangers.
 * What a very young one has sent may lie in the kernel, whole and unread.
 */
static bool make_room(struct dw_conn *c)
{
	struct dw_link *l = c->peer != NULL && !c->is_proxy ? &c->peer->newcomers : NULL;
	struct dw_conn *oldest;

	if (l == NULL || dw_list_empty(l))
		return false;
	oldest = DW_CONTAINER_OF(l->next, struct dw_conn, newcomer);
	if (uv_now(&c->net->loop->uv) < oldest->came_ms + c->net->conf.limits.newcomer_ms)
		return false;
	dw_conn_displace(oldest);
	return true;
}

static void on_connection(uv_stream_t *server, int status)
{
	struct dw_listener *l = server->data;
	struct dw_net *n = l->net;
	struct dw_conn *c;

	if (status < 0) { /* out of descriptors; libuv has dropped it */
		n->stats.connections_refused++;
		return;
	}
	c = dw_conn_create(n, l->is_local);
	c->u.handle.data = c;
	if (uv_accept(server, &c->u.stream) < 0 || n->is_closing ||
	    !(c->is_local ? is_own_user(c) : identify(c))) {
		dw_conn_close(c, false);
		return;
	}
	if (!has_room(c) && !make_room(c)) {
		refuse(c);
		return;
	}
	n->stats.connections_accepted++;
	n->stats.connections_open++;
	if (c->peer != NULL)
		c->peer->conns++;
	c->is_counted = true;
	c->came_ms = uv_now(&n->loop->uv);
	dw_conn_newcomer(c);
	dw_conn_start(c);
}

/* ---- listening ---- */

static struct dw_listener *listener_create(struct dw_net *n, bool is_local)
{
	struct dw_listener *l = calloc(1, sizeof(*l));

	DW_INVARIANT(l != NULL);
	l->net = n;
	l->is_local = is_local;
	if (is_local)
		(void)uv_pipe_init(&n->loop->uv, &l->u.pipe, 0);
	else
		(void)uv_tcp_init(&n->loop->uv, &l->u.tcp);
	l->u.handle.data = l;
	dw_list_push(&n->listeners, &l->link);
	return l;
}

static void on_listener_closed(uv_handle_t *h)
{
	struct dw_listener *l = h->data;
	struct dw_net *n = l->net;

	dw_list_remove(&l->link);
	free(l);
	dw_net_check_closed(n);
}

void dw_listener_close(struct dw_listener *l)
{
	if (!uv_is_closing(&l->u.handle))
		uv_close(&l->u.handle, on_listener_closed);
}

/* HOST:PORT or [v6]:PORT into two strings. */
static int split_address(const char *addr, char *host, size_t host_size, char *port,
			 size_t port_size, struct dw_err *err)
{
	const char *colon = strrchr(addr, ':');
	size_t n = colon != NULL ? (size_t)(colon - addr) : 0;
	uint64_t number;

	if (colon == NULL || dw_str_u64(dw_str_of(colon + 1), &number) < 0 ||
	    number > 65535)
		return dw_fail(err, DW_EINVAL, "\"%s\" is not HOST:PORT", addr);
	if (n >= 2 && addr[0] == '[' && addr[n - 1] == ']') {
		addr++;
		n -= 2;
	} else if (memchr(addr, ':', n) != NULL) {
		return dw_fail(err, DW_EINVAL, "write an IPv6 address as [address]:port");
	}
	if (n >= host_size || strlen(colon + 1) >= port_size)
		return dw_fail(err, DW_EINVAL, "the name to listen on is too long");
	memcpy(host, addr, n);
	host[n] = '\0';
	snprintf(port, port_size, "%s", colon + 1);
	return 0;
}

static int resolve(const char *addr, struct sockaddr_storage *out, struct dw_err *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL, *best;
	char host[256] = "", port[8] = "";
	int rc = split_address(addr, host, sizeof(host), port, sizeof(port), err);

	if (rc < 0)
		return rc;
	if (strcmp(host, "localhost") == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	rc = getaddrinfo(host[0] != '\0' ? host : "::", port, &hints, &list);
	if (rc != 0)
		return dw_fail(err, DW_EINVAL, "cannot resolve \"%s\": %s", host,
			       gai_strerror(rc));
	best = list;
	memset(out, 0, sizeof(*out));
	memcpy(out, best->ai_addr, best->ai_addrlen);
	freeaddrinfo(list);
	return 0;
}

int dw_net_listen(struct dw_net *n, const char *addr, int *port, struct dw_err *err)
{
	struct sockaddr_storage sa;
	int rc = resolve(addr, &sa, err), len = sizeof(sa);
	struct dw_listener *l;

	if (rc < 0)
		return rc;
	l = listener_create(n, false);
	rc = uv_tcp_bind(&l->u.tcp, (struct sockaddr *)&sa, 0);
	/* inherited by what is accepted, which saves a call for each connection */
	if (rc == 0)
		rc = uv_tcp_nodelay(&l->u.tcp, 1);
	dw_net_keep_unsent(&l->u.handle, DW_NET_UNSENT);
	if (rc == 0)
		rc = uv_listen(&l->u.stream, BACKLOG, on_connection);
	if (rc == 0)
		rc = uv_tcp_getsockname(&l->u.tcp, (struct sockaddr *)&sa, &len);
	if (rc < 0) {
		dw_listener_close(l);
		rc = dw_uv_fail(err, rc, "listening");
		return dw_wrap(err, rc, "%s", addr);
	}
	if (port != NULL)
		*port = ntohs(sa.ss_family == AF_INET6
				      ? ((struct sockaddr_in6 *)(void *)&sa)->sin6_port
				      : ((struct sockaddr_in *)(void *)&sa)->sin_port);
	return 0;
}

/* Does anybody answer on this socket? A file left by a dead server refuses. */
static int remove_stale(const char *path, struct dw_err *err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, rc;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return dw_fail(err, DW_EEXISTS, "%s is there and is not a socket", path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return dw_uv_fail(err, -errno, "opening a socket");
	rc = connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ? errno : 0;
	close(fd);
	if (rc == 0 || rc == EAGAIN || rc == EINPROGRESS)
		return dw_fail(err, DW_ELOCKED, "another server answers on %s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return dw_uv_fail(err, -errno, "removing the old control socket");
	return 0;
}

int dw_net_listen_local(struct dw_net *n, const char *path, struct dw_err *err)
{
	struct sockaddr_un sa;
	struct dw_listener *l;
	mode_t mask;
	int rc;

	if (strlen(path) >= sizeof(sa.sun_path))
		return dw_fail(
			err, DW_EINVAL,
			"the path of the control socket has %zu bytes, and the system "
			"takes %zu: choose a shorter data folder",
			strlen(path), sizeof(sa.sun_path) - 1);
	rc = remove_stale(path, err);
	if (rc < 0)
		return rc;
	l = listener_create(n, true);
	mask = umask(0177);
	rc = uv_pipe_bind(&l->u.pipe, path);
	umask(mask);
	if (rc == 0 && chmod(path, 0600) < 0)
		rc = -errno;
	if (rc == 0)
		rc = uv_listen(&l->u.stream, 128, on_connection);
	if (rc == 0)
		return 0;
	dw_listener_close(l);
	rc = dw_uv_fail(err, rc, "listening");
	return dw_wrap(err, rc, "%s", path);
}
