/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_DEMO_INT_H
#define DW_APP_DEMO_INT_H
/* The half of the demo in which the room acts: who does what in it, and when. */
#include "client_int.h"

/* One act, or one search whose hits a later act names. */
struct dw_demo_step {
	double at_s;	 /* of the story */
	const char *who; /* name of the account */
	/* "POST /incidents/$room/notes"; GET: the ids of the items; "EDIT /statements/$one": type in it */
	const char *call;
	const char *
		body; /* JSON, or NULL; see below; EDIT: [[what stands there, what is to], …] */
	const char *save; /* the name of what it makes or finds, or NULL */
};

/*
 * In call and body: $name is the id of what was saved under that name, or of an account, $name.digest
 * and $name.revision those of a statement, $name.password that of an account; $+60 is the time in
 * 60 seconds. A PATCH names what it changes in `save`.
 */
extern const struct dw_demo_step dw_demo_steps[];
extern const size_t dw_demo_n_steps;

struct dw_demo_room;

/** Who is in it signs in, `password` in the order of `name`. */
DW_MUST_USE int dw_demo_room_open(struct dw_demo_room **out, const char *url,
				  const char *const *name, const char *const *password,
				  size_t n, const volatile bool *abort,
				  struct dw_err *err);
/** Do what is due by then. A failure ends the room's part, not the story. */
DW_MUST_USE int dw_demo_room_play(struct dw_demo_room *r, double at_s,
				  struct dw_err *err);
/** NULL is fine. */
void dw_demo_room_close(struct dw_demo_room *r);

#endif
