/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_STATEMENT_DECIDE_H
#define DW_DOMAIN_STATEMENT_DECIDE_H
/* A command about a statement and the state that it meets: what happens, or why not. Pure: domain/decide.h. */
#include "domain/authority.h"
#include "domain/decide.h"
#include "domain/statement.h"
#include "domain/template.h"
#include "text/checks.h"

struct dw_statement_command {
	enum dw_command_type type;
	struct dw_principal who;
	struct dw_people people;
	struct dw_str groups; /* that they are in: "comms,legal" */
	int64_t now;
	/* SUBMIT: rules; RULE: keys and deputies; PUBLISH: the stop. NULL: there are none */
	const struct dw_authority *authority;
	uint64_t version; /* CHANGE_STATEMENT: as the caller saw it */
	/* DRAFT_STATEMENT: all but `has`, rests may be given (of a template), reason of a
	 * correction; CHANGE_STATEMENT: those in `has` */
	unsigned has;
	struct dw_str title, lang, text, template_name;
	unsigned channel, reader;
	uint64_t translation_of, correction_of;
	/* those two, borrowed; NULL: there is none, they may not see it, or it is of another room.
	 * corrected may be of a room that was merged into this one */
	const struct dw_statement *original, *corrected;
	struct dw_rest_list rests;
	/* TYPE */
	uint64_t revision; /* that the updates start from; SUBMIT, REST: as seen */
	struct dw_update *update;
	size_t n_updates;
	/* REST: claim, rests, from, to; UNREST: id */
	struct dw_rest rest;
	/* SUBMIT: more than the settings demand */
	struct dw_quorum tighten;
	int64_t deadline; /* 0: none */
	const struct dw_checker *checker;
	const struct dw_shingles *earlier; /* of what went out */
	size_t n_earlier;
	/* RULE, PUBLISH, WITHDRAW */
	const struct dw_incident
		*goes_on; /* WITHDRAW: the room merged into; NULL: none */
	struct dw_str digest, reason;
	uint64_t
		submitted; /* RULE: seq of the version that was read; 0: its digest says enough */
	unsigned ruling, proof;
	uint64_t on_behalf_of;
	struct dw_signature signature; /* was verified */
	int64_t next_at;   /* PUBLISH: when the next word is promised; 0: as it was */
	uint64_t envelope; /* PUBLISH: by this instead of approvals; 0: none */
	struct dw_str url; /* PUBLISH: where it will stand; recorded with the word */
};

#define DW_BARE_MAX 32

/* A stretch of the text, in UTF-16 units. */
struct dw_stretch {
	uint32_t from, to;
};

/*
 * What is to be appended: statement facts and, in the same batch behind them, facts of the room
 * (word.spoken). Everything it points at is borrowed from the command and the states, or in the arena.
 */
struct dw_statement_plan {
	struct dw_arena *arena; /* set by the caller */
	struct dw_statement_fact fact[8];
	size_t n;
	struct dw_fact room_fact[2];
	size_t n_room;
	/* SUBMIT, dw_statement_look: warnings and what refuses; sentences with a figure that rest on no claim */
	struct dw_findings findings;
	struct dw_stretch bare[DW_BARE_MAX];
	size_t n_bare;
	struct dw_rest rest; /* REST that changes nothing: the link that is there */
	uint64_t base;	     /* DW_ECONFLICT of TYPE, REST, SUBMIT: the revision now */
	/* SUBMIT, RULE: the digest; what is missing and the status once the plan has happened */
	char digest[DW_DIGEST_HEX];
	struct dw_lack lack[DW_LACKS_MAX];
	size_t n_lacks;
	enum dw_statement_status status;
};

/**
 * Decide. s: the incident; t: the statement (NULL: DRAFT_STATEMENT). 0 with the plan, empty when nothing
 * would change, or DW_E… with the reason: DW_EMOVED (CHANGE_STATEMENT: another version), DW_ECONFLICT (TYPE,
 * REST, SUBMIT: another revision, p->base; RULE, PUBLISH: another digest; PUBLISH: frozen), DW_EEXISTS
 * (PUBLISH: it is out), DW_ENOTFOUND (UNREST) ….
 *
 * Requires: p is zero but for its arena; who may see the incident was asked before.
 */
DW_MUST_USE int dw_statement_decide(const struct dw_statement_command *c,
				    const struct dw_statement *t,
				    const struct dw_incident *s,
				    struct dw_statement_plan *p, struct dw_fault *fault);

/**
 * What a submission would say of the draft: fills findings and bare of p, and nothing else. given: what needs no
 * claim.
 */
void dw_statement_look(const struct dw_statement *t, const struct dw_checker *checker,
		       const struct dw_shingles *earlier, size_t n_earlier,
		       const struct dw_given *given, struct dw_statement_plan *p);

enum dw_rest_state {
	DW_REST_HOLDS,
	DW_REST_UNKNOWN, /* nobody knows, or there is no such claim */
	DW_REST_FALSE,
	DW_REST_MIXED,
	DW_REST_RECHECK, /* it was true; by now it was to be checked again */
};

/** How a claim bears what asserts it. UNKNOWN, FALSE and RECHECK stop a submission and a publication. */
enum dw_rest_state dw_rest_state(const struct dw_incident *s, uint64_t claim,
				 int64_t now);

/**
 * What the system says when a claim has moved under a publication that stands: one statement.contradicted
 * for each claim that is not true any more and was not named since, and before them the draft of a
 * correction, once for each publication. Their actor is 0. An empty plan: there is nothing to say. More
 * than a plan holds come with the next call.
 */
void dw_statement_contradict(const struct dw_statement *t, const struct dw_incident *s,
			     struct dw_statement_plan *p);

#endif
