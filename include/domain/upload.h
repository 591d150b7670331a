/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_UPLOAD_H
#define DW_DOMAIN_UPLOAD_H
/* What a file is, and what it may be called: told from its bytes, and from what a stranger says. */
#include "base/str.h"

#define DW_FILE_MAX (20u * 1024 * 1024) /* bytes of one file */
#define DW_FILE_NAME_MAX 200		/* characters */
#define DW_FILE_NAME_BYTES (4 * DW_FILE_NAME_MAX + 1)
#define DW_MEDIA_MAX 100

/** "image/png", …, of a raster image that a browser shows, by its first bytes; NULL: it is none. */
const char *dw_image_type(struct dw_str head);
/** Is it one of those? */
bool dw_is_image_type(struct dw_str media);
/**
 * The media type of a file: what its bytes say; else what its sender said, when that is a type and
 * claims no image; else application/octet-stream. Into out[DW_MEDIA_MAX + 1], lower case, without
 * parameters.
 */
struct dw_str dw_file_media(struct dw_str head, struct dw_str said, char *out);
/**
 * The name that a file is kept under: the last part of a path, without control characters, without
 * those that turn text around, and no longer than DW_FILE_NAME_MAX. Into out[DW_FILE_NAME_BYTES].
 *
 * Requires: valid UTF-8.
 */
struct dw_str dw_file_name(struct dw_str said, char *out);
/** As the value of filename* (RFC 8187) into out[3 * name.n + 8]. */
struct dw_str dw_file_name_star(struct dw_str name, char *out);

#endif
