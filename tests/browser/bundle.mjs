/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* bundle.mjs - parts of the pages for node, by the bundler of the pages. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = join(dirname(fileURLToPath(import.meta.url)), "../../static/node_modules");
const esbuild = join(modules, ".bin/esbuild");

export const canBundle = () => existsSync(esbuild);

/* Each source a module NAME.mjs in the folder that is returned. */
export function bundle(sources) {
	const out = mkdtempSync(join(tmpdir(), "diwan-bundle-"));
	execFileSync(esbuild, [...sources, "--bundle", "--format=esm", "--platform=node", "--log-level=warning", "--loader:.svg=text",
		"--jsx=automatic", "--jsx-import-source=preact", "--out-extension:.js=.mjs", `--outdir=${out}`],
	{ env: { ...process.env, NODE_PATH: modules }, stdio: "inherit" });
	return out;
}

export const unbundle = (out) => rmSync(out, { recursive: true, force: true });
