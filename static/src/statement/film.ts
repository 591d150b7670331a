/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * film.ts - all revisions of a draft, made again from its first text and what was typed: the text of any of
 * them, and who had written which part of it. Authors are kept by the same walk as the server keeps them.
 */
import { ChangeSet, EditorState, type Text } from "@codemirror/state";

import type { Run } from "./authors";
import type { TypedUpdate, Who } from "./model";
import type { Mark } from "./shown";

const EVERY = 64; /* a text is kept for so many revisions */

interface Frame {
	text: Text;
	runs: readonly Run[];
}

/* Neighbours of one author are one; nothing is empty. */
function push(runs: Run[], user: Who, units: number): void {
	const last = runs.at(-1);
	if (units > 0 && last?.user.id === user.id)
		runs[runs.length - 1] = { user: last.user, units: last.units + units };
	else if (units > 0)
		runs.push({ user, units });
}

/* What was kept keeps its author, what came in is whose change it is. */
function runsAfter(runs: readonly Run[], set: ChangeSet, by: Who): Run[] {
	const found: Run[] = [];
	let i = 0, used = 0, at = 0;
	const walk = (to: number, keeps: boolean): void => {
		while (at < to) {
			const run = runs[i] as Run, step = Math.min(to - at, run.units - used);
			if (keeps)
				push(found, run.user, step);
			at += step;
			used += step;
			if (used === run.units) {
				i++;
				used = 0;
			}
		}
	};
	set.iterChanges((fromA, toA, fromB, toB) => {
		walk(fromA, true);
		walk(toA, false);
		push(found, by, toB - fromB);
	});
	walk(set.length, true);
	return found;
}

export class Film {
	readonly #frames: Frame[];
	readonly #sets: ChangeSet[];
	/** Everybody who ever wrote in it. */
	readonly writers: readonly Who[];

	/** Throws when the changes do not fit the text, or `authors` not to its length. */
	constructor(first: string, authors: readonly Run[], readonly updates: readonly Pick<TypedUpdate, "changes" | "by" | "at">[]) {
		let frame: Frame = { text: EditorState.create({ doc: first }).doc, runs: authors };
		if (frame.text.length !== authors.reduce((sum, run) => sum + run.units, 0))
			throw new RangeError("authors of another text");
		this.#frames = [frame];
		this.#sets = updates.map((u) => ChangeSet.fromJSON(u.changes));
		this.writers = [...new Map([...authors.map((a) => a.user), ...updates.map((u) => u.by)].map((who) => [who.id, who])).values()];
		updates.forEach((_, i) => {
			frame = this.#next(frame, i);
			if ((i + 1) % EVERY === 0)
				this.#frames.push(frame);
		});
	}

	#next({ text, runs }: Frame, i: number): Frame {
		const set = this.#sets[i] as ChangeSet, { by } = this.updates[i] as TypedUpdate;
		return { text: set.apply(text), runs: runsAfter(runs, set, by) };
	}

	at(revision: number): { text: string; runs: readonly Run[] } {
		const near = Math.floor(revision / EVERY);
		let frame = this.#frames[near] as Frame;
		for (let i = near * EVERY; i < revision; i++)
			frame = this.#next(frame, i);
		return { text: frame.text.toString(), runs: frame.runs };
	}

	/** What the update that led to a revision put in. */
	marks(revision: number): Mark[] {
		const marks: Mark[] = [];
		this.#sets[revision - 1]?.iterChanges((_a, _b, from, to) => { if (to > from) marks.push({ from, to, class: "just-typed" }); });
		return marks;
	}
}
