/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TESTS_JOURNALRIG_H
#define DW_TESTS_JOURNALRIG_H
/*
 * A journal of either body on a loop of its own, driven step by step, with a clock and entropy
 * that a seed decides. Whatever becomes durable is kept in `seen` and checked on arrival:
 * numbers rise by one, times do not go back.
 */
#include "store/journal.h"

struct rig_seen {
	uint64_t seq, subject, actor, room;
	int64_t recorded_at;
	char type[DW_TYPE_MAX + 1];
	char *payload; /* owned */
};

struct rig {
	struct dw_loop loop;
	struct dw_journal *j; /* NULL: closed */
	struct dw_journal_conf conf;
	struct dw_clock clock;
	int64_t now, step; /* the clock's time, and what each look at it adds */
	uint64_t seed;
	char dir[256]; /* "": in memory */
	struct rig_seen *seen;
	size_t n_seen, cap_seen;
	uint64_t started_at; /* head at the last open */
	bool is_order_broken;
	bool is_closed;
};

/** `dir` is made with mkdtemp under TMPDIR; in memory when `in_memory`. */
void rig_init(struct rig *r, bool in_memory, uint64_t seed);
/** Closes what is open, removes the folder. */
void rig_fini(struct rig *r);
int rig_open(struct rig *r, struct dw_err *err);
void rig_close(struct rig *r);
/** One turn of the loop; waits for something to happen. */
void rig_turn(struct rig *r);
/** Append and run the loop until it is done; the status. Takes over cb and data. */
int rig_append(struct rig *r, struct dw_append *a);
uint64_t rig_random(struct rig *r);

/** A record with this payload (a new blob that rig_record_fini drops). */
struct dw_record rig_record(const char *type, const char *payload);
void rig_record_fini(struct dw_record *rec);
/** Give it the identity key and the tag that these texts stand for. */
void rig_record_key(struct dw_record *rec, const char *key, const char *tag);
/** Append one record; its status. The record is dropped, *out is what it became. */
int rig_append_one(struct rig *r, struct dw_record rec, struct dw_record *out);

/** Remove a folder and all in it. */
void rig_remove(const char *dir);

#endif
