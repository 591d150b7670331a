/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ledger.tsx - where the time of a statement has gone: who had it in hand, for whom it waited, as bars below
 * each other on one axis of time, and as a table.
 *
 * Time runs from left to right in every language, so the chart is a box of its own; what stands in it
 * is in the reader's. A bar has a pattern and a word besides its colour.
 */
import { useEffect, useState } from "preact/hooks";

import { clock, clockOrDate, dateTime, exact, inUnit } from "../i18n/format";
import { t } from "../i18n/t";
import { asOf, at as moment } from "../room/at";
import { spanOf } from "../room/span";
import { Dialog } from "../ui/dialog";
import { Loading, useLoaded } from "../ui/load";
import { DataTable } from "../ui/table";
import { type Lack, lackText, type StatementData, useFollowStatement, type Who } from "./model";

const KINDS = ["drafting", "idle", "waiting", "publishing", "out"] as const;
type Spent = (typeof KINDS)[number];

interface Stint {
	spent: Spent;
	from: string;
	to: string;
	version: number | null;
	on: Lack[];
}
export interface Ledger {
	statement: number;
	items: Stint[];
	people: Who[];
	total: Record<Spent, number>;
	is_cut: boolean;
}

const DRAWN_MOST = 60;
const SHORT_MS = 86400000;
const AGAIN_MS = 60000;
const ms = (at: string): number => Date.parse(at);
const secondsOf = (s: Stint): number => (ms(s.to) - ms(s.from)) / 1000;
const longOf = (seconds: number): string => (seconds < 60 ? inUnit(Math.round(seconds), "second") : spanOf(seconds));

type NameOf = (id: number) => string;
const waitsFor = (s: Stint, name: NameOf): string => s.on.map((lack) => lackText(lack, name)).join(t("comma"));

function Totals({ of }: { of: Ledger }) {
	return (
		<dl class="spent-totals">
			{KINDS.filter((k) => of.total[k] > 0 || of.items.some((s) => s.spent === k)).map((k) => (
				<div key={k}>
					<dt><span class={`spent spent-${k}`} aria-hidden="true" />{t(`statement.spent.${k}`)}</dt>
					<dd class="strong">{longOf(of.total[k])}</dd>
				</div>
			))}
		</dl>
	);
}

/* A stint of a second beside one of a week is still to be seen. */
function place(s: Stint, from: number, to: number): { insetInlineStart: string; inlineSize: string } {
	const all = Math.max(1, to - from), start = (100 * (ms(s.from) - from)) / all;
	return { insetInlineStart: `min(${start}%, 100% - 4px)`, inlineSize: `max(4px, ${(100 * (ms(s.to) - ms(s.from))) / all}%)` };
}

function Chart({ of, name }: { of: Ledger; name: NameOf }) {
	const drawn = of.items.slice(-DRAWN_MOST);
	const from = ms(drawn[0]?.from ?? ""), to = ms(drawn[drawn.length - 1]?.to ?? "");
	const tick = (at: number): string => (to - from < SHORT_MS ? clock(at) : dateTime(at));
	return (
		<>
			{drawn.length < of.items.length && <p class="soft small">{t("statement.ledger_newest")}</p>}
			<div class="spent-chart" dir="ltr">
				<ol>
					{drawn.map((s) => (
						<li key={s.from}>
							<span dir="auto">
								<span class="strong">{t(`statement.spent.${s.spent}`)}</span> <span class="soft small" title={`${exact(s.from)} – ${exact(s.to)}`}>{longOf(secondsOf(s))}</span>
								{s.on.length > 0 && <span class="small spent-for">{waitsFor(s, name)}</span>}
							</span>
							<span class="spent-track" aria-hidden="true"><span class={`spent spent-${s.spent}`} style={place(s, from, to)} /></span>
						</li>
					))}
				</ol>
				<p class="spent-axis soft small"><bdi>{tick(from)}</bdi><bdi>{tick((from + to) / 2)}</bdi><bdi>{tick(to)}</bdi></p>
			</div>
		</>
	);
}

function Table({ of, name }: { of: Ledger; name: NameOf }) {
	const at = (when: string) => <time dateTime={when} title={exact(when)}>{clockOrDate(when, Date.now())}</time>;
	return (
		<DataTable caption={t("statement.ledger")} rows={of.items} rowKey={(s) => s.from} columns={[
			{ key: "what", label: t("statement.ledger_what"), isName: true, cell: (s) => <><span class={`spent spent-${s.spent}`} aria-hidden="true" />{t(`statement.spent.${s.spent}`)}</> },
			{ key: "from", label: t("statement.ledger_from"), cell: (s) => at(s.from) },
			{ key: "to", label: t("statement.ledger_to"), cell: (s) => at(s.to) },
			{ key: "span", label: t("statement.ledger_span"), cell: (s) => longOf(secondsOf(s)) },
			{ key: "for", label: t("statement.ledger_for"), cell: (s) => (s.on.length > 0 ? <bdi>{waitsFor(s, name)}</bdi> : "–") },
		]} />
	);
}

/** As of the moment that is looked at; live it goes on meanwhile. */
export default function LedgerDialog({ statement, onClose }: { statement: StatementData; onClose: () => void }) {
	const at = moment.value, ledger = useLoaded<Ledger>(asOf(`/statements/${statement.id}/ledger`, at));
	const [isTable, setTable] = useState(false);
	useFollowStatement(at === "" ? statement.id : null, statement.incident, ledger.reload);
	useEffect(() => {
		const timer = at === "" ? setInterval(() => void ledger.reload(), AGAIN_MS) : undefined;
		return () => clearInterval(timer);
	}, [at, ledger.reload]);
	return (
		<Dialog title={t("statement.ledger")} onClose={onClose} class="wide history-dialog">
			<Loading of={ledger}>
				{(of) => {
					const name: NameOf = (id) => of.people.find((p) => p.id === id)?.name ?? "";
					return of.items.length === 0 ? <p class="soft">{t("statement.ledger_empty")}</p> : (
						<>
							<Totals of={of} />
							<button type="button" class="spent-switch" aria-pressed={isTable} onClick={() => setTable(!isTable)}>{t("statement.ledger_table")}</button>
							{of.is_cut && <p class="note">{t("statement.ledger_cut")}</p>}
							{isTable ? <Table of={of} name={name} /> : <Chart of={of} name={name} />}
						</>
					);
				}}
			</Loading>
			<div class="buttons"><button type="button" class="primary" onClick={onClose}>{t("close")}</button></div>
		</Dialog>
	);
}
