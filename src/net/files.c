/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * files.c - the pages, scripts and pictures of the UI.
 *
 * The bytes are part of the program; with a folder instead they are read anew for each request,
 * so that an edit shows at the next reload. Both ways a file is looked up by its bare name and
 * nothing else: there are no paths here that could climb.
 *
 * Three kinds of answer. An asset is asked for under its hash, so it may be kept for a year, and
 * a page that was loaded before an upgrade never mixes old and new. The hash is ours, put between
 * stem and extension when a page is written; or that of the bundler, which stands in the file's
 * name where one script asks for another (app-JX5WQ2LK.js). A page is a template (files_page.c)
 * and is never stored. Everything else has an ETag.
 *
 * Only assets and plain files are compressed (by the build, once). Pages carry a secret, the
 * nonce, beside text that others may influence; those are not (BREACH).
 */
#include "files_int.h"
#include "net_int.h"

#include "base/embed.h"
#include "base/merkle.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (16u * 1024 * 1024)

static bool is_policy(const char *csp)
{
	size_t n = strlen(csp), holes = 0;

	for (const char *p = strchr(csp, '%'); p != NULL; p = strchr(p + 2, '%')) {
		if (p[1] != 's')
			return false;
		holes++;
	}
	return holes > 0 && n + holes * (FILES_NONCE_CHARS - 2) < FILES_POLICY_MAX;
}

int dw_files_create(struct dw_files **out, const char *dir, const char *csp,
		    const struct dw_clock *clock, struct dw_err *err)
{
	struct dw_files *f;

	if (csp != NULL && !is_policy(csp))
		return dw_fail(
			err, DW_EINVAL,
			"the CSP needs %%s for the nonce and no other %%, and must "
			"be shorter than %d bytes with it",
			FILES_POLICY_MAX);
	f = calloc(1, sizeof(*f));
	DW_INVARIANT(f != NULL);
	f->dir = dir != NULL ? strdup(dir) : NULL;
	f->csp = csp != NULL ? strdup(csp) : NULL;
	DW_INVARIANT((dir == NULL || f->dir != NULL) && (csp == NULL || f->csp != NULL));
	f->clock = clock;
	*out = f;
	return 0;
}

void dw_files_destroy(struct dw_files *f)
{
	if (f == NULL)
		return;
	free(f->dir);
	free(f->csp);
	free(f);
}

/* ---- finding ---- */

/* Letters, digits, dot, hyphen, underscore; no dot in front: nothing that could be a path. */
static bool is_plain_name(struct dw_str name)
{
	if (name.n == 0 || name.n > 100 || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!isalnum((unsigned char)c) && c != '.' && c != '-' && c != '_')
			return false;
	}
	return true;
}

static bool read_whole(FILE *in, struct files_found *out)
{
	long size;

	if (fseek(in, 0, SEEK_END) < 0 || (size = ftell(in)) < 0 ||
	    size > (long)FILE_MAX || fseek(in, 0, SEEK_SET) < 0)
		return false;
	out->owned = malloc((size_t)size + 1);
	DW_INVARIANT(out->owned != NULL);
	out->data = dw_str_make(out->owned, fread(out->owned, 1, (size_t)size, in));
	if (out->data.n == (size_t)size)
		return true;
	free(out->owned);
	out->owned = NULL;
	return false;
}

static bool find_in_dir(const char *dir, const char *name, struct files_found *out)
{
	uint8_t digest[DW_HASH_SIZE];
	char path[1024];
	FILE *in;
	bool ok;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	in = fopen(path, "rbe");
	if (in == NULL)
		return false;
	ok = read_whole(in, out);
	fclose(in);
	if (!ok)
		return false;
	dw_sha256(digest, out->data.p, out->data.n);
	dw_hex(out->hash, digest, sizeof(digest));
	return true;
}

static struct dw_str embedded(const char *name, const char *suffix,
			      const struct dw_embed **e)
{
	char path[160];

	snprintf(path, sizeof(path), "static/%s%s", name, suffix);
	*e = dw_embed_find(path);
	return *e != NULL ? dw_str_make((const char *)(*e)->data, (*e)->len)
			  : dw_str_make(NULL, 0);
}

bool files_find(const struct dw_files *f, struct dw_str name, struct files_found *out)
{
	const struct dw_embed *e, *twin;
	char z[128];

	memset(out, 0, sizeof(*out));
	if (!is_plain_name(name))
		return false;
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	if (f->dir != NULL)
		return find_in_dir(f->dir, z, out);
	out->data = embedded(z, "", &e);
	if (e == NULL)
		return false;
	dw_hex(out->hash, e->sha256, sizeof(e->sha256));
	out->twin = embedded(z, ".gz", &twin);
	return true;
}

/* ---- answering ---- */

static const char *type_of(struct dw_str name)
{
	static const struct {
		const char *ext, *type;
	} table[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".map", "application/json" },
		{ ".webmanifest", "application/manifest+json" },
		{ ".svg", "image/svg+xml; charset=utf-8" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".png", "image/png" },
		{ ".webp", "image/webp" },
		{ ".jpg", "image/jpeg" },
		{ ".ico", "image/x-icon" },
		{ ".woff2", "font/woff2" },
		{ ".ttf", "font/ttf" },
		{ ".mp3", "audio/mpeg" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = strlen(table[i].ext);

		if (name.n > n && memcmp(name.p + name.n - n, table[i].ext, n) == 0)
			return table[i].type;
	}
	return "application/octet-stream";
}

