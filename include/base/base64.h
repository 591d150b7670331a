/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_BASE64_H
#define DW_BASE_BASE64_H
/* base64url without padding (RFC 4648, section 5): how keys and signatures are spelled. */
#include "base/str.h"

/** Room that n bytes need, with a NUL. */
#define DW_BASE64_ROOM(n) (((n)*4 + 2) / 3 + 2)

/** Returns `out`, which has DW_BASE64_ROOM(n) bytes. */
const char *dw_base64(char *out, const void *p, size_t n);
/** Exactly n bytes, spelled as dw_base64 does and in no other way; false else. */
DW_MUST_USE bool dw_base64_parse(void *out, size_t n, struct dw_str text);

#endif
