/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * entry.tsx - one entry of a timeline: when, what, what was given with it, and what can be done
 * with it. What was corrected stays readable behind its line and says where the correction is.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import bookIcon from "@primer/octicons/build/svg/book-16.svg";
import branchIcon from "@primer/octicons/build/svg/git-branch-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import commentIcon from "@primer/octicons/build/svg/comment-16.svg";
import eyeIcon from "@primer/octicons/build/svg/eye-16.svg";
import fileIcon from "@primer/octicons/build/svg/paperclip-16.svg";
import historyIcon from "@primer/octicons/build/svg/history-16.svg";
import kebabIcon from "@primer/octicons/build/svg/kebab-horizontal-16.svg";
import lawIcon from "@primer/octicons/build/svg/law-16.svg";
import linkIcon from "@primer/octicons/build/svg/link-16.svg";
import megaphoneIcon from "@primer/octicons/build/svg/megaphone-16.svg";
import noteIcon from "@primer/octicons/build/svg/note-16.svg";
import penIcon from "@primer/octicons/build/svg/file-16.svg";
import verdictIcon from "@primer/octicons/build/svg/checklist-16.svg";
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import personIcon from "@primer/octicons/build/svg/person-16.svg";
import pinIcon from "@primer/octicons/build/svg/star-16.svg";
import pinnedIcon from "@primer/octicons/build/svg/star-fill-16.svg";
import questionIcon from "@primer/octicons/build/svg/question-16.svg";
import taskIcon from "@primer/octicons/build/svg/tasklist-16.svg";
import { Component, type ComponentChildren } from "preact";

import { clock, exact } from "../i18n/format";
import { safeHref } from "../i18n/foreign";
import { t, tx } from "../i18n/t";
import { copyLink } from "../ui/copy";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { hrefAt, lookAt } from "./at";
import { type Body, type Entry, moment, type Part, plainly, sayEntry, type Said, type Scene } from "./timeline_said";

const ICONS: Readonly<Record<string, string>> = {
	incident: branchIcon, participant: personIcon, mention: commentIcon, note: noteIcon, correction: pencilIcon, claim: questionIcon,
	task: taskIcon, decision: lawIcon, milestone: pinIcon, word: megaphoneIcon, cadence: clockIcon, file: fileIcon, playbook: bookIcon,
	statement: penIcon, verdict: verdictIcon,
};

const nounOf = (e: Entry): string => e.type.split(".")[0] ?? "";
const isOverdue = (e: Entry): boolean => e.type.endsWith(".overdue");

/** Its icon tells the kind; what is overdue is always an alarm. */
export const iconOf = (e: Entry): string => isOverdue(e) ? alertIcon : ICONS[nounOf(e)] ?? noteIcon;

function Piece({ part, room }: { part: Part; room: number }): ComponentChildren {
	if (typeof part !== "object")
		return <>{part}</>;
	switch (part.is) {
	case "quote": return <>{tx("timeline.quoted", { text: <Text isInline class="said-quote">{part.text}</Text> })}</>;
	case "name": return <Name class="strong">{part.text}</Name>;
	case "entry": return <a href={`#e${part.seq}`}>{part.text}</a>;
	case "room": return <a href={`/incidents/${part.id}`}><bdi>{part.id}</bdi></a>;
	case "mention": return <a href={`/mentions/${part.id}`}><bdi>{part.id}</bdi></a>;
	case "file": return <a href={`/api/v1/incidents/${room}/files/${part.id}`} download><Text isInline>{part.text === "" ? String(part.id) : part.text}</Text></a>;
	case "statement": return <a href={`/incidents/${room}/statements/${part.id}`}>{part.text === "" ? <bdi>{part.id}</bdi> : <Text isInline>{part.text}</Text>}</a>;
	case "time": return <time dateTime={part.at} title={exact(part.at)}>{moment(part.at)}</time>;
	}
}

/** The sentence alone. What is foreign in it stands by itself, whichever way it runs. */
export function Sentence({ said, room }: { said: Said; room: number }) {
	/* A number stays one: it chooses the plural form. */
	const holes = Object.fromEntries(Object.entries(said.holes).map(([k, p]) => [k, typeof p === "number" ? p : <Piece key={k} part={p} room={room} />]));
	return <>{tx(said.key, holes)}</>;
}

/* A foreign text of its own is a paragraph; all else stands on the line of its label. */
function Whole({ part, room, isAddress }: { part: Part; room: number; isAddress: boolean }) {
	if (typeof part === "object" && part.is === "quote") {
		const href = isAddress ? safeHref(part.text) : undefined;
		return href !== undefined ? <a href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{part.text}</a>
			: <Text class="said-text" links>{part.text}</Text>;
	}
	return <Piece part={part} room={room} />;
}

