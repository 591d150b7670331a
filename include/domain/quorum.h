/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_QUORUM_H
#define DW_DOMAIN_QUORUM_H
/*
 * How many of whom must say yes before a statement may leave: what the settings demand for a channel
 * and a severity, and what a submission adds to that. See src/domain/quorum.c.
 */
#include "base/arena.h"
#include "domain/mention.h"

#define DW_NEEDS_MAX 12 /* groups of one quorum */
#define DW_NEED_MOST 20 /* of one group */
#define DW_RULES_MAX 40 /* of the settings */
#define DW_GROUP_BYTES 64

/* N of a group; the empty group is anybody who may approve. */
struct dw_need {
	struct dw_str group;
	unsigned n;
};

struct dw_quorum {
	struct dw_need need[DW_NEEDS_MAX]; /* by group, each group once, n > 0 */
	size_t n_needs;
	bool may_approve_own; /* the last who changed the text may approve it */
	unsigned blocks; /* 1 << enum dw_check (text/checks.h): a warning that stops it */
};

/* One rule of the settings. All rules that fit are added up: of each group the largest n. */
struct dw_quorum_rule {
	unsigned channels;	/* 1 << enum dw_channel; 0: all */
	unsigned severity_most; /* fits incidents of severity 1 up to this; 4: all */
	struct dw_quorum quorum;
};

struct dw_quorum_rules {
	struct dw_quorum_rule *p;
	size_t n;
};

/** At least n of that group, which is borrowed. False: over DW_NEEDS_MAX. */
DW_MUST_USE bool dw_quorum_need(struct dw_quorum *q, struct dw_str group, unsigned n);
/**
 * What is demanded: the sum of the rules that fit; without any need, one approver of any group.
 * may_approve_own only if all rules that fit say so (and one does); blocks: what any of them
 * blocks. Rules that ask for more groups than DW_NEEDS_MAX can be met by nobody.
 */
void dw_quorum_demand(struct dw_quorum *out, const struct dw_quorum_rules *rules,
		      unsigned channel, unsigned severity);
/** Ask for what nobody can give. */
void dw_quorum_forbid(struct dw_quorum *q);
/** Add what a submission asks for besides: of each group the larger n. False: over DW_NEEDS_MAX. */
DW_MUST_USE bool dw_quorum_tighten(struct dw_quorum *q, const struct dw_quorum *more);

/* Somebody whose yes stands, with the groups that they were in when they gave it. */
struct dw_yes {
	uint64_t user;	      /* who is counted: whom a deputy stood in for */
	struct dw_str groups; /* "comms,legal" */
	struct dw_str still;  /* that they are in now; p NULL: nobody asks */
};

/**
 * What is still missing: the needs that the yeses do not meet, n = how many more. One person counts
 * for each group they were and are in, and once for anybody. Returns the number of needs written.
 */
size_t dw_quorum_missing(const struct dw_quorum *q, const struct dw_yes *yes,
			 size_t n_yes, struct dw_need out[DW_NEEDS_MAX]);
/** Is `group` in a list as accounts keep it: "comms,legal"? */
bool dw_group_is_in(struct dw_str groups, struct dw_str group);

#endif
