/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * template.c - templates of statements: a file of schema/templates, and those that came into the
 * room with its playbooks, in the version that was started.
 *
 * They are few and small, and asked for when somebody begins to write: each time they are read
 * anew. A playbook says no audience: its internal notes are for staff, its replies for a customer.
 */
#include "engine/template.h"

#include "base/embed.h"
#include "engine/authority.h"

#include <jansson.h>

#define SHIPPED "schema/templates/statements.json"

static struct dw_str text_of(const json_t *v)
{
	return dw_str_make(json_string_value(v), json_string_length(v));
}

static unsigned reader_of(unsigned channel)
{
	return channel == DW_CHANNEL_INTERNAL ? DW_READER_STAFF
	       : channel == DW_CHANNEL_REPLY  ? DW_READER_CUSTOMER
					      : DW_READER_PUBLIC;
}

/* ---- going through them ---- */

struct walking {
	struct dw_str lang;
	struct dw_arena *a;
	bool (*fn)(struct walking *g, const struct dw_template *t); /* false: enough */
	struct dw_str wanted;
	struct dw_template *found;
	/* writing */
	struct dw_jsonw *w;
	const struct dw_fill_from *from;
};

/* Text and title are by language, or (in a room) of the room's playbook's one already. */
static bool take(struct walking *g, const json_t *item, struct dw_str prefix)
{
	const json_t *title = json_object_get(item, "title");
	const json_t *text = json_object_get(item, "text");
	struct dw_str key = text_of(json_object_get(item, "key"));
	struct dw_template t = { .text = { NULL, 0 } };

	if (json_is_object(text)) {
		const char *lang = dw_arena_strdup(g->a, g->lang);

		title = json_object_get(title, lang);
		text = json_object_get(text, lang);
	}
	if (!json_is_string(text) || !json_is_string(title) ||
	    !dw_statement_word_find(DW_WORDS_CHANNEL,
				    text_of(json_object_get(item, "channel")),
				    &t.channel))
		return true;
	t.name = prefix.n == 0 ? dw_arena_printf(g->a, "%.*s", (int)key.n, key.p)
			       : dw_arena_printf(g->a, "%.*s/%.*s", (int)prefix.n,
						 prefix.p, (int)key.n, key.p);
	t.title = dw_str_of(dw_arena_strdup(g->a, text_of(title)));
	t.text = dw_str_of(dw_arena_strdup(g->a, text_of(text)));
	if (!dw_statement_word_find(DW_WORDS_READER,
				    text_of(json_object_get(item, "audience")),
				    &t.reader))
		t.reader = reader_of(t.channel);
	return g->fn(g, &t);
}

/* False: enough. */
static bool walk_list(struct walking *g, const json_t *list, struct dw_str prefix)
{
	bool is_on = true;

	for (size_t i = 0; is_on && i < json_array_size(list); i++)
		is_on = take(g, json_array_get(list, i), prefix);
	return is_on;
}

static json_t *shipped(void)
{
	const struct dw_embed *f = dw_embed_find(SHIPPED);
	json_t *o = f != NULL ? json_loadb((const char *)f->data, f->len, 0, NULL) : NULL;

	DW_INVARIANT(o != NULL);
	return o;
}

static void walk(struct walking *g, const struct dw_incident *s)
{
	struct dw_str none = { "", 0 };
	bool is_on = true;
	json_t *o;

	for (size_t i = 0; s != NULL && is_on && i < s->playbooks.n; i++) {
		const struct dw_started *p = &s->playbooks.p[i];

		if (!dw_str_eq(p->lang, g->lang) || p->templates.p == NULL)
			continue;
		o = json_loadb(p->templates.p, p->templates.n, 0, NULL);
		is_on = walk_list(g, o, p->slug);
		json_decref(o);
	}
	if (!is_on)
		return;
	o = shipped();
	(void)walk_list(g, json_object_get(o, "templates"), none);
	json_decref(o);
}

/* ---- one ---- */

struct dw_fill_from dw_fill_from_now(struct dw_engine *e, struct dw_str lang,
				     const struct dw_incident *s)
{
	const struct dw_authority *a = dw_authorities_now(dw_engine_authorities(e));

	return (struct dw_fill_from){ .lang = lang,
				      .contact = dw_authority_contact(a, lang),
				      .s = s,
				      .now = dw_now_us(dw_engine_clock(e)) };
}

static bool is_wanted(struct walking *g, const struct dw_template *t)
{
	if (!dw_str_eq(t->name, g->wanted))
		return true;
	*g->found = *t;
	return false;
}

/* "fa-AF" has the templates of "fa". */
static struct dw_str language(struct dw_str lang)
{
	size_t n = 0;

	while (n < lang.n && lang.p[n] != '-')
		n++;
	return dw_str_make(lang.p, n);
}

bool dw_template_find(struct dw_template *out, struct dw_str name, struct dw_str lang,
		      const struct dw_incident *s, struct dw_arena *a)
{
	struct walking g = { .lang = language(lang),
			     .a = a,
			     .fn = is_wanted,
			     .wanted = name,
			     .found = out };

	memset(out, 0, sizeof(*out));
	walk(&g, s);
	return out->text.p != NULL;
}

/* ---- all ---- */

static bool write_one(struct walking *g, const struct dw_template *t)
{
	struct dw_filled f = { .text = t->text };

	if (g->from->s != NULL && dw_template_fill(&f, t->text, g->from, g->a) < 0)
		return true;
	dw_jsonw_obj(g->w);
	dw_jsonw_kstr(g->w, "template", t->name);
	dw_jsonw_kstr(g->w, "title", t->title);
	dw_jsonw_kstr(g->w, "channel",
		      dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, t->channel)));
	dw_jsonw_kstr(g->w, "audience",
		      dw_str_of(dw_statement_word(DW_WORDS_READER, t->reader)));
	dw_jsonw_kstr(g->w, "text", f.text);
	dw_jsonw_obj_end(g->w);
	return true;
}

void dw_templates_write(struct dw_jsonw *w, const struct dw_fill_from *from,
			struct dw_arena *a)
{
	struct walking g = { .lang = language(from->lang),
			     .a = a,
			     .fn = write_one,
			     .w = w,
			     .from = from };

	dw_jsonw_arr(w);
	walk(&g, from->s);
	dw_jsonw_arr_end(w);
}
