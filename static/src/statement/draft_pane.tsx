/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * draft_pane.tsx - the text: the editor for those who may type, else what is there to read; above it what
 * is true about it (saved, how long), below it what could not be merged.
 */
import peopleIcon from "@primer/octicons/build/svg/people-16.svg";
import redoIcon from "@primer/octicons/build/svg/redo-16.svg";
import undoIcon from "@primer/octicons/build/svg/undo-16.svg";
import { useEffect, useMemo, useState } from "preact/hooks";

import { t } from "../i18n/t";
import { me } from "../room/model";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Skeleton } from "../ui/parts";
import { say } from "../ui/toast";
import { Asides } from "./asides";
import { authorMarks, coloursOf, Legend } from "./authors";
import { findingText } from "./checks_pane";
import type { Handle } from "./editor";
import type { Checked, StatementData } from "./model";
import { hasLeft } from "./kept";
import type { Draft } from "./session";
import { baseOf, type Mark, Shown } from "./shown";

type Forced = "auto" | "ltr" | "rtl";

export function SavedState({ draft }: { draft: Draft }) {
	const state = draft.saved.value;
	return <span class={`saved saved-${state} small`} role="status">{t(state === "not_saved" ? "statement.not_saved" : `room.${state}`)}</span>;
}

function Length({ handle, checked, text }: { handle: Handle | null; checked: Checked | null; text: string }) {
	const most = checked?.length_max ?? null, counted = checked?.length ?? 0;
	if (most === null)
		return <span class="soft small">{t("statement.letters", { n: handle?.length.value ?? text.length })}</span>;
	return <span class={counted > most ? "small loud" : "soft small"} role={counted > most ? "alert" : undefined}>{t("statement.length_of", { n: counted, most })}</span>;
}

function DirectionSwitch({ value, onChange }: { value: Forced; onChange: (d: Forced) => void }) {
	return (
		<div class="switch" role="group" aria-label={t("statement.direction")}>
			{(["auto", "rtl", "ltr"] as const).map((d) => (
				<button key={d} type="button" aria-pressed={d === value} title={t(`statement.direction.${d}`)} onClick={() => onChange(d)}>
					<span aria-hidden="true">{d === "auto" ? t("statement.direction.auto_short") : d === "rtl" ? "¶◂" : "▸¶"}</span><span class="unseen">{t(`statement.direction.${d}`)}</span>
				</button>
			))}
		</div>
	);
}

interface PaneProps {
	statement: StatementData;
	checked: Checked | null;
	marks: readonly Mark[];
	mayType: boolean;
	isFrozen: boolean;
	handle: Handle | null;
	onHandle: (handle: Handle | null) => void;
	/** The page has seen another revision than `statement` is of. */
	reload: () => Promise<void>;
}

/* What goes beside the text is of a revision; where the page has moved on, it is read again. */
function useMarks({ statement, checked, marks, handle, reload }: PaneProps, shows: boolean, colours: ReadonlyMap<number, string>): void {
	useEffect(() => {
		if (handle === null)
			return undefined;
		const at = statement.revision;
		const isShown = handle.show("rests", at, marks)
			&& handle.show("found", at, (checked?.findings ?? []).filter((f) => f.to > f.from && f.to - f.from < statement.units).map((f) => ({ from: f.from, to: f.to, class: `found found-${f.severity}`, title: findingText(f) })))
			&& handle.show("authors", at, shows ? authorMarks(statement.authors, colours) : []);
		handle.showOwn(shows ? colours.get(me()) ?? "" : "");
		if (isShown || handle.draft.waiting() > 0)
			return undefined;
		const timer = setTimeout(() => void reload(), 700);
		return () => clearTimeout(timer);
	}, [handle, statement, checked, marks, shows]);
}

export function DraftPane(props: PaneProps) {
	const { statement, checked, marks, mayType, isFrozen, handle, onHandle } = props;
	const [shows, setShows] = useState(false), [forced, setForced] = useState<Forced>("auto");
	const Editor = useLate(mayType, () => import("./editor"), () => say(t("page.failed")));
	/* Who may not type any more sees what they had typed, and the server has not. */
	const Left = useLate<{ statement: number }>(!mayType && !isFrozen && hasLeft(me(), statement.id), () => import("./left"), () => undefined);
	const colours = useMemo(() => coloursOf([...statement.authors.map((run) => run.user.id), ...(mayType ? [me()] : [])]), [statement, mayType]);
	useMarks(props, shows, colours);
	const turn = (d: Forced): void => {
		setForced(d);
		handle?.setDirection(baseOf(statement.lang), d);
	};
	return (
		<section class="room-box statement-text" aria-labelledby="statement-text">
			<header class="part-head">
				<h2 id="statement-text">{t("statement.text")}</h2>
				<div class="buttons">
					{handle !== null && <SavedState draft={handle.draft} />}
					<Length handle={handle} checked={checked} text={statement.text} />
				</div>
			</header>
			<div class="editor-tools">
				{mayType && <button type="button" class="icon-button" aria-label={t("statement.undo")} title={t("statement.undo")} disabled={handle === null} onClick={() => handle?.undo()}><Icon of={undoIcon} mirrors /></button>}
				{mayType && <button type="button" class="icon-button" aria-label={t("statement.redo")} title={t("statement.redo")} disabled={handle === null} onClick={() => handle?.redo()}><Icon of={redoIcon} mirrors /></button>}
				<DirectionSwitch value={forced} onChange={turn} />
				<button type="button" class="offer" aria-pressed={shows} onClick={() => setShows(!shows)}><Icon of={peopleIcon} />{t("statement.authors")}</button>
			</div>
			{shows && <Legend runs={statement.authors} colours={colours} />}
			<div class="paper">
				{!mayType ? <Shown text={statement.text} lang={statement.lang} marks={shows ? [...marks, ...authorMarks(statement.authors, colours)] : marks} forced={forced} />
					: Editor === null ? <Skeleton rows={3} /> : <Editor statement={statement.id} incident={statement.incident} lang={statement.lang} title={t("statement.text")} onHandle={onHandle} />}
			</div>
			{handle !== null && <Asides of={handle.draft.aside.value} onDrop={(aside) => handle.draft.drop(aside)} />}
			{Left !== null && <Left statement={statement.id} />}
		</section>
	);
}
