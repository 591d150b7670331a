/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * problem.c - refusals that say what, where and what to do (RFC 9457).
 *
 * The title comes from the code (base/err), the detail from whoever knew the reason, the pointer
 * from whoever read the field.
 */
#include "api_int.h"
#include "domain/mention.h"

#include <stdarg.h>
#include <stdio.h>

#define MORE_MAX (64u * 1024 * 1024) /* members of their own: what was missed */

static void write_problem(struct dw_buf *out, int code, const char *detail,
			  const char *pointer, dw_api_more more, void *data)
{
	struct dw_jsonw w;
	char type[64];

	snprintf(type, sizeof(type), "urn:diwan:problem:%s", dw_err_name(code));
	dw_jsonw_init(&w, out);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "type", dw_str_of(type));
	dw_jsonw_kstr(&w, "title", dw_str_of(dw_err_title(code)));
	dw_jsonw_ku64(&w, "status", (uint64_t)dw_err_status(code));
	dw_jsonw_kstr(&w, "detail", dw_str_of(detail));
	dw_jsonw_key(&w, "errors");
	dw_jsonw_arr(&w);
	if (pointer != NULL) {
		dw_jsonw_obj(&w);
		dw_jsonw_kstr(&w, "pointer", dw_str_of(pointer));
		dw_jsonw_kstr(&w, "detail", dw_str_of(detail));
		dw_jsonw_obj_end(&w);
	}
	dw_jsonw_arr_end(&w);
	if (more != NULL)
		more(&w, data);
	dw_jsonw_obj_end(&w);
	if (dw_jsonw_end(&w) < 0)
		dw_buf_clear(out);
}

/* Bytes that come from outside may be cut in the middle of a character by a fixed buffer. */
static void trim_utf8(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && !dw_utf8_valid(dw_str_make(text, n)))
		text[--n] = '\0';
}

static DW_PRINTF(4, 0) void refuse(struct dw_http_req *req, int code, const char *pointer,
				   const char *fmt, va_list ap)
{
	char detail[512];
	struct dw_buf b;

	vsnprintf(detail, sizeof(detail), fmt, ap);
	trim_utf8(detail);
	if (code == DW_EBUSY || dw_err_status(code) == 503)
		dw_http_set(req, "Retry-After", DW_STR("2"));
	dw_buf_init(&b, 8192);
	write_problem(&b, code, detail, pointer, NULL, NULL);
	dw_http_reply(req, dw_err_status(code), DW_PROBLEM_TYPE, dw_buf_str(&b));
	dw_buf_fini(&b);
}

void dw_api_refuse(struct dw_http_req *req, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	refuse(req, code, NULL, fmt, ap);
	va_end(ap);
}

void dw_api_refuse_at(struct dw_http_req *req, int code, const char *pointer,
		      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	refuse(req, code, pointer, fmt, ap);
	va_end(ap);
}

void dw_api_refuse_err(struct dw_http_req *req, const struct dw_err *err)
{
	dw_api_refuse(req, err->code != 0 ? err->code : DW_EINTERNAL, "%s",
		      dw_err_text(err));
}

void dw_api_refuse_fault(struct dw_http_req *req, const struct dw_err *err,
			 const struct dw_fault *fault)
{
	if (fault->pointer[0] != '\0')
		dw_api_refuse_at(req, err->code, fault->pointer, "%s", dw_err_text(err));
	else
		dw_api_refuse_err(req, err);
}

void dw_api_refuse_more(struct dw_http_req *req, int code, const char *detail,
			dw_api_more more, void *data)
{
	struct dw_buf b;

	dw_buf_init(&b, MORE_MAX);
	write_problem(&b, code, detail, NULL, more, data);
	dw_http_reply(req, dw_err_status(code), DW_PROBLEM_TYPE, dw_buf_str(&b));
	dw_buf_fini(&b);
}

void dw_api_refuse_wait(struct dw_http_req *req, unsigned wait_s, const char *detail)
{
	struct dw_buf b;

	dw_http_set(req, "Retry-After", dw_arena_printf(req->arena, "%u", wait_s));
	dw_buf_init(&b, 8192);
	write_problem(&b, DW_EBUSY, detail, NULL, NULL, NULL);
	dw_http_reply(req, dw_err_status(DW_EBUSY), DW_PROBLEM_TYPE, dw_buf_str(&b));
	dw_buf_fini(&b);
}

void dw_api_problem(int code, const char *detail, struct dw_buf *out)
{
	write_problem(out, code, detail != NULL ? detail : dw_err_title(code), NULL, NULL,
		      NULL);
}
