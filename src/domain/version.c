/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * version.c - the bytes that a digest is taken of, and those that are signed.
 *
 * Both begin with a line that says what they are, so that one is never taken for the other, nor
 * what was signed in a drill for what was signed in earnest. Every field but the last has a line
 * of its own and may hold no line break: two different versions cannot spell the same bytes.
 * Expiry and nonce are signed as the request spells them; nothing has to be written twice the same.
 *
 * Rejected: a digest of JSON, which has as many spellings as libraries.
 */
#include "domain/version.h"

#include "base/merkle.h"

#define DIGEST_BYTES_MAX (1u << 20)

static bool is_line(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return s.n > 0;
}

static int add_line(struct dw_buf *b, struct dw_str s)
{
	int rc;

	if (!is_line(s))
		return DW_EINVAL;
	rc = dw_buf_add(b, s.p, s.n);
	return rc < 0 ? rc : dw_buf_addc(b, '\n');
}

static int add_lines(struct dw_buf *b, const struct dw_str *line, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = add_line(b, line[i]);
	return rc;
}

static void sha256_hex(struct dw_str s, char out[DW_DIGEST_HEX])
{
	uint8_t hash[DW_HASH_SIZE];

	dw_sha256(hash, s.n > 0 ? s.p : "", s.n);
	dw_hex(out, hash, sizeof(hash));
}

int dw_version_digest(const struct dw_version *v, char out[DW_DIGEST_HEX])
{
	const struct dw_str line[] = { DW_STR("diwan-version-v1"), v->lang, v->channel,
				       v->audience };
	struct dw_buf b;
	int rc;

	dw_buf_init(&b, DIGEST_BYTES_MAX);
	rc = add_lines(&b, line, sizeof(line) / sizeof(line[0]));
	if (rc == 0)
		rc = dw_buf_add(&b, v->text.p, v->text.n);
	if (rc == 0)
		sha256_hex(dw_buf_str(&b), out);
	dw_buf_fini(&b);
	return rc;
}

static bool is_digest(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
		      (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == DW_DIGEST_HEX - 1;
}

static int add_number(struct dw_buf *b, uint64_t n)
{
	int rc = dw_buf_addu(b, n);

	return rc < 0 ? rc : dw_buf_addc(b, '\n');
}

static int write_verdict(const struct dw_signed_verdict *v, struct dw_buf *b)
{
	char reason[DW_DIGEST_HEX];
	const struct dw_str head[] = { v->is_drill ? DW_STR("diwan-drill-verdict-v1")
						   : DW_STR("diwan-verdict-v1"),
				       v->origin };
	const struct dw_str tail[] = { v->digest, v->verdict,
				       dw_str_make(reason, sizeof(reason) - 1),
				       v->expires, v->nonce };
	int rc = add_lines(b, head, sizeof(head) / sizeof(head[0]));

	sha256_hex(v->reason, reason);
	if (rc == 0)
		rc = add_number(b, v->incident);
	if (rc == 0)
		rc = add_number(b, v->statement);
	return rc < 0 ? rc : add_lines(b, tail, sizeof(tail) / sizeof(tail[0]));
}

int dw_signed_verdict_bytes(const struct dw_signed_verdict *v, struct dw_buf *out)
{
	struct dw_buf b;
	int rc;

	if (!is_digest(v->digest))
		return DW_EINVAL;
	dw_buf_init(&b, DW_SIGNED_MAX);
	rc = write_verdict(v, &b);
	if (rc == 0)
		rc = dw_buf_add(out, b.p, b.len);
	dw_buf_fini(&b);
	return rc;
}
