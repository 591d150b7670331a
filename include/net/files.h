/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_FILES_H
#define DW_NET_FILES_H
/*
 * Static files: from the binary, or from a folder while developing. A page (.html) is a
 * template: {{nonce}} becomes a fresh CSP nonce, {{lang}}, {{dir}} and {{theme}} what the reader
 * chose, {{asset:NAME}} the hashed address of a file. /assets/NAME.HASH.EXT, and a file whose name
 * has the bundler's hash, is immutable for a year; everything else has an ETag and revalidates.
 * gzip twins are sent to whoever accepts them.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "net/http.h"

struct dw_files;

/** dir NULL: the embedded files under "static/". csp: with %s where the nonce goes, or NULL. */
DW_MUST_USE int dw_files_create(struct dw_files **out, const char *dir, const char *csp,
				const struct dw_clock *clock, struct dw_err *err);
void dw_files_destroy(struct dw_files *f);
/** Add the hashed address of a file; DW_ENOTFOUND when there is none. */
DW_MUST_USE int dw_files_address(const struct dw_files *f, struct dw_str name,
				 struct dw_buf *out);
/** May a file become another while we serve, so that its address may not be kept? */
bool dw_files_is_live(const struct dw_files *f);
/** Which of en, ar and fa a browser asks for most, whatever a cookie says: "en" when none. */
const char *dw_files_language(const struct dw_http_req *req);
/** Answer with the file at `name` ("index.html", "robots.txt"), 404 when there is none. */
void dw_files_reply(struct dw_files *f, struct dw_http_req *req, const char *name);
/** Answer GET /assets/{name}: checks the hash, 404 otherwise. */
void dw_files_reply_asset(struct dw_files *f, struct dw_http_req *req,
			  struct dw_str name);

#endif
