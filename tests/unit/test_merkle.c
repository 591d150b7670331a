/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_merkle.c - the frontier against the recursion of RFC 6962, and against published hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/merkle.h"
#include "seeded.h"

#include <stdlib.h>

/* MTH of section 2.1, as it is written there. */
static void recurse(uint8_t out[DW_HASH_SIZE], uint8_t (*leaf)[DW_HASH_SIZE], size_t n)
{
	uint8_t left[DW_HASH_SIZE], right[DW_HASH_SIZE];
	size_t k = 1;

	if (n == 0) {
		dw_sha256(out, "", 0);
		return;
	}
	if (n == 1) {
		memcpy(out, leaf[0], DW_HASH_SIZE);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	recurse(left, leaf, k);
	recurse(right, leaf + k, n - k);
	dw_merkle_node(out, left, right);
}

static void the_root_is_the_rfcs(void **state)
{
	const size_t most = 300;
	uint8_t(*leaf)[DW_HASH_SIZE] = calloc(most, DW_HASH_SIZE);
	uint8_t want[DW_HASH_SIZE], have[DW_HASH_SIZE];
	struct seeded s = { 9 };
	struct dw_merkle m;

	dw_merkle_init(&m);
	for (size_t n = 0;; n++) {
		char bytes[100];
		size_t len = seeded_below(&s, sizeof(bytes));

		recurse(want, leaf, n);
		dw_merkle_root(&m, have);
		assert_memory_equal(want, have, DW_HASH_SIZE);
		assert_int_equal(m.size, n);
		if (n == most)
			break;
		seeded_fill(&s, bytes, len);
		dw_merkle_leaf(leaf[n], bytes, len);
		dw_merkle_add(&m, leaf[n]);
	}
	free(leaf);
}

/* The eight leaves and roots that the reference log's own tests use. */
static void published_roots(void **state)
{
	static const struct {
		const char *leaf, *root;
	} rows[] = {
		{ "",
		  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "00",
		  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "10",
		  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "2021",
		  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "3031",
		  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "40414243",
		  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "5051525354555657",
		  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ "606162636465666768696a6b6c6d6e6f",
		  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	uint8_t bytes[16], hash[DW_HASH_SIZE];
	char hex[65];
	struct dw_merkle m;

	dw_merkle_init(&m);
	dw_merkle_root(&m, hash);
	assert_string_equal(
		dw_hex(hex, hash, sizeof(hash)),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].leaf) / 2;

		assert_int_equal(dw_unhex(bytes, n, dw_str_of(rows[i].leaf)), 0);
		dw_merkle_leaf(hash, bytes, n);
		dw_merkle_add(&m, hash);
		dw_merkle_root(&m, hash);
		assert_string_equal(dw_hex(hex, hash, sizeof(hash)), rows[i].root);
	}
}

static void a_saved_frontier_goes_on(void **state)
{
	uint8_t bytes[DW_MERKLE_MAX * DW_HASH_SIZE], leaf[DW_HASH_SIZE], a[DW_HASH_SIZE],
		b[DW_HASH_SIZE];
	struct dw_merkle m, again;

	dw_merkle_init(&m);
	for (unsigned i = 0; i < 200; i++) {
		size_t n = dw_merkle_save(&m, bytes);

		assert_int_equal(n, (size_t)__builtin_popcount(i) * DW_HASH_SIZE);
		assert_int_equal(dw_merkle_load(&again, i, bytes, n), 0);
		dw_merkle_leaf(leaf, &i, sizeof(i));
		dw_merkle_add(&m, leaf);
		dw_merkle_add(&again, leaf);
		dw_merkle_root(&m, a);
		dw_merkle_root(&again, b);
		assert_memory_equal(a, b, DW_HASH_SIZE);
	}
	assert_int_equal(dw_merkle_load(&again, 7, bytes, 64), DW_ECORRUPT);
	assert_int_equal(dw_merkle_load(&again, 7, bytes, 97), DW_ECORRUPT);
	assert_int_equal(dw_merkle_load(&again, 0, bytes, 32), DW_ECORRUPT);
	assert_int_equal(dw_merkle_load(&again, 0, NULL, 0), 0);
	assert_int_equal(dw_merkle_load(&again, UINT64_MAX, bytes, sizeof(bytes)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_the_rfcs),
		cmocka_unit_test(published_roots),
		cmocka_unit_test(a_saved_frontier_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
