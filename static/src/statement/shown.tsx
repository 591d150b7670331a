/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * shown.tsx - a statement's text that is only read: each line in its own direction, telephone numbers and the
 * like left to right as a whole, stretches marked as the editor marks them, characters that turn text around
 * shown and not obeyed.
 */
import type { ComponentChildren } from "preact";

import { piecesOf, stretchesOf } from "../i18n/foreign";

export interface Mark {
	from: number;
	to: number;
	class: string;
	title?: string;
}

const FIRST = /\p{L}/u;
const FROM_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** By its first letter; null: it has none. */
export function lineDirection(line: string): "ltr" | "rtl" | null {
	const letter = FIRST.exec(line)?.[0];
	return letter === undefined ? null : FROM_RIGHT.test(letter) ? "rtl" : "ltr";
}

/** Of each line, by its first letter; one without letters runs like the one before it. */
export function directions(lines: readonly string[], base: "ltr" | "rtl"): ("ltr" | "rtl")[] {
	let last = base;
	return lines.map((line) => last = lineDirection(line) ?? last);
}

export const baseOf = (lang: string): "ltr" | "rtl" => /^(ar|fa|he|ur|ps|ckb)\b/.test(lang) ? "rtl" : "ltr";

export function safe(text: string): ComponentChildren[] {
	return piecesOf(text, { reviews: true }).map((p, i) => p.kind === "hidden" ? <span key={i} class="hidden-mark" title={p.code} dir="ltr">{p.name}</span> : p.text);
}

/** A line, what in it runs from left to right set apart; `draw` draws a stretch of it. */
export const setApart = (line: string, draw: (from: number, to: number) => ComponentChildren): ComponentChildren[] =>
	stretchesOf(line).map((s) => s.isLtr ? <bdi key={`ltr${s.from}`} dir="ltr">{draw(s.from, s.to)}</bdi> : draw(s.from, s.to));

/* A line cut where marks begin and end; each piece with all that cover it. */
function cut(line: string, at: number, marks: readonly Mark[]): ComponentChildren[] {
	const end = at + line.length, over = marks.filter((m) => m.from < end && m.to > at);
	const places = [...new Set([at, end, ...over.flatMap((m) => [Math.max(at, m.from), Math.min(end, m.to)])])].sort((a, b) => a - b);
	return places.slice(0, -1).map((from, i) => {
		const to = places[i + 1] ?? end, on = over.filter((m) => m.from <= from && m.to >= to), text = safe(line.slice(from - at, to - at));
		return on.length === 0 ? <span key={from}>{text}</span>
			: <span key={from} class={on.map((m) => m.class).join(" ")} title={on.map((m) => m.title ?? "").filter(Boolean).join(" · ") || undefined}>{text}</span>;
	});
}

interface ShownProps {
	text: string;
	lang: string;
	marks?: readonly Mark[];
	forced?: "auto" | "ltr" | "rtl";
	class?: string;
}

export function Shown({ text, lang, marks = [], forced = "auto", class: name = "" }: ShownProps) {
	const lines = text.split("\n"), dirs = directions(lines, baseOf(lang));
	let at = 0;
	return (
		<div class={`shown ${name}`} lang={lang}>
			{lines.map((line, i) => {
				const from = at;
				at += line.length + 1;
				return <p key={i} dir={forced === "auto" ? dirs[i] : forced}>{line === "" ? "\u00a0" : setApart(line, (a, b) => cut(line.slice(a, b), from + a, marks))}</p>;
			})}
		</div>
	);
}
