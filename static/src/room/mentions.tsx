/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mentions.tsx - the mentions of this incident, newest first, and what became of each. It reads a page
 * at a time: a room may have a hundred thousand. What the stream tells of them makes it read again.
 */
import claimIcon from "@primer/octicons/build/svg/megaphone-16.svg";
import branchIcon from "@primer/octicons/build/svg/git-branch-16.svg";
import searchIcon from "@primer/octicons/build/svg/search-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { authorHref, authorOf } from "../feed/filter";
import type { Mention, MentionPage } from "../feed/mention";
import { beginning, timeOf, Who } from "../feed/row";
import { number } from "../i18n/format";
import { t } from "../i18n/t";
import { SourceChip } from "../ui/chip";
import { ProblemNote } from "../ui/field";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { minute } from "../ui/now";
import { Name, Skeleton, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { fail, say } from "../ui/toast";
import { usePeople } from "./fields";
import { act, type Claim, isOfRoom, mayAdd, mayDeclare, type Person, type RoomData, useFollow } from "./model";
import { Part, type PartProps } from "./part";
import { spanOf } from "./span";
import { addSpread, asked, dropSpread, ofClaim, showAll } from "./spread";
import { short } from "./timeline_said";
import { STATES, type State, type Triage, TriageDialog, TriageMark } from "./triage";

type Item = Mention & { triage?: Triage | null };

const PAGE = 20, MOST_READ = 500, TYPING_MS = 300;

interface Sieve {
	q: string;
	triage: State | "open" | "";
	/** 0: whatever they spread. */
	claim: number;
}
const OPEN: readonly State[] = ["new", "seen", "owned", "answered"];

function pathOf(room: number, sieve: Sieve, n: number, before?: number): string {
	const q = new URLSearchParams({ incident: String(room), limit: String(n) });
	if (sieve.q.trim() !== "")
		q.set("q", sieve.q.trim());
	if (sieve.triage !== "")
		q.set("triage", sieve.triage === "open" ? OPEN.join(",") : sieve.triage);
	if (sieve.claim !== 0)
		q.set("claim", String(sieve.claim));
	if (before !== undefined)
		q.set("before", String(before));
	return `/mentions?${q}`;
}

interface Read {
	items: Item[];
	next: number | null;
	problem: Problem | null;
	isLoading: boolean;
}

/* As many as are shown already are read again; more, page by page. */
function useMentions(room: number, sieve: Sieve): Read & { again: () => void; more: () => void } {
	const [read, setRead] = useState<Read>({ items: [], next: null, problem: null, isLoading: true });
	const turn = useRef(0), shown = useRef(0);
	const load = useCallback(async (n: number, before?: number) => {
		const mine = ++turn.current;
		const r = await api<MentionPage>("GET", pathOf(room, sieve, n, before));
		if (mine !== turn.current)
			return;
		setRead((old) => {
			if (!r.ok)
				return { ...old, problem: r.problem, isLoading: false };
			const items = before === undefined ? r.data.items : [...old.items, ...r.data.items];
			shown.current = items.length;
			return { items, next: r.data.next, problem: null, isLoading: false };
		});
	}, [room, sieve.q, sieve.triage, sieve.claim]);
	useEffect(() => {
		const timer = setTimeout(() => void load(PAGE), sieve.q === "" ? 0 : TYPING_MS);
		return () => { clearTimeout(timer); turn.current++; };
	}, [load]);
	const again = useCallback(() => void load(Math.min(MOST_READ, Math.max(PAGE, shown.current))), [load]);
	return { ...read, again, more: () => { if (read.next !== null) void load(PAGE, read.next); } };
}

/* It leaves its claims as well; the one that is looked at has it back by undo. */
async function unlink(room: RoomData, claim: number, id: number, again: () => void): Promise<void> {
	const r = await act("DELETE", `/incidents/${room.id}/mentions/${id}`);
	const back = async (): Promise<void> => {
		const first = await act("POST", `/incidents/${room.id}/mentions`, { ids: [id] });
		const x = first.ok && claim !== 0 ? await addSpread(room, claim, [id]) : first;
		if (!x.ok)
			fail(x.problem);
		again();
	};
	if (r.ok) {
		say(t("part.mentions.unlinked"), { undo: () => void back() });
	} else {
		fail(r.problem);
	}
	again();
}

async function notSpread(room: RoomData, claim: number, id: number, again: () => void): Promise<void> {
	const r = await dropSpread(room, claim, [id]);
	if (r?.ok === false) {
		fail(r.problem);
	} else {
		say(t("part.mentions.not_spread_done"), { undo: () => void addSpread(room, claim, [id]).then((x) => {
			if (!x.ok)
				fail(x.problem);
			again();
		}) });
	}
	again();
}

interface RowProps {
	m: Item;
	people: readonly Person[];
	may: boolean;
	/** Undefined: nobody chooses. */
	isPicked: boolean | undefined;
	onPick: () => void;
	onTriage: () => void;
	onUnlink: () => void;
	/** Undefined: no claim's mentions are looked at. */
	onNotSpread: (() => void) | undefined;
}

function Row({ m, people, may, isPicked, onPick, onTriage, onUnlink, onNotSpread }: RowProps) {
	const owner = people.find((p) => p.id === m.triage?.owner)?.name;
	return (
		<li class={isPicked ? "thing room-mention picked" : "thing room-mention"} id={`mention-${m.id}`}>
			<p class="meta">
				{isPicked !== undefined && <label class="pick"><input type="checkbox" aria-label={t("mention.pick")} checked={isPicked} onChange={onPick} /></label>}
				<Who m={m} /><SourceChip slug={m.source} /><Time at={timeOf(m)} />
			</p>
			{m.title !== undefined && <Text class="thing-text" lang={m.lang} marks={m.title_marks}>{beginning(m.title)}</Text>}
			<Text class="clamped" lang={m.lang} marks={m.marks}>{beginning(m.text)}</Text>
			<div class="thing-acts">
				<TriageMark of={m.triage?.state ?? "new"} asks={m.triage?.asks} />
				{(m.triage?.state ?? "new") === "new" && <span class="soft small">{t("triage.waits", { span: spanOf((minute.value - Date.parse(m.recorded_at)) / 1000) })}</span>}
				{owner !== undefined && <Name class="small strong">{owner}</Name>}
				<span class="thing-links">
					{authorOf(m) !== "" && <a class="small" href={authorHref(m)}>{t("mention.more_by")}</a>}
					<a class="small" href={`/mentions/${m.id}`}>{t("part.mentions.open")}</a>
					{may && onNotSpread !== undefined && <button type="button" class="link small" onClick={onNotSpread}>{t("part.mentions.not_spread")}</button>}
					{may && <button type="button" class="link small" onClick={onUnlink}>{t("part.mentions.unlink")}</button>}
					{may && <button type="button" onClick={onTriage}>{t("triage.go")}</button>}
				</span>
			</div>
		</li>
	);
}

const MOST_PICKED = 500; /* the server takes no more at once */

/* Some of them spread a claim; who may declare may make them an incident of its own. */
function usePicks(room: RoomData, again: () => void) {
	const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
	const [open, setOpen] = useState<"split" | "spread" | null>(null);
	const close = (): void => setOpen(null), none = (): void => setPicked(new Set());
	const Split = useLate(open === "split", () => import("./split"), close);
	const Spread = useLate(open === "spread", () => import("./spread_add"), close);
	const hasClaims = room.claims.length > 0;
	const isOn = mayAdd(room) && (hasClaims || mayDeclare());
	const pick = (id: number): void => {
		const next = new Set(picked);
		if (!next.delete(id) && next.size < MOST_PICKED)
			next.add(id);
		setPicked(next);
	};
	const bar = isOn && picked.size > 0 && (
		<div class="picks" role="region" aria-label={t("mention.picked_label")}>
			<span class="strong" role="status">{t("mention.picked", { n: picked.size })}</span>
			{hasClaims && <button type="button" onClick={() => setOpen("spread")}><Icon of={claimIcon} />{t("part.mentions.spread")}</button>}
			{mayDeclare() && <button type="button" onClick={() => setOpen("split")}><Icon of={branchIcon} />{t("room.split")}</button>}
			<button type="button" class="icon-button" aria-label={t("mention.pick_none")} title={t("mention.pick_none")} onClick={none}><Icon of={xIcon} /></button>
			{open === "split" && Split !== null && <Split room={room} mentions={[...picked]} onClose={close} />}
			{open === "spread" && Spread !== null && <Spread room={room} mentions={[...picked]} onClose={close} onDone={() => { close(); none(); again(); }} />}
		</div>
	);
	return { isPicked: (id: number): boolean | undefined => isOn ? picked.has(id) : undefined, pick, bar };
}

/* Whoever asked for a claim's mentions is brought here, wherever in the room that was. */
function ClaimChip({ claim }: { claim: Claim }) {
	const chip = useRef<HTMLParagraphElement>(null);
	useEffect(() => {
		chip.current?.scrollIntoView({ block: "center" });
		chip.current?.focus({ preventScroll: true });
	}, [claim.id, asked.value]);
	return (
		<p ref={chip} tabIndex={-1} class="claim-chip">
			<Icon of={claimIcon} /><span>{t("part.mentions.spreading", { claim: short(claim.text ?? t("erased")) })}</span>
			<button type="button" class="icon-button" aria-label={t("part.mentions.all")} title={t("part.mentions.all")} onClick={showAll}><Icon of={xIcon} /></button>
		</p>
	);
}

function Filters({ sieve, onChange }: { sieve: Sieve; onChange: (s: Sieve) => void }) {
	return (
		<div class="part-filters">
			<div class="search">
				<Icon of={searchIcon} />
				<input type="search" dir="auto" aria-label={t("part.mentions.search")} placeholder={t("part.mentions.search")} maxLength={200} value={sieve.q}
					onInput={(e) => onChange({ ...sieve, q: e.currentTarget.value })} />
			</div>
			<select aria-label={t("triage")} onChange={(e) => onChange({ ...sieve, triage: e.currentTarget.value as Sieve["triage"] })}>
				<option value="" selected={sieve.triage === ""}>{t("triage.all")}</option>
				<option value="open" selected={sieve.triage === "open"}>{t("triage.open")}</option>
				{STATES.map((s) => <option key={s} value={s} selected={sieve.triage === s}>{t(`triage.${s}`)}</option>)}
			</select>
		</div>
	);
}

function Live({ room }: { room: RoomData }) {
	const [words, setWords] = useState<Sieve>({ q: "", triage: "", claim: 0 });
	const claim = room.claims.find((c) => c.id === ofClaim.value);
	const sieve = { ...words, claim: claim?.id ?? 0 };
	const [open, setOpen] = useState<number | null>(null);
	const { items, next, problem, isLoading, again, more } = useMentions(room.id, sieve);
	const people = usePeople();
	const may = mayAdd(room), { isPicked, pick, bar } = usePicks(room, again);
	useFollow(useCallback((type: string, data: string) => type === "mention.triaged" || (/^mention\.|^claim\.(un)?linked$/.test(type) && isOfRoom(data, room.id)), [room.id]), again);
	const chosen = items.find((m) => m.id === open);
	const isSifted = sieve.q !== "" || sieve.triage !== "" || sieve.claim !== 0;
	return (
		<>
			{(room.counts.mentions > 0 || isSifted) && <Filters sieve={sieve} onChange={setWords} />}
			{claim !== undefined && <ClaimChip claim={claim} />}
			{problem !== null && <ProblemNote problem={problem} />}
			{isLoading ? <Skeleton rows={2} />
				: items.length === 0 ? <p class="soft part-empty">{t(isSifted ? "part.mentions.none" : "part.mentions.empty")}</p>
				: <ol class="things" aria-label={`${t("part.mentions")}: ${number(room.counts.mentions)}`}>
					{items.map((m) => (
						<Row key={m.id} m={m} people={people} may={may} isPicked={isPicked(m.id)} onPick={() => pick(m.id)} onTriage={() => setOpen(m.id)} onUnlink={() => void unlink(room, sieve.claim, m.id, again)}
							onNotSpread={claim === undefined ? undefined : () => void notSpread(room, claim.id, m.id, again)} />
					))}
				</ol>}
			{next !== null && !isLoading && <p class="part-more"><button type="button" onClick={more}>{t("part.mentions.more")}</button></p>}
			{bar}
			{chosen !== undefined && <TriageDialog key={chosen.id} id={chosen.id} text={chosen.text} now={chosen.triage ?? null} onClose={() => setOpen(null)} onDone={again} />}
		</>
	);
}

export function Mentions({ room, isFrozen }: PartProps) {
	return (
		<Part name="mentions" title={t("part.mentions")} count={room.counts.mentions}>
			{isFrozen ? <p class="soft part-empty">{t("part.mentions.frozen", { n: room.counts.mentions })}</p> : <Live key={room.id} room={room} />}
		</Part>
	);
}
