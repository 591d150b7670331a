/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * failing_sync.c - fdatasync and fsync that fail with EIO while the file $FAILING_SYNC is there, and reads of
 * the database's files that fail with ESTALE while $FAILING_READ is.
 *
 * For LD_PRELOAD, so that the whole server meets a disk that fails, as it is and not as a shim
 * inside of it (test_failing_sync.py). Only files of the database are hit.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_hit(int fd, const char *variable)
{
	const char *flag = getenv(variable);
	char link[64], path[1024];
	ssize_t n;

	if (flag == NULL || access(flag, F_OK) != 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, "diwan.db") != NULL;
}

static int sync_by(const char *name, int fd)
{
	int (*real)(int) = (int (*)(int))(void *)dlsym(RTLD_NEXT, name);

	if (is_hit(fd, "FAILING_SYNC")) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

int fdatasync(int fd)
{
	return sync_by("fdatasync", fd);
}

int fsync(int fd)
{
	return sync_by("fsync", fd);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
	ssize_t (*real)(int, void *, size_t, off64_t) =
		(ssize_t(*)(int, void *, size_t, off64_t))(void *)dlsym(RTLD_NEXT,
									"pread64");

	if (is_hit(fd, "FAILING_READ")) {
		errno = ESTALE; /* of EIO SQLite says that the file is damaged */
		return -1;
	}
	return real(fd, p, n, at);
}
