/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * api.ts - requests to our own server.
 *
 *   const r = await api<User>("PATCH", `/users/${id}`, { body, ifMatch: user.version });
 *   if (!r.ok) return fail(r.problem);      // what, where, what to do: explain(problem)
 *
 * Nothing throws: no network is a problem like any other, of status 0. A 401 while somebody is
 * signed in ends the session in place (session.ts); the page below stays as it is. A POST carries
 * a key of its own, so that the one that is sent again after a lost answer acts once.
 */
import { session, sessionEnded } from "./session";
import { type Key, t, words } from "./i18n/t";

export interface Problem {
	type: string;
	title: string;
	status: number;
	detail: string;
	errors: { pointer: string; detail: string }[];
	/** Seconds, when the server said how long to wait. */
	retryAfter?: number;
}

export type Answer<T> =
	| { ok: true; status: number; data: T; etag: string | null }
	| { ok: false; status: number; problem: Problem; data: unknown };

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Asking {
	body?: unknown;
	/** The version that a change is based on; or "*". */
	ifMatch?: number | "*";
	signal?: AbortSignal;
	/** A 401 is the caller's own business (signing in with a wrong password). */
	isSigningIn?: boolean;
}

export function newKey(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function headersOf(method: Method, asking: Asking): Record<string, string> {
	const headers: Record<string, string> = {};
	if (asking.body !== undefined)
		headers["Content-Type"] = "application/json";
	if (method !== "GET" && session.value !== null)
		headers["X-CSRF-Token"] = session.value.csrf;
	if (asking.ifMatch !== undefined)
		headers["If-Match"] = asking.ifMatch === "*" ? "*" : `"${asking.ifMatch}"`;
	if (method === "POST")
		headers["Idempotency-Key"] = newKey();
	return headers;
}

function problemOf(status: number, data: unknown, retryAfter: string | null): Problem {
	const p = (typeof data === "object" && data !== null ? data : {}) as Partial<Problem>;
	return {
		type: p.type ?? "", title: p.title ?? "", status, detail: p.detail ?? "",
		errors: Array.isArray(p.errors) ? p.errors : [],
		...(retryAfter !== null && /^\d+$/.test(retryAfter) ? { retryAfter: Number(retryAfter) } : {}),
	};
}

/** There was no answer at all. */
export const UNREACHED: Problem = { type: "", title: "", status: 0, detail: "", errors: [] };

/* The answer that index.html asked for before any script was here, once. */
function early(path: string): Promise<[Response, string]> | undefined {
	const asked = window.early?.[path];
	delete window.early?.[path];
	return asked;
}

async function ask(method: Method, path: string, asking: Asking): Promise<[Response, string]> {
	const answer = await fetch(`/api/v1${path}`, {
		method, headers: headersOf(method, asking), cache: "no-store", signal: asking.signal ?? null,
		body: asking.body === undefined ? null : JSON.stringify(asking.body),
	});
	return [answer, await answer.text()];
}

/** What an answer comes to, however it was asked for. */
export function answerOf<T>(status: number, text: string, header: (name: string) => string | null, isSigningIn = false): Answer<T> {
	let data: unknown = null;
	try {
		data = text === "" ? null : JSON.parse(text);
	} catch { /* not from us: a proxy's page */ }
	if (status >= 200 && status < 300)
		return { ok: true, status, data: data as T, etag: header("ETag") };
	delete window.early; /* it was for somebody who is there */
	if (status === 401 && !isSigningIn)
		sessionEnded();
	return { ok: false, status, problem: problemOf(status, data, header("Retry-After")), data };
}

export async function api<T>(method: Method, path: string, asking: Asking = {}): Promise<Answer<T>> {
	let answer: Response, text: string;
	try {
		[answer, text] = await ((method === "GET" && early(path)) || ask(method, path, asking));
	} catch {
		return { ok: false, status: 0, problem: UNREACHED, data: null };
	}
	return answerOf<T>(answer.status, text, (name) => answer.headers.get(name), asking.isSigningIn);
}

/** The name of the error, "EINVAL"; "" when the answer was none of ours. */
export const codeOf = (p: Problem): string => /^urn:diwan:problem:(\w+)$/.exec(p.type)?.[1] ?? "";

/** What went wrong and what to do, in the reader's language. */
export function explain(p: Problem): string {
	if (p.status === 0)
		return t("error.network");
	if (p.status === 429 && p.retryAfter !== undefined)
		return t("error.wait", { n: p.retryAfter });
	const key = `error.${codeOf(p)}`;
	return key in words.value ? t(key as Key) : t("error.other", { status: p.status });
}

/** What the server says about it, in English and to the point; "" when it adds nothing. */
export function particulars(p: Problem): string {
	return p.errors[0]?.detail ?? p.detail;
}

/** What it says about one field of the body: fieldError(p, "/name"). */
export function fieldError(p: Problem | null, pointer: string): string {
	return p?.errors.find((e) => e.pointer === pointer || e.pointer.startsWith(`${pointer}/`))?.detail ?? "";
}
