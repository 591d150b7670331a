/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * meta.c - facts about the file, by name: table `meta` of schema/journal.
 *
 * All are read as text; a number is one too. There are few, each is read once at start-up, and
 * whoever keeps one knows what it means.
 */
#include "db_int.h"

#include <stdio.h>

static const char SQL_GET[] = "SELECT value FROM meta WHERE name = ?1";
static const char SQL_PUT[] = "INSERT INTO meta (name, value) VALUES (?1, ?2)"
			      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
static const char SQL_DROP[] = "DELETE FROM meta WHERE name = ?1";

int dw_meta_get(struct dw_db *db, const char *name, char *out, size_t cap,
		struct dw_err *err)
{
	struct dw_str value;
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_GET, &s, err);

	out[0] = '\0';
	if (rc < 0)
		return rc;
	dw_db_bind_text(s, 1, dw_str_of(name));
	rc = dw_db_step(db, s, err);
	value = rc == 1 ? dw_db_text(s, 0) : dw_str_make(NULL, 0);
	if (value.n >= cap)
		rc = dw_fail(err, DW_ECORRUPT, "%s in meta is too long", name);
	else if (value.n > 0)
		memcpy(out, value.p, value.n);
	if (rc == 1)
		out[value.n] = '\0';
	sqlite3_reset(s);
	return rc;
}

int dw_meta_put(struct dw_db *db, const char *name, const char *value, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_PUT, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_text(s, 1, dw_str_of(name));
	dw_db_bind_text(s, 2, dw_str_of(value));
	return dw_db_run(db, s, err);
}

int dw_meta_get_u64(struct dw_db *db, const char *name, uint64_t *out, struct dw_err *err)
{
	char value[24];
	int rc = dw_meta_get(db, name, value, sizeof(value), err);

	if (rc == 1 && dw_str_u64(dw_str_of(value), out) < 0)
		return dw_fail(err, DW_ECORRUPT, "%s in meta is no number", name);
	return rc;
}

int dw_meta_put_u64(struct dw_db *db, const char *name, uint64_t value,
		    struct dw_err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return dw_meta_put(db, name, text, err);
}

int dw_meta_drop(struct dw_db *db, const char *name, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_DROP, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_text(s, 1, dw_str_of(name));
	return dw_db_run(db, s, err);
}
