/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * clock.c - the machine's clock, and RFC 3339 both ways without the C library's calendar.
 *
 * Dates are counted in days from 1 March of the year 0 (proleptic Gregorian), so that the leap
 * day is the last of its year and months fall into a linear rule. Formatting is on the path of
 * every frame, so it is written out digit by digit. A leap second (23:59:60 UTC) is read as the
 * second after it, as POSIX counts. Fractions finer than a microsecond are cut off.
 */
#include "base/clock.h"

#include <errno.h>
#include <sodium.h>
#include <sys/random.h>
#include <time.h>

#define SECOND INT64_C(1000000)
#define DAY INT64_C(86400)
#define LEAST_S INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define MOST_S INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */
#define DAYS_TO_EPOCH INT64_C(719468) /* from 0000-03-01 to 1970-01-01 */
#define DAYS_400_YEARS INT64_C(146097)

static int64_t read_us(clockid_t which)
{
	struct timespec ts;

	DW_INVARIANT(clock_gettime(which, &ts) == 0);
	return (int64_t)ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

static int64_t system_now_us(void *ctx)
{
	(void)ctx;
	return read_us(CLOCK_REALTIME);
}

static int64_t system_mono_us(void *ctx)
{
	(void)ctx;
	return read_us(CLOCK_MONOTONIC);
}

/* Not libsodium's: that asks the kernel for 256 bytes at a time, and a commit needs kilobytes. */
static void system_random(void *ctx, void *out, size_t n)
{
	(void)ctx;
	for (uint8_t *p = out; n > 0;) {
		ssize_t got = getrandom(p, n, 0);

		DW_INVARIANT(got > 0 || errno == EINTR);
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

const struct dw_clock *dw_clock_system(void)
{
	static const struct dw_clock clock = { system_now_us, system_mono_us,
					       system_random, NULL };

	DW_INVARIANT(sodium_init() >= 0);
	return &clock;
}

struct date {
	int year, month, day;
};

static struct date date_of(int64_t days)
{
	int64_t z = days + DAYS_TO_EPOCH;
	int64_t era = z / DAYS_400_YEARS; /* z >= 0: year 1 is the earliest */
	int64_t doe = z % DAYS_400_YEARS;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int month = (int)((5 * doy + 2) / 153); /* 0 is March */

	return (struct date){ (int)(yoe + era * 400) + (month >= 10),
			      month < 10 ? month + 3 : month - 9,
			      (int)(doy - (153 * month + 2) / 5) + 1 };
}

static int64_t days_of(struct date d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = y / 400, yoe = y % 400;
	int64_t doy =
		(153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;

	return era * DAYS_400_YEARS + yoe * 365 + yoe / 4 - yoe / 100 + doy -
	       DAYS_TO_EPOCH;
}

static char *put(char *p, int64_t n, int digits, char then)
{
	for (int i = digits; i-- > 0; n /= 10)
		p[i] = (char)('0' + n % 10);
	p[digits] = then;
	return p + digits + 1;
}

char *dw_time_format(char *out, int64_t us)
{
	int64_t s = us / SECOND, fraction = us % SECOND, days, left;
	struct date d;
	char *p;

	if (fraction < 0) {
		fraction += SECOND;
		s--;
	}
	/* What no RFC 3339 text can say becomes the nearest that it can. */
	if (s < LEAST_S || s > MOST_S) {
		fraction = s < LEAST_S ? 0 : SECOND - 1;
		s = s < LEAST_S ? LEAST_S : MOST_S;
	}
	days = (s - LEAST_S) / DAY + LEAST_S / DAY;
	left = s - days * DAY;
	d = date_of(days);
	p = put(out, d.year, 4, '-');
	p = put(p, d.month, 2, '-');
	p = put(p, d.day, 2, 'T');
	p = put(p, left / 3600, 2, ':');
	p = put(p, left / 60 % 60, 2, ':');
	p = put(p, left % 60, 2, '.');
	p = put(p, fraction, 6, 'Z');
	*p = '\0';
	return out;
}

/* Exactly `digits` digits off the front, and then the byte `then` when it is not 0. */
static bool take(struct dw_str *s, int digits, char then, int *out)
{
	size_t need = (size_t)digits + (then != 0);

	if (s->n < need)
		return false;
	*out = 0;
	for (int i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*out = *out * 10 + (s->p[i] - '0');
	}
	if (then != 0 && s->p[digits] != then && s->p[digits] != (then | 0x20))
		return false;
	s->p += need;
	s->n -= need;
	return true;
}

/* ".123" or nothing; *us is cut to microseconds. */
static bool take_fraction(struct dw_str *s, int64_t *us)
{
	int64_t unit = SECOND / 10;
	size_t n = 1;

	*us = 0;
	if (s->n == 0 || s->p[0] != '.')
		return true;
	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++, unit /= 10)
		*us += (s->p[n] - '0') * unit;
	if (n == 1 || n > 10)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* "Z" or "+03:30" to the end. */
static bool take_offset(struct dw_str *s, int64_t *offset_s)
{
	int hours, minutes, sign;

	*offset_s = 0;
	if (s->n == 1)
		return s->p[0] == 'Z' || s->p[0] == 'z';
	if (s->n != 6 || (s->p[0] != '+' && s->p[0] != '-'))
		return false;
	sign = s->p[0] == '-' ? -1 : 1;
	s->p++;
	s->n--;
	if (!take(s, 2, ':', &hours) || !take(s, 2, 0, &minutes) || hours > 23 ||
	    minutes > 59)
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && is_leap ? 29 : days[month - 1];
}

struct parts {
	struct date date;
	int hour, minute, second;
	int64_t fraction, offset_s;
};

static bool take_parts(struct dw_str s, struct parts *p)
{
	return take(&s, 4, '-', &p->date.year) && take(&s, 2, '-', &p->date.month) &&
	       take(&s, 2, 'T', &p->date.day) && take(&s, 2, ':', &p->hour) &&
	       take(&s, 2, ':', &p->minute) && take(&s, 2, 0, &p->second) &&
	       take_fraction(&s, &p->fraction) && take_offset(&s, &p->offset_s);
}

static bool is_on_the_calendar(const struct parts *p)
{
	return p->date.year >= 1 && p->date.month >= 1 && p->date.month <= 12 &&
	       p->date.day >= 1 &&
	       p->date.day <= month_days(p->date.year, p->date.month) && p->hour <= 23 &&
	       p->minute <= 59 && p->second <= 60;
}

int dw_time_parse(struct dw_str s, int64_t *us)
{
	struct parts p;
	int64_t at;

	if (!take_parts(s, &p) || !is_on_the_calendar(&p))
		return DW_EINVAL;
	at = days_of(p.date) * DAY + p.hour * 3600 + p.minute * 60 + p.second -
	     p.offset_s;
	/* A leap second is the last of a day in UTC. */
	if (p.second == 60 && (at - LEAST_S) % DAY != 0)
		return DW_EINVAL;
	if (at < LEAST_S || at > MOST_S)
		return DW_EINVAL;
	*us = at * SECOND + p.fraction;
	return 0;
}
