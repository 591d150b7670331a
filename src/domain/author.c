/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * author.c - what the author of a mention is known by.
 *
 * Senders tell what they know: a handle, the address of a page, a name. The first of these that is
 * there stands for the author, in this order, because a name is changed for a joke and a handle
 * seldom; handles are compared as networks do it, without regard to capitals. It means somebody only
 * within its source: two networks may know the same name.
 */
#include "domain/mention.h"

struct dw_str dw_author_fold(struct dw_str s, char buf[DW_AUTHOR_BYTES])
{
	if (s.n == 0 || s.p[0] != '@' || s.n > DW_AUTHOR_BYTES)
		return s;
	for (size_t i = 0; i < s.n; i++)
		buf[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return dw_str_make(buf, s.n);
}

struct dw_str dw_mention_author(const struct dw_mention *m, char buf[DW_AUTHOR_BYTES])
{
	struct dw_str h = m->author_handle;

	if (h.n > 0 && h.p[0] == '@')
		h = dw_str_make(h.p + 1, h.n - 1);
	if (h.n > 0 && h.n < DW_AUTHOR_BYTES) {
		buf[0] = '@';
		memcpy(buf + 1, h.p, h.n);
		return dw_author_fold(dw_str_make(buf, h.n + 1), buf);
	}
	return m->author_url.n > 0 ? m->author_url : m->author_name;
}
