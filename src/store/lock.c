/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lock.c - one process at a time has a data folder.
 *
 * flock on DIR/lock: the kernel lets go of it with the process, however that ends, so there is
 * no stale lock to clean up. A file of its own, because SQLite's locks on the database go when
 * any descriptor of that file is closed.
 */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int sys_fail(struct dw_err *err, const char *doing, const char *path)
{
	int sys = errno;
	int code = sys == EWOULDBLOCK ? DW_ELOCKED : sys == ENOSPC ? DW_EFULL : DW_EIO;

	(void)dw_fail(err, code, "%s %s: %s", doing, path, strerror(sys));
	if (err != NULL)
		err->sys = sys;
	return code;
}

int dw_store_lock(const char *dir, int *fd, struct dw_err *err)
{
	size_t n = strlen(dir) + sizeof("/lock");
	char *path;
	int rc = 0;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return sys_fail(err, "making", dir);
	path = malloc(n);
	DW_INVARIANT(path != NULL);
	snprintf(path, n, "%s/lock", dir);
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0) {
		rc = sys_fail(err, "opening", path);
	} else if (flock(*fd, LOCK_EX | LOCK_NB) < 0) {
		rc = errno == EWOULDBLOCK
			     ? dw_fail(err, DW_ELOCKED, "another process uses %s", dir)
			     : sys_fail(err, "locking", path);
		close(*fd);
		*fd = -1;
	}
	free(path);
	return rc;
}
