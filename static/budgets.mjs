/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * budgets.mjs FOLDER - fails the build when a page has grown too heavy to load.
 *
 * Sizes are of the bytes as they travel: gzip for text, fonts as they are. The entry counts with
 * every chunk that it imports at once; a chunk that is imported when it is needed counts alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const KB = 1024;
const folder = process.argv[2];
const sizeOf = (name) => {
	const bytes = readFileSync(join(folder, name));
	return name.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
};
const names = readdirSync(folder);

/* The scripts that `name` cannot start without, itself included. */
function closure(name, seen = new Set()) {
	if (seen.has(name))
		return seen;
	seen.add(name);
	const text = readFileSync(join(folder, name), "utf8");
	for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
		closure(other, seen);
	return seen;
}

const entry = [...closure("main.js")];
/* CodeMirror comes with the editor, whatever else asks for a part of it. */
const editor = names.filter((n) => /^editor-/.test(n)).flatMap((n) => [...closure(n)]).filter((n) => !entry.includes(n));
const approvals = [...closure("approve.js")];
const lazy = names.filter((n) => n.endsWith(".js") && !entry.includes(n) && n !== "bus.js");
const rows = [
	["entry", entry, 45],
	["shared worker", ["bus.js"], 5],
	["style", ["app.css"], 10],
	["style of rooms", ["rooms.css"], 10],
	["style of the newsroom", ["newsroom.css"], 3],
	["fonts of one language", names.filter((n) => /-(arabic|latin)-wght-.*woff2$/.test(n)), 82],
	...["en", "ar", "fa"].map((l) => [`words in ${l}`, [`words-${l}.json`], 10]),
	...["en", "ar", "fa"].map((l) => [`words of rooms in ${l}`, [`words-room-${l}.json`], 12]),
	...["en", "ar", "fa"].map((l) => [`words of statements in ${l}`, [`words-statement-${l}.json`], 10]),
	...["en", "ar", "fa"].map((l) => [`words of authority in ${l}`, [`words-authority-${l}.json`], 8]),
	["editor", editor, 105],
	/* All that it runs, for the stream comes by the worker. */
	["approvals", [...approvals, "bus.js"], 30],
	...lazy.filter((n) => !editor.includes(n) && !approvals.includes(n)).map((n) => [n.replace(/-[A-Z0-9]{8}\.js$/, ""), [n], 20]),
];
let isOver = false;
const said = rows.map(([what, files, limit]) => {
	const size = files.reduce((sum, f) => sum + sizeOf(f), 0) / KB;
	isOver ||= size > limit;
	return `${size > limit ? "OVER " : ""}${what} ${size.toFixed(1)}/${limit}`;
});
if (isOver || process.env.V)
	console.log(`budgets (KB as sent / allowed): ${said.join(", ")}`);
process.exit(isOver ? 1 : 0);
