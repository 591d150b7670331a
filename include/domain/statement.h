/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_STATEMENT_H
#define DW_DOMAIN_STATEMENT_H
/*
 * One statement as plain data: what its events come to. Folded by one function, for the live one
 * and for every look into its past.
 *
 * Glossary: the draft is the live text, its revision the number of updates to it; a version is what
 * was submitted, with its digest; a ruling is what an approver said of a version: the verdict.given.
 */
#include "domain/draft.h"
#include "domain/incident.h"
#include "domain/people.h"
#include "domain/statement_fact.h"
#include "domain/version.h"

#define DW_STATEMENTS_MAX 500	     /* of one incident */
#define DW_VERSIONS_MAX 500	     /* of one statement */
#define DW_VERSIONS_BYTES (8u << 20) /* of all their texts */
#define DW_RULINGS_MAX 2000	     /* of one statement */
#define DW_RESTS_MAX 500	     /* of one statement */
#define DW_TABS_MAX 5000	     /* that ever typed in one statement */
#define DW_REVISIONS_MAX 1000000     /* of one statement */

enum dw_statement_status {
	DW_STATEMENT_DRAFT,	/* nothing is submitted, or the text is another by now */
	DW_STATEMENT_SUBMITTED, /* a version waits */
	DW_STATEMENT_APPROVED,	/* its quorum is met */
	DW_STATEMENT_PUBLISHED, /* the newest version that went out stands */
	DW_STATEMENT_WITHDRAWN,
	DW_STATEMENT_STATUS_COUNT
};

struct dw_ruling_given {
	uint64_t seq, by, on_behalf_of;
	int64_t at;
	unsigned ruling, proof;
	struct dw_str reason, groups;
	struct dw_signature signature;
	bool is_own;
	uint64_t
		carried_from; /* seq of the version that it was given on, when it was carried; else 0 */
};

struct dw_statement_version {
	uint64_t seq, by, last_author, revision;
	int64_t at, deadline;
	char digest[DW_DIGEST_HEX];
	struct dw_str title, lang, text;
	unsigned channel, reader;
	struct dw_rest_list rests;
	struct dw_quorum quorum;
	DW_VECTOR(struct dw_ruling_given) rulings; /* of one person the last counts */
	uint64_t approved_seq;			   /* statement.approved, or 0 */
	int64_t approved_at;
};

struct dw_publication {
	uint64_t seq, by;
	int64_t at;
	size_t version; /* index; of a withdrawal: that was out */
	bool is_withdrawal;
	uint64_t envelope;    /* by which it went out, or 0 */
	struct dw_str reason; /* of a withdrawal or correction */
};

/* Which tab belongs to whom: a foreign update under my tab's name would be taken for my own. */
struct dw_tab {
	struct dw_str client;
	uint64_t user;
};

/* Somebody typed, without a pause of DW_TYPING_PAUSE. */
struct dw_typing {
	int64_t from, to;
};

#define DW_TYPING_PAUSE INT64_C(300000000) /* µs */

struct dw_contradiction { /* a claim under a published sentence is not true any more */
	uint64_t seq, claim, link, correction;
	uint32_t from, to;
	struct dw_str quote;
	int64_t at;
};

struct dw_statement {
	struct dw_arena *arena; /* owns all texts and lists but the draft's */
	/* version: seq of the last change of its own fields; seq: of its last event */
	uint64_t id, version, seq, incident;
	struct dw_str title, lang, template_name;
	struct dw_str reason; /* of a correction */
	unsigned channel, reader;
	uint64_t by, translation_of, correction_of;
	int64_t at;
	struct dw_draft draft;
	uint64_t revision,
		changed_by; /* who changed the text last; the drafter at first */
	int64_t changed_at;
	DW_VECTOR(struct dw_rest) rests;
	DW_VECTOR(struct dw_tab) tabs;
	DW_VECTOR(struct dw_statement_version) versions;
	DW_VECTOR(struct dw_publication) publications;
	DW_VECTOR(struct dw_contradiction) contradictions;
	DW_VECTOR(struct dw_typing) typing; /* the beginning among it; by time */
	bool is_erased; /* something of its text is gone: what follows it cannot be told */
};

