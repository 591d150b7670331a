/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * bytes.ts - the exact bytes that are signed, and the digests in them, made here of what a page shows:
 * src/domain/version.c and envelope.c make the same of what the server has. Lines end with a line feed.
 */
export interface SignedVerdict {
	isDrill: boolean;
	/** Of the server's log. */
	origin: string;
	/** 0: none, of an envelope. */
	incident: number;
	/** A statement's, or an envelope's. */
	statement: number;
	digest: string;
	verdict: string;
	reason: string;
	expires: string;
	nonce: string;
}

const utf8 = new TextEncoder();
const linesOf = (lines: readonly (string | number)[]): string => lines.map((l) => `${l}\n`).join("");

async function sha256(text: string): Promise<string> {
	const hash = await crypto.subtle.digest("SHA-256", utf8.encode(text));
	return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
}

export const versionDigest = (v: { lang: string; channel: string; audience: string; text: string }): Promise<string> =>
	sha256(linesOf(["diwan-version-v1", v.lang, v.channel, v.audience]) + v.text);

export interface EnvelopeTerms {
	office: string;
	lang: string;
	channels: readonly string[];
	severity: number;
	times: number;
	until: string;
	text: string;
}

export const envelopeDigest = (e: EnvelopeTerms): Promise<string> =>
	sha256(linesOf(["diwan-envelope-v1", e.office, e.lang, e.channels.join(), e.severity, e.times, e.until]) + e.text);

export async function verdictBytes(v: SignedVerdict): Promise<Uint8Array<ArrayBuffer>> {
	return utf8.encode(linesOf([v.isDrill ? "diwan-drill-verdict-v1" : "diwan-verdict-v1", v.origin, v.incident, v.statement, v.digest,
		v.verdict, await sha256(v.reason), v.expires, v.nonce]));
}

/** As base64url has it, without padding. */
export const base64url = (bytes: ArrayBuffer): string =>
	btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** The beginning of a public key, to be read out and compared: "a1b2 c3d4 e5f6 0718", never broken over lines. */
export const codeOfKey = (key: string): string => {
	const raw = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
	return Array.from(raw.slice(0, 8), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("").replace(/(....)(?=.)/g, "$1\u00a0");
};
