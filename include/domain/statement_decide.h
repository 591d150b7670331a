/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_STATEMENT_DECIDE_H
#define DW_DOMAIN_STATEMENT_DECIDE_H
/* A command about a statement and the state that it meets: what happens, or why not. Pure, as domain/decide.h. */
#include "domain/decide.h"
#include "domain/statement.h"
#include "text/checks.h"

/* What is stopped from leaving, by whom. */
struct dw_outgoing {
	uint64_t frozen_seq, by; /* 0: nothing is stopped */
	int64_t at, until;	 /* until 0: until it is lifted */
	struct dw_str reason;
};
bool dw_outgoing_is_frozen(const struct dw_outgoing *o, int64_t now);

struct dw_statement_command {
	enum dw_command_type type;
	struct dw_principal who;
	struct dw_people people;
	struct dw_str groups; /* that they are in: "comms,legal" */
	int64_t now;
	uint64_t version; /* CHANGE_STATEMENT: as the caller saw it */
	/* DRAFT_STATEMENT: all but `has`, rests may be given (of a template); CHANGE_STATEMENT: those in `has` */
	unsigned has;
	struct dw_str title, lang, text, template_name;
	unsigned channel, reader;
	uint64_t translation_of, correction_of;
	struct dw_rest_list rests;
	/* TYPE */
	uint64_t
		revision; /* that the updates start from; SUBMIT, REST: that the caller saw */
	struct dw_update *update;
	size_t n_updates;
	/* REST: claim, rests, from, to; UNREST: id */
	struct dw_rest rest;
	/* SUBMIT: more than the settings demand */
	const struct dw_quorum_rules *rules; /* of the settings */
	struct dw_quorum tighten;
	int64_t deadline; /* 0: none */
	const struct dw_checker *checker;
	const struct dw_shingles *earlier; /* of what went out */
	size_t n_earlier;
	/* RULE, PUBLISH, WITHDRAW */
	struct dw_str digest, reason;
	unsigned ruling, proof;
	uint64_t on_behalf_of;
	struct dw_signature signature;	    /* was verified */
	const struct dw_outgoing *outgoing; /* PUBLISH */
	struct dw_str url; /* PUBLISH: where it will stand; recorded with the word */
};

/* What is to be appended: statement facts and, in the same batch behind them, facts of the room
 * (word.spoken). Its statement is `back` events before a fact whose `statement` is 0. */
struct dw_statement_plan {
	struct dw_arena *arena; /* set by the caller */
	struct dw_statement_fact fact[8];
	size_t n;
	struct dw_fact room_fact[2];
	size_t n_room;
	struct dw_findings findings; /* SUBMIT: warnings, and what refuses */
	/* SUBMIT: sentences with a figure that rest on no claim */
	struct {
		uint32_t from, to;
	} bare[32];
	size_t n_bare;
	uint64_t base; /* TYPE refused with DW_ECONFLICT: the revision now */
};

/**
 * Decide. s: the incident; t: the statement (NULL: DRAFT_STATEMENT). 0 with the plan, empty when nothing
 * would change, or DW_E…: DW_EMOVED (another version), DW_ECONFLICT (another revision: TYPE only), DW_EUNPROCESSABLE, DW_EFORBIDDEN ….
 */
DW_MUST_USE int dw_statement_decide(const struct dw_statement_command *c,
				    const struct dw_statement *t,
				    const struct dw_incident *s,
				    struct dw_statement_plan *p, struct dw_fault *fault);

#endif
