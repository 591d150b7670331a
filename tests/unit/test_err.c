/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_err.c - codes and what hangs on them; messages from the deepest frame outwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void every_code_has_name_status_and_title(void **state)
{
	static const struct {
		int code, status;
		const char *name, *title;
	} rows[] = {
#define ROW(name, number, status, text) { DW_##name, (status), #name, (text) },
		DW_ERR_MAP(ROW)
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(dw_err_name(rows[i].code), rows[i].name);
		assert_int_equal(dw_err_status(rows[i].code), rows[i].status);
		assert_string_equal(dw_err_title(rows[i].code), rows[i].title);
	}
	assert_string_equal(dw_err_name(0), "OK");
	assert_int_equal(dw_err_status(0), 200);
	assert_string_equal(dw_err_title(0), "OK");
}

static void foreign_codes_are_internal_errors(void **state)
{
	static const int codes[] = { -1, 1, -1000, -1029, -2000000000, 2000000000 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_string_equal(dw_err_name(codes[i]), "EINTERNAL");
		assert_int_equal(dw_err_status(codes[i]), 500);
	}
}

static void frames_put_where_before_what(void **state)
{
	struct dw_err err = { 0 };

	assert_int_equal(dw_fail(&err, DW_ENOTFOUND, "no file %d", 7), DW_ENOTFOUND);
	assert_int_equal(err.code, DW_ENOTFOUND);
	assert_int_equal(dw_wrap(&err, DW_ENOTFOUND, "opening %s", "x"), DW_ENOTFOUND);
	assert_string_equal(dw_err_text(&err), "opening x: no file 7");
	dw_wrap(&err, DW_EIO, "starting");
	assert_string_equal(err.msg, "starting: opening x: no file 7");
	assert_int_equal(err.code, DW_EIO);
	assert_int_equal(dw_fail(NULL, DW_EIO, "nobody listens"), DW_EIO);
	assert_int_equal(dw_wrap(NULL, DW_EIO, "nobody listens"), DW_EIO);
}

static void without_a_message_the_title_speaks(void **state)
{
	struct dw_err err = { .code = DW_EFULL };

	assert_string_equal(dw_err_text(&err), "The disk is full");
	dw_wrap(&err, DW_EFULL, "appending");
	assert_string_equal(err.msg, "appending: The disk is full");
}

static void a_message_may_quote_itself(void **state)
{
	struct dw_err err = { 0 };

	dw_fail(&err, DW_EIO, "inner");
	dw_fail(&err, DW_EIO, "outer(%s)", err.msg);
	assert_string_equal(err.msg, "outer(inner)");
}

static void long_messages_end_between_characters(void **state)
{
	char text[1024];
	struct dw_err err = { 0 };

	/* Two-byte letters after 0 to 3 ASCII ones: the cut falls on either half. */
	for (size_t shift = 0; shift < 4; shift++) {
		size_t n = shift;

		memset(text, 'a', shift);
		for (; n + 2 < sizeof(text); n += 2)
			memcpy(text + n, "\xd8\xaf", 2);
		text[n] = '\0';
		dw_fail(&err, DW_EINVAL, "%s", text);
		n = strlen(err.msg);
		assert_in_range(n, sizeof(err.msg) - 4, sizeof(err.msg) - 1);
		assert_int_equal((n - shift) % 2, 0);
		dw_wrap(&err, DW_EINVAL, "w");
		assert_int_equal((strlen(err.msg) - shift - 3) % 2, 0);
	}
}

static void a_broken_contract_aborts(void **state)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		assert_true(freopen("/dev/null", "w", stderr) != NULL);
		signal(SIGABRT, SIG_DFL);
		DW_REQUIRE(1 > 2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_name_status_and_title),
		cmocka_unit_test(foreign_codes_are_internal_errors),
		cmocka_unit_test(frames_put_where_before_what),
		cmocka_unit_test(without_a_message_the_title_speaks),
		cmocka_unit_test(a_message_may_quote_itself),
		cmocka_unit_test(long_messages_end_between_characters),
		cmocka_unit_test(a_broken_contract_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
