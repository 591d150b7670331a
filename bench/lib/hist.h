/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_HIST_H
#define BENCH_HIST_H
/*
 * A histogram of times in microseconds, good to 3 %: 32 steps in each power of two, so that
 * millions of samples cost a few kilobytes and adding one costs a few instructions.
 */
#include <stdint.h>
#include <stdio.h>

#define BENCH_HIST_STEPS 32
#define BENCH_HIST_CELLS (BENCH_HIST_STEPS * 36)

struct bench_hist {
	uint64_t n, max;
	uint64_t cell[BENCH_HIST_CELLS];
};

void bench_hist_add(struct bench_hist *h, uint64_t us);
/** Time that a share `q` (0 to 1) of the samples did not exceed; 0 when there are none. */
uint64_t bench_hist_at(const struct bench_hist *h, double q);
/** As JSON, [[upper end of a cell in us, samples in it], ...] without the empty ones: the sum of several
 * histograms is that of their cells. */
void bench_hist_print(const struct bench_hist *h, FILE *out);

#endif
