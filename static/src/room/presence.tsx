/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * presence.tsx - who is in the room now. While the page shows a live room and somebody can see it, it
 * says so to the server again and again, and says goodbye when it goes. It is told by frames without
 * a number: what the room said when it was read holds until the first of them is here.
 *
 * None of it is part of the record, so nothing of it is shown where the past is looked at.
 */
import { useEffect, useState } from "preact/hooks";

import { newKey } from "../api";
import { onEvents, onJump } from "../bus/bus";
import { clock, number } from "../i18n/format";
import { t } from "../i18n/t";
import { session } from "../session";
import { Name } from "../ui/parts";
import { type Here, me, type RoomData } from "./model";

const AGAIN_MS = 15000; /* the server forgets after twice that */
const MOST = 8; /* the others behind a button */

const tab = newKey();

/** The place in a statement where somebody is: units of its text at a revision. */
export interface Spot {
	statement: number;
	anchor: number;
	head: number;
	revision: number;
}

let spot: Spot | null = null;

/** This page is at that place of a statement; null: in none. */
export function sayWhere(incident: number, now: Spot | null): void {
	spot = now;
	if (!document.hidden)
		tellServer(incident, false);
}

/* Without a word when it fails: it is said again soon. It outlives the page that says it. */
function tellServer(incident: number, isGone: boolean): void {
	if (session.value === null)
		return;
	fetch("/api/v1/presence", {
		method: "POST", keepalive: true, cache: "no-store",
		headers: { "Content-Type": "application/json", "X-CSRF-Token": session.value.csrf },
		body: JSON.stringify({ incident, tab, ...(isGone ? { gone: true } : spot ?? {}) }),
	}).catch(() => undefined);
}

function useSaying(incident: number): void {
	useEffect(() => {
		const say = (): void => { if (!document.hidden) tellServer(incident, false); };
		const go = (): void => tellServer(incident, true);
		const timer = setInterval(say, AGAIN_MS);
		say();
		document.addEventListener("visibilitychange", say);
		addEventListener("pageshow", say);
		addEventListener("pagehide", go);
		return () => {
			clearInterval(timer);
			document.removeEventListener("visibilitychange", say);
			removeEventListener("pageshow", say);
			removeEventListener("pagehide", go);
			go();
		};
	}, [incident]);
}

/* As the frames say it; null until there is one. */
function useTold(incident: number): readonly Here[] | null {
	const [told, setTold] = useState<readonly Here[] | null>(null);
	useEffect(() => {
		setTold(null);
		const ends = [
			onEvents((events) => {
				for (const e of events) {
					if (e.type !== "presence")
						continue;
					const said = JSON.parse(e.data) as { incident: number; present: Here[] };
					if (said.incident === incident)
						setTold(said.present);
				}
			}),
			onJump(() => setTold(null)),
		];
		return () => {
			for (const end of ends)
				end();
		};
	}, [incident]);
	return told;
}

/* The first letter, whole; of a name that has none the sign for somebody. */
const initial = (name: string): string => ([...name.trim()][0] ?? "?").toLocaleUpperCase();

function One({ of }: { of: Here }) {
	const isMe = of.user.id === me();
	return (
		<li class={isMe ? "here is-me" : "here"} title={t("presence.since", { who: of.user.name, at: clock(of.since) })}>
			<span class={`here-initial here-${of.user.id % 6}`} aria-hidden="true">{initial(of.user.name)}</span>
			<span class="here-name"><Name>{of.user.name}</Name>{isMe && <> {t("presence.you")}</>}</span>
		</li>
	);
}

export function Present({ room }: { room: RoomData }) {
	const [isWhole, setWhole] = useState(false);
	const told = useTold(room.id);
	useSaying(room.id);
	const all = told ?? room.present ?? [];
	const sorted = [...all.filter((h) => h.user.id !== me()), ...all.filter((h) => h.user.id === me())];
	const shown = isWhole || sorted.length <= MOST ? sorted : sorted.slice(0, MOST - 1);
	if (sorted.length === 0)
		return null;
	return (
		<div class="present">
			<span class="small soft" id="present">{t("presence.here")}</span>
			<ul aria-labelledby="present">
				{shown.map((h) => <One key={h.user.id} of={h} />)}
				{shown.length < sorted.length && (
					<li><button type="button" class="link small" onClick={() => setWhole(true)}>
						<span aria-hidden="true">+{number(sorted.length - shown.length)}</span>
						<span class="unseen">{t("presence.more", { n: sorted.length - shown.length })}</span>
					</button></li>
				)}
			</ul>
		</div>
	);
}