struct dw_statement *dw_statement_create(void);
/** NULL is fine. */
void dw_statement_destroy(struct dw_statement *t);
/**
 * Fold one event in; total, as dw_incident_apply. What f points at must live as long as t: read
 * it into t->arena (updates of draft.changed need not: their texts are copied). Requires: events of one
 * statement, in order.
 */
void dw_statement_apply(struct dw_statement *t, const struct dw_statement_fact *f);

/* ---- statement_snapshot.c ---- */

struct dw_jsonw;

/** What all that was typed came to, up to the last event: an object of our own. */
void dw_statement_snapshot_write(struct dw_jsonw *w, const struct dw_statement *t);
/**
 * Put that into a statement of which all other events up to there were folded in: it is then as if
 * all had been. False: this is no snapshot; t is of no use any more.
 */
DW_MUST_USE bool dw_statement_snapshot_read(struct dw_statement *t, struct dw_str json);

/* ---- looking ---- */

/*
 * What a version is held against: who may say yes and what is asked for by now, of an incident that
 * is as grave as it is by now. { .at = … } is what was recorded alone: a past is looked at that way.
 */
struct dw_statement_now {
	int64_t at;
	struct dw_people
		people; /* is_active NULL: a yes counts whatever became of its giver */
	const struct dw_quorum_rules
		*rules; /* NULL: no more is asked for than was at the submission */
	unsigned severity;
};

enum dw_statement_status dw_statement_status(const struct dw_statement *t,
					     const struct dw_statement_now *now);
/** The version that was submitted last, or NULL. */
const struct dw_statement_version *dw_statement_submitted(const struct dw_statement *t);
/** Whose the tab of that name is, or NULL. */
const struct dw_tab *dw_statement_tab(const struct dw_statement *t, struct dw_str client);
/** By its digest: the one that was submitted at seq, or the newest (0), for title and links are no part of it; or NULL. */
const struct dw_statement_version *dw_statement_version_of(const struct dw_statement *t,
							   struct dw_str digest,
							   uint64_t seq);
/** Has the draft (text, title, language, channel, audience, rests) moved on since it was submitted? True without a version. */
bool dw_statement_is_edited(const struct dw_statement *t);
/** The publication that stands: NULL when none does, or it was withdrawn. */
const struct dw_publication *dw_statement_out(const struct dw_statement *t);
/** The last ruling of that person (or for them) on the version, or NULL. */
const struct dw_ruling_given *dw_statement_ruling_of(const struct dw_statement_version *v,
						     uint64_t user);

#define DW_LACKS_MAX 64
/* One thing that a version still lacks. */
struct dw_lack {
	enum dw_lack_kind {
		DW_LACK_GROUP,	  /* n more of `group` */
		DW_LACK_REJECTED, /* by user */
		DW_LACK_HELD,	  /* by user */
		DW_LACK_ASKED,	  /* by user: a question is open */
		DW_LACK_EXPIRED,  /* its deadline is over */
		DW_LACK_EDITED,	  /* the draft is another by now */
	} kind;
	struct dw_str group;
	unsigned n;
	uint64_t user;
};
/**
 * What stands between version and publication at that moment, 0: nothing, its quorum is met. An open
 * question of somebody does not stop it unless their yes is needed, so it is no lack.
 *
 * A yes counts while its giver, and whom they stood in for, may still give one, and for the groups that
 * the one it counts for was in then and is in now. The quorum is that of the submission, and whatever
 * the rules ask for besides by now.
 */
size_t dw_statement_lacks(const struct dw_statement *t,
			  const struct dw_statement_version *v,
			  const struct dw_statement_now *now,
			  struct dw_lack out[DW_LACKS_MAX]);

#endif
