/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_PROC_H
#define BENCH_PROC_H
/* What the kernel knows about the processes that are measured. */
#include <stddef.h>
#include <stdint.h>

#define BENCH_PROC_MAX 16

struct bench_proc {
	int pid[BENCH_PROC_MAX];
	size_t n;
};

/** "12,13": ends the program when that is no list of process ids. */
void bench_proc_parse(struct bench_proc *p, const char *list);
/** User and system time of all their threads, microseconds (the kernel counts in 10 ms). */
uint64_t bench_proc_cpu_us(const struct bench_proc *p);
/** Resident memory of all of them, bytes. */
uint64_t bench_proc_rss(const struct bench_proc *p);
/** The same time of this program. */
uint64_t bench_proc_own_cpu_us(void);

#endif
