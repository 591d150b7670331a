/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_password.c - Argon2id, on the pool that does nothing else.
 *
 * 64 MiB and three passes, at most two at a time: the bound of memory is the bound of the pool.
 * Sixteen more may wait; beyond that callers are told to come back. Nobody can tell from the
 * time taken whether a name exists: an unknown name, a disabled account and one without a
 * password are compared with a hash of the same cost that no password has, and the result is
 * thrown away.
 *
 * A job lies in memory that is locked, guarded and wiped (sodium_malloc): it holds the password
 * in clear from start to answer, and nothing else does.
 */
#include "account_int.h"

#include <stdio.h>

#define PASSWORD_CHARS_MIN 8

struct dw_password_job {
	struct dw_work work;
	struct dw_account_op *op;
	size_t n;
	bool must_verify; /* compare with `stored` first */
	bool is_real;	  /* `stored` is somebody's */
	bool is_right;
	bool is_failed; /* no memory for Argon2id */
	char stored[crypto_pwhash_STRBYTES];
	char made[crypto_pwhash_STRBYTES]; /* "" = not hashed anew */
	char text[DW_PASSWORD_MAX + 1];
};

static size_t memory = 64u * 1024 * 1024;
static unsigned long long passes = 3;

void dw_account_cost_for_tests(size_t memory_bytes, unsigned long long n)
{
	memory = memory_bytes;
	passes = n;
}

int password_check(struct dw_str name, struct dw_str password, struct dw_err *err)
{
	if (!dw_utf8_valid(password) || dw_utf8_count(password) < PASSWORD_CHARS_MIN)
		return dw_fail(
			err, DW_EINVAL,
			"a password has at least %d characters; 15 or more are better",
			PASSWORD_CHARS_MIN);
	if (password.n > DW_PASSWORD_MAX)
		return dw_fail(err, DW_EINVAL, "a password has at most %d bytes",
			       DW_PASSWORD_MAX);
	if (password_is_common(password) || dw_str_eq_nocase(password, name))
		return dw_fail(err, DW_EINVAL,
			       "this password is among the first that anybody would try; "
			       "take another one");
	return 0;
}

/* ---- on the pool ---- */

static void run_on_pool(struct dw_work *w, void *local)
{
	struct dw_password_job *j = DW_CONTAINER_OF(w, struct dw_password_job, work);
	bool must_make = !j->must_verify;

	(void)local;
	if (j->must_verify) {
		j->is_right = crypto_pwhash_str_verify(j->stored, j->text, j->n) == 0 &&
			      j->is_real;
		must_make =
			j->is_right &&
			crypto_pwhash_str_needs_rehash(j->stored, passes, memory) != 0;
	}
	if (must_make && crypto_pwhash_str(j->made, j->text, j->n, passes, memory) != 0) {
		j->made[0] = '\0';
		j->is_failed = !j->must_verify;
	}
	sodium_memzero(j->text, sizeof(j->text));
}

static void on_hashed(struct dw_work *w)
{
	struct dw_password_job *j = DW_CONTAINER_OF(w, struct dw_password_job, work);
	struct dw_account_op *op = j->op;

	memcpy(op->hash, j->made, sizeof(op->hash));
	if (j->is_failed) {
		(void)dw_fail(&op->err, DW_EUNAVAILABLE,
			      "there is no memory to hash a password");
		op_finish(op, DW_EUNAVAILABLE);
		return;
	}
	op->on_password(op);
}

static int submit(struct dw_account_op *op, struct dw_str password, const char *stored,
		  bool is_real)
{
	struct dw_password_job *j = sodium_malloc(sizeof(*j));
	int rc;

	DW_INVARIANT(j != NULL);
	memset(j, 0, sizeof(*j));
	j->op = op;
	j->n = password.n;
	DW_REQUIRE(password.n <= DW_PASSWORD_MAX);
	account_copy(j->text, sizeof(j->text), password);
	if (stored != NULL)
		account_copy(j->stored, sizeof(j->stored), dw_str_of(stored));
	j->must_verify = stored != NULL;
	j->is_real = is_real;
	j->work.run_on_pool = run_on_pool;
	j->work.on_done = on_hashed;
	op->job = j;
	rc = dw_pool_submit(dw_engine_passwords(op->account->engine), &j->work);
	if (rc < 0) {
		op->retry_after_s = 2;
		return dw_fail(&op->err, rc,
			       "too many passwords are being checked; try again");
	}
	return 0;
}

int password_hash(struct dw_account_op *op, struct dw_str password)
{
	return submit(op, password, NULL, false);
}

/* What nobody's password hashes to, at today's cost. */
static const char *nobodys_hash(char out[crypto_pwhash_STRBYTES])
{
	snprintf(out, crypto_pwhash_STRBYTES,
		 "$argon2id$v=19$m=%zu,t=%llu,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
		 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		 memory / 1024, passes);
	return out;
}

int password_verify(struct dw_account_op *op, struct dw_str password, const char *hash)
{
	char none[crypto_pwhash_STRBYTES];

	return submit(op, password, hash != NULL ? hash : nobodys_hash(none),
		      hash != NULL);
}

bool password_was_right(const struct dw_account_op *op)
{
	return op->job != NULL && op->job->is_right;
}

void password_forget(struct dw_account_op *op)
{
	if (op->job != NULL)
		sodium_free(op->job); /* wipes */
	op->job = NULL;
}

/* Twenty characters of 32 that nobody confuses when reading them out: 100 bits. */
void password_generate(struct dw_account_op *op)
{
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789-";
	uint8_t raw[20];

	_Static_assert(sizeof(alphabet) == 33, "five bits each");
	dw_random(dw_engine_clock(op->account->engine), raw, sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i++)
		op->secret[i] = alphabet[raw[i] % 32];
	op->secret[sizeof(raw)] = '\0';
	sodium_memzero(raw, sizeof(raw));
}
