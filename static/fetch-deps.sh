#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# fetch-deps.sh FOLDER - brings the packages of deps.lock into FOLDER (a node_modules) without
# Node: curl gets each archive, and it is unpacked only when its SHA-512 is the one in the lock.
#
# Where from: NPM_REGISTRY, else what the user's npm is set to. No address is written down here.
set -eu
cd "$(dirname "$0")"
folder=${1:?usage: fetch-deps.sh FOLDER}
if cmp -s deps.lock "$folder/.diwan-lock"; then
	exit 0
fi
from=${NPM_REGISTRY:-}
for file in "$HOME/.npmrc" /etc/npmrc; do
	if [ -z "$from" ] && [ -r "$file" ]; then
		from=$(sed -n 's/^registry[[:space:]]*=[[:space:]]*//p' "$file" | tail -n 1)
	fi
done
if [ -z "$from" ]; then
	echo "fetch-deps.sh: say where packages come from: NPM_REGISTRY=https://HOST/ make ui" >&2
	exit 1
fi
rm -rf "$folder"
mkdir -p "$folder"
archive=$folder/.archive
while read -r name version digest; do
	case $name in '' | '#'*) continue ;; esac
	echo "fetch-deps.sh: $name $version"
	curl -fsSL --proto '=https,http' --max-time 120 --max-filesize 20000000 -o "$archive" \
		"${from%/}/$name/-/${name##*/}-$version.tgz"
	got=$(sha512sum "$archive" | cut -c1-128)
	if [ "$got" != "$digest" ]; then
		echo "fetch-deps.sh: $name $version is not what deps.lock says; nothing is unpacked" >&2
		exit 1
	fi
	mkdir -p "$folder/$name"
	tar -xzf "$archive" -C "$folder/$name" --strip-components=1 --no-same-owner
done <deps.lock
rm -f "$archive"
cp deps.lock "$folder/.diwan-lock"
