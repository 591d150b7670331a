/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * faultvfs.c - a disk that fails on demand, and what a power cut would leave of it.
 *
 * Files are the real ones of the VFS below, so SQLite runs as ever; beside each stands what has
 * been synced and, in order, what was written since. A sync moves the latter into the former. An
 * image is the synced bytes with a random part of the rest laid over them. Shared memory (the
 * log's index) is not on the disk and in no image. That a file is there at all counts as
 * durable at once: the journal's files are made before anything is acknowledged.
 *
 * One lock around the bookkeeping: the writer's and the readers' threads come through here.
 */
#include "faultvfs.h"

#include "base/err.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define FILES 16

struct change { /* not synced yet */
	struct change *next;
	bool is_truncate;
	int64_t at; /* of a truncate: the new size */
	size_t n;
	unsigned char bytes[];
};

struct disk_file {
	char name[64]; /* below dir; "": free */
	unsigned char *synced;
	size_t n_synced;
	struct change *first, **end;
};

struct shim {
	sqlite3_file base;
	struct disk_file *disk; /* NULL: passed through */
	sqlite3_file *real;	/* behind this struct */
};

static struct {
	sqlite3_vfs vfs, *real;
	char dir[256];
	pthread_mutex_t lock;
	struct disk_file file[FILES];
	enum fault_kind kind;
	uint64_t count, fail_from, fail_until;
	bool has_failed, has_failed_in_sync;
	uint64_t writes, cut_at;
	void (*on_cut)(void *data);
	void *on_cut_data;
} g = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- bytes ---- */

static void *grow(void *p, size_t n)
{
	p = realloc(p, n > 0 ? n : 1);
	DW_INVARIANT(p != NULL);
	return p;
}

static void set_size(unsigned char **p, size_t *n, size_t size)
{
	*p = grow(*p, size);
	if (size > *n)
		memset(*p + *n, 0, size - *n);
	*n = size;
}

static void lay(unsigned char **p, size_t *n, size_t at, const unsigned char *bytes,
		size_t len)
{
	if (at + len > *n)
		set_size(p, n, at + len);
	if (len > 0)
		memcpy(*p + at, bytes, len);
}

static void drop_changes(struct disk_file *f)
{
	while (f->first != NULL) {
		struct change *c = f->first;

		f->first = c->next;
		free(c);
	}
	f->end = &f->first;
}

static void note(struct disk_file *f, bool is_truncate, int64_t at, const void *p,
		 size_t n)
{
	struct change *c = grow(NULL, sizeof(*c) + n);

	pthread_mutex_lock(&g.lock);
	c->next = NULL;
	c->is_truncate = is_truncate;
	c->at = at;
	c->n = n;
	if (n > 0)
		memcpy(c->bytes, p, n);
	*f->end = c;
	f->end = &c->next;
	pthread_mutex_unlock(&g.lock);
}

static void make_synced(struct disk_file *f)
{
	pthread_mutex_lock(&g.lock);
	for (const struct change *c = f->first; c != NULL; c = c->next) {
		if (c->is_truncate)
			set_size(&f->synced, &f->n_synced, (size_t)c->at);
		else
			lay(&f->synced, &f->n_synced, (size_t)c->at, c->bytes, c->n);
	}
	drop_changes(f);
	pthread_mutex_unlock(&g.lock);
}

/* ---- files ---- */

static struct disk_file *find_file(const char *name, bool make)
{
	struct disk_file *empty = NULL;

	for (size_t i = 0; i < FILES; i++) {
		if (strcmp(g.file[i].name, name) == 0)
			return &g.file[i];
		if (empty == NULL && g.file[i].name[0] == '\0')
			empty = &g.file[i];
	}
	if (!make)
		return NULL;
	DW_INVARIANT(empty != NULL && strlen(name) < sizeof(empty->name));
	snprintf(empty->name, sizeof(empty->name), "%s", name);
	empty->end = &empty->first;
	return empty;
}

static void forget(struct disk_file *f)
{
	drop_changes(f);
	free(f->synced);
	memset(f, 0, sizeof(*f));
}

/* What was there before counts as synced. */
static void take_over(struct disk_file *f, sqlite3_file *real)
{
	sqlite3_int64 size = 0;

	if (f->synced != NULL || real->pMethods->xFileSize(real, &size) != SQLITE_OK ||
	    size == 0)
		return;
	set_size(&f->synced, &f->n_synced, (size_t)size);
	DW_INVARIANT(real->pMethods->xRead(real, f->synced, (int)size, 0) == SQLITE_OK);
}

/* Name below dir, or NULL. */
static const char *name_of(const char *path)
{
	size_t n = strlen(g.dir);

	if (path == NULL || n == 0 || strncmp(path, g.dir, n) != 0 || path[n] != '/' ||
	    strchr(path + n + 1, '/') != NULL)
		return NULL;
	return path + n + 1;
}

/* ---- faults ---- */

enum sort { OTHER, READ, WRITE, SYNC };

static bool can_hit(enum fault_kind kind, enum sort sort)
{
	switch (kind) {
	case FAULT_FULL:
		return sort == WRITE;
	case FAULT_SHORT:
		return sort == READ;
	case FAULT_SYNC:
		return sort == SYNC;
	case FAULT_IOERR:
		return true;
	case FAULT_NONE:
		break;
	}
	return false;
}

/* Does this operation fail, and how? Counts it. */
static enum fault_kind fails_below_dir(enum sort sort)
{
	void (*cut)(void *) = NULL;
	enum fault_kind hit = FAULT_NONE;

	pthread_mutex_lock(&g.lock);
	if (g.kind == FAULT_NONE || can_hit(g.kind, sort)) {
		g.count++;
		if (g.count >= g.fail_from && g.count < g.fail_until)
			hit = g.kind;
	}
	if (hit != FAULT_NONE) {
		g.has_failed = true;
		g.has_failed_in_sync |= sort == SYNC;
	}
	if ((sort == WRITE || sort == SYNC) && ++g.writes == g.cut_at)
		cut = g.on_cut;
	pthread_mutex_unlock(&g.lock);
	if (cut != NULL)
		cut(g.on_cut_data);
	return hit;
}

static enum fault_kind fails(const struct shim *s, enum sort sort)
{
	return s->disk != NULL ? fails_below_dir(sort) : FAULT_NONE;
}

static struct shim *shim_of(sqlite3_file *f)
{
	return (struct shim *)(void *)f;
}

static int on_close(sqlite3_file *f)
{
	struct shim *s = shim_of(f);

	return s->real->pMethods != NULL ? s->real->pMethods->xClose(s->real) : SQLITE_OK;
}

static int on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	struct shim *s = shim_of(f);

	switch (fails(s, READ)) {
	case FAULT_NONE:
		break;
	case FAULT_SHORT:
		memset(p, 0, (size_t)n);
		return SQLITE_IOERR_SHORT_READ;
	case FAULT_IOERR:
	case FAULT_FULL:
	case FAULT_SYNC:
		return SQLITE_IOERR_READ;
	}
	return s->real->pMethods->xRead(s->real, p, n, at);
}

