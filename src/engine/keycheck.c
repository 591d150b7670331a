/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * keycheck.c - is this the key that the journal was written with?
 *
 * A wrong key breaks nothing that would be noticed: everything that comes again is taken for
 * new, and goes on being so. Therefore the database keeps a value that only the right key makes:
 * a keyed hash of a fixed text, which says nothing about the key. A journal of an older version
 * has none and takes the key that is there; an empty one takes any, since nothing depends on it.
 */
#include "engine/keyfile.h"

#include "store/db.h"

#include <sodium.h>

#define CHECK_BYTES 32

static const char name_in_meta[] = "identity_check";

static void make(const uint8_t key[32], char hex[2 * CHECK_BYTES + 1])
{
	static const char what[] = "diwan-identity-check-v1";
	uint8_t mac[CHECK_BYTES];

	DW_INVARIANT(crypto_generichash(mac, sizeof(mac), (const uint8_t *)what,
					sizeof(what) - 1, key, 32) == 0);
	dw_hex(hex, mac, sizeof(mac));
}

int dw_keyfile_check(struct dw_db *db, const uint8_t key[32], struct dw_err *err)
{
	char want[2 * CHECK_BYTES + 1], kept[2 * CHECK_BYTES + 1];
	int rc = dw_meta_get(db, name_in_meta, kept, sizeof(kept), err);

	make(key, want);
	if (rc == 1 && strcmp(kept, want) != 0)
		return DW_ECORRUPT;
	return rc;
}

int dw_keyfile_note_on_writer(struct dw_db *db, const uint8_t key[32], struct dw_err *err)
{
	char value[2 * CHECK_BYTES + 1];

	make(key, value);
	return dw_meta_put(db, name_in_meta, value, err);
}
