/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef NETRIG_H
#define NETRIG_H
/*
 * A small server on a thread of its own, with one route for each thing that net can do, and
 * blocking sockets to poke it with.
 */
#include "net/server.h"

#include <poll.h>
#include <stdatomic.h>

#define LONG_MS 20000 /* nothing takes this long; only a failure waits for it */
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
/* Until it is so; for cmocka, which the test includes. */
#define WAIT_FOR(condition)                                                              \
	do {                                                                             \
		for (int i_ = 0; i_ < LONG_MS && !(condition); i_++)                     \
			(void)poll(NULL, 0, 1);                                          \
		assert_true(condition);                                                  \
	} while (0)

struct netrig {
	int port;
	char path[64];		/* control socket; empty when not asked for */
	atomic_int sinks;	/* opened and not closed */
	atomic_int sink_closes; /* on_close calls */
	atomic_int sink_eofs;	/* on_eof calls */
	atomic_int
		sink_early; /* on_close calls within the function that started the sink */
	atomic_int held;    /* requests that /held keeps */
	atomic_int body_breaks;	   /* on_body_end with an error */
	struct dw_net_stats stats; /* after netrig_stop */
	struct netrig_inside *in;
};

struct netrig_opts {
	struct dw_net_limits limits;
	const char *const *hosts;
	const char *const *proxies;
	bool is_local; /* also listen on a control socket */
	const char *
		files_dir; /* of /file/{name} and /assets/{name}; NULL: the embedded ones */
};

/*
 * Routes: GET /hello, /items/{id}, /items/special, /later (30 ms), /held (answered when the end
 * begins), /big, /copied, /lasting (8 MiB, in a blob,
 * copied, as if in the program), /half (4 MiB, copied), /long, /sized (8 MiB to a sink), /peer, /sink, /query?q=, /file/{name}, /assets/{name}; PUT and DELETE /items/{id}; POST /echo (1000
 * bytes), /upload (streamed, ?pause), /refuse (403 at the head), /denied (401 by the guard).
 */
void netrig_start(struct netrig *r, const struct netrig_opts *opts);
/** Ordered end; fills r->stats. */
void netrig_stop(struct netrig *r);
/** Offer `text` to every sink, `times` times. */
void netrig_push(struct netrig *r, const char *text, int times);
/** Stats right now. */
struct dw_net_stats netrig_stats(struct netrig *r);
/** Close every sink. */
void netrig_close_sinks(struct netrig *r);

int netrig_connect(const struct netrig *r);
/** The same with a receive buffer of so many bytes from the first packet on. */
int netrig_connect_narrow(const struct netrig *r, int bytes);
int netrig_connect_local(const struct netrig *r);
/** Ignores that the peer may have closed. step 0: all at once. */
void netrig_send(int fd, const char *p, size_t n, size_t step);
/** Until end of input, `ms` without a byte, or the buffer is full; NUL-terminated. *eof says. */
size_t netrig_read(int fd, char *buf, size_t cap, int ms, bool *eof);
/** Until `needle` has come or ms passed; NUL-terminated. */
size_t netrig_read_until(int fd, char *buf, size_t cap, const char *needle, int ms);
/** Send, shut the sending side, read to the end, close. */
size_t netrig_ask(const struct netrig *r, const char *text, char *buf, size_t cap);
/** Status of the first reply, 0 when there is none. */
int netrig_status(const char *reply);
/** Number of final replies in `text`. */
int netrig_replies(const char *text);
/** Number of times `needle` is in `text`. */
int netrig_count(const char *text, const char *needle);

#endif
