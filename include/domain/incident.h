/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_INCIDENT_H
#define DW_DOMAIN_INCIDENT_H
/*
 * One incident as plain data: what its events come to. Folded by one function, for the live room
 * and for every look into its past.
 */
#include "domain/fact.h"

/* Of one room; what goes beyond is refused (decide.c), never dropped by the fold. */
#define DW_PARTICIPANTS_MAX 500
#define DW_CLAIMS_MAX 2000
#define DW_TASKS_MAX 5000
#define DW_DECISIONS_MAX 2000
#define DW_EVIDENCE_MAX 500  /* of one claim */
#define DW_SPREAD_MAX 100000 /* mentions of one claim */
#define DW_PINS_MAX 500
#define DW_LINKS_MAX 1000000
#define DW_PLAYBOOKS_MAX 50 /* that were started */
#define DW_SPLITS_MAX 500
#define DW_WORDS_MAX 5000
#define DW_FILES_MAX 2000
#define DW_ROOM_TEXT_MAX                                                                 \
	(16u * 1024 * 1024) /* bytes of all that dw_incident_weight counts */

struct dw_participant {
	uint64_t id, user;
	unsigned role;
	bool is_deputy;
	int64_t joined_at;
};

struct dw_exhibit { /* evidence as it lies with a claim */
	struct dw_evidence e;
	uint64_t seq, by;
	int64_t at;
};

struct dw_claim {
	uint64_t id, version, owner, by;
	int64_t at, recheck_at;
	int64_t said_at;    /* the recheck_at that it was called overdue for, or 0 */
	struct dw_str text; /* p == NULL: erased */
	unsigned verdict;
	uint64_t flipped; /* seq of the event that made the verdict what it is */
	struct dw_exhibit *exhibit;
	size_t n_exhibits, cap_exhibits;
	struct dw_links spread; /* the mentions of this room that spread it */
};

struct dw_todo { /* a task; rt has a dw_task */
	uint64_t id, version, owner, by, done_by;
	int64_t at, due_at, done_at;
	int64_t said_at; /* the due_at that it was called overdue for, or 0 */
	struct dw_str title;
	bool is_done, has_role;
	unsigned role;	   /* the office that it was meant for */
	uint64_t playbook; /* that it came with: struct dw_started.id; 0: none */
};

struct dw_decision {
	uint64_t id, by, known_at, supersedes, superseded_by;
	int64_t at;
	struct dw_str question, choice, reasons;
	struct dw_texts options;
	struct dw_refs deciders, consulted;
};

struct dw_pin { /* an entry made a milestone */
	uint64_t target, by;
	int64_t at; /* when what it points at happened */
	struct dw_str label;
};

struct dw_started { /* a playbook as it was copied into the room */
	uint64_t id, playbook_version, by;
	int64_t at;
	struct dw_str slug, lang, title, roles, templates; /* the last two are JSON */
};

struct dw_lead_change {		     /* the lead's office came to somebody */
	uint64_t seq, user, was, by; /* was: who had it last; 0: nobody before */
	int64_t at;
};

enum dw_move_kind { DW_MOVE_TITLE, DW_MOVE_SEVERITY, DW_MOVE_STATUS };

struct dw_move { /* of the incident's own fields */
	enum dw_move_kind what;
	uint64_t seq, by;
	int64_t at;
	unsigned from, to;
	struct dw_str was, is; /* titles */
};

#define DW_NOTES_KEPT 16 /* the newest, a power of two */

struct dw_noted { /* a note: its text is in the journal alone */
	uint64_t seq, by, corrected_by;
	int64_t at;
};

struct dw_word { /* what an audience was told */
	uint64_t id, by;
	unsigned audience;
	int64_t at;		      /* when it was said */
	int64_t recorded_at, next_at; /* next_at 0: no promise */
	struct dw_str text, url;
};

struct dw_cadence {		  /* of one audience */
	uint64_t every_s;	  /* between two words; 0: as they come */
	uint64_t last_id;	  /* the word that was said last, 0: none yet */
	int64_t last_at, next_at; /* of that word */
	int64_t said_at;	  /* the moment that was called overdue, or 0 */
};

/* A moment by which something is to have happened, and has not. */
struct dw_due {
	enum dw_due_kind { DW_DUE_WORD, DW_DUE_TASK, DW_DUE_CLAIM } kind;
	unsigned audience; /* of a word */
	uint64_t id;	   /* of a task or claim */
	int64_t at;
	bool is_said; /* it was called overdue */
};

struct dw_room_file { /* its bytes are kept beside the journal, by their SHA-256 */
	uint64_t id, by, size;
	int64_t at, captured_at;	   /* captured_at 0: nobody said */
	struct dw_str name, media, sha256; /* p == NULL: erased */
};

