/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * row.tsx - one mention in the list: who, where from, when; its text in as many lines as a row has.
 * All rows are of one height, so that a hundred thousand of them scroll like ten.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import heartIcon from "@primer/octicons/build/svg/heart-16.svg";
import replyIcon from "@primer/octicons/build/svg/reply-16.svg";
import shareIcon from "@primer/octicons/build/svg/sync-16.svg";

import { directionOf } from "../i18n/direction";
import { ago, compact, exact } from "../i18n/format";
import { t } from "../i18n/t";
import { SourceChip } from "../ui/chip";
import { Icon } from "../ui/icon";
import { minute } from "../ui/now";
import { Name } from "../ui/parts";
import { hueOf } from "../sources";
import { hasDanger } from "../i18n/foreign";
import type { Mention } from "./mention";
import { picked, PickBox } from "./pick";
import { Text } from "../ui/text";

export const timeOf = (m: Mention): string => m.posted_at ?? m.recorded_at;

const LONGEST = 600; /* letters; no row shows more */

/** Cuts a text for a row, never inside a letter. */
export function beginning(text: string): string {
	if (text.length <= LONGEST)
		return text;
	const cut = text.slice(0, LONGEST);
	return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** The author; nothing when nobody is named, and the chip beside it says where from. */
export function Who({ m }: { m: Mention }) {
	const author = m.author ?? {};
	const name = author.name ?? author.handle;
	return name !== undefined && (
		<span class="who">
			<Name class="who-name">{name}</Name>
			{author.name !== undefined && author.handle !== undefined
				&& <Name class="soft who-handle">{`@${author.handle.replace(/^@/, "")}`}</Name>}
		</span>
	);
}

function Counts({ m }: { m: Mention }) {
	const k = m.metrics ?? {};
	return (
		<span class="counts">
			{(k.replies ?? 0) > 0 && <span title={t("metric.replies", { n: k.replies ?? 0 })}><Icon of={replyIcon} size={12} mirrors />{compact(k.replies ?? 0)}</span>}
			{(k.reposts ?? 0) > 0 && <span title={t("metric.reposts", { n: k.reposts ?? 0 })}><Icon of={shareIcon} size={12} />{compact(k.reposts ?? 0)}</span>}
			{(k.likes ?? 0) > 0 && <span title={t("metric.likes", { n: k.likes ?? 0 })}><Icon of={heartIcon} size={12} />{compact(k.likes ?? 0)}</span>}
		</span>
	);
}

export const isDangerous = (m: Mention): boolean =>
	[m.text, m.title, m.author?.name, m.author?.handle].some((s) => s !== undefined && hasDanger(s));

function Flags({ m }: { m: Mention }) {
	return (
		<>
			{isDangerous(m) && <span class="flag bad" title={t("mention.danger")}><Icon of={alertIcon} size={12} /><span class="unseen">{t("mention.danger")}</span></span>}
			{m.version > m.id && <span class="flag">{t("mention.changed")}</span>}
			{m.in_reply_to !== undefined && <span class="flag soft">{t("mention.reply")}</span>}
		</>
	);
}

interface RowProps {
	m: Mention;
	place: number;
	/** Of how many; -1 when there are older ones on the server. */
	of: number;
	height: number;
	isOpen: boolean;
	isCurrent: boolean;
	isFresh: boolean;
	onOpen: (m: Mention) => void;
}

export function Row({ m, place, of, height, isOpen, isCurrent, isFresh, onOpen }: RowProps) {
	const at = timeOf(m), text = beginning(m.text), direction = directionOf(text);
	return (
		<article class={`mention hue-${hueOf(m.source)}${isOpen ? " open" : ""}${isFresh ? " fresh" : ""}${picked.value.has(m.id) ? " picked" : ""}`} data-id={m.id}
			style={{ transform: `translateY(${place * height}px)`, blockSize: `${height}px` }}
			tabIndex={isCurrent ? 0 : -1} aria-posinset={place + 1} aria-setsize={of} aria-labelledby={`who-${m.id} text-${m.id}`}
			onClick={(e) => {
				if (e.target instanceof Element && e.target.closest("a, label") === null && (getSelection()?.isCollapsed ?? true))
					onOpen(m);
			}}>
			<header class="meta" id={`who-${m.id}`}>
				<PickBox id={m.id} />
				<Who m={m} />
				<SourceChip slug={m.source} />
				<Flags m={m} />
				<Counts m={m} />
				<time key={at} dateTime={at} onPointerEnter={(e) => { e.currentTarget.title = exact(at); }}>{ago(at, minute.value)}</time>
			</header>
			<div class="text" id={`text-${m.id}`} dir={direction}>
				{m.title !== undefined && <><Text isInline class="strong" lang={m.lang} marks={m.title_marks}>{beginning(m.title)}</Text>{" — "}</>}
				<Text isInline lang={m.lang} dir={direction} marks={m.marks}>{text}</Text>
			</div>
		</article>
	);
}
