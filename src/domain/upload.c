/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * upload.c - names and kinds of files that people send.
 *
 * What a sender says of a file is a claim about it. A browser that is told "image/png" shows what
 * it was sent, so that is only said of bytes that begin as one; formats that can hold script (SVG
 * above all) are not in the list. A name is shown to people and offered to their file systems: it
 * loses its path, and whatever would make "exe.txt" of "txt.exe".
 */
#include "domain/upload.h"

static bool has_at(struct dw_str s, size_t at, const char *bytes, size_t n)
{
	return s.n >= at + n && memcmp(s.p + at, bytes, n) == 0;
}

const char *dw_image_type(struct dw_str head)
{
	if (has_at(head, 0, "\x89PNG\r\n\x1a\n", 8))
		return "image/png";
	if (has_at(head, 0, "\xff\xd8\xff", 3))
		return "image/jpeg";
	if (has_at(head, 0, "GIF87a", 6) || has_at(head, 0, "GIF89a", 6))
		return "image/gif";
	if (has_at(head, 0, "RIFF", 4) && has_at(head, 8, "WEBP", 4))
		return "image/webp";
	return NULL;
}

bool dw_is_image_type(struct dw_str media)
{
	return dw_str_eq(media, DW_STR("image/png")) ||
	       dw_str_eq(media, DW_STR("image/jpeg")) ||
	       dw_str_eq(media, DW_STR("image/gif")) ||
	       dw_str_eq(media, DW_STR("image/webp"));
}

/* A character of a token (RFC 9110), without what no registered type has. */
static bool is_type_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$&-^_.+", c) != NULL);
}

/* "type/subtype" in lower case, or nothing. */
static struct dw_str read_type(struct dw_str said, char *out)
{
	struct dw_str rest = said, media = { "", 0 };
	size_t slash = 0;

	(void)dw_str_split(&rest, ';', &media);
	media = dw_str_trim(media);
	if (media.n > DW_MEDIA_MAX)
		return DW_STR("");
	for (size_t i = 0; i < media.n; i++) {
		char c = media.p[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if (c == '/' && slash == 0 && i > 0 && i + 1 < media.n)
			slash = i;
		else if (!is_type_char(out[i]))
			return DW_STR("");
	}
	out[media.n] = '\0';
	return slash > 0 ? dw_str_make(out, media.n) : DW_STR("");
}

struct dw_str dw_file_media(struct dw_str head, struct dw_str said, char *out)
{
	const char *image = dw_image_type(head);
	struct dw_str media;

	if (image != NULL)
		return dw_str_of(image);
	media = read_type(said, out);
	return media.n == 0 || dw_is_image_type(media)
		       ? DW_STR("application/octet-stream")
		       : media;
}

/* ---- names ---- */

/* One code point of valid UTF-8. */
static uint32_t next(struct dw_str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	unsigned more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);

	for (unsigned i = 1; i <= more; i++)
		c = c << 6 | (p[i] & 0x3fu);
	*at += 1 + more;
	return c;
}

/* Control characters, line breaks, marks that turn text around, and code points that are none. A
 * zero-width non-joiner stays: Persian is written with it. */
static bool is_unwanted(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200b ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

static struct dw_str last_part(struct dw_str s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
			return dw_str_make(s.p + i, s.n - i);
	return s;
}

struct dw_str dw_file_name(struct dw_str said, char *out)
{
	struct dw_str s = last_part(said), name;
	size_t n = 0, count = 0;

	for (size_t at = 0; at < s.n && count < DW_FILE_NAME_MAX;) {
		uint32_t c = next(s, &at);

		if (is_unwanted(c) || (n == 0 && (c == ' ' || c == '.')))
			continue;
		n += dw_utf8_put(c, out + n);
		count++;
	}
	out[n] = '\0';
	name = dw_str_trim(dw_str_make(out, n));
	return name.n > 0 ? name : DW_STR("file");
}

struct dw_str dw_file_name_star(struct dw_str name, char *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 7;

	memcpy(out, "UTF-8''", n);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_') {
			out[n++] = (char)c;
		} else {
			out[n++] = '%';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	return dw_str_make(out, n);
}
