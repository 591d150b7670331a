/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_lang.c - which mentions are in a language: a bit for each id, in blocks.
 *
 * A search for a word in a language walks the word's list and looks each id up here, inside of SQLite: a
 * row that is handed out and turned down costs twice as much. The other way, a list of the language
 * intersected with that of the word, goes through half of all mentions whenever few match.
 *
 * A bit that was set stays set when the mention changes its language, so whoever finds one looks at the
 * mention itself. Blocks are small, because a sender may call every mention's language otherwise.
 */
#include "mention_lang_int.h"

static const char get_sql[] =
	"SELECT bits FROM search_lang WHERE lang = ?1 AND block = ?2";
static const char put_sql[] =
	"INSERT INTO search_lang (lang, block, bits) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (lang, block) DO UPDATE SET bits = excluded.bits";

static uint64_t block_of(uint64_t id)
{
	return id / MENTION_LANG_BLOCK;
}

/* All bits of a block; none are set where it has no row. */
static int load(struct dw_db *db, struct dw_str lang, uint64_t block, uint8_t *bits,
		struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, get_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	memset(bits, 0, MENTION_LANG_BYTES);
	dw_db_bind_text(s, 1, lang);
	dw_db_bind_u64(s, 2, block);
	rc = dw_db_step(db, s, err);
	if (rc == 1) {
		struct dw_str b = dw_db_blob(s, 0);

		memcpy(bits, b.p, b.n < MENTION_LANG_BYTES ? b.n : MENTION_LANG_BYTES);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc < 0 ? rc : 0;
}

/* ---- writing ---- */

static int store(struct dw_db *db, const struct mention_lang_block *b, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, put_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_text(s, 1, dw_str_of(b->lang));
	dw_db_bind_u64(s, 2, b->block);
	dw_db_bind_blob(s, 3, b->bits, sizeof(b->bits));
	rc = dw_db_run(db, s, err);
	sqlite3_clear_bindings(s);
	return rc;
}

int mention_lang_flush(struct mention_lang_set *set, struct dw_db *db, struct dw_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < set->n && rc == 0; i++)
		rc = store(db, &set->at[i], err);
	set->n = 0;
	return rc;
}

int mention_lang_add(struct mention_lang_set *set, struct dw_db *db, struct dw_str lang,
		     uint64_t id, struct dw_err *err)
{
	struct mention_lang_block *b = set->at;
	uint64_t bit = id % MENTION_LANG_BLOCK;
	int rc = 0;

	if (lang.n == 0 || lang.n >= sizeof(b->lang))
		return 0;
	for (; b < set->at + set->n; b++)
		if (b->block == block_of(id) && dw_str_eq(dw_str_of(b->lang), lang))
			break;
	if (b == set->at + MENTION_LANG_OPEN) {
		rc = mention_lang_flush(set, db, err);
		b = set->at;
	}
	if (rc == 0 && b == set->at + set->n) {
		memcpy(b->lang, lang.p, lang.n);
		b->lang[lang.n] = '\0';
		b->block = block_of(id);
		rc = load(db, lang, b->block, b->bits, err);
		set->n += rc == 0;
	}
	if (rc == 0)
		b->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
	return rc;
}

/* ---- asking ---- */

#define POINTER_TYPE "mention_lang_view"

static void in_lang(sqlite3_context *c, int n, sqlite3_value **arg)
{
	struct mention_lang_view *v = sqlite3_value_pointer(arg[1], POINTER_TYPE);
	uint64_t id = (uint64_t)sqlite3_value_int64(arg[0]),
		 bit = id % MENTION_LANG_BLOCK;

	(void)n;
	if (v == NULL) {
		sqlite3_result_error(c, "in_lang needs a view", -1);
		return;
	}
	if (!v->is_loaded || v->block != block_of(id)) {
		struct dw_err err;

		if (load(v->db, v->lang, block_of(id), v->bits, &err) < 0) {
			sqlite3_result_error(c, dw_err_text(&err), -1);
			return;
		}
		v->is_loaded = true;
		v->block = block_of(id);
	}
	sqlite3_result_int(c, v->bits[bit / 8] >> bit % 8 & 1);
}

int mention_lang_register(struct dw_db *db, struct dw_err *err)
{
	int rc = sqlite3_create_function(dw_db_handle(db), "in_lang", 2,
					 SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, in_lang,
					 NULL, NULL);

	return rc == SQLITE_OK ? 0 : dw_db_fail(db, rc, "adding in_lang", err);
}

void mention_lang_bind(sqlite3_stmt *s, int i, struct mention_lang_view *v)
{
	DW_INVARIANT(sqlite3_bind_pointer(s, i, v, POINTER_TYPE, NULL) == SQLITE_OK);
}
