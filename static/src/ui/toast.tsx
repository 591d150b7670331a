/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * toast.tsx - a short word at the edge about what was just done, with a way back where there is one.
 *
 *   say(t("people.saved"));
 *   say(t("token.revoked"), { undo: () => restore(token) });
 *   fail(problem);
 *
 * It stays 8 s, as long as a pointer or the focus is on it longer, and errors until they are closed.
 */
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import { explain, particulars, type Problem } from "../api";
import { t } from "../i18n/t";
import { Icon } from "./icon";

interface Toast {
	id: number;
	text: string;
	detail: string;
	isError: boolean;
	undo?: (() => void) | undefined;
}

const STAY_MS = 8000;
const MOST = 4;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

function add(toast: Omit<Toast, "id">): void {
	toasts.value = [...toasts.value, { ...toast, id: ++lastId }].slice(-MOST);
}

export function say(text: string, { undo }: { undo?: () => void } = {}): void {
	add({ text, detail: "", isError: false, undo });
}

export function fail(problem: Problem): void {
	add({ text: explain(problem), detail: particulars(problem), isError: true });
}

const close = (id: number): void => { toasts.value = toasts.value.filter((x) => x.id !== id); };

function One({ toast }: { toast: Toast }) {
	const [isHeld, hold] = useState(false);
	useEffect(() => {
		if (isHeld || toast.isError)
			return undefined;
		const timer = setTimeout(() => close(toast.id), STAY_MS);
		return () => clearTimeout(timer);
	}, [isHeld, toast]);
	return (
		<div class={toast.isError ? "toast bad" : "toast"} onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}
			onFocusIn={() => hold(true)} onFocusOut={() => hold(false)}>
			<div class="toast-text">
				{toast.text}
				{toast.detail !== "" && <bdi class="small" lang="en">{toast.detail}</bdi>}
			</div>
			{toast.undo && (
				<button type="button" class="link" onClick={() => { toast.undo?.(); close(toast.id); }}>{t("undo")}</button>
			)}
			<button type="button" class="icon-button" aria-label={t("close")} onClick={() => close(toast.id)}><Icon of={xIcon} /></button>
		</div>
	);
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((toast) => <One key={toast.id} toast={toast} />)}
		</div>
	);
}
