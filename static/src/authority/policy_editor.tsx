/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * policy_editor.tsx - the rules, changed: each with the sentence that it comes to below it. The change is based
 * on the rules that were seen; when somebody else was faster, theirs are shown and nothing is lost here.
 */
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import trashIcon from "@primer/octicons/build/svg/trash-16.svg";
import { useId, useRef, useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { Select, usePeople } from "../room/fields";
import { type Severity, SEVERITIES } from "../room/model";
import { type Channel, CHANNELS, type Check, groupName } from "../statement/model";
import { Dialog } from "../ui/dialog";
import { Form } from "../ui/field";
import { Icon } from "../ui/icon";
import { say } from "../ui/toast";
import { type Policy, type Rule, severityText, WARNINGS } from "./model";
import { RuleWords } from "./policy";

export interface EditorProps {
	policy: Policy;
	onClose: () => void;
	reload: () => Promise<void>;
}

/* As it is typed: groups in order, one may have no name yet. */
interface Draft {
	key: number;
	channels: Channel[];
	severity: Severity;
	groups: { name: string; n: number }[];
	any: number;
	mayOwn: boolean;
	blocks: Check[];
}

const USUAL = ["legal", "executive", "comms"];
const draftOf = (r: Rule, key: number): Draft => ({
	key, channels: r.channels, severity: r.severity, any: r.any ?? 0, mayOwn: r.may_approve_own ?? false, blocks: r.blocks ?? [],
	groups: Object.entries(r.groups).map(([name, n]) => ({ name, n })),
});
const ruleOf = (d: Draft): Rule => ({
	channels: d.channels, severity: d.severity, groups: Object.fromEntries(d.groups.filter((g) => g.name.trim() !== "").map((g) => [g.name.trim(), g.n])),
	...(d.any > 0 ? { any: d.any } : {}), ...(d.mayOwn ? { may_approve_own: true } : {}), ...(d.blocks.length > 0 ? { blocks: d.blocks } : {}),
});

/* Some of a few, in one line. */
function Some<T extends string>({ label, options, chosen, word, onChange }: { label: string; options: readonly T[]; chosen: readonly T[]; word: (x: T) => string; onChange: (x: T[]) => void }) {
	return (
		<fieldset class="choice">
			<legend>{label}</legend>
			<div class="choice-row">
				{options.map((o) => (
					<label key={o} class={chosen.includes(o) ? "chosen" : ""}>
						<input type="checkbox" checked={chosen.includes(o)} onChange={(e) => onChange(options.filter((x) => x === o ? e.currentTarget.checked : chosen.includes(x)))} />
						<span>{word(o)}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Count({ label, value, least, onChange }: { label: string; value: number; least: number; onChange: (n: number) => void }) {
	return <input type="number" inputMode="numeric" aria-label={label} min={least} max={20} required value={value} onInput={(e) => onChange(Math.round(Number(e.currentTarget.value)))} />;
}

interface OneProps {
	of: Draft;
	place: number;
	offered: readonly string[];
	onChange: (d: Draft) => void;
	onRemove: () => void;
}

function Groups({ of, offered, onChange }: Pick<OneProps, "of" | "offered" | "onChange">) {
	const list = useId();
	const set = (i: number, change: Partial<{ name: string; n: number }>): void => onChange({ ...of, groups: of.groups.map((g, k) => k === i ? { ...g, ...change } : g) });
	return (
		<fieldset class="choice">
			<legend>{t("authority.asks_for")}</legend>
			<datalist id={list}>{offered.map((g) => <option key={g} value={g}>{groupName(g)}</option>)}</datalist>
			<div class="stack">
				{of.groups.map((g, i) => (
					<div key={i} class="count-row">
						<Count label={t("authority.how_many", { group: g.name })} value={g.n} least={1} onChange={(n) => set(i, { n })} />
						<input aria-label={t("authority.group")} dir="auto" list={list} required maxLength={64} pattern="[^,\s&quot;\\]+" value={g.name} onInput={(e) => set(i, { name: e.currentTarget.value })} />
						<button type="button" class="icon-button" aria-label={`${t("authority.group_out")} ${g.name}`} onClick={() => onChange({ ...of, groups: of.groups.filter((_, k) => k !== i) })}><Icon of={trashIcon} /></button>
					</div>
				))}
				<div class="count-row">
					<Count label={t("authority.any_label")} value={of.any} least={0} onChange={(any) => onChange({ ...of, any })} />
					<span>{t("authority.any_label")}</span>
				</div>
				<div><button type="button" class="offer" onClick={() => onChange({ ...of, groups: [...of.groups, { name: offered.find((g) => of.groups.every((x) => x.name !== g)) ?? "", n: 1 }] })}><Icon of={plusIcon} />{t("authority.group_add")}</button></div>
			</div>
		</fieldset>
	);
}

function One({ of, place, offered, onChange, onRemove }: OneProps) {
	return (
		<section class="panel rule-draft" aria-label={t("authority.rule_n", { n: place })}>
			<div class="thing-top"><h3>{t("authority.rule_n", { n: place })}</h3><button type="button" class="bad-ink" onClick={onRemove}><Icon of={trashIcon} />{t("authority.rule_out")}</button></div>
			<Some label={t("authority.channels")} options={CHANNELS} chosen={of.channels} word={(c) => t(`statement.channel.${c}`)} onChange={(channels) => onChange({ ...of, channels })} />
			<Select label={t("authority.severities")} name={`severity-${of.key}`} value={String(of.severity)} onChange={(v) => onChange({ ...of, severity: Number(v) as Severity })}
				options={SEVERITIES.map((s) => ({ value: String(s), label: severityText(s) }))} />
			<Groups of={of} offered={offered} onChange={onChange} />
			<Some label={t("authority.blocks")} options={WARNINGS} chosen={of.blocks} word={(c) => t(`authority.check.${c}` as "authority.check.blame")} onChange={(blocks) => onChange({ ...of, blocks })} />
			<label class="check-line"><input type="checkbox" checked={of.mayOwn} onChange={(e) => onChange({ ...of, mayOwn: e.currentTarget.checked })} /> <span>{t("authority.may_own_label")}</span></label>
			<div class="sample" role="status"><RuleWords of={ruleOf(of)} /></div>
		</section>
	);
}

export default function PolicyEditor({ policy, onClose, reload }: EditorProps) {
	const next = useRef(policy.rules.length);
	const [base, setBase] = useState(policy), [problem, setProblem] = useState<Problem | null>(null), [theirs, setTheirs] = useState<Policy | null>(null);
	const [drafts, setDrafts] = useState(() => policy.rules.map(draftOf));
	const offered = [...new Set([...USUAL, ...usePeople().flatMap((p) => (p as { groups?: string[] }).groups ?? [])])];
	const save = async (): Promise<void> => {
		const r = await api<Policy>("PATCH", "/policy", { body: { rules: drafts.map(ruleOf) }, ifMatch: base.version });
		if (!r.ok && r.status === 412) {
			const now = r.data as Policy;
			setBase(now);
			setTheirs(now);
			return;
		}
		setProblem(r.ok ? null : r.problem);
		if (!r.ok)
			return;
		say(t("saved_now"));
		onClose();
		await reload();
	};
	return (
		<Dialog title={t("authority.policy_edit")} onClose={onClose} isModalOnly class="wide">
			<p class="soft">{t("authority.policy_adds")}</p>
			{theirs !== null && (
				<div class="note moved" role="alert">
					<p class="strong">{t("authority.policy_moved")}</p>
					{theirs.rules.length === 0 ? <p>{t("authority.policy_none")}</p> : <ul class="things">{theirs.rules.map((r, i) => <li key={i} class="thing"><RuleWords of={r} /></li>)}</ul>}
				</div>
			)}
			<Form problem={problem} onSubmit={save}>
				{drafts.length === 0 && <p class="sample">{t("authority.policy_none")}</p>}
				{drafts.map((d, i) => <One key={d.key} of={d} place={i + 1} offered={offered} onChange={(x) => setDrafts(drafts.map((y) => y.key === d.key ? x : y))} onRemove={() => setDrafts(drafts.filter((y) => y.key !== d.key))} />)}
				<div><button type="button" onClick={() => setDrafts([...drafts, draftOf({ channels: [], severity: 4, groups: { legal: 1 } }, next.current++)])}><Icon of={plusIcon} />{t("authority.rule_add")}</button></div>
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary">{t("save")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
