/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_units.mjs - the parts of the pages that need no browser: unit/*.test.ts, bundled with the
 * bundler of the pages and run by node:test. What they expect of a document is a few fields.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";

import { bundle, canBundle, unbundle } from "./bundle.mjs";

const here = dirname(fileURLToPath(import.meta.url));

if (!canBundle()) {
	console.log("ok 1 units # SKIP the packages of static/ are not installed");
	process.exit(0);
}
const out = bundle(readdirSync(join(here, "unit")).filter((n) => n.endsWith(".test.ts")).map((n) => join(here, "unit", n)));

let number = 0, failed = 0;
const files = readdirSync(out).map((n) => join(out, n));
const report = (data, isGood) => {
	if (data.details?.type === "suite" || files.includes(data.name))
		return;
	number++;
	if (!isGood)
		failed++;
	const why = isGood ? "" : `\n# ${String(data.details.error?.cause?.stack ?? data.details.error).replaceAll("\n", "\n# ")}`;
	console.log(`${isGood ? "ok" : "not ok"} ${number} ${data.name}${why}`);
};

run({ files })
	.on("test:pass", (d) => report(d, true))
	.on("test:fail", (d) => report(d, false))
	.on("end", () => {
		unbundle(out);
		console.log(`1..${number}`);
		process.exit(failed > 0 || number === 0 ? 1 : 0);
	})
	.resume();
