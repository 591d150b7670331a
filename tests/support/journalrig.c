/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * journalrig.c - a journal that a test drives by hand.
 *
 * The loop is turned only while the test waits, so a test reads from top to bottom.
 */
#include "journalrig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t clock_now(void *ctx)
{
	struct rig *r = ctx;

	return __atomic_add_fetch(&r->now, r->step, __ATOMIC_RELAXED);
}

/* splitmix64; the writer's thread draws salts from it, so each step is atomic. */
uint64_t rig_random(struct rig *r)
{
	uint64_t z = __atomic_add_fetch(&r->seed, UINT64_C(0x9e3779b97f4a7c15),
					__ATOMIC_RELAXED);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void clock_random(void *ctx, void *out, size_t n)
{
	for (uint8_t *p = out; n > 0;) {
		uint64_t v = rig_random(ctx);
		size_t k = n < sizeof(v) ? n : sizeof(v);

		memcpy(p, &v, k);
		p += k;
		n -= k;
	}
}

void rig_init(struct rig *r, bool in_memory, uint64_t seed)
{
	const char *tmp = getenv("TMPDIR");

	memset(r, 0, sizeof(*r));
	DW_INVARIANT(dw_loop_init(&r->loop, NULL) == 0);
	r->seed = seed;
	r->now = INT64_C(1760000000000000);
	r->step = 7;
	r->clock = (struct dw_clock){ clock_now, clock_now, clock_random, r };
	/* Few may wait, so that what waits, moves on and is read again is part of every test. */
	r->conf = (struct dw_journal_conf){ .loop = &r->loop,
					    .clock = &r->clock,
					    .identity_pending = 1 + seed % 7 };
	if (in_memory)
		return;
	snprintf(r->dir, sizeof(r->dir), "%s/diwan-test-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	DW_INVARIANT(mkdtemp(r->dir) != NULL);
}

void rig_remove(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	char path[1024];

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_type == DT_DIR)
			rig_remove(path);
		else
			unlink(path);
	}
	closedir(d);
	rmdir(dir);
}

void rig_fini(struct rig *r)
{
	rig_close(r);
	dw_loop_close(&r->loop);
	dw_loop_run(&r->loop);
	dw_loop_fini(&r->loop);
	if (r->dir[0] != '\0')
		rig_remove(r->dir);
	for (size_t i = 0; i < r->n_seen; i++)
		free(r->seen[i].payload);
	free(r->seen);
}

static void see(struct rig *r, const struct dw_stored *e)
{
	struct rig_seen *s;

	if (r->n_seen == r->cap_seen) {
		r->cap_seen = r->cap_seen > 0 ? 2 * r->cap_seen : 64;
		r->seen = realloc(r->seen, r->cap_seen * sizeof(*r->seen));
		DW_INVARIANT(r->seen != NULL);
	}
	s = &r->seen[r->n_seen];
	memset(s, 0, sizeof(*s));
	s->seq = e->seq;
	s->subject = e->subject;
	s->actor = e->actor;
	s->room = e->room;
	s->recorded_at = e->recorded_at;
	memcpy(s->type, e->type.p, e->type.n);
	s->payload = strndup(e->payload.p, e->payload.n);
	if (r->n_seen > 0 &&
	    (s->seq != s[-1].seq + 1 || s->recorded_at < s[-1].recorded_at))
		r->is_order_broken = true;
	r->n_seen++;
}

static void on_durable(void *data, const struct dw_stored *e, size_t n)
{
	struct rig *r = data;

	for (size_t i = 0; i < n; i++)
		see(r, &e[i]);
	if (n == 0 || dw_journal_head(r->j) != e[n - 1].seq)
		r->is_order_broken = true;
}

int rig_open(struct rig *r, struct dw_err *err)
{
	int rc = r->dir[0] != '\0' ? dw_journal_sqlite_open(&r->j, r->dir, &r->conf, err)
				   : dw_journal_mem_open(&r->j, &r->conf, err);

	if (rc < 0) {
		r->j = NULL;
		return rc;
	}
	r->started_at = dw_journal_head(r->j);
	dw_journal_tail(r->j, on_durable, r);
	return 0;
}

static void on_closed(void *data)
{
	((struct rig *)data)->is_closed = true;
}

void rig_turn(struct rig *r)
{
	uv_run(&r->loop.uv, UV_RUN_ONCE);
}

void rig_close(struct rig *r)
{
	if (r->j == NULL)
		return;
	r->is_closed = false;
	dw_journal_close(r->j, on_closed, r);
	while (!r->is_closed)
		rig_turn(r);
	r->j = NULL;
}

static void on_appended(struct dw_append *a)
{
	*(bool *)a->data = true;
}

int rig_append(struct rig *r, struct dw_append *a)
{
	bool is_done = false;
	int rc;

	a->cb = on_appended;
	a->data = &is_done;
	rc = dw_journal_append(r->j, a);
	if (rc < 0)
		return rc;
	DW_INVARIANT(!is_done);
	while (!is_done)
		rig_turn(r);
	return a->status;
}

struct dw_record rig_record(const char *type, const char *payload)
{
	return (struct dw_record){ .type = type,
				   .type_version = 1,
				   .payload = dw_blob_new(payload, strlen(payload)) };
}

void rig_record_fini(struct dw_record *rec)
{
	dw_blob_unref(rec->payload);
	dw_blob_unref(rec->raw);
	rec->payload = rec->raw = NULL;
}

void rig_record_key(struct dw_record *rec, const char *key, const char *tag)
{
	uint8_t hash[DW_HASH_SIZE];

	rec->has_key = true;
	dw_sha256(rec->key, key, strlen(key));
	dw_sha256(hash, tag, strlen(tag));
	memcpy(rec->tag, hash, sizeof(rec->tag));
}

int rig_append_one(struct rig *r, struct dw_record rec, struct dw_record *out)
{
	struct dw_append a = { .recs = &rec, .n = 1 };
	int rc = rig_append(r, &a);

	rig_record_fini(&rec);
	if (out != NULL)
		*out = rec;
	return rc;
}
