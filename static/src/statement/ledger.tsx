/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ledger.tsx - where a statement's time has gone: each stretch under the one before it, as long as it took,
 * and for those that waited, on whom. Time runs from left to right in every language.
 */
import { clock, exact } from "../i18n/format";
import { t } from "../i18n/t";
import { at as moment, asOf } from "../room/at";
import { spanOf } from "../room/span";
import { Dialog } from "../ui/dialog";
import { Loading, useLoaded } from "../ui/load";
import { type Lack, lackText, type StatementData, type Who } from "./model";

const KINDS = ["drafting", "idle", "waiting", "publishing", "out"] as const;
type Kind = (typeof KINDS)[number];

interface Stretch {
	spent: Kind;
	from: string;
	to: string;
	on: Lack[];
}
interface Ledger {
	items: Stretch[];
	total: Partial<Record<Kind, number>>;
	people: Who[];
	is_cut: boolean;
}

const secondsOf = (s: Stretch): number => (Date.parse(s.to) - Date.parse(s.from)) / 1000;

function Waterfall({ ledger }: { ledger: Ledger }) {
	const start = Date.parse(ledger.items[0]?.from ?? ""), end = Date.parse(ledger.items.at(-1)?.to ?? ""), whole = Math.max(1, end - start);
	const part = (at: string): number => (Date.parse(at) - start) / whole * 100;
	const name = (id: number): string => ledger.people.find((p) => p.id === id)?.name ?? "";
	return (
		<ol class="waterfall">
			{ledger.items.map((s) => (
				<li key={s.from}>
					<span class="small"><time dateTime={s.from} title={exact(s.from)}>{clock(s.from)}</time> <span class="strong">{t(`statement.spent.${s.spent}`)}</span></span>
					<span class="small soft">{spanOf(secondsOf(s))}</span>
					<span class="waterfall-row" dir="ltr" aria-hidden="true">
						<span class={`spent spent-${s.spent}`} style={{ insetInlineStart: `${part(s.from)}%`, inlineSize: `${part(s.to) - part(s.from)}%` }} />
					</span>
					{s.on.length > 0 && <span class="small soft waterfall-on">{s.on.map((lack) => lackText(lack, name)).join(t("comma"))}</span>}
				</li>
			))}
		</ol>
	);
}

export default function LedgerDialog({ statement, onClose }: { statement: StatementData; onClose: () => void }) {
	const ledger = useLoaded<Ledger>(asOf(`/statements/${statement.id}/ledger`, moment.value));
	return (
		<Dialog title={t("statement.ledger")} onClose={onClose} class="wide">
			<Loading of={ledger}>
				{(data) => (
					<>
						<dl class="facts spent-total">
							{KINDS.filter((k) => (data.total[k] ?? 0) > 0).map((k) => <div key={k}><dt><span class={`spent-dot spent-${k}`} aria-hidden="true" />{t(`statement.spent.${k}`)}</dt><dd>{spanOf(data.total[k] ?? 0)}</dd></div>)}
						</dl>
						<div class="waterfall-box" tabIndex={0} role="region" aria-label={t("statement.ledger")}><Waterfall ledger={data} /></div>
						{data.is_cut && <p class="hint">{t("statement.ledger_cut")}</p>}
					</>
				)}
			</Loading>
			<div class="buttons"><button type="button" class="primary" onClick={onClose}>{t("close")}</button></div>
		</Dialog>
	);
}
