/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * detail.tsx - one mention with all that is known about it: beside the list where there is room, in
 * its place where there is not. What the list has is shown at once; its history comes from the server.
 *
 * Nothing of a mention is loaded by itself: no picture, no preview, and the link to the original
 * tells the other side nothing about us.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import nextIcon from "@primer/octicons/build/svg/chevron-down-16.svg";
import previousIcon from "@primer/octicons/build/svg/chevron-up-16.svg";
import eyeIcon from "@primer/octicons/build/svg/eye-16.svg";
import linkIcon from "@primer/octicons/build/svg/link-16.svg";
import outIcon from "@primer/octicons/build/svg/link-external-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { explain, type Problem } from "../api";
import type { LineEvent } from "../bus/bus";
import { ago, exact, number } from "../i18n/format";
import { isLang, type Key, LANG_NAMES, t } from "../i18n/t";
import type { Beside } from "../room/became";
import { SourceChip } from "../ui/chip";
import { copyLink } from "../ui/copy";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { useEvents, useLoaded } from "../ui/load";
import { minute } from "../ui/now";
import { Skeleton } from "../ui/parts";
import { hasDanger, safeHref } from "../i18n/foreign";
import { authorHref } from "./filter";
import type { Mention } from "./mention";
import { needRoom } from "../need";
import { mayPick, Ways } from "./pick";
import { isDangerous, timeOf, Who } from "./row";
import { Text } from "../ui/text";

interface Version {
	seq: number;
	type: string;
	recorded_at: string;
	actor: number;
	data: Partial<Mention>;
}
type Whole = Mention & Beside & { history: Version[]; by_author: number };

const HAS_INVISIBLE = /[\u200b-\u200f\u061c\u00ad\u2060\ufeff\u00a0\u202f]/;

interface Read {
	m: Mention | undefined;
	/** What only the server knows; null until it has said so. */
	whole: Whole | null;
	problem: Problem | null;
	reload: () => Promise<void>;
}

/* Of which mention an event tells: of itself, or what becomes of it. */
function isAbout(e: LineEvent, id: number): boolean {
	const { data } = JSON.parse(e.data) as { data: { id?: number; mention?: number; mentions?: readonly (number | { id: number })[] } };
	return e.type === "mention.triaged" ? data.mention === id
		: e.type === "mention.changed" ? data.id === id
		: data.mentions?.some((x) => (typeof x === "number" ? x : x.id) === id) ?? false;
}
const TOLD = ["mention.changed", "mention.triaged", "mention.linked", "mention.unlinked"];

/* Read anew whenever the stream says that this one has changed. */
function useMention(id: number, known: Mention | undefined): Read {
	const { data, problem, reload } = useLoaded<Whole>(`/mentions/${id}`);
	const isThis = useCallback((e: LineEvent) => TOLD.includes(e.type) && isAbout(e, id), [id]);
	useEvents(isThis, reload);
	/* The list's marks are those of the search; they hold for its text alone. */
	const { marks, title_marks } = known ?? {};
	const whole = useMemo(() => data === null ? undefined : {
		...data, ...(marks && data.text === known?.text ? { marks } : {}), ...(title_marks && data.title === known?.title ? { title_marks } : {}),
	}, [data, marks, title_marks]);
	return { m: whole ?? known, whole: data, problem, reload };
}

function Metrics({ m }: { m: Mention }) {
	const k = m.metrics ?? {};
	const shown = (["views", "likes", "reposts", "replies"] as const).filter((name) => k[name] !== undefined);
	const followers = m.author?.followers;
	if (shown.length === 0 && followers === undefined)
		return null;
	return (
		<dl class="metrics">
			{followers !== undefined && <div><dt>{t("metric.followers_label")}</dt><dd>{number(followers)}</dd></div>}
			{shown.map((name) => <div key={name}><dt>{t(`metric.${name}_label`)}</dt><dd>{number(k[name] ?? 0)}</dd></div>)}
		</dl>
	);
}

const FIELDS = ["text", "title", "author", "url", "lang", "posted_at", "metrics", "thread", "in_reply_to"] as const;

function changedFields(before: Partial<Mention>, after: Partial<Mention>): Key[] {
	return FIELDS.filter((f) => JSON.stringify(before[f]) !== JSON.stringify(after[f])).map((f) => `field.${f}` as Key);
}

function History({ versions, heading: Heading }: { versions: readonly Version[]; heading: "h2" | "h3" }) {
	if (versions.length < 2)
		return null;
	return (
		<section>
			<Heading>{t("mention.history", { n: versions.length })}</Heading>
			<ol class="history" reversed>
				{versions.map((v, i) => {
					const before = versions[i - 1];
					return (
						<li key={v.seq}>
							<p class="soft small">
								<time dateTime={v.recorded_at} title={exact(v.recorded_at)}>{ago(v.recorded_at, minute.value)}</time>
								{" · "}{before === undefined ? t("mention.first") : changedFields(before.data, v.data).map((k) => t(k)).join(t("comma"))}
							</p>
							{v.data.text !== undefined && v.data.text !== before?.data.text && <Text class="text" lang={v.data.lang}>{v.data.text}</Text>}
							{v.data.erased === true && <p class="soft">{t("mention.erased")}</p>}
						</li>
					);
				}).reverse()}
			</ol>
		</section>
	);
}

