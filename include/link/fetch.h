/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_FETCH_H
#define DW_LINK_FETCH_H
/*
 * Requests to strangers, on the loop: libcurl's multi interface under libuv. A few at a time, the
 * rest wait. A GET, or what is sent: a POST, or a mail. See src/link/fetch.c for what is not let through.
 */
#include "base/str.h"
#include "rt/loop.h"

#define DW_FETCH_URL_MAX 4096

struct dw_fetcher;

struct dw_fetcher_conf {
	struct dw_loop *loop;
	unsigned at_once;   /* transfers; 0: 8 */
	unsigned timeout_s; /* for a whole transfer; 0: 60 */
	uint64_t max_bytes; /* of a body, also after decoding; 0: 8 MiB */
	/* May this address be connected to? NULL: dw_address_is_public. */
	bool (*may_ask)(const struct sockaddr *sa);
	const char *
		setting; /* that lets private ones be asked; NULL: allow_private_sources */
	uint64_t *bytes;   /* counts body bytes; may be NULL */
	uint64_t *refused; /* counts private addresses; may be NULL */
};

/* By which way a mail goes; borrowed as long as the transfer. */
struct dw_mail_way {
	const char *from;	 /* addresses alone */
	const struct dw_str *to; /* NUL-terminated each */
	size_t n_to;
	const char *user, *password; /* NULL: without */
	bool needs_tls;		     /* what does not become TLS is not sent */
	bool is_lenient;	     /* go on when some, not all, of `to` are refused */
};

/** One request. Open because it is embedded in whoever asks; all zero before its fields are set. */
struct dw_fetch {
	/* set by the caller; borrowed until on_done */
	const char *url;
	const char *etag,
		*last_modified;		/* of the answer that is there already, or NULL */
	struct dw_str body;		/* what is sent; p == NULL: a GET */
	const char *const *lines;	/* of a POST's head; ends with NULL */
	const struct dw_mail_way *mail; /* body is a message; else NULL */
	/* The connection is there, nothing was sent: may it? NULL: it may. */
	bool (*may_send)(struct dw_fetch *x);
	/* The next bytes of a body with status 200, decoded. Below 0: enough, break off. */
	int (*on_body)(struct dw_fetch *x, struct dw_str piece);
	/* Once, on a later turn, unless it is cancelled. May start another, or free x. */
	void (*on_done)(struct dw_fetch *x);
	/* results; those of the last answer when there were redirects */
	int rc;		       /* 0: an answer came whole, or on_body broke it off */
	struct dw_err err;     /* valid UTF-8 */
	long status;	       /* of HTTP; 0 = no answer */
	uint64_t bytes;	       /* of the body */
	int64_t retry_after_s; /* 0 = not said */
	bool is_moved;	       /* every redirect on the way was for good */
	char final_url[DW_FETCH_URL_MAX + 1]; /* valid in on_body too */
	char charset[40];		      /* valid in on_body too; "" = not said */
	char new_etag[1001], new_last_modified[101];
	bool is_held;	    /* may_send said no */
	unsigned n_refused; /* addresses that a mail server refused for good */
	/* the fetcher's own */
	size_t sent;
	void *rcpt;
	struct dw_fetcher *fetcher;
	struct dw_link link;
	void *easy, *headers;
	uint64_t head_bytes;
	bool is_temporary, has_redirect, is_refused, is_broken_off, is_too_big, has_begun;
	char refused[64]; /* address */
	char text[256];	  /* libcurl's own words */
};

DW_MUST_USE int dw_fetcher_create(struct dw_fetcher **out,
				  const struct dw_fetcher_conf *conf, struct dw_err *err);
/** Cancels what is in work (on_done never comes); cb on a later turn, then it is gone. */
void dw_fetcher_close(struct dw_fetcher *f, void (*cb)(void *data), void *data);
/** Start, or wait for a place. Requires: not in work. */
void dw_fetch_start(struct dw_fetcher *f, struct dw_fetch *x);
/** Never mind: on_done does not come. Not from within on_body. Fine when not in work. */
void dw_fetch_cancel(struct dw_fetch *x);
/** Is it waiting, or in work? */
bool dw_fetch_is_active(const struct dw_fetch *x);

#endif
