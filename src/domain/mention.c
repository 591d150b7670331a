/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention.c - what a mention may hold.
 *
 * The rules are few on purpose: a mention that is refused is a mention that the room does not
 * see. Text is kept as it was written, with bidi controls, joiners and whatever else is in it;
 * only NUL is refused, because too much software behind us ends a text there. Names that serve
 * as keys (source, ids, the language) are held to more, because they are compared, listed and
 * put into addresses. Links must be http or https: nobody is ever shown a link that runs code.
 */
#include "domain/mention.h"

#include <stdarg.h>
#include <stdio.h>

/* A fixed array may cut what came from outside in the middle of a character. */
static void trim_utf8(char *z)
{
	size_t n = strlen(z);

	while (n > 0 && !dw_utf8_valid(dw_str_make(z, n)))
		z[--n] = '\0';
}

int dw_fault_set(struct dw_fault *f, const char *pointer, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->pointer, sizeof(f->pointer), "%s", pointer);
	va_start(ap, fmt);
	vsnprintf(f->detail, sizeof(f->detail), fmt, ap);
	va_end(ap);
	trim_utf8(f->pointer);
	trim_utf8(f->detail);
	return DW_EINVAL;
}

void dw_fault_tell(const struct dw_fault *f, int code, struct dw_err *err)
{
	if (err->code == 0)
		(void)dw_fail(err, code, "%s",
			      f->detail[0] != '\0' ? f->detail : dw_err_title(code));
}

static bool has_control(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	}
	return false;
}

bool dw_source_is_valid(struct dw_str s)
{
	if (s.n == 0 || s.n > 400 || has_control(s) || s.p[0] == ' ' ||
	    s.p[s.n - 1] == ' ')
		return false;
	return s.n <= 100 || dw_utf8_count(s) <= 100;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool dw_lang_is_valid(struct dw_str s)
{
	size_t part = 0;

	if (s.n < 2 || s.n > 35)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '-' && part > 0)
			part = 0;
		else if (!is_alnum(s.p[i]) || ++part > 8)
			return false;
	}
	return part > 0;
}

static int check_line(struct dw_str s, const char *pointer, const char *name, size_t max,
		      struct dw_fault *f)
{
	if (s.p == NULL)
		return 0;
	if (s.n > max)
		return dw_fault_set(f, pointer, "%s is longer than %zu bytes", name, max);
	if (has_control(s))
		return dw_fault_set(f, pointer, "%s has a control character", name);
	return 0;
}

static int check_link(struct dw_str s, const char *pointer, const char *name,
		      struct dw_fault *f)
{
	size_t scheme;

	if (s.p == NULL)
		return 0;
	if (s.n >= 7 && dw_str_eq_nocase(dw_str_make(s.p, 7), DW_STR("http://")))
		scheme = 7;
	else if (s.n >= 8 && dw_str_eq_nocase(dw_str_make(s.p, 8), DW_STR("https://")))
		scheme = 8;
	else
		return dw_fault_set(f, pointer, "%s must begin with http:// or https://",
				    name);
	if (s.n == scheme || memchr(s.p, ' ', s.n) != NULL)
		return dw_fault_set(f, pointer, "%s is not an address", name);
	return check_line(s, pointer, name, 4096, f);
}

static int check_required(const struct dw_mention *m, struct dw_fault *f)
{
	if (m->source.p == NULL)
		return dw_fault_set(f, "/source", "source is missing");
	if (m->source_id.p == NULL)
		return dw_fault_set(f, "/source_id", "source_id is missing");
	if (m->text.p == NULL)
		return dw_fault_set(f, "/text", "text is missing");
	if (!dw_source_is_valid(m->source))
		return dw_fault_set(f, "/source",
				    "source must have 1 to 100 characters, no control "
				    "characters, no blank at either end");
	if (m->source_id.n == 0)
		return dw_fault_set(f, "/source_id", "source_id is empty");
	if (m->text.n == 0)
		return dw_fault_set(f, "/text", "text is empty");
	if (memchr(m->text.p, '\0', m->text.n) != NULL)
		return dw_fault_set(f, "/text", "text has a NUL character");
	return check_line(m->source_id, "/source_id", "source_id", 1000, f);
}

static int check_counts(const struct dw_mention *m, struct dw_fault *f)
{
	const struct {
		const char *pointer;
		uint64_t n;
	} count[] = {
		{ "/author/followers", m->followers }, { "/metrics/likes", m->likes },
		{ "/metrics/reposts", m->reposts },    { "/metrics/replies", m->replies },
		{ "/metrics/views", m->views },
	};

	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++) {
		if (count[i].n > DW_MENTION_COUNT_MAX)
			return dw_fault_set(f, count[i].pointer,
					    "the number is too large");
	}
	return 0;
}

static int check_options(const struct dw_mention *m, struct dw_fault *f)
{
	const struct {
		struct dw_str s;
		const char *pointer, *name;
		size_t max;
	} line[] = {
		{ m->author_name, "/author/name", "name", 1000 },
		{ m->author_handle, "/author/handle", "handle", 1000 },
		{ m->thread, "/thread", "thread", 1000 },
		{ m->in_reply_to, "/in_reply_to", "in_reply_to", 1000 },
	};

	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		if (check_line(line[i].s, line[i].pointer, line[i].name, line[i].max, f) <
		    0)
			return DW_EINVAL;
	}
	if (m->title.p != NULL && memchr(m->title.p, '\0', m->title.n) != NULL)
		return dw_fault_set(f, "/title", "title has a NUL character");
	if (m->title.n > 4096)
		return dw_fault_set(f, "/title", "title is longer than 4096 bytes");
	if (m->lang.p != NULL && !dw_lang_is_valid(m->lang))
		return dw_fault_set(f, "/lang",
				    "lang must be a language tag such as fa or en-GB");
	return 0;
}

int dw_mention_check(const struct dw_mention *m, struct dw_fault *f)
{
	int rc = check_required(m, f);

	if (rc == 0)
		rc = check_options(m, f);
	if (rc == 0)
		rc = check_link(m->url, "/url", "url", f);
	if (rc == 0)
		rc = check_link(m->author_url, "/author/url", "url", f);
	if (rc == 0)
		rc = check_counts(m, f);
	return rc;
}
