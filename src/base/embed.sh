#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# embed.sh OUT PAGES - lists the files of schema/ and of the built pages for embed.S and embed.c.
#
# Writes OUT/embed_data.inc (assembly) and OUT/embed_index.inc (C), and the gzip twins below
# OUT/gz. Called by make from the top of the tree, whenever a file changes or comes or goes.
# The pages are called static/NAME, wherever they were built.
set -eu
export LC_ALL=C
out=$1
pages=$2
rm -rf "$out/gz"
mkdir -p "$out/gz"

# Names: "NAME<tab>PATH"; a twin's bytes lie in the build folder. What a person or an editor
# left behind (dot files, backups) and what only builds need is not part of the program.
list=$out/embed_files
find schema "$pages" -type f ! -name '.*' ! -name '*~' | sort | while IFS= read -r path; do
	case $path in
	"$pages"/*) name=static/${path#"$pages"/} ;;
	*) name=$path ;;
	esac
	case $name in
	*[!A-Za-z0-9_./-]*) echo "embed.sh: unwelcome character in $name" >&2; exit 1 ;;
	esac
	printf '%s\t%s\n' "$name" "$path"
	case $name in
	*.css | *.js | *.html | *.svg | *.json | *.txt)
		mkdir -p "$out/gz/${name%/*}"
		gzip -9nc "$path" >"$out/gz/$name.gz"
		printf '%s\t%s\n' "$name.gz" "$out/gz/$name.gz"
		;;
	esac
done | sort >"$list"

number=0
: >"$out/embed_data.tmp"
: >"$out/embed_index.tmp"
while IFS='	' read -r name path; do
	length=$(wc -c <"$path" | tr -d ' ')
	digest=$(sha256sum "$path" | cut -c1-64 | sed 's/../0x&, /g; s/, $//')
	cat >>"$out/embed_data.tmp" <<-END
		.balign 16
		.globl dw_embed_data_$number
		.hidden dw_embed_data_$number
		.type dw_embed_data_$number, %object
		dw_embed_data_$number:
		.incbin "$path"
		.byte 0
		.size dw_embed_data_$number, . - dw_embed_data_$number
	END
	echo "FILE_ENTRY($number, \"$name\", $length, $digest)" >>"$out/embed_index.tmp"
	number=$((number + 1))
done <"$list"
mv "$out/embed_data.tmp" "$out/embed_data.inc"
mv "$out/embed_index.tmp" "$out/embed_index.inc"
