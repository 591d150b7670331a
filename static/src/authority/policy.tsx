/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* policy.tsx - who must approve what: the rules in words, and what they come to. Admins change them. */
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { SEVERITIES } from "../room/model";
import { isAdmin } from "../session";
import { CHANNELS } from "../statement/model";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Loading, useEvents, useLoaded } from "../ui/load";
import { DataTable } from "../ui/table";
import { demand, needsText, type Policy, type Rule, ruleText } from "./model";
import { Part } from "./part";
import type { EditorProps } from "./policy_editor";

export function RuleWords({ of }: { of: Rule }) {
	const said = ruleText(of);
	return (
		<>
			<p><span class="soft">{said.when}:</span> <span class="strong">{said.needs}</span></p>
			{said.more.map((m) => <p key={m} class="small soft">{m}</p>)}
		</>
	);
}

/* Every channel and severity with what all rules together ask for. */
function Sums({ rules }: { rules: readonly Rule[] }) {
	return (
		<details class="fold">
			<summary>{t("authority.sums")}</summary>
			<DataTable caption={t("authority.sums")} rows={CHANNELS} rowKey={(c) => c} columns={[
				{ key: "channel", label: t("statement.channel"), isName: true, cell: (c) => t(`statement.channel.${c}`) },
				...SEVERITIES.map((s) => ({ key: String(s), label: t(`severity.${s}`), cell: (c: (typeof CHANNELS)[number]) => { const d = demand(rules, c, s); return needsText(d.groups, d.any); } })),
			]} />
		</details>
	);
}

export function PolicyPart() {
	const policy = useLoaded<Policy>("/policy");
	useEvents("policy.", policy.reload);
	const [isOpen, setOpen] = useState(false);
	const close = (): void => setOpen(false);
	const Editor = useLate<EditorProps>(isOpen, () => import("./policy_editor"), close);
	return (
		<Part id="policy" title={t("authority.policy")} hint={t("authority.policy_hint")}
			act={isAdmin.value && policy.data !== null && <button type="button" onClick={() => setOpen(true)}><Icon of={pencilIcon} />{t("authority.policy_edit")}</button>}>
			<Loading of={policy}>
				{({ rules }) => (
					<>
						{rules.length === 0 ? <p>{t("authority.policy_none")}</p> : <ul class="things">{rules.map((r, i) => <li key={i} class="thing"><RuleWords of={r} /></li>)}</ul>}
						{rules.length > 0 && <Sums rules={rules} />}
						{!isAdmin.value && <p class="soft small">{t("authority.admin_only")}</p>}
					</>
				)}
			</Loading>
			{isOpen && Editor !== null && policy.data !== null && <Editor policy={policy.data} onClose={close} reload={policy.reload} />}
		</Part>
	);
}
