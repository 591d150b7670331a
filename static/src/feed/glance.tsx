/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * glance.tsx - what is going on, beside the list while no mention is open: how many come, from where,
 * in which language. It counts the mentions that this page holds and says how many those are; a click
 * narrows the feed. Time runs from left to right in every language.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { clock, number } from "../i18n/format";
import { isLang, LANG_NAMES, t } from "../i18n/t";
import { hueOf } from "../sources";
import { Name } from "../ui/parts";
import { filter, setFilter } from "./filter";
import type { Live } from "./live";
import type { Mention } from "./mention";

const BARS = 30, SPAN_MS = 30 * 60000, SHORTEST_MS = 60000, MOST = 7;
const EVERY_MS = 2000;

export interface Glance {
	total: number;
	/** Milliseconds that the bars cover, and when they begin. */
	span: number;
	from: number;
	bars: number[];
	sources: [string, number][];
	langs: [string, number][];
}

const most = (counts: Map<string, number>): [string, number][] => [...counts].sort((a, b) => b[1] - a[1]).slice(0, MOST);

/** Counts what is kept; `items` newest first. */
export function glanceOf(items: readonly Mention[], now: number): Glance {
	const oldest = Date.parse(items.at(-1)?.recorded_at ?? "");
	const span = Math.min(SPAN_MS, Math.max(SHORTEST_MS, Number.isNaN(oldest) ? 0 : now - oldest));
	const from = now - span, bars = new Array<number>(BARS).fill(0);
	const sources = new Map<string, number>(), langs = new Map<string, number>();
	for (const m of items) {
		const at = m.at ??= Date.parse(m.recorded_at), lang = m.lang?.slice(0, 2) ?? "";
		const bar = Math.min(BARS - 1, Math.floor(((at - from) / span) * BARS));
		if (bar >= 0)
			bars[bar] = (bars[bar] ?? 0) + 1;
		sources.set(m.source, (sources.get(m.source) ?? 0) + 1);
		const key = isLang(lang) ? lang : "";
		langs.set(key, (langs.get(key) ?? 0) + 1);
	}
	return { total: items.length, span, from, bars, sources: most(sources), langs: most(langs) };
}

function Bars({ glance }: { glance: Glance }) {
	const top = Math.max(1, ...glance.bars);
	const minutes = Math.max(1, Math.round(glance.span / 60000));
	return (
		<figure class="bars" dir="ltr">
			<svg viewBox={`0 0 ${BARS * 10} 60`} preserveAspectRatio="none" role="img"
				aria-label={t("glance.bars", { n: glance.bars.reduce((a, b) => a + b, 0), minutes })}>
				{glance.bars.map((n, i) => {
					const high = n === 0 ? 1 : 4 + (56 * n) / top;
					return <rect key={i} x={i * 10 + 1} y={60 - high} width={8} height={high} rx={1.5} class={n === 0 ? "none" : ""} />;
				})}
			</svg>
			<figcaption class="soft small"><span>{clock(glance.from)}</span><span>{t("glance.now")}</span></figcaption>
		</figure>
	);
}

interface LineProps {
	n: number;
	of: number;
	isChosen: boolean;
	hue?: number;
	onChoose: (() => void) | undefined;
	children: ComponentChildren;
}

function Line({ n, of, isChosen, hue, onChoose, children }: LineProps) {
	const inside = (
		<>
			<span class="glance-name">{children}</span>
			<span class="glance-bar" aria-hidden="true"><span style={{ inlineSize: `${(100 * n) / of}%` }} /></span>
			<span class="glance-n">{number(n)}</span>
		</>
	);
	return (
		<li class={hue === undefined ? "" : `hue-${hue}`}>
			{onChoose === undefined ? <span class="glance-line">{inside}</span>
				: <button type="button" class="glance-line" aria-pressed={isChosen} onClick={onChoose}>{inside}</button>}
		</li>
	);
}

export function GlancePane({ live }: { live: Live }) {
	const [g, setGlance] = useState<Glance>(() => glanceOf(live.store.items, Date.now()));
	useEffect(() => {
		const look = (): void => {
			if (!document.hidden)
				setGlance(glanceOf(live.store.items, Date.now()));
		};
		const timer = setInterval(look, EVERY_MS);
		look();
		return () => clearInterval(timer);
	}, []);
	const f = filter.value;
	if (g.total === 0)
		return null;
	return (
		<div class="glance">
			<section>
				<h2>{t("glance.title")}</h2>
				<p class="glance-rate"><strong>{number(live.rate.value)}</strong> <span class="soft">{t("glance.rate")}</span></p>
				<Bars glance={g} />
			</section>
			<section>
				<h3>{t("glance.sources")}</h3>
				<ul>
					{g.sources.map(([slug, n]) => (
						<Line key={slug} n={n} of={g.sources[0]?.[1] ?? 1} hue={hueOf(slug)} isChosen={f.source === slug}
							onChoose={() => setFilter({ source: f.source === slug ? "" : slug, author: "" })}><Name>{slug}</Name></Line>
					))}
				</ul>
			</section>
			<section>
				<h3>{t("glance.langs")}</h3>
				<ul>
					{g.langs.map(([l, n]) => (
						<Line key={l} n={n} of={g.langs[0]?.[1] ?? 1} isChosen={l !== "" && f.lang === l}
							onChoose={l === "" ? undefined : () => setFilter({ lang: f.lang === l ? "" : l })}>
							{isLang(l) ? <bdi lang={l}>{LANG_NAMES[l]}</bdi> : t("glance.other")}</Line>
					))}
				</ul>
			</section>
			<p class="soft small">{t("glance.of", { n: g.total })}</p>
		</div>
	);
}
