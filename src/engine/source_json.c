/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * source_json.c - payloads of source.configured, source.blind and source.recovered.
 *
 * A source.configured says all of the configuration, not what changed: whoever reads one knows
 * how things are without the ones before. Its id is that of the source by its identity (its key
 * is that of the source.added); the other two have no key and name the id themselves.
 */
#include "base/jsonw.h"
#include "sources_int.h"

static void begin(struct dw_jsonw *w, struct dw_buf *b)
{
	dw_buf_init(b, 8 * DW_URL_MAX);
	dw_jsonw_init(w, b);
	dw_jsonw_obj(w);
}

static struct dw_blob *end(struct dw_jsonw *w)
{
	struct dw_blob *blob;

	dw_jsonw_obj_end(w);
	DW_INVARIANT(dw_jsonw_end(w) == 0);
	blob = dw_blob_new(w->b->p, w->b->len);
	dw_buf_fini(w->b);
	return blob;
}

struct dw_blob *source_configured_write(const struct dw_source_info *i)
{
	struct dw_jsonw w;
	struct dw_buf b;

	begin(&w, &b);
	dw_jsonw_kstr(&w, "slug", i->slug);
	dw_jsonw_kstr(&w, "kind", DW_STR("feed"));
	dw_jsonw_kstr(&w, "url", i->url);
	dw_jsonw_ku64(&w, "interval_s", i->interval_s);
	dw_jsonw_kbool(&w, "paused", i->is_paused);
	return end(&w);
}

bool source_configured_read(struct dw_str payload, struct source_configured *out)
{
	json_t *o = json_loadb(payload.p != NULL ? payload.p : "", payload.n, 0, NULL);
	json_t *interval = json_object_get(o, "interval_s");

	out->tree = o;
	out->url = json_string_value(json_object_get(o, "url"));
	out->is_paused = json_is_true(json_object_get(o, "paused"));
	out->interval_s = (unsigned)json_integer_value(interval);
	if (out->url != NULL && json_is_integer(interval) &&
	    json_integer_value(interval) > 0 &&
	    json_integer_value(interval) <= DW_INTERVAL_MAX)
		return true;
	json_decref(o);
	return false;
}

struct dw_blob *source_blind_write(const struct source *s, int64_t since)
{
	const char *why = s->error != NULL ? s->error : "there was no answer yet";
	struct dw_jsonw w;
	struct dw_buf b;

	begin(&w, &b);
	dw_jsonw_ku64(&w, "id", s->id);
	dw_jsonw_kstr(&w, "slug", dw_str_of(s->slug));
	dw_jsonw_ktime(&w, "since", since);
	dw_jsonw_kstr(&w, "detail", dw_str_of(why));
	return end(&w);
}

struct dw_blob *source_recovered_write(const struct source *s)
{
	struct dw_jsonw w;
	struct dw_buf b;

	begin(&w, &b);
	dw_jsonw_ku64(&w, "id", s->id);
	dw_jsonw_kstr(&w, "slug", dw_str_of(s->slug));
	dw_jsonw_ktime(&w, "blind_since", s->blind_since);
	return end(&w);
}

uint64_t source_health_read(struct dw_str payload, const char *key, int64_t *at)
{
	json_t *o = json_loadb(payload.p != NULL ? payload.p : "", payload.n, 0, NULL);
	json_t *id = json_object_get(o, "id");
	const char *text = json_string_value(json_object_get(o, key));
	uint64_t n = 0;

	if (json_is_integer(id) && json_integer_value(id) > 0 && text != NULL &&
	    dw_time_parse(dw_str_of(text), at) == 0)
		n = (uint64_t)json_integer_value(id);
	json_decref(o);
	return n;
}
