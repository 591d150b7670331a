/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* import_say.c - a bar on a terminal, a line now and then elsewhere, and the sum at the end. */
#include "import_int.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define BAR 24
#define EVERY_US_TERMINAL 100000
#define EVERY_US_LINE 5000000

void dw_progress_init(struct dw_progress *p)
{
	memset(p, 0, sizeof(*p));
	p->begin_us = dw_mono_us(dw_clock_system());
	p->last_us = p->begin_us;
	p->is_terminal = isatty(STDERR_FILENO) == 1;
}

static uint64_t lines_of(const struct dw_tally *t)
{
	return t->accepted + t->updated + t->duplicates + t->refused;
}

static double seconds_since(const struct dw_progress *p)
{
	double s = (double)(dw_mono_us(dw_clock_system()) - p->begin_us) / 1e6;

	return s > 1e-3 ? s : 1e-3;
}

static void draw(const struct dw_progress *p, const struct dw_sender *s, uint64_t done,
		 uint64_t size)
{
	double elapsed = seconds_since(p), share = 0;
	char bar[BAR + 1];
	double rate = (double)lines_of(&s->tally) / elapsed;

	if (size == 0) {
		fprintf(stderr, "\r%s  %llu KiB  %llu mentions  %.0f/s   ", s->file,
			(unsigned long long)done >> 10,
			(unsigned long long)lines_of(&s->tally), rate);
		return;
	}
	share = done < size ? (double)done / (double)size : 1;
	for (int i = 0; i < BAR; i++)
		bar[i] = i < (int)(share * BAR) ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr, "\r%.30s [%s] %3.0f%%  %llu of %llu KiB  %.0f/s", s->file, bar,
		share * 100, (unsigned long long)done >> 10,
		(unsigned long long)size >> 10, rate);
	if (share > 0.01 && share < 1) {
		unsigned left = (unsigned)(elapsed * (1 - share) / share);

		fprintf(stderr, "  %u:%02u left", left / 60, left % 60);
	}
	fputs("   ", stderr);
}

void dw_progress_say(struct dw_progress *p, const struct dw_sender *s,
		     const struct dw_input *in)
{
	int64_t now = dw_mono_us(dw_clock_system());
	uint64_t done = dw_input_done(in), size = dw_input_size(in);

	if (now - p->last_us < (p->is_terminal ? EVERY_US_TERMINAL : EVERY_US_LINE))
		return;
	p->last_us = now;
	if (p->is_terminal)
		draw(p, s, done, size);
	else
		fprintf(stderr, "%s: %llu of %llu KiB, %llu mentions, %.0f/s\n", s->file,
			(unsigned long long)done >> 10, (unsigned long long)size >> 10,
			(unsigned long long)lines_of(&s->tally),
			(double)lines_of(&s->tally) / seconds_since(p));
}

void dw_progress_end(struct dw_progress *p)
{
	if (p->is_terminal)
		fputs("\r\033[K", stderr);
}

static void print_json(const struct dw_tally *t, double seconds)
{
	json_t *reasons = json_array(), *o;

	for (size_t i = 0; i < DW_IMPORT_REASONS && t->reason[i] != NULL; i++)
		json_array_append_new(reasons, json_string(t->reason[i]));
	o = json_pack("{s:I,s:I,s:I,s:I,s:f,s:o}", "accepted", (json_int_t)t->accepted,
		      "updated", (json_int_t)t->updated, "duplicates",
		      (json_int_t)t->duplicates, "refused", (json_int_t)t->refused,
		      "seconds", seconds, "reasons", reasons);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

void dw_summary_print(const struct dw_tally *t, const struct dw_progress *p, bool is_json)
{
	double seconds = seconds_since(p);
	size_t i;

	if (is_json) {
		print_json(t, seconds);
		return;
	}
	printf("accepted %llu, updated %llu, duplicates %llu, refused %llu in %.1f s (%.0f/s)\n",
	       (unsigned long long)t->accepted, (unsigned long long)t->updated,
	       (unsigned long long)t->duplicates, (unsigned long long)t->refused, seconds,
	       (double)lines_of(t) / seconds);
	fflush(stdout);
	for (i = 0; i < DW_IMPORT_REASONS && t->reason[i] != NULL; i++)
		fprintf(stderr, "refused: %s\n", t->reason[i]);
	if (t->refused > i)
		fprintf(stderr, "refused: and %llu more\n",
			(unsigned long long)(t->refused - i));
}
