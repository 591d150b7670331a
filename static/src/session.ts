/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * session.ts - who is signed in.
 *
 *   unknown ──► out ◄──► in ──► ended (the page stays below the sign-in form) ──► in
 *
 * When somebody else signs in after an end, the page of the one before is thrown away.
 */
import { computed, signal } from "@preact/signals";

import { type Answer, api, type Problem } from "./api";

export type Role = "admin" | "lead" | "drafter" | "approver" | "observer";
export interface Me {
	id: number;
	name: string;
	roles: Role[];
	groups: string[];
}
export interface SignedIn {
	user: Me;
	csrf: string;
}

export type Presence = "unknown" | "out" | "in" | "ended";

export const session = signal<SignedIn | null>(null);
export const presence = signal<Presence>("unknown");
/** Why we do not know who is there; null when we do. */
export const sessionProblem = signal<Problem | null>(null);
/** Rises whenever another person is there: whatever is keyed by it starts anew. */
export const generation = signal(0);
export const hasRole = (...roles: readonly Role[]): boolean => session.value?.user.roles.some((r) => roles.includes(r)) ?? false;
export const isAdmin = computed(() => session.value?.user.roles.includes("admin") ?? false);

let lastUser = 0;

export function enter(who: SignedIn): void {
	if (who.user.id !== lastUser)
		generation.value++;
	lastUser = who.user.id;
	session.value = who;
	sessionProblem.value = null;
	presence.value = "in";
}

/** The server no longer knows us. */
export function sessionEnded(): void {
	if (presence.value === "in") {
		session.value = null;
		presence.value = "ended";
	} else if (presence.value === "unknown") {
		presence.value = "out";
	}
}

export async function lookUp(): Promise<void> {
	const r = await api<SignedIn>("GET", "/session");
	if (r.ok)
		enter(r.data);
	else if (r.status !== 401)
		sessionProblem.value = r.problem;
}

export async function signIn(username: string, password: string): Promise<Answer<SignedIn>> {
	const r = await api<SignedIn>("POST", "/session", { body: { username, password }, isSigningIn: true });
	if (r.ok)
		enter(r.data);
	return r;
}

/** What went wrong, or null; whom the server does not know any more is out as well. */
export async function signOut(): Promise<Problem | null> {
	const r = await api<null>("DELETE", "/session", { isSigningIn: true });
	if (!r.ok && r.status !== 401)
		return r.problem;
	lastUser = 0;
	session.value = null;
	presence.value = "out";
	generation.value++;
	return null;
}