static int on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct shim *s = shim_of(f);
	enum fault_kind hit;
	int rc;

	hit = fails(s, WRITE);
	if (hit != FAULT_NONE)
		return hit == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	rc = s->real->pMethods->xWrite(s->real, p, n, at);
	if (rc == SQLITE_OK && s->disk != NULL)
		note(s->disk, false, at, p, (size_t)n);
	return rc;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct shim *s = shim_of(f);
	int rc;

	if (fails(s, OTHER) != FAULT_NONE)
		return SQLITE_IOERR_TRUNCATE;
	rc = s->real->pMethods->xTruncate(s->real, size);
	if (rc == SQLITE_OK && s->disk != NULL)
		note(s->disk, true, size, NULL, 0);
	return rc;
}

static int on_sync(sqlite3_file *f, int flags)
{
	struct shim *s = shim_of(f);

	if (fails(s, SYNC) != FAULT_NONE)
		return SQLITE_IOERR_FSYNC;
	if (s->disk == NULL)
		return s->real->pMethods->xSync(s->real, flags);
	make_synced(
		s->disk); /* the real disk need not hear of it: the image is our disk */
	return SQLITE_OK;
}

static int on_file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	struct shim *s = shim_of(f);

	return fails(s, OTHER) != FAULT_NONE
		       ? SQLITE_IOERR_FSTAT
		       : s->real->pMethods->xFileSize(s->real, size);
}

