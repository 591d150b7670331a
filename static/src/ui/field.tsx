/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * field.tsx - a labelled input with its hint and its error, wired for screen readers, and <Form>.
 *
 *   <Form problem={problem} onSubmit={save}>
 *     <Field label={t("name")} name="name" required error={fieldError(problem, "/name")} />
 *     <button class="primary">{t("save")}</button>
 *   </Form>
 *
 * Values are read with FormData; what a reader has typed is the DOM's and no state of ours. Foreign
 * text may be typed in any language, so inputs are dir="auto".
 */
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { explain, particulars, type Problem } from "../api";

type Native = Pick<InputHTMLAttributes<HTMLInputElement>, "autocomplete" | "autocapitalize" | "spellcheck" | "required"
	| "minLength" | "maxLength" | "min" | "max" | "pattern" | "placeholder" | "disabled" | "defaultValue" | "value" | "onInput" | "inputMode" | "dir">;

export interface FieldProps extends Native {
	label: string;
	name: string;
	type?: "text" | "password" | "url" | "number";
	hint?: string;
	error?: string;
}

export function Field({ label, name, type = "text", hint, error, ...rest }: FieldProps) {
	const id = useId();
	const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<input id={id} name={name} type={type as "text"} dir="auto" {...rest} aria-invalid={error ? "true" : undefined}
				aria-describedby={described || undefined} />
			{hint && <p id={`${id}-hint`} class="hint">{hint}</p>}
			{error && <p id={`${id}-error`} class="error"><bdi>{error}</bdi></p>}
		</div>
	);
}

export interface ChoiceProps<T extends string> {
	label: string;
	name: string;
	value: T;
	options: readonly { value: T; label: string; hint?: string }[];
	onChange: (value: T) => void;
}

/** One of a few, all in sight. */
export function Choice<T extends string>({ label, name, value, options, onChange }: ChoiceProps<T>) {
	return (
		<fieldset class="choice">
			<legend>{label}</legend>
			<div class="choice-row">
				{options.map((o) => (
					<label key={o.value} class={o.value === value ? "chosen" : ""}>
						<input type="radio" name={name} value={o.value} checked={o.value === value} onChange={() => onChange(o.value)} />
						<span>{o.label}</span>
						{o.hint && <small class="soft">{o.hint}</small>}
					</label>
				))}
			</div>
		</fieldset>
	);
}

/** The sentence for the whole form, with the server's own words behind it where no field has them. */
export function ProblemNote({ problem, fields = [] }: { problem: Problem | null; fields?: readonly string[] }) {
	if (problem === null)
		return null;
	const at = problem.errors[0]?.pointer ?? "";
	const detail = fields.some((f) => at === f || at.startsWith(`${f}/`)) ? "" : particulars(problem);
	return (
		<div class="note bad" role="alert">
			{explain(problem)}
			{detail !== "" && <bdi class="small" lang="en">{detail}</bdi>}
		</div>
	);
}

interface FormProps {
	problem: Problem | null;
	/** Pointers that have a field here, which says what is wrong with it. */
	fields?: readonly string[];
	/** While its promise runs the form is busy; a second submit does nothing. */
	onSubmit: (data: FormData, form: HTMLFormElement) => Promise<void>;
	class?: string;
	children: ComponentChildren;
}

export function Form({ problem, fields = [], onSubmit, class: name = "", children }: FormProps) {
	const ref = useRef<HTMLFormElement>(null);
	const [isBusy, setBusy] = useState(false);
	/* A refused form puts the cursor where the first refusal is. */
	useEffect(() => {
		if (problem !== null)
			ref.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
	}, [problem]);
	return (
		<form ref={ref} class={`form ${name}`} aria-busy={isBusy} method="post" onSubmit={async (e) => {
			e.preventDefault();
			const form = e.currentTarget;
			if (isBusy)
				return;
			setBusy(true);
			try {
				await onSubmit(new FormData(form), form);
			} finally {
				setBusy(false);
			}
		}}>
			<ProblemNote problem={problem} fields={fields} />
			{children}
		</form>
	);
}
