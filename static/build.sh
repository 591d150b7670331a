#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# build.sh OUT [--strict]  - bundles the pages into OUT, which make then embeds.
# build.sh --path          - says how it would: node, esbuild or none.
#
# node     the packages of package-lock.json by npm, the bundler among them
# esbuild  the bundler that is installed (Debian: apt install esbuild curl); fetch-deps.sh brings
#          the few packages that end up in the pages, by the digests in deps.lock
# none     OUT is one page that says how to get the others. The server, its API and the command
#          line need none of this, so that is a notice and no error; with --strict it is one.
#
# The bundler's flags stand here once, for both ways. OUT is replaced as a whole at the end.
set -eu
cd "$(dirname "$0")"
have() { command -v "$1" >/dev/null 2>&1; }

path_of() {
	if have node && have npm; then echo node
	elif have esbuild && have curl; then echo esbuild
	else echo none; fi
}
if [ "${1:-}" = --path ]; then
	path_of
	exit 0
fi
out=${1:?usage: build.sh OUT [--strict]}
strict=${2:-}
case $out in /*) ;; *) out=$OLDPWD/$out ;; esac
work=$out.new
rm -rf "$work"
mkdir -p "$work"

# The packages, once for each lock file. Two builds at once must not install at once.
by_npm() {
	exec 9>.npm.lock
	! have flock || flock 9
	if ! cmp -s package-lock.json node_modules/.diwan-lock; then
		echo "build.sh: installing the packages of static/package-lock.json (npm ci)"
		npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >&2 || return 1
		cp package-lock.json node_modules/.diwan-lock
	fi
	exec 9>&-
	esbuild=$PWD/node_modules/.bin/esbuild
	modules=$PWD/node_modules
}
by_esbuild() {
	modules=$(dirname "$out")/ui-packages/node_modules
	./fetch-deps.sh "$modules" || return 1
	esbuild=esbuild
}
plain() {
	sed -e "s|@WHY@|$1|" no-ui.html >"$work/index.html"
	cp "$work/index.html" "$work/approve.html"
	cp robots.txt favicon.svg manifest.webmanifest "$work"
	grep -v '^@import' css/newsroom.css >"$work/newsroom.css" # the public pages need no bundler
	cp ../LICENSE "$work/licenses.txt"
}
replace() {
	rm -rf "$out"
	mv "$work" "$out"
}

how=$(path_of)
done=no
if [ "$how" = node ]; then
	if by_npm; then done=yes; elif have esbuild && have curl; then how=esbuild; fi
fi
if [ $done = no ] && [ "$how" = esbuild ] && by_esbuild; then
	done=yes
fi
if [ $done = no ]; then
	why="There is neither Node with npm nor esbuild with curl on the machine that built this program."
	[ "$how" = none ] || why="The packages that the pages are made of could not be fetched."
	echo "build.sh: NOTICE: the pages are not built: $why" >&2
	echo "build.sh: NOTICE: the server, its API and the commands work; 'make ui' says more." >&2
	[ "$strict" != --strict ] || { rm -rf "$work"; exit 1; }
	plain "$why"
	replace
	[ "$how" = none ] || touch -d @1 "$out/index.html" # so that the next make tries again
	exit 0
fi

common=(--bundle --minify --charset=utf8 --log-level=warning --target=es2022 --legal-comments=none)
NODE_PATH=$modules "$esbuild" src/main.tsx "${common[@]}" --inject:./src/core.ts --splitting --format=esm \
	--jsx=automatic --jsx-import-source=preact --loader:.svg=text \
	--entry-names=[name] --chunk-names=[name]-[hash] --outdir="$work"
NODE_PATH=$modules "$esbuild" src/approve/main.tsx "${common[@]}" --format=esm --jsx=automatic --jsx-import-source=preact \
	--loader:.svg=text --outfile="$work/approve.js"
NODE_PATH=$modules "$esbuild" src/bus/worker.ts "${common[@]}" --format=iife --outfile="$work/bus.js"
for sheet in app newsroom; do
	NODE_PATH=$modules "$esbuild" css/$sheet.css --bundle --minify --charset=utf8 --log-level=warning \
		--loader:.woff2=file --asset-names=[name]-[hash] --outfile="$work/$sheet.css"
done
"$esbuild" css/rooms.css --bundle --minify --charset=utf8 --log-level=warning --outfile="$work/rooms.css"
# What only the pages of rooms say travels when the first of them is opened (src/i18n/t.ts), what is said of
# statements as well, and by itself for the page of approvals. A key stands behind one tab, its
# plural forms behind two. Parts: "" for all pages, room, statement, authority; verdicts of claims and severities are in two of them.
cut_words() {
	awk -v wanted="$2" '
		/^\t"/ { part = /^\t"authority[."]/ ? "authority" : /^\t"(statements?|check|approve)[."]/ ? "statement" : /^\t"(room|timeline|at|brief|wall|handover|declare|severity|status|verdict|office|audience|board|part|claims?|tasks?|clock|word|decisions?|notes?|reason|owner|person|playbooks?|files?|triage|presence)[."]/ ? "room" : ""
			isBoth = wanted == "statement" && /^\t"(verdict|severity)[."]/ }
		/^\t/ && (part == wanted || isBoth) {
			if (/^\t["}]/) sub(/,$/, "")
			if (/^\t"/) printf "%s", (n++ ? ",\n" : "{\n")
			else printf "\n"
			printf "%s", $0
		}
		END { print (n ? "\n}" : "{}") }' "i18n/$1.json"
}
for lang in en ar fa; do
	cut_words $lang "" >"$work/words-$lang.json"
	cut_words $lang room >"$work/words-room-$lang.json"
	cut_words $lang statement >"$work/words-statement-$lang.json"
	cut_words $lang authority >"$work/words-authority-$lang.json"
done
cp robots.txt favicon.svg manifest.webmanifest "$work"
# What the entry imports is named in the page, so that all of it is asked for at once.
preload=$(grep -oE '"\./chunk-[A-Z0-9]+\.js"' "$work/main.js" | sort -u |
	sed -e 's|"\./|<link rel="modulepreload" href="/assets/|' -e 's|"$|">|' | tr -d '\n')
# A room's script, and what that imports: index.html asks for them when a room is opened.
room=$(cd "$work" && echo room-*.js)
room=$({ echo "$room"; grep -oE 'chunk-[A-Z0-9]+\.js' "$work/$room"; } | sort -u | sed 's|^|/assets/|' | tr '\n' ' ')
sed -e "s|<!-- preload -->|$preload|" -e "s|data-room=\"\"|data-room=\"${room% }\"|" index.html >"$work/index.html"
cp approve.html "$work"
{
	echo "Diwan is free software under the GNU AGPL, version 3 or later. Its pages contain:"
	for package in preact @preact/signals @preact/signals-core @primer/octicons \
		@fontsource-variable/vazirmatn @codemirror/{state,view,commands,collab,language,streamparser} \
		@lezer/{common,highlight,lr} @marijn/find-cluster-break crelt style-mod w3c-keyname; do
		printf '\n==== %s\n\n' "$package"
		cat "$modules/$package/LICENSE"
	done
} >"$work/licenses.txt"
! have node || node budgets.mjs "$work"
replace
