/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * template.c - slots of a text, filled from the room.
 *
 * Each line that stands for a claim is linked to it as it is written, in units of the finished
 * text: what the statement rests on needs no second look. Times are written out in UTC and say so: the
 * server knows no other clock that reader and writer share.
 *
 * The Persian calendar begins at the spring equinox in Tehran. Its leap years come in a rhythm whose
 * breaks Borkowski has computed (The Persian calendar for 3000 years, Earth, Moon and Planets 74,
 * 1996); for the years that matter they are those proclaimed.
 */
#include "domain/template.h"

#include "base/clock.h"
#include "domain/change.h"
#include "domain/statement.h"

#include <stdio.h>

#define SLOT_MAX 40
#define SECOND INT64_C(1000000)
#define DAY_S INT64_C(86400)

/* ---- the Persian calendar ---- */

/* Years in which the rhythm of leap years breaks; Borkowski. */
static const int breaks[] = {
	-61,  9,    38,	  199,	426,  686,  756,  818,	1111, 1181,
	1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456, 3178
};

/* How many days into March the year begins, in its Gregorian year. */
static int march_day(int year)
{
	int leap = -14, jump = 0, gregorian = year + 621, n, last = breaks[0];

	for (size_t i = 1; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		jump = breaks[i] - last;
		if (year < breaks[i])
			break;
		leap += jump / 33 * 8 + jump % 33 / 4;
		last = breaks[i];
	}
	n = year - last;
	leap += n / 33 * 8 + (n % 33 + 3) / 4;
	if (jump % 33 == 4 && jump - n == 4)
		leap++;
	return 20 + leap - (gregorian / 4 - (gregorian / 100 + 1) * 3 / 4 - 150);
}

