/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sending.c - what a POST and a mail have besides a GET (transfer.c).
 *
 *  (1) A redirect is not followed: what is signed for one address is for nobody else.
 *  (2) Of an answer's body nothing is wanted; a receiver that goes on talking is left.
 *  (3) Nothing of the body leaves before may_send was asked, when the connection is there.
 *  (4) A mail that needs TLS and does not get it is not sent, nor is a password.
 */
#include "fetch_int.h"

#if LIBCURL_VERSION_NUM >= 0x080200
#define SOME_MAY_FAIL CURLOPT_MAIL_RCPT_ALLOWFAILS
#else
#define SOME_MAY_FAIL CURLOPT_MAIL_RCPT_ALLLOWFAILS
#endif

static int on_prerequest(void *data, char *ip, char *local_ip, int port, int local_port)
{
	struct dw_fetch *x = data;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	x->is_held = x->may_send != NULL && !x->may_send(x);
	return x->is_held ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_read(char *to, size_t size, size_t n, void *data)
{
	struct dw_fetch *x = data;
	size_t left = x->body.n - x->sent, take = left < size * n ? left : size * n;

	memcpy(to, x->body.p + x->sent, take);
	x->sent += take;
	return take;
}

static void open_mail(struct dw_fetch *x, CURL *h)
{
	const struct dw_mail_way *m = x->mail;
	struct curl_slist *rcpt = NULL;

	for (size_t i = 0; i < m->n_to; i++)
		rcpt = curl_slist_append(rcpt, m->to[i].p);
	x->rcpt = rcpt;
	x->sent = 0;
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, m->from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(h, SOME_MAY_FAIL, m->is_lenient ? 1L : 0L);
	curl_easy_setopt(h, CURLOPT_USE_SSL,
			 (long)(m->needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (m->user != NULL) {
		curl_easy_setopt(h, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(h, CURLOPT_PASSWORD, m->password);
	}
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(h, CURLOPT_READDATA, x);
	curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->body.n);
}

static void open_post(struct dw_fetch *x, CURL *h)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (const char *const *line = x->lines; line != NULL && *line != NULL; line++)
		list = curl_slist_append(list, *line);
	x->headers = list;
	curl_easy_setopt(h, CURLOPT_USERAGENT, "diwan/" DW_VERSION);
	curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.n);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, x->body.p);
	curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, NULL);
}

/* The time limit of the whole is the only one: whoever takes it may think about it. */
void sending_open(struct dw_fetch *x)
{
	CURL *h = x->easy;

	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)0);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 0L);
	curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, on_prerequest);
	curl_easy_setopt(h, CURLOPT_PREREQDATA, x);
	if (x->mail != NULL)
		open_mail(x, h);
	else
		open_post(x, h);
}

void sending_close(struct dw_fetch *x)
{
	curl_slist_free_all(x->rcpt);
	x->rcpt = NULL;
}

/* "550 no such user": the last line of an answer has a blank behind its code. */
void sending_line(struct dw_fetch *x, struct dw_str line)
{
	if (line.n > 3 && line.p[0] == '5' && line.p[1] == '5' && line.p[3] == ' ')
		x->n_refused++;
}
