/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* base64.c - libsodium's, which refuses bits behind the end; here exactly so many bytes. */
#include "base/base64.h"

#include <sodium.h>

#define KIND sodium_base64_VARIANT_URLSAFE_NO_PADDING

const char *dw_base64(char *out, const void *p, size_t n)
{
	return sodium_bin2base64(out, sodium_base64_encoded_len(n, KIND), p, n, KIND);
}

bool dw_base64_parse(void *out, size_t n, struct dw_str text)
{
	const char *end = NULL;
	size_t got = 0;

	return text.p != NULL &&
	       sodium_base642bin(out, n, text.p, text.n, NULL, &got, &end, KIND) == 0 &&
	       got == n && end == text.p + text.n;
}
