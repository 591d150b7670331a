/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* chip.tsx - a source's name with its colour; the colour is never the only thing that tells it. */
import { hueOf } from "../sources";
import { Name } from "./parts";

export function SourceChip({ slug }: { slug: string }) {
	return <span class={`chip hue-${hueOf(slug)}`}><span class="chip-dot" aria-hidden="true" /><Name>{slug}</Name></span>;
}
