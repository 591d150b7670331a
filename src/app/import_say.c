/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* import_say.c - a bar on a terminal, a line now and then elsewhere, and the sum at the end. */
#include "import_int.h"

#include "base/clock.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR 24
#define BAR_LEAST 6
#define NAME_WIDTH 20
#define EVERY_US_TERMINAL 100000
#define EVERY_US_LINE 5000000

void dw_progress_init(struct dw_progress *p)
{
	memset(p, 0, sizeof(*p));
	p->begin_us = dw_mono_us(dw_clock_system());
	p->last_us = p->begin_us;
	p->is_terminal = isatty(STDERR_FILENO) == 1;
	if (p->is_terminal)
		p->last_us -= EVERY_US_TERMINAL; /* a bar is there at once */
}

/* How far it is in the file. */
struct part {
	uint64_t done, size; /* bytes; a size of 0 is not known */
};

static double share_of(const struct part *part)
{
	return part->done < part->size ? (double)part->done / (double)part->size : 1;
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

/* Its first characters, `most` of them at most. */
static struct dw_str cut(struct dw_str s, size_t most)
{
	while (dw_utf8_count(s) > most)
		s.n--;
	return s;
}

static struct dw_str last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : path;

	return cut(dw_str_make(name, strlen(name)), NAME_WIDTH);
}

static size_t columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

/* " [####....] " in so many columns, nothing where those are too few. */
static void put_bar(char out[BAR + 5], double share, size_t room)
{
	int width = room > BAR + 4 ? BAR : (int)room - 4;
	char *p = out;

	*p++ = ' ';
	if (width >= BAR_LEAST) {
		*p++ = '[';
		for (int i = 0; i < width; i++)
			*p++ = i < (int)(share * width) ? '#' : '.';
		*p++ = ']';
		*p++ = ' ';
	}
	*p = '\0';
}

/* What stands behind the bar: how much, how fast, how long still. */
static void put_figures(char *out, size_t size, const struct dw_progress *p,
			const struct dw_sender *s, const struct part *part)
{
	double elapsed = seconds_since(p), share = share_of(part);
	double rate = (double)lines_of(&s->tally) / elapsed;
	unsigned left = share > 0.01 ? (unsigned)(elapsed * (1 - share) / share) : 0;
	unsigned shift = part->size >= 10u << 20 ? 20 : 10;
	int n;

	if (part->size == 0) {
		snprintf(out, size, "%llu KiB  %llu mentions  %.0f/s",
			 (unsigned long long)part->done >> 10,
			 (unsigned long long)lines_of(&s->tally), rate);
		return;
	}
	n = snprintf(out, size, "%3.0f%%  %llu of %llu %s  %.0f/s", share * 100,
		     (unsigned long long)part->done >> shift,
		     (unsigned long long)part->size >> shift, shift == 10 ? "KiB" : "MiB",
		     rate);
	if (share > 0.01 && share < 1)
		snprintf(out + n, size - (size_t)n, "  %u:%02u left", left / 60,
			 left % 60);
}

/* One line, and never longer than the terminal is wide: a line that breaks is not drawn over. */
static void draw(const struct dw_progress *p, const struct dw_sender *s,
		 const struct part *part)
{
	size_t wide = columns() - 1, used;
	struct dw_str name = last_part(s->file), all;
	char line[512], bar[BAR + 5] = "  ", figures[160];

	put_figures(figures, sizeof(figures), p, s, part);
	used = dw_utf8_count(name) + strlen(figures);
	if (part->size > 0)
		put_bar(bar, share_of(part), used < wide ? wide - used : 0);
	snprintf(line, sizeof(line), "%.*s%s%s", (int)name.n, name.p, bar, figures);
	all = cut(dw_str_make(line, strlen(line)), wide);
	fprintf(stderr, "\r%.*s\033[K", (int)all.n, all.p);
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
		draw(p, s, &(struct part){ done, size });
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
