/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * date.c - dates as feeds write them.
 *
 * RSS asks for RFC 822 ("Wed, 25 Nov 2026 08:30:00 +0330"), Atom for RFC 3339; feeds write
 * what their software thinks that is. What is read is brought into the one form that
 * dw_time_parse takes, which then checks every number. A time without a zone is taken as UTC: it
 * is off by hours at most, and no date would be off by more.
 */
#include "base/clock.h"
#include "text_int.h"

#include <stdio.h>

struct date {
	unsigned year, month, day, hour, minute, second;
	char zone[8]; /* "Z" or "+03:30" */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Up to `most` digits at the head of *s. */
static bool take_number(struct dw_str *s, size_t most, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while (n < s->n && n < most && is_digit(s->p[n]))
		*out = *out * 10 + (unsigned)(s->p[n++] - '0');
	*s = dw_str_make(s->p + n, s->n - n);
	return n > 0;
}

static bool take_char(struct dw_str *s, const char *any)
{
	if (s->n == 0 || s->p[0] == '\0' || strchr(any, s->p[0]) == NULL)
		return false;
	*s = dw_str_make(s->p + 1, s->n - 1);
	return true;
}

static void skip_blanks(struct dw_str *s)
{
	while (take_char(s, " \t\r\n,"))
		;
}

/* Letters at the head of *s. */
static struct dw_str take_word(struct dw_str *s)
{
	size_t n = 0;

	while (n < s->n && (s->p[n] | 0x20) >= 'a' && (s->p[n] | 0x20) <= 'z')
		n++;
	struct dw_str word = { s->p, n };

	*s = dw_str_make(s->p + n, s->n - n);
	return word;
}

/* ---- parts ---- */

/* Zones that RFC 822 names, and a few more. */
static bool named_zone(struct dw_str name, char out[8])
{
	static const struct {
		const char *name, *offset;
	} zones[] = {
		{ "Z", "Z" },	     { "UT", "Z" },	   { "GMT", "Z" },
		{ "UTC", "Z" },	     { "EST", "-05:00" },  { "EDT", "-04:00" },
		{ "CST", "-06:00" }, { "CDT", "-05:00" },  { "MST", "-07:00" },
		{ "MDT", "-06:00" }, { "PST", "-08:00" },  { "PDT", "-07:00" },
		{ "CET", "+01:00" }, { "CEST", "+02:00" }, { "BST", "+01:00" },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (dw_str_eq_nocase(name, dw_str_of(zones[i].name))) {
			snprintf(out, 8, "%s", zones[i].offset);
			return true;
		}
	}
	return false;
}

static void take_zone(struct dw_str *s, struct date *d)
{
	unsigned hours, minutes = 0;
	struct dw_str word, rest;
	char sign;

	snprintf(d->zone, sizeof(d->zone), "Z");
	skip_blanks(s);
	word = take_word(s);
	if (word.n > 0 && named_zone(word, d->zone) &&
	    !dw_str_eq_nocase(word, DW_STR("GMT")) &&
	    !dw_str_eq_nocase(word, DW_STR("UTC")))
		return;
	/* "GMT+0330" is written, too. */
	if (s->n < 3 || (s->p[0] != '+' && s->p[0] != '-'))
		return;
	sign = s->p[0];
	rest = dw_str_make(s->p + 1, s->n - 1);
	if (!take_number(&rest, 2, &hours))
		return;
	(void)take_char(&rest, ":");
	if (!take_number(&rest, 2, &minutes))
		minutes = 0;
	if (hours < 24 && minutes < 60)
		snprintf(d->zone, sizeof(d->zone), "%c%02u:%02u", sign, hours, minutes);
}

/* "08:30" or "08:30:15.25"; a date without a time is that day's begin. */
static bool take_time(struct dw_str *s, struct date *d)
{
	unsigned ignored;

	if (!take_number(s, 2, &d->hour))
		return true;
	if (!take_char(s, ":.") || !take_number(s, 2, &d->minute))
		return false;
	if (take_char(s, ":.") && !take_number(s, 2, &d->second))
		return false;
	if (take_char(s, ".,"))
		(void)take_number(s, 12, &ignored);
	if (d->second == 60)
		d->second = 59;
	return true;
}

static bool named_month(struct dw_str name, unsigned *month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (name.n < 3)
		return false;
	for (unsigned i = 0; i < 12; i++) {
		if (dw_str_eq_nocase(dw_str_make(name.p, 3),
				     dw_str_make(names + (size_t)3 * i, 3))) {
			*month = i + 1;
			return true;
		}
	}
	return false;
}

static bool take_822(struct dw_str s, struct date *d)
{
	struct dw_str year;

	if (take_word(&s).n > 0) /* the weekday, which is not believed */
		(void)take_char(&s, ".");
	skip_blanks(&s);
	if (!take_number(&s, 2, &d->day))
		return false;
	while (take_char(&s, " \t-,."))
		;
	if (!named_month(take_word(&s), &d->month))
		return false;
	while (take_char(&s, " \t-,."))
		;
	year = s;
	if (!take_number(&s, 4, &d->year))
		return false;
	if (s.p - year.p == 2)
		d->year += d->year < 70 ? 2000 : 1900;
	skip_blanks(&s);
	if (!take_time(&s, d))
		return false;
	take_zone(&s, d);
	return true;
}

static bool take_iso(struct dw_str s, struct date *d)
{
	struct dw_str year = s;

	if (!take_number(&s, 4, &d->year) || s.p - year.p != 4)
		return false;
	d->month = d->day = 1;
	if (take_char(&s, "-/") && !take_number(&s, 2, &d->month))
		return false;
	if (take_char(&s, "-/") && !take_number(&s, 2, &d->day))
		return false;
	(void)take_char(&s, "Tt");
	skip_blanks(&s);
	if (!take_time(&s, d))
		return false;
	take_zone(&s, d);
	return true;
}

int link_date(struct dw_str s, int64_t *us)
{
	struct date d = { 0 };
	char text[80];

	while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) != NULL && s.p[s.n - 1] != '\0')
		s.n--;
	skip_blanks(&s);
	if (s.n == 0 || s.n > 100)
		return DW_EINVAL;
	if (dw_time_parse(s, us) == 0)
		return 0;
	if (!(is_digit(s.p[0]) && s.n > 3 && is_digit(s.p[3]) ? take_iso(s, &d)
							      : take_822(s, &d)))
		return DW_EINVAL;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u%s", d.year, d.month,
		 d.day, d.hour, d.minute, d.second, d.zone);
	return dw_time_parse(dw_str_of(text), us);
}
