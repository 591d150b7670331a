/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * transfer.c - one request to a stranger, and everything that it may not do. What a POST and a mail have
 * besides is in sending.c.
 *
 *  (1) http and https only, also after a redirect; five redirects; no user name in an address,
 *      no cookies, no .netrc, no proxy from the environment: what is asked is what was configured.
 *  (2) The address is looked at when the socket is made (link/address.c).
 *  (3) Certificates are checked, TLS is 1.2 at least.
 *  (4) Time: for connecting, for the whole, and for standing still. Size: of the head, of the
 *      body as it comes and after gzip was undone, so that a small bomb stays small.
 *  (5) What the other side sends ends up in our texts only as ASCII.
 */
#include "fetch_int.h"

#include "link/address.h"

#include <stdio.h>
#include <unistd.h>

#define TIMEOUT_S 60
#define BYTES_MAX (8u * 1024 * 1024)
#define HEAD_MAX (64u * 1024)
#define REDIRECTS_MAX 5L
#define RETRY_AFTER_MAX 86400

static uint64_t max_bytes(const struct dw_fetch *x)
{
	return x->fetcher->conf.max_bytes != 0 ? x->fetcher->conf.max_bytes : BYTES_MAX;
}

static long timeout_s(const struct dw_fetch *x)
{
	unsigned s = x->fetcher->conf.timeout_s;

	return s != 0 ? (long)s : TIMEOUT_S;
}

/* ---- what libcurl calls ---- */

static curl_socket_t on_open_socket(void *data, curlsocktype purpose,
				    struct curl_sockaddr *a)
{
	struct dw_fetch *x = data;
	const struct dw_fetcher_conf *conf = &x->fetcher->conf;
	bool (*may_ask)(const struct sockaddr *) =
		conf->may_ask != NULL ? conf->may_ask : dw_address_is_public;

	(void)purpose;
	if (!may_ask(&a->addr)) {
		x->is_refused = true;
		dw_address_text(&a->addr, x->refused);
		if (conf->refused != NULL)
			++*conf->refused;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* "name: value" with that name, in any case: the value, else {NULL,0}. */
static struct dw_str value_of(struct dw_str line, const char *name)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' ||
	    !dw_str_eq_nocase(dw_str_make(line.p, n), dw_str_make(name, n)))
		return dw_str_make(NULL, 0);
	return dw_str_trim(dw_str_make(line.p + n + 1, line.n - n - 1));
}

/* Keep a value that is short and printable; another is as good as none. */
static void keep(struct dw_str value, char *out, size_t size)
{
	out[0] = '\0';
	if (value.n >= size)
		return;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~')
			return;
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
}

/* The charset of "text/xml; charset=utf-8". */
static void keep_charset(struct dw_fetch *x, struct dw_str type)
{
	struct dw_str part;

	x->charset[0] = '\0';
	while (dw_str_split(&type, ';', &part)) {
		part = dw_str_trim(part);
		if (part.n <= 8 ||
		    !dw_str_eq_nocase(dw_str_make(part.p, 8), DW_STR("charset=")))
			continue;
		part = dw_str_make(part.p + 8, part.n - 8);
		if (part.n > 2 && part.p[0] == '"' && part.p[part.n - 1] == '"')
			part = dw_str_make(part.p + 1, part.n - 2);
		keep(part, x->charset, sizeof(x->charset));
	}
}

/* A new answer begins ("HTTP/1.1 301 …"): what the one before said means nothing. */
static void begin_answer(struct dw_fetch *x, struct dw_str line)
{
	struct dw_str version, status = { NULL, 0 };
	uint64_t n = 0;

	if (!dw_str_split(&line, ' ', &version) || !dw_str_split(&line, ' ', &status) ||
	    dw_str_u64(status, &n) < 0)
		n = 0;
	x->status = n < 1000 ? (long)n : 0;
	x->new_etag[0] = x->new_last_modified[0] = x->charset[0] = '\0';
	if (n >= 300 && n < 400 && n != 304) {
		x->has_redirect = true;
		x->is_temporary = x->is_temporary || (n != 301 && n != 308);
	}
}

static size_t on_header(char *p, size_t size, size_t n, void *data)
{
	struct dw_fetch *x = data;
	struct dw_str line = { p, size * n }, v;

	x->head_bytes += line.n;
	if (x->head_bytes > HEAD_MAX) {
		x->is_too_big = true;
		return 0;
	}
	if (x->mail != NULL) {
		sending_line(x, line);
		return size * n;
	}
	while (line.n > 0 && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (dw_str_starts(line, DW_STR("HTTP/")))
		begin_answer(x, line);
	if ((v = value_of(line, "etag")).p != NULL)
		keep(v, x->new_etag, sizeof(x->new_etag));
	else if ((v = value_of(line, "last-modified")).p != NULL)
		keep(v, x->new_last_modified, sizeof(x->new_last_modified));
	else if ((v = value_of(line, "content-type")).p != NULL)
		keep_charset(x, v);
	return size * n;
}

static void take_final_url(struct dw_fetch *x)
{
	char *url = NULL;

	(void)curl_easy_getinfo(x->easy, CURLINFO_EFFECTIVE_URL, &url);
	keep(dw_str_of(url != NULL ? url : ""), x->final_url, sizeof(x->final_url));
}

static size_t on_write(char *p, size_t size, size_t n, void *data)
{
	struct dw_fetch *x = data;

	if (!x->has_begun) {
		x->has_begun = true;
		take_final_url(x);
	}
	x->bytes += size * n;
	if (x->body.p != NULL) { /* the status is all that is wanted */
		x->is_broken_off = x->bytes > max_bytes(x);
		return x->is_broken_off ? 0 : size * n;
	}
	if (x->fetcher->conf.bytes != NULL)
		*x->fetcher->conf.bytes += size * n;
	if (x->bytes > max_bytes(x)) {
		x->is_too_big = true;
		return 0;
	}
	if (x->status != 200)
		return size * n;
	if (x->on_body(x, dw_str_make(p, size * n)) < 0) {
		x->is_broken_off = true;
		return 0;
	}
	return size * n;
}

/* What came over the wire, before any decoding: it may decode to nothing for ever. */
static int on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up)
{
	struct dw_fetch *x = data;

	(void)total, (void)up_total, (void)up;
	if (x->body.p != NULL)
		return 0;
	if (now >= 0 && (uint64_t)now <= max_bytes(x))
		return 0;
	x->is_too_big = true;
	return 1;
}

