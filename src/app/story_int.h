/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_STORY_INT_H
#define DW_APP_STORY_INT_H
/* What is said in one language. Every list ends with NULL. */

enum dw_topic {
	DW_TOPIC_DAILY,	   /* before anything happened, and afterwards */
	DW_TOPIC_PAYMENT,  /* charged, and no order */
	DW_TOPIC_FOOD,	   /* ill after a meal: the rumour begins */
	DW_TOPIC_RUMOUR,   /* what goes around, most of it false */
	DW_TOPIC_QUESTION, /* is it true? */
	DW_TOPIC_CANNED,   /* the company: "send us your order code" */
	DW_TOPIC_ANGER,	   /* about exactly that answer */
	DW_TOPIC_SILENCE,  /* where is the statement? */
	DW_TOPIC_NEWS,	   /* headlines */
	DW_TOPIC_RELIEF,   /* money is back, a correction is shared */
	DW_TOPIC_CALL,	   /* notes of the call centre */
	DW_TOPIC_COUNT,
};

/*
 * Slots in a line: {dish} {branch} {amount} {code} {n} {hours}; numbers in the language's digits.
 */
struct dw_phrasebook {
	const char *lang;
	const char *brand_name, *brand_handle;
	const char *const *line[DW_TOPIC_COUNT];
	const char *const *dish;
	const char *const *branch;
	const char *const *amount; /* with "{n}" for a number of two or three digits */
	const char *const *author; /* display names; no real person's */
	const char *const *handle; /* stems */
	const char *const *tail;   /* what is put behind some lines; may be empty text */
	const char *digit[10];
};

extern const struct dw_phrasebook dw_phrases_ar, dw_phrases_fa, dw_phrases_en;

#endif
