/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * change.c - what one edit is by itself: its rules, and what it does to positions.
 *
 * The page's own library takes negative and broken numbers and wrong totals, and stumbles only
 * when it applies them: in every other reader's page. So the rules are here, and nothing is taken
 * that is not plain. What changes nothing is plain: it is what is left of a deletion that somebody else was
 * faster with, and the page waits to see it come back.
 *
 * Positions move by the rules of CodeMirror's ChangeSet.mapPos, part by part and not by places
 * that changed: at a part that takes and puts, "before" is its begin and "behind" its end, and two
 * such parts side by side are two. tests/unit/test_change_cases.c compares.
 *
 * Rejected: operational transformation here. A change must be made for the text as it is; who was
 * too late gets what was missed and makes a new one, in the page, by the library's own code.
 */
#include "change_int.h"

#include <stdio.h>

int change_refuse(struct dw_fault *f, int code, size_t part, const char *what)
{
	char pointer[32];

	snprintf(pointer, sizeof(pointer), "/%zu", part);
	dw_fault_set(f, pointer, "%s", what);
	return code;
}

static int check_text(struct dw_str s, size_t part, struct dw_fault *f)
{
	if (s.n == 0)
		return 0;
	if (memchr(s.p, '\0', s.n) != NULL || memchr(s.p, '\r', s.n) != NULL)
		return change_refuse(f, DW_EUNPROCESSABLE, part,
				     "a text may hold no NUL and no carriage return");
	if (!dw_utf8_valid(s))
		return change_refuse(f, DW_EUNPROCESSABLE, part,
				     "a text must be valid UTF-8");
	return 0;
}

int dw_change_check(const struct dw_change *c, struct dw_fault *f)
{
	uint64_t before = 0, put = 0;

	if (c->n > DW_CHANGE_PARTS_MAX)
		return change_refuse(f, DW_ETOOBIG, DW_CHANGE_PARTS_MAX,
				     "these are more parts than may be sent at once");
	for (size_t i = 0; i < c->n; i++) {
		const struct dw_change_part *p = &c->part[i];
		int rc = check_text(p->text, i, f);

		if (rc < 0)
			return rc;
		if (p->is_kept ? p->n == 0 || p->text.n > 0 : p->n == 0 && p->text.n == 0)
			return change_refuse(f, DW_EUNPROCESSABLE, i,
					     "a part must keep, take or put something");
		before += p->n;
		put += p->text.n;
		if (before > DW_TEXT_UNITS_MAX || put > 4 * (uint64_t)DW_TEXT_UNITS_MAX)
			return change_refuse(f, DW_ETOOBIG, i,
					     "this is longer than a draft may be");
	}
	return 0;
}

uint64_t dw_change_before(const struct dw_change *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->part[i].n;
	return n;
}

uint64_t dw_change_behind(const struct dw_change *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->part[i].is_kept ? c->part[i].n : dw_utf16_count(c->part[i].text);
	return n;
}

uint64_t dw_change_map(const struct dw_change *c, uint64_t pos, enum dw_side side)
{
	uint64_t at = 0, behind = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct dw_change_part *p = &c->part[i];
		uint64_t end = at + p->n;

		if (p->is_kept) {
			if (end > pos)
				return behind + (pos - at);
			behind += p->n;
		} else {
			uint64_t put = dw_utf16_count(p->text);

			if (end > pos ||
			    (end == pos && p->n == 0 && side == DW_SIDE_BEFORE))
				return pos == at || side == DW_SIDE_BEFORE ? behind
									   : behind + put;
			behind += put;
		}
		at = end;
	}
	DW_REQUIRE(pos == at);
	return behind;
}

bool dw_change_map_range(const struct dw_change *c, uint64_t *from, uint64_t *to)
{
	uint64_t a = dw_change_map(c, *from, DW_SIDE_BEHIND);
	uint64_t b = dw_change_map(c, *to, DW_SIDE_BEFORE);
	bool is_left = a < b;

	*to = b;
	*from = is_left ? a : b;
	return is_left;
}
