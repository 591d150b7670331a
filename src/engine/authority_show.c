/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* authority_show.c - who may let statements go, as JSON. */
#include "base/base64.h"
#include "engine/authority.h"
#include "engine/names.h"

static void write_person(struct dw_jsonw *w, const char *key,
			 const struct dw_names *names, uint64_t id)
{
	char scratch[64];

	dw_jsonw_key(w, key);
	if (id != 0)
		dw_jsonw_raw(w, dw_names_json(names, id, scratch));
	else
		dw_jsonw_null(w);
}

void dw_outgoing_write(struct dw_jsonw *w, const struct dw_authority *a,
		       const struct dw_names *names, int64_t now)
{
	const struct dw_outgoing *o = &a->outgoing;

	dw_jsonw_obj(w);
	dw_jsonw_key(w, "frozen");
	if (dw_outgoing_is_frozen(o, now)) {
		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", o->frozen_seq);
		dw_jsonw_kstr_or_null(w, "reason", o->reason);
		write_person(w, "by", names, o->by);
		dw_jsonw_ktime(w, "at", o->at);
		dw_jsonw_ktime_or_null(w, "until", o->until);
		dw_jsonw_obj_end(w);
	} else {
		dw_jsonw_null(w);
	}
	dw_jsonw_obj_end(w);
}

void dw_policy_write(struct dw_jsonw *w, const struct dw_authority *a)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "version", a->policy_version);
	dw_jsonw_key(w, "rules");
	dw_quorum_rules_write(w, &a->rules);
	dw_jsonw_obj_end(w);
}

void dw_sign_key_write(struct dw_jsonw *w, const struct dw_sign_key *k,
		       const struct dw_names *names)
{
	char text[DW_BASE64_ROOM(DW_PUBLIC_KEY_BYTES)];

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", k->id);
	write_person(w, "user", names, k->user);
	dw_jsonw_kstr_or_null(w, "name", k->name);
	dw_jsonw_kstr(w, "public",
		      dw_str_of(dw_base64(text, k->public, sizeof(k->public))));
	dw_jsonw_ktime(w, "at", k->at);
	dw_jsonw_ktime_or_null(w, "confirmed_at", k->confirmed_at);
	write_person(w, "confirmed_by", names, k->confirmed_by);
	dw_jsonw_ktime_or_null(w, "revoked_at", k->revoked_at);
	dw_jsonw_obj_end(w);
}

void dw_deputy_write(struct dw_jsonw *w, const struct dw_deputy *d,
		     const struct dw_names *names)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", d->id);
	write_person(w, "user", names, d->user);
	write_person(w, "deputy", names, d->deputy);
	dw_jsonw_kstr_or_null(w, "reason", d->reason);
	dw_jsonw_ktime(w, "at", d->at);
	dw_jsonw_ktime(w, "until", d->until);
	dw_jsonw_ktime_or_null(w, "ended_at", d->ended_at);
	dw_jsonw_obj_end(w);
}
