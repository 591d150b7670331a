/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_FACT_H
#define DW_DOMAIN_FACT_H
/*
 * What an event about an incident says, as plain data: the payload without its JSON. A command
 * is made of the same fields. Which fields a type has is a row of a table (fact.c); how they are
 * spelled is known to fact_json.c alone.
 */
#include "base/arena.h"
#include "domain/event.h"
#include "domain/links.h"
#include "domain/mention.h"

/* ---- words; their names in JSON: dw_word_name ---- */

enum dw_status {
	DW_DECLARED,
	DW_ACTIVE,
	DW_MONITORING,
	DW_RESOLVED,
	DW_REVIEWED,
	DW_MERGED,
	DW_STATUS_COUNT
};
enum dw_verdict { DW_VERDICT_UNKNOWN, DW_TRUE, DW_FALSE, DW_MIXED };
enum dw_room_role {
	DW_ROOM_LEAD,
	DW_ROOM_COMMUNICATIONS,
	DW_ROOM_SPOKESPERSON,
	DW_ROOM_LEGAL,
	DW_ROOM_EXECUTIVE,
	DW_ROOM_SCRIBE,
	DW_ROOM_MEMBER, /* takes part without an office: any number of them */
};
enum dw_audience { DW_INTERNAL, DW_EXECUTIVE, DW_AUDIENCE_PUBLIC, DW_AUDIENCE_COUNT };
enum dw_triage {
	DW_TRIAGE_NEW,
	DW_TRIAGE_SEEN,
	DW_TRIAGE_OWNED,
	DW_TRIAGE_ANSWERED,
	DW_TRIAGE_CLOSED,
	DW_TRIAGE_IGNORED,
};
enum dw_outcome_word { DW_SOLVED, DW_NOT_SOLVED, DW_NO_ANSWER, DW_NOT_OURS };

enum dw_word_kind {
	DW_WORD_STATUS,
	DW_WORD_VERDICT,
	DW_WORD_ROOM_ROLE,
	DW_WORD_AUDIENCE,
	DW_WORD_TRIAGE,
	DW_WORD_OUTCOME,
	DW_WORD_KINDS
};

/** "declared"…; NULL past the last. */
const char *dw_word_name(enum dw_word_kind kind, unsigned value);
/** False: there is no such word. */
bool dw_word_find(enum dw_word_kind kind, struct dw_str name, unsigned *value);
/** All words of a kind, "a, b, c". */
const char *dw_word_list(enum dw_word_kind kind);

/* ---- fields ---- */

enum dw_field {
#define X(id, key, kind, member, most) DW_F_##id,
#include "domain/field.def"
#undef X
	DW_FIELD_COUNT
};

_Static_assert(DW_FIELD_COUNT <= 64, "struct dw_fact has 64 bits for them");

#define DW_HAS(id) (UINT64_C(1) << DW_F_##id)

/* One of mention, url and file. */
struct dw_evidence {
	uint64_t mention, file;
	struct dw_str url, note;
};

struct dw_texts {
	struct dw_str *p;
	size_t n;
};

struct dw_refs {
	uint64_t *p;
	size_t n;
};

/* Everything that it points at lies in the arena that it was read into, or is borrowed. */
struct dw_fact {
	/* the envelope */
	enum dw_event_type type;
	uint64_t seq, room, actor;
	int64_t recorded_at, occurred_at; /* occurred_at 0: when recorded */
	bool is_erased;			  /* the payload is gone: no field is there */
	/* the payload: which fields are there. A REF or TIME that is there and 0, and a text
	 * that is there and NULL, were taken away (null). */
	uint64_t has;
	struct dw_str title, summary, kind, text, reason, label, note, question, choice,
		reasons, name, media, sha256, slug, lang, roles, templates, url;
	struct dw_texts options, names;
	uint64_t size, playbook_version, back, every_s;
	unsigned severity, was_severity, status, was_status, verdict, role, audience,
		triage, outcome;
	bool is_drill, is_restricted, is_deputy, is_done, asks;
	uint64_t owner, user, target, claim, task, participant, replaces, supersedes,
		into, from, mention, known_at;
	int64_t occurred, recheck_at, due_at, captured_at, next_at;
	struct dw_refs deciders, consulted, ids;
	struct {
		struct dw_linked *p;
		size_t n;
	} linked;
	struct {
		struct dw_evidence *p;
		size_t n;
	} evidence;
};

/** Fields that an event of this type may have; 0: it is none about an incident. */
uint64_t dw_fact_fields(enum dw_event_type type);

/* ---- fact_pack.c: packed, for a fold that reads very many ---- */

struct dw_buf;

/* What a run of packed facts begins from. */
struct dw_pack_base {
	uint64_t seq, room;
	int64_t at; /* µs */
};

/**
 * Add a fact to a run. Texts that leave nothing in a room are left out. DW_ETOOBIG: `out` is full,
 * and as it was.
 */
DW_MUST_USE int dw_fact_pack(struct dw_buf *out, const struct dw_fact *f,
			     const struct dw_pack_base *base);
/**
 * Take the next fact from a run. Texts point into the run, lists lie in `a`. 1, 0 at the end, or
 * DW_ECORRUPT.
 */
DW_MUST_USE int dw_fact_unpack(struct dw_fact *f, struct dw_str *run,
			       const struct dw_pack_base *base, struct dw_arena *a);
/** SHA-256 of all that a packed fact's meaning hangs on: what was packed by another is void. */
void dw_fact_pack_digest(uint8_t digest[32]);

/* ---- fact_json.c ---- */

struct dw_blob;
struct dw_jsonw;

/** The payload of an event: one object; a new blob. */
struct dw_blob *dw_fact_payload(const struct dw_fact *f);
/** The payload's members, in the order of field.def, into an object that was begun. */
void dw_fact_write(struct dw_jsonw *w, const struct dw_fact *f);
/**
 * Read a payload of ours into `a`. Total: fields and words of later versions are left out, and
 * what is damaged or erased has no field. The envelope's members of *f are the caller's.
 */
void dw_fact_read(struct dw_fact *f, struct dw_str payload, struct dw_arena *a);
/**
 * Read a command's body, which is hostile: only the fields `known`, all of `required`, within
 * their limits. 0 or DW_EINVAL with the field and the reason.
 */
DW_MUST_USE int dw_fact_parse(struct dw_fact *f, struct dw_str json, uint64_t required,
			      uint64_t known, struct dw_arena *a, struct dw_fault *fault);

#endif
