/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sources.ts - where mentions come from, as every page may need it: names for the filter, and which
 * source is blind. Read once after signing in, and again when an event says that it has changed.
 */
import { computed, signal } from "@preact/signals";

import { api, type Problem } from "./api";
import { onEvents, onJump } from "./bus/bus";

export interface Health {
	state: "push" | "new" | "ok" | "failing" | "blind" | "paused";
	last_success_at?: string | null;
	last_error?: { at: string; detail: string } | null;
	failures?: number;
	lag_s?: number | null;
	blind_since?: string | null;
	next_at?: string | null;
	/** Where it says that it lives for good now. */
	moved_to?: string;
}
export interface Source {
	id: number;
	version: number;
	slug: string;
	kind?: "push" | "feed";
	url?: string;
	interval_s?: number;
	paused?: boolean;
	mentions: number;
	last_seen_at: string | null;
	health?: Health;
}

export const sources = signal<readonly Source[]>([]);
export const blind = computed(() => sources.value.filter((s) => s.health?.state === "blind"));

/** Resolves with what went wrong, or null. */
export async function loadSources(): Promise<Problem | null> {
	const r = await api<{ items: Source[] }>("GET", "/sources");
	if (!r.ok)
		return r.problem;
	sources.value = r.data.items;
	return null;
}

/* Many new sources may come in one second; one look afterwards shows them all. */
const QUIET_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;

function loadSoon(): void {
	timer ??= setTimeout(() => {
		timer = undefined;
		void loadSources();
	}, QUIET_MS);
}

/** While somebody is signed in. */
export function watchSources(): () => void {
	void loadSources();
	const ends = [
		onEvents((events) => {
			if (events.some((e) => e.type.startsWith("source.")))
				loadSoon();
		}),
		onJump(() => void loadSources()),
	];
	return () => {
		for (const end of ends)
			end();
	};
}

const places = computed(() => new Map(sources.value.map((s, i) => [s.slug, i])));
const HUES = 8;

/** One of eight colours for a source, by its age, so that the first eight differ; -1 while unknown. */
export function hueOf(slug: string): number {
	const place = places.value.get(slug);
	return place === undefined ? -1 : place % HUES;
}
