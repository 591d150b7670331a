/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * keyfile.c - a key in a file of its own, made once.
 *
 * Written under a temporary name, synced, renamed, folder synced: after a crash the file is
 * whole or absent, and never half a key. A copy that was put back with a careless umask is
 * closed to others again; the folder kept them out meanwhile.
 */
#include "engine/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return rc;
}

static int create(const char *dir, const char *path, const uint8_t key[32],
		  struct dw_err *err)
{
	char temp[4096];
	int fd, ok;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return dw_fail(err, DW_EINVAL, "the data folder's name is too long");
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return dw_fail(err, DW_EIO, "creating %s: %s", temp, strerror(errno));
	ok = write(fd, key, 32) == 32 && fsync(fd) == 0;
	if (close(fd) != 0 || !ok || rename(temp, path) != 0 || sync_folder(dir) != 0)
		return dw_fail(err, DW_EIO, "writing %s: %s", path, strerror(errno));
	return 0;
}

static bool is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && ((st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0);
}

int dw_keyfile_load(const char *dir, const char *name, bool may_make,
		    const struct dw_clock *clock, uint8_t key[32], struct dw_err *err)
{
	char path[4000];
	uint8_t more[33];
	ssize_t n;
	int fd, rc = 0;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return dw_fail(err, DW_EINVAL, "the data folder's name is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !may_make)
		return dw_fail(
			err, DW_ECORRUPT,
			"%s is missing, and the journal was written with it: put it back "
			"from where you keep its copy",
			path);
	if (fd < 0 && errno == ENOENT) {
		dw_random(clock, key, 32);
		return create(dir, path, key, err);
	}
	if (fd < 0)
		return dw_fail(err, DW_EIO, "opening %s: %s", path, strerror(errno));
	n = is_private(fd) ? read(fd, more, sizeof(more)) : -1;
	if (n < 0)
		rc = dw_fail(err, DW_EIO, "reading %s: %s", path, strerror(errno));
	close(fd);
	if (rc < 0)
		return rc;
	if (n != 32)
		return dw_fail(err, DW_ECORRUPT,
			       "%s must hold 32 bytes; restore it from the backup", path);
	memcpy(key, more, 32);
	sodium_memzero(more, sizeof(more));
	return 0;
}
