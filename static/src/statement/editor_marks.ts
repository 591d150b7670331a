/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * editor_marks.ts - what the editor shows beside letters: which way each line runs, what a stretch rests
 * on, what a check found, who wrote what. All but the first are set from outside and then
 * move along with the text. The page's policy allows no style attributes, so all of it is classes.
 */
import { type EditorState, type Extension, Facet, type Range, StateEffect, StateField, type Text, Transaction } from "@codemirror/state";
import { lineDirection } from "./shown";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

/* ---- direction ---- */

export type Direction = "auto" | "ltr" | "rtl";
/** What lines do that say nothing themselves, and whether all are made to run one way. */
export const direction = Facet.define<{ base: "ltr" | "rtl"; forced: Direction }, { base: "ltr" | "rtl"; forced: Direction }>({
	combine: (given) => given[0] ?? { base: "ltr", forced: "auto" },
});

/* A line without letters runs like the one before it. */
function inherited(doc: Text, number: number, base: "ltr" | "rtl"): "ltr" | "rtl" {
	for (let n = number; n > 0; n--) {
		const own = lineDirection(doc.line(n).text);
		if (own !== null)
			return own;
	}
	return base;
}

const LINES = { ltr: Decoration.line({ attributes: { dir: "ltr" } }), rtl: Decoration.line({ attributes: { dir: "rtl" } }) };

function directed(view: EditorView): DecorationSet {
	const { base, forced } = view.state.facet(direction), doc = view.state.doc, found: Range<Decoration>[] = [];
	for (const { from, to } of view.visibleRanges) {
		let last = forced === "auto" ? inherited(doc, doc.lineAt(from).number - 1, base) : forced;
		for (let at = from; at <= to;) {
			const line = doc.lineAt(at);
			if (forced === "auto")
				last = lineDirection(line.text) ?? last;
			found.push(LINES[last].range(line.from));
			at = line.to + 1;
		}
	}
	return Decoration.set(found);
}

const lines = ViewPlugin.fromClass(class {
	marks: DecorationSet;
	constructor(view: EditorView) {
		this.marks = directed(view);
	}
	update(u: ViewUpdate): void {
		if (u.docChanged || u.viewportChanged || u.startState.facet(direction) !== u.state.facet(direction))
			this.marks = directed(u.view);
	}
}, { decorations: (p) => p.marks });

/* ---- stretches ---- */

export interface Stretch {
	from: number;
	to: number;
	class: string;
	title?: string;
}

/** Of one kind of stretch: its effect, and the field that holds them. */
function kindOf(): { set: ReturnType<typeof StateEffect.define<readonly Stretch[]>>; field: StateField<DecorationSet> } {
	const set = StateEffect.define<readonly Stretch[]>();
	const field = StateField.define<DecorationSet>({
		create: () => Decoration.none,
		update(marks, tr) {
			let now = tr.docChanged ? marks.map(tr.changes) : marks;
			for (const e of tr.effects) {
				if (e.is(set))
					now = marksOf(e.value, tr.state);
			}
			return now;
		},
		provide: (f) => EditorView.decorations.from(f),
	});
	return { set, field };
}

function marksOf(stretches: readonly Stretch[], state: EditorState): DecorationSet {
	const most = state.doc.length;
	return Decoration.set(stretches.filter((s) => s.from < Math.min(s.to, most)).map((s) => Decoration.mark({
		class: s.class, ...(s.title === undefined ? {} : { attributes: { title: s.title } }),
	}).range(s.from, Math.min(s.to, most))), true);
}

const rests = kindOf(), found = kindOf(), authors = kindOf();
export const setRests = rests.set, setFound = found.set, setAuthors = authors.set;

/** What is typed here is one's own at once; who wrote what else is told with the next setAuthors. */
export const ownClass = Facet.define<string, string>({ combine: (given) => given[0] ?? "" });

const ownTyping = EditorView.updateListener.of((u) => {
	const own = u.state.facet(ownClass);
	if (own === "" || !u.docChanged)
		return;
	const fresh: Range<Decoration>[] = [];
	for (const tr of u.transactions) {
		if (tr.docChanged && tr.annotation(Transaction.remote) !== true)
			tr.changes.iterChanges((_a, _b, from, to) => { if (to > from && u.transactions.length === 1) fresh.push(Decoration.mark({ class: own }).range(from, to)); });
	}
	if (fresh.length > 0)
		u.view.dispatch({ effects: addOwn.of(fresh) });
});
const addOwn = StateEffect.define<readonly Range<Decoration>[]>();

const ownField = StateField.define<DecorationSet>({
	create: () => Decoration.none,
	update(marks, tr) {
		let now = tr.docChanged ? marks.map(tr.changes) : marks;
		for (const e of tr.effects) {
			if (e.is(addOwn))
				now = now.update({ add: e.value, sort: true });
			else if (e.is(setAuthors))
				now = Decoration.none;
		}
		return now;
	},
	provide: (f) => EditorView.decorations.from(f),
});

/** All of the above; own typing is coloured while `ownClass` says how. */
export const marks: Extension = [lines, EditorView.perLineTextDirection.of(true), rests.field, found.field, authors.field, ownField, ownTyping];
