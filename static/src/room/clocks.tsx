/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * clocks.tsx - since the first mention, since our last word, until the next. What is overdue is said
 * with a word and a shape, and counts on.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import { useState } from "preact/hooks";

import { clock, exact } from "../i18n/format";
import { t } from "../i18n/t";
import { Icon } from "../ui/icon";
import { minute } from "../ui/now";
import { mayAdd, mayCommand, type RoomData, type RoomSummary, type WordClock } from "./model";
import { spanOf } from "./span";
import { SetCadence, Speak } from "./words";

const secondsTo = (at: string, now: number): number => (Date.parse(at) - now) / 1000;

/** When the public hears from us next; nothing when nobody has promised anything. */
export function NextWord({ room }: { room: Pick<RoomSummary, "clocks"> }) {
	const word = room.clocks?.words?.find((w) => w.audience === "public");
	if (!word?.due_at)
		return null;
	const left = secondsTo(word.due_at, minute.value);
	return left < 0
		? <span class="loud"><Icon of={alertIcon} />{t("clock.overdue", { span: spanOf(left) })}</span>
		: <span><Icon of={clockIcon} /> {t("clock.next_in", { span: spanOf(left) })}</span>;
}

function Word({ w, now }: { w: WordClock; now: number }) {
	const left = w.due_at === null ? null : secondsTo(w.due_at, now);
	return (
		<div class={left !== null && left < 0 ? "clock overdue" : "clock"}>
			<dt>{t(`audience.${w.audience}`)}</dt>
			<dd>
				{left === null ? <span class="soft">{t("clock.none")}</span>
					: left < 0 ? <span class="loud"><Icon of={alertIcon} />{t("clock.overdue", { span: spanOf(left) })}</span>
					: <span class="strong" title={exact(w.due_at ?? "")}>{t("clock.next_at", { at: clock(w.due_at ?? ""), span: spanOf(left) })}</span>}
				<span class="soft small">{w.last_word_at === null ? t("clock.silent") : t("clock.spoke", { span: spanOf(secondsTo(w.last_word_at, now)) })}</span>
			</dd>
		</div>
	);
}

export function Clocks({ room, isFrozen }: { room: RoomData; isFrozen: boolean }) {
	const [open, setOpen] = useState<"speak" | "cadence" | null>(null);
	const { clocks } = room;
	/* Frozen, the clocks stand where they stood. */
	const now = isFrozen || room.resolved_at !== null ? Date.parse(isFrozen ? clocks.at : room.resolved_at ?? clocks.at) : minute.value;
	const from = clocks.first_mention_at ?? room.declared_at;
	return (
		<section class="room-box clocks" aria-labelledby="clocks-heading">
			<h2 id="clocks-heading">{t("clock.title")}</h2>
			<p class="clock-big"><time dateTime={from} title={exact(from)}>{spanOf(secondsTo(from, now))}</time>
				<span class="soft small">{t(clocks.first_mention_at === null ? "clock.since_declared" : "clock.since_first")}</span></p>
			{clocks.words !== undefined && (
				<>
					<dl>{clocks.words.map((w) => <Word key={w.audience} w={w} now={now} />)}</dl>
					{!isFrozen && (
						<div class="buttons">
							{mayAdd(room) && <button type="button" onClick={() => setOpen("speak")}>{t("word.spoken")}</button>}
							{mayCommand(room) && <button type="button" onClick={() => setOpen("cadence")}>{t("word.cadence")}</button>}
						</div>
					)}
				</>
			)}
			{open === "speak" && <Speak room={room} onClose={() => setOpen(null)} />}
			{open === "cadence" && <SetCadence room={room} onClose={() => setOpen(null)} />}
		</section>
	);
}
