/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* netrig_client.c - the blocking sockets of netrig.h, which the server's thread knows nothing of. */
#include "netrig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "netrig: %s\n", what);
	abort();
}

int netrig_connect_narrow(const struct netrig *r, int bytes)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)r->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0, "socket");
	if (bytes > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	must(connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0, "connect");
	return fd;
}

int netrig_connect(const struct netrig *r)
{
	return netrig_connect_narrow(r, 0);
}

int netrig_connect_local(const struct netrig *r)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", r->path);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0,
	     "connect local");
	return fd;
}

void netrig_send(int fd, const char *p, size_t n, size_t step)
{
	while (n > 0) {
		size_t want = step > 0 && step < n ? step : n;
		ssize_t sent = send(fd, p, want, MSG_NOSIGNAL);

		if (sent < 0)
			return;
		p += sent;
		n -= (size_t)sent;
	}
}

size_t netrig_read(int fd, char *buf, size_t cap, int ms, bool *eof)
{
	size_t n = 0;

	*eof = false;
	while (n + 1 < cap) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&pfd, 1, ms) <= 0)
			break;
		got = recv(fd, buf + n, cap - 1 - n, 0);
		if (got <= 0) {
			*eof = true;
			break;
		}
		n += (size_t)got;
	}
	buf[n] = '\0';
	return n;
}

size_t netrig_read_until(int fd, char *buf, size_t cap, const char *needle, int ms)
{
	size_t n = 0;

	buf[0] = '\0';
	while (n + 1 < cap && strstr(buf, needle) == NULL) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t got =
			poll(&pfd, 1, ms) > 0 ? recv(fd, buf + n, cap - 1 - n, 0) : 0;

		if (got <= 0)
			break;
		n += (size_t)got;
		buf[n] = '\0';
	}
	return n;
}

size_t netrig_ask(const struct netrig *r, const char *text, char *buf, size_t cap)
{
	int fd = netrig_connect(r);
	size_t n;
	bool eof;

	netrig_send(fd, text, strlen(text), 0);
	shutdown(fd, SHUT_WR);
	n = netrig_read(fd, buf, cap, LONG_MS, &eof);
	close(fd);
	return n;
}

int netrig_status(const char *reply)
{
	return strncmp(reply, "HTTP/1.1 ", 9) == 0 ? atoi(reply + 9) : 0;
}

int netrig_replies(const char *text)
{
	int n = 0;

	for (const char *p = strstr(text, "HTTP/1.1 "); p != NULL;
	     p = strstr(p + 1, "HTTP/1.1 "))
		n += netrig_status(p) >= 200;
	return n;
}

int netrig_count(const char *text, const char *needle)
{
	int n = 0;

	for (const char *p = strstr(text, needle); p != NULL; p = strstr(p + 1, needle))
		n++;
	return n;
}
