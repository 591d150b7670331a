/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mime.c - a statement as a mail: text/plain in UTF-8, readable by any program there is.
 *
 * What is plain ASCII in lines that are short enough goes as it is; anything else in base64, so that no
 * relay on the way folds, strips or recodes it: what arrives is what was approved. The text is not
 * turned around and gets no marks: which way it runs is in its letters. In a header everything that is not
 * plain is in encoded words (RFC 2047), which also keeps line ends out of there.
 */
#include "courier_int.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#define LINE_MAX_BYTES 900 /* RFC 5321 has 998 */
#define WORD_BYTES 42	   /* of text in an encoded word: 56 of base64, 68 in all */
#define LINE_BYTES 57	   /* of text on a line of base64 */
#define PLAIN_HEADER 60

static int add_base64(struct dw_buf *out, const char *p, size_t n)
{
	char text[sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	return dw_buf_addz(out, sodium_bin2base64(text, sizeof(text), (const uint8_t *)p,
						  n, sodium_base64_VARIANT_ORIGINAL));
}

/* ---- headers ---- */

static bool is_plain(struct dw_str s, const char *special)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || strchr(special, s.p[i]) != NULL)
			return false;
	return s.n <= PLAIN_HEADER && !(s.n >= 2 && memcmp(s.p, "=?", 2) == 0);
}

/* So many bytes that no character is cut. */
static size_t whole(struct dw_str s, size_t most)
{
	size_t n = s.n < most ? s.n : most;

	while (n > 1 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static int add_words(struct dw_buf *out, struct dw_str s, const char *special)
{
	int rc = 0;

	if (is_plain(s, special))
		return dw_buf_add(out, s.p, s.n);
	while (rc == 0 && s.n > 0) {
		size_t n = whole(s, WORD_BYTES);

		rc = dw_buf_addz(out, "=?UTF-8?B?");
		if (rc == 0)
			rc = add_base64(out, s.p, n);
		if (rc == 0)
			rc = dw_buf_addz(out, n < s.n ? "?=\r\n " : "?=");
		s = dw_str_make(s.p + n, s.n - n);
	}
	return rc;
}

static int add_date(struct dw_buf *out, int64_t us)
{
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)(us / 1000000);
	struct tm tm;

	DW_INVARIANT(gmtime_r(&t, &tm) != NULL);
	return dw_buf_addf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
			   days + (size_t)tm.tm_wday * 3, tm.tm_mday,
			   months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour,
			   tm.tm_min, tm.tm_sec);
}

static int add_from(struct dw_buf *out, const struct mime *m)
{
	int rc = dw_buf_addz(out, "From: ");

	if (rc == 0 && m->name != NULL)
		rc = add_words(out, dw_str_of(m->name), "()<>[]:;@\\,.\"");
	if (rc == 0)
		rc = dw_buf_addf(out, m->name != NULL ? " <%s>\r\n" : "%s\r\n", m->from);
	return rc;
}

static int add_subject(struct dw_buf *out, struct dw_str subject)
{
	int rc = dw_buf_addz(out, "Subject: ");

	if (rc == 0)
		rc = add_words(out, subject, "");
	return rc == 0 ? dw_buf_addz(out, "\r\n") : rc;
}

/* Several do not learn of each other. */
static int add_headers(struct dw_buf *out, const struct mime *m)
{
	int rc = add_date(out, m->date);

	if (rc == 0)
		rc = add_from(out, m);
	if (rc == 0)
		rc = dw_buf_addf(out, "To: %s\r\n",
				 m->n_to == 1 ? m->to[0].p : "undisclosed-recipients:;");
	if (rc == 0)
		rc = add_subject(out, m->subject);
	if (rc == 0)
		rc = dw_buf_addf(out, "Message-ID: <%.*s@%s>\r\n", (int)m->id.n, m->id.p,
				 strchr(m->from, '@') + 1);
	if (rc == 0 && m->lang.p != NULL && is_plain(m->lang, ""))
		rc = dw_buf_addf(out, "Content-Language: %.*s\r\n", (int)m->lang.n,
				 m->lang.p);
	if (rc == 0)
		rc = dw_buf_addz(out, "Auto-Submitted: auto-generated\r\n"
				      "MIME-Version: 1.0\r\n"
				      "Content-Type: text/plain; charset=utf-8\r\n");
	return rc;
}

/* ---- the text ---- */

/* With the line ends of mail. */
static int add_lines(struct dw_buf *out, struct dw_str text)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < text.n; i++) {
		if (text.p[i] == '\n')
			rc = dw_buf_add(out, "\r\n", 2);
		else if (text.p[i] != '\r')
			rc = dw_buf_addc(out, text.p[i]);
	}
	return rc == 0 ? dw_buf_add(out, "\r\n", 2) : rc;
}

static bool may_go_as_is(struct dw_str s)
{
	size_t line = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		line = c == '\n' ? 0 : line + 1;
		if (c > '~' || (c < ' ' && c != '\n' && c != '\r' && c != '\t') ||
		    line > LINE_MAX_BYTES)
			return false;
	}
	return true;
}

static int add_text(struct dw_buf *out, struct dw_str text)
{
	int rc;

	if (may_go_as_is(text)) {
		rc = dw_buf_addz(out, "Content-Transfer-Encoding: 7bit\r\n\r\n");
		return rc == 0 ? dw_buf_add(out, text.p, text.n) : rc;
	}
	rc = dw_buf_addz(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	for (size_t i = 0, n; rc == 0 && i < text.n; i += n) {
		n = text.n - i < LINE_BYTES ? text.n - i : LINE_BYTES;
		rc = add_base64(out, text.p + i, n);
		if (rc == 0)
			rc = dw_buf_add(out, "\r\n", 2);
	}
	return rc;
}

int mime_write(struct dw_buf *out, const struct mime *m)
{
	struct dw_buf text;
	int rc;

	dw_buf_init(&text, out->max);
	rc = add_headers(out, m);
	if (rc == 0)
		rc = add_lines(&text, m->text);
	if (rc == 0)
		rc = add_text(out, dw_buf_str(&text));
	dw_buf_fini(&text);
	return rc;
}
