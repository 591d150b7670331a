/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tokenizer.c - joins text/token to FTS5.
 *
 * A document gives all its tokens, aliases at the position of their word. Queries never come
 * here as text: text/search has made quoted terms of them, and a quoted term is handed back as
 * the one token that it is. That keeps the alias's marker byte, and what a reader types can
 * neither be syntax nor be folded twice in different ways.
 */
#include "engine/tokenizer.h"

#include "text/token.h"

#include <stdlib.h>

struct sink {
	void *ctx;
	int (*token)(void *ctx, int flags, const char *p, int n, int from, int to);
};

static int on_token(void *data, const struct dw_token *t)
{
	const struct sink *s = data;
	int flags = (t->flags & DW_TOKEN_COLOCATED) != 0 ? FTS5_TOKEN_COLOCATED : 0;

	return s->token(s->ctx, flags, t->text.p, (int)t->text.n, (int)t->from,
			(int)t->to);
}

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
	struct sink sink = { ctx, token };

	(void)t;
	if (text == NULL || n <= 0)
		return SQLITE_OK;
	if ((flags & FTS5_TOKENIZE_QUERY) != 0)
		return token(ctx, 0, text, n, 0, n);
	return dw_tokenize(dw_str_make(text, (size_t)n), DW_TOKENS_OF_TEXT, on_token,
			   &sink);
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
