/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * history.tsx - the draft played back, keystroke by keystroke: a slider over its revisions, a button that
 * runs it, who wrote which part, and the way to the whole page as it was then. Long pauses are not waited for.
 */
import nextIcon from "@primer/octicons/build/svg/chevron-right-16.svg";
import playIcon from "@primer/octicons/build/svg/play-16.svg";
import previousIcon from "@primer/octicons/build/svg/chevron-left-16.svg";
import stopIcon from "@primer/octicons/build/svg/square-fill-16.svg";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { api } from "../api";
import { dateTime, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Name, Skeleton } from "../ui/parts";
import { authorMarks, coloursOf, Legend } from "./authors";
import { Film } from "./film";
import { changesSince, hrefOf, type StatementData } from "./model";
import { Shown } from "./shown";

const PLAY_MS = 6000, STEP_MS = 40; /* the whole of it takes about so long, and no faster than that */

async function load(statement: StatementData): Promise<Film | null> {
	const [first, updates] = await Promise.all([api<StatementData>("GET", `/statements/${statement.id}?as_of=${statement.id}`), changesSince(statement.id, 0)]);
	if (!first.ok || updates === null)
		return null;
	try {
		return new Film(first.data.text, first.data.authors, updates);
	} catch {
		return null;
	}
}

function usePlaying(last: number, at: number, setAt: (n: number) => void): { isPlaying: boolean; toggle: () => void } {
	const [isPlaying, setPlaying] = useState(false);
	const now = useRef(at);
	now.current = at;
	useEffect(() => {
		if (!isPlaying)
			return undefined;
		const ms = Math.max(STEP_MS, PLAY_MS / Math.max(1, last)), step = Math.max(1, Math.ceil(last * STEP_MS / PLAY_MS));
		const timer = setInterval(() => {
			const next = Math.min(last, now.current + step);
			setAt(next);
			if (next >= last)
				setPlaying(false);
		}, ms);
		return () => clearInterval(timer);
	}, [isPlaying, last]);
	return { isPlaying, toggle: () => { if (!isPlaying && at >= last) setAt(0); setPlaying(!isPlaying); } };
}

function Player({ film, statement }: { film: Film; statement: StatementData }) {
	const last = film.updates.length;
	const [at, setAt] = useState(Math.min(statement.revision, last));
	const colours = useMemo(() => coloursOf(film.writers.map((w) => w.id)), [film]);
	const { text, runs } = film.at(at);
	const { isPlaying, toggle } = usePlaying(last, at, setAt);
	const update = film.updates[at - 1];
	const when = update?.at ?? statement.at, who = update?.by.name ?? statement.by.name;
	return (
		<>
			<div class="film-row" dir="ltr">
				<button type="button" class="icon-button" aria-label={t(isPlaying ? "statement.stop" : "statement.play")} onClick={toggle}><Icon of={isPlaying ? stopIcon : playIcon} /></button>
				<button type="button" class="icon-button" aria-label={t("statement.back_one")} disabled={at === 0} onClick={() => setAt(at - 1)}><Icon of={previousIcon} /></button>
				<input type="range" min={0} max={last} value={at} aria-label={t("statement.history")} aria-valuetext={t("statement.revision_at", { n: at, when: dateTime(when) })} onInput={(e) => setAt(Number(e.currentTarget.value))} />
				<button type="button" class="icon-button" aria-label={t("statement.on_one")} disabled={at === last} onClick={() => setAt(at + 1)}><Icon of={nextIcon} /></button>
			</div>
			<p class="soft small thing-facts">
				<span>{t("statement.revision", { n: at })}</span>
				<span>{tx("by_when", { who: <Name class="strong">{who}</Name>, when: <time dateTime={when} title={exact(when)}>{dateTime(when)}</time> })}</span>
				<a href={`${hrefOf(statement)}?at=${encodeURIComponent(when)}`}>{t("statement.page_then")}</a>
			</p>
			<Legend runs={[...film.writers.map((user) => ({ user, units: 0 })), ...runs]} colours={colours} />
			<div class="paper film" tabIndex={0} role="region" aria-label={t("statement.text")}><Shown text={text} lang={statement.lang} marks={[...authorMarks(runs, colours), ...film.marks(at)]} /></div>
		</>
	);
}

export default function History({ statement, onClose }: { statement: StatementData; onClose: () => void }) {
	const [film, setFilm] = useState<Film | null | "failed">(null);
	useEffect(() => { void load(statement).then((f) => setFilm(f ?? "failed")); }, [statement.id]);
	return (
		<Dialog title={t("statement.history")} onClose={onClose} class="wide history-dialog">
			{film === null ? <Skeleton rows={3} /> : film === "failed" ? <p class="note bad">{t("page.failed")}</p> : <Player film={film} statement={statement} />}
			<div class="buttons"><button type="button" class="primary" onClick={onClose}>{t("close")}</button></div>
		</Dialog>
	);
}
