/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* playbook_sheet.tsx - a playbook as people read it, in one language: on its page, before it is started, and in the room. */
import copyIcon from "@primer/octicons/build/svg/copy-16.svg";

import { t } from "../i18n/t";
import { copyText } from "../ui/copy";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { type Sheet, slotsOf, type Template } from "./playbook";
import { spanOf } from "./span";

/* What stands below what: on a page they are its parts, in a dialog the dialog's. */
type Heading = "h2" | "h3";

function Roles({ of, H }: { of: Sheet; H: Heading }) {
	return (
		<section>
			<H class="sheet-part">{t("playbook.roles")}</H>
			<dl class="sheet-list">
				{of.roles.map((r) => <div key={r.role}><dt>{t(`office.${r.role}`)}</dt><dd><Text lang={of.lang}>{r.duty}</Text></dd></div>)}
			</dl>
		</section>
	);
}

function Tasks({ of, H }: { of: Sheet; H: Heading }) {
	return (
		<section>
			<H class="sheet-part">{t("playbook.tasks")}</H>
			<ol class="sheet-list">
				{of.tasks.map((x) => (
					<li key={x.key}>
						<span class="soft">{x.due_s === 0 ? t("playbook.at_once") : t("playbook.within", { span: spanOf(x.due_s) })}</span>
						<div><Text lang={of.lang}>{x.title}</Text><p class="soft small">{t(`office.${x.role}`)}</p></div>
					</li>
				))}
			</ol>
		</section>
	);
}

function Cadence({ of, H }: { of: Sheet; H: Heading }) {
	return (
		<section>
			<H class="sheet-part">{t("playbook.cadence")}</H>
			<dl class="sheet-list">
				{of.cadence.map(([audience, s]) => <div key={audience}><dt>{t(`audience.${audience}`)}</dt><dd>{t("playbook.every", { span: spanOf(s) })}</dd></div>)}
			</dl>
		</section>
	);
}

function TemplateView({ of, lang, H }: { of: Template; lang: string; H: Heading }) {
	const Under = H === "h2" ? "h3" : "h4";
	return (
		<li class="template">
			<div class="template-head">
				<Under><Name>{of.title}</Name> <span class="soft small">{t(`playbook.channel.${of.channel}`)}</span></Under>
				<button type="button" onClick={async () => say(t(await copyText(of.text) ? "playbook.copied" : "mention.copy_failed"))}>
					<Icon of={copyIcon} />{t("copy")}<span class="unseen"> {of.title}</span>
				</button>
			</div>
			<Text class="template-text quoted" lang={lang} marks={slotsOf(of.text)}>{of.text}</Text>
		</li>
	);
}

export function SheetView({ of, heading: H = "h3" }: { of: Sheet; heading?: Heading }) {
	return (
		<div class="sheet">
			{of.summary !== "" && <Text class="sheet-summary" lang={of.lang}>{of.summary}</Text>}
			{of.roles.length > 0 && <Roles of={of} H={H} />}
			{of.tasks.length > 0 && <Tasks of={of} H={H} />}
			{of.cadence.length > 0 && <Cadence of={of} H={H} />}
			{of.templates.length > 0 && (
				<section>
					<H class="sheet-part">{t("playbook.templates")}</H>
					<p class="hint">{t("playbook.slots", { braces: "{ }" })}</p>
					<ul class="templates">{of.templates.map((x) => <TemplateView key={x.key} of={x} lang={of.lang} H={H} />)}</ul>
				</section>
			)}
		</div>
	);
}
