/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_FILES_INT_H
#define DW_NET_FILES_INT_H
/* What files.c (finding and answering) and files_page.c (templates) share. */
#include "base/buf.h"
#include "net/files.h"

#define FILES_HASH_CHARS 16
#define FILES_NONCE_CHARS 32
#define FILES_POLICY_MAX 1024 /* a policy with its nonces */

struct dw_files {
	char *dir; /* NULL: embedded */
	char *csp;
	const struct dw_clock *clock;
};

/* One file as found. */
struct files_found {
	struct dw_str data;
	struct dw_str twin; /* gzip; empty when there is none */
	char *owned;	    /* to free; dir mode */
	char hash[65];
};

/** Fills *out (to be freed through out->owned); false when there is no such file. */
bool files_find(const struct dw_files *f, struct dw_str name, struct files_found *out);
/** Append the hashed address of a file; DW_ENOTFOUND when there is none. */
DW_MUST_USE int files_add_asset(const struct dw_files *f, struct dw_str name,
				struct dw_buf *out);
/** Thousandths of "q=0.8"; 1000 when nothing is said, 0 when it makes no sense. */
unsigned files_weight(struct dw_str parameter);
/** Answer with a page: the template with its holes filled in. */
void files_reply_page(struct dw_files *f, struct dw_http_req *req,
		      const struct files_found *file);

#endif
