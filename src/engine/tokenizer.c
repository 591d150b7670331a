/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tokenizer.c - hands terms that are made already to FTS5.
 *
 * What is put into the index is no text but a list of terms (mention_terms.c): one byte of
 * length, then the term, again and again. A query is one quoted term at a time (text/search.c),
 * handed back as it is. So all of folding happens outside of SQLite, once for a mention, and
 * what a reader types can neither be syntax nor be folded in two ways.
 *
 * The index keeps no positions (detail=none), so all terms stand at one place.
 */
#include "engine/tokenizer.h"

#include <stdlib.h>

static int create(void *data, const char **argv, int argc, Fts5Tokenizer **out)
{
	(void)data;
	(void)argv;
	if (argc != 0)
		return SQLITE_ERROR;
	*out = calloc(1, 1);
	return *out != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

static void destroy(Fts5Tokenizer *t)
{
	free(t);
}

static int tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int n,
		    int (*token)(void *, int, const char *, int, int, int))
{
	const unsigned char *p = (const unsigned char *)text;
	int rc = SQLITE_OK;

	(void)t;
	if (text == NULL || n <= 0)
		return SQLITE_OK;
	if ((flags & FTS5_TOKENIZE_QUERY) != 0)
		return token(ctx, 0, text, n, 0, n);
	for (int at = 0, len; at < n && rc == SQLITE_OK; at += 1 + len) {
		len = p[at];
		if (len == 0 || len > n - at - 1)
			return SQLITE_ERROR;
		rc = token(ctx, 0, text + at + 1, len, 0, 0);
	}
	return rc;
}

/* FTS5 hands out its functions through a pointer that is bound to a statement. */
static fts5_api *api_of(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &s, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(s, 1, (void *)&api, "fts5_api_ptr", NULL);
		sqlite3_step(s);
	}
	sqlite3_finalize(s);
	return api;
}

int dw_tokenizer_register(struct dw_db *db, struct dw_err *err)
{
	static fts5_tokenizer ours = { create, destroy, tokenize };
	fts5_api *api = api_of(dw_db_handle(db));
	int rc = SQLITE_ERROR;

	if (api != NULL)
		rc = api->xCreateTokenizer(api, "diwan", NULL, &ours, NULL);
	if (rc != SQLITE_OK)
		return dw_fail(err, DW_EINTERNAL,
			       "this SQLite has no full text search (FTS5)");
	return 0;
}
