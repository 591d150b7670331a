/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * scrubber.tsx - from the declaration to now, to go back along.
 *
 * Time runs from left to right in every language, so the range stands in a box of its own direction.
 * Dragging goes by time, arrows go from entry to entry, Home to the beginning and End back to live.
 * What is worth going back to stands below as buttons; the ticks on the track only repeat it.
 */
import historyIcon from "@primer/octicons/build/svg/history-16.svg";
import lawIcon from "@primer/octicons/build/svg/law-16.svg";
import questionIcon from "@primer/octicons/build/svg/question-16.svg";
import starIcon from "@primer/octicons/build/svg/star-16.svg";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { api } from "../api";
import { exact } from "../i18n/format";
import { t, words } from "../i18n/t";
import { Icon } from "../ui/icon";
import { type List, useLoaded } from "../ui/load";
import { minute } from "../ui/now";
import { Text } from "../ui/text";
import { at, isFrozen, lookAt } from "./at";
import { isOfRoom, type RoomData, useFollow } from "./model";
import { type Mark, marksOf } from "./scrubber_marks";
import { type Entry, moment } from "./timeline_said";

const DEBOUNCE_MS = 250, STEPS = 1000, ICONS = { decision: lawIcon, verdict: questionIcon, milestone: starIcon };

/* The room as it is now: what lies ahead of the moment that is looked at stands on the scale as well. */
function useWhole(room: RoomData): { live: RoomData; marks: Mark[] } {
	const whole = useLoaded<RoomData>(isFrozen.value ? `/incidents/${room.id}` : null);
	const judged = useLoaded<List<Entry>>(`/incidents/${room.id}/timeline?kind=claim.changed&limit=500`);
	useFollow((type, data) => type === "claim.changed" && isOfRoom(data, room.id), judged.reload);
	const live = isFrozen.value ? whole.data ?? room : room;
	const marks = useMemo(() => marksOf(live, judged.data?.items ?? []), [live, judged.data, words.value]);
	return { live, marks };
}

/* The newest moment on the scale, in ms. By the server's clock: what it was when it answered, and since. */
function useEnd(live: RoomData, marks: readonly Mark[]): number {
	const answered = useMemo(() => ({ server: Date.parse(live.clocks.at), here: Date.now() }), [live]);
	if (live.resolved_at !== null && live.status !== "active")
		return Math.max(Date.parse(live.resolved_at), ...marks.map((m) => Date.parse(m.at))) + 60000;
	return answered.server + Math.max(0, minute.value - answered.here);
}

/** From the entry that `room` ends with to the one before or behind it; null when there is none. */
async function neighbour(room: number, seq: number, direction: -1 | 1): Promise<number | null> {
	if (direction > 0) {
		const r = await api<List<Entry>>("GET", `/incidents/${room}/timeline?after=${seq}&limit=1`);
		return r.ok ? r.data.items[0]?.seq ?? null : null;
	}
	const r = await api<RoomData>("GET", `/incidents/${room}?as_of=${seq - 1}`);
	return r.ok ? r.data.last_seq : null;
}

function Marks({ marks }: { marks: readonly Mark[] }) {
	return (
		<details class="scrubber-marks" open={isFrozen.value}>
			<summary>{t("at.marks", { n: marks.length })}</summary>
			<ol>
				{marks.map((m) => (
					<li key={`${m.kind}${m.seq}`}>
						<button type="button" class={`mark mark-${m.kind}`} aria-pressed={at.value === String(m.seq)} onClick={() => lookAt(m.seq)}>
							<Icon of={ICONS[m.kind]} size={12} /><time dateTime={m.at} title={exact(m.at)}>{moment(m.at)}</time>
							<span class="unseen">{t(`at.kind.${m.kind}`)}</span>{m.word !== undefined && <span class="strong">{m.word}</span>}<Text isInline class="mark-text">{m.text}</Text>
						</button>
					</li>
				))}
			</ol>
		</details>
	);
}

export function Scrubber({ room }: { room: RoomData }) {
	const { live, marks } = useWhole(room);
	const start = Date.parse(room.declared_at), end = Math.max(useEnd(live, marks), start + 1000);
	const shown = isFrozen.value ? Math.min(end, Math.max(start, Date.parse(room.clocks.at))) : end;
	const [held, setHeld] = useState<number | null>(null);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined), isStepping = useRef(false);
	/* Where the last step went: the room of that moment may still be on its way. */
	const stood = useRef({ at: "", seq: 0 });
	useEffect(() => () => clearTimeout(timer.current), []);
	useEffect(() => setHeld(null), [room.clocks.at, at.value]);
	const placeOf = (ms: number): number => Math.round((ms - start) / (end - start) * STEPS);
	const value = held ?? placeOf(shown);
	const timeAt = (place: number): number => start + (end - start) * place / STEPS;
	const drag = (place: number): void => {
		setHeld(place);
		clearTimeout(timer.current);
		timer.current = setTimeout(() => lookAt(place >= STEPS ? "" : new Date(timeAt(place)).toISOString()), DEBOUNCE_MS);
	};
	const step = async (direction: -1 | 1): Promise<void> => {
		if (isStepping.current || (!isFrozen.value && direction > 0))
			return;
		const known = stood.current.at === at.value && isFrozen.value ? stood.current.seq : 0, seq = known || room.last_seq;
		const isOnEntry = isFrozen.value && at.value === String(seq);
		isStepping.current = true;
		const next = direction < 0 && !isOnEntry ? seq : await neighbour(room.id, seq, direction);
		isStepping.current = false;
		if (next !== null)
			stood.current = { at: String(next), seq: next };
		if (next !== null || direction > 0)
			lookAt(next ?? "");
	};
	const onKey = (e: KeyboardEvent): void => {
		const run: Partial<Record<string, () => void>> = {
			ArrowLeft: () => void step(-1), ArrowDown: () => void step(-1), ArrowRight: () => void step(1), ArrowUp: () => void step(1),
			Home: () => lookAt(room.id), End: () => lookAt(""),
		};
		const act = run[e.key];
		if (act === undefined)
			return;
		e.preventDefault();
		clearTimeout(timer.current);
		act();
	};
	const text = !isFrozen.value && held === null ? t("at.live") : moment(new Date(held === null ? shown : timeAt(held)).toISOString());
	return (
		<section class="scrubber" aria-label={t("at.scrubber")}>
			<div class="scrubber-row" dir="ltr">
				<span class="scrubber-end soft small"><Icon of={historyIcon} size={12} /><time dateTime={room.declared_at} title={exact(room.declared_at)}>{moment(room.declared_at)}</time></span>
				<div class="scrubber-track">
					<div class="ticks" aria-hidden="true">
						{marks.map((m) => <span key={`${m.kind}${m.seq}`} class={`tick tick-${m.kind}`}
							style={{ insetInlineStart: `${Math.min(100, Math.max(0, placeOf(Date.parse(m.at)) / STEPS * 100))}%` }} />)}
					</div>
					<input type="range" min={0} max={STEPS} step={1} value={value} aria-label={t("at.scrubber")} aria-valuetext={text}
						aria-describedby="scrubber-hint" onInput={(e) => drag(Number(e.currentTarget.value))} onKeyDown={onKey} />
				</div>
				<output class={isFrozen.value ? "scrubber-end at-past small" : "scrubber-end at-live small"}><bdi>{text}</bdi></output>
			</div>
			<p id="scrubber-hint" class="unseen">{t("at.keys")}</p>
			{marks.length > 0 && <Marks marks={marks} />}
		</section>
	);
}
