/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_lock.c - who may take a data folder, and what becomes of its mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char base[64], dir[80], database[96], lock[96];
	int fd;
};

static int setup(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	if (f == NULL)
		return -1;
	*state = f;
	snprintf(f->base, sizeof(f->base), "%.40s/diwan-lock-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(f->base) == NULL)
		return -1;
	snprintf(f->dir, sizeof(f->dir), "%s/room", f->base);
	snprintf(f->database, sizeof(f->database), "%s/diwan.db", f->dir);
	snprintf(f->lock, sizeof(f->lock), "%s/lock", f->dir);
	f->fd = -1;
	return 0;
}

static int teardown(void **state)
{
	struct folder *f = *state;

	if (f->fd >= 0)
		close(f->fd);
	unlink(f->database);
	unlink(f->lock);
	rmdir(f->dir);
	rmdir(f->base);
	free(f);
	return 0;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void make(const struct folder *f, mode_t mode, bool has_database)
{
	assert_int_equal(mkdir(f->dir, 0700), 0);
	if (has_database) {
		int fd = open(f->database, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(chmod(f->dir, mode), 0);
}

static void test_a_new_folder_is_private(void **state)
{
	struct folder *f = *state;

	assert_int_equal(dw_store_lock(f->dir, &f->fd, NULL), 0);
	assert_int_equal(mode_of(f->dir), 0700);
	assert_int_equal(mode_of(f->lock), 0600);
}

static void test_an_empty_folder_is_closed(void **state)
{
	struct folder *f = *state;

	make(f, 0777, false);
	assert_int_equal(dw_store_lock(f->dir, &f->fd, NULL), 0);
	assert_int_equal(mode_of(f->dir), 0700);
}

static void test_readers_are_shut_out(void **state)
{
	struct folder *f = *state;

	make(f, 0755, true);
	assert_int_equal(dw_store_lock(f->dir, &f->fd, NULL), 0);
	assert_int_equal(mode_of(f->dir), 0700);
}

/* Nothing is touched: whoever looks finds it as it was. */
static void test_where_others_may_write_nothing_is_trusted(void **state)
{
	static const mode_t modes[] = { 0777, 0775, 0720, 01777, 0702 };
	struct folder *f = *state;
	struct dw_err err = { 0 };
	char how[120];

	make(f, 0700, true);
	snprintf(how, sizeof(how), "run chmod 700 %s", f->dir);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(f->dir, modes[i]), 0);
		assert_int_equal(dw_store_lock(f->dir, &f->fd, &err), DW_EFORBIDDEN);
		assert_non_null(strstr(err.msg, how));
		assert_int_equal(f->fd, -1);
		assert_int_equal(mode_of(f->dir), modes[i]);
		assert_int_equal(access(f->lock, F_OK), -1);
	}
	assert_int_equal(chmod(f->dir, 0700), 0);
	assert_int_equal(dw_store_lock(f->dir, &f->fd, &err), 0);
}

static void test_another_users_folder(void **state)
{
	struct folder *f = *state;
	struct dw_err err = { 0 };

	if (geteuid() != 0)
		skip(); /* only root can give a folder away */
	make(f, 0700, true);
	assert_int_equal(chown(f->dir, 65534, (gid_t)-1), 0);
	assert_int_equal(dw_store_lock(f->dir, &f->fd, &err), DW_EFORBIDDEN);
	assert_non_null(strstr(err.msg, "belongs to user 65534"));
	assert_int_equal(access(f->lock, F_OK), -1);
}

static void test_what_is_no_folder(void **state)
{
	struct folder *f = *state;
	struct dw_err err = { 0 };

	make(f, 0700, true);
	assert_int_equal(dw_store_lock(f->database, &f->fd, &err), DW_EIO);
	assert_non_null(strstr(err.msg, f->database));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_a_new_folder_is_private),
		CASE(test_an_empty_folder_is_closed),
		CASE(test_readers_are_shut_out),
		CASE(test_where_others_may_write_nothing_is_trusted),
		CASE(test_another_users_folder),
		CASE(test_what_is_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
