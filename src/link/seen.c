/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * seen.c - which items of a feed have been brought in already.
 *
 * A feed shows its newest items again and again. The journal would find out that it knows them,
 * but each would be read, hashed and carried to the writer; sixteen bytes an item say it here. The
 * list is that of the last whole answer, so it is as long as the feed and no longer, and when it is
 * lost (a restart), the journal finds out.
 */
#include "poll_int.h"

#include <sodium.h>
#include <stdlib.h>

static void mix(crypto_generichash_state *h, struct dw_str s)
{
	uint64_t n = s.p != NULL ? s.n : UINT64_MAX;

	crypto_generichash_update(h, (const uint8_t *)&n, sizeof(n));
	if (s.n > 0)
		crypto_generichash_update(h, (const uint8_t *)s.p, s.n);
}

void seen_of(const uint8_t key[16], const struct dw_rss_item *i, struct seen *out)
{
	int64_t at = i->has_posted_at ? i->posted_at : INT64_MIN;
	crypto_generichash_state h;
	uint64_t digest[2];

	crypto_generichash_init(&h, key, 16, sizeof(digest));
	mix(&h, i->id);
	crypto_generichash_final(&h, (uint8_t *)digest, sizeof(digest));
	out->id = digest[0];
	crypto_generichash_init(&h, key, 16, sizeof(digest));
	mix(&h, i->title);
	mix(&h, i->text);
	mix(&h, i->url);
	mix(&h, i->author);
	mix(&h, i->author_url);
	mix(&h, i->lang);
	mix(&h, dw_str_make((const char *)&at, sizeof(at)));
	crypto_generichash_final(&h, (uint8_t *)digest, sizeof(digest));
	out->content = digest[0];
}

static int compare(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->content > y->content) - (x->content < y->content);
}

bool seen_has(const struct seen *list, size_t n, const struct seen *one)
{
	return n > 0 && bsearch(one, list, n, sizeof(*list), compare) != NULL;
}

void seen_sort(struct seen *list, size_t n)
{
	if (n > 0)
		qsort(list, n, sizeof(*list), compare);
}
