/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * authors.tsx - who wrote which part, in colours: the same ones while it is typed, at a moment of the past and
 * played back. A colour goes with the person and not with a place in the text, where whoever types above the
 * others would change them all; the names stand beside them, since a colour alone says nothing.
 */
import { number } from "../i18n/format";
import { t } from "../i18n/t";
import { Name } from "../ui/parts";
import type { Who } from "./model";
import type { Mark } from "./shown";

const COLOURS = 6; /* .by-0 … */

export interface Run {
	user: Who;
	units: number;
}

/** Of people, by id: each their own while there are enough, and nearly always the same whoever else is there. */
export function coloursOf(ids: Iterable<number>): Map<number, string> {
	const all = [...new Set(ids)].sort((a, b) => a - b), taken = new Set<number>(), found = new Map<number, string>();
	for (const id of all) {
		let n = id % COLOURS;
		for (let i = 0; i < COLOURS && taken.has(n); i++)
			n = (n + 1) % COLOURS;
		taken.add(n);
		found.set(id, `by by-${n}`);
	}
	return found;
}

/** A text's stretches as they are coloured. */
export function authorMarks(runs: readonly Run[], colours: ReadonlyMap<number, string>): Mark[] {
	let at = 0;
	return runs.map((run) => {
		const from = at;
		at += run.units;
		return { from, to: at, class: colours.get(run.user.id) ?? "by", title: run.user.name };
	});
}

/** Whose is how much, in the order of the runs; who wrote nothing of it may be among them with 0. */
export function sharesOf(runs: readonly Run[]): Run[] {
	const found = new Map<number, Run>();
	for (const { user, units } of runs)
		found.set(user.id, { user, units: (found.get(user.id)?.units ?? 0) + units });
	return [...found.values()];
}

export function Legend({ runs, colours }: { runs: readonly Run[]; colours: ReadonlyMap<number, string> }) {
	return (
		<ul class="by-legend" aria-label={t("statement.authors")}>
			{sharesOf(runs).map((a) => <li key={a.user.id}><span class={colours.get(a.user.id)}><Name>{a.user.name}</Name></span> <span class="soft small">{number(a.units)}</span></li>)}
		</ul>
	);
}
