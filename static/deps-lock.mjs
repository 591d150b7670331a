/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * deps-lock.mjs - writes deps.lock from package-lock.json: what ends up in the pages, for those who
 * build without Node. `node static/deps-lock.mjs --check` only says whether it is up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";

const at = (name) => new URL(name, import.meta.url);
const lock = JSON.parse(readFileSync(at("package-lock.json"), "utf8"));
const lines = Object.entries(lock.packages)
	.filter(([path, p]) => path !== "" && !p.dev)
	.map(([path, p]) => {
		const digest = Buffer.from(p.integrity.replace(/^sha512-/, ""), "base64").toString("hex");
		return `${path.replace(/^.*node_modules\//, "")} ${p.version} ${digest}\n`;
	});
const text = "# SPDX-License-Identifier: AGPL-3.0-or-later\n"
	+ "# Made by deps-lock.mjs: name, version, SHA-512 of the archive.\n" + lines.join("");

if (process.argv[2] !== "--check") {
	writeFileSync(at("deps.lock"), text);
} else if (readFileSync(at("deps.lock"), "utf8") !== text) {
	console.log("static/deps.lock:1: differs from package-lock.json; run `node static/deps-lock.mjs`");
	process.exit(1);
}
