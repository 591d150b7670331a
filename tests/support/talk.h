/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TESTS_TALK_H
#define DW_TESTS_TALK_H
/* What the tests of connections say, and what they expect to hear. */
#include "netrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#define POST(path, fields) "POST " path " HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

static char buf[64 * 1024]; /* what was heard last */

static inline void send_text(int fd, const char *text)
{
	netrig_send(fd, text, strlen(text), 0);
}

/* Sends, and reads until `needle` has come. */
static inline void expect(int fd, const char *text, const char *needle)
{
	send_text(fd, text);
	(void)netrig_read_until(fd, buf, sizeof(buf), needle, LONG_MS);
	if (strstr(buf, needle) == NULL)
		fail_msg("wanted \"%s\", got \"%s\"", needle, buf);
}

static inline void expect_end(int fd)
{
	char rest[4096];
	bool eof;

	(void)netrig_read(fd, rest, sizeof(rest), LONG_MS, &eof);
	assert_true(eof);
	close(fd);
}

#endif
