/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * resolve.c - addresses in documents, relative ones too, by libcurl's reader of URLs: the one
 * that would ask them. What is no ASCII or a blank is written as %XX on the way.
 */
#include "text_int.h"

#include <curl/curl.h>
#include <stdlib.h>

#define ADDRESS_MAX 4096

static bool is_web(CURLU *u)
{
	char *scheme = NULL, *user = NULL;
	bool ok = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		  (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
		  curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;

	curl_free(scheme);
	curl_free(user);
	return ok;
}

static bool get(CURLU *u, struct dw_buf *out)
{
	char *text = NULL;
	bool ok = curl_url_get(u, CURLUPART_URL, &text, 0) == CURLUE_OK &&
		  strlen(text) <= ADDRESS_MAX && dw_utf8_valid(dw_str_of(text)) &&
		  dw_buf_addz(out, text) == 0;

	for (const char *p = text; ok && *p != '\0'; p++)
		ok = (unsigned char)*p > 0x20 && *p != 0x7f;
	if (!ok)
		dw_buf_clear(out);
	curl_free(text);
	return ok;
}

bool link_resolve(const char *base, struct dw_str ref, struct dw_buf *out)
{
	char *z;
	CURLU *u;
	bool ok;

	dw_buf_clear(out);
	ref = dw_str_trim(ref);
	if (ref.n == 0 || ref.n > ADDRESS_MAX || memchr(ref.p, '\0', ref.n) != NULL)
		return false;
	z = strndup(ref.p, ref.n);
	u = curl_url();
	DW_INVARIANT(z != NULL && u != NULL);
	if (base != NULL)
		(void)curl_url_set(u, CURLUPART_URL, base, CURLU_URLENCODE);
	ok = curl_url_set(u, CURLUPART_URL, z, CURLU_URLENCODE) == CURLUE_OK &&
	     is_web(u) && get(u, out);
	curl_url_cleanup(u);
	free(z);
	return ok;
}
