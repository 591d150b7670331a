/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * authority.c - what the events of authority come to, and the commands that make them.
 *
 * A key counts once a second person has confirmed that it is on the device of whom it says: who
 * takes over a session for a minute gets no signature out of it. A deputy is named by whom they
 * stand in for and by nobody else, until a day; so there is nothing to pass on. The emergency stop can be
 * set again over one that is there (another reason, another end), and ends by itself at its time.
 */
#include "domain/authority.h"

#include "incident_int.h"

#include <stdlib.h>

#define DAY INT64_C(86400000000)

struct dw_authority *dw_authority_create(void)
{
	struct dw_authority *a = calloc(1, sizeof(*a));

	DW_INVARIANT(a != NULL);
	a->arena = dw_arena_create();
	return a;
}

void dw_authority_destroy(struct dw_authority *a)
{
	if (a == NULL)
		return;
	free(a->keys.p);
	free(a->deputies.p);
	for (size_t i = 0; i < a->envelopes.n; i++) {
		free(a->envelopes.p[i].yes.p);
		free(a->envelopes.p[i].used.p);
	}
	free(a->envelopes.p);
	dw_arena_destroy(a->arena);
	free(a);
}

/* ---- looking ---- */

bool dw_outgoing_is_frozen(const struct dw_outgoing *o, int64_t now)
{
	return o->frozen_seq != 0 && (o->until == 0 || now < o->until);
}

/* The lists are short. */
static struct dw_sign_key *find_key(const struct dw_authority *a, uint64_t id)
{
	for (size_t i = 0; i < a->keys.n; i++)
		if (a->keys.p[i].id == id)
			return &a->keys.p[i];
	return NULL;
}

static struct dw_deputy *find_deputy(const struct dw_authority *a, uint64_t id)
{
	for (size_t i = 0; i < a->deputies.n; i++)
		if (a->deputies.p[i].id == id)
			return &a->deputies.p[i];
	return NULL;
}

static struct dw_envelope *find_envelope(const struct dw_authority *a, uint64_t id)
{
	for (size_t i = 0; i < a->envelopes.n; i++)
		if (a->envelopes.p[i].id == id)
			return &a->envelopes.p[i];
	return NULL;
}

const struct dw_envelope *dw_authority_envelope(const struct dw_authority *a, uint64_t id)
{
	return find_envelope(a, id);
}

const struct dw_sign_key *dw_authority_key(const struct dw_authority *a, uint64_t id)
{
	return find_key(a, id);
}

const struct dw_deputy *dw_authority_deputy(const struct dw_authority *a, uint64_t id)
{
	return find_deputy(a, id);
}

static struct dw_str contact_in(const struct dw_authority *a, struct dw_str lang)
{
	for (size_t i = 0; i < a->contacts.n; i++)
		if (dw_str_eq(a->contacts.p[i].lang, lang))
			return a->contacts.p[i].text;
	return (struct dw_str){ NULL, 0 };
}

struct dw_str dw_authority_contact(const struct dw_authority *a, struct dw_str lang)
{
	struct dw_str text = contact_in(a, lang);
	size_t n = 0;

	while (n < lang.n && lang.p[n] != '-')
		n++;
	return text.n > 0 ? text : contact_in(a, dw_str_make(lang.p, n));
}

bool dw_deputy_is_on(const struct dw_deputy *d, int64_t now)
{
	return d->ended_at == 0 && now < d->until;
}

bool dw_authority_stands_in(const struct dw_authority *a, uint64_t user, uint64_t deputy,
			    int64_t now)
{
	for (size_t i = 0; i < a->deputies.n; i++)
		if (a->deputies.p[i].user == user && a->deputies.p[i].deputy == deputy &&
		    dw_deputy_is_on(&a->deputies.p[i], now))
			return true;
	return false;
}

/* ---- folding ---- */

static void apply_enrolled(struct dw_authority *a, const struct dw_authority_fact *f)
{
	struct dw_sign_key *k = ADD(&a->keys);

	*k = (struct dw_sign_key){
		.id = f->seq, .user = f->actor, .name = f->name, .at = f->recorded_at
	};
	memcpy(k->ed25519, f->ed25519, sizeof(k->ed25519));
}

static void apply_key(struct dw_authority *a, const struct dw_authority_fact *f)
{
	struct dw_sign_key *k = find_key(a, f->key);

	if (k == NULL)
		return;
	if (f->type == DW_EV_KEY_CONFIRMED) {
		k->confirmed_at = f->recorded_at;
		k->confirmed_by = f->actor;
	} else {
		k->revoked_at = f->recorded_at;
		k->revoked_by = f->actor;
	}
}

