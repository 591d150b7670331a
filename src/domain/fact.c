/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fact.c - which fields an event about an incident has, and the words in them.
 *
 * One table instead of a struct for each type: two dozen types share four dozen fields, and what
 * reads, writes, folds and shows them goes over the same table. A type's row may grow; a field
 * never changes its meaning.
 */
#include "domain/fact.h"

#define H(id) DW_HAS(id)

uint64_t dw_fact_fields(enum dw_event_type type)
{
	static const uint64_t rows[DW_EV_COUNT + 1] = {
		[DW_EV_INCIDENT_DECLARED] = H(TITLE) | H(SEVERITY) | H(TYPE) |
					    H(SUMMARY) | H(DRILL) | H(RESTRICTED) |
					    H(FROM),
		[DW_EV_INCIDENT_CHANGED] = H(TITLE) | H(TYPE) | H(SUMMARY) | H(NAMES),
		[DW_EV_INCIDENT_SEVERITY_CHANGED] =
			H(SEVERITY) | H(WAS_SEVERITY) | H(REASON),
		[DW_EV_INCIDENT_STATUS_CHANGED] = H(STATUS) | H(WAS_STATUS) | H(REASON),
		[DW_EV_INCIDENT_ACCESS_CHANGED] = H(RESTRICTED) | H(REASON),
		[DW_EV_INCIDENT_MERGED] = H(INTO) | H(WAS_STATUS) | H(REASON),
		[DW_EV_INCIDENT_ABSORBED] = H(FROM) | H(REASON),
		[DW_EV_PARTICIPANT_ADDED] = H(USER) | H(ROLE) | H(DEPUTY) | H(REPLACES),
		[DW_EV_PARTICIPANT_LEFT] = H(PARTICIPANT) | H(USER) | H(ROLE) | H(DEPUTY),
		[DW_EV_MENTION_LINKED] = H(LINKED),
		[DW_EV_MENTION_UNLINKED] = H(MENTIONS),
		[DW_EV_MENTION_TRIAGED] =
			H(MENTION) | H(STATE) | H(OWNER) | H(NOTE) | H(OUTCOME) | H(ASKS),
		[DW_EV_NOTE_ADDED] = H(TEXT),
		[DW_EV_CORRECTION_ADDED] = H(TARGET) | H(TEXT),
		[DW_EV_CLAIM_ADDED] = H(TEXT) | H(VERDICT) | H(OWNER) | H(RECHECK_AT),
		[DW_EV_CLAIM_CHANGED] = H(CLAIM) | H(VERDICT) | H(OWNER) | H(RECHECK_AT) |
					H(EVIDENCE) | H(REASON),
		[DW_EV_CLAIM_LINKED] = H(CLAIM) | H(MENTIONS),
		[DW_EV_CLAIM_UNLINKED] = H(CLAIM) | H(MENTIONS),
		[DW_EV_TASK_ADDED] = H(TITLE) | H(OWNER) | H(DUE_AT) | H(ROLE) | H(BACK),
		[DW_EV_TASK_CHANGED] =
			H(TASK) | H(TITLE) | H(OWNER) | H(DUE_AT) | H(DONE) | H(REASON),
		[DW_EV_DECISION_MADE] = H(QUESTION) | H(OPTIONS) | H(CHOICE) |
					H(REASONS) | H(DECIDERS) | H(CONSULTED) |
					H(KNOWN_AT) | H(SUPERSEDES),
		[DW_EV_MILESTONE_PINNED] = H(TARGET) | H(LABEL),
		[DW_EV_MILESTONE_UNPINNED] = H(TARGET),
		[DW_EV_PLAYBOOK_STARTED] = H(SLUG) | H(LANG) | H(PLAYBOOK_VERSION) |
					   H(TITLE) | H(ROLES) | H(TEMPLATES),
		[DW_EV_INCIDENT_SPLIT] = H(BACK) | H(MENTIONS) | H(REASON),
		[DW_EV_WORD_SPOKEN] = H(AUDIENCE) | H(TEXT) | H(URL) | H(NEXT_AT),
		[DW_EV_CADENCE_SET] = H(AUDIENCE) | H(EVERY),
		[DW_EV_FILE_ADDED] =
			H(NAME) | H(MEDIA) | H(SHA256) | H(SIZE) | H(CAPTURED_AT),
		[DW_EV_WORD_OVERDUE] = H(AUDIENCE) | H(DUE_AT),
		[DW_EV_TASK_OVERDUE] = H(TASK) | H(DUE_AT),
		[DW_EV_CLAIM_OVERDUE] = H(CLAIM) | H(RECHECK_AT),
	};

	DW_REQUIRE((unsigned)type <= DW_EV_COUNT);
	return rows[type];
}

static const char *const status_words[] = { "declared", "active",   "monitoring",
					    "resolved", "reviewed", "merged",
					    NULL };
static const char *const verdict_words[] = { "unknown", "true", "false", "mixed", NULL };
static const char *const role_words[] = { "lead",	  "communications",
					  "spokesperson", "legal",
					  "executive",	  "scribe",
					  "member",	  NULL };
static const char *const audience_words[] = { "internal", "executive", "public", NULL };
static const char *const triage_words[] = { "new",    "seen",	 "owned", "answered",
					    "closed", "ignored", NULL };
static const char *const outcome_words[] = { "solved", "not_solved", "no_answer",
					     "not_ours", NULL };

static const struct {
	const char *const *name;
	const char *list;
} words[DW_WORD_KINDS] = {
	[DW_WORD_STATUS] = { status_words,
			     "declared, active, monitoring, resolved, reviewed" },
	[DW_WORD_VERDICT] = { verdict_words, "unknown, true, false, mixed" },
	[DW_WORD_ROOM_ROLE] = { role_words, "lead, communications, spokesperson, legal, "
					    "executive, scribe, member" },
	[DW_WORD_AUDIENCE] = { audience_words, "internal, executive, public" },
	[DW_WORD_TRIAGE] = { triage_words,
			     "new, seen, owned, answered, closed, ignored" },
	[DW_WORD_OUTCOME] = { outcome_words, "solved, not_solved, no_answer, not_ours" },
};

const char *dw_word_name(enum dw_word_kind kind, unsigned value)
{
	const char *const *w = words[kind].name;

	for (unsigned i = 0; w[i] != NULL; i++)
		if (i == value)
			return w[i];
	return NULL;
}

bool dw_word_find(enum dw_word_kind kind, struct dw_str name, unsigned *value)
{
	const char *const *w = words[kind].name;

	for (unsigned i = 0; w[i] != NULL; i++) {
		if (dw_str_eq(name, dw_str_of(w[i]))) {
			*value = i;
			return true;
		}
	}
	return false;
}

const char *dw_word_list(enum dw_word_kind kind)
{
	return words[kind].list;
}
