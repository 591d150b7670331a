/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * timeline.tsx - what happened in a room, newest first, by day: <Timeline room={room} at={at.value} />.
 *
 * The filter stands in the address, as `kind`, `by` and `find`, and an entry's own address is its
 * hash: #e123 brings that entry and its neighbours, wherever in the history it lies. Older ones come
 * as one scrolls, and by a button for those who do not.
 */
import searchIcon from "@primer/octicons/build/svg/search-16.svg";
import listIcon from "@primer/octicons/build/svg/list-unordered-24.svg";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { api } from "../api";
import { day, longDay } from "../i18n/format";
import { type Key, t, words } from "../i18n/t";
import { query, setQuery } from "../router";
import { ProblemNote } from "../ui/field";
import { Icon } from "../ui/icon";
import { Empty, Skeleton } from "../ui/parts";
import { fail } from "../ui/toast";
import { type EntryActions, EntryItem } from "./entry";
import { CorrectDialog, PinDialog } from "./entry_write";
import { me } from "./model";
import { type Sieve, Timeline as Stretch } from "./timeline_data";
import type { Entry, Scene } from "./timeline_said";

/** What a timeline needs to know of its room, at the moment that is looked at. */
export interface TimelineRoom {
	id: number;
	statements?: readonly { id: number; title: string }[];
	people: readonly { id: number; name: string }[];
	claims: readonly { id: number; text: string | null }[];
	tasks: readonly { id: number; title: string | null }[];
	files: readonly { id: number; name: string | null }[];
	milestones: readonly { kind: string; seq?: number; label?: string | null }[];
	participants: readonly { user: number; role: string }[];
}

const KINDS: readonly [string, Key][] = [
	["incident,cadence,playbook", "timeline.kind.course"],
	["note,correction", "timeline.kind.notes"],
	["decision", "timeline.kind.decisions"],
	["claim", "timeline.kind.claims"],
	["task", "timeline.kind.tasks"],
	["statement,verdict", "timeline.kind.statements"],
	["word", "timeline.kind.words"],
	["participant", "timeline.kind.people"],
	["mention", "timeline.kind.mentions"],
	["file", "timeline.kind.files"],
	["milestone", "timeline.kind.milestones"],
];
const SEARCH_MS = 300;