/* Days since 1970-01-01 of a Gregorian day; Hinnant, days_from_civil. */
static int64_t gregorian_days(int year, unsigned month, unsigned day)
{
	int y = year - (month <= 2);
	int era = y / 400;
	unsigned of_era = (unsigned)(y - era * 400);
	unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return (int64_t)era * 146097 +
	       (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static int64_t new_year(int year)
{
	return gregorian_days(year + 621, 3, (unsigned)march_day(year));
}

struct dw_persian_day dw_persian_day(int64_t days)
{
	int year = (int)((days + 719468) * 400 / 146097) - 620;
	struct dw_persian_day d;
	unsigned of_year;

	while (new_year(year) > days)
		year--;
	of_year = (unsigned)(days - new_year(year));
	d.year = year;
	d.month = of_year < 186 ? of_year / 31 + 1 : (of_year - 186) / 30 + 7;
	d.day = of_year < 186 ? of_year % 31 + 1 : (of_year - 186) % 30 + 1;
	return d;
}

/* ---- times in words ---- */

static const char *const months[3][12] = {
	{ "January", "February", "March", "April", "May", "June", "July", "August",
	  "September", "October", "November", "December" },
	{ "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر",
	  "أكتوبر", "نوفمبر", "ديسمبر" },
	{ "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر",
	  "دی", "بهمن", "اسفند" },
};

enum lang { ENGLISH, ARABIC, PERSIAN };

static enum lang lang_of(struct dw_str lang)
{
	if (dw_str_starts(lang, DW_STR("fa")))
		return PERSIAN;
	return dw_str_starts(lang, DW_STR("ar")) ? ARABIC : ENGLISH;
}

/* ASCII digits of a text as Persian ones. */
static int add_persian(struct dw_buf *b, const char *text)
{
	int rc = 0;

	for (; rc == 0 && *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9') {
			char digit[2] = { '\xdb', (char)('\xb0' + (*text - '0')) };

			rc = dw_buf_add(b, digit, sizeof(digit));
		} else {
			rc = dw_buf_addc(b, *text);
		}
	}
	return rc;
}

int dw_template_time(struct dw_buf *b, struct dw_str language, int64_t at)
{
	enum lang lang = lang_of(language);
	int64_t days = at / SECOND / DAY_S, s = at / SECOND % DAY_S;
	struct dw_persian_day p = dw_persian_day(days);
	char iso[40], text[160];

	(void)dw_time_format(iso, at);
	if (lang == PERSIAN) {
		snprintf(text, sizeof(text), "ساعت %02d:%02d به وقت جهانی، %u %s %d",
			 (int)(s / 3600), (int)(s / 60 % 60), p.day,
			 months[PERSIAN][p.month - 1], p.year);
		return add_persian(b, text);
	}
	/* "2026-11-29T14:05:…" */
	snprintf(text, sizeof(text),
		 lang == ARABIC ? "الساعة %.5s بالتوقيت العالمي، %d %s %.4s"
				: "%.5s UTC on %d %s %.4s",
		 iso + 11, (iso[8] - '0') * 10 + iso[9] - '0',
		 months[lang][(iso[5] - '0') * 10 + iso[6] - '0' - 1], iso);
	return dw_buf_addz(b, text);
}

/* ---- slots ---- */

struct filling {
	struct dw_buf b;
	const struct dw_fill_from *from;
	struct dw_rest *rest;
	size_t n_rests;
	size_t *left;
	size_t n_left;
	struct dw_arena *a;
};

struct dw_str dw_template_slot(struct dw_str text, size_t from)
{
	for (size_t i = from; i < text.n; i++) {
		size_t k = i + 1;

		if (text.p[i] != '{')
			continue;
		while (k < text.n && k - i <= SLOT_MAX &&
		       ((text.p[k] >= 'a' && text.p[k] <= 'z') || text.p[k] == '_'))
			k++;
		if (k > i + 1 && k < text.n && text.p[k] == '}')
			return dw_str_make(text.p + i, k + 1 - i);
	}
	return (struct dw_str){ NULL, 0 };
}

static bool is_in_slot(const struct dw_claim *c, bool is_known)
{
	if (c->text.p == NULL)
		return false;
	return is_known ? c->verdict == DW_TRUE
			: c->verdict == DW_VERDICT_UNKNOWN || c->verdict == DW_MIXED;
}

static int add_claim(struct filling *f, const struct dw_claim *c, bool is_known)
{
	struct dw_rest *r = &f->rest[f->n_rests];
	bool is_begun = f->b.len > 0 && f->b.p[f->b.len - 1] != '\n';
	int rc = dw_buf_addz(&f->b, is_begun ? "\n– " : "– ");

	if (rc < 0)
		return rc;
	*r = (struct dw_rest){ .claim = c->id,
			       .rests = is_known ? DW_RESTS_ASSERTS : DW_RESTS_CHECKING,
			       .from = (uint32_t)dw_utf16_count(dw_buf_str(&f->b)) };
	for (size_t i = 0; rc == 0 && i < c->text.n; i++)
		if (c->text.p[i] != '\r')
			rc = dw_buf_addc(&f->b,
					 c->text.p[i] == '\n' ? ' ' : c->text.p[i]);
	r->to = (uint32_t)dw_utf16_count(dw_buf_str(&f->b));
	r->quote = dw_str_make(dw_arena_strdup(f->a, c->text), c->text.n);
	f->n_rests++;
	return rc;
}

/* 1: filled, 0: there is nothing to put there, DW_ETOOBIG. */
static int fill_claims(struct filling *f, bool is_known)
{
	const struct dw_incident *s = f->from->s;
	bool any = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->claims.n; i++) {
		if (!is_in_slot(&s->claims.p[i], is_known))
			continue;
		if (f->n_rests == DW_RESTS_MAX)
			return DW_ETOOBIG;
		any = true;
		rc = add_claim(f, &s->claims.p[i], is_known);
	}
	return rc < 0 ? rc : any;
}

static int fill_time(struct filling *f, int64_t at)
{
	int rc = at != 0 ? dw_template_time(&f->b, f->from->lang, at) : 0;

	return rc < 0 ? rc : at != 0;
}

static int64_t began_at(const struct dw_incident *s)
{
	const struct dw_linked *first = dw_incident_first_mention(s);

	return first != NULL ? first->at : s->declared_at;
}

