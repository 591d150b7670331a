/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_log.c - what ends up on standard error: whole lines that nobody outside can forge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

#include <string.h>
#include <unistd.h>

static int saved = -1, ends[2];

static void capture(void)
{
	assert_int_equal(pipe(ends), 0);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
}

/* Restores standard error; what was written goes to out. */
static void release(char *out, size_t cap)
{
	ssize_t n;
	size_t all = 0;

	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	while ((n = read(ends[0], out + all, cap - 1 - all)) > 0)
		all += (size_t)n;
	out[all] = '\0';
	close(ends[0]);
}

static void a_line_has_time_level_event_and_pairs(void **state)
{
	char out[4096], *level;
	int64_t us;

	capture();
	dw_log(DW_LOG_WARN, "disk.full", "free=%d path=%s", 0, "x");
	release(out, sizeof(out));
	level = strstr(out, " level=");
	assert_non_null(level);
	assert_string_equal(level, " level=warn event=disk.full free=0 path=x\n");
	assert_memory_equal(out, "time=", 5);
	assert_int_equal(
		dw_time_parse(dw_str_make(out + 5, (size_t)(level - out) - 5), &us), 0);
}

static void levels_below_the_least_are_silent(void **state)
{
	char out[4096];

	capture();
	dw_log(DW_LOG_DEBUG, "a", "x=1");
	dw_log_set_level(DW_LOG_ERROR);
	dw_log(DW_LOG_WARN, "b", "x=1");
	dw_log(DW_LOG_ERROR, "c", "x=%d", 1);
	dw_log_set_level(DW_LOG_DEBUG);
	dw_log(DW_LOG_DEBUG, "d", "%s", "");
	dw_log_set_level(DW_LOG_INFO);
	release(out, sizeof(out));
	assert_null(strstr(out, "event=a"));
	assert_null(strstr(out, "event=b"));
	assert_non_null(strstr(out, "level=error event=c x=1\n"));
	assert_non_null(strstr(out, "level=debug event=d\n"));
}

static void control_bytes_are_escaped(void **state)
{
	char out[4096], *nl;

	capture();
	dw_log(DW_LOG_INFO, "x", "name=%s", "a\nlevel=error\r\x1b[31m\x7f\tb");
	release(out, sizeof(out));
	assert_non_null(strstr(out, "name=a\\x0alevel=error\\x0d\\x1b[31m\\x7f\\x09b\n"));
	nl = strchr(out, '\n');
	assert_true(nl != NULL && nl[1] == '\0');
}

static void long_lines_are_cut(void **state)
{
	char out[16384], text[8000];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture();
	dw_log(DW_LOG_INFO, "x", "y=%s", text);
	release(out, sizeof(out));
	assert_in_range(strlen(out), 1000, 2048);
	assert_string_equal(out + strlen(out) - 4, "...\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_time_level_event_and_pairs),
		cmocka_unit_test(levels_below_the_least_are_silent),
		cmocka_unit_test(control_bytes_are_escaped),
		cmocka_unit_test(long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
