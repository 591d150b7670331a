/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_units.mjs - the parts of the pages that need no browser: unit/*.test.ts, bundled with the
 * bundler of the pages and run by node:test. What they expect of a document is a few fields.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const ui = join(here, "../../static");
const esbuild = join(ui, "node_modules/.bin/esbuild");

if (!existsSync(esbuild)) {
	console.log("ok 1 units # SKIP the packages of static/ are not installed");
	process.exit(0);
}
const out = mkdtempSync(join(tmpdir(), "diwan-units-"));
const sources = readdirSync(join(here, "unit")).filter((n) => n.endsWith(".test.ts")).map((n) => join(here, "unit", n));
execFileSync(esbuild, [...sources, "--bundle", "--format=esm", "--platform=node", "--log-level=warning", "--loader:.svg=text",
	"--jsx=automatic", "--jsx-import-source=preact", "--out-extension:.js=.mjs", `--outdir=${out}`],
{ env: { ...process.env, NODE_PATH: join(ui, "node_modules") }, stdio: "inherit" });

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
		rmSync(out, { recursive: true, force: true });
		console.log(`1..${number}`);
		process.exit(failed > 0 || number === 0 ? 1 : 0);
	})
	.resume();
