/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_show.c - a statement as JSON, the same whether it is the live one, the statement as it
 * was, or the answer to a command.
 *
 * People are {id,name,kind}: an approver reads this on a phone, without a list of people beside it.
 * What is absent is null rather than left out.
 */
#include "engine/account.h"
#include "engine/authority.h"
#include "statement_int.h"

static void write_word(struct dw_jsonw *w, const char *key,
		       enum dw_statement_word_kind kind, unsigned value)
{
	const char *name = dw_statement_word(kind, value);

	dw_jsonw_kstr(w, key, dw_str_of(name != NULL ? name : ""));
}

static void write_person(struct dw_jsonw *w, const char *key,
			 const struct dw_names *names, uint64_t id)
{
	char scratch[64];

	dw_jsonw_key(w, key);
	dw_jsonw_raw(w, dw_names_json(names, id, scratch));
}

static void write_person_or_null(struct dw_jsonw *w, const char *key,
				 const struct dw_names *names, uint64_t id)
{
	if (id != 0) {
		write_person(w, key, names, id);
	} else {
		dw_jsonw_key(w, key);
		dw_jsonw_null(w);
	}
}

/* ---- what is missing ---- */

void statement_write_lack(struct dw_jsonw *w, const struct dw_lack *l)
{
	static const char *const kinds[] = {
		[DW_LACK_GROUP] = "group",     [DW_LACK_REJECTED] = "rejected",
		[DW_LACK_HELD] = "held",       [DW_LACK_ASKED] = "asked",
		[DW_LACK_EXPIRED] = "expired", [DW_LACK_EDITED] = "edited",
	};

	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "kind", dw_str_of(kinds[l->kind]));
	if (l->kind == DW_LACK_GROUP) {
		dw_jsonw_kstr(w, "group", l->group.p != NULL ? l->group : DW_STR(""));
		dw_jsonw_ku64(w, "n", l->n);
	}
	if (l->user != 0)
		dw_jsonw_ku64(w, "user", l->user);
	dw_jsonw_obj_end(w);
}

static void write_lacks(struct dw_jsonw *w, const struct dw_lack *lack, size_t n)
{
	dw_jsonw_key(w, "missing");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < n; i++)
		statement_write_lack(w, &lack[i]);
	dw_jsonw_arr_end(w);
}

static void write_missing(struct dw_jsonw *w, const struct dw_statement *t,
			  const struct dw_statement_now *now)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);
	struct dw_lack lack[DW_LACKS_MAX];

	write_lacks(w, lack, v != NULL ? dw_statement_lacks(t, v, now, lack) : 0);
}

void dw_statement_write_after(struct dw_jsonw *w, const struct dw_statement_plan *p)
{
	write_word(w, "status", DW_WORDS_STATEMENT_STATUS, (unsigned)p->status);
	write_lacks(w, p->lack, p->n_lacks);
}

/* ---- parts ---- */

void dw_rest_write(struct dw_jsonw *w, const struct dw_rest *r,
		   const struct dw_names *names)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", r->id);
	dw_jsonw_ku64(w, "claim", r->claim);
	write_word(w, "rests", DW_WORDS_RESTS, r->rests);
	dw_jsonw_ku64(w, "from", r->from);
	dw_jsonw_ku64(w, "to", r->to);
	dw_jsonw_kstr_or_null(w, "quote", r->quote);
	write_person_or_null(w, "by", names, r->by);
	dw_jsonw_obj_end(w);
}

static void write_rests(struct dw_jsonw *w, const struct dw_rest *p, size_t n,
			const struct dw_names *names)
{
	dw_jsonw_key(w, "rests");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < n; i++)
		dw_rest_write(w, &p[i], names);
	dw_jsonw_arr_end(w);
}

static void write_quorum(struct dw_jsonw *w, const struct dw_quorum *q)
{
	dw_jsonw_key(w, "policy");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "any", dw_quorum_write_groups(w, q));
	dw_jsonw_kbool(w, "may_approve_own", q->may_approve_own);
	dw_jsonw_obj_end(w);
}

static void write_address(struct dw_jsonw *w, struct dw_str title, struct dw_str lang,
			  unsigned channel, unsigned reader)
{
	dw_jsonw_kstr_or_null(w, "title", title);
	dw_jsonw_kstr_or_null(w, "lang", lang);
	write_word(w, "channel", DW_WORDS_CHANNEL, channel);
	write_word(w, "audience", DW_WORDS_READER, reader);
}

