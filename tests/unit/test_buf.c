/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_buf.c - a buffer against a plain array, up to its ceiling and never beyond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "seeded.h"

#include <stdio.h>
#include <stdlib.h>

struct model {
	char bytes[512];
	size_t len, max;
};

static void model_add(struct model *m, int rc, const char *p, size_t n)
{
	if (m->len + n > m->max) {
		assert_int_equal(rc, DW_ETOOBIG);
		return;
	}
	assert_int_equal(rc, 0);
	memcpy(m->bytes + m->len, p, n);
	m->len += n;
}

static void step(struct dw_buf *b, struct model *m, struct seeded *s)
{
	char text[400];
	size_t n = seeded_below(s, 60);
	uint64_t number = seeded_next(s) >> seeded_below(s, 64);

	switch (seeded_below(s, 8)) {
	case 0:
		n = m->len > 0 ? seeded_below(s, m->len + 1) : 0;
		dw_buf_consume(b, n);
		memmove(m->bytes, m->bytes + n, m->len - n);
		m->len -= n;
		break;
	case 1:
		if (seeded_below(s, 8) == 0) {
			dw_buf_clear(b);
			m->len = 0;
		}
		break;
	case 2:
		n = (size_t)snprintf(text, sizeof(text), "%llu",
				     (unsigned long long)number);
		model_add(m, dw_buf_addu(b, number), text, n);
		break;
	case 3:
		text[0] = (char)('a' + number % 26);
		model_add(m, dw_buf_addc(b, text[0]), text, 1);
		break;
	case 4:
		n = (size_t)snprintf(text, sizeof(text), "%0*d|", (int)(number % 300), 7);
		model_add(m, dw_buf_addf(b, "%0*d|", (int)(number % 300), 7), text, n);
		break;
	case 5:
		memset(text, 'z', n);
		text[n] = '\0';
		model_add(m, dw_buf_addz(b, text), text, n);
		break;
	default:
		seeded_fill(s, text, n);
		model_add(m, dw_buf_add(b, text, n), text, n);
		break;
	}
}

static void behaves_as_an_array(void **state)
{
	struct seeded s = { 1 };

	for (int round = 0; round < 200; round++) {
		struct model m = { .max = 1 + seeded_below(&s, 500) };
		struct dw_buf b;

		dw_buf_init(&b, m.max);
		for (int i = 0; i < 60; i++) {
			step(&b, &m, &s);
			assert_int_equal(b.len, m.len);
			assert_true(b.len <= b.max && b.cap <= b.max + 1);
			assert_true(m.len == 0 || memcmp(b.p, m.bytes, m.len) == 0);
			assert_true(b.p == NULL || b.p[b.len] == '\0');
		}
		dw_buf_fini(&b);
		assert_null(b.p);
	}
}

static void reserve_is_room_to_write(void **state)
{
	struct dw_buf b;
	char *p;

	dw_buf_init(&b, 100);
	assert_null(dw_buf_reserve(&b, 101));
	p = dw_buf_reserve(&b, 100);
	assert_non_null(p);
	memset(p, 'x', 100);
	b.len += 100;
	assert_null(dw_buf_reserve(&b, 1));
	assert_null(dw_buf_reserve(&b, SIZE_MAX));
	assert_non_null(dw_buf_reserve(&b, 0));
	assert_int_equal(dw_buf_addc(&b, 'y'), DW_ETOOBIG);
	assert_int_equal(b.len, 100);
	dw_buf_fini(&b);
}

static void a_huge_ceiling_costs_nothing(void **state)
{
	struct dw_buf b;

	dw_buf_init(&b, SIZE_MAX);
	assert_int_equal(b.cap, 0);
	assert_int_equal(dw_buf_addz(&b, "small"), 0);
	assert_true(b.cap < 1000);
	assert_null(dw_buf_reserve(&b, SIZE_MAX - 1)); /* with what is in it, too much */
	assert_true(dw_str_eq(dw_buf_str(&b), DW_STR("small")));
	dw_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_as_an_array),
		cmocka_unit_test(reserve_is_room_to_write),
		cmocka_unit_test(a_huge_ceiling_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
