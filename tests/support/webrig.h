/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef WEBRIG_H
#define WEBRIG_H
/*
 * A small HTTP server on the test's own loop: one answer for everybody, or a wait until there is
 * one. Connections are closed after an answer.
 */
#include "rt/loop.h"

struct peer;

struct web {
	uv_tcp_t tcp;
	int port;
	/* bytes for a request, by its text; NULL: `answer` for all */
	const char *(*choose)(struct web *w, const char *request);
	const char *answer;   /* NULL: let them wait */
	struct peer *waiting; /* for their answer */
	unsigned n_asked, n_waiting, most_waiting, n_open;
	char last[4000]; /* request */
};

/** Listen on the address; port 0 picks one. */
void web_open(struct web *w, struct dw_loop *loop, const char *address, int port);
/** Hang up on everybody and stop listening; runs the loop until that is done. */
void web_close(struct web *w);
/** Let those who wait have this answer, and everybody from now on. Static text. */
void web_answer(struct web *w, const char *text);

#endif
