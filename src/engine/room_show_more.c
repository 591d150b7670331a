/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_show_more.c - playbooks, files, splits and hand-overs of a room as JSON. See room_show.c.
 */
#include "room_int.h"

void room_write_started(struct dw_jsonw *w, const struct dw_started *p)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", p->id);
	dw_jsonw_ku64(w, "version", p->id);
	dw_jsonw_kstr_or_null(w, "slug", p->slug);
	dw_jsonw_ku64(w, "playbook_version", p->playbook_version);
	dw_jsonw_kstr_or_null(w, "lang", p->lang);
	dw_jsonw_kstr_or_null(w, "title", p->title);
	dw_jsonw_key(w, "roles");
	dw_jsonw_raw(w, p->roles.p != NULL ? p->roles : DW_STR("[]"));
	dw_jsonw_key(w, "templates");
	dw_jsonw_raw(w, p->templates.p != NULL ? p->templates : DW_STR("[]"));
	dw_jsonw_ku64(w, "by", p->by);
	dw_jsonw_ktime(w, "at", p->at);
	dw_jsonw_obj_end(w);
}

void room_write_file(struct dw_jsonw *w, const struct dw_room_file *f)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", f->id);
	dw_jsonw_ku64(w, "version", f->id);
	dw_jsonw_kstr_or_null(w, "name", f->name);
	dw_jsonw_kstr_or_null(w, "media_type", f->media);
	dw_jsonw_kstr_or_null(w, "sha256", f->sha256);
	dw_jsonw_ku64(w, "size", f->size);
	dw_jsonw_ktime_or_null(w, "captured_at", f->captured_at);
	dw_jsonw_ku64(w, "by", f->by);
	dw_jsonw_ktime(w, "at", f->at);
	dw_jsonw_ku64(w, "seq", f->id);
	dw_jsonw_obj_end(w);
}

void room_write_handed_over(struct dw_jsonw *w, const struct dw_incident *s)
{
	const struct dw_lead_change *l;

	dw_jsonw_key(w, "handed_over");
	if (s->leads.n == 0) {
		dw_jsonw_null(w);
		return;
	}
	l = &s->leads.p[s->leads.n - 1];
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", l->seq);
	dw_jsonw_ktime(w, "at", l->at);
	dw_jsonw_ku64_or_null(w, "from", l->was);
	dw_jsonw_ku64(w, "to", l->user);
	dw_jsonw_ku64(w, "by", l->by);
	dw_jsonw_obj_end(w);
}

void room_write_more(struct dw_jsonw *w, const struct dw_incident *s)
{
	dw_jsonw_key(w, "playbooks");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < s->playbooks.n; i++)
		room_write_started(w, &s->playbooks.p[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_key(w, "files");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < s->files.n; i++)
		room_write_file(w, &s->files.p[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_ku64_or_null(w, "split_from", s->split_from);
	dw_jsonw_key(w, "split_into");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < s->split_into.n; i++)
		dw_jsonw_u64(w, s->split_into.p[i]);
	dw_jsonw_arr_end(w);
	room_write_handed_over(w, s);
}
