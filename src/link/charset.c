/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * charset.c - single-byte encodings that expat does not know, by the system's iconv.
 *
 * Feeds of older software are written in windows-1256 (Arabic, Persian) or windows-1252 and say
 * so. A table of 256 code points is all that expat needs of such an encoding. Only families of
 * which every member has one byte a character are asked for: what a name from outside makes
 * iconv load should not be up to whoever wrote it.
 */
#include "text_int.h"

#include <ctype.h>
#include <iconv.h>
#include <stdio.h>

/* Upper case of a name that belongs to one of the families; false: it does not. */
static bool known_name(const char *name, char out[40])
{
	static const char *const families[] = { "WINDOWS-125", "CP125", "ISO-8859-",
						"ISO8859-",    "KOI8-", "MACINTOSH",
						NULL };
	size_t n = 0;

	for (; name[n] != '\0'; n++) {
		char c = (char)toupper((unsigned char)name[n]);

		if (n == 39 || (!isalnum((unsigned char)c) && c != '-'))
			return false;
		out[n] = c;
	}
	out[n] = '\0';
	for (const char *const *f = families; *f != NULL; f++)
		if (strncmp(out, *f, strlen(*f)) == 0)
			return true;
	return false;
}

bool link_charset(const char *name, int map[256])
{
	char upper[40];
	iconv_t cd;

	if (!known_name(name, upper))
		return false;
	cd = iconv_open("UTF-32LE", upper);
	if (cd == (iconv_t)-1)
		return false;
	for (int i = 0; i < 256; i++) {
		char in[1] = { (char)i }, *from = in;
		unsigned char out[8];
		char *to = (char *)out;
		size_t n_in = 1, n_out = sizeof(out);

		(void)iconv(cd, NULL, NULL, NULL, NULL);
		if (iconv(cd, &from, &n_in, &to, &n_out) == (size_t)-1 || n_out != 4)
			map[i] = -1;
		else
			map[i] = (int)(out[0] | (unsigned)out[1] << 8 |
				       (unsigned)out[2] << 16);
	}
	iconv_close(cd);
	return true;
}
