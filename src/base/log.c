/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * log.c - one line per fact, in one write.
 *
 * A line is made on the stack and goes out whole, so that lines of several threads do not mix and
 * logging needs neither lock nor memory. What does not fit is cut and ends in "...". Control
 * bytes are written as \xNN: nobody outside can make a line of his own.
 */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048u

static atomic_int least_level = DW_LOG_INFO;

void dw_log_set_level(enum dw_log_level least)
{
	atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
}

static size_t escape(char *out, size_t room, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *text != '\0' && n + 8 <= room; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c != 0x7f) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	if (*text != '\0') {
		memcpy(out + n, "...", 3);
		n += 3;
	}
	return n;
}

void dw_log(enum dw_log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES], time[DW_TIME_MAX];
	va_list ap;
	ssize_t done;
	size_t n;
	int head;

	if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	dw_time_format(time, dw_now_us(dw_clock_system()));
	head = snprintf(line, 256, "time=%s level=%s event=%.160s%s", time, names[level],
			event, text[0] != '\0' ? " " : "");
	n = head > 0 ? (size_t)head : 0;
	n += escape(line + n, sizeof(line) - n - 1, text);
	line[n++] = '\n';
	done = write(STDERR_FILENO, line, n);
	(void)done; /* where would we complain? */
}
