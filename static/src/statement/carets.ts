/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * carets.ts - where the others are in the text, and telling them where we are.
 *
 * A caret comes as a place in the text of a revision (POST /presence and `caret` frames; none of it is part of
 * the record). What is ahead of this page waits for its revision, what is shown moves along with the text. The name
 * stands beside a caret for a moment after it moved. For screen readers there is the list of who is here.
 */
import { type Range, StateEffect, StateField, Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";

import { onEvents, onJump } from "../bus/bus";
import { sayWhere, type Spot } from "../room/presence";
import type { Draft } from "./session";

interface Told extends Spot {
	tab: string;
	user: { id: number; name: string };
	gone?: boolean;
}

const SAY_MS = 300; /* the server takes a hundred in 10 s from one person, whatever they have open */

interface Caret {
	name: string;
	colour: number;
	anchor: number;
	head: number;
}
const show = StateEffect.define<readonly Caret[]>();

class CaretMark extends WidgetType {
	constructor(private readonly name: string, private readonly colour: number, private readonly at: number) {
		super();
	}
	override eq(other: CaretMark): boolean {
		return other.name === this.name && other.colour === this.colour && other.at === this.at;
	}
	toDOM(): HTMLElement {
		const caret = document.createElement("span");
		caret.className = `caret caret-${this.colour}`;
		caret.setAttribute("aria-hidden", "true");
		caret.dataset.name = this.name; /* written by the style: it is no part of the text, not even when that is copied */
		return caret;
	}
	override ignoreEvent(): boolean {
		return true;
	}
}

function drawn(carets: readonly Caret[], most: number): DecorationSet {
	const found: Range<Decoration>[] = [];
	for (const c of carets) {
		const head = Math.min(c.head, most), anchor = Math.min(c.anchor, most);
		if (anchor !== head)
			found.push(Decoration.mark({ class: `selected-by caret-${c.colour}` }).range(Math.min(anchor, head), Math.max(anchor, head)));
		found.push(Decoration.widget({ widget: new CaretMark(c.name, c.colour, head), side: 1 }).range(head));
	}
	return Decoration.set(found, true);
}

const field = StateField.define<DecorationSet>({
	create: () => Decoration.none,
	update(marks, tr) {
		let now = tr.docChanged ? marks.map(tr.changes) : marks;
		for (const e of tr.effects) {
			if (e.is(show))
				now = drawn(e.value, tr.state.doc.length);
		}
		return now;
	},
	provide: (f) => EditorView.decorations.from(f),
});

class Carets {
	readonly #told = new Map<string, Told>();
	readonly #ends: (() => void)[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isOwing = false;

	constructor(private readonly view: EditorView, private readonly draft: Draft, private readonly incident: number) {
		this.#ends.push(
			onEvents((events) => {
				let hasMoved = false;
				for (const e of events)
					hasMoved = (e.type === "caret" && this.#hear(JSON.parse(e.data) as Told)) || (e.type === "presence" && this.#sift(e.data)) || hasMoved;
				if (hasMoved)
					this.#draw();
			}),
			onJump(() => { this.#told.clear(); this.#draw(); this.#say(); }),
		);
		this.#say();
	}

	update(u: ViewUpdate): void {
		const isRemote = u.transactions.some((tr) => tr.annotation(Transaction.remote) === true);
		if (u.selectionSet || (u.docChanged && !isRemote))
			this.#say();
		if (isRemote && [...this.#told.values()].some((told) => told.revision >= this.draft.revision()))
			queueMicrotask(() => this.#draw()); /* some may have waited for this */
	}

	destroy(): void {
		clearTimeout(this.#timer);
		for (const end of this.#ends)
			end();
		sayWhere(this.incident, null);
	}

	#hear(told: Told): boolean {
		if (told.statement !== this.draft.id)
			return false;
		if (told.gone === true)
			return this.#told.delete(told.tab);
		this.#told.set(told.tab, told);
		return true;
	}

	/* Whoever is not in the room is not in its statements. */
	#sift(data: string): boolean {
		const { incident, present } = JSON.parse(data) as { incident: number; present: { user: { id: number } }[] };
		const gone = incident === this.incident ? [...this.#told.values()].filter((t) => !present.some((p) => p.user.id === t.user.id)) : [];
		for (const t of gone)
			this.#told.delete(t.tab);
		return gone.length > 0;
	}

	#draw(): void {
		const carets = [...this.#told.values()].flatMap((told): Caret[] => {
			const anchor = this.draft.placeOf(told.anchor, told.revision), head = this.draft.placeOf(told.head, told.revision);
			return anchor === null || head === null ? [] : [{ name: told.user.name, colour: told.user.id % 6, anchor, head }];
		});
		this.view.dispatch({ effects: show.of(carets) });
	}

	/* At once, and then not again for a while. */
	#say(): void {
		this.#isOwing = true;
		if (this.#timer !== undefined)
			return;
		this.#isOwing = false;
		queueMicrotask(() => this.#tell());
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			if (this.#isOwing)
				this.#say();
		}, SAY_MS);
	}

	#tell(): void {
		const { anchor, head } = this.view.state.selection.main;
		sayWhere(this.incident, { statement: this.draft.id, anchor: this.draft.placeAt(anchor), head: this.draft.placeAt(head), revision: this.draft.revision() });
	}
}

export const carets = (draft: Draft, incident: number) => [field, ViewPlugin.define((view) => new Carets(view, draft, incident))];
