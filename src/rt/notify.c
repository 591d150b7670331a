/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * notify.c - one datagram per state to the service manager's socket.
 *
 * NOTIFY_SOCKET is a path, or "@name" for Linux's abstract space (the first byte becomes NUL and
 * the name has no end but the address's length). The socket is opened for each message: there are
 * three kinds of them and the most frequent comes every few seconds.
 */
#include "rt/notify.h"

#include "base/str.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail_sys(struct dw_err *err, const char *doing)
{
	int sys = errno,
	    code = dw_fail(err, DW_EUNAVAILABLE, "%s: %s", doing, strerror(sys));

	if (err != NULL)
		err->sys = sys;
	return code;
}

static int address(struct sockaddr_un *sa, socklen_t *length, const char *path,
		   struct dw_err *err)
{
	size_t n = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || n < 2 || n >= sizeof(sa->sun_path))
		return dw_fail(err, DW_EINVAL,
			       "NOTIFY_SOCKET is neither a path nor @name");
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	memcpy(sa->sun_path, path, n);
	if (path[0] == '@')
		sa->sun_path[0] = '\0';
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n +
			      (path[0] == '/'));
	return 0;
}

int dw_notify(enum dw_notify state, const char *status, struct dw_err *err)
{
	static const char *const texts[] = { "READY=1", "STOPPING=1", "WATCHDOG=1" };
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa;
	socklen_t length = 0;
	char text[256];
	int fd, n, rc;

	if (path == NULL || path[0] == '\0')
		return 0;
	rc = address(&sa, &length, path, err);
	if (rc < 0)
		return rc;
	n = snprintf(text, sizeof(text), "%s%s%.200s", texts[state],
		     status != NULL ? "\nSTATUS=" : "", status != NULL ? status : "");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail_sys(err, "opening a socket for the service manager");
	if (sendto(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&sa, length) < 0)
		rc = fail_sys(err, "telling the service manager");
	close(fd);
	return rc;
}

unsigned dw_notify_watchdog_ms(void)
{
	uint64_t us, pid;

	if (dw_str_u64(dw_str_of(getenv("WATCHDOG_USEC")), &us) < 0 || us == 0)
		return 0;
	if (getenv("WATCHDOG_PID") != NULL &&
	    (dw_str_u64(dw_str_of(getenv("WATCHDOG_PID")), &pid) < 0 ||
	     pid != (uint64_t)getpid()))
		return 0;
	us /= 2000;
	return us == 0 ? 1 : us > 3600000 ? 3600000 : (unsigned)us;
}
