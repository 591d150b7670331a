/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_STATEMENT_FACT_H
#define DW_DOMAIN_STATEMENT_FACT_H
/*
 * What an event about a statement says, as plain data: the payload without its JSON, which
 * statement_json.c alone knows. Those of class ROOM are on the incident's timeline; draft.changed is not: it is
 * what is typed.
 */
#include "domain/fact.h"
#include "domain/quorum.h"
#include "domain/update.h"

/* ---- words; their names in JSON: dw_statement_word ---- */

enum dw_channel {
	DW_CHANNEL_PRESS,
	DW_CHANNEL_SOCIAL,
	DW_CHANNEL_INTERNAL,
	DW_CHANNEL_REPLY,
	DW_CHANNEL_COUNT
};
enum dw_readership {
	DW_READER_PUBLIC,
	DW_READER_STAFF,
	DW_READER_CUSTOMER,
	DW_READER_COUNT
}; /* "audience" */
enum dw_ruling {
	DW_RULING_APPROVE,
	DW_RULING_REJECT,
	DW_RULING_HOLD,
	DW_RULING_ASK,
	DW_RULING_COUNT
};								       /* "verdict" */
enum dw_rests { DW_RESTS_ASSERTS, DW_RESTS_CHECKING, DW_RESTS_COUNT }; /* "rests" */
enum dw_proof_kind {
	DW_PROOF_PASSWORD,
	DW_PROOF_SIGNATURE,
	DW_PROOF_COUNT
}; /* "proof" */

/* What a stretch of the text rests on. */
struct dw_rest {
	uint64_t id; /* seq of statement.linked, or dw_rest_begun_id */
	uint64_t claim;
	unsigned rests;	     /* enum dw_rests */
	uint32_t from, to;   /* UTF-16 units of the text */
	struct dw_str quote; /* what stood there when it was linked */
	uint64_t by;
};

/** Of those that a statement was begun with: its own id, and behind it the place in their list. */
static inline uint64_t dw_rest_begun_id(uint64_t statement, size_t place)
{
	return statement | (uint64_t)place << 40;
}

struct dw_rest_list {
	struct dw_rest *p;
	size_t n;
};

/* A signature as it was given; all base64url without padding but `expires`, RFC 3339. */
struct dw_signature {
	uint64_t key; /* id: seq of key.enrolled */
	struct dw_str nonce, expires, sig;
};

/* Which members an event has: table at the top of statement_json.c. Absent: 0 or p == NULL. */
struct dw_statement_fact {
	/* the envelope */
	enum dw_event_type type;
	uint64_t seq, room, actor;
	int64_t recorded_at;
	bool is_erased;
	/* the payload */
	uint64_t
		statement; /* what it is about; 0 in statement.drafted, whose seq it is */
	unsigned has;	   /* enum dw_statement_has: of statement.changed */
	struct dw_str title, lang, text, template_name, reason, digest, from_digest;
	unsigned channel, reader;
	uint64_t translation_of, correction_of; /* statements */
	uint64_t revision;	  /* after draft.changed; that was submitted */
	struct dw_update *update; /* draft.changed */
	size_t n_updates;
	struct dw_rest
		rest; /* statement.linked: all but id; .unlinked, .contradicted: id, claim, from, to, quote */
	struct dw_rest_list rests; /* statement.drafted, statement.submitted */
	struct dw_quorum quorum;   /* statement.submitted */
	int64_t deadline;	   /* the same; 0: none */
	uint64_t last_author;	   /* the same: who changed the text last */
	unsigned ruling;	   /* verdict.given */
	struct dw_str groups;	   /* the same: that the approver was in: "comms,legal" */
	uint64_t on_behalf_of;	   /* the same: 0, or whose deputy they were */
	unsigned proof;		   /* the same */
	struct dw_signature signature; /* the same, proof SIGNATURE */
	bool is_own;		 /* the same: of a text they were the last to change */
	struct dw_refs verdicts; /* verdict.carried: seqs that stand again */
	uint64_t
		correction; /* statement.contradicted: the draft that was opened, or 0; see back */
	uint64_t envelope; /* statement.published: by whose authority; 0: approvals */
	uint64_t back;	   /* the same: it is so many events before this one; 0: none */
};

enum dw_statement_has {
	DW_STATEMENT_TITLE = 1,
	DW_STATEMENT_LANG = 2,
	DW_STATEMENT_CHANNEL = 4,
	DW_STATEMENT_READER = 8,
};

enum dw_statement_word_kind {
	DW_WORDS_CHANNEL,
	DW_WORDS_READER,
	DW_WORDS_RULING,
	DW_WORDS_RESTS,
	DW_WORDS_PROOF,
	DW_WORDS_STATEMENT_STATUS,
};

/** "press"…; NULL past the last. */
const char *dw_statement_word(enum dw_statement_word_kind kind, unsigned value);
/** False: there is no such word. */
bool dw_statement_word_find(enum dw_statement_word_kind kind, struct dw_str name,
			    unsigned *value);

/** A member of the open object: the words whose bits the mask has, as an array. */
void dw_statement_words_write(struct dw_jsonw *w, const char *key,
			      enum dw_statement_word_kind kind, unsigned mask);

/** Is it an event about a statement or its draft? */
bool dw_statement_is_of(enum dw_event_type type);
/** The payload: one object; a new blob. */
struct dw_blob *dw_statement_payload(const struct dw_statement_fact *f);
/**
 * Read a payload of ours; what it points at lies in `a`. Total: what is damaged or erased has no
 * member. The envelope's members of *f are the caller's; all else is set.
 */
void dw_statement_read(struct dw_statement_fact *f, struct dw_str payload,
		       struct dw_arena *a);

#endif
