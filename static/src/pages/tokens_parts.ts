/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* tokens_parts.ts - what a token is and may do, and the command line that uses it. */
export type Scope = "ingest" | "read" | "act";

export interface Token {
	id: number;
	version: number;
	name: string;
	scopes: Scope[];
	revoked?: boolean;
	created_at?: string;
	/** In the answer that made it, and nowhere else. */
	token?: string;
}

export const SCOPES: readonly Scope[] = ["ingest", "read", "act"];

/* Between single quotes of a shell nothing is special but the quote itself. */
const quoted = (s: string): string => `'${s.replaceAll("'", "'\\''")}'`;

/* One argument a line, as one would write it. */
const line = (...parts: string[]): string => `curl ${parts.join(" \\\n  ")}`;
const bearer = (token: string): string => `-H ${quoted(`Authorization: Bearer ${token}`)}`;
const json = (body: unknown): string[] => ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`];

/** Sends one mention as a source that sends by itself does. */
export const sendLine = (token: string, source: string, text: string): string =>
	line(`${location.origin}/api/v1/mentions`, bearer(token), ...json({ source, source_id: "1", text }));

/** What the token is for, tried out: the first of its scopes decides. */
export function curlLine(token: string, scopes: readonly Scope[], text: string): string {
	if (scopes.includes("ingest"))
		return sendLine(token, "my-source", text);
	if (scopes.includes("read"))
		return line(`'${location.origin}/api/v1/mentions?limit=5'`, bearer(token));
	return line(`${location.origin}/api/v1/mentions/desk`, bearer(token), ...json({ text }));
}
