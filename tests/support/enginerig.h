/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef ENGINERIG_H
#define ENGINERIG_H
/*
 * An engine on a loop of its own and a clock that only moves when told; the journal in memory or
 * in a folder. Every secret that a test comes to know is noted, and at the end no payload may
 * hold any of them.
 */
#include "engine/account.h"

struct enginerig {
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	struct dw_account *account;
	struct dw_clock clock;
	int64_t now_us; /* both clocks */
	unsigned sign_in_per_minute;
	int lock;			/* of the folder, or -1 */
	unsigned told_user, told_token; /* calls of the observer */
	char secrets[256][64];
	size_t n_secrets;
};

/** Passwords cost next to nothing from now on. dir NULL: in memory. */
void enginerig_open(struct enginerig *r, const char *dir);
/** Looks for secrets in all payloads first. */
void enginerig_close(struct enginerig *r);
/** Run the loop until *done. */
void enginerig_until(struct enginerig *r, const bool *done);
/** Run the loop until the journal's head is at least this. */
void enginerig_until_head(struct enginerig *r, uint64_t seq);
void enginerig_advance(struct enginerig *r, int64_t seconds);
void enginerig_secret(struct enginerig *r, const char *text);
/** Payloads of that type so far; the last one in `last` (may be NULL). */
size_t enginerig_events(struct enginerig *r, const char *type, char last[1024]);

/* ---- commands, waited for; op is zeroed, filled and given back with its results ---- */

typedef void (*enginerig_start)(struct dw_account *a, struct dw_account_op *op);

/** Start a command that the test has filled in, and wait for it. Returns its status. */
int enginerig_do(struct enginerig *r, enginerig_start start, struct dw_account_op *op);
/** An account; returns its id. The password is noted as a secret. */
uint64_t enginerig_user(struct enginerig *r, const char *name, unsigned roles,
			const char *password);
/** Status; on 0 the cookie's value is in op->secret. */
int enginerig_sign_in(struct enginerig *r, struct dw_account_op *op, const char *name,
		      const char *password, const char *peer);

/* For tests only; see account_int.h. */
void dw_account_cost_for_tests(size_t memory_bytes, unsigned long long passes);

#endif
