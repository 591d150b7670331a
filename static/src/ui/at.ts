/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* at.ts - a refusal at its field, in the reader's language where we know what it means. */
import { codeOf, fieldError, type Problem } from "../api";
import { type Key, t } from "../i18n/t";

/** errorAt(problem, "/name", { EEXISTS: "people.taken" }); else what the server says, in English. */
export function errorAt(p: Problem | null, pointer: string, words: Readonly<Record<string, Key>> = {}): string {
	const detail = fieldError(p, pointer);
	const key = p === null || detail === "" ? undefined : words[codeOf(p)];
	return key === undefined ? detail : t(key);
}
