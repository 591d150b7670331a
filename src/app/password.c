/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * password.c - where a command gets a password from.
 *
 * On a terminal it is asked for twice, without echo. Otherwise the first line of standard input
 * is it, so that `pass show room | diwan user add …` works; nothing there (</dev/null, or a pipe
 * that stays silent, as a program's child has it) means that the server makes one. Never an argument or an environment variable: others can read those.
 */
#include "cli_int.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define PATIENCE_MS 10000

static int read_line(int fd, char *out, size_t size, struct dw_err *err)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t k = read(fd, &c, 1);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return dw_fail(err, DW_EIO, "reading the password: %s",
				       strerror(errno));
		if (k == 0 || c == '\n')
			break;
		if (n + 1 >= size)
			return dw_fail(err, DW_ETOOBIG,
				       "the password is longer than %zu bytes", size - 1);
		out[n++] = c;
	}
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	return 0;
}

static int ask(const char *prompt, char *out, size_t size, struct dw_err *err)
{
	struct termios old, quiet;
	int rc;

	fputs(prompt, stderr);
	fflush(stderr);
	if (tcgetattr(STDIN_FILENO, &old) < 0)
		return dw_fail(err, DW_EIO, "asking for the password: %s",
			       strerror(errno));
	quiet = old;
	quiet.c_lflag &= (tcflag_t) ~(ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	rc = read_line(STDIN_FILENO, out, size, err);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	fputc('\n', stderr);
	return rc;
}

static int ask_twice(char *out, size_t size, struct dw_err *err)
{
	char again[1024];
	int rc = ask("Password (empty: one is made): ", out, size, err);

	if (rc < 0 || out[0] == '\0')
		return rc;
	rc = ask("Once more: ", again, sizeof(again), err);
	if (rc == 0 && strcmp(out, again) != 0)
		rc = dw_fail(err, DW_EINVAL,
			     "the two passwords differ; nothing was changed");
	sodium_memzero(again, sizeof(again));
	return rc;
}

int dw_password_read(char *out, size_t size, struct dw_err *err)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	out[0] = '\0';
	if (isatty(STDIN_FILENO))
		return ask_twice(out, size, err);
	if (poll(&in, 1, PATIENCE_MS) == 0) {
		fputs("diwan: nothing came on standard input, so a password is made\n",
		      stderr);
		return 0;
	}
	if ((in.revents & POLLNVAL) != 0)
		return 0; /* closed: there is none */
	return read_line(STDIN_FILENO, out, size, err);
}