/* An entry of the timeline: enough to point at it. */
struct dw_entry {
	uint64_t seq;
	int64_t occurred_at;
};

#define DW_VECTOR(type)                                                                  \
	struct {                                                                         \
		type *p;                                                                 \
		size_t n, cap;                                                           \
	}

struct dw_incident {
	struct dw_arena *arena;	   /* owns all texts and lists */
	uint64_t id, version, seq; /* 0 before it was declared; seq: of the last event */
	struct dw_str title, kind, summary;
	struct dw_texts names; /* that must not be mixed up: text/nameset.h */
	unsigned severity, status;
	bool is_drill, is_restricted;
	uint64_t declared_by, merged_into;
	int64_t declared_at, changed_at;
	int64_t active_at, resolved_at, reviewed_at; /* 0: it is not, or not yet */
	uint64_t resolved_seq;
	DW_VECTOR(struct dw_participant) participants; /* those who are in it now */
	DW_VECTOR(struct dw_claim) claims;
	DW_VECTOR(struct dw_todo) tasks;
	DW_VECTOR(struct dw_decision) decisions;
	DW_VECTOR(struct dw_pin) pins;
	struct dw_links links;
	DW_VECTOR(struct dw_entry) entries; /* by seq: everything on the timeline */
	DW_VECTOR(uint64_t) absorbed;	    /* incidents that were merged into this one */
	DW_VECTOR(struct dw_started) playbooks;
	uint64_t split_from; /* the incident that this one was a part of, or 0 */
	DW_VECTOR(uint64_t) split_into; /* incidents that were parts of this one */
	DW_VECTOR(struct dw_word) words;
	struct dw_cadence cadence[DW_AUDIENCE_COUNT];
	uint64_t first_word; /* that the public heard, or 0 */
	int64_t first_word_at;
	DW_VECTOR(struct dw_room_file) files;
	size_t n_notes, n_corrections, n_statements; /* ever */
	size_t weight;				     /* of all events so far */
	DW_VECTOR(struct dw_lead_change) leads;
	DW_VECTOR(struct dw_move) moves;
	struct dw_noted note[DW_NOTES_KEPT]; /* number n lies at n modulo that */
};

struct dw_incident *dw_incident_create(void);
/** NULL is fine. */
void dw_incident_destroy(struct dw_incident *s);
/**
 * Fold one event in. Total: what is erased, of another type or of a later version changes what
 * can be told from it and nothing else. What f points at must live as long as s: read it into
 * s->arena. Requires: events of one room, in order.
 */
void dw_incident_apply(struct dw_incident *s, const struct dw_fact *f);

/* ---- looking; NULL or false when there is none ---- */

const struct dw_participant *dw_incident_participant(const struct dw_incident *s,
						     uint64_t id);
/** Who has that office. */
const struct dw_participant *dw_incident_office(const struct dw_incident *s,
						unsigned role, bool is_deputy);
bool dw_incident_has_user(const struct dw_incident *s, uint64_t user);
/** Does the user lead, or is the lead's deputy? */
bool dw_incident_is_led_by(const struct dw_incident *s, uint64_t user);
const struct dw_claim *dw_incident_claim(const struct dw_incident *s, uint64_t id);
const struct dw_todo *dw_incident_task(const struct dw_incident *s, uint64_t id);
const struct dw_decision *dw_incident_decision(const struct dw_incident *s, uint64_t id);
const struct dw_room_file *dw_incident_file(const struct dw_incident *s, uint64_t id);
const struct dw_entry *dw_incident_entry(const struct dw_incident *s, uint64_t seq);
const struct dw_pin *dw_incident_pin(const struct dw_incident *s, uint64_t target);
bool dw_incident_has_mention(const struct dw_incident *s, uint64_t mention);
/** The mention that was said first. */
const struct dw_linked *dw_incident_first_mention(const struct dw_incident *s);

/** Bytes of text that an event adds to what the room shows; incident_weight.c. */
size_t dw_incident_weight(const struct dw_fact *f);

/* ---- clocks; incident_clock.c ---- */

/**
 * When that audience is to hear from us: as the last word to it promised, else so long after
 * it (or after the declaration) as the cadence says. 0: no such moment, or it is over.
 */
int64_t dw_incident_word_due(const struct dw_incident *s, unsigned audience);
/** All that is due some time, whether that has passed or not, until fn returns false. */
void dw_incident_each_due(const struct dw_incident *s,
			  bool (*fn)(void *data, const struct dw_due *due), void *data);
/** How much of that is due by `at`. */
size_t dw_incident_overdue(const struct dw_incident *s, int64_t at);
/** The first such moment that was not called overdue yet, whether it has passed or not; 0: none. */
int64_t dw_incident_next_due(const struct dw_incident *s);

/** May it go from one to the other? Merging is no such move. */
bool dw_status_may_move(unsigned from, unsigned to);

#endif
