/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * direction.ts - which way a foreign text runs.
 *
 * dir="auto" takes the first strong letter, and so turns a Persian post that opens with "iPhone"
 * or @name around. We take the majority of the strong letters, links, @names and Latin #tags
 * left out.
 */
const NOISE = /https?:\/\/\S+|www\.\S+|@[\p{L}\p{N}_.]+|#[A-Za-z0-9_]+|\bRT\b/gu;
const STRONG = /\p{L}/gu;
const FROM_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LOOK_AT = 2000; /* letters beyond these do not turn a text around */

export function directionOf(text: string): "ltr" | "rtl" | "auto" {
	let right = 0, left = 0;
	const letters = text.slice(0, LOOK_AT).replace(NOISE, " ").match(STRONG) ?? [];
	for (const letter of letters) {
		if (FROM_RIGHT.test(letter))
			right++;
		else
			left++;
	}
	if (right === 0 && left === 0)
		return "auto";
	return right >= left ? "rtl" : "ltr";
}
