/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * projection.c - folds events into the read tables, inside the transaction that appends them.
 *
 * Which module owns an event follows from its class; each keeps its SQL beside its own code.
 * The definition is every file of schema/view in order of name, the version of the fold that
 * search terms come from, and the way that facts are packed: when that text changes, the store drops
 * all views and calls apply for the whole journal again.
 */
#include "engine/projection.h"

#include "base/embed.h"
#include "domain/fact.h"
#include "engine/account.h"
#include "engine/authority.h"
#include "engine/ingest.h"
#include "engine/outbox.h"
#include "engine/playbook.h"
#include "engine/source.h"
#include "engine/statement.h"
#include "engine/tokenizer.h"
#include "engine/triage.h"
#include "mention_index_int.h"
#include "mention_lang_int.h"
#include "text/token.h"

#include <stdio.h>

static int fold(void *ctx, struct dw_db *db, const struct dw_stored *e,
		struct dw_err *err)
{
	int rc;

	(void)ctx;
	switch (dw_event_info(dw_event_by_name(e->type))->class) {
	case DW_CLASS_MENTION:
		rc = dw_mention_project_on_writer(db, e, err);
		return rc == 0 ? dw_triage_project_on_writer(db, e, err) : rc;
	case DW_CLASS_SOURCE:
		rc = dw_mention_project_on_writer(db, e, err);
		return rc == 0 ? dw_source_project_on_writer(db, e, err) : rc;
	case DW_CLASS_SECURITY:
		return dw_account_project_on_writer(db, e, err);
	case DW_CLASS_ROOM:
		rc = dw_room_project_on_writer(db, e, err);
		if (rc == 0)
			rc = dw_statement_project_on_writer(db, e, err);
		if (rc == 0)
			rc = dw_authority_project_on_writer(db, e, err);
		return rc == 0 ? dw_outbox_project_on_writer(db, e, err) : rc;
	case DW_CLASS_DRAFT:
		return dw_statement_project_on_writer(db, e, err);
	case DW_CLASS_PLAYBOOK:
		return dw_playbook_project_on_writer(db, e, err);
	case DW_CLASS_AUTHORITY:
		rc = dw_authority_project_on_writer(db, e, err);
		return rc == 0 ? dw_outbox_project_on_writer(db, e, err) : rc;
	case DW_CLASS_SYSTEM:
	case DW_CLASS_COUNT:
		break;
	}
	return 0;
}

static int on_event(void *ctx, struct dw_db *db, const struct dw_stored *e,
		    struct dw_err *err)
{
	int rc = fold(ctx, db, e, err);

	return rc < 0 ? rc : mention_index_on_writer(db, e, err);
}

static struct dw_blob *on_ahead(void *ctx, const struct dw_record *r)
{
	(void)ctx;
	return mention_index_ahead(r);
}

static int on_open(void *ctx, struct dw_db *db, struct dw_err *err)
{
	int rc = dw_tokenizer_register(db, err);

	(void)ctx;
	return rc == 0 ? mention_lang_register(db, err) : rc;
}

struct dw_projector dw_projection(void)
{
	static char sql[256 * 1024];

	if (sql[0] == '\0') {
		uint8_t packing[32];
		char hex[65];
		size_t used = 0;

		for (size_t i = 0; i < dw_embed_count(); i++) {
			const struct dw_embed *f = dw_embed_at(i);

			if (!dw_str_starts(dw_str_of(f->name), DW_STR("schema/view/")))
				continue;
			DW_INVARIANT(used + f->len < sizeof(sql) - 100);
			memcpy(sql + used, f->data, f->len);
			used += f->len;
		}
		dw_fact_pack_digest(packing);
		snprintf(sql + used, 100, "-- fold %d, packing %.32s\n", DW_FOLD_VERSION,
			 dw_hex(hex, packing, sizeof(packing)));
	}
	return (struct dw_projector){ .schema = sql,
				      .on_open = on_open,
				      .prepare_ahead = on_ahead,
				      .apply_on_writer = on_event };
}

struct dw_projector dw_projection_without_search(void)
{
	struct dw_projector p = dw_projection();

	p.prepare_ahead = NULL;
	p.apply_on_writer = fold;
	return p;
}
