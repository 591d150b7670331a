/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * keys.tsx - keyboard shortcuts, and the list of them behind `?`.
 *
 *   useEffect(() => bindKeys([{ code: "KeyJ", label: "keys.next", run: next }]), []);
 *
 * Keys are told by where they are (event.code) and not by what they write, so that they work on an
 * Arabic and a Persian layout. They are off in text fields, under an open dialog, with Ctrl, Alt or
 * Meta, and altogether when the reader has switched single keys off. `g` waits for a second key.
 */
import { signal } from "@preact/signals";

import { type Key, t } from "./i18n/t";
import { hasKeys } from "./settings";
import { Dialog } from "./ui/dialog";

export interface Binding {
	/** "KeyJ"; or "KeyG KeyF" for two after each other. "Shift+Slash" with shift. */
	code: string;
	label: Key;
	run: () => void;
	/** Does nothing while focus is on something that takes the key itself. */
	isForPage?: boolean;
}

const bindings = new Set<Binding>();
const isHelpOpen = signal(false);
let prefix = "", prefixAt = 0;
const PREFIX_MS = 1500;

export function bindKeys(list: readonly Binding[]): () => void {
	for (const b of list)
		bindings.add(b);
	return () => {
		for (const b of list)
			bindings.delete(b);
	};
}

/** The keys of a code as they are written on a keyboard: "KeyG KeyF" is ["G", "F"]. */
export function capsOf(code: string): string[] {
	const NAMES: Record<string, string> = { Slash: "/", "Shift+Slash": "?", Period: ".", Space: "Space", Enter: "Enter", Escape: "Esc" };
	return code.split(" ").map((c) => NAMES[c] ?? c.replace(/^Key/, ""));
}

const takesText = (e: EventTarget | null): boolean => e instanceof HTMLElement
	&& (e.isContentEditable || e.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button])"));
const takesSpace = (e: EventTarget | null): boolean => e instanceof HTMLElement && e.matches("button, a[href], summary, input");

/** The binding for a key, with what was pressed before it; exported for its test. */
export function find(list: Iterable<Binding>, before: string, pressed: string): Binding | null {
	let found: Binding | null = null;
	for (const b of list) {
		if (b.code === (before === "" ? pressed : `${before} ${pressed}`))
			found = b;
	}
	return found;
}

export const isPrefix = (list: Iterable<Binding>, pressed: string): boolean =>
	[...list].some((b) => b.code.startsWith(`${pressed} `));

function onKey(e: KeyboardEvent): void {
	if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || takesText(e.target) || document.querySelector("dialog[open]"))
		return;
	if (!hasKeys.value && e.code !== "Escape")
		return;
	const pressed = (e.shiftKey ? "Shift+" : "") + e.code;
	const before = e.timeStamp - prefixAt < PREFIX_MS ? prefix : "";
	prefix = "";
	const binding = find(bindings, before, pressed);
	if (binding === null) {
		if (before === "" && isPrefix(bindings, pressed)) {
			prefix = pressed;
			prefixAt = e.timeStamp;
		}
		return;
	}
	if (binding.isForPage && takesSpace(e.target))
		return;
	e.preventDefault();
	binding.run();
}

export function watchKeys(): void {
	document.addEventListener("keydown", onKey);
	bindKeys([{ code: "Shift+Slash", label: "keys.help", run: () => { isHelpOpen.value = true; } }]);
}

export const showKeys = (): void => { isHelpOpen.value = true; };

/** Stands once in the shell. */
export function KeysHelp() {
	if (!isHelpOpen.value)
		return null;
	return (
		<Dialog title={t("keys.title")} onClose={() => { isHelpOpen.value = false; }}>
			{!hasKeys.value && <p class="note">{t("keys.are_off")} <a href="/settings" onClick={() => { isHelpOpen.value = false; }}>{t("nav.settings")}</a></p>}
			<dl class="keys">
				{[...bindings].map((b) => (
					<div key={b.code}>
						<dt dir="ltr">{capsOf(b.code).map((cap) => <kbd key={cap}>{cap}</kbd>)}</dt>
						<dd>{t(b.label)}</dd>
					</div>
				))}
			</dl>
			<div class="buttons"><button type="button" class="primary" onClick={() => { isHelpOpen.value = false; }}>{t("close")}</button></div>
		</Dialog>
	);
}
