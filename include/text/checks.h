/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_CHECKS_H
#define DW_TEXT_CHECKS_H
/*
 * What is looked at in a statement before it leaves: rules that anybody can follow, no model. A
 * finding says what, where, and how bad; whether a warning stops the statement is policy.
 */
#include "text/shingle.h"

#define DW_CHECK_MAP(X)                                                                  \
	X(BIDI, "bidi_control") /* a control that turns text around */                   \
	X(HIDDEN,                                                                        \
	  "hidden_character")	/* another that nobody sees, or that has no meaning */   \
	X(TOO_LONG, "too_long") /* for the channel; from where it is */                  \
	X(ASKS_CODE, "asks_for_code") /* from who was harmed, without owner and time */  \
	X(NO_HARM, "no_acknowledgement") /* that anything happened to anybody */         \
	X(NO_NEXT, "no_next_step")                                                       \
	X(BLAME, "blame")                                                                \
	X(COPY, "near_copy") /* of an earlier answer */

enum dw_check {
#define DW_CHECK_ENUM(id, name) DW_CHECK_##id,
	DW_CHECK_MAP(DW_CHECK_ENUM)
#undef DW_CHECK_ENUM
		DW_CHECK_COUNT
};

/** "bidi_control"…: the code in the API. */
const char *dw_check_name(enum dw_check check);

enum dw_check_severity { DW_CHECK_WARN, DW_CHECK_REFUSE };

/* What ASKS_CODE misses. */
enum dw_check_missing { DW_MISSES_OWNER = 1, DW_MISSES_TIME = 2 };

struct dw_finding {
	enum dw_check check;
	enum dw_check_severity severity;
	uint32_t from,
		to; /* UTF-16 units [from, to); the whole text when it is about that */
	/* ASKS_CODE: enum dw_check_missing. TOO_LONG: the length. COPY: likeness of 100. BIDI and
	 * HIDDEN: the code point. Else 0. */
	uint32_t value;
	size_t copy_of; /* COPY: index of the earlier answer */
};

struct dw_check_text {
	struct dw_str text; /* valid UTF-8, lines end with LF */
	struct dw_str
		lang; /* ar, fa, en with or without a region: others have no word lists */
	bool is_post; /* length is counted as for social posts */
	size_t length_max; /* 0: none */
	bool is_inside; /* for one's own people: harm and next step are not asked for */
	const struct dw_shingles *earlier; /* answers that went out; borrowed */
	size_t n_earlier;
};

#define DW_FINDINGS_MAX 64

/* In order of DW_CHECK_MAP, those of one check by place; the first ones when there are more. */
struct dw_findings {
	struct dw_finding at[DW_FINDINGS_MAX];
	size_t n;
};

struct dw_checker;

/** The word lists, folded: once for a program. Not changed afterwards. */
struct dw_checker *dw_checker_create(void);
/** NULL is fine. */
void dw_checker_destroy(struct dw_checker *c);
void dw_check_run(const struct dw_checker *c, const struct dw_check_text *t,
		  struct dw_findings *out);

#endif
