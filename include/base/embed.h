/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_EMBED_H
#define DW_BASE_EMBED_H
/*
 * The files of schema/ and of the built pages, carried inside the program. A name is the path
 * in the source tree ("schema/journal/001_init.sql") or that of a page's file ("static/app.css");
 * text of the web (css, js, html, svg, json, txt) has a gzip twin beside it under NAME.gz.
 */
#include <stddef.h>

struct dw_embed {
	const char *name; /* as above, '/' between parts */
	const unsigned char
		*data;		  /* the bytes; a NUL that `len` does not count follows */
	size_t len;		  /* number of bytes */
	unsigned char sha256[32]; /* of the bytes */
};

/** Number of files. */
size_t dw_embed_count(void);

/**
 * The i-th file; files are in byte order of their names, so that numbered migrations come
 * in order and a folder's files follow each other. Lives as long as the program.
 * Requires: i < dw_embed_count().
 */
const struct dw_embed *dw_embed_at(size_t i);

/** The file of exactly that name, or NULL. */
const struct dw_embed *dw_embed_find(const char *name);

#endif
