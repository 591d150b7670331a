/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* checks.tsx - some of a few, each with the sentence that says what it means. Read with FormData.getAll(). */
import { useId } from "preact/hooks";

interface ChecksProps<T extends string> {
	label: string;
	name: string;
	options: readonly { value: T; label: string; hint: string }[];
	chosen: readonly T[];
	onChange: (chosen: T[]) => void;
	error?: string;
}

export function Checks<T extends string>({ label, name, options, chosen, onChange, error }: ChecksProps<T>) {
	const id = useId();
	return (
		<fieldset class="choice" aria-describedby={error ? `${id}-error` : undefined}>
			<legend>{label}</legend>
			<div class="checks">
				{options.map((o) => (
					<label key={o.value} class={chosen.includes(o.value) ? "chosen" : ""}>
						<input type="checkbox" name={name} value={o.value} checked={chosen.includes(o.value)} aria-invalid={error ? "true" : undefined}
							aria-describedby={`${id}-${o.value}`}
							onChange={(e) => onChange(options.map((x) => x.value).filter((v) => v === o.value ? e.currentTarget.checked : chosen.includes(v)))} />
						<span class="strong">{o.label}</span>
						<span id={`${id}-${o.value}`} class="hint">{o.hint}</span>
					</label>
				))}
			</div>
			{error && <p id={`${id}-error`} class="error" role="alert"><bdi>{error}</bdi></p>}
		</fieldset>
	);
}
