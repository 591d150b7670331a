/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * smtp.c - a statement by mail: the settings, the words, and the way to the mail server.
 *
 * The mail server is the operator's own and may be at any address. Beyond this machine it must speak TLS,
 * from the start (smtps) or by STARTTLS; a password is never sent without.
 */
#include "base/arena.h"
#include "courier_int.h"

#include <stdlib.h>

/* ---- settings ---- */

static char *copy(struct dw_str s)
{
	char *z = strndup(s.p, s.n);

	DW_INVARIANT(z != NULL);
	return z;
}

/* "Name <address>" or an address. */
static int open_from(struct smtp *s, const char *from, struct dw_err *err)
{
	struct dw_str all = dw_str_trim(dw_str_of(from)), address = all,
		      name = { NULL, 0 };
	const char *open = all.n > 0 ? memchr(all.p, '<', all.n) : NULL;

	if (open != NULL && all.p[all.n - 1] == '>') {
		name = dw_str_trim(dw_str_make(all.p, (size_t)(open - all.p)));
		address = dw_str_make(open + 1, (size_t)(all.p + all.n - open) - 2);
	}
	if (!dw_mail_address_is_valid(address) || (name.n > 0 && !dw_utf8_valid(name)))
		return dw_fail(err, DW_EINVAL,
			       "smtp_from must be a mail address in ASCII, perhaps as "
			       "Name <address>");
	s->from = copy(address);
	s->name = name.n > 0 ? copy(name) : NULL;
	return 0;
}

static bool is_this_machine(struct dw_str host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (dw_str_starts(host, dw_str_of(names[i])) &&
		    (host.n == n || host.p[n] == ':'))
			return true;
	}
	return false;
}

/* What we are called towards the mail server is the part behind the host. */
static int open_url(struct smtp *s, const char *url, struct dw_err *err)
{
	struct dw_buf b;
	int rc;

	dw_buf_init(&b, DW_FETCH_URL_MAX);
	rc = dw_buf_addf(&b, "%s/%s", url, strchr(s->from, '@') + 1);
	if (rc == 0)
		s->url = copy(dw_buf_str(&b));
	dw_buf_fini(&b);
	s->needs_tls = !is_this_machine(dw_outlet_host(dw_str_of(url)));
	return rc < 0 ? dw_fail(err, DW_EINVAL, "smtp_url is too long") : 0;
}

int smtp_open(struct smtp *s, const struct dw_courier_conf *conf, struct dw_err *err)
{
	int rc;

	memset(s, 0, sizeof(*s));
	if (conf->smtp_url == NULL || conf->smtp_url[0] == '\0')
		return 0;
	rc = open_from(s, conf->smtp_from != NULL ? conf->smtp_from : "", err);
	if (rc == 0)
		rc = open_url(s, conf->smtp_url, err);
	if (rc < 0 || conf->smtp_user == NULL || conf->smtp_user[0] == '\0')
		return rc;
	s->user = copy(dw_str_of(conf->smtp_user));
	s->password =
		copy(dw_str_of(conf->smtp_password != NULL ? conf->smtp_password : ""));
	return 0;
}

void smtp_fini(struct smtp *s)
{
	if (s->password != NULL)
		explicit_bzero(s->password, strlen(s->password));
	free(s->url);
	free(s->user);
	free(s->password);
	free(s->name);
	free(s->from);
	memset(s, 0, sizeof(*s));
}

/* ---- words ---- */

static const struct words {
	const char *lang, *correction, *withdrawn, *withdrawal;
} languages[] = {
	{ "ar", "تصحيح", "سُحب", "سُحب هذا البيان ولم يعد ساريًا." },
	{ "fa", "اصلاحیه", "پس گرفته شد", "این بیانیه پس گرفته شد و دیگر معتبر نیست." },
	{ "en", "Correction", "Withdrawn",
	  "This statement has been withdrawn and no longer stands." },
};

static const struct words *words_of(struct dw_str lang)
{
	size_t n = sizeof(languages) / sizeof(languages[0]);

	for (size_t i = 0; i < n; i++)
		if (lang.n >= 2 && memcmp(lang.p, languages[i].lang, 2) == 0 &&
		    (lang.n == 2 || lang.p[2] == '-'))
			return &languages[i];
	return &languages[n - 1];
}

#define S(s) (int)(s).n, (s).p != NULL ? (s).p : ""

void smtp_words(const struct dw_delivery *d, struct dw_str *subject, struct dw_str *body)
{
	const struct words *w = words_of(d->lang);
	const char *mark = d->is_withdrawal   ? w->withdrawn
			   : d->is_correction ? w->correction
					      : NULL;
	const char *behind = d->page.p != NULL ? "\n\n" : "";

	*subject = mark != NULL ? dw_arena_printf(d->arena, "%s: %.*s", mark, S(d->title))
				: d->title;
	if (d->is_withdrawal)
		*body = dw_arena_printf(d->arena, "%s\n\n%.*s\n\n%.*s%s%.*s",
					w->withdrawal, S(d->title), S(d->reason), behind,
					S(d->page));
	else if (mark != NULL && d->reason.p != NULL)
		*body = dw_arena_printf(d->arena, "%s: %.*s\n\n%.*s%s%.*s", mark,
					S(d->reason), S(d->text), behind, S(d->page));
	else
		*body = dw_arena_printf(d->arena, "%.*s%s%.*s", S(d->text), behind,
					S(d->page));
}

int smtp_fill(struct dw_fetch *x, struct dw_mail_way *way, struct dw_buf *message,
	      const struct smtp *s, const struct dw_delivery *d, int64_t now)
{
	struct mime m = { .name = s->name,
			  .from = s->from,
			  .to = d->to,
			  .n_to = d->n_to,
			  .lang = d->lang,
			  .id = dw_str_of(d->key),
			  .date = now };
	int rc;

	smtp_words(d, &m.subject, &m.text);
	rc = mime_write(message, &m);
	*way = (struct dw_mail_way){ .from = s->from,
				     .to = d->to,
				     .n_to = d->n_to,
				     .user = s->user,
				     .password = s->password,
				     .needs_tls = s->needs_tls,
				     .is_lenient = d->is_lenient };
	x->url = s->url;
	x->body = dw_buf_str(message);
	x->mail = way;
	return rc;
}
