/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* typist.ts - a page without a screen: the editor's state and collab.ts, over a line of its own. */
import { EditorState, type Text, type Transaction } from "../../../static/node_modules/@codemirror/state/dist/index.js"; /* the one that collab.ts has */

import { type Batch, Collab, draftOf, type Kept, type Saved, type Wire } from "../../../static/src/statement/collab";
import { wireOf } from "../../../static/src/statement/wire";
import { type Line, withLine } from "./line";

export class Typist {
	state: EditorState;
	readonly collab: Collab;
	saved: Saved = "saved";
	kept: Kept | null = null;
	wrong = "";
	#waits = 0; /* timers, and requests */

	constructor(readonly line: Line, statement: number, text: Text, revision: number, readonly name: string) {
		this.state = EditorState.create({ doc: text, extensions: draftOf(revision, name) });
		const page = this;
		this.collab = new Collab({ get state() { return page.state; }, dispatch(tr: Transaction) { page.state = tr.state; } }, this.#wire(statement), {
			onSaved: (saved) => { this.saved = saved; },
			keep: (kept) => { this.kept = kept === null ? null : JSON.parse(JSON.stringify(kept)) as Kept; },
			reset: (why, detail) => { this.wrong ||= `${name}: ${why}: ${detail}`; },
			later: (fn, ms) => {
				let isDue = true;
				this.#waits++;
				const over = (): boolean => isDue && (isDue = false, this.#waits--, true);
				const timer = setTimeout(() => { if (over()) fn(); }, ms / line.place.pace);
				return () => { clearTimeout(timer); over(); };
			},
		});
	}

	#wire(statement: number): Wire {
		const wire = wireOf(statement);
		const counted = <T>(fn: () => Promise<T>): Promise<T> => {
			this.#waits++;
			return withLine(this.line, fn).finally(() => { this.#waits--; });
		};
		return { push: (revision, updates) => counted(() => wire.push(revision, updates)), since: (revision) => counted(() => wire.since(revision)) };
	}

	get text(): string {
		return this.state.doc.toString();
	}

	/** Nothing waits, nothing is asked. */
	get isQuiet(): boolean {
		return this.#waits === 0 && this.collab.waiting === 0;
	}

	type(changes: { from: number; to?: number; insert?: string }): void {
		this.state = this.state.update({ changes }).state;
		this.collab.typed();
	}

	batch(batch: Batch): void {
		this.collab.batch(batch);
	}

	close(): void {
		this.collab.close();
		this.line.close();
	}
}
