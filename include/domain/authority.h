/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_AUTHORITY_H
#define DW_DOMAIN_AUTHORITY_H
/*
 * Who may let a statement go, beyond any single incident: what the settings demand, whose key signs,
 * who stands in for whom, and the emergency stop. Plain data, folded from the events of class
 * AUTHORITY, and the commands that make these.
 */
#include "domain/decide.h"
#include "domain/quorum.h"
#include "domain/statement_fact.h"
#include "domain/template.h"
#include "domain/version.h"

#define DW_PUBLIC_KEY_BYTES 32
#define DW_SIGN_KEYS_MAX 2000 /* ever enrolled */
#define DW_DEPUTIES_MAX 2000  /* ever named */
#define DW_DEPUTY_DAYS_MAX 90 /* of one deputy, at most */
#define DW_ENVELOPES_MAX 500  /* ever drafted */
#define DW_ENVELOPE_DAYS_MAX 366
#define DW_ENVELOPE_TIMES_MAX 100
#define DW_ENVELOPE_TEXT_MAX 10000 /* characters */
#define DW_FREEZE_DAYS_MAX 365
#define DW_CONTACTS_MAX 20 /* languages */

struct dw_sign_key { /* of an approver's device */
	uint64_t id, user;
	uint8_t ed25519[DW_PUBLIC_KEY_BYTES]; /* Ed25519 */
	struct dw_str name;		      /* of the device */
	int64_t at, confirmed_at, revoked_at; /* 0: it is not */
	uint64_t confirmed_by, revoked_by;
};

struct dw_deputy { /* stands in for `user` until then; may not pass it on */
	uint64_t id, user, deputy;
	int64_t at, until, ended_at; /* ended_at 0: nobody ended it early */
	struct dw_str reason;
};

struct dw_envelope_yes {
	uint64_t seq, by;
	int64_t at;
	unsigned proof; /* enum dw_proof_kind */
	struct dw_str groups;
	struct dw_signature signature;
};

/* Authority given in calm time: whoever has that office lets a filled template out without asking again. */
struct dw_envelope {
	uint64_t id, by;
	int64_t at, until, signed_at, ended_at; /* 0: it is not */
	struct dw_str title, lang, text;	/* text: the template, with its slots */
	unsigned office;			/* enum dw_room_role */
	unsigned channels;			/* 1 << enum dw_channel, at least one */
	unsigned severity;			/* the worst that it is good for */
	uint64_t times;				/* how often */
	char digest[DW_DIGEST_HEX];		/* of all that is signed */
	struct dw_quorum quorum;		/* who has to sign */
	DW_VECTOR(struct dw_envelope_yes) yes;
	DW_VECTOR(uint64_t) used; /* statements that went out by it, each time */
};

struct dw_contact { /* how people reach us: what {contact} stands for in a template */
	struct dw_str lang, text; /* text: one line of 1 to DW_SLOT_TEXT_MAX characters */
};

struct dw_contacts {
	struct dw_contact *p;
	size_t n;
};

struct dw_outgoing {		 /* what is stopped from leaving */
	uint64_t frozen_seq, by; /* 0: nothing is */
	int64_t at, until;	 /* until 0: until it is lifted */
	struct dw_str reason;
};

struct dw_authority {
	struct dw_arena *arena;	      /* owns all texts and lists */
	uint64_t seq, policy_version; /* of the last event; of policy.set, 0: never set */
	uint64_t contacts_version;    /* of contact.set, 0: never set */
	struct dw_quorum_rules rules;
	struct dw_contacts contacts;
	struct dw_outgoing outgoing;
	DW_VECTOR(struct dw_sign_key) keys;
	DW_VECTOR(struct dw_deputy) deputies;
	DW_VECTOR(struct dw_envelope) envelopes;
};

/* What an event says. Absent: 0 or p == NULL. */
struct dw_authority_fact {
	enum dw_event_type type;
	uint64_t seq, actor;
	int64_t recorded_at;
	struct dw_str reason, name;
	int64_t until;
	struct dw_quorum_rules rules;
	struct dw_contacts contacts;
	uint64_t key, deputy, envelope; /* ids; of deputy.named: the account */
	uint8_t ed25519[DW_PUBLIC_KEY_BYTES];
	bool has_public;
	/* envelope.drafted: title, lang, text, office, channels, severity, times, until, quorum;
	 * envelope.signed: digest, groups, proof, signature */
	struct dw_str title, lang, text, digest, groups;
	unsigned office, channels, severity, proof;
	uint64_t times;
	struct dw_quorum quorum;
	struct dw_signature signature;
	uint64_t statement; /* statement.published by an envelope */
};

struct dw_authority *dw_authority_create(void);
/** NULL is fine. */
void dw_authority_destroy(struct dw_authority *a);
/** Fold one event in; total. What f points at must live as long as a: read it into a->arena. */
void dw_authority_apply(struct dw_authority *a, const struct dw_authority_fact *f);

