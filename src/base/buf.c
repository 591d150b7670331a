/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * buf.c - growable bytes with a ceiling that is set when they are made.
 *
 * Memory doubles until the ceiling, so adding is amortised constant. Whoever fills a buffer with
 * a peer's bytes gets DW_ETOOBIG at the ceiling, and also when memory is out: both mean that this
 * peer does not get what it wants, and nothing else breaks.
 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void dw_buf_init(struct dw_buf *b, size_t max)
{
	DW_REQUIRE(max > 0);
	/* one byte less than everything, so that there is room for the NUL */
	*b = (struct dw_buf){ NULL, 0, 0, max < SIZE_MAX ? max : SIZE_MAX - 1 };
}

void dw_buf_fini(struct dw_buf *b)
{
	free(b->p);
	b->p = NULL;
	b->len = 0;
	b->cap = 0;
}

void dw_buf_clear(struct dw_buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void dw_buf_consume(struct dw_buf *b, size_t n)
{
	DW_REQUIRE(n <= b->len);
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->len - n + 1);
	b->len -= n;
}

/* Make room for `need` bytes and a NUL. */
static bool grow(struct dw_buf *b, size_t need)
{
	size_t cap = b->cap < 64 ? 64 : b->cap;
	char *p;

	while (cap <= need && cap <= b->max / 2)
		cap *= 2;
	if (cap <= need || cap > b->max)
		cap = b->max + 1;
	p = realloc(b->p, cap);
	if (p == NULL)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

char *dw_buf_reserve(struct dw_buf *b, size_t n)
{
	if (n > b->max - b->len)
		return NULL;
	if (b->len + n >= b->cap && !grow(b, b->len + n))
		return NULL;
	b->p[b->len + n] = '\0';
	return b->p + b->len;
}

int dw_buf_add(struct dw_buf *b, const void *p, size_t n)
{
	char *to = dw_buf_reserve(b, n);

	if (to == NULL)
		return DW_ETOOBIG;
	if (n > 0)
		memcpy(to, p, n);
	b->len += n;
	return 0;
}

int dw_buf_addz(struct dw_buf *b, const char *z)
{
	return dw_buf_add(b, z, strlen(z));
}

int dw_buf_addc(struct dw_buf *b, char c)
{
	char *to = dw_buf_reserve(b, 1);

	if (to == NULL)
		return DW_ETOOBIG;
	*to = c;
	b->len++;
	return 0;
}

int dw_buf_addf(struct dw_buf *b, const char *fmt, ...)
{
	char text[256], *to;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	DW_REQUIRE(n >= 0);
	if ((size_t)n < sizeof(text))
		return dw_buf_add(b, text, (size_t)n);
	to = dw_buf_reserve(b, (size_t)n);
	if (to == NULL)
		return DW_ETOOBIG;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

int dw_buf_addu(struct dw_buf *b, uint64_t n)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return dw_buf_add(b, text + at, sizeof(text) - at);
}
