/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_notify.c - what a service manager receives, on a socket with a path and on an abstract one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rt/notify.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64];

static int make_dir(void **state)
{
	snprintf(dir, sizeof(dir), P_tmpdir "/dw-notify-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	return rmdir(dir);
}

static int manager(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(sa.sun_path, name, n);
	if (name[0] == '@')
		sa.sun_path[0] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
			 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static void expect_text(int fd, const char *want)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char text[512];
	ssize_t n;

	assert_int_equal(poll(&pfd, 1, 5000), 1);
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, want);
}

static void talk(const char *name)
{
	int fd = manager(name);

	assert_int_equal(dw_notify(DW_NOTIFY_READY, "serving", NULL), 0);
	expect_text(fd, "READY=1\nSTATUS=serving");
	assert_int_equal(dw_notify(DW_NOTIFY_WATCHDOG, NULL, NULL), 0);
	expect_text(fd, "WATCHDOG=1");
	assert_int_equal(dw_notify(DW_NOTIFY_STOPPING, NULL, NULL), 0);
	expect_text(fd, "STOPPING=1");
	close(fd);
	unsetenv("NOTIFY_SOCKET");
}

static void sockets_with_a_path_and_without(void **state)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/notify", dir);
	talk(name);
	assert_int_equal(unlink(name), 0);
	snprintf(name, sizeof(name), "@diwan-test-%ld", (long)getpid());
	talk(name);
}

static void nobody_or_nonsense(void **state)
{
	struct dw_err err = { 0 };
	char name[256];

	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(dw_notify(DW_NOTIFY_READY, NULL, &err), 0);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(dw_notify(DW_NOTIFY_READY, NULL, &err), DW_EINVAL);
	memset(name, 'x', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(dw_notify(DW_NOTIFY_READY, NULL, &err), DW_EINVAL);
	snprintf(name, sizeof(name), "%s/nobody", dir);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(dw_notify(DW_NOTIFY_READY, NULL, &err), DW_EUNAVAILABLE);
	assert_true(err.msg[0] != '\0' && err.sys != 0);
	unsetenv("NOTIFY_SOCKET");
}

static void the_watchdog_is_fed_twice_as_often(void **state)
{
	static const struct {
		const char *usec, *pid;
		unsigned ms;
	} rows[] = {
		{ NULL, NULL, 0 },
		{ "30000000", NULL, 15000 },
		{ "", NULL, 0 },
		{ "0", NULL, 0 },
		{ "x", NULL, 0 },
		{ "-5", NULL, 0 },
		{ "1000", NULL, 1 },
		{ "30000000", "1", 0 },
		{ "30000000", "self", 15000 },
		{ "30000000", "", 0 },
		{ "18446744073709551615", NULL, 3600000 },
	};
	char self[24];

	snprintf(self, sizeof(self), "%ld", (long)getpid());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *pid = rows[i].pid;

		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (rows[i].usec != NULL)
			setenv("WATCHDOG_USEC", rows[i].usec, 1);
		if (pid != NULL)
			setenv("WATCHDOG_PID", strcmp(pid, "self") == 0 ? self : pid, 1);
		assert_int_equal(dw_notify_watchdog_ms(), rows[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_with_a_path_and_without),
		cmocka_unit_test(nobody_or_nonsense),
		cmocka_unit_test(the_watchdog_is_fed_twice_as_often),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
