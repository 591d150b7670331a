/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_token.c - API tokens: for machines, with scopes instead of roles.
 *
 * A token is `dwt_` and 256 random bits, so that a leaked one is recognised by scanners; it is
 * shown once, and only its hash is kept. Revoking ends it at once, its streams included.
 */
#include "account_int.h"

static int decide_add(struct dw_account_op *op)
{
	struct account_event ev = { .type = DW_EV_TOKEN_ADDED, .scopes = op->scopes };

	account_copy(ev.name, sizeof(ev.name), op->name);
	op_event(op, &ev);
	return 0;
}

static int add_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
			      struct dw_err *err)
{
	return row_add_token(db, op->recs[0].seq, op->secret_hash, err);
}

static void on_added(struct dw_account_op *op)
{
	struct dw_account *a = op->account;
	struct token *t = dw_map_get_u64(a->token_by_id, op->recs[0].seq);

	op->id = op->recs[0].seq;
	if (t == NULL || t->is_revoked)
		return;
	memcpy(t->hash, op->secret_hash, sizeof(t->hash));
	t->has_hash = true;
	dw_map_put(a->token_by_hash, dw_str_make((char *)t->hash, SECRET_BYTES), t);
}

static bool is_name(struct dw_str s)
{
	return s.n > 0 && dw_utf8_valid(s) && dw_utf8_count(s) <= NAME_CHARS &&
	       !dw_str_has_control(s);
}

void dw_account_token_add(struct dw_account *a, struct dw_account_op *op)
{
	op_start(a, op);
	if (!is_name(op->name)) {
		op_finish(
			op,
			op_refuse(op, DW_EINVAL, "/name",
				  "a token's name has 1 to %d characters, none of them a "
				  "control character",
				  NAME_CHARS));
		return;
	}
	if (op->scopes == 0) {
		op_finish(op, op_refuse(op, DW_EINVAL, "/scopes",
					"a token needs a scope: ingest, read or act"));
		return;
	}
	secret_make(dw_engine_clock(a->engine), "dwt_", op->secret);
	secret_hash(dw_str_of(op->secret), op->secret_hash);
	op->decide = decide_add;
	op->rows_on_writer = add_rows_on_writer;
	op->on_committed = on_added;
	op_commit(op);
}

static int decide_revoke(struct dw_account_op *op)
{
	struct account_event ev = { .type = DW_EV_TOKEN_REVOKED, .token = op->id };
	const struct token *t = dw_map_get_u64(op->account->token_by_id, op->id);

	if (t == NULL)
		return op_refuse(op, DW_ENOTFOUND, NULL, "there is no token %llu",
				 (unsigned long long)op->id);
	op->version = t->version;
	if (!t->is_revoked)
		op_event(op, &ev);
	return 0;
}

static int revoke_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
				 struct dw_err *err)
{
	return row_drop_token(db, op->id, err);
}

void dw_account_token_revoke(struct dw_account *a, struct dw_account_op *op)
{
	op_start(a, op);
	op->decide = decide_revoke;
	op->rows_on_writer = revoke_rows_on_writer;
	op_commit(op);
}

bool dw_account_by_token(struct dw_account *a, struct dw_str text,
			 struct dw_principal *out)
{
	uint8_t hash[SECRET_BYTES];
	const struct token *t;

	if (text.n != 47 || !dw_str_starts(text, DW_STR("dwt_")))
		return false;
	secret_hash(text, hash);
	t = dw_map_get(a->token_by_hash, dw_str_make((char *)hash, sizeof(hash)));
	if (t == NULL || t->is_revoked)
		return false;
	*out = (struct dw_principal){ .kind = DW_TOKEN,
				      .id = t->id,
				      .scopes = t->scopes };
	return true;
}

/* ---- lists ---- */

static struct dw_token_info info_of(const struct token *t)
{
	return (struct dw_token_info){ .id = t->id,
				       .version = t->version,
				       .name = dw_str_of(t->name),
				       .scopes = t->scopes,
				       .is_revoked = t->is_revoked,
				       .created_at = t->created_at };
}

void dw_account_each_token(const struct dw_account *a,
			   bool (*fn)(void *data, const struct dw_token_info *t),
			   void *data)
{
	DW_LIST_EACH(l, &((struct dw_account *)(uintptr_t)a)->tokens) {
		struct dw_token_info i = info_of(DW_CONTAINER_OF(l, struct token, link));

		if (!fn(data, &i))
			return;
	}
}

bool dw_account_token(const struct dw_account *a, uint64_t id, struct dw_token_info *out)
{
	const struct token *t = dw_map_get_u64(a->token_by_id, id);

	if (t != NULL)
		*out = info_of(t);
	return t != NULL;
}
