/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* proc.c - see proc.h. A process that is gone counts as nothing. */
#include "lib/proc.h"
#include "lib/sock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void bench_proc_parse(struct bench_proc *p, const char *list)
{
	char *end;

	p->n = 0;
	while (*list != '\0') {
		long v = strtol(list, &end, 10);

		if (end == list || v <= 0 || v > INT32_MAX || p->n == BENCH_PROC_MAX)
			bench_die("not a list of process ids: %s", list);
		p->pid[p->n++] = (int)v;
		list = *end == ',' ? end + 1 : end;
		if (list == end && *end != '\0')
			bench_die("not a list of process ids: %s", end);
	}
}

/* First bytes of /proc/PID/NAME, NUL-terminated; false when it cannot be read. */
static bool slurp(int pid, const char *name, char *out, size_t cap)
{
	char path[64];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	(void)fclose(f);
	return n > 0;
}

static uint64_t cpu_ticks(int pid)
{
	char text[1024], *p;
	uint64_t user, sys;

	if (!slurp(pid, "stat", text, sizeof(text)))
		return 0;
	p = strrchr(text, ')'); /* the name may hold anything */
	/* state, then ten numbers, then utime and stime */
	for (int i = 0; p != NULL && i < 12; i++)
		p = strchr(p + 1, ' ');
	if (p == NULL)
		return 0;
	user = strtoull(p, &p, 10);
	sys = strtoull(p, NULL, 10);
	return user + sys;
}

uint64_t bench_proc_cpu_us(const struct bench_proc *p)
{
	uint64_t ticks = 0;

	for (size_t i = 0; i < p->n; i++)
		ticks += cpu_ticks(p->pid[i]);
	return ticks * (1000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

uint64_t bench_proc_rss(const struct bench_proc *p)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < p->n; i++) {
		char text[128], *end;

		if (!slurp(p->pid[i], "statm", text, sizeof(text)))
			continue;
		(void)strtoull(text, &end, 10);
		pages += strtoull(end, NULL, 10);
	}
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t bench_proc_own_cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}
