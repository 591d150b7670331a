/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * err.c - error codes as names, statuses and sentences, and the text that travels beside them.
 *
 * The deepest frame that knows the reason writes it; outer frames put before it where it
 * happened. Text is made in a buffer of its own first, so that a caller may quote the message
 * that is being replaced.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MSG_SIZE sizeof(((struct dw_err *)NULL)->msg)

static const struct {
	int code;
	int status;
	const char *name;
	const char *title;
} table[] = {
#define DW_ERR_ROW(name, number, status, text) { (number), (status), #name, (text) },
	DW_ERR_MAP(DW_ERR_ROW)
#undef DW_ERR_ROW
};

/* The numbers are consecutive from -1001 down, so a code is its own index. */
static size_t row_of(int code)
{
	const size_t rows = sizeof(table) / sizeof(table[0]);
	size_t i = code <= -1001 ? (size_t)(-1001 - code) : rows;

	if (i >= rows)
		i = (size_t)(-1001 - DW_EINTERNAL);
	DW_INVARIANT(table[i].code == code || table[i].code == DW_EINTERNAL);
	return i;
}

const char *dw_err_name(int code)
{
	return code == 0 ? "OK" : table[row_of(code)].name;
}

int dw_err_status(int code)
{
	return code == 0 ? 200 : table[row_of(code)].status;
}

const char *dw_err_title(int code)
{
	return code == 0 ? "OK" : table[row_of(code)].title;
}

const char *dw_err_text(const struct dw_err *err)
{
	return err->msg[0] != '\0' ? err->msg : dw_err_title(err->code);
}

/* Cut text must not end within a UTF-8 sequence: it may go out as JSON. */
static void trim_utf8(char *z)
{
	size_t n = strlen(z), back = 0;
	unsigned char c;

	while (back < n && back < 3 && ((unsigned char)z[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == n)
		return;
	c = (unsigned char)z[n - 1 - back];
	if ((c >= 0xf0 && back < 3) || (c >= 0xe0 && c < 0xf0 && back < 2) ||
	    (c >= 0xc0 && c < 0xe0 && back < 1))
		z[n - 1 - back] = '\0';
}

int dw_fail(struct dw_err *err, int code, const char *fmt, ...)
{
	char text[MSG_SIZE];
	va_list ap;
	int n;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= sizeof(text))
		trim_utf8(text);
	memcpy(err->msg, text, sizeof(text));
	err->code = code;
	err->sys = 0;
	return code;
}

int dw_wrap(struct dw_err *err, int code, const char *fmt, ...)
{
	char where[MSG_SIZE], text[2 * MSG_SIZE + 4];
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	if (vsnprintf(where, sizeof(where), fmt, ap) < 0)
		where[0] = '\0';
	va_end(ap);
	if (err->code == 0)
		err->code = code;
	snprintf(text, sizeof(text), "%s: %s", where, dw_err_text(err));
	if (strlen(text) >= MSG_SIZE) {
		text[MSG_SIZE - 1] = '\0';
		trim_utf8(text);
	}
	memcpy(err->msg, text, MSG_SIZE);
	err->code = code;
	return code;
}

void dw_panic(const char *kind, const char *expr, const char *file, int line)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "diwan: %s failed at %s:%d: %s\n", kind,
			 file, line, expr);

	if (n > 0) {
		size_t len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
		ssize_t done = write(STDERR_FILENO, text, len);

		(void)done; /* nothing is left to be done about it */
	}
	abort();
}
