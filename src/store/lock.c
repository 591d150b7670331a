/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lock.c - one process at a time has a data folder.
 *
 * flock on DIR/lock: the kernel lets go of it with the process, however that ends, so there is
 * no stale lock to clean up. A file of its own, because SQLite's locks on the database go when
 * any descriptor of that file is closed.
 *
 * Who takes a folder first looks who else can get at it. Others who may read: closed to them
 * without a word, since all files in it are their owner's alone anyway. Others who may write,
 * where there is a database already: refused, as sshd does, because what lies there may be
 * theirs and no chmod undoes that. Somebody else's folder: refused, as PostgreSQL does, because
 * the files that we would make there are not the ones that its owner can use.
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

static int close_to_others(int fd, const char *dir, struct dw_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return sys_fail(err, "looking at", dir);
	if (st.st_uid != geteuid())
		return dw_fail(
			err, DW_EFORBIDDEN,
			"%s belongs to user %u and you are user %u: run this as its "
			"owner, or give it to yourself with chown",
			dir, (unsigned)st.st_uid, (unsigned)geteuid());
	if ((st.st_mode & 022) != 0 && faccessat(fd, "diwan.db", F_OK, 0) == 0)
		return dw_fail(
			err, DW_EFORBIDDEN,
			"others may write there (mode %04o): see that all in it is "
			"yours, then run chmod 700 %s",
			(unsigned)st.st_mode & 07777, dir);
	if ((st.st_mode & 077) != 0 && fchmod(fd, 0700) < 0)
		return sys_fail(err, "closing to others", dir);
	return 0;
}

/* Made when it is not there. */
static int take_folder(const char *dir, struct dw_err *err)
{
	int fd, rc;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return sys_fail(err, "making", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return sys_fail(err, "opening", dir);
	rc = close_to_others(fd, dir, err);
	close(fd);
	return rc;
}

int dw_store_lock(const char *dir, int *fd, struct dw_err *err)
{
	size_t n = strlen(dir) + sizeof("/lock");
	char *path;
	int rc = take_folder(dir, err);

	*fd = -1;
	if (rc < 0)
		return rc;
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
