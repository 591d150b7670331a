/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * draft.tsx - <DraftForm>: a form whose text outlives a closed page, a lost network and an ended
 * session. What is typed is kept in the tab's storage under `name` until the server has it.
 *
 *   <DraftForm name="room-12-note" go={t("note.add")} onSend={(f) => act("POST", …)} onDone={close}>
 *
 * onSend's answer decides: taken, the text is thrown away and onDone called; refused, all of it stays.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Answer, Problem } from "../api";
import { t } from "../i18n/t";
import { Form } from "../ui/field";

type Fields = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const keyOf = (name: string): string => `diwan.draft.${name}`;
const isText = (f: Element): f is Fields => f instanceof HTMLTextAreaElement || f instanceof HTMLSelectElement
	|| (f instanceof HTMLInputElement && !["checkbox", "radio", "file", "hidden"].includes(f.type));

function read(name: string): Record<string, string> {
	try {
		return JSON.parse(sessionStorage.getItem(keyOf(name)) ?? "{}") as Record<string, string>;
	} catch {
		return {};
	}
}

function keep(name: string, form: HTMLFormElement): void {
	const texts: Record<string, string> = {};
	for (const field of form.elements) {
		if (isText(field) && field.name !== "" && field.value !== "")
			texts[field.name] = field.value;
	}
	try {
		sessionStorage.setItem(keyOf(name), JSON.stringify(texts));
	} catch { /* storage is closed to us: the text lives as long as the page */ }
}

function forget(name: string): void {
	try {
		sessionStorage.removeItem(keyOf(name));
	} catch { /* as above */ }
}

interface DraftFormProps {
	name: string;
	/** What the button that sends says. */
	go: string;
	isDangerous?: boolean;
	fields?: readonly string[];
	onSend: (data: FormData) => Promise<Answer<unknown>>;
	onDone: () => void;
	/** Without it there is no button to give up. */
	onCancel?: () => void;
	/** Gets the refusal, to show it at its field. */
	children: (problem: Problem | null) => ComponentChildren;
}

export function DraftForm({ name, go, isDangerous = false, fields = [], onSend, onDone, onCancel, children }: DraftFormProps) {
	const box = useRef<HTMLDivElement>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	useEffect(() => {
		const kept = read(name);
		for (const field of box.current?.querySelector("form")?.elements ?? []) {
			const text = isText(field) ? kept[field.name] : undefined;
			if (text !== undefined && isText(field))
				field.value = text;
		}
	}, [name]);
	return (
		<div ref={box} onInput={() => { const form = box.current?.querySelector("form"); if (form) keep(name, form); }}>
			<Form problem={problem} fields={fields} onSubmit={async (data, form) => {
				const r = await onSend(data);
				if (!r.ok) {
					setProblem(r.problem);
					return;
				}
				forget(name);
				form.reset();
				setProblem(null);
				onDone();
			}}>
				{children(problem)}
				<div class="buttons">
					{onCancel && <button type="button" onClick={onCancel}>{t("cancel")}</button>}
					<button class={isDangerous ? "danger" : "primary"}>{go}</button>
				</div>
			</Form>
		</div>
	);
}

/** The text of a field, or undefined when nothing is in it: what is not said is not sent. */
export const textOf = (data: FormData, name: string): string | undefined => {
	const value = String(data.get(name) ?? "").trim();
	return value === "" ? undefined : value;
};

/** A datetime-local field as the server wants it. */
export const timeOfField = (data: FormData, name: string): string | undefined => {
	const value = textOf(data, name);
	const at = value === undefined ? Number.NaN : new Date(value).getTime();
	return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

/** A time as a datetime-local field wants it, in this device's zone. */
export function localTime(at: string | null): string {
	if (at === null)
		return "";
	const d = new Date(at);
	return new Date(d.getTime() - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
