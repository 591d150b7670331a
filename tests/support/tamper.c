/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tamper.c - a journal to be tampered with.
 */
#include "tamper.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define RAW_KEY "\"raw_sha256\":\""

static struct dw_record record_of(struct rig *r, int i)
{
	char raw[200], text[400], key[32], hex[2 * DW_HASH_SIZE + 1];
	uint8_t hash[DW_HASH_SIZE];
	struct dw_record rec;

	snprintf(raw, sizeof(raw), "raw input %d: %0*d", i, (int)(rig_random(r) % 100),
		 7);
	dw_sha256(hash, raw, strlen(raw));
	if (i % 3 == 0)
		snprintf(text, sizeof(text), "{\"i\":%d}", i);
	else
		snprintf(text, sizeof(text), "{\"i\":%d," RAW_KEY "%s\"}", i,
			 dw_hex(hex, hash, sizeof(hash)));
	rec = rig_record(i % 3 == 0 ? "note.added" : "mention.added", text);
	rec.type_if_known = "mention.changed";
	rec.actor = (uint64_t)(i % 5);
	rec.room = i % 3 == 0 ? (uint64_t)(1 + i % 7) : 0;
	if (i % 3 != 0) {
		rec.raw = dw_blob_new(raw, strlen(raw));
		/* every fifth is a change of the first ones */
		snprintf(key, sizeof(key), "key %d", i % 5 == 0 ? i % 20 : i);
		rig_record_key(&rec, key, raw);
	}
	return rec;
}

void tamper_fill(struct rig *r, int n)
{
	for (int i = 1; i <= n; i++)
		DW_INVARIANT(rig_append_one(r, record_of(r, i), NULL) == 0);
}

static bool check_raw(const struct dw_stored *e, struct dw_str raw)
{
	const char *at = e->payload.p != NULL ? memmem(e->payload.p, e->payload.n,
						       RAW_KEY, strlen(RAW_KEY))
					      : NULL;
	char hex[2 * DW_HASH_SIZE + 1];
	uint8_t hash[DW_HASH_SIZE];

	if (at == NULL)
		return raw.p == NULL;
	if (raw.p == NULL)
		return false;
	dw_sha256(hash, raw.p, raw.n);
	return memcmp(at + strlen(RAW_KEY), dw_hex(hex, hash, sizeof(hash)), 64) == 0;
}

const struct dw_verify_checks tamper_checks = { check_raw, NULL };

void tamper_exec(const char *dir, const char *sql)
{
	char path[400];
	sqlite3 *h;
	char *why = NULL;

	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	DW_INVARIANT(sqlite3_open(path, &h) == SQLITE_OK);
	sqlite3_exec(h, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, why);
		abort();
	}
	sqlite3_close(h);
}
