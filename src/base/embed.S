/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * embed.S - the bytes of the files of schema/ and of the built pages.
 *
 * embed.sh writes embed_data.inc into the build folder: one label and one .incbin line for
 * each file. The assembler copies the bytes, so nothing is ever turned into C source; an
 * xxd array of a megabyte costs the compiler seconds and the reader a file nobody can read.
 * The last line keeps the stack of the whole program from becoming executable.
 */
	.section .rodata
#include "embed_data.inc"
	.section .note.GNU-stack, "", %progbits