const readSieve = (q: URLSearchParams): Sieve => ({ kind: q.get("kind") ?? "", actor: Number(q.get("by") ?? 0) || 0, text: q.get("find") ?? "" });
const isSifted = (s: Sieve): boolean => s.kind !== "" || s.actor !== 0 || s.text !== "";
const seqOf = (hash: string): number => Number(/^#e(\d{1,16})$/.exec(hash)?.[1] ?? 0);

function sceneOf(room: TimelineRoom): Scene {
	const people = new Map(room.people.map((p) => [p.id, p.name]));
	const claims = new Map(room.claims.map((c) => [c.id, c.text ?? ""]));
	const tasks = new Map(room.tasks.map((x) => [x.id, x.title ?? ""]));
	const files = new Map(room.files.map((f) => [f.id, f.name ?? ""]));
	const statements = new Map((room.statements ?? []).map((s) => [s.id, s.title]));
	return { statement: (id) => statements.get(id) ?? "", file: (id) => files.get(id) ?? "", person: (id) => people.get(id) ?? "", claim: (id) => claims.get(id) ?? "", task: (id) => tasks.get(id) ?? "" };
}

function byDay(items: readonly Entry[]): { day: string; at: string; entries: Entry[] }[] {
	const days: { day: string; at: string; entries: Entry[] }[] = [];
	for (const e of items) {
		const name = day(e.recorded_at);
		if (days.at(-1)?.day !== name)
			days.push({ day: name, at: e.recorded_at, entries: [] });
		days.at(-1)?.entries.push(e);
	}
	return days;
}

function Filters({ sieve, people, isRefused }: { sieve: Sieve; people: readonly { id: number; name: string }[]; isRefused: boolean }) {
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	useEffect(() => () => clearTimeout(timer.current), []);
	return (
		<form class="filters timeline-filters" role="search" aria-label={t("timeline.filter")} onSubmit={(e) => e.preventDefault()}>
			<div class="search">
				<Icon of={searchIcon} />
				<input type="search" dir="auto" aria-label={t("timeline.find")} placeholder={t("timeline.find")} autocomplete="off" spellcheck={false} maxLength={200}
					key={sieve.text === "" ? "empty" : "some"} aria-invalid={isRefused ? "true" : undefined} defaultValue={sieve.text} onInput={(e) => {
						const value = e.currentTarget.value.trim();
						clearTimeout(timer.current);
						timer.current = setTimeout(() => setQuery({ find: value }), SEARCH_MS);
					}} />
			</div>
			<label>
				<span class="unseen">{t("timeline.kind")}</span>
				<select value={sieve.kind} onChange={(e) => setQuery({ kind: e.currentTarget.value })}>
					<option value="">{t("timeline.kind.all")}</option>
					{KINDS.map(([kind, label]) => <option key={kind} value={kind}>{t(label)}</option>)}
				</select>
			</label>
			<label>
				<span class="unseen">{t("timeline.by")}</span>
				<select value={String(sieve.actor)} onChange={(e) => setQuery({ by: e.currentTarget.value === "0" ? "" : e.currentTarget.value })}>
					<option value="0">{t("timeline.by_all")}</option>
					{people.map((p) => <option key={p.id} value={String(p.id)}>{p.name}</option>)}
				</select>
			</label>
			{isSifted(sieve) && <button type="button" class="quiet" onClick={() => setQuery({ kind: "", by: "", find: "" })}>{t("filter.clear")}</button>}
			{isRefused && <p class="error" role="alert">{t("search.refused")}</p>}
		</form>
	);
}

/* Whoever is in the room, and whoever wrote what is shown. */
function useAuthors(room: TimelineRoom, items: readonly Entry[], chosen: number): { id: number; name: string }[] {
	return useMemo(() => {
		const known = new Map(room.people.map((p) => [p.id, p.name]));
		for (const e of items) {
			if (e.actor.kind === "user")
				known.set(e.actor.id, e.actor.name);
		}
		if (chosen !== 0 && !known.has(chosen))
			known.set(chosen, String(chosen));
		return [...known].map(([id, name]) => ({ id, name })).sort((a, b) => Number(b.id === me()) - Number(a.id === me()) || a.name.localeCompare(b.name));
	}, [room.people, items, chosen]);
}

/* The number in the hash; a new one brings its entry into sight, also when it is the same again. */
function useAim(): { seq: number; turn: number } {
	const [aim, setAim] = useState(() => ({ seq: seqOf(location.hash), turn: 0 }));
	useEffect(() => {
		const onHash = (): void => setAim((a) => ({ seq: seqOf(location.hash), turn: a.turn + 1 }));
		const onClick = (e: MouseEvent): void => {
			const link = e.target instanceof Element ? e.target.closest<HTMLAnchorElement>('a[href^="#e"]') : null;
			if (link !== null && link.hash === location.hash)
				onHash();
		};
		addEventListener("hashchange", onHash);
		document.addEventListener("click", onClick);
		return () => {
			removeEventListener("hashchange", onHash);
			document.removeEventListener("click", onClick);
		};
	}, []);
	return aim;
}

/* Calls when what it is on comes near the window; on nothing while there is nothing to come. */
function useNear(isOn: boolean, again: () => void) {
	const ref = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (!isOn || ref.current === null)
			return undefined;
		const watch = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) again(); }, { rootMargin: "400px" });
		watch.observe(ref.current);
		return () => watch.disconnect();
	}, [isOn, again]);
	return ref;
}

interface Props {
	room: TimelineRoom;
	/** "" is live. */
	at: string;
	/** May the reader add to the room? Nobody may to the past. */
	mayWrite: boolean;
}

