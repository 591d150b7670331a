/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_report.c - what became of many mentions: totals, and each refusal by its index.
 *
 * A body may hold millions of lines and every one may be wrong, so only the first refusals are
 * listed; rejected_total counts all of them.
 */
#include "mention_int.h"

#define LISTED_MAX 1000
#define LIST_BYTES (3u * 1024 * 1024)

void dw_report_init(struct dw_report *r)
{
	memset(r, 0, sizeof(*r));
	dw_buf_init(&r->list, LIST_BYTES);
	dw_jsonw_init(&r->w, &r->list);
}

void dw_report_fini(struct dw_report *r)
{
	dw_buf_fini(&r->list);
}

void dw_report_reject(struct dw_report *r, uint64_t index, const struct dw_fault *f)
{
	if (r->n_rejected++ >= LISTED_MAX)
		return;
	dw_jsonw_obj(&r->w);
	dw_jsonw_ku64(&r->w, "index", index);
	dw_jsonw_kstr(&r->w, "pointer", dw_str_of(f->pointer));
	dw_jsonw_kstr(&r->w, "detail", dw_str_of(f->detail));
	dw_jsonw_obj_end(&r->w);
	DW_INVARIANT(dw_jsonw_end(&r->w) == 0);
}

void dw_report_write(const struct dw_report *r, const struct dw_ingest_totals *t,
		     struct dw_buf *out)
{
	struct dw_jsonw w;

	dw_buf_clear(out);
	dw_jsonw_init(&w, out);
	dw_jsonw_obj(&w);
	dw_jsonw_ku64(&w, "accepted", t->accepted);
	dw_jsonw_ku64(&w, "updated", t->updated);
	dw_jsonw_ku64(&w, "duplicates", t->duplicates);
	dw_jsonw_ku64(&w, "first_seq", t->first_seq);
	dw_jsonw_ku64(&w, "last_seq", t->last_seq);
	dw_jsonw_key(&w, "rejected");
	dw_jsonw_arr(&w);
	if (r->list.len > 0)
		dw_jsonw_raw(&w, dw_buf_str(&r->list));
	dw_jsonw_arr_end(&w);
	dw_jsonw_ku64(&w, "rejected_total", r->n_rejected);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

int dw_report_failure(struct dw_err *err, int rc)
{
	if (err->code == 0)
		err->code = rc;
	if (rc == DW_EBUSY)
		return dw_fail(err, rc,
			       "too much is waiting to be written: send again later");
	return rc;
}
