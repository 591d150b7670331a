/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_EVENT_H
#define DW_DOMAIN_EVENT_H
/*
 * Glossary: an event is a fact of the journal, named noun.verb; its class says who may see it;
 * an object's id is the seq of the event that created it, its version the seq of the last event
 * that changed its own fields.
 */
#include "base/str.h"

enum dw_event_type {
#define X(id, name, version, class, flags) DW_EV_##id,
#include "domain/event.def"
#undef X
	DW_EV_COUNT,
	DW_EV_UNKNOWN =
		DW_EV_COUNT, /* of a newer version than this binary; shown to admins */
};

enum dw_event_class {
	DW_CLASS_MENTION,
	DW_CLASS_SOURCE,
	DW_CLASS_SECURITY,
	DW_CLASS_SYSTEM,
	DW_CLASS_ROOM,
	DW_CLASS_PLAYBOOK,
	DW_CLASS_DRAFT,
	DW_CLASS_AUTHORITY,
	DW_CLASS_COUNT,
};

enum { DW_EVF_NONE = 0, DW_EVF_OBJECT = 1 };

struct dw_event_info {
	const char *name; /* "mention.added" */
	unsigned version; /* of the payload as written today */
	enum dw_event_class class;
	unsigned flags;
};

/** Catalogue entry; DW_EV_UNKNOWN has one too (class SECURITY). */
const struct dw_event_info *dw_event_info(enum dw_event_type t);
/** By full name; DW_EV_UNKNOWN when the catalogue has none. */
enum dw_event_type dw_event_by_name(struct dw_str name);

/* A set of event types. */
struct dw_type_set {
	uint64_t w[2];
};

static inline void dw_type_set_add(struct dw_type_set *s, enum dw_event_type t)
{
	s->w[(unsigned)t / 64] |= UINT64_C(1) << ((unsigned)t % 64);
}

static inline bool dw_type_set_has(const struct dw_type_set *s, enum dw_event_type t)
{
	return (s->w[(unsigned)t / 64] >> ((unsigned)t % 64) & 1) != 0;
}

/** Is every member of `a` in `b`? */
static inline bool dw_type_set_within(const struct dw_type_set *a,
				      const struct dw_type_set *b)
{
	return (a->w[0] & ~b->w[0]) == 0 && (a->w[1] & ~b->w[1]) == 0;
}

struct dw_type_set dw_type_set_and(struct dw_type_set a, struct dw_type_set b);
/** All types, unknown ones too. */
struct dw_type_set dw_type_set_all(void);
/**
 * "mention,source.added": nouns and full types, separated by commas. DW_EINVAL names the part
 * that is neither.
 */
DW_MUST_USE int dw_type_set_parse(struct dw_str list, struct dw_type_set *out,
				  struct dw_err *err);

#endif
