/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * if_match.c - If-Match (RFC 9110, 13.1.1): what version is this change based on?
 *
 * The field is `*` or a list of entity tags, compared strongly: a weak tag (W/"12") is never the
 * same as ours. What is such a list and does not name the version that is there now is 412, with
 * the object as it is; only what is no such list at all is 400.
 */
#include "account_int.h"

/* A blank, or one of the list's commas; empty elements are allowed. */
static bool is_between(char c)
{
	return c == ',' || c == ' ' || c == '\t';
}

/* Cut the first tag off: 1 with its inside in *tag, 0 at the end, DW_EINVAL. */
static int next_tag(struct dw_str *rest, struct dw_str *tag, bool *is_weak)
{
	const char *p = rest->p, *end = p + rest->n, *open;

	while (p < end && is_between(*p))
		p++;
	if (p == end)
		return 0;
	*is_weak = end - p > 2 && p[0] == 'W' && p[1] == '/';
	p += *is_weak ? 2 : 0;
	if (*p != '"')
		return DW_EINVAL;
	for (open = ++p; p < end && *p != '"'; p++) {
		if ((unsigned char)*p < '!' || *p == 0x7f)
			return DW_EINVAL;
	}
	if (p == end || (p + 1 < end && !is_between(p[1])))
		return DW_EINVAL;
	*tag = dw_str_make(open, (size_t)(p - open));
	*rest = dw_str_make(p + 1, (size_t)(end - p - 1));
	return 1;
}

/* 1 one of them is this version, 0 none, DW_EINVAL: that is no list of tags. */
static int names(struct dw_str list, uint64_t version)
{
	struct dw_str tag;
	bool is_weak, is_named = false, is_empty = true;
	uint64_t n;
	int rc;

	while ((rc = next_tag(&list, &tag, &is_weak)) == 1) {
		is_empty = false;
		if (!is_weak && dw_str_u64(tag, &n) == 0 && n == version &&
		    (tag.n == 1 || tag.p[0] != '0'))
			is_named = true;
	}
	return rc < 0 || is_empty ? DW_EINVAL : is_named;
}

bool api_if_match(struct dw_http_req *req, uint64_t current, uint64_t *version)
{
	struct dw_str m = dw_str_trim(dw_http_header(req, "if-match"));
	int rc;

	*version = 0;
	if (m.n == 0) {
		dw_api_refuse(
			req, DW_ENOVERSION,
			"send If-Match with the version that the change is based on");
		return false;
	}
	if (dw_str_eq(m, DW_STR("*")))
		return true;
	rc = names(m, current);
	if (rc < 0) {
		dw_api_refuse(
			req, DW_EINVAL,
			"If-Match must be * or versions in quotes, as they are in ETag");
		return false;
	}
	*version = rc == 1 ? current : UINT64_MAX;
	return true;
}
