/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * journal_mem.c - the journal as an array: the twin that tests and simulations run on.
 *
 * It keeps the contract of journal.h with nothing below it that could fail by itself; failures
 * are ordered from outside (store/journal_mem.h). What is queued completes as one run on the
 * next turn of the loop, or when a simulation steps it. Numbering and envelopes are the draft's,
 * as in journal_sqlite.
 *
 * Read tables need a database, so the projector is not called here. Readers may be on other
 * threads (the engine's pool): what they see is behind a lock.
 *
 * A crash drops what was not completed and leaves the rest, as after a restart; the journal
 * can be used on. A failed disk is forgiven by it, too.
 */
#include "store/journal_mem.h"

#include "journal_int.h"

#include <pthread.h>
#include <stdlib.h>

struct kept { /* a durable event */
	struct dw_blob *payload;
	uint64_t subject;
	uint8_t bytes[DW_ENVELOPE_MAX];
	size_t n;
};

struct ident {
	uint64_t first, last;
	uint8_t tag[16];
};

struct ident_undo {
	uint8_t key[32];
	struct ident before; /* last == 0: there was none */
};

struct journal_mem {
	struct dw_journal base;
	struct dw_task turn;
	struct dw_task closed;
	struct dw_link waiting; /* struct dw_append */
	bool is_manual;
	int fail_code; /* for the next fail_n appends */
	size_t fail_n;
	void (*on_closed)(void *data);
	void *on_closed_data;
	struct draft draft;
	struct dw_map *idents;
	struct ident_undo *undo; /* of the append in work */
	size_t n_undo, cap_undo;
	pthread_mutex_t lock;
	struct kept **kept; /* under the lock; kept[i] is event i + 1 */
	size_t n, cap;
};

static struct journal_mem *self(struct dw_journal *j)
{
	return DW_CONTAINER_OF(j, struct journal_mem, base);
}

/* ---- identity keys ---- */

static struct dw_str key_str(const uint8_t *key)
{
	return dw_str_make((const char *)key, 32);
}

static void ident_note(struct journal_mem *j, const uint8_t *key,
		       const struct ident *before)
{
	struct ident_undo *u;

	if (j->n_undo == j->cap_undo) {
		j->cap_undo = j->cap_undo > 0 ? 2 * j->cap_undo : 16;
		j->undo = realloc(j->undo, j->cap_undo * sizeof(*j->undo));
		DW_INVARIANT(j->undo != NULL);
	}
	u = &j->undo[j->n_undo++];
	memcpy(u->key, key, sizeof(u->key));
	if (before != NULL)
		u->before = *before;
	else
		memset(&u->before, 0, sizeof(u->before));
}

static void ident_put(struct journal_mem *j, const struct dw_record *r, uint64_t seq)
{
	struct ident *i = dw_map_get(j->idents, key_str(r->key));

	ident_note(j, r->key, i);
	if (i == NULL) {
		i = calloc(1, sizeof(*i));
		DW_INVARIANT(i != NULL);
		i->first = seq;
		dw_map_put(j->idents, key_str(r->key), i);
	}
	i->last = seq;
	memcpy(i->tag, r->tag, sizeof(i->tag));
}

static void ident_rewind(struct journal_mem *j)
{
	while (j->n_undo > 0) {
		const struct ident_undo *u = &j->undo[--j->n_undo];

		if (u->before.last == 0)
			free(dw_map_remove(j->idents, key_str(u->key)));
		else
			*(struct ident *)dw_map_get(j->idents, key_str(u->key)) =
				u->before;
	}
}

/* ---- one append ---- */

static void add_record(struct journal_mem *j, struct dw_record *r)
{
	const struct ident *known =
		r->has_key ? dw_map_get(j->idents, key_str(r->key)) : NULL;
	uint64_t subject = known != NULL ? known->first : 0;

	if (known != NULL && (r->type_if_known == NULL ||
			      memcmp(known->tag, r->tag, sizeof(known->tag)) == 0)) {
		r->outcome = DW_DUPLICATE;
		r->seq = known->last;
		r->subject = known->first;
		return;
	}
	const struct dw_stored *e = draft_add(&j->draft, r, subject);

	if (r->has_key)
		ident_put(j, r, e->seq);
}

static int ordered_failure(struct journal_mem *j, struct dw_append *a)
{
	if (j->fail_n == 0)
		return 0;
	j->fail_n--;
	return dw_fail(&a->err, j->fail_code, "a failure that was asked for");
}

static int add_append(struct journal_mem *j, struct dw_append *a)
{
	struct draft_mark mark;
	int rc = ordered_failure(j, a);

	if (rc < 0) {
		if (rc != DW_ECONFLICT)
			journal_count_failure(&j->base, rc);
		return rc;
	}
	if (dw_journal_stats(&j->base)->is_failed)
		return dw_fail(&a->err, DW_EIO, "the disk failed");
	if (draft_is_moved(&j->draft, a))
		return dw_fail(&a->err, DW_ECONFLICT,
			       "it has moved on since it was read");
	draft_mark(&j->draft, &mark);
	j->n_undo = 0;
	for (size_t i = 0; i < a->n; i++)
		add_record(j, &a->recs[i]);
	if (a->also_on_writer != NULL)
		rc = a->also_on_writer(a, NULL, &a->err);
	if (rc == 0)
		return 0;
	ident_rewind(j);
	draft_rewind(&j->draft, &mark);
	return rc < 0 ? rc : DW_EINTERNAL;
}

/* ---- completion ---- */

static void keep(struct journal_mem *j, const struct dw_stored *e,
		 struct dw_blob *payload)
{
	struct kept *k = malloc(sizeof(*k));

	DW_INVARIANT(k != NULL);
	if (j->n == j->cap) {
		j->cap = j->cap > 0 ? 2 * j->cap : 256;
		j->kept = realloc(j->kept, j->cap * sizeof(*j->kept));
		DW_INVARIANT(j->kept != NULL);
	}
	k->payload = dw_blob_ref(payload);
	k->subject = e->subject;
	k->n = e->envelope.n;
	memcpy(k->bytes, e->envelope.p, k->n);
	j->kept[j->n++] = k;
}

/* Records and events are in the same order; duplicates have no event. */
static void keep_run(struct journal_mem *j, const struct run *run, struct dw_link *done)
{
	const struct dw_stored *e = run->e;

	pthread_mutex_lock(&j->lock);
	DW_LIST_EACH(l, done) {
		const struct dw_append *a = DW_CONTAINER_OF(l, struct dw_append, link);

		for (size_t i = 0; a->status == 0 && i < a->n; i++)
			if (a->recs[i].outcome != DW_DUPLICATE)
				keep(j, e++, a->recs[i].payload);
	}
	pthread_mutex_unlock(&j->lock);
	DW_INVARIANT(e == run->e + run->n);
}

static void settle(struct journal_mem *j, const struct run *run)
{
	struct draft *d = &j->draft;
	struct dw_expect *moved = calloc(d->n_undo + 1, sizeof(*moved));

	DW_INVARIANT(moved != NULL);
	for (size_t i = 0; i < d->n_undo; i++)
		moved[i] = (struct dw_expect){ d->undo[i].p->key, d->undo[i].p->seq };
	journal_settle(&j->base, &(struct settled){ run, &d->tree, moved, d->n_undo, 0,
						    run->n > 0 });
	draft_settle(d);
	free(moved);
}

/* Complete the appends on `todo` as one run. */
static void complete(struct journal_mem *j, struct dw_link *todo)
{
	struct run run;
	struct dw_link *l;
	size_t n = 0;

	DW_LIST_EACH(it, todo)
		n += DW_CONTAINER_OF(it, struct dw_append, link)->n;
	run_init(&run, n, j->base.conf.clock);
	draft_start(&j->draft, &run, j->base.conf.clock);
	DW_LIST_EACH(it, todo) {
		struct dw_append *a = DW_CONTAINER_OF(it, struct dw_append, link);

		a->status = add_append(j, a);
	}
	keep_run(j, &run, todo);
	settle(j, &run);
	run_fini(&run);
	while ((l = dw_list_pop(todo)) != NULL)
		journal_complete(&j->base, DW_CONTAINER_OF(l, struct dw_append, link));
}

size_t dw_journal_mem_step(struct dw_journal *base, size_t n)
{
	struct journal_mem *j = self(base);
	struct dw_link todo;
	size_t taken = 0;

	dw_list_init(&todo);
	while (taken < n && !dw_list_empty(&j->waiting)) {
		dw_list_push(&todo, dw_list_pop(&j->waiting));
		taken++;
	}
	if (taken > 0)
		complete(j, &todo);
	return taken;
}

static void on_turn(struct dw_task *t)
{
	struct journal_mem *j = DW_CONTAINER_OF(t, struct journal_mem, turn);

	dw_journal_mem_step(&j->base, SIZE_MAX);
}

static int append(struct dw_journal *base, struct dw_append *a)
{
	struct journal_mem *j = self(base);

	dw_list_init(&a->link);
	dw_list_push(&j->waiting, &a->link);
	if (!j->is_manual)
		dw_task_post(base->conf.loop, &j->turn);
	return 0;
}

/* ---- faults ---- */

void dw_journal_mem_manual(struct dw_journal *base, bool on)
{
	struct journal_mem *j = self(base);

	j->is_manual = on;
	if (on)
		dw_task_cancel(base->conf.loop, &j->turn);
	else if (!dw_list_empty(&j->waiting))
		dw_task_post(base->conf.loop, &j->turn);
}

void dw_journal_mem_fail(struct dw_journal *base, int code, size_t n)
{
	DW_REQUIRE(code < 0);
	self(base)->fail_code = code;
	self(base)->fail_n = n;
}

void dw_journal_mem_crash(struct dw_journal *base)
{
	struct journal_mem *j = self(base);

	while (dw_list_pop(&j->waiting) != NULL)
		base->pending--;
	dw_task_cancel(base->conf.loop, &j->turn);
	atomic_store(&base->is_broken, false);
	base->stats.is_full = false;
	j->fail_n = 0;
}

/* ---- readers ---- */

struct mem_reader {
	struct dw_reader base;
	struct journal_mem *j;
};

/* The event is copied out under the lock; the callback runs without it. */
static bool get(struct journal_mem *j, uint64_t seq, struct kept *out)
{
	bool is_there;

	pthread_mutex_lock(&j->lock);
	is_there = seq <= j->n;
	if (is_there) {
		*out = *j->kept[seq - 1];
		(void)dw_blob_ref(out->payload);
	}
	pthread_mutex_unlock(&j->lock);
	return is_there;
}

static int scan(struct dw_reader *base, uint64_t after, size_t max_n,
		bool (*fn)(void *data, const struct dw_stored *e), void *data,
		uint64_t *last, struct dw_err *err)
{
	struct mem_reader *r = DW_CONTAINER_OF(base, struct mem_reader, base);
	bool goes_on = true;
	struct kept k;

	*last = after;
	for (size_t i = 0; goes_on && i < max_n && get(r->j, *last + 1, &k); i++) {
		struct dw_stored e = { .subject = k.subject,
				       .payload = dw_blob_str(k.payload) };
		int rc = dw_envelope_parse(dw_str_make((const char *)k.bytes, k.n), &e,
					   err);

		if (rc == 0) {
			*last = e.seq;
			goes_on = fn(data, &e);
		}
		dw_blob_unref(k.payload);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct dw_db *no_db(struct dw_reader *r)
{
	(void)r;
	return NULL;
}

static void close_reader(struct dw_reader *base)
{
	free(DW_CONTAINER_OF(base, struct mem_reader, base));
}

static int open_reader(struct dw_journal *j, struct dw_reader **out, struct dw_err *err)
{
	static const struct dw_reader_ops ops = { scan, no_db, close_reader };
	struct mem_reader *r = calloc(1, sizeof(*r));

	(void)err;
	DW_INVARIANT(r != NULL);
	r->base.ops = &ops;
	r->j = self(j);
	*out = &r->base;
	return 0;
}

/* ---- opening and closing ---- */

static void journal_free(struct journal_mem *j)
{
	struct dw_str key;
	void *value;

	for (size_t i = 0; i < j->n; i++) {
		dw_blob_unref(j->kept[i]->payload);
		free(j->kept[i]);
	}
	free(j->kept);
	for (size_t it = 0; dw_map_next(j->idents, &it, &key, &value);)
		free(value);
	dw_map_destroy(j->idents);
	free(j->undo);
	draft_fini(&j->draft);
	positions_destroy(j->base.positions);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

static void on_closed_turn(struct dw_task *t)
{
	struct journal_mem *j = DW_CONTAINER_OF(t, struct journal_mem, closed);
	void (*cb)(void *) = j->on_closed;
	void *data = j->on_closed_data;

	dw_journal_mem_step(&j->base, SIZE_MAX);
	journal_free(j);
	cb(data);
}

static void close_journal(struct dw_journal *base, void (*cb)(void *data), void *data)
{
	struct journal_mem *j = self(base);

	j->on_closed = cb;
	j->on_closed_data = data;
	dw_task_cancel(base->conf.loop, &j->turn);
	dw_task_post(base->conf.loop, &j->closed);
}

int dw_journal_mem_open(struct dw_journal **out, const struct dw_journal_conf *conf,
			struct dw_err *err)
{
	static const struct dw_journal_ops ops = { append, close_journal, open_reader };
	struct journal_mem *j = calloc(1, sizeof(*j));

	(void)err;
	DW_INVARIANT(j != NULL);
	DW_INVARIANT(pthread_mutex_init(&j->lock, NULL) == 0);
	atomic_init(&j->base.is_broken, false);
	j->base.ops = &ops;
	j->base.conf = *conf;
	j->base.positions = positions_create();
	j->idents = dw_map_create();
	dw_list_init(&j->waiting);
	dw_task_init(&j->turn, on_turn);
	dw_task_init(&j->closed, on_closed_turn);
	draft_init(&j->draft);
	*out = &j->base;
	return 0;
}