/* ---- looking ---- */

bool dw_outgoing_is_frozen(const struct dw_outgoing *o, int64_t now);
/** Not over, and not ended early? */
bool dw_deputy_is_on(const struct dw_deputy *d, int64_t now);
/** Does `deputy` stand in for `user` at that moment? */
bool dw_authority_stands_in(const struct dw_authority *a, uint64_t user, uint64_t deputy,
			    int64_t now);
/** By id; NULL: there is none. */
const struct dw_sign_key *dw_authority_key(const struct dw_authority *a, uint64_t id);
const struct dw_deputy *dw_authority_deputy(const struct dw_authority *a, uint64_t id);
const struct dw_envelope *dw_authority_envelope(const struct dw_authority *a,
						uint64_t id);
/** In that language: "fa-AF" has one of its own, or that of "fa". n == 0: none is set. */
struct dw_str dw_authority_contact(const struct dw_authority *a, struct dw_str lang);

/* ---- envelope.c ---- */

struct dw_statement_version; /* domain/statement.h */

/** As envelope.drafted began it; its texts are the fact's. */
void dw_envelope_begin(struct dw_envelope *e, const struct dw_authority_fact *f);
/** Who still has to sign it, as dw_quorum_missing says; out may be NULL. */
size_t dw_envelope_missing(const struct dw_envelope *e, struct dw_need out[DW_NEEDS_MAX]);

/**
 * Does what is to go out lie inside of the envelope: is that signed, not ended, not over, not used
 * up; of this language, channel and severity; and is the text its template, filled from the room? v: what is
 * submitted; from: its incident, with the contact in that language. 0, or DW_EUNPROCESSABLE: *f says what does not.
 */
DW_MUST_USE int dw_envelope_holds(const struct dw_envelope *e,
				  const struct dw_statement_version *v,
				  const struct dw_fill_from *from,
				  struct dw_arena *scratch, struct dw_fault *f);
/**
 * Lower-case hex SHA-256 of "diwan-envelope-v1", office, language, channels, severity, times and end,
 * each as a line, and the template.
 */
void dw_envelope_digest(const struct dw_authority_fact *f, char out[DW_DIGEST_HEX]);

/* ---- commands ---- */

struct dw_authority_command {
	enum dw_command_type type; /* FREEZE … SET_CONTACTS */
	struct dw_principal who;
	struct dw_people people;
	int64_t now;
	uint64_t child;		    /* id of the key or deputy that it is about */
	uint64_t version;	    /* SET_POLICY, SET_CONTACTS: as the caller saw it */
	struct dw_authority_fact f; /* the fields that were given */
	struct dw_str
		groups; /* SIGN_ENVELOPE: that they are in; a signature was verified */
};

/**
 * Decide. 1 with *f as what is to be appended (it borrows from c), 0: it is so already, or DW_E… with the reason.
 */
DW_MUST_USE int dw_authority_decide(const struct dw_authority_command *c,
				    const struct dw_authority *a,
				    struct dw_authority_fact *f, struct dw_fault *fault);

/* ---- authority_json.c ---- */

/** The payload: one object; a new blob. */
struct dw_blob *dw_authority_payload(const struct dw_authority_fact *f);
/** Read a payload of ours into `arena`; total. The envelope's members of *f are the caller's. */
void dw_authority_read(struct dw_authority_fact *f, struct dw_str payload,
		       struct dw_arena *arena);
/** Read a command's body, which is hostile. 0, or DW_EINVAL with the place and the reason. */
DW_MUST_USE int dw_authority_parse(struct dw_authority_command *c, struct dw_str json,
				   struct dw_arena *arena, struct dw_fault *fault);
/** Rules as the array that they are set by. */
void dw_quorum_rules_write(struct dw_jsonw *w, const struct dw_quorum_rules *rules);
/** {"ar":"…","en":"…"} */
void dw_contacts_write(struct dw_jsonw *w, const struct dw_contacts *contacts);
/** Members of the open object: groups, any, may_approve_own, blocks, each if there is something to say. */
void dw_quorum_write(struct dw_jsonw *w, const struct dw_quorum *q);
/** The member groups alone; returns how many of anybody. */
unsigned dw_quorum_write_groups(struct dw_jsonw *w, const struct dw_quorum *q);

struct json_t; /* jansson's */

/**
 * From {"groups":{"legal":1},"any":1,"may_approve_own":true,"blocks":["blame"]}; other members are the caller's
 * affair. Group names are copied into `a`. 0, or DW_EINVAL with the place behind `at` and the reason.
 */
DW_MUST_USE int dw_quorum_read(struct dw_quorum *q, const struct json_t *v,
			       const char *at, struct dw_arena *a, struct dw_fault *f);

#endif
