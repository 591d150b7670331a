/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* part.tsx - one part of the page of authority: its heading, what it is about, the act that it offers. */
import type { ComponentChildren } from "preact";

interface PartProps {
	id: string;
	title: string;
	hint: string;
	act?: ComponentChildren;
	class?: string;
	children: ComponentChildren;
}

export function Part({ id, title, hint, act, class: name = "", children }: PartProps) {
	return (
		<section class={`room-box ${name}`} id={id} aria-labelledby={`${id}-title`}>
			<header class="part-head"><h2 id={`${id}-title`}>{title}</h2>{act}</header>
			<div class="stack">
				<p class="soft small">{hint}</p>
				{children}
			</div>
		</section>
	);
}
