/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * backup.c - a consistent copy of the database while others write to it.
 *
 * VACUUM INTO reads one snapshot in one transaction and writes a file without free pages, so
 * what was erased is not carried over. The copy gets its name only after it has been checked
 * and synced: a file called DEST is a good backup, whatever happened on the way.
 *
 * Rejected: SQLite's backup API in steps. From another connection every foreign commit starts
 * it over, and under a steady writer it never ends.
 */
#include "verify_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int sys_fail(struct dw_err *err, const char *doing, const char *path)
{
	int sys = errno;
	int code = sys == ENOSPC ? DW_EFULL : sys == EEXIST ? DW_EEXISTS : DW_EIO;

	(void)dw_fail(err, code, "%s %s: %s", doing, path, strerror(sys));
	if (err != NULL)
		err->sys = sys;
	return code;
}

static int sync_path(const char *path, int flags, struct dw_err *err)
{
	int fd = open(path, flags | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) < 0 ? sys_fail(err, "syncing", path) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

static int sync_folder_of(const char *path, struct dw_err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL
			       ? strdup(".")
			       : strndup(path, slash > path ? (size_t)(slash - path) : 1);
	int rc;

	DW_INVARIANT(folder != NULL);
	rc = sync_path(folder, O_RDONLY | O_DIRECTORY, err);
	free(folder);
	return rc;
}

/* Empty and for its owner only; SQLite writes into an empty file that is there. */
static int make_empty(const char *path, struct dw_err *err)
{
	int fd;

	if (unlink(path) < 0 && errno != ENOENT)
		return sys_fail(err, "removing", path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return sys_fail(err, "making", path);
	close(fd);
	return 0;
}

/* ---- while it grows ---- */

/*
 * The copy is pushed to the disk as it grows. Left to the kernel a gigabyte of it goes out at once in
 * the end, and on ext4 (data=ordered) a commit of the journal waits for all of that: half a second.
 */
#define PUSH_BYTES (4 << 20)
#define PUSH_PAUSE_NS (5 * 1000 * 1000)

struct pusher {
	pthread_t thread;
	atomic_bool is_over;
	int fd;
	int sys; /* errno of a write that failed, or 0: it is told once and to one file alone */
};

static void *push_on_thread(void *data)
{
	static const struct timespec pause = { 0, PUSH_PAUSE_NS };
	const unsigned all_of_it = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				   SYNC_FILE_RANGE_WAIT_AFTER;
	struct pusher *p = data;
	off_t pushed = 0;
	struct stat st;

	while (!atomic_load(&p->is_over)) {
		if (fstat(p->fd, &st) < 0 || st.st_size - pushed < PUSH_BYTES) {
			(void)nanosleep(&pause, NULL);
			continue;
		}
		if (sync_file_range(p->fd, pushed, st.st_size - pushed, all_of_it) < 0) {
			if (errno == EIO || errno == ENOSPC || errno == EDQUOT)
				p->sys = errno;
			break; /* this file system, or a filter, has no such call */
		}
		pushed = st.st_size;
	}
	return NULL;
}

static int copy_into(struct dw_db *db, const char *path, struct dw_err *err)
{
	static const char SQL_COPY[] = "VACUUM INTO ?1";
	sqlite3_stmt *s = NULL;
	int rc;

	/* VACUUM attaches the new file and writes there; ours stays opened for reading only. */
	sqlite3_limit(dw_db_handle(db), SQLITE_LIMIT_ATTACHED, 1);
	rc = dw_db_exec(db, "PRAGMA query_only = OFF", err);
	if (rc == 0)
		rc = db_prepare(db, SQL_COPY, &s, err);
	if (rc < 0)
		return rc;
	dw_db_bind_text(s, 1, dw_str_of(path));
	return dw_db_run(db, s, err);
}

static int check_integrity(const char *path, const struct dw_projector *p,
			   struct dw_err *err)
{
	static const char SQL_CHECK[] = "PRAGMA integrity_check(1)";
	struct dw_db *db = NULL;
	sqlite3_stmt *s = NULL;
	int rc = views_open(&db, path, DW_DB_READER, p, err);

	if (rc == 0)
		rc = db_prepare(db, SQL_CHECK, &s, err);
	if (rc == 0)
		rc = dw_db_step(db, s, err);
	if (rc >= 0) {
		struct dw_str said = rc == 1 ? dw_db_text(s, 0) : DW_STR("nothing");

		rc = dw_str_eq(said, DW_STR("ok"))
			     ? 0
			     : dw_fail(err, DW_ECORRUPT, "the copy is damaged: %.*s",
				       (int)(said.n < 150 ? said.n : 150), said.p);
		sqlite3_reset(s);
	}
	dw_db_close(db);
	return rc;
}

/* copy_into, and push meanwhile. */
static int copy_pushed(struct dw_db *db, const char *path, struct dw_err *err)
{
	struct pusher p = { .fd = open(path, O_RDWR | O_CLOEXEC) };
	bool is_pushing;
	int rc;

	if (p.fd < 0)
		return sys_fail(err, "opening", path);
	atomic_init(&p.is_over, false);
	is_pushing = pthread_create(&p.thread, NULL, push_on_thread, &p) == 0;
	rc = copy_into(db, path, err);
	atomic_store(&p.is_over, true);
	if (is_pushing)
		(void)pthread_join(p.thread, NULL);
	close(p.fd);
	if (rc == 0 && p.sys != 0) {
		errno = p.sys;
		rc = sys_fail(err, "writing", path);
	}
	return rc;
}

static int make_copy(const char *source, const char *path, struct dw_err *err)
{
	struct dw_db *db = NULL;
	int rc = make_empty(path, err);

	if (rc == 0)
		rc = dw_db_open(&db, source, DW_DB_READER, err);
	if (rc == 0)
		rc = copy_pushed(db, path, err);
	dw_db_close(db);
	return rc;
}

/* Name the copy DEST, unless that is there. */
static int publish(const char *path, const char *dest, struct dw_err *err)
{
	int rc = sync_path(path, O_RDONLY, err);

	if (rc < 0)
		return rc;
	/* rename would replace what is there; link never does. */
	if (link(path, dest) < 0)
		return sys_fail(err, "making", dest);
	if (unlink(path) < 0)
		return sys_fail(err, "removing", path);
	return sync_folder_of(dest, err);
}

int dw_store_backup(const char *dir, const char *dest, const struct dw_projector *p,
		    struct dw_verify_report *report, struct dw_err *err)
{
	size_t n = strlen(dest) + sizeof(".tmp");
	char *source = store_path(dir), *tmp = malloc(n);
	struct stat st;
	int rc;

	DW_INVARIANT(tmp != NULL);
	memset(report, 0, sizeof(*report));
	snprintf(tmp, n, "%s.tmp", dest);
	if (lstat(dest, &st) == 0) {
		rc = dw_fail(err, DW_EEXISTS, "%s exists already", dest);
	} else {
		rc = make_copy(source, tmp, err);
		if (rc == 0)
			rc = check_integrity(tmp, p, err);
		if (rc == 0)
			rc = verify_file(tmp, report, NULL, NULL, err);
		if (rc == 0)
			rc = publish(tmp, dest, err);
		if (rc < 0)
			unlink(tmp);
	}
	free(tmp);
	free(source);
	return rc;
}
