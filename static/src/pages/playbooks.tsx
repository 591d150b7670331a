/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbooks.tsx - the playbooks that there are, and one of them to be read or printed, in each of its
 * languages. Which one, and the language, stand in the address: ?slug=service-outage&lang=fa.
 */
import backIcon from "@primer/octicons/build/svg/arrow-left-16.svg";
import bookIcon from "@primer/octicons/build/svg/book-24.svg";

import type { ComponentChildren } from "preact";
import { LANG_NAMES, t } from "../i18n/t";
import { query, setQuery } from "../router";
import { langFor, langsOf, type Playbook, type PlaybookInfo, sheetOf, titleOf } from "../room/playbook";
import { SheetView } from "../room/playbook_sheet";
import { type Lang, lang } from "../settings";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Empty, Name, PageHead } from "../ui/parts";

/* Those that ship are of a kind with a name; any other was named by its author. */
const KINDS = ["outage", "safety", "reputation"] as const;
function typeOf(type: string): ComponentChildren {
	const kind = KINDS.find((k) => k === type);
	return kind === undefined ? <Name>{type}</Name> : t(`playbook.type.${kind}`);
}

function Facts({ of }: { of: PlaybookInfo }) {
	return (
		<>
			<span class="tag plain-tag">{typeOf(of.type)}</span>
			<span class="soft small">{t(of.id === null ? "playbook.shipped" : of.builtin ? "playbook.own_version" : "playbook.own")}</span>
			<span class="soft small">{t("playbook.version", { version: of.version })}</span>
		</>
	);
}

function All() {
	const all = useLoaded<List<PlaybookInfo>>("/playbooks");
	useEvents("playbook.", all.reload);
	return (
		<>
			<PageHead title={t("playbooks")} hint={t("playbooks.hint")} />
			<Loading of={all}>
				{({ items }) => (
					<ol class="incidents" aria-label={t("playbooks")}>
						{items.map((p) => (
							<li key={p.slug} class="incident">
								<h2><a href={`/playbooks?slug=${p.slug}`}><Name>{titleOf(p, lang.value)}</Name></a></h2>
								<p class="incident-facts"><Facts of={p} /><span class="soft small">{langsOf(p).map((l) => LANG_NAMES[l]).join(t("comma"))}</span></p>
							</li>
						))}
					</ol>
				)}
			</Loading>
		</>
	);
}

function One({ of, wanted }: { of: Playbook; wanted: Lang }) {
	const l = langFor(of, wanted);
	return (
		<>
			<PageHead title={titleOf(of, l)}>
				<div class="switch" role="group" aria-label={t("playbook.lang")}>
					{langsOf(of).map((x) => <button key={x} type="button" lang={x} aria-pressed={x === l} onClick={() => setQuery({ lang: x })}>{LANG_NAMES[x]}</button>)}
				</div>
				<button type="button" onClick={() => window.print()}>{t("playbooks.print")}</button>
			</PageHead>
			<p class="incident-facts playbook-facts"><Facts of={of} /></p>
			<div class="panel playbook"><SheetView of={sheetOf(of, l)} heading="h2" /></div>
		</>
	);
}

function Whole({ slug }: { slug: string }) {
	const whole = useLoaded<Playbook>(`/playbooks/${encodeURIComponent(slug)}`);
	useEvents("playbook.", whole.reload);
	const asked = query.value.get("lang");
	const wanted = asked === "en" || asked === "ar" || asked === "fa" ? asked : lang.value;
	return (
		<>
			<a class="room-back small" href="/playbooks"><Icon of={backIcon} mirrors />{t("playbooks.all")}</a>
			{whole.data === null && whole.problem?.status === 404
				? <><h1 class="unseen" tabIndex={-1}>{t("playbooks")}</h1><Empty icon={bookIcon} title={t("playbooks.gone")} text={t("playbooks.hint")} /></>
				: <Loading of={whole}>{(p) => <One of={p} wanted={wanted} />}</Loading>}
		</>
	);
}

export default function Playbooks() {
	const slug = query.value.get("slug") ?? "";
	return slug === "" ? <All /> : <Whole key={slug} slug={slug} />;
}
