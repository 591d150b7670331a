/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * filters.tsx - words, source, language. What is typed goes into the address a moment after the last
 * key; the field itself belongs to the reader and is only written to when the address changed by
 * other means (Back, a link, Clear).
 */
import searchIcon from "@primer/octicons/build/svg/search-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import type { Signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";

import { explain, particulars, type Problem } from "../api";
import { isLang, LANG_NAMES, t, tx } from "../i18n/t";
import { sources } from "../sources";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { filter, isFiltered, setFilter } from "./filter";

const TYPING_MS = 250;

function SearchField({ problem }: { problem: Problem | null }) {
	const input = useRef<HTMLInputElement>(null);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const id = useId();
	const { q } = filter.value;
	const own = useRef(q); /* what the address had from here: another key may have come since */
	useEffect(() => {
		if (input.current !== null && q !== own.current)
			input.current.value = q;
		own.current = q;
	}, [q]);
	const commit = (): void => {
		clearTimeout(timer.current);
		own.current = input.current?.value.trim() ?? "";
		setFilter({ q: own.current });
	};
	return (
		<form class="search" role="search" onSubmit={(e) => { e.preventDefault(); commit(); }}>
			<label for={id} class="unseen">{t("search.label")}</label>
			<Icon of={searchIcon} />
			<input ref={input} id={id} type="search" data-search autocomplete="off" spellcheck={false} maxLength={400}
				placeholder={t("search.placeholder")} defaultValue={q} aria-invalid={problem !== null ? "true" : undefined}
				aria-describedby={problem !== null ? `${id}-problem` : undefined}
				onInput={(e) => {
					/* An empty field stands as the page does, or its caret would be at the wrong end. */
					e.currentTarget.dir = e.currentTarget.value === "" ? "" : "auto";
					clearTimeout(timer.current);
					timer.current = setTimeout(commit, TYPING_MS);
				}}
				onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); input.current?.blur(); } }} />
			{problem !== null && <p id={`${id}-problem`} class="error search-problem" role="alert">
				{problem.status === 400 ? t("search.refused") : explain(problem)} <bdi lang="en" class="soft">{particulars(problem)}</bdi>
			</p>}
		</form>
	);
}

export function Filters({ problem }: { problem: Signal<Problem | null> }) {
	const f = filter.value;
	const known = [...new Set([...sources.value.map((s) => s.slug), ...(f.source === "" ? [] : [f.source])])].sort();
	const langs = [...new Set(["ar", "fa", "en", ...(f.lang === "" ? [] : [f.lang])])];
	return (
		<div class="filters">
			<SearchField problem={f.q === "" ? null : problem.value} />
			<label>
				<span class="unseen">{t("filter.source")}</span>
				<select dir="auto" value={f.source} onChange={(e) => setFilter({ source: e.currentTarget.value, author: "" })}>
					<option value="">{t("filter.all_sources")}</option>
					{known.map((slug) => <option key={slug} value={slug} dir="auto">{slug}</option>)}
				</select>
			</label>
			<label>
				<span class="unseen">{t("filter.lang")}</span>
				<select value={f.lang} onChange={(e) => setFilter({ lang: e.currentTarget.value })}>
					<option value="">{t("filter.all_langs")}</option>
					{langs.map((l) => <option key={l} value={l} lang={l}>{isLang(l) ? LANG_NAMES[l] : l}</option>)}
				</select>
			</label>
			{f.author !== "" && (
				<span class="author-chip">
					{tx("filter.author", { who: <Name class="strong">{f.author}</Name> })}
					<button type="button" class="icon-button" aria-label={t("filter.no_author")} title={t("filter.no_author")} onClick={() => setFilter({ author: "" })}><Icon of={xIcon} /></button>
				</span>
			)}
			{isFiltered(f) && (
				<button type="button" class="quiet" onClick={() => setFilter({ q: "", source: "", lang: "", author: "" })}><Icon of={xIcon} />{t("filter.clear")}</button>
			)}
		</div>
	);
}
