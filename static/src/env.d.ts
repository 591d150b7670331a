/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the bundler gives for files that are not scripts, and what TypeScript's DOM does not know. */
declare module "*.svg" {
	const text: string;
	export default text;
}

interface TrustedScriptURL { readonly isTrusted?: true }
interface Window {
	/** What index.html has asked for already, by its path: answer and body. */
	early?: Record<string, Promise<[Response, string]> | undefined>;
	trustedTypes?: {
		createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): TrustedScriptURL };
	};
}