static void apply_deputy(struct dw_authority *a, const struct dw_authority_fact *f)
{
	struct dw_deputy *d;

	if (f->type == DW_EV_DEPUTY_NAMED) {
		*ADD(&a->deputies) = (struct dw_deputy){ .id = f->seq,
							 .user = f->actor,
							 .deputy = f->deputy,
							 .at = f->recorded_at,
							 .until = f->until,
							 .reason = f->reason };
		return;
	}
	d = find_deputy(a, f->deputy);
	if (d != NULL)
		d->ended_at = f->recorded_at;
}

/* It counts once nobody is missing any more. */
static void apply_signed(struct dw_authority *a, const struct dw_authority_fact *f)
{
	struct dw_envelope *e = find_envelope(a, f->envelope);

	if (e == NULL || !dw_str_eq(f->digest, dw_str_of(e->digest)))
		return;
	*ADD(&e->yes) = (struct dw_envelope_yes){ .seq = f->seq,
						  .by = f->actor,
						  .at = f->recorded_at,
						  .proof = f->proof,
						  .groups = f->groups,
						  .signature = f->signature };
	if (e->signed_at == 0 && dw_envelope_missing(e, NULL) == 0)
		e->signed_at = f->recorded_at;
}

static void apply_use(struct dw_authority *a, const struct dw_authority_fact *f)
{
	struct dw_envelope *e = find_envelope(a, f->envelope);

	if (e == NULL)
		return;
	if (f->type == DW_EV_ENVELOPE_ENDED)
		e->ended_at = f->recorded_at;
	else
		*ADD(&e->used) = f->statement;
}

void dw_authority_apply(struct dw_authority *a, const struct dw_authority_fact *f)
{
	if (f->type == DW_EV_STATEMENT_PUBLISHED && f->envelope == 0)
		return; /* by approvals: none of ours */
	a->seq = f->seq;
	switch ((unsigned)f->type) {
	case DW_EV_OUTGOING_FROZEN:
		a->outgoing = (struct dw_outgoing){ f->seq, f->actor, f->recorded_at,
						    f->until, f->reason };
		break;
	case DW_EV_OUTGOING_THAWED:
		memset(&a->outgoing, 0, sizeof(a->outgoing));
		break;
	case DW_EV_POLICY_SET:
		a->rules = f->rules;
		a->policy_version = f->seq;
		break;
	case DW_EV_CONTACT_SET:
		a->contacts = f->contacts;
		a->contacts_version = f->seq;
		break;
	case DW_EV_KEY_ENROLLED:
		apply_enrolled(a, f);
		break;
	case DW_EV_KEY_CONFIRMED:
	case DW_EV_KEY_REVOKED:
		apply_key(a, f);
		break;
	case DW_EV_DEPUTY_NAMED:
	case DW_EV_DEPUTY_ENDED:
		apply_deputy(a, f);
		break;
	case DW_EV_ENVELOPE_DRAFTED:
		dw_envelope_begin(ADD(&a->envelopes), f);
		break;
	case DW_EV_ENVELOPE_SIGNED:
		apply_signed(a, f);
		break;
	case DW_EV_ENVELOPE_ENDED:
	case DW_EV_STATEMENT_PUBLISHED:
		apply_use(a, f);
		break;
	default:
		break;
	}
}

/* ---- deciding ---- */

struct deciding_authority {
	const struct dw_authority_command *c;
	const struct dw_authority *a;
	struct dw_authority_fact *f;
	struct dw_fault *fault;
};

static int no(struct deciding_authority *d, int code, const char *at, const char *why)
{
	(void)dw_fault_set(d->fault, at, "%s", why);
	return code;
}

static int check_until(struct deciding_authority *d, int days)
{
	int64_t until = d->c->f.until;

	if (until == 0 || (until > d->c->now && until <= d->c->now + days * DAY))
		return 0;
	(void)dw_fault_set(d->fault, "/until",
			   "this must be a time to come, within %d days", days);
	return DW_EUNPROCESSABLE;
}

static int decide_freeze(struct deciding_authority *d)
{
	int rc = check_until(d, DW_FREEZE_DAYS_MAX);

	d->f->type = DW_EV_OUTGOING_FROZEN;
	return rc < 0 ? rc : 1;
}

static int decide_thaw(struct deciding_authority *d)
{
	d->f->type = DW_EV_OUTGOING_THAWED;
	return d->a->outgoing.frozen_seq != 0;
}

