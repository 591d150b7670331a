/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* card.tsx - the statements of a room: what each is, how far it is, what it lacks; and the way to begin one. */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { mayAdd, nameOf } from "../room/model";
import { Part, type PartProps } from "../room/part";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Name, Time } from "../ui/parts";
import { StatementMark } from "./marks";
import { hrefOf, lackText, langName, type Summary } from "./model";

export function StatementRow({ of, at, name }: { of: Summary; at: string; name: (id: number) => string }) {
	const lacks = of.status === "submitted" ? of.missing : [];
	return (
		<li class="thing statement-row" id={`statement-${of.id}`}>
			<div class="thing-top">
				<StatementMark of={of.status} />
				<span class="soft small">{t(`statement.channel.${of.channel}`)} · <span lang={of.lang}>{langName(of.lang)}</span></span>
			</div>
			<a class="thing-text" href={`${hrefOf(of)}${at === "" ? "" : `?at=${encodeURIComponent(at)}`}`}><Name>{of.title}</Name></a>
			{lacks.length > 0 && <ul class="lacks-inline small">{lacks.map((l) => <li key={JSON.stringify(l)}><Icon of={alertIcon} size={12} /><span>{lackText(l, name)}</span></li>)}</ul>}
			<p class="thing-facts soft small">
				{of.published_at !== null && <span>{tx("statement.published_at", { when: <Time at={of.published_at} /> })}</span>}
				<span>{tx("statement.changed_by", { who: <Name>{of.changed_by.name}</Name>, when: <Time at={of.changed_at} /> })}</span>
				{of.correction_of !== null && <span>{t("statement.is_correction")}</span>}
				{of.translation_of !== null && <span>{t("statement.is_translation")}</span>}
			</p>
		</li>
	);
}

export function Statements({ room, isFrozen, at }: PartProps & { at: string }) {
	const [isOpen, setOpen] = useState(false);
	const Begin = useLate<{ incident: number; onClose: () => void }>(isOpen, () => import("./meta").then((m) => ({ default: m.Begin })), () => setOpen(false));
	const all = [...(room.statements ?? [])].sort((a, b) => b.id - a.id);
	return (
		<Part name="statements" title={t("statements")} count={all.length}
			actions={!isFrozen && mayAdd(room) && <button type="button" onClick={() => setOpen(true)}><Icon of={plusIcon} />{t("statement.add")}</button>}>
			{all.length === 0 ? <p class="soft part-empty">{t("statements.empty")}</p>
				: <ol class="things" aria-label={`${t("statements")}: ${number(all.length)}`}>{all.map((s) => <StatementRow key={s.id} of={s} at={at} name={(id) => nameOf(room, id)} />)}</ol>}
			{isOpen && Begin !== null && <Begin incident={room.id} onClose={() => setOpen(false)} />}
		</Part>
	);
}
