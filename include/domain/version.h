/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_VERSION_H
#define DW_DOMAIN_VERSION_H
/*
 * What an approver says yes to, as bytes: the digest of a version, and what is signed on the device.
 * Both are for ever: what was signed once must be the same bytes in ten years.
 */
#include "base/buf.h"

#define DW_DIGEST_HEX 65 /* with its NUL */

/* All valid UTF-8; only the text may hold control characters. */
struct dw_version {
	struct dw_str lang, channel, audience, text;
};

/**
 * Lower-case hex SHA-256 of "diwan-version-v1", lang, channel and audience, each as a line, and the
 * text. DW_EINVAL: one of the three is empty or no line, so that it could be taken for another.
 */
DW_MUST_USE int dw_version_digest(const struct dw_version *v, char out[DW_DIGEST_HEX]);

struct dw_signed_verdict {
	bool is_drill;
	struct dw_str origin; /* of the log */
	uint64_t incident, statement;
	struct dw_str digest;	      /* as dw_version_digest gave it */
	struct dw_str verdict;	      /* "approve", "reject" … */
	struct dw_str reason;	      /* any text, perhaps none; its SHA-256 is signed */
	struct dw_str expires, nonce; /* as they are in the request */
};

#define DW_SIGNED_MAX 1024

/**
 * Adds the bytes that an approver's device signs: nine lines, each with its LF. DW_EINVAL: a field is
 * empty or no line, or the digest is none. DW_ETOOBIG: over DW_SIGNED_MAX, or `out` is full.
 */
DW_MUST_USE int dw_signed_verdict_bytes(const struct dw_signed_verdict *v,
					struct dw_buf *out);

#endif
