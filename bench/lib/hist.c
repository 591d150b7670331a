/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* hist.c - see hist.h. The first 32 cells are exact; then each power of two has 32. */
#include "lib/hist.h"

static unsigned cell_of(uint64_t us)
{
	unsigned log, i;

	if (us < BENCH_HIST_STEPS)
		return (unsigned)us;
	log = 63u - (unsigned)__builtin_clzll(us);
	i = (log - 4) * BENCH_HIST_STEPS + (unsigned)((us >> (log - 5)) & 31u);
	return i < BENCH_HIST_CELLS ? i : BENCH_HIST_CELLS - 1;
}

/* Upper end of a cell. */
static uint64_t cell_end(unsigned i)
{
	unsigned log = i / BENCH_HIST_STEPS + 4;

	if (i < BENCH_HIST_STEPS)
		return i;
	return ((uint64_t)(i % BENCH_HIST_STEPS + BENCH_HIST_STEPS + 1) << (log - 5)) - 1;
}

void bench_hist_add(struct bench_hist *h, uint64_t us)
{
	h->cell[cell_of(us)]++;
	h->n++;
	if (us > h->max)
		h->max = us;
}

uint64_t bench_hist_at(const struct bench_hist *h, double q)
{
	uint64_t want = (uint64_t)(q * (double)h->n), seen = 0;

	if (h->n == 0)
		return 0;
	for (unsigned i = 0; i < BENCH_HIST_CELLS; i++) {
		seen += h->cell[i];
		if (seen > want || seen == h->n) {
			uint64_t end = cell_end(i);

			return end < h->max ? end : h->max;
		}
	}
	return h->max;
}

void bench_hist_print(const struct bench_hist *h, FILE *out)
{
	const char *between = "[";

	for (unsigned i = 0; i < BENCH_HIST_CELLS; i++) {
		if (h->cell[i] == 0)
			continue;
		(void)fprintf(out, "%s[%llu,%llu]", between,
			      (unsigned long long)cell_end(i),
			      (unsigned long long)h->cell[i]);
		between = ",";
	}
	(void)fputs(h->n > 0 ? "]" : "[]", out);
}