static int decide_policy(struct deciding_authority *d)
{
	struct dw_quorum all = { .n_needs = 0 };

	if (d->c->version != d->a->policy_version)
		return no(d, DW_EMOVED, "", "somebody has set another policy meanwhile");
	for (size_t i = 0; i < d->c->f.rules.n; i++)
		if (!dw_quorum_tighten(&all, &d->c->f.rules.p[i].quorum))
			return no(d, DW_EUNPROCESSABLE, "/rules",
				  "these rules name more than 11 groups together");
	d->f->type = DW_EV_POLICY_SET;
	return 1;
}

static int decide_contacts(struct deciding_authority *d)
{
	if (d->c->version != d->a->contacts_version)
		return no(d, DW_EMOVED, "", "somebody has set other contacts meanwhile");
	d->f->type = DW_EV_CONTACT_SET;
	return 1;
}

static int decide_enrol(struct deciding_authority *d)
{
	if (d->a->keys.n >= DW_SIGN_KEYS_MAX)
		return no(d, DW_EUNPROCESSABLE, "",
			  "there are as many keys as there may be");
	for (size_t i = 0; i < d->a->keys.n; i++)
		if (memcmp(d->a->keys.p[i].ed25519, d->c->f.ed25519,
			   DW_PUBLIC_KEY_BYTES) == 0)
			return no(d, DW_EEXISTS, "/public",
				  "this key was enrolled before: make a new one");
	d->f->type = DW_EV_KEY_ENROLLED;
	return 1;
}

static int decide_confirm(struct deciding_authority *d)
{
	const struct dw_sign_key *k = dw_authority_key(d->a, d->c->child);

	if (k == NULL)
		return no(d, DW_ENOTFOUND, "", "there is no key of this id");
	if (k->revoked_at != 0)
		return no(d, DW_EUNPROCESSABLE, "", "this key was revoked");
	if (k->user == d->c->who.id)
		return no(
			d, DW_EFORBIDDEN, "",
			"a second person confirms a key: ask somebody who knows that this "
			"is your device");
	d->f->type = DW_EV_KEY_CONFIRMED;
	d->f->key = k->id;
	return k->confirmed_at == 0;
}

static int decide_revoke(struct deciding_authority *d)
{
	const struct dw_sign_key *k = dw_authority_key(d->a, d->c->child);

	if (k == NULL)
		return no(d, DW_ENOTFOUND, "", "there is no key of this id");
	d->f->type = DW_EV_KEY_REVOKED;
	d->f->key = k->id;
	return k->revoked_at == 0;
}

static int decide_deputy(struct deciding_authority *d)
{
	const struct dw_authority_command *c = d->c;
	int rc = check_until(d, DW_DEPUTY_DAYS_MAX);

	if (rc < 0)
		return rc;
	if (c->f.deputy == c->who.id || !c->people.is_active(c->people.ctx, c->f.deputy))
		return no(d, DW_EUNPROCESSABLE, "/deputy",
			  "there is no other account of this id that is not disabled");
	if (d->a->deputies.n >= DW_DEPUTIES_MAX)
		return no(d, DW_EUNPROCESSABLE, "",
			  "there were as many deputies as there may be");
	d->f->type = DW_EV_DEPUTY_NAMED;
	return 1;
}

static int decide_end(struct deciding_authority *d)
{
	const struct dw_deputy *one = dw_authority_deputy(d->a, d->c->child);

	if (one == NULL)
		return no(d, DW_ENOTFOUND, "", "there is no deputy of this id");
	d->f->type = DW_EV_DEPUTY_ENDED;
	d->f->deputy = one->id;
	return dw_deputy_is_on(one, d->c->now);
}

static int decide_envelope(struct deciding_authority *d)
{
	struct dw_authority_fact *f = d->f;
	struct dw_quorum one;
	int rc = check_until(d, DW_ENVELOPE_DAYS_MAX);

	if (rc < 0)
		return rc;
	if (f->channels == 0)
		return no(d, DW_EUNPROCESSABLE, "/channels",
			  "an envelope is for at least one channel");
	if (d->a->envelopes.n >= DW_ENVELOPES_MAX)
		return no(d, DW_EUNPROCESSABLE, "",
			  "there are as many envelopes as there may be");
	/* who would have to approve the gravest statement that it lets out */
	memset(&f->quorum, 0, sizeof(f->quorum));
	for (unsigned c = 0; c < DW_CHANNEL_COUNT; c++) {
		if ((f->channels >> c & 1) == 0)
			continue;
		dw_quorum_demand(&one, &d->a->rules, c, f->severity);
		if (!dw_quorum_tighten(&f->quorum, &one))
			return no(d, DW_EUNPROCESSABLE, "/channels",
				  "too many groups would have to sign this");
	}
	f->quorum.may_approve_own = false;
	f->quorum.blocks = 0;
	f->type = DW_EV_ENVELOPE_DRAFTED;
	return 1;
}

