/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * checks_pane.tsx - what the server would say if the text were submitted now, in words; each leads to its
 * place. What refuses stands before what only warns.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import stopIcon from "@primer/octicons/build/svg/stop-16.svg";
import type { ComponentChildren } from "preact";

import { t } from "../i18n/t";
import type { RoomData } from "../room/model";
import { spellingsOf } from "../room/names";
import { Icon } from "../ui/icon";
import { Text } from "../ui/text";
import type { Handle } from "./editor";
import type { Checked, Finding, StatementData, Unshared } from "./model";

/** What a finding means, as one sentence. */
export function findingText(f: Finding): string {
	switch (f.check) {
	case "bidi_control": case "hidden_character":
		return t(`check.${f.check}`, { code: `U+${(f.value ?? 0).toString(16).toUpperCase().padStart(4, "0")}` });
	case "too_long":
		return t("check.too_long", { n: f.value ?? 0 });
	case "near_copy":
		return t("check.near_copy", { n: f.value ?? 0 });
	case "asks_for_code": {
		const both = f.missing?.length === 2;
		return t(both || f.missing === undefined ? "check.asks_for_code" : `check.asks_for_code.${f.missing[0] ?? "owner"}`);
	}
	default:
		return t(`check.${f.check}`);
	}
}

export interface Row {
	isRefusal: boolean;
	text: string;
	/** Of the claim that it is about. */
	claim?: string;
	/** How a name that is not here is written in the languages. */
	spellings?: string[];
	from: number;
	to: number;
}

/* Places of a template that the room could not fill; the server refuses them as well. */
const SLOT = /\{[a-z_]{1,39}\}/g;

/* As much of a room as the words need. */
type Known = Pick<RoomData, "claims" | "names">;

/* What one of the two texts says and the other does not; of what is not in this one there is no place to lead to. */
function unshared({ title, numbers, names, is_more }: Unshared, room: Known): Row[] {
	const row = (of: { gone: boolean; from: number; to: number }, text: string): Row => ({ isRefusal: false, text, from: of.gone ? 0 : of.from, to: of.gone ? 0 : of.to });
	return [
		/* Which figure is missing is not known here: one line says it of all. */
		...numbers.filter((n, i) => !n.gone || numbers.findIndex((x) => x.gone) === i).map((n) => row(n, t(n.gone ? "check.translation_lacks" : "check.translation", { statement: title }))),
		...names.map((n) => {
			const spellings = n.gone ? room.names.map(spellingsOf).find(([first]) => first === n.name) ?? [] : [];
			return { ...row(n, t(n.gone ? "check.translation_lacks_name" : "check.translation_name", { statement: title, name: n.name })), ...(spellings.length > 1 ? { spellings } : {}) };
		}),
		...(is_more ? [{ isRefusal: false, text: t("check.translation_more", { statement: title }), from: 0, to: 0 }] : []),
	];
}

/** All that a submission would hear, the worst first. */
export function rowsOf(checked: Checked, room: Known, text: string): Row[] {
	const rows: Row[] = [
		...[...text.matchAll(SLOT)].map((m) => ({ isRefusal: true, text: t("check.slot"), from: m.index, to: m.index + m[0].length })),
		...checked.claims.map((c) => ({ isRefusal: true, text: t(`check.claim.${c.why}`), claim: room.claims.find((x) => x.id === c.claim)?.text ?? "", from: c.from, to: c.to })),
		...checked.findings.map((f) => ({ isRefusal: f.severity === "refuse", text: findingText(f), from: f.from, to: f.to })),
		...checked.translations.flatMap((x) => unshared(x, room)),
		...(checked.is_more ? [{ isRefusal: false, text: t("check.translations_more"), from: 0, to: 0 }] : []),
		...checked.bare.map((b) => ({ isRefusal: false, text: t("check.bare"), from: b.from, to: b.to })),
	];
	return rows.sort((a, b) => Number(b.isRefusal) - Number(a.isRefusal) || a.from - b.from);
}

function Place({ row, text, handle }: { row: Row; text: string; handle: Handle | null }): ComponentChildren {
	const quote = text.slice(row.from, row.to).replace(/\s+/g, " ").trim();
	if (quote === "" || row.to - row.from >= text.length)
		return null;
	const shown = <Text isInline>{quote.length > 90 ? `${quote.slice(0, 89)}…` : quote}</Text>;
	return handle === null ? <span class="rest-quote">{shown}</span>
		: <button type="button" class="link rest-quote" onClick={() => handle.goTo(row.from, row.to)}>{shown}</button>;
}

export function ChecksList({ checked, room, text, handle }: { checked: Checked; room: Known; text: string; handle: Handle | null }) {
	const rows = rowsOf(checked, room, text);
	if (rows.length === 0)
		return <p class="good-line"><Icon of={checkIcon} />{t("check.nothing")}</p>;
	return (
		<ul class="things checks-found">
			{rows.map((row, i) => (
				<li key={i} class={row.isRefusal ? "thing finding refuses" : "thing finding"}>
					<p><Icon of={row.isRefusal ? stopIcon : alertIcon} /><span><span class="strong small">{t(row.isRefusal ? "check.refuses" : "check.warns")}</span> {row.text}</span></p>
					{row.claim !== undefined && <p class="rest-claim"><Text isInline>{row.claim}</Text></p>}
					{row.spellings !== undefined && <p class="rest-quote">{row.spellings.map((s, k) => <span key={k}>{k > 0 && " = "}<Text isInline>{s}</Text></span>)}</p>}
					<Place row={row} text={text} handle={handle} />
				</li>
			))}
		</ul>
	);
}

export function ChecksPane({ checked, room, statement, handle }: { checked: Checked | null; room: RoomData; statement: StatementData; handle: Handle | null }) {
	return (
		<section class="room-box" aria-labelledby="statement-checks">
			<header class="part-head"><h2 id="statement-checks">{t("statement.checks")}</h2></header>
			{checked === null ? <p class="soft">{t("loading")}</p> : <ChecksList checked={checked} room={room} text={statement.text} handle={handle} />}
		</section>
	);
}
