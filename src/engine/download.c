/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * download.c - the bytes of a file from the store.
 *
 * The parts are hashed as they are read: what was altered on disk is not handed out whole.
 */
#include "engine/download.h"

#include "store/kept.h"

static int find(struct dw_download *d, struct dw_db *db, struct dw_err *err)
{
	uint64_t size;
	int rc = dw_kept_find(db, d->sha256, &d->id, &size, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return dw_fail(err, DW_ECORRUPT,
			       "the bytes of this file are not here: run diwan verify");
	if (size != d->size)
		return dw_fail(err, DW_ECORRUPT,
			       "the file has another size than its event says: run diwan "
			       "verify");
	dw_digest_init(&d->digest);
	return 0;
}

static int check(struct dw_download *d, struct dw_err *err)
{
	uint8_t sha256[DW_HASH_SIZE];

	dw_digest_add(&d->digest, d->part->data, d->part->len);
	d->seen += d->part->len;
	d->is_last = d->seen >= d->size;
	if (!d->is_last)
		return 0;
	dw_digest_end(&d->digest, sha256);
	if (d->seen == d->size && memcmp(sha256, d->sha256, sizeof(sha256)) == 0)
		return 0;
	dw_blob_unref(d->part);
	d->part = NULL;
	return dw_fail(err, DW_ECORRUPT, "the file was altered: run diwan verify");
}

int dw_download_next_on_pool(struct dw_download *d, struct dw_reader *r,
			     struct dw_err *err)
{
	struct dw_db *db = r != NULL ? dw_reader_db(r) : NULL;
	int rc;

	DW_REQUIRE(!d->is_last);
	d->part = NULL;
	if (db == NULL)
		return dw_fail(err, DW_EIO, "the file cannot be read");
	if (d->n == 0) {
		rc = find(d, db, err);
		if (rc < 0)
			return rc;
	}
	rc = dw_kept_read(db, d->id, d->n, &d->part, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return dw_fail(err, DW_ECORRUPT,
			       "a part of the file is missing: run diwan verify");
	d->n++;
	return check(d, err);
}
