/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_COURIER_H
#define DW_LINK_COURIER_H
/* Carries what is published to its outlets: posts to webhooks, mail to a mail server. */
#include "engine/outbox.h"

struct dw_courier;

struct dw_courier_conf { /* copied, with its texts */
	struct dw_engine *engine;
	struct dw_loop *loop;
	unsigned timeout_s;    /* of one try; 0: 30 */
	bool may_post_private; /* to addresses that are not of the public Internet */
	const char *smtp_url; /* "smtp://HOST:PORT", "smtps://…"; NULL or "": no mail */
	const char *smtp_from;		       /* "Name <address>", or an address */
	const char *smtp_user, *smtp_password; /* NULL or "": without */
};

/** Starts carrying: is the carrier of the engine's outbox from now on. DW_EINVAL: the mail settings. */
DW_MUST_USE int dw_courier_create(struct dw_courier **out,
				  const struct dw_courier_conf *conf, struct dw_err *err);
/** Carries nothing any more. What is on its way is broken off, and leaves again after the next start. */
void dw_courier_stop(struct dw_courier *c);
/** Requires: stopped, the engine is open. cb when all is done, and it is gone. */
void dw_courier_close(struct dw_courier *c, void (*cb)(void *data), void *data);

#endif