/* It was verified; but a key may have been revoked since. */
static bool is_key_good(const struct deciding_authority *d)
{
	const struct dw_sign_key *k = dw_authority_key(d->a, d->c->f.signature.key);

	return d->c->f.proof != DW_PROOF_SIGNATURE ||
	       (k != NULL && k->user == d->c->who.id && k->confirmed_at != 0 &&
		k->revoked_at == 0);
}

static int decide_sign(struct deciding_authority *d)
{
	const struct dw_envelope *e = dw_authority_envelope(d->a, d->c->child);

	if (e == NULL)
		return no(d, DW_ENOTFOUND, "", "there is no envelope of this id");
	if (e->ended_at != 0 || e->until <= d->c->now)
		return no(d, DW_EUNPROCESSABLE, "", "this envelope is over");
	if (!dw_str_eq(d->c->f.digest, dw_str_of(e->digest)))
		return no(d, DW_ECONFLICT, "/digest",
			  "this is not what the envelope says");
	if (e->by == d->c->who.id)
		return no(d, DW_EFORBIDDEN, "",
			  "whoever drafted an envelope does not sign it");
	if (!is_key_good(d))
		return no(d, DW_EFORBIDDEN, "/signature", "this key signs no more");
	for (size_t i = 0; i < e->yes.n; i++)
		if (e->yes.p[i].by == d->c->who.id)
			return 0;
	d->f->type = DW_EV_ENVELOPE_SIGNED;
	d->f->envelope = e->id;
	d->f->groups = d->c->groups;
	return 1;
}

static int decide_end_envelope(struct deciding_authority *d)
{
	const struct dw_envelope *e = dw_authority_envelope(d->a, d->c->child);

	if (e == NULL)
		return no(d, DW_ENOTFOUND, "", "there is no envelope of this id");
	d->f->type = DW_EV_ENVELOPE_ENDED;
	d->f->envelope = e->id;
	return e->ended_at == 0;
}

/* Whose key or deputy it is. */
static struct dw_standing standing(const struct deciding_authority *d)
{
	const struct dw_sign_key *k = dw_authority_key(d->a, d->c->child);
	const struct dw_deputy *one = dw_authority_deputy(d->a, d->c->child);
	struct dw_standing out = { false, false, false };

	if (d->c->type == DW_CMD_REVOKE_KEY)
		out.is_owner = k != NULL && k->user == d->c->who.id;
	if (d->c->type == DW_CMD_END_DEPUTY)
		out.is_owner = one != NULL &&
			       (one->user == d->c->who.id || one->deputy == d->c->who.id);
	return out;
}

int dw_authority_decide(const struct dw_authority_command *c,
			const struct dw_authority *a, struct dw_authority_fact *f,
			struct dw_fault *fault)
{
	static int (*const rules[DW_CMD_COUNT])(struct deciding_authority * d) = {
		[DW_CMD_FREEZE] = decide_freeze,
		[DW_CMD_THAW] = decide_thaw,
		[DW_CMD_SET_POLICY] = decide_policy,
		[DW_CMD_ENROL_KEY] = decide_enrol,
		[DW_CMD_CONFIRM_KEY] = decide_confirm,
		[DW_CMD_REVOKE_KEY] = decide_revoke,
		[DW_CMD_NAME_DEPUTY] = decide_deputy,
		[DW_CMD_END_DEPUTY] = decide_end,
		[DW_CMD_DRAFT_ENVELOPE] = decide_envelope,
		[DW_CMD_SIGN_ENVELOPE] = decide_sign,
		[DW_CMD_END_ENVELOPE] = decide_end_envelope,
		[DW_CMD_SET_CONTACTS] = decide_contacts,
	};
	struct deciding_authority d = { c, a, f, fault };
	struct dw_standing how = standing(&d);
	struct dw_err err = { 0 };
	int rc = dw_policy_command(&c->who, c->type, &how, &err);

	DW_REQUIRE(rules[c->type] != NULL);
	if (rc < 0)
		return no(&d, rc, "", dw_err_text(&err));
	*f = c->f;
	f->seq = 0;
	f->actor = c->who.id;
	return rules[c->type](&d);
}