/* "gzip" in the list, and not with q=0. */
static bool takes_gzip(const struct dw_http_req *req)
{
	struct dw_str rest = dw_http_header(req, "accept-encoding"), item, name;

	while (dw_str_split(&rest, ',', &item)) {
		if (dw_str_split(&item, ';', &name) &&
		    dw_str_eq_nocase(dw_str_trim(name), DW_STR("gzip")))
			return files_weight(item) > 0;
	}
	return false;
}

static void reply_file(struct dw_http_req *req, const struct files_found *file,
		       struct dw_str name, const char *caching)
{
	bool is_gzip = file->twin.n > 0 && takes_gzip(req);
	char tag[80];

	snprintf(tag, sizeof(tag), "\"%.32s%s\"", file->hash, is_gzip ? "-gz" : "");
	dw_http_set(req, "Cache-Control", dw_str_of(caching));
	dw_http_set(req, "ETag", dw_str_of(tag));
	if (file->twin.n > 0)
		dw_http_set(req, "Vary", DW_STR("Accept-Encoding"));
	if (dw_http_knows(req, dw_str_of(tag))) {
		dw_http_reply(req, 304, NULL, dw_str_make(NULL, 0));
		return;
	}
	if (is_gzip)
		dw_http_set(req, "Content-Encoding", DW_STR("gzip"));
	if (file->owned != NULL)
		dw_http_reply(req, 200, type_of(name), file->data);
	else
		dw_http_reply_lasting(req, 200, type_of(name),
				      is_gzip ? file->twin : file->data);
}

/* Where the extension begins, behind the last dot; 0 without one. */
static size_t ext_at(struct dw_str name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '.')
		at--;
	return at;
}

/* "app.css" with its hash between stem and extension. */
int files_add_asset(const struct dw_files *f, struct dw_str name, struct dw_buf *out)
{
	struct files_found file;
	size_t stem = ext_at(name);
	int rc;

	if (!files_find(f, name, &file))
		return DW_ENOTFOUND;
	free(file.owned);
	if (stem == 0)
		return DW_ENOTFOUND;
	rc = dw_buf_addf(out, "/assets/%.*s%.*s", (int)stem, name.p, FILES_HASH_CHARS,
			 file.hash);
	if (rc == 0)
		rc = dw_buf_addf(out, ".%.*s", (int)(name.n - stem), name.p + stem);
	return rc;
}

int dw_files_address(const struct dw_files *f, struct dw_str name, struct dw_buf *out)
{
	return files_add_asset(f, name, out);
}

bool dw_files_is_live(const struct dw_files *f)
{
	return f->dir != NULL;
}

static bool is_page(struct dw_str name)
{
	return name.n > 5 && memcmp(name.p + name.n - 5, ".html", 5) == 0;
}

static void reply_missing(struct dw_http_req *req)
{
	dw_exchange_refuse(dw_exchange_of(req), DW_ENOTFOUND, "there is no such file");
}

void dw_files_reply(struct dw_files *f, struct dw_http_req *req, const char *name)
{
	struct dw_str n = dw_str_of(name);
	struct files_found file;

	if (!files_find(f, n, &file)) {
		reply_missing(req);
		return;
	}
	if (is_page(n))
		files_reply_page(f, req, &file);
	else
		reply_file(req, &file, n, "no-cache");
	free(file.owned);
}

/* "app.0123456789abcdef.css" into "app.css" (out[128]) and the hash. */
static bool split_asset(struct dw_str name, char *out, struct dw_str *hash)
{
	size_t ext = ext_at(name), at;

	if (name.n > 120 || ext < FILES_HASH_CHARS + 3 ||
	    name.p[ext - FILES_HASH_CHARS - 2] != '.')
		return false;
	at = ext - FILES_HASH_CHARS - 1;
	*hash = dw_str_make(name.p + at, FILES_HASH_CHARS);
	memcpy(out, name.p, at);
	memcpy(out + at, name.p + ext, name.n - ext);
	out[at + name.n - ext] = '\0';
	return true;
}

/* A name with the bundler's hash in it: "-", eight of A-Z and 2-7, and the extension. */
static bool is_hashed_name(struct dw_str name)
{
	size_t ext = ext_at(name);

	if (ext < 11 || name.p[ext - 10] != '-')
		return false;
	for (size_t i = ext - 9; i < ext - 1; i++) {
		char c = name.p[i];

		if ((c < 'A' || c > 'Z') && (c < '2' || c > '7'))
			return false;
	}
	return true;
}

/* Is it there under this address? Fills *file (to be freed) and the plain name (out[128]). */
static bool find_asset(const struct dw_files *f, struct dw_str name,
		       struct files_found *file, char *plain)
{
	struct dw_str hash;

	if (split_asset(name, plain, &hash) && files_find(f, dw_str_of(plain), file)) {
		if (dw_str_eq(hash, dw_str_make(file->hash, FILES_HASH_CHARS)))
			return true;
		free(file->owned);
	}
	if (name.n > 120 || !is_hashed_name(name) || !files_find(f, name, file))
		return false;
	memcpy(plain, name.p, name.n);
	plain[name.n] = '\0';
	return true;
}

void dw_files_reply_asset(struct dw_files *f, struct dw_http_req *req, struct dw_str name)
{
	struct files_found file;
	char plain[128];

	if (!find_asset(f, name, &file, plain)) {
		reply_missing(req);
		return;
	}
	/* A page as an asset would be a page without its policy. */
	if (is_page(dw_str_of(plain)))
		reply_missing(req);
	else
		reply_file(req, &file, dw_str_of(plain),
			   "public, max-age=31536000, immutable");
	free(file.owned);
}
