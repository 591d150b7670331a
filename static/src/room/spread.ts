/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * spread.ts - the mentions that spread a claim: which claim's are looked at, and the two changes.
 *
 * The claim stands in the address (`?claim=`), so that what one person sees can be sent to another.
 */
import { computed, signal } from "@preact/signals";

import type { Answer } from "../api";
import { query, setQuery } from "../router";
import { act, type Claim, type RoomData } from "./model";

/** 0 is none: all mentions are looked at. */
export const ofClaim = computed(() => Number(query.value.get("claim") ?? 0));

/** Counts up whenever somebody asks to see them, also those that are shown already. */
export const asked = signal(0);

export function showSpread(claim: number): void {
	setQuery({ part: "mentions", claim: String(claim) });
	asked.value++;
}

export const showAll = (): void => setQuery({ claim: "" });

const pathOf = (room: RoomData, claim: number): string => `/incidents/${room.id}/claims/${claim}/mentions`;

export const addSpread = (room: RoomData, claim: number, ids: readonly number[]): Promise<Answer<Claim>> =>
	act<Claim>("POST", pathOf(room, claim), { ids });

/** One after the other, until one fails. */
export async function dropSpread(room: RoomData, claim: number, ids: readonly number[]): Promise<Answer<unknown> | null> {
	let last: Answer<unknown> | null = null;
	for (const id of ids) {
		last = await act("DELETE", `${pathOf(room, claim)}/${id}`);
		if (!last.ok)
			break;
	}
	return last;
}
