/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* text.tsx - a foreign text in its own element, with its own direction and language; see foreign.ts. */
import type { ComponentChildren } from "preact";

import { directionOf } from "../i18n/direction";
import { type Piece, piecesOf, type Showing } from "../i18n/foreign";

function show(piece: Piece, key: number): ComponentChildren {
	let node: ComponentChildren;
	if (piece.kind === "hidden")
		node = <span key={key} class="hidden-mark" title={piece.code} dir="ltr">{piece.name}</span>;
	else if (piece.kind === "link")
		node = <a key={key} href={piece.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{piece.text}</a>;
	else if (piece.kind === "latin")
		node = <bdi key={key} dir="ltr">{piece.text}</bdi>;
	else
		node = piece.text;
	return piece.isMarked ? <mark key={key}>{node}</mark> : node;
}

interface TextProps extends Showing {
	children: string;
	lang?: string | undefined;
	class?: string;
	/** An element of its own, or a part of a line. */
	isInline?: boolean;
	/** Who knows it already need not have it found out again. */
	dir?: "ltr" | "rtl" | "auto";
}

export function Text({ children, lang, class: name, isInline = false, dir = directionOf(children), ...showing }: TextProps) {
	const inside = piecesOf(children, showing).map(show);
	const tag = lang !== undefined && lang !== "und" ? lang : undefined;
	if (isInline)
		return <bdi class={name} dir={dir} lang={tag}>{inside}</bdi>;
	return <p class={name} dir={dir} lang={tag}>{inside}</p>;
}
