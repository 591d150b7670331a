/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* chip.tsx - a source's name with its colour, whether something is on; colour is never the only thing that tells it. */
import type { ComponentChildren } from "preact";

import { hueOf } from "../sources";
import { Name } from "./parts";

export function SourceChip({ slug }: { slug: string }) {
	return <span class={`chip hue-${hueOf(slug)}`}><span class="chip-dot" aria-hidden="true" /><Name>{slug}</Name></span>;
}

export function StateChip({ isOn, children }: { isOn: boolean; children: ComponentChildren }) {
	return <span class={isOn ? "state good" : "state off"}><span class="state-mark" aria-hidden="true" />{children}</span>;
}
