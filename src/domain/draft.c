/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * draft.c - a text that several people type in.
 *
 * A change is walked once over the text and over the runs of authors at the same time: what is
 * kept is copied, what is taken away is stepped over, what is put is new and its author's. The new
 * text and the new runs are made beside the old ones and take their place at the end, so that
 * a change that is refused in its last part has done nothing.
 *
 * Rejected: a rope. Statements are short, copying one costs less than the JSON of the edit.
 */
#include "domain/draft.h"

#include "change_int.h"

#include <stdlib.h>

#define BYTES_MAX (4 * (size_t)DW_TEXT_UNITS_MAX)

void dw_draft_init(struct dw_draft *d)
{
	*d = (struct dw_draft){ .units = 0 };
	dw_buf_init(&d->text, BYTES_MAX);
}

void dw_draft_fini(struct dw_draft *d)
{
	dw_buf_fini(&d->text);
	free(d->run);
	d->run = NULL;
	d->n_runs = 0;
	d->units = 0;
}

/* Cannot fail: everything that comes here was measured. */
static void add(struct dw_buf *b, struct dw_str s)
{
	int rc = dw_buf_add(b, s.p, s.n);

	DW_INVARIANT(rc == 0);
}

static struct dw_author_run *make_runs(size_t n)
{
	struct dw_author_run *run = calloc(n > 0 ? n : 1, sizeof(*run));

	DW_INVARIANT(run != NULL);
	return run;
}

void dw_draft_copy(struct dw_draft *to, const struct dw_draft *from)
{
	dw_draft_fini(to);
	dw_draft_init(to);
	add(&to->text, dw_buf_str(&from->text));
	to->units = from->units;
	to->run = make_runs(from->n_runs);
	to->n_runs = from->n_runs;
	for (size_t i = 0; i < from->n_runs; i++)
		to->run[i] = from->run[i];
}

static int add_lines(struct dw_buf *b, struct dw_str s)
{
	int rc = 0;

	for (size_t i = 0; i < s.n && rc == 0; i++) {
		bool is_crlf = s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n';

		if (!is_crlf)
			rc = dw_buf_addc(b, s.p[i] == '\r' ? '\n' : s.p[i]);
	}
	return rc;
}

int dw_draft_start(struct dw_draft *d, struct dw_str text, uint64_t author,
		   struct dw_fault *f)
{
	size_t units;

	DW_REQUIRE(d->units == 0 && d->n_runs == 0);
	dw_buf_clear(&d->text);
	if (!dw_utf8_valid(text) ||
	    (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)) {
		dw_fault_set(f, "", "the text must be valid UTF-8 without NUL");
		return DW_EUNPROCESSABLE;
	}
	if (add_lines(&d->text, text) < 0 ||
	    (units = dw_utf16_count(dw_buf_str(&d->text))) > DW_TEXT_UNITS_MAX) {
		dw_buf_clear(&d->text);
		dw_fault_set(f, "", "a draft takes %u units (UTF-16) at most",
			     DW_TEXT_UNITS_MAX);
		return DW_ETOOBIG;
	}
	if (units == 0)
		return 0;
	free(d->run);
	d->run = make_runs(1);
	d->run[0] = (struct dw_author_run){ author, (uint32_t)units };
	d->n_runs = 1;
	d->units = (uint32_t)units;
	return 0;
}

/* ---- applying ---- */

struct walk {
	const struct dw_draft *d;
	struct dw_str left; /* of the old text */
	size_t run;	    /* of the old runs, */
	uint32_t used;	    /* and units of it that are behind us */
	struct dw_draft to;
};

enum step { STEP_OK, STEP_PAST_END, STEP_IN_PAIR };

/* The first n units of *left go to *out. */
static enum step take_text(struct dw_str *left, uint64_t n, struct dw_str *out)
{
	size_t i = 0;

	*out = dw_str_make(left->p, 0);
	while (n > 0) {
		unsigned char b;
		size_t bytes;

		if (i == left->n)
			return STEP_PAST_END;
		b = (unsigned char)left->p[i];
		bytes = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
		if (bytes == 4 && n == 1)
			return STEP_IN_PAIR;
		n -= bytes == 4 ? 2 : 1;
		i += bytes;
	}
	out->n = i;
	if (i > 0)
		*left = dw_str_make(left->p + i, left->n - i);
	return STEP_OK;
}

