/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * embed.c - finds the files that are carried inside the program.
 *
 * embed.sh writes two lists into the build folder, in the same order: the bytes for embed.S
 * and the index that is included twice below, once to declare the labels and once to fill
 * the table. It is sorted by name in byte order, so finding is a binary search.
 * Rejected: hashing at start-up. The digests are needed for every asset's address, and the
 * build knows them already.
 */
#include "base/embed.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define FILE_ENTRY(number, path, length, ...)                                            \
	extern const unsigned char dw_embed_data_##number[];
#include "embed_index.inc"
#undef FILE_ENTRY

static const struct dw_embed files[] = {
#define FILE_ENTRY(number, path, length, ...)                                            \
	{ (path), dw_embed_data_##number, (length), { __VA_ARGS__ } },
#include "embed_index.inc"
#undef FILE_ENTRY
	{ NULL, NULL, 0, { 0 } }, /* keeps the table non-empty in a tree without files */
};

static const size_t count = sizeof(files) / sizeof(files[0]) - 1;

size_t dw_embed_count(void)
{
	return count;
}

const struct dw_embed *dw_embed_at(size_t i)
{
	DW_REQUIRE(i < count);
	return &files[i];
}

static int compare_name(const void *name, const void *file)
{
	return strcmp(name, ((const struct dw_embed *)file)->name);
}

const struct dw_embed *dw_embed_find(const char *name)
{
	return bsearch(name, files, count, sizeof(files[0]), compare_name);
}
