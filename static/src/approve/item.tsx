/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * item.tsx - one version that waits: the text or what changed in it since my last verdict, the claims behind
 * its sentences, who has said what, what it lacks; and at the bottom the four answers.
 */
import chevronIcon from "@primer/octicons/build/svg/chevron-down-16.svg";
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import { type ComponentChildren, Fragment } from "preact";
import { useState } from "preact/hooks";

import { clock, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { SeverityMark, VerdictMark } from "../room/marks";
import { session } from "../session";
import { restMarks, RulingLine } from "../statement/marks";
import { type Delta, hrefOf, type KnownClaim, lackText, langName, namesOf, type Ruling, shortDigest, type StatementData, type Version } from "../statement/model";
import { baseOf, directions, safe, setApart, Shown } from "../statement/shown";
import { Icon } from "../ui/icon";
import { Loading, useLoaded } from "../ui/load";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { type Piece, wordDiff } from "../ui/word_diff";
import type { Waiting } from "./app";
import { Rule } from "./rule";

const RULINGS: readonly Ruling[] = ["approve", "ask", "hold", "reject"];

/* A difference cut at the ends of lines, so that each line has its direction. */
function linesOf(pieces: readonly Piece[]): Piece[][] {
	const lines: Piece[][] = [[]];
	for (const piece of pieces) {
		piece.text.split("\n").forEach((text, i) => {
			if (i > 0)
				lines.push([]);
			if (text !== "")
				lines.at(-1)?.push({ is: piece.is, text });
		});
	}
	return lines;
}

/* The stretch of a line between two places. */
function between(line: readonly Piece[], from: number, to: number): Piece[] {
	let at = 0;
	return line.map((p) => {
		const begin = at;
		at += p.text.length;
		return { is: p.is, text: p.text.slice(Math.max(0, from - begin), Math.max(0, to - begin)) };
	}).filter((p) => p.text !== "");
}

const drawn = (p: Piece, key: string) => p.is === "same" ? <span key={key}>{safe(p.text)}</span>
	: p.is === "gone" ? <del key={key} class="diff-gone"><span class="unseen">{t("approve.gone")} </span>{safe(p.text)}</del>
		: <ins key={key} class="diff-new"><span class="unseen">{t("approve.come")} </span>{safe(p.text)}</ins>;

function Difference({ before, after, lang }: { before: string; after: string; lang: string }) {
	const lines = linesOf(wordDiff(before, after)), texts = lines.map((l) => l.map((p) => p.text).join("")), dirs = directions(texts, baseOf(lang));
	return (
		<div class="shown" lang={lang}>
			{lines.map((line, i) => (
				<p key={i} dir={dirs[i]}>{line.length === 0 ? "\u00a0"
					: setApart(texts[i] ?? "", (from, to) => between(line, from, to).map((p, k) => drawn(p, `${from}.${k}`)))}</p>
			))}
		</div>
	);
}

/* One after the other as the page runs; each is a text of its own. */
const listed = (words: readonly string[]) => words.length === 0 ? "–" : <>{[...new Set(words)].map((w, i) => <Fragment key={w}>{i > 0 && t("comma")}<Text isInline>{w}</Text></Fragment>)}</>;

/* What weighs most stands on top of the difference: the server has found it. */
function Weighty({ before, after, claims }: { before: Version; after: Version; claims: readonly KnownClaim[] }) {
	const deltas = before.deltas ?? [], notes: ComponentChildren[] = [];
	const moved = deltas.filter((d) => d.moved), plain = deltas.filter((d) => !d.moved);
	const claimOf = (id = 0): string => claims.find((c) => c.id === id)?.text ?? String(id);
	const wordsOf = (d: Delta): string => (d.gone ? before : after).text.slice(d.from, d.to);
	const sides = (of: readonly Delta[], draw: (d: Delta) => string) => ({ gone: listed(of.filter((d) => d.gone).map(draw)), come: listed(of.filter((d) => !d.gone).map(draw)) });
	for (const kind of ["number", "name", "negation", "claim"] as const) {
		const of = plain.filter((d) => d.kind === kind);
		if (of.length > 0)
			notes.push(tx(`approve.changed_${kind}`, sides(of, kind === "claim" ? (d) => claimOf(d.claim) : wordsOf)));
	}
	for (const claim of new Set(moved.map((d) => d.claim)))
		notes.push(tx("approve.moved_claim", { claim: <Text isInline>{claimOf(claim)}</Text>, ...sides(moved.filter((d) => d.claim === claim), wordsOf) }));
	if (before.is_more === true)
		notes.push(t("approve.changed_more"));
	if (before.title !== after.title || before.lang !== after.lang || before.channel !== after.channel || before.audience !== after.audience)
		notes.push(t("approve.changed_title"));
	return notes.length === 0 ? null : <ul class="weighty">{notes.map((n, i) => <li key={i}><Icon of={alertIcon} /><span>{n}</span></li>)}</ul>;
}

function Paper({ of, version, claims }: { of: Waiting; version: Version; claims: readonly KnownClaim[] }) {
	/* Of the same text there may be another version: its title and what it rests on are no part of the digest. */
	const last = of.last_verdict, hasLast = last !== null && last.submitted !== version.seq;
	const before = useLoaded<Version>(hasLast ? `/statements/${of.id}/versions/${last.digest}?submitted=${last.submitted}&against=current` : null);
	const [shows, setShows] = useState<"text" | "changes">(hasLast ? "changes" : "text");
	return (
		<>
			{hasLast && (
				<div class="switch approve-switch" role="group" aria-label={t("approve.text")}>
					{(["changes", "text"] as const).map((v) => <button key={v} type="button" aria-pressed={v === shows} onClick={() => setShows(v)}>{t(`approve.${v}`)}</button>)}
				</div>
			)}
			{shows === "text" || !hasLast ? <div class="paper"><Shown text={version.text} lang={version.lang} marks={restMarks(version.rests, claims)} /></div>
				: <Loading of={before}>{(b) => <><Weighty before={b} after={version} claims={claims} /><div class="paper"><Difference before={b.text} after={version.text} lang={version.lang} /></div></>}</Loading>}
		</>
	);
}

function Behind({ version, claims }: { version: Version; claims: readonly KnownClaim[] }) {
	return (
		<section>
			<h2>{t("approve.rests")}</h2>
			{version.rests.length === 0 ? <p class="soft">{t("approve.rests_none")}</p> : (
				<ul class="things">
					{version.rests.map((r) => {
						const claim = claims.find((c) => c.id === r.claim);
						return (
							<li key={`${r.id}-${r.claim}-${r.from}`} class="thing">
								<Text class="rest-quote">{version.text.slice(r.from, r.to)}</Text>
								<p><span class="small strong">{t(`statement.rests.${r.rests}`)}</span> <Text isInline>{claim?.text ?? ""}</Text></p>
								<VerdictMark of={claim?.verdict ?? "unknown"} />
							</li>
						);
					})}
				</ul>
			)}
		</section>
	);
}

function Said({ statement }: { statement: StatementData }) {
	const lacks = statement.missing;
	return (
		<section>
			<h2>{t("approve.said")}</h2>
			{statement.verdicts.length === 0 ? <p class="soft">{t("approve.said_none")}</p> : <ul class="things">{statement.verdicts.map((g) => <RulingLine key={g.seq} given={g} />)}</ul>}
			{lacks.length > 0 && <div class="lacks"><p class="strong">{t("statement.missing")}</p><ul>{lacks.map((l) => <li key={JSON.stringify(l)}><Icon of={alertIcon} /><span>{lackText(l, namesOf(statement))}</span></li>)}</ul></div>}
		</section>
	);
}

function Whole({ of, statement, reload }: { of: Waiting; statement: StatementData; reload: () => Promise<void> }) {
	const version = statement.submitted;
	const claims = statement.claims;
	const [ruling, setRuling] = useState<Ruling | null>(null);
	if (version === null)
		return null;
	return (
		<div class="wait-whole">
			<Paper of={of} version={version} claims={claims} />
			<Behind version={version} claims={claims} />
			<Said statement={statement} />
			<p class="small thing-facts"><span class="soft">{t("statement.digest", { digest: shortDigest(version.digest) })}</span><a href={hrefOf(of)}>{t("approve.open")}</a></p>
			<div class="rulings-row">
				{RULINGS.map((r) => <button key={r} type="button" class={`ruling-button ruling-${r}${r === "approve" ? " primary" : ""}`} onClick={() => setRuling(r)}>{t(`approve.do.${r}`)}</button>)}
			</div>
			{ruling !== null && <Rule key={ruling} of={of} statement={statement} version={version} ruling={ruling} onClose={() => setRuling(null)} reload={reload} />}
		</div>
	);
}

function Opened({ of, reload }: { of: Waiting; reload: () => Promise<void> }) {
	const statement = useLoaded<StatementData>(`/statements/${of.id}`);
	return <Loading of={statement}>{(data) => <Whole of={of} statement={data} reload={async () => { await Promise.all([reload(), statement.reload()]); }} />}</Loading>;
}

/* Who waits, when it is not me. */
function Stead({ of }: { of: Waiting }) {
	const [first] = of.for;
	return first === undefined || first.id === session.value?.user.id ? null : <>{" · "}{t("approve.stands_in")} <Name>{first.name}</Name></>;
}

export function Item({ of, isOpen, onToggle, reload }: { of: Waiting; isOpen: boolean; onToggle: () => void; reload: () => Promise<void> }) {
	return (
		<li class={isOpen ? "wait is-open" : "wait"} id={`s${of.id}`}>
			{of.drill && <p class="drill-stripe">{t("approve.drill")}</p>}
			<button type="button" class="wait-top" aria-expanded={isOpen} onClick={onToggle}>
				<span class="wait-title"><Name class="strong">{of.title}</Name><Icon of={chevronIcon} /></span>
				<span class="wait-facts small">
					<SeverityMark of={of.severity} />
					<span>{t(`statement.channel.${of.channel}`)} · {t(`statement.audience.${of.audience}`)} · <span lang={of.lang}>{langName(of.lang)}</span></span>
				</span>
				<span class="soft small">{of.incident_title !== null && <><Name>{of.incident_title}</Name>{" · "}</>}{t(`approve.why.${of.why}`)}<Stead of={of} /></span>
			</button>
			<p class="soft small wait-when">
				{of.submitted !== null && <Time at={of.submitted.at} />}
				{of.submitted !== null && of.submitted.deadline !== null && <span class="deadline loud"><Icon of={clockIcon} size={12} />{tx("statement.deadline_at", { at: <time dateTime={of.submitted.deadline} title={exact(of.submitted.deadline)}>{clock(of.submitted.deadline)}</time> })}</span>}
			</p>
			{isOpen && <Opened of={of} reload={reload} />}
		</li>
	);
}