export function Timeline({ room, at, mayWrite }: Props) {
	const sieve = readSieve(query.value), aim = useAim();
	const stretch = useMemo(() => new Stretch(room.id, at), [room.id, at]);
	const [pinning, setPinning] = useState<Entry | null>(null);
	const [correcting, setCorrecting] = useState<Entry | null>(null);
	const sought = useRef(0);
	useEffect(() => {
		stretch.sift(sieve);
		stretch.start(isSifted(sieve) ? 0 : aim.seq);
		sought.current = aim.seq;
		return () => stretch.stop();
	}, [stretch]);
	const isFirst = useRef(true);
	useEffect(() => {
		if (!isFirst.current)
			stretch.sift(sieve);
		isFirst.current = false;
	}, [sieve.kind, sieve.actor, sieve.text]);
	const items = stretch.items.value, isLoading = stretch.isLoading.value;
	/* An entry that is asked for by its address and is not here: those around it. Once; it may not exist. */
	useEffect(() => {
		if (aim.seq === 0 || isLoading)
			return;
		const shown = document.getElementById(`e${aim.seq}`);
		if (shown !== null && shown.offsetParent === null)
			setQuery({ part: "timeline" }); /* behind another tab */
		if (shown !== null) {
			shown.scrollIntoView({ block: "center" });
			shown.focus({ preventScroll: true });
			sought.current = aim.seq;
		} else if (sought.current !== aim.seq) {
			sought.current = aim.seq;
			if (isSifted(sieve))
				setQuery({ kind: "", by: "", find: "" });
			stretch.seek(aim.seq);
		}
	}, [aim, isLoading, query.value.get("part")]);
	const scene = useMemo(() => sceneOf(room), [room]);
	const pins = useMemo(() => new Map(room.milestones.flatMap((m) => m.kind === "pinned" && m.seq !== undefined ? [[m.seq, m.label ?? ""] as const] : [])), [room]);
	const authors = useAuthors(room, items, sieve.actor);
	const actions = useMemo<EntryActions | null>(() => !mayWrite || at !== "" ? null : {
		onPin: setPinning, onCorrect: setCorrecting,
		onUnpin: async (e) => {
			const r = await api<null>("DELETE", `/incidents/${room.id}/milestones/${e.seq}`);
			if (!r.ok)
				fail(r.problem);
		},
	}, [room.id, at, mayWrite]);
	const older = useMemo(() => () => void stretch.older(), [stretch]);
	const newer = useMemo(() => () => void stretch.newer(), [stretch]);
	const olderRef = useNear(stretch.hasOlder.value && !isLoading, older);
	/* Nothing that was typed is a word. */
	const isRefused = sieve.text !== "" && stretch.problem.value?.errors[0]?.pointer === "/text";
	const days = useMemo(() => byDay(items), [items, words.value]);
	return (
		<div class="timeline" aria-busy={isLoading}>
			<Filters sieve={sieve} people={authors} isRefused={isRefused} />
			{stretch.problem.value !== null && !isRefused && (
				<div class="retry">
					<ProblemNote problem={stretch.problem.value} />
					<button type="button" onClick={() => void stretch.load()}>{t("try_again")}</button>
				</div>
			)}
			{stretch.hasNewer.value && (
				<div class="timeline-end">
					<button type="button" onClick={newer}>{t("timeline.newer")}</button>
					<button type="button" class="link" onClick={() => { history.replaceState(history.state, "", location.pathname + location.search); void stretch.load(); }}>{t("timeline.newest")}</button>
				</div>
			)}
			{items.length === 0 && isLoading && <Skeleton rows={5} />}
			{items.length === 0 && !isLoading && stretch.problem.value === null
				&& <Empty icon={listIcon} title={t(isSifted(sieve) ? "feed.no_match" : "timeline.empty")} text={t(isSifted(sieve) ? "timeline.no_match_hint" : "timeline.empty_hint")} />}
			{!isRefused && days.map((d) => (
				<section key={d.day} class="timeline-day" aria-label={longDay(d.at)}>
					<h3><time dateTime={d.at}>{longDay(d.at)}</time></h3>
					<ol class="entries">
						{d.entries.map((e) => (
							<EntryItem key={e.seq} e={e} room={room.id} scene={scene} pinned={pins.get(e.seq)} isAimedAt={e.seq === aim.seq} actions={actions} />
						))}
					</ol>
				</section>
			))}
			<div ref={olderRef} class="timeline-end">
				{stretch.hasOlder.value && items.length > 0 && <button type="button" disabled={isLoading} onClick={older}>{t(isLoading ? "loading" : "timeline.older")}</button>}
			</div>
			{pinning !== null && <PinDialog room={room.id} entry={pinning} scene={scene} onClose={() => setPinning(null)} />}
			{correcting !== null && <CorrectDialog room={room.id} entry={correcting} scene={scene} onClose={() => setCorrecting(null)} />}
		</div>
	);
}