static void put_run(struct dw_draft *to, uint64_t author, uint32_t units)
{
	if (units == 0)
		return;
	to->units += units;
	if (to->n_runs > 0 && to->run[to->n_runs - 1].author == author)
		to->run[to->n_runs - 1].units += units;
	else
		to->run[to->n_runs++] = (struct dw_author_run){ author, units };
}

/* Step over n units of the old runs, and copy them when they are kept. */
static void take_runs(struct walk *w, uint32_t n, bool is_kept)
{
	while (n > 0) {
		const struct dw_author_run *r = &w->d->run[w->run];
		uint32_t part;

		DW_INVARIANT(w->run < w->d->n_runs);
		part = r->units - w->used < n ? r->units - w->used : n;
		if (is_kept)
			put_run(&w->to, r->author, part);
		w->used += part;
		n -= part;
		if (w->used == r->units) {
			w->run++;
			w->used = 0;
		}
	}
}

static int apply_part(struct walk *w, const struct dw_change_part *p, size_t i,
		      uint64_t author, struct dw_fault *f)
{
	struct dw_str old;
	size_t units;

	switch (take_text(&w->left, p->n, &old)) {
	case STEP_PAST_END:
		return change_refuse(f, DW_EUNPROCESSABLE, i,
				     "the parts are longer than the text is");
	case STEP_IN_PAIR:
		return change_refuse(f, DW_EUNPROCESSABLE, i,
				     "this part ends inside of a surrogate pair");
	case STEP_OK:
		break;
	}
	take_runs(w, p->n, p->is_kept);
	if (p->is_kept) {
		add(&w->to.text, old);
		return 0;
	}
	units = dw_utf16_count(p->text);
	if (w->to.units + units > DW_TEXT_UNITS_MAX)
		return change_refuse(f, DW_ETOOBIG, i, "the text would be too long");
	add(&w->to.text, p->text);
	put_run(&w->to, author, (uint32_t)units);
	return 0;
}

static int apply_parts(struct walk *w, const struct dw_change *c, uint64_t author,
		       struct dw_fault *f)
{
	int rc = 0;

	for (size_t i = 0; i < c->n && rc == 0; i++)
		rc = apply_part(w, &c->part[i], i, author, f);
	if (rc == 0 && w->left.n > 0)
		rc = change_refuse(f, DW_EUNPROCESSABLE, c->n,
				   "the parts do not reach to the end of the text");
	if (rc == 0 && w->to.units > DW_TEXT_UNITS_MAX)
		rc = change_refuse(f, DW_ETOOBIG, c->n, "the text would be too long");
	return rc;
}

int dw_draft_apply(struct dw_draft *d, const struct dw_change *c, uint64_t author,
		   struct dw_fault *f)
{
	struct walk w = { .d = d, .left = dw_buf_str(&d->text) };
	int rc = dw_change_check(c, f);

	if (rc < 0)
		return rc;
	dw_draft_init(&w.to);
	w.to.text.max = 2 * BYTES_MAX; /* what is kept behind the last insertion */
	(void)dw_buf_reserve(&w.to.text, d->text.len);
	/* Each part puts one run at most, and cuts one of the old ones in two. */
	w.to.run = make_runs(d->n_runs + 2 * c->n);
	rc = apply_parts(&w, c, author, f);
	if (rc < 0) {
		dw_draft_fini(&w.to);
		return rc;
	}
	w.to.text.max = BYTES_MAX;
	dw_draft_fini(d);
	*d = w.to;
	return 0;
}

/* ---- reading ---- */

bool dw_draft_slice(const struct dw_draft *d, uint64_t from, uint64_t to,
		    struct dw_str *out)
{
	struct dw_str left = dw_buf_str(&d->text), before;

	return from <= to && take_text(&left, from, &before) == STEP_OK &&
	       take_text(&left, to - from, out) == STEP_OK;
}

uint32_t dw_draft_hash(const struct dw_draft *d)
{
	uint32_t h = 0x811c9dc5u;

	for (size_t i = 0; i < d->text.len; i++)
		h = (h ^ (unsigned char)d->text.p[i]) * 0x01000193u;
	return h;
}
