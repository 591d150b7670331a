/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_COURIER_INT_H
#define DW_COURIER_INT_H
/* Between who carries (courier.c), what a post looks like (webhook.c) and a mail (smtp.c, mime.c). */
#include "link/courier.h"
#include "link/fetch.h"

/* ---- webhook.c ---- */

#define SIGNATURE_ROOM 100

/** "t=SECONDS,v1=HEX": HMAC-SHA-256 of "SECONDS.body" under the secret's text. Returns out. */
const char *webhook_sign(char out[SIGNATURE_ROOM], const char *secret, int64_t at_s,
			 struct dw_str body);
/** Set what is sent: the lines of the head lie in the delivery's arena. */
void webhook_fill(struct dw_fetch *x, const struct dw_delivery *d, int64_t now);

/* ---- smtp.c ---- */

/* The settings of mail, taken apart. */
struct smtp {
	char *url, *user, *password;
	char *name, *from; /* name NULL: none */
	bool needs_tls;
};

/** DW_EINVAL: the text says which setting is wrong. */
DW_MUST_USE int smtp_open(struct smtp *s, const struct dw_courier_conf *conf,
			  struct dw_err *err);
void smtp_fini(struct smtp *s);
/** Subject and body of a mail about it, into the delivery's arena. */
void smtp_words(const struct dw_delivery *d, struct dw_str *subject, struct dw_str *body);
/** Set what is sent; way, and what is in the delivery's arena, must stay. */
DW_MUST_USE int smtp_fill(struct dw_fetch *x, struct dw_mail_way *way,
			  struct dw_buf *message, const struct smtp *s,
			  const struct dw_delivery *d, int64_t now);

/* ---- mime.c ---- */

struct mime { /* all UTF-8; p == NULL is absent */
	const char *name, *from;
	const struct dw_str *to;
	size_t n_to;
	struct dw_str subject, lang, text, id; /* id: left of the @ in Message-ID */
	int64_t date;
};

/** A message with CRLF ends. DW_ETOOBIG. */
DW_MUST_USE int mime_write(struct dw_buf *out, const struct mime *m);

#endif