/* One line of text, if there is one. */
static int fill_text(struct filling *f, struct dw_str text)
{
	if (text.p == NULL || text.n == 0)
		return 0;
	return dw_buf_add(&f->b, text.p, text.n) < 0 ? DW_ETOOBIG : 1;
}

static int fill_slot(struct filling *f, struct dw_str slot)
{
	const struct dw_incident *s = f->from->s;
	int64_t due = dw_incident_word_due(s, DW_AUDIENCE_PUBLIC);

	if (dw_str_eq(slot, DW_STR("{known}")))
		return fill_claims(f, true);
	if (dw_str_eq(slot, DW_STR("{checking}")))
		return fill_claims(f, false);
	if (dw_str_eq(slot, DW_STR("{since}")))
		return fill_time(f, began_at(s));
	if (dw_str_eq(slot, DW_STR("{next_update}")))
		return fill_time(f, due > f->from->now ? due : 0);
	if (dw_str_eq(slot, DW_STR("{what}")))
		return fill_text(f, s->title);
	return dw_str_eq(slot, DW_STR("{contact}")) ? fill_text(f, f->from->contact) : 0;
}

static struct dw_str keep(struct dw_str text, struct dw_arena *a)
{
	return text.n == 0 ? text : dw_str_make(dw_arena_strdup(a, text), text.n);
}

static struct dw_str time_text(struct dw_str lang, int64_t at, struct dw_arena *a)
{
	struct dw_str text = { NULL, 0 };
	struct dw_buf b;

	dw_buf_init(&b, 400);
	if (at != 0 && dw_template_time(&b, lang, at) == 0)
		text = keep(dw_buf_str(&b), a);
	dw_buf_fini(&b);
	return text;
}

void dw_template_given(struct dw_given *out, const struct dw_fill_from *from,
		       struct dw_arena *a)
{
	int64_t due = dw_incident_word_due(from->s, DW_AUDIENCE_PUBLIC);

	out->text[0] = time_text(from->lang, began_at(from->s), a);
	out->text[1] = time_text(from->lang, due, a);
	out->text[2] = keep(from->contact, a);
}

static size_t count_slots(struct dw_str text)
{
	struct dw_str slot;
	size_t n = 0;

	for (size_t at = 0; (slot = dw_template_slot(text, at)).p != NULL; n++)
		at = (size_t)(slot.p - text.p) + slot.n;
	return n;
}

/* What it is filled with, or the slot itself. 0 or DW_ETOOBIG. */
static int add_slot(struct filling *f, struct dw_str slot)
{
	int rc = fill_slot(f, slot);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	f->left[f->n_left++] = f->b.len;
	return dw_buf_add(&f->b, slot.p, slot.n);
}

int dw_template_fill(struct dw_filled *out, struct dw_str text,
		     const struct dw_fill_from *from, struct dw_arena *a)
{
	struct filling f = { .from = from, .a = a };
	struct dw_str slot;
	size_t at = 0;
	int rc = 0;

	dw_buf_init(&f.b, 3 * DW_TEXT_UNITS_MAX);
	f.rest = dw_arena_alloc(a, DW_RESTS_MAX * sizeof(*f.rest));
	f.left = dw_arena_alloc(a, (count_slots(text) + 1) * sizeof(*f.left));
	while (rc == 0 && (slot = dw_template_slot(text, at)).p != NULL) {
		rc = dw_buf_add(&f.b, text.p + at, (size_t)(slot.p - text.p) - at);
		if (rc == 0)
			rc = add_slot(&f, slot);
		at = (size_t)(slot.p - text.p) + slot.n;
	}
	if (rc == 0)
		rc = dw_buf_add(&f.b, text.p + at, text.n - at);
	*out = (struct dw_filled){
		.text = dw_str_make(dw_arena_strdup(a, dw_buf_str(&f.b)), f.b.len),
		.rests = { f.rest, f.n_rests },
		.left = f.left,
		.n_left = f.n_left,
	};
	dw_buf_fini(&f.b);
	return rc < 0 || dw_utf16_count(out->text) > DW_TEXT_UNITS_MAX ? DW_ETOOBIG : 0;
}
