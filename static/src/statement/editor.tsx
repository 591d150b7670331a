/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * editor.tsx - the place where a draft is typed. Loaded late: it brings CodeMirror along.
 *
 * Around it the page works with a Handle: what is selected, what to show beside the text, where to go.
 * Tab leaves it, as it leaves every field. On a line's direction see editor_marks.ts.
 */
import { defaultKeymap, history, historyKeymap, redo, undo } from "@codemirror/commands";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, placeholder } from "@codemirror/view";
import { effect, type Signal, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "../api";
import { t } from "../i18n/t";
import { session } from "../session";
import { ProblemNote } from "../ui/field";
import { Skeleton } from "../ui/parts";
import { say } from "../ui/toast";
import { carets } from "./carets";
import { type Direction, direction, marks, ownClass, setAuthors, setFound, setRests, type Stretch } from "./editor_marks";
import { type Draft, openDraft } from "./session";

export interface Selected {
	from: number;
	to: number;
	text: string;
}

export interface Handle {
	readonly draft: Draft;
	/** null: nothing is selected. */
	readonly selected: Signal<Selected | null>;
	/** Letters and line ends, as they are now. */
	readonly length: Signal<number>;
	goTo(from: number, to: number): void;
	undo(): void;
	redo(): void;
	setDirection(base: "ltr" | "rtl", forced: Direction): void;
	/** Stretches of the text as the server has it at a revision; false: the page is elsewhere by now. */
	show(what: "rests" | "found" | "authors", at: number, stretches: readonly Stretch[]): boolean;
	/** How one's own typing is shown; "" not at all. */
	showOwn(name: string): void;
	text(): string;
}

/* Those that turn text around and those that nobody sees; what Arabic and Persian are written with is not marked. */
const HIDDEN = highlightSpecialChars({
	specialChars: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffc]/gu,
	render: (code) => {
		const mark = document.createElement("span");
		mark.className = "hidden-mark";
		mark.dir = "ltr";
		mark.textContent = mark.title = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
		return mark;
	},
});

const LOOK = EditorView.theme({
	"&": { backgroundColor: "transparent" },
	"&.cm-focused": { outline: "none" },
	".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit", overflow: "visible" },
	".cm-content": { caretColor: "var(--ink)", padding: "0" },
	".cm-line": { padding: "0 2px" },
});

const nonce = (): string => document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

const EFFECTS = { rests: setRests, found: setFound, authors: setAuthors };

function makeHandle(draft: Draft, view: EditorView, turned: Compartment, own: Compartment, selected: Signal<Selected | null>, length: Signal<number>): Handle {
	return {
		draft, selected, length,
		goTo(from, to) {
			const most = view.state.doc.length, anchor = Math.min(from, most), head = Math.min(to, most);
			view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
			view.focus();
		},
		undo: () => { undo(view); view.focus(); },
		redo: () => { redo(view); view.focus(); },
		setDirection: (base, forced) => view.dispatch({ effects: turned.reconfigure(direction.of({ base, forced })) }),
		show(what, at, stretches) {
			if (at !== draft.revision() || draft.waiting() > 0)
				return false;
			view.dispatch({ effects: EFFECTS[what].of(stretches) });
			return true;
		},
		showOwn: (name) => view.dispatch({ effects: own.reconfigure(name === "" ? [] : ownClass.of(name)) }),
		text: () => view.state.doc.toString(),
	};
}

function mount(parent: HTMLElement, draft: Draft, { lang, title: label, incident }: EditorProps): { handle: Handle; end: () => void } {
	const selected = signal<Selected | null>(null), length = signal(draft.text.length), turned = new Compartment(), own = new Compartment();
	const extensions: Extension = [
		EditorView.cspNonce.of(nonce()), LOOK, EditorView.lineWrapping, HIDDEN, history(), keymap.of([...defaultKeymap, ...historyKeymap]),
		placeholder(t("statement.write_here")), marks, turned.of(direction.of({ base: /^(ar|fa|he|ur|ps|ckb)\b/.test(lang) ? "rtl" : "ltr", forced: "auto" })), own.of([]),
		EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", lang, spellcheck: "true", autocapitalize: "sentences", autocorrect: "on" }),
		EditorView.updateListener.of((u) => {
			if (u.docChanged) {
				length.value = u.state.doc.length;
				draft.typed();
			}
			if (u.docChanged || u.selectionSet) {
				const { from, to } = u.state.selection.main;
				selected.value = from === to ? null : { from, to, text: u.state.sliceDoc(from, to) };
			}
		}),
		draft.extension, carets(draft, incident),
	];
	const view = new EditorView({ parent, state: EditorState.create({ doc: draft.text, extensions }) });
	draft.attach({ get state() { return view.state; }, dispatch: (tr) => view.dispatch(tr) });
	return {
		handle: makeHandle(draft, view, turned, own, selected, length),
		end: () => { draft.close(); view.destroy(); },
	};
}

export interface EditorProps {
	statement: number;
	incident: number;
	lang: string;
	title: string;
	/** null when it is gone again. */
	onHandle: (handle: Handle | null) => void;
}

export default function Editor(props: EditorProps) {
	const { statement, onHandle } = props;
	const box = useRef<HTMLDivElement>(null);
	const [problem, setProblem] = useState<Problem | null>(null), [isReady, setReady] = useState(false), [again, setAgain] = useState(0);
	useEffect(() => {
		let end: (() => void) | null = null, isOn = true;
		void openDraft(statement, session.value?.user.id ?? 0).then((opened) => {
			if (!isOn || box.current === null)
				return opened.ok ? opened.draft.close() : undefined;
			if (!opened.ok)
				return setProblem(opened.problem);
			const { draft } = opened, mounted = mount(box.current, draft, props);
			const stop = effect(() => { if (draft.broken.value !== "" && isOn) setAgain((n) => n + 1); });
			end = () => { stop(); mounted.end(); onHandle(null); };
			setReady(true);
			setProblem(null);
			onHandle(mounted.handle);
			if (draft.restored > 0)
				say(t("statement.restored"));
			return undefined;
		});
		return () => { isOn = false; end?.(); };
	}, [statement, again]);
	return (
		<>
			<ProblemNote problem={problem} />
			{problem !== null && <button type="button" onClick={() => setAgain(again + 1)}>{t("try_again")}</button>}
			{!isReady && problem === null && <Skeleton rows={3} />}
			<div ref={box} class="editor" />
		</>
	);
}
