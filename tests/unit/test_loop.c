/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_loop.c - tasks on a later turn, in order; signals; translation of libuv's errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rt/loop.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct note {
	struct dw_task task;
	struct dw_loop *loop;
	struct note *other;
	int runs, left;
	int *clock;
	int at;
};

static void on_note(struct dw_task *t)
{
	struct note *n = DW_CONTAINER_OF(t, struct note, task);

	n->runs++;
	n->at = ++*n->clock;
	if (n->other != NULL)
		dw_task_cancel(n->loop, &n->other->task);
	if (n->left-- > 0)
		dw_task_post(n->loop, &n->task);
}

static void note_init(struct note *n, struct dw_loop *l, int *clock)
{
	*n = (struct note){ .loop = l, .clock = clock };
	dw_task_init(&n->task, on_note);
}

static void finish(struct dw_loop *l)
{
	dw_loop_close(l);
	dw_loop_run(l);
	dw_loop_fini(l);
}

static void tasks_run_later_in_order_and_once(void **state)
{
	struct note a, b, c;
	struct dw_loop l;
	int clock = 0;

	assert_int_equal(dw_loop_init(&l, NULL), 0);
	note_init(&a, &l, &clock);
	note_init(&b, &l, &clock);
	note_init(&c, &l, &clock);
	dw_task_post(&l, &b.task);
	dw_task_post(&l, &a.task);
	dw_task_post(&l, &b.task);
	dw_task_post(&l, &c.task);
	dw_task_cancel(&l, &c.task);
	dw_task_cancel(&l, &c.task);
	assert_int_equal(clock, 0);
	dw_loop_run(&l);
	assert_int_equal(b.at, 1);
	assert_int_equal(a.at, 2);
	assert_int_equal(a.runs + b.runs, 2);
	assert_int_equal(c.runs, 0);
	finish(&l);
}

static void a_task_may_post_itself_and_cancel_others(void **state)
{
	struct note again, killer, victim;
	struct dw_loop l;
	int clock = 0;

	assert_int_equal(dw_loop_init(&l, NULL), 0);
	note_init(&again, &l, &clock);
	note_init(&killer, &l, &clock);
	note_init(&victim, &l, &clock);
	again.left = 99;
	killer.other = &victim; /* stands behind it in the same turn */
	dw_task_post(&l, &again.task);
	dw_task_post(&l, &killer.task);
	dw_task_post(&l, &victim.task);
	dw_loop_run(&l);
	assert_int_equal(again.runs, 100);
	assert_int_equal(killer.at,
			 2); /* a task that posts itself waits for the next turn */
	assert_int_equal(victim.runs, 0);
	finish(&l);
}

static void on_stop(void *data)
{
	if (write(STDOUT_FILENO, "s", 1) != 1)
		_exit(3);
	uv_stop(data);
}

static void on_stop_stuck(void *data)
{
	if (write(STDOUT_FILENO, "s", 1) != 1)
		_exit(3);
}

static void on_timer(uv_timer_t *t)
{
}

/* A process that serves until it is told to stop; returns its pid, *fd gets what it says. */
static pid_t serve(void (*stop)(void *data), int *fd)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct dw_loop l;
		uv_timer_t t;

		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		if (dw_loop_init(&l, NULL) < 0)
			_exit(2);
		dw_loop_on_stop(&l, stop, &l.uv);
		uv_timer_init(&l.uv, &t);
		uv_timer_start(&t, on_timer, 60000, 0);
		if (write(STDOUT_FILENO, "r", 1) != 1)
			_exit(2);
		dw_loop_run(&l);
		_exit(0);
	}
	close(ends[1]);
	*fd = ends[0];
	return pid;
}

static void expect_byte(int fd, char want)
{
	char c = 0;

	assert_int_equal(read(fd, &c, 1), 1);
	assert_int_equal(c, want);
}

static void the_first_signal_stops_in_order(void **state)
{
	int fd, status;
	pid_t pid = serve(on_stop, &fd);

	expect_byte(fd, 'r');
	assert_int_equal(kill(pid, SIGPIPE), 0); /* is ignored */
	assert_int_equal(kill(pid, SIGTERM), 0);
	expect_byte(fd, 's');
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(fd);
}

static void the_second_signal_ends_it(void **state)
{
	int fd, status;
	pid_t pid = serve(on_stop_stuck, &fd);

	expect_byte(fd, 'r');
	assert_int_equal(kill(pid, SIGTERM), 0);
	expect_byte(fd, 's');
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	close(fd);
}

static void errors_of_libuv_become_ours(void **state)
{
	struct dw_err err = { 0 };

	assert_int_equal(dw_uv_fail(&err, UV_ENOSPC, "writing x"), DW_EFULL);
	assert_int_equal(err.sys, UV_ENOSPC);
	assert_string_equal(err.msg, "writing x: no space left on device");
	assert_int_equal(dw_uv_fail(&err, UV_ECONNRESET, "x"), DW_ECLOSED);
	assert_int_equal(dw_uv_fail(NULL, UV_ENOENT, "x"), DW_ENOTFOUND);
	assert_int_equal(dw_uv_fail(NULL, UV_ENOTSUP, "x"), DW_EINTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_run_later_in_order_and_once),
		cmocka_unit_test(a_task_may_post_itself_and_cancel_others),
		cmocka_unit_test(the_first_signal_stops_in_order),
		cmocka_unit_test(the_second_signal_ends_it),
		cmocka_unit_test(errors_of_libuv_become_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