/* Members of the open object. */
static void write_frozen(struct dw_jsonw *w, const struct dw_statement_version *v,
			 const struct dw_names *names)
{
	dw_jsonw_ku64(w, "seq", v->seq);
	dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
	dw_jsonw_ku64(w, "revision", v->revision);
	write_address(w, v->title, v->lang, v->channel, v->reader);
	dw_jsonw_kstr_or_null(w, "text", v->text);
	dw_jsonw_ktime(w, "at", v->at);
	write_person(w, "by", names, v->by);
	write_person(w, "last_author", names, v->last_author);
	dw_jsonw_ktime_or_null(w, "deadline", v->deadline);
	dw_jsonw_ktime_or_null(w, "approved_at",
			       v->approved_seq != 0 ? v->approved_at : 0);
	write_quorum(w, &v->quorum);
	write_rests(w, v->rests.p, v->rests.n, names);
}

static void write_rulings(struct dw_jsonw *w, const struct dw_statement_version *v,
			  const struct dw_names *names)
{
	dw_jsonw_key(w, "verdicts");
	dw_jsonw_arr(w);
	for (size_t i = 0; v != NULL && i < v->rulings.n; i++) {
		const struct dw_ruling_given *r = &v->rulings.p[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", r->seq);
		write_person(w, "by", names, r->by);
		write_person_or_null(w, "on_behalf_of", names, r->on_behalf_of);
		write_word(w, "verdict", DW_WORDS_RULING, r->ruling);
		dw_jsonw_kstr_or_null(w, "reason", r->reason);
		write_word(w, "proof", DW_WORDS_PROOF, r->proof);
		dw_jsonw_kbool(w, "own_text", r->is_own);
		dw_jsonw_ktime(w, "at", r->at);
		dw_jsonw_kbool(w, "is_carried", r->carried_from != 0);
		dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

void dw_statement_write_version(struct dw_jsonw *w, const struct dw_statement *t,
				const struct dw_statement_version *v,
				const struct dw_names *names)
{
	dw_jsonw_ku64(w, "statement", t->id);
	write_frozen(w, v, names);
	write_rulings(w, v, names);
}

/* ---- a list's entry ---- */

static void write_waiting(struct dw_jsonw *w, const struct dw_statement_version *v)
{
	dw_jsonw_key(w, "submitted");
	if (v == NULL) {
		dw_jsonw_null(w);
		return;
	}
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
	dw_jsonw_ktime(w, "at", v->at);
	dw_jsonw_ktime_or_null(w, "deadline", v->deadline);
	dw_jsonw_obj_end(w);
}

static void write_contradictions(struct dw_jsonw *w, const struct dw_statement *t)
{
	dw_jsonw_key(w, "contradictions");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->contradictions.n; i++) {
		const struct dw_contradiction *c = &t->contradictions.p[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", c->seq);
		dw_jsonw_ku64(w, "claim", c->claim);
		dw_jsonw_ku64(w, "from", c->from);
		dw_jsonw_ku64(w, "to", c->to);
		dw_jsonw_kstr_or_null(w, "quote", c->quote);
		dw_jsonw_ku64_or_null(w, "correction", c->correction);
		dw_jsonw_ktime(w, "at", c->at);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_head(struct dw_jsonw *w, const struct dw_statement *t,
		       const struct dw_names *names, const struct dw_statement_now *now)
{
	const struct dw_publication *out = dw_statement_out(t);

	dw_jsonw_ku64(w, "id", t->id);
	dw_jsonw_ku64(w, "version", t->version);
	dw_jsonw_ku64(w, "incident", t->incident);
	write_address(w, t->title, t->lang, t->channel, t->reader);
	write_word(w, "status", DW_WORDS_STATEMENT_STATUS,
		   (unsigned)dw_statement_status(t, now));
	dw_jsonw_ku64(w, "revision", t->revision);
	write_person(w, "by", names, t->by);
	dw_jsonw_ktime(w, "at", t->at);
	dw_jsonw_ktime(w, "changed_at", t->changed_at);
	write_person(w, "changed_by", names, t->changed_by);
	write_missing(w, t, now);
	dw_jsonw_ktime_or_null(w, "published_at", out != NULL ? out->at : 0);
	dw_jsonw_kstr_or_null(w, "template", t->template_name);
	dw_jsonw_ku64_or_null(w, "translation_of", t->translation_of);
	dw_jsonw_ku64_or_null(w, "correction_of", t->correction_of);
	write_contradictions(w, t);
}

void dw_statement_write_own(struct dw_jsonw *w, const struct dw_statement *t,
			    const struct dw_names *names,
			    const struct dw_statement_now *now)
{
	write_head(w, t, names, now);
	write_waiting(w, dw_statement_submitted(t));
}

void dw_statement_write_summary(struct dw_jsonw *w, const struct dw_statement *t,
				const struct dw_names *names,
				const struct dw_statement_now *now)
{
	dw_jsonw_obj(w);
	dw_statement_write_own(w, t, names, now);
	dw_jsonw_obj_end(w);
}

/* ---- all of it ---- */

static void write_draft(struct dw_jsonw *w, const struct dw_statement *t,
			const struct dw_names *names)
{
	dw_jsonw_kstr(w, "text", statement_text_now(t));
	dw_jsonw_ku64(w, "units", t->draft.units);
	dw_jsonw_ku64(w, "hash", dw_draft_hash(&t->draft));
	dw_jsonw_key(w, "authors");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->draft.n_runs; i++) {
		dw_jsonw_obj(w);
		write_person(w, "user", names, t->draft.run[i].author);
		dw_jsonw_ku64(w, "units", t->draft.run[i].units);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
	write_rests(w, t->rests.p, t->rests.n, names);
}

static void write_submitted(struct dw_jsonw *w, const struct dw_statement *t,
			    const struct dw_names *names)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);

	dw_jsonw_key(w, "submitted");
	if (v == NULL) {
		dw_jsonw_null(w);
	} else {
		dw_jsonw_obj(w);
		write_frozen(w, v, names);
		dw_jsonw_kbool(w, "is_edited", dw_statement_is_edited(t));
		dw_jsonw_obj_end(w);
	}
	write_rulings(w, v, names);
}

static void write_versions(struct dw_jsonw *w, const struct dw_statement *t,
			   const struct dw_names *names)
{
	dw_jsonw_key(w, "versions");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->versions.n; i++) {
		const struct dw_statement_version *v = &t->versions.p[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", v->seq);
		dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
		dw_jsonw_ktime(w, "at", v->at);
		write_person(w, "by", names, v->by);
		dw_jsonw_kstr_or_null(w, "title", v->title);
		dw_jsonw_ktime_or_null(w, "approved_at",
				       v->approved_seq != 0 ? v->approved_at : 0);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_publications(struct dw_jsonw *w, const struct dw_statement *t,
			       const struct dw_names *names)
{
	dw_jsonw_key(w, "publications");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->publications.n; i++) {
		const struct dw_publication *p = &t->publications.p[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", p->seq);
		dw_jsonw_ktime(w, "at", p->at);
		write_person(w, "by", names, p->by);
		if (p->version < t->versions.n)
			dw_jsonw_kstr(w, "digest",
				      dw_str_of(t->versions.p[p->version].digest));
		dw_jsonw_kbool(w, "is_withdrawal", p->is_withdrawal);
		dw_jsonw_kstr_or_null(w, "reason", p->reason);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_whole(struct dw_jsonw *w, const struct dw_statement *t,
			const struct dw_names *names, const struct dw_statement_now *now,
			const struct dw_incident *s)
{
	write_head(w, t, names, now);
	dw_jsonw_kstr_or_null(w, "reason", t->reason);
	write_draft(w, t, names);
	write_submitted(w, t, names);
	write_versions(w, t, names);
	write_publications(w, t, names);
	if (s != NULL)
		statement_write_claims(w, t, s);
}

void dw_statement_write(struct dw_jsonw *w, const struct dw_statement *t,
			const struct dw_names *names, const struct dw_statement_now *now,
			const struct dw_incident *s)
{
	dw_jsonw_obj(w);
	write_whole(w, t, names, now, s);
	dw_jsonw_obj_end(w);
}

struct dw_statement_now dw_statements_now(const struct dw_rooms *rooms,
					  const struct dw_incident *s)
{
	struct dw_engine *e = rooms->engine;

	return (struct dw_statement_now){
		.at = dw_now_us(dw_engine_clock(e)),
		.people = dw_account_people(dw_engine_account(e)),
		.rules = &dw_authorities_now(dw_engine_authorities(e))->rules,
		.severity = s->severity,
	};
}

void dw_statement_write_now(const struct dw_rooms *rooms, struct dw_jsonw *w,
			    const struct dw_statement *t, const struct dw_principal *who)
{
	const struct dw_incident *s = dw_rooms_find(rooms, t->incident);
	const struct dw_incident *goes_on = dw_rooms_go_on(rooms, t->incident);
	struct dw_statement_now now = dw_statements_now(rooms, s);

	dw_jsonw_obj(w);
	write_whole(w, t, dw_account_names(dw_engine_account(rooms->engine)), &now, s);
	statement_write_may(w, s, goes_on, dw_rooms_see(rooms, who, goes_on->id) != NULL,
			    who);
	dw_jsonw_obj_end(w);
}
