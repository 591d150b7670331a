/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* fields.tsx - the fields that the room's forms are made of: long text, one of some, a person, a time. */
import { useId } from "preact/hooks";

import { t } from "../i18n/t";
import { type List, useLoaded } from "../ui/load";
import { localTime } from "./draft";
import type { Person } from "./model";

interface AreaProps {
	label: string;
	name: string;
	hint?: string;
	error?: string;
	required?: boolean;
	rows?: number;
	maxLength?: number;
	value?: string;
	/** Each line holds several scripts: all run as the page does. */
	isMixed?: boolean;
}

export function Area({ label, name, hint, error, required = false, rows = 3, maxLength = 4000, value = "", isMixed = false }: AreaProps) {
	const id = useId();
	const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<textarea id={id} name={name} rows={rows} dir={isMixed ? undefined : "auto"} required={required} maxLength={maxLength} defaultValue={value}
				aria-invalid={error ? "true" : undefined} aria-describedby={described || undefined} />
			{hint && <p id={`${id}-hint`} class="hint">{hint}</p>}
			{error && <p id={`${id}-error`} class="error"><bdi>{error}</bdi></p>}
		</div>
	);
}

interface SelectProps {
	label: string;
	name: string;
	options: readonly { value: string; label: string }[];
	value?: string;
	hint?: string;
	error?: string;
	onChange?: (value: string) => void;
}

export function Select({ label, name, options, value = "", hint, error, onChange }: SelectProps) {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<select id={id} name={name} dir="auto" aria-invalid={error ? "true" : undefined} onChange={(e) => onChange?.(e.currentTarget.value)}>
				{options.map((o) => <option key={o.value} value={o.value} selected={o.value === value}>{o.label}</option>)}
			</select>
			{hint && <p class="hint">{hint}</p>}
			{error && <p class="error"><bdi>{error}</bdi></p>}
		</div>
	);
}

/** Everybody whom one may name; not asked for where nobody is named. */
export function usePeople(isWanted = true): readonly Person[] {
	return useLoaded<List<Person>>(isWanted ? "/people" : null).data?.items ?? [];
}

export function PersonField({ label, name, value, isOptional = false, error }: { label: string; name: string; value?: number | null; isOptional?: boolean; error?: string }) {
	const people = usePeople();
	if (people.length === 0)
		return null;
	return (
		<Select label={label} name={name} value={String(value ?? "")} {...(error === undefined ? {} : { error })}
			options={[...(isOptional ? [{ value: "", label: t("person.nobody") }] : []), ...people.map((p) => ({ value: String(p.id), label: p.name }))]} />
	);
}

export function TimeField({ label, name, value = null, hint, error }: { label: string; name: string; value?: string | null; hint?: string; error?: string }) {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<input id={id} type="datetime-local" name={name} defaultValue={localTime(value)} aria-invalid={error ? "true" : undefined} />
			{hint && <p class="hint">{hint}</p>}
			{error && <p class="error"><bdi>{error}</bdi></p>}
		</div>
	);
}