/* ---- opening ---- */

static struct curl_slist *headers_of(const struct dw_fetch *x)
{
	struct curl_slist *list;
	char line[1100];

	list = curl_slist_append(NULL,
				 "Accept: application/rss+xml, application/atom+xml, "
				 "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1");
	if (x->etag != NULL) {
		snprintf(line, sizeof(line), "If-None-Match: %s", x->etag);
		list = curl_slist_append(list, line);
	}
	if (x->last_modified != NULL) {
		snprintf(line, sizeof(line), "If-Modified-Since: %s", x->last_modified);
		list = curl_slist_append(list, line);
	}
	return list;
}

static void set_limits(const struct dw_fetch *x, CURL *h)
{
	long s = timeout_s(x);

	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, s < 10 ? s : 10L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, s);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 10L);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, s < 20 ? s : 20L);
	curl_easy_setopt(h, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)max_bytes(x));
	curl_easy_setopt(h, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
}

void transfer_open(struct dw_fetch *x)
{
	CURL *h = curl_easy_init();

	DW_INVARIANT(h != NULL);
	x->easy = h;
	set_limits(x, h);
	curl_easy_setopt(h, CURLOPT_URL, x->url);
	if (x->body.p != NULL) {
		sending_open(x);
	} else {
		x->headers = headers_of(x);
		curl_easy_setopt(h, CURLOPT_USERAGENT,
				 "diwan/" DW_VERSION " (feed reader)");
	}
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, (struct curl_slist *)x->headers);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, x->text);
	curl_easy_setopt(h, CURLOPT_PRIVATE, x);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_write);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(h, CURLOPT_XFERINFODATA, x);
}

void transfer_close(struct dw_fetch *x)
{
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	sending_close(x);
	x->easy = NULL;
	x->headers = NULL;
}

/* ---- what came of it ---- */

/* libcurl's words for it, made ASCII. */
static int quote(struct dw_fetch *x, CURLcode code)
{
	const char *text = x->text[0] != '\0' ? x->text : curl_easy_strerror(code);
	char plain[sizeof(x->text)];
	size_t n = 0;

	for (; text[n] != '\0' && n + 1 < sizeof(plain); n++)
		plain[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	plain[n] = '\0';
	return dw_fail(&x->err, DW_EUNAVAILABLE, "%s", plain);
}

static int explain(struct dw_fetch *x, CURLcode code)
{
	if (x->is_too_big)
		return dw_fail(&x->err, DW_ETOOBIG,
			       "the answer is larger than %llu KiB, which is the most",
			       (unsigned long long)(max_bytes(x) >> 10));
	if (x->is_refused && code == CURLE_COULDNT_CONNECT)
		return dw_fail(&x->err, DW_EFORBIDDEN,
			       "it leads to %s, which is no public address; "
			       "%s lets such be asked",
			       x->refused,
			       x->fetcher->conf.setting != NULL
				       ? x->fetcher->conf.setting
				       : "allow_private_sources");
	switch ((int)code) {
	case CURLE_OPERATION_TIMEDOUT:
		return dw_fail(&x->err, DW_ETIMEDOUT,
			       x->status == 0 ? "there was no answer within %ld seconds"
					      : "the answer was not whole within %ld "
						"seconds, or stood still",
			       timeout_s(x));
	case CURLE_TOO_MANY_REDIRECTS:
		return dw_fail(&x->err, DW_EUNAVAILABLE,
			       "it redirects more than %ld times", REDIRECTS_MAX);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return dw_fail(&x->err, DW_EFORBIDDEN,
			       "it leads to something that is neither http nor https");
	case CURLE_FILESIZE_EXCEEDED:
		x->is_too_big = true;
		return explain(x, code);
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		return dw_fail(&x->err, DW_EUNAVAILABLE, "the answer broke off");
	case CURLE_BAD_CONTENT_ENCODING:
		return dw_fail(&x->err, DW_EUNAVAILABLE,
			       "its compression cannot be undone");
	default:
		return quote(x, code);
	}
}

void transfer_result(struct dw_fetch *x, CURLcode code)
{
	curl_off_t after = 0;
	long status = 0;

	(void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	x->status = status;
	if (x->final_url[0] == '\0' || code == CURLE_OK)
		take_final_url(x);
	if (curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &after) == CURLE_OK &&
	    after > 0)
		x->retry_after_s = after < RETRY_AFTER_MAX ? after : RETRY_AFTER_MAX;
	x->is_moved = x->has_redirect && !x->is_temporary && x->final_url[0] != '\0';
	x->rc = code == CURLE_OK || x->is_broken_off ? 0 : explain(x, code);
}
