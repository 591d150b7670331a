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

/** Sends one mention as a source that sends by itself does. */
export function sendLine(token: string, source: string, text: string): string {
	const body = JSON.stringify({ source, source_id: "1", text });
	return `curl ${location.origin}/api/v1/mentions -H ${quoted(`Authorization: Bearer ${token}`)} -H 'Content-Type: application/json' -d ${quoted(body)}`;
}

/** What the token is for, tried out: the first of its scopes decides. */
export function curlLine(token: string, scopes: readonly Scope[], text: string): string {
	if (scopes.includes("ingest"))
		return sendLine(token, "my-source", text);
	const auth = `-H ${quoted(`Authorization: Bearer ${token}`)}`;
	if (scopes.includes("read"))
		return `curl '${location.origin}/api/v1/mentions?limit=5' ${auth}`;
	return `curl ${location.origin}/api/v1/mentions/desk ${auth} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify({ text }))}`;
}
