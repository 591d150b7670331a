/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * body.c - JSON bodies in, JSON answers out; and what waits in between.
 *
 * Commands refuse what they do not know: a misspelt field must not be taken for an absent one.
 * The bytes of all bodies that are held have one bound, whatever they wait for.
 */
#include "api_int.h"

#define POINTER_MAX 104

static bool is_known(const char *key, const char *const *known)
{
	for (; *known != NULL; known++)
		if (strcmp(key, *known) == 0)
			return true;
	return false;
}

/* The pointer to a member by RFC 6901: "~" and "/" in its name are "~0" and "~1". A name that is
 * too long is cut between two characters: the refusal itself must be UTF-8. */
static const char *point(const char *key, char out[POINTER_MAX])
{
	size_t n = 0, whole = 0;

	out[n++] = '/';
	for (; *key != '\0' && n + 2 < POINTER_MAX; key++) {
		if (((unsigned char)*key & 0xc0) != 0x80)
			whole = n; /* a character begins here */
		if (*key == '~' || *key == '/') {
			out[n++] = '~';
			out[n++] = *key == '~' ? '0' : '1';
		} else {
			out[n++] = *key;
		}
	}
	if (((unsigned char)*key & 0xc0) == 0x80)
		n = whole;
	out[n] = '\0';
	return out;
}

json_t *dw_api_object(struct dw_http_req *req, const char *const *known)
{
	json_error_t e;
	json_t *o = json_loadb(req->body.p != NULL ? req->body.p : "", req->body.n,
			       JSON_REJECT_DUPLICATES, &e);
	const char *key;
	json_t *value;

	if (o == NULL) {
		dw_api_refuse(req, DW_EINVAL,
			      "the body is not JSON: line %d, column %d: %s", e.line,
			      e.column, e.text);
		return NULL;
	}
	if (!json_is_object(o)) {
		dw_api_refuse_at(req, DW_EINVAL, "", "the body must be a JSON object");
		json_decref(o);
		return NULL;
	}
	json_object_foreach(o, key, value) {
		if (!is_known(key, known)) {
			char at[POINTER_MAX];

			dw_api_refuse_at(req, DW_EINVAL, point(key, at),
					 "there is no field of this name");
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

bool dw_api_string(struct dw_http_req *req, json_t *o, const char *key, size_t min,
		   size_t max, struct dw_str *out)
{
	json_t *v = json_object_get(o, key);
	struct dw_str at = dw_arena_printf(req->arena, "/%s", key);
	size_t n;

	if (v == NULL || !json_is_string(v)) {
		dw_api_refuse_at(req, DW_EINVAL, at.p,
				 v == NULL ? "%s is missing" : "%s must be a string",
				 key);
		return false;
	}
	*out = dw_str_make(json_string_value(v), json_string_length(v));
	n = dw_utf8_count(*out);
	if (n < min || n > max || dw_str_has_control(*out)) {
		dw_api_refuse_at(
			req, DW_EINVAL, at.p,
			"%s must have %zu to %zu characters and no control characters",
			key, min, max);
		return false;
	}
	return true;
}

void dw_api_tag(struct dw_http_req *req, uint64_t version)
{
	dw_http_set(req, "ETag",
		    dw_arena_printf(req->arena, "\"%llu\"", (unsigned long long)version));
}

void dw_api_reply_json(struct dw_http_req *req, int status, struct dw_buf *b)
{
	dw_http_reply(req, status, "application/json", dw_buf_str(b));
}

/* ---- what waits ---- */

bool dw_api_hold(struct dw_api *api, size_t n)
{
	if (n > api->conf.max_held_bytes ||
	    api->collecting > api->conf.max_held_bytes - n)
		return false;
	api->collecting += n;
	return true;
}

void dw_api_let_go(struct dw_api *api, size_t n)
{
	DW_INVARIANT(api->collecting >= n);
	api->collecting -= n;
}

void dw_api_refuse_crowd(struct dw_http_req *req)
{
	dw_api_refuse(req, DW_EUNAVAILABLE,
		      "too many large bodies at once: send again later, or send mentions "
		      "as application/x-ndjson");
}

int dw_api_read(const struct dw_http_req *req, struct dw_api *api, struct dw_work *w,
		struct dw_err *err)
{
	return dw_engine_read(api->engine, dw_api_who(req), w, err);
}