function BodyView({ body, room }: { body: Body; room: number }) {
	const inside = body.isList
		? <ul class="said-list">{body.parts.map((p, i) => <li key={i}><Whole part={p} room={room} isAddress={false} /></li>)}</ul>
		: body.parts.map((p, i) => <Whole key={i} part={p} room={room} isAddress={body.label === "timeline.part.url"} />);
	if (body.label === null)
		return <div class="said-body">{inside}</div>;
	return <div class="said-fact"><span class="said-label">{t(body.label)}</span><div>{inside}</div></div>;
}

function When({ e }: { e: Entry }) {
	return (
		<a class="entry-time" href={`#e${e.seq}`} title={exact(e.recorded_at)}>
			<span class="unseen">{t("timeline.permalink")}</span><time dateTime={e.recorded_at}>{clock(e.recorded_at)}</time>
		</a>
	);
}

/* A minute apart is a difference to people; less is only how long the typing took. */
const isBackfilled = (e: Entry): boolean => Math.abs(Date.parse(e.recorded_at) - Date.parse(e.occurred_at)) >= 60000;

const linkTo = (seq: number): string => `${location.origin}${hrefAt(new URLSearchParams(location.search).get("at") ?? "", `#e${seq}`)}`;

export interface EntryActions {
	onPin: (e: Entry) => void;
	onUnpin: (e: Entry) => void;
	onCorrect: (e: Entry) => void;
}

interface Props {
	e: Entry;
	room: number;
	scene: Scene;
	/** What it was pinned as. */
	pinned: string | undefined;
	isAimedAt: boolean;
	/** null: nothing can be written here. */
	actions: EntryActions | null;
}

function Actions({ e, label, pinned, actions }: { e: Entry; label: string; pinned: string | undefined; actions: EntryActions | null }) {
	return (
		<Menu label={t("timeline.more", { entry: label })} button={<Icon of={kebabIcon} />}>
			{(close) => {
				const item = (icon: string, text: string, run: () => void): ComponentChildren => (
					<button type="button" class="menu-item" onClick={() => { close(); run(); }}><Icon of={icon} />{text}</button>
				);
				return (
					<>
						{item(linkIcon, t("mention.copy"), () => void copyLink(linkTo(e.seq)))}
						{item(historyIcon, t("timeline.look_at"), () => lookAt(e.seq))}
						{actions !== null && (pinned === undefined
							? item(pinIcon, t("timeline.pin"), () => actions.onPin(e)) : item(pinIcon, t("timeline.unpin"), () => actions.onUnpin(e)))}
						{actions !== null && item(pencilIcon, t("timeline.correct"), () => actions.onCorrect(e))}
					</>
				);
			}}
		</Menu>
	);
}

function EntryView({ e, room, scene, pinned, isAimedAt, actions }: Props) {
	const said = sayEntry(e, scene);
	const isStruck = e.corrected_by !== undefined;
	const knownAt = e.type === "decision.made" && typeof e.data.known_at === "number" ? e.data.known_at : 0;
	const matter = (
		<>
			<p class="entry-line"><Sentence said={said} room={room} /></p>
			{said.body.map((b, i) => <BodyView key={i} body={b} room={room} />)}
		</>
	);
	return (
		<li id={`e${e.seq}`} tabIndex={-1} aria-current={isAimedAt ? "true" : undefined}
			class={`entry noun-${nounOf(e)}${isOverdue(e) ? " overdue" : ""}${pinned === undefined ? "" : " pinned"}${isStruck ? " struck" : ""}${isAimedAt ? " aimed" : ""}`}>
			<When e={e} />
			<span class="entry-mark"><Icon of={iconOf(e)} /></span>
			<div class="entry-main">
				{pinned !== undefined && <p class="entry-pin"><Icon of={pinnedIcon} size={12} /><span class="unseen">{t("timeline.milestone")}</span><Text isInline>{pinned}</Text></p>}
				{isStruck ? <del class="entry-struck">{matter}</del> : matter}
				{isStruck && <p class="entry-fix"><Icon of={pencilIcon} size={12} /><a href={`#e${e.corrected_by}`}>{t("timeline.was_corrected")}</a></p>}
				{isBackfilled(e) && (
					<p class="soft small">{tx("timeline.both_times", {
						occurred: <time dateTime={e.occurred_at} title={exact(e.occurred_at)}>{moment(e.occurred_at, Date.parse(e.recorded_at))}</time>,
						recorded: <time dateTime={e.recorded_at} title={exact(e.recorded_at)}>{clock(e.recorded_at)}</time>,
					})}</p>
				)}
				{knownAt !== 0 && (
					<button type="button" class="link small entry-known" onClick={() => lookAt(knownAt)}><Icon of={eyeIcon} size={12} />{t("timeline.as_known")}</button>
				)}
			</div>
			<Actions e={e} label={plainly(said)} pinned={pinned} actions={actions} />
		</li>
	);
}

/* Hundreds stand in a list; one that comes is no reason to draw the others again. */
export class EntryItem extends Component<Props> {
	override shouldComponentUpdate(next: Props): boolean {
		return (Object.keys(next) as (keyof Props)[]).some((k) => next[k] !== this.props[k]);
	}

	render() {
		return <EntryView {...this.props} />;
	}
}
