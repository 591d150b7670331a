/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* scrubber_marks.ts - the moments of a room worth going back to, in the order in which they came. */
import { t } from "../i18n/t";
import type { Decision, Milestone } from "./model";
import { type Entry, short, wordOf } from "./timeline_said";

export interface Mark {
	/** What `?at=` becomes: the room right after it. */
	seq: number;
	at: string;
	kind: "decision" | "verdict" | "milestone";
	/** Somebody's words; of a verdict, `word` is the verdict and this is the claim. */
	text: string;
	word?: string;
}

interface Marked {
	decisions: readonly Decision[];
	milestones: readonly Milestone[];
	claims: readonly { id: number; text: string | null }[];
}

const LONGEST = 80;

export function milestoneText(m: Milestone): string {
	switch (m.kind) {
	case "pinned": return m.label ?? "";
	case "declared": return t("at.mark.declared");
	case "resolved": return t("at.mark.resolved");
	case "first_word": return t("at.mark.first_word");
	default: return "";
	}
}

/** `judged`: the entries that gave a claim its verdict. */
export function marksOf(room: Marked, judged: readonly Entry[]): Mark[] {
	const marks: Mark[] = room.decisions.map((d) => ({ seq: d.id, at: d.at, kind: "decision", text: short(d.question ?? "", LONGEST) }));
	for (const m of room.milestones) {
		if (m.seq !== undefined)
			marks.push({ seq: m.seq, at: m.at, kind: "milestone", text: short(milestoneText(m), LONGEST) });
	}
	for (const e of judged) {
		const claim = room.claims.find((c) => c.id === e.data.claim);
		if (typeof e.data.verdict === "string")
			marks.push({ seq: e.seq, at: e.recorded_at, kind: "verdict", text: short(claim?.text ?? "", LONGEST), word: wordOf("verdict", e.data.verdict) });
	}
	return marks.filter((m) => m.text !== "" || m.word !== undefined).sort((a, b) => a.seq - b.seq);
}