static int on_lock(sqlite3_file *f, int level)
{
	struct shim *s = shim_of(f);

	return fails(s, OTHER) != FAULT_NONE ? SQLITE_IOERR_LOCK
					     : s->real->pMethods->xLock(s->real, level);
}

static int on_unlock(sqlite3_file *f, int level)
{
	return shim_of(f)->real->pMethods->xUnlock(shim_of(f)->real, level);
}

static int on_check_lock(sqlite3_file *f, int *out)
{
	return shim_of(f)->real->pMethods->xCheckReservedLock(shim_of(f)->real, out);
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
	/* A size hint would change the file behind our back. */
	if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
		return SQLITE_OK;
	return shim_of(f)->real->pMethods->xFileControl(shim_of(f)->real, op, arg);
}

static int on_sector_size(sqlite3_file *f)
{
	(void)f;
	return SECTOR;
}

static int on_characteristics(sqlite3_file *f)
{
	(void)f;
	return 0; /* nothing is promised: no atomic writes, no order, no safe append */
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend,
		      void volatile **out)
{
	struct shim *s = shim_of(f);

	if (fails(s, OTHER) != FAULT_NONE)
		return SQLITE_IOERR_SHMMAP;
	return s->real->pMethods->xShmMap(s->real, page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 && fails(shim_of(f), OTHER) != FAULT_NONE)
		return SQLITE_IOERR_SHMLOCK;
	return shim_of(f)->real->pMethods->xShmLock(shim_of(f)->real, at, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
	shim_of(f)->real->pMethods->xShmBarrier(shim_of(f)->real);
}

static int on_shm_unmap(sqlite3_file *f, int drop)
{
	return shim_of(f)->real->pMethods->xShmUnmap(shim_of(f)->real, drop);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_file_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_lock,
	.xFileControl = on_control,
	.xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_characteristics,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
		   int *out)
{
	struct shim *s = shim_of(f);
	const char *name = name_of(path);
	int rc;

	(void)vfs;
	memset(s, 0, sizeof(*s));
	s->real = (sqlite3_file *)(void *)(s + 1);
	s->real->pMethods = NULL;
	if (name != NULL) {
		pthread_mutex_lock(&g.lock);
		s->disk = find_file(name, true);
		pthread_mutex_unlock(&g.lock);
	}
	/* SQLite calls xClose only when there are methods. */
	if (fails(s, OTHER) != FAULT_NONE)
		return SQLITE_CANTOPEN;
	rc = g.real->xOpen(g.real, path, s->real, flags, out);
	if (rc == SQLITE_OK && s->disk != NULL) {
		pthread_mutex_lock(&g.lock);
		if (s->disk->first == NULL)
			take_over(s->disk, s->real);
		pthread_mutex_unlock(&g.lock);
	}
	s->base.pMethods = rc == SQLITE_OK || s->real->pMethods != NULL ? &methods : NULL;
	return rc;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
	const char *name = name_of(path);

	(void)vfs;
	if (name != NULL) {
		if (fails_below_dir(OTHER) != FAULT_NONE)
			return SQLITE_IOERR_DELETE;
		pthread_mutex_lock(&g.lock);
		struct disk_file *f = find_file(name, false);

		if (f != NULL) {
			drop_changes(f);
			f->n_synced = 0;
		}
		pthread_mutex_unlock(&g.lock);
	}
	return g.real->xDelete(g.real, path, sync_dir);
}

/* ---- what tests call ---- */

void faultvfs_start(const char *dir)
{
	DW_REQUIRE(g.dir[0] == '\0' && strlen(dir) < sizeof(g.dir));
	g.real = sqlite3_vfs_find("unix");
	DW_INVARIANT(g.real != NULL);
	g.vfs = *g.real;
	g.vfs.zName = "fault";
	g.vfs.szOsFile = (int)sizeof(struct shim) + g.real->szOsFile;
	g.vfs.xOpen = on_open;
	g.vfs.xDelete = on_delete;
	g.vfs.pNext = NULL;
	snprintf(g.dir, sizeof(g.dir), "%s", dir);
	faultvfs_fail(FAULT_NONE, 0, 0);
	g.writes = g.cut_at = 0;
	g.on_cut = NULL;
	DW_INVARIANT(sqlite3_vfs_register(&g.vfs, 1) == SQLITE_OK);
}

void faultvfs_stop(void)
{
	sqlite3_vfs_unregister(&g.vfs);
	sqlite3_vfs_register(g.real, 1);
	for (size_t i = 0; i < FILES; i++)
		if (g.file[i].name[0] != '\0')
			forget(&g.file[i]);
	g.dir[0] = '\0';
}

uint64_t faultvfs_count(void)
{
	pthread_mutex_lock(&g.lock);
	uint64_t n = g.count;

	pthread_mutex_unlock(&g.lock);
	return n;
}

void faultvfs_fail(enum fault_kind kind, uint64_t n, uint64_t times)
{
	pthread_mutex_lock(&g.lock);
	g.kind = kind;
	g.count = 0;
	g.fail_from = n;
	g.fail_until = n + times;
	g.has_failed = g.has_failed_in_sync = false;
	pthread_mutex_unlock(&g.lock);
}

bool faultvfs_has_failed(void)
{
	pthread_mutex_lock(&g.lock);
	bool yes = g.has_failed;

	pthread_mutex_unlock(&g.lock);
	return yes;
}

bool faultvfs_has_failed_in_sync(void)
{
	pthread_mutex_lock(&g.lock);
	bool yes = g.has_failed_in_sync;

	pthread_mutex_unlock(&g.lock);
	return yes;
}

void faultvfs_cut_at(uint64_t n, void (*fn)(void *data), void *data)
{
	pthread_mutex_lock(&g.lock);
	g.cut_at = g.writes + n;
	g.on_cut = fn;
	g.on_cut_data = data;
	pthread_mutex_unlock(&g.lock);
}

static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void lay_torn(unsigned char **p, size_t *n, const struct change *c, uint64_t *seed)
{
	for (size_t at = 0; at < c->n; at += SECTOR) {
		size_t len = c->n - at < SECTOR ? c->n - at : SECTOR;

		if (next_random(seed) % 2 == 0)
			lay(p, n, (size_t)c->at + at, c->bytes + at, len);
	}
}

static void write_image(const struct disk_file *f, const char *to, uint64_t *seed)
{
	unsigned char *p = NULL;
	size_t n = 0;
	char path[512];
	int fd;

	lay(&p, &n, 0, f->synced != NULL ? f->synced : (const unsigned char *)"",
	    f->n_synced);
	for (const struct change *c = f->first; c != NULL; c = c->next) {
		uint64_t fate = next_random(seed) % 8;

		if (fate < 3)
			continue;
		if (c->is_truncate)
			set_size(&p, &n, (size_t)c->at);
		else if (fate < 6)
			lay(&p, &n, (size_t)c->at, c->bytes, c->n);
		else
			lay_torn(&p, &n, c, seed);
	}
	snprintf(path, sizeof(path), "%s/%s", to, f->name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	DW_INVARIANT(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
	free(p);
}

void faultvfs_image(const char *to, uint64_t seed)
{
	pthread_mutex_lock(&g.lock);
	for (size_t i = 0; i < FILES; i++)
		if (g.file[i].name[0] != '\0')
			write_image(&g.file[i], to, &seed);
	pthread_mutex_unlock(&g.lock);
}
