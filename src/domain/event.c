/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * event.c - the catalogue of events, and sets of them.
 *
 * The catalogue is event.def, read once as an enum (event.h) and once as the table below; a
 * type's number is only an index in this binary and never stored. Names are looked up on every
 * event of the tail, so the table is searched in order: two dozen comparisons of a length first
 * cost less than hashing the name would.
 *
 * A name that is not in the catalogue comes from a newer version. It keeps its place in every
 * order and goes to admins only, because nobody can say here who else may see it.
 */
#include "domain/event.h"

_Static_assert(DW_EV_UNKNOWN < 128, "struct dw_type_set has 128 bits");

static const struct dw_event_info catalogue[DW_EV_COUNT + 1] = {
#define X(id, event_name, event_version, event_class, event_flags)                       \
	[DW_EV_##id] = { event_name, event_version, DW_CLASS_##event_class,              \
			 DW_EVF_##event_flags },
#include "domain/event.def"
#undef X
	[DW_EV_UNKNOWN] = { "unknown", 0, DW_CLASS_SECURITY, DW_EVF_NONE },
};

const struct dw_event_info *dw_event_info(enum dw_event_type t)
{
	DW_REQUIRE((unsigned)t <= DW_EV_COUNT);
	return &catalogue[t];
}

enum dw_event_type dw_event_by_name(struct dw_str name)
{
	for (unsigned t = 0; t < DW_EV_COUNT; t++)
		if (dw_str_eq(name, dw_str_of(catalogue[t].name)))
			return (enum dw_event_type)t;
	return DW_EV_UNKNOWN;
}

struct dw_type_set dw_type_set_and(struct dw_type_set a, struct dw_type_set b)
{
	return (struct dw_type_set){ { a.w[0] & b.w[0], a.w[1] & b.w[1] } };
}

struct dw_type_set dw_type_set_all(void)
{
	struct dw_type_set s = { { 0, 0 } };

	for (unsigned t = 0; t <= DW_EV_UNKNOWN; t++)
		dw_type_set_add(&s, (enum dw_event_type)t);
	return s;
}

/* Is `name` exactly `part`, or is `part` its noun? */
static bool is_meant(const char *name, struct dw_str part)
{
	size_t n = strlen(name);

	if (n < part.n || part.n == 0 || memcmp(name, part.p, part.n) != 0)
		return false;
	return name[part.n] == '\0' || name[part.n] == '.';
}

static bool add_part(struct dw_type_set *s, struct dw_str part)
{
	bool is_found = false;

	for (unsigned t = 0; t < DW_EV_COUNT; t++) {
		if (is_meant(catalogue[t].name, part)) {
			dw_type_set_add(s, (enum dw_event_type)t);
			is_found = true;
		}
	}
	return is_found;
}

int dw_type_set_parse(struct dw_str list, struct dw_type_set *out, struct dw_err *err)
{
	struct dw_type_set s = { { 0, 0 } };

	for (size_t from = 0, to; from <= list.n; from = to + 1) {
		struct dw_str part;

		for (to = from; to < list.n && list.p[to] != ',';)
			to++;
		part = dw_str_make(list.n > 0 ? list.p + from : "", to - from);
		if (part.n == 0)
			return dw_fail(err, DW_EINVAL,
				       "the list of types has an empty part; say it as "
				       "mention,source.added");
		if (!add_part(&s, part))
			return dw_fail(err, DW_EINVAL,
				       "'%.*s' is neither a noun nor a type of event",
				       part.n > 64 ? 64 : (int)part.n, part.p);
	}
	*out = s;
	return 0;
}
