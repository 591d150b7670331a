/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * envelope.c - what was signed in calm time, and whether something lies inside of it.
 *
 * The template is part of what is signed, as text: another version of the playbook that it came
 * from changes no envelope. What goes out must be that text, filled from the room as it is at that moment; a claim
 * that has moved since makes it another text, and then the quorum decides. So does a contact: while one is
 * set in its language, {contact} is that and nothing else; it is no longer than what may stand in a slot that
 * stayed, so that setting one lets nothing out that was not let out before.
 */
#include "base/clock.h"
#include "base/merkle.h"
#include "domain/authority.h"
#include "domain/statement.h"
#include "domain/template.h"

#include <stdio.h>

#define YES_MOST 256

size_t dw_envelope_missing(const struct dw_envelope *e, struct dw_need out[DW_NEEDS_MAX])
{
	struct dw_need scratch[DW_NEEDS_MAX];
	struct dw_yes yes[YES_MOST];
	size_t n = 0;

	for (; n < e->yes.n && n < YES_MOST; n++)
		yes[n] = (struct dw_yes){ .user = e->yes.p[n].by,
					  .groups = e->yes.p[n].groups };
	return dw_quorum_missing(&e->quorum, yes, n, out != NULL ? out : scratch);
}

/* ---- what is signed ---- */

static void add_channels(char *out, size_t cap, unsigned channels)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned c = 0; c < DW_CHANNEL_COUNT; c++)
		if ((channels >> c & 1) != 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? "," : "",
					      dw_statement_word(DW_WORDS_CHANNEL, c));
}

void dw_envelope_digest(const struct dw_authority_fact *f, char out[DW_DIGEST_HEX])
{
	const char *office = dw_word_name(DW_WORD_ROOM_ROLE, f->office);
	char channels[80], until[DW_TIME_MAX];
	uint8_t hash[DW_HASH_SIZE];
	struct dw_buf b;
	int rc;

	add_channels(channels, sizeof(channels), f->channels);
	dw_buf_init(&b, 1u << 20);
	rc = dw_buf_addf(&b, "diwan-envelope-v1\n%s\n%.*s\n%s\n%u\n%llu\n%s\n",
			 office != NULL ? office : "", (int)f->lang.n,
			 f->lang.p != NULL ? f->lang.p : "", channels, f->severity,
			 (unsigned long long)f->times, dw_time_format(until, f->until));
	if (rc == 0 && f->text.p != NULL)
		rc = dw_buf_add(&b, f->text.p, f->text.n);
	DW_INVARIANT(rc == 0);
	dw_sha256(hash, b.p, b.len);
	dw_hex(out, hash, sizeof(hash));
	dw_buf_fini(&b);
}

void dw_envelope_begin(struct dw_envelope *e, const struct dw_authority_fact *f)
{
	*e = (struct dw_envelope){ .id = f->seq,
				   .by = f->actor,
				   .at = f->recorded_at,
				   .until = f->until,
				   .title = f->title,
				   .lang = f->lang,
				   .text = f->text,
				   .office = f->office,
				   .channels = f->channels,
				   .severity = f->severity,
				   .times = f->times,
				   .quorum = f->quorum };
	dw_envelope_digest(f, e->digest);
}

/* ---- is it inside ---- */

static int outside(struct dw_fault *f, const char *why)
{
	(void)dw_fault_set(f, "/envelope", "it lies outside of this envelope: %s", why);
	return DW_EUNPROCESSABLE;
}

static int check_force(const struct dw_envelope *e, int64_t now, struct dw_fault *f)
{
	if (e->signed_at == 0)
		return outside(f, "not everybody who has to has signed it");
	if (e->ended_at != 0)
		return outside(f, "it was ended");
	if (now >= e->until)
		return outside(f, "it is over");
	return e->used.n >= e->times ? outside(f, "it was used as often as it may be")
				     : 0;
}

static int check_kind(const struct dw_envelope *e, const struct dw_statement_version *v,
		      const struct dw_incident *s, struct dw_fault *f)
{
	if (!dw_str_eq(e->lang, v->lang))
		return outside(f, "it is for another language");
	if ((e->channels >> v->channel & 1) == 0)
		return outside(f, "it is not for this channel");
	return s->severity < e->severity ? outside(f, "this incident is graver") : 0;
}

int dw_envelope_holds(const struct dw_envelope *e, const struct dw_statement_version *v,
		      const struct dw_fill_from *from, struct dw_arena *scratch,
		      struct dw_fault *f)
{
	struct dw_filled filled;
	int rc = check_force(e, from->now, f);

	if (rc == 0)
		rc = check_kind(e, v, from->s, f);
	if (rc < 0)
		return rc;
	if (dw_template_fill(&filled, e->text, from, scratch) < 0 ||
	    !dw_template_fits(v->text, &filled))
		return outside(f,
			       "the text is not its template, filled from this room as "
			       "it is now");
	return 0;
}
