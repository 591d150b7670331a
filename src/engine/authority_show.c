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

void dw_contacts_show(struct dw_jsonw *w, const struct dw_authority *a)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "version", a->contacts_version);
	dw_jsonw_key(w, "contacts");
	dw_contacts_write(w, &a->contacts);
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
		      dw_str_of(dw_base64(text, k->ed25519, sizeof(k->ed25519))));
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

/* ---- envelopes ---- */

static const char *state_of(const struct dw_envelope *e, int64_t now)
{
	if (e->ended_at != 0)
		return "ended";
	if (e->until <= now)
		return "over";
	if (e->signed_at == 0)
		return "waiting";
	return e->used.n >= e->times ? "used_up" : "in_force";
}

static void write_missing(struct dw_jsonw *w, const struct dw_envelope *e)
{
	struct dw_need need[DW_NEEDS_MAX];
	size_t n = dw_envelope_missing(e, need);

	dw_jsonw_key(w, "missing");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < n; i++) {
		dw_jsonw_obj(w);
		dw_jsonw_kstr(w, "kind", DW_STR("group"));
		dw_jsonw_kstr(w, "group", need[i].group);
		dw_jsonw_ku64(w, "n", need[i].n);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_signatures(struct dw_jsonw *w, const struct dw_envelope *e,
			     const struct dw_names *names)
{
	dw_jsonw_key(w, "signed_by");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < e->yes.n; i++) {
		const struct dw_envelope_yes *y = &e->yes.p[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", y->seq);
		write_person(w, "by", names, y->by);
		dw_jsonw_kstr(w, "proof",
			      dw_str_of(dw_statement_word(DW_WORDS_PROOF, y->proof)));
		dw_jsonw_ktime(w, "at", y->at);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

/* What is signed. */
static void write_terms(struct dw_jsonw *w, const struct dw_envelope *e)
{
	dw_jsonw_kstr_or_null(w, "title", e->title);
	dw_jsonw_kstr(w, "office", dw_str_of(dw_word_name(DW_WORD_ROOM_ROLE, e->office)));
	dw_jsonw_kstr_or_null(w, "lang", e->lang);
	dw_jsonw_kstr_or_null(w, "text", e->text);
	dw_statement_words_write(w, "channels", DW_WORDS_CHANNEL, e->channels);
	dw_jsonw_ku64(w, "severity", e->severity);
	dw_jsonw_ku64(w, "times", e->times);
	dw_jsonw_ktime(w, "until", e->until);
}

void dw_envelope_write(struct dw_jsonw *w, const struct dw_envelope *e,
		       const struct dw_names *names, int64_t now)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", e->id);
	dw_jsonw_kstr(w, "state", dw_str_of(state_of(e, now)));
	write_terms(w, e);
	dw_jsonw_kstr(w, "digest", dw_str_of(e->digest));
	write_person(w, "by", names, e->by);
	dw_jsonw_ktime(w, "at", e->at);
	write_signatures(w, e, names);
	write_missing(w, e);
	dw_jsonw_ktime_or_null(w, "signed_at", e->signed_at);
	dw_jsonw_ktime_or_null(w, "ended_at", e->ended_at);
	dw_jsonw_key(w, "used");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < e->used.n; i++)
		dw_jsonw_u64(w, e->used.p[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}
