/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sse.c - line by line, without copying unless a read ends within a line. Two or three memchr a
 * message: 0.1 us, so that the generator's core is left to the kernel.
 */
#include "lib/sse.h"
#include "lib/sock.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX (64u * 1024)

void bench_mark_put(char out[BENCH_MARK], uint64_t sent, uint32_t number)
{
	static const char digit[] = "0123456789abcdef";

	out[0] = '@';
	for (int i = 16; i > 0; i--, sent >>= 4)
		out[i] = digit[sent & 15];
	out[17] = '.';
	for (int i = 25; i > 17; i--, number >>= 4)
		out[i] = digit[number & 15];
}

static bool get_hex(const char *p, int n, uint64_t *out)
{
	uint64_t v = 0;
	bool is_hex = true;

	for (int i = 0; i < n; i++) { /* without branches: it is read for each message */
		unsigned digit = (unsigned char)p[i] - '0', letter = digit - ('a' - '0');

		v = v << 4 | ((digit < 10 ? digit : letter + 10) & 15);
		is_hex &= (digit < 10) | (letter < 6);
	}
	*out = v;
	return is_hex;
}

static void find_mark(struct bench_sse *s, const char *p, size_t n)
{
	const char *end = p + n;
	uint64_t sent, number;

	while ((p = memchr(p, '@', (size_t)(end - p))) != NULL && end - p >= BENCH_MARK) {
		if (p[17] == '.' && get_hex(p + 1, 16, &sent) &&
		    get_hex(p + 18, 8, &number)) {
			s->mark = (struct bench_mark){ sent, (uint32_t)number };
			s->has_mark = true;
			return;
		}
		p++;
	}
}

/* Returns true when the line ends a message of ours. */
static bool take_line(struct bench_sse *s, const char *p, size_t n)
{
	bool is_end;

	if (n > 0 && p[n - 1] == '\r')
		n--;
	if (n > 5 && p[0] == 'd') {
		find_mark(s, p, n);
	} else if (n > 3 && p[0] == 'i' && p[2] == ':') {
		size_t skip = p[3] == ' ' ? 4 : 3;

		if (n - skip < BENCH_ID_MAX) {
			memcpy(s->id, p + skip, n - skip);
			s->id[n - skip] = '\0';
		}
	}
	if (n > 0)
		return false;
	is_end = s->has_mark;
	s->has_mark = false;
	return is_end;
}

static void keep(struct bench_sse *s, const char *p, size_t n)
{
	if (s->n + n > LINE_MAX)
		bench_die("a line of the stream is longer than %u bytes", LINE_MAX);
	if (s->n + n > s->cap) {
		s->cap = (uint32_t)(s->n + n + 512);
		s->carry = realloc(s->carry, s->cap);
		if (s->carry == NULL)
			bench_die("out of memory");
	}
	memcpy(s->carry + s->n, p, n);
	s->n += (uint32_t)n;
}

void bench_sse_feed(struct bench_sse *s, const char *p, size_t n, bench_frame_cb cb,
		    void *data)
{
	const char *end = p + n;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		bool is_message;

		if (nl == NULL) {
			keep(s, p, (size_t)(end - p));
			return;
		}
		if (s->n > 0) {
			keep(s, p, (size_t)(nl - p));
			is_message = take_line(s, s->carry, s->n);
			s->n = 0;
		} else {
			is_message = take_line(s, p, (size_t)(nl - p));
		}
		if (is_message)
			cb(data, &s->mark);
		p = nl + 1;
	}
	/* An idle stream keeps no buffer. */
	free(s->carry);
	s->carry = NULL;
	s->cap = 0;
}

void bench_sse_reset(struct bench_sse *s)
{
	free(s->carry);
	s->carry = NULL;
	s->n = s->cap = 0;
	s->has_mark = false;
}