function Raw({ m }: { m: Mention }) {
	const { marks: _, title_marks: __, at: ____, ...plain } = m as Whole;
	const { history: ___, by_author: _____, triage_history: ______, ...values } = plain;
	return (
		<details class="raw">
			<summary>{t("mention.raw")}</summary>
			<dl dir="ltr">
				{Object.entries(values).map(([name, value]) => (
					<div key={name}>
						<dt><code>{name}</code></dt>
						<dd><Text isInline showsAll>{typeof value === "string" ? value : JSON.stringify(value)}</Text></dd>
					</div>
				))}
			</dl>
		</details>
	);
}

const COUNTED = 1000; /* the server counts no further */

function ByAuthor({ m, n }: { m: Mention; n: number }) {
	if (n === 0)
		return null;
	return (
		<p class="small by-author">{n === 1 ? <span class="soft">{t("mention.by_author", { n })}</span>
			: <a href={authorHref(m)}>{n < COUNTED ? t("mention.by_author", { n }) : t("mention.by_author_many", { n: COUNTED - 1 })}</a>}</p>
	);
}

const loadBecame = async () => {
	const [view] = await Promise.all([import("../room/became"), needRoom()]);
	return view;
};

function Body({ m, whole, isAlone, reload }: { m: Mention; whole: Whole | null; isAlone: boolean; reload: () => Promise<void> }) {
	const heading = isAlone ? "h2" : "h3";
	const [hasFailed, setHasFailed] = useState(false);
	const Became = useLate(whole !== null, loadBecame, () => setHasFailed(true));
	const [showsAll, setShowsAll] = useState(false);
	const original = safeHref(m.url), at = timeOf(m);
	return (
		<article class="detail-body">
			<header class="detail-who"><Who m={m} /><SourceChip slug={m.source} /></header>
			<ByAuthor m={m} n={whole?.by_author ?? 0} />
			{isDangerous(m) && <p class="note bad"><Icon of={alertIcon} /> {t("mention.danger_hint")}</p>}
			{m.title !== undefined && <Text class="detail-title" lang={m.lang} marks={m.title_marks} showsAll={showsAll}>{m.title}</Text>}
			<Text class="detail-text" lang={m.lang} marks={m.marks} showsAll={showsAll} links>{m.text}</Text>
			<p class="soft small detail-when">
				<time dateTime={at}>{exact(at)}</time>
				{m.lang !== undefined && <span>{" · "}{isLang(m.lang) ? LANG_NAMES[m.lang] : m.lang}{m.lang_guessed === true && ` (${t("mention.guessed")})`}</span>}
			</p>
			<Metrics m={m} />
			<div class="buttons">
				{original !== undefined && <a class="button" href={original} target="_blank" rel="noopener noreferrer nofollow"><Icon of={outIcon} mirrors />{t("mention.original")}</a>}
				<button type="button" onClick={() => void copyLink(location.href)}><Icon of={linkIcon} />{t("mention.copy")}</button>
				{(HAS_INVISIBLE.test(m.text) || hasDanger(m.text)) && (
					<button type="button" aria-pressed={showsAll} onClick={() => setShowsAll(!showsAll)}><Icon of={eyeIcon} />{t("mention.show_hidden")}</button>
				)}
			</div>
			<div class="buttons"><Ways ids={[m.id]} /></div>
			{whole !== null && (Became !== null || hasFailed) && (
				<>
					{/* All at once: what came later would push what a finger is on from under it. */}
					{Became !== null && <Became id={m.id} text={m.text} recordedAt={m.recorded_at} beside={whole} mayAssess={mayPick()} heading={heading} onDone={() => void reload()} />}
					<History versions={whole.history} heading={heading} />
					<Raw m={m} />
				</>
			)}
		</article>
	);
}

export interface DetailProps {
	id: number;
	known: Mention | undefined;
	/** The list is covered, so the focus belongs here. */
	isAlone: boolean;
	onClose: () => void;
	/** Undefined at the ends of the list. */
	onPrevious: (() => void) | undefined;
	onNext: (() => void) | undefined;
}

export function Detail({ id, known, isAlone, onClose, onPrevious, onNext }: DetailProps) {
	const { m, whole, problem, reload } = useMention(id, known);
	const heading = useRef<HTMLHeadingElement>(null);
	const Heading = isAlone ? "h1" : "h2";
	useEffect(() => {
		heading.current?.closest(".side")?.scrollTo(0, 0);
		if (isAlone)
			heading.current?.focus();
	}, [id]);
	return (
		<section class="detail" aria-labelledby="detail-heading">
			<div class="detail-bar">
				<Heading id="detail-heading" ref={heading} tabIndex={-1}>{t("mention.one")}</Heading>
				<button type="button" class="icon-button" aria-label={t("mention.previous")} title={t("mention.previous")} disabled={onPrevious === undefined} onClick={onPrevious}><Icon of={previousIcon} /></button>
				<button type="button" class="icon-button" aria-label={t("mention.next")} title={t("mention.next")} disabled={onNext === undefined} onClick={onNext}><Icon of={nextIcon} /></button>
				<button type="button" class="icon-button" aria-label={t("close")} title={t("close")} onClick={onClose}><Icon of={xIcon} /></button>
			</div>
			{m !== undefined ? <Body key={id} m={m} whole={whole} isAlone={isAlone} reload={reload} />
				: problem !== null ? <div class="note bad" role="alert">{problem.status === 404 ? t("mention.gone") : explain(problem)}</div>
				: <Skeleton rows={3} />}
		</section>
	);
}
