/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_snapshot.c - what all that was typed came to, so that a look into the past need not begin
 * at the first letter.
 *
 * Only what draft.changed makes is in it: versions, verdicts and the like are few, and are folded from their
 * events always. A snapshot is made by the fold and can be thrown away at any time.
 */
#include "base/jsonw.h"
#include "incident_int.h"
#include "statement_int.h"

#include <jansson.h>
#include <stdlib.h>

/* ---- writing ---- */

static void write_draft(struct dw_jsonw *w, const struct dw_draft *d)
{
	dw_jsonw_kstr(w, "text", d->text.len > 0 ? dw_buf_str(&d->text) : DW_STR(""));
	dw_jsonw_ku64(w, "units", d->units);
	dw_jsonw_key(w, "runs");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < d->n_runs; i++) {
		dw_jsonw_u64(w, d->run[i].author);
		dw_jsonw_u64(w, d->run[i].units);
	}
	dw_jsonw_arr_end(w);
}

static void write_rests(struct dw_jsonw *w, const struct dw_statement *t)
{
	dw_jsonw_key(w, "rests");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->rests.n; i++) {
		const struct dw_rest *r = &t->rests.p[i];

		dw_jsonw_u64(w, r->id);
		dw_jsonw_u64(w, r->claim);
		dw_jsonw_u64(w, r->rests);
		dw_jsonw_u64(w, r->from);
		dw_jsonw_u64(w, r->to);
		dw_jsonw_u64(w, r->by);
		dw_jsonw_str(w, r->quote.p != NULL ? r->quote : DW_STR(""));
	}
	dw_jsonw_arr_end(w);
}

static void write_tabs(struct dw_jsonw *w, const struct dw_statement *t)
{
	dw_jsonw_key(w, "tabs");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->tabs.n; i++) {
		dw_jsonw_str(w, t->tabs.p[i].client);
		dw_jsonw_u64(w, t->tabs.p[i].user);
	}
	dw_jsonw_arr_end(w);
	dw_jsonw_key(w, "typing");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->typing.n; i++) {
		dw_jsonw_i64(w, t->typing.p[i].from);
		dw_jsonw_i64(w, t->typing.p[i].to);
	}
	dw_jsonw_arr_end(w);
}

void dw_statement_snapshot_write(struct dw_jsonw *w, const struct dw_statement *t)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", t->seq);
	dw_jsonw_ku64(w, "revision", t->revision);
	dw_jsonw_ku64(w, "changed_by", t->changed_by);
	dw_jsonw_key(w, "changed_at");
	dw_jsonw_i64(w, t->changed_at);
	dw_jsonw_kbool(w, "is_erased", t->is_erased);
	write_draft(w, &t->draft);
	write_rests(w, t);
	write_tabs(w, t);
	dw_jsonw_obj_end(w);
}

/* ---- reading ---- */

static uint64_t number(const json_t *list, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(list, i));
}

static struct dw_str text(struct dw_statement *t, const json_t *v)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	return dw_str_make(dw_arena_strdup(t->arena, s), s.n);
}

static bool read_draft(struct dw_draft *d, const json_t *o)
{
	const json_t *runs = json_object_get(o, "runs"), *v = json_object_get(o, "text");
	size_t n = json_array_size(runs) / 2;
	uint64_t units = 0;

	d->text.len = 0;
	d->units = (uint32_t)json_integer_value(json_object_get(o, "units"));
	if (!json_is_string(v) ||
	    dw_buf_add(&d->text, json_string_value(v), json_string_length(v)) < 0)
		return false;
	free(d->run);
	d->run = calloc(n + 1, sizeof(*d->run));
	DW_INVARIANT(d->run != NULL);
	d->n_runs = n;
	for (size_t i = 0; i < n; i++) {
		d->run[i] = (struct dw_author_run){ number(runs, i * 2),
						    (uint32_t)number(runs, i * 2 + 1) };
		units += d->run[i].units;
	}
	/* dw_draft_apply walks the two side by side */
	return units == d->units && dw_utf16_count(dw_buf_str(&d->text)) == units;
}

static void read_rests(struct dw_statement *t, const json_t *list)
{
	t->rests.n = 0;
	for (size_t i = 0; i + 6 < json_array_size(list); i += 7)
		*ADD(&t->rests) =
			(struct dw_rest){ .id = number(list, i),
					  .claim = number(list, i + 1),
					  .rests = (unsigned)number(list, i + 2),
					  .from = (uint32_t)number(list, i + 3),
					  .to = (uint32_t)number(list, i + 4),
					  .by = number(list, i + 5),
					  .quote = text(t, json_array_get(list, i + 6)) };
}

static void read_tabs(struct dw_statement *t, const json_t *tabs, const json_t *typing)
{
	t->tabs.n = t->typing.n = 0;
	for (size_t i = 0; i + 1 < json_array_size(tabs); i += 2)
		*ADD(&t->tabs) = (struct dw_tab){ text(t, json_array_get(tabs, i)),
						  number(tabs, i + 1) };
	for (size_t i = 0; i + 1 < json_array_size(typing); i += 2)
		*ADD(&t->typing) = (struct dw_typing){ (int64_t)number(typing, i),
						       (int64_t)number(typing, i + 1) };
}

bool dw_statement_snapshot_read(struct dw_statement *t, struct dw_str json)
{
	json_t *o = json_loadb(json.p, json.n, 0, NULL);
	bool is_read = json_is_object(o) && read_draft(&t->draft, o);

	if (is_read) {
		t->seq = (uint64_t)json_integer_value(json_object_get(o, "seq"));
		t->revision =
			(uint64_t)json_integer_value(json_object_get(o, "revision"));
		t->changed_by =
			(uint64_t)json_integer_value(json_object_get(o, "changed_by"));
		t->changed_at = json_integer_value(json_object_get(o, "changed_at"));
		t->is_erased = json_is_true(json_object_get(o, "is_erased"));
		read_rests(t, json_object_get(o, "rests"));
		read_tabs(t, json_object_get(o, "tabs"), json_object_get(o, "typing"));
	}
	json_decref(o);
	return is_read;
}
