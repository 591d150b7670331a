/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * dialog.tsx - <Dialog> for anything that needs an answer before one goes on, and
 *
 *   if (await confirm({ title: t("…"), text: t("…"), yes: t("…"), isDangerous: true })) …
 *
 * Both are the browser's own <dialog>: focus stays inside, Esc closes, the page behind is inert.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/t";

interface DialogProps {
	title: string;
	onClose: () => void;
	/** Esc does nothing: there is nowhere to go back to. */
	isModalOnly?: boolean;
	class?: string;
	children: ComponentChildren;
}

export function Dialog({ title, onClose, isModalOnly = false, class: name = "", children }: DialogProps) {
	const ref = useRef<HTMLDialogElement>(null);
	const isGone = useRef(false);
	const id = useId();
	useLayoutEffect(() => {
		const dialog = ref.current;
		const before = document.activeElement;
		dialog?.showModal();
		return () => {
			isGone.current = true;
			dialog?.close();
			if (before instanceof HTMLElement)
				before.focus();
		};
	}, []);
	/* A browser lets only one Esc be prevented and closes by itself at the next. */
	const onClosed = (): void => {
		if (isGone.current)
			return;
		if (isModalOnly)
			ref.current?.showModal();
		else
			onClose();
	};
	return (
		<dialog ref={ref} class={`dialog ${name}`} aria-labelledby={id}
			onCancel={(e) => { e.preventDefault(); if (!isModalOnly) onClose(); }}
			onClose={onClosed} onClick={(e) => { if (e.target === ref.current && !isModalOnly) onClose(); }}>
			<div class="dialog-body">
				<h2 id={id}>{title}</h2>
				{children}
			</div>
		</dialog>
	);
}

interface Question {
	title: string;
	text?: string;
	yes: string;
	isDangerous?: boolean;
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

export function confirm(question: Question): Promise<boolean> {
	asked.value?.answer(false);
	return new Promise((resolve) => {
		asked.value = {
			...question,
			answer: (yes) => {
				asked.value = null;
				resolve(yes);
			},
		};
	});
}

/** Stands once in the shell; shows what confirm() asks. */
export function Confirms() {
	const q = asked.value;
	if (q === null)
		return null;
	return (
		<Dialog title={q.title} onClose={() => q.answer(false)}>
			{q.text !== undefined && <p>{q.text}</p>}
			<div class="buttons">
				<button type="button" onClick={() => q.answer(false)}>{t("cancel")}</button>
				<button type="button" class={q.isDangerous ? "danger" : "primary"} onClick={() => q.answer(true)}>{q.yes}</button>
			</div>
		</Dialog>
	);
}
