/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* envelope_dialogs.tsx - an envelope, drafted from a template and with what its slots will hold; and signed. */
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { textOf, timeOfField } from "../room/draft";
import { Select, TimeField } from "../room/fields";
import { act, OFFICES, type Severity, SEVERITIES } from "../room/model";
import { langsOf, type Playbook, type PlaybookInfo, sheetOf, titleOf } from "../room/playbook";
import { type Lang, lang as myLang, LANGS } from "../settings";
import { envelopeDigest } from "../sign/bytes";
import { Proof, proofProblem, useProof } from "../sign/proof";
import { type Channel, CHANNELS, langName, shortDigest } from "../statement/model";
import { baseOf, Shown } from "../statement/shown";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { type List, useLoaded } from "../ui/load";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { Terms } from "./envelopes";
import { type Envelope, slotsIn } from "./model";

export interface DialogProps {
	/** null: a new one. */
	of: Envelope | null;
	onClose: () => void;
	reload: () => Promise<void>;
}

interface Template {
	template: string;
	title: string;
	channel: Channel;
	text: string;
}

const MONTH_MS = 30 * 86400000;

/* Those that ship, and those of the chosen playbook. */
function useTemplates(lang: Lang, slug: string): { templates: Template[]; playbooks: readonly PlaybookInfo[] } {
	const shipped = useLoaded<List<Template>>(`/templates?lang=${lang}`), list = useLoaded<List<PlaybookInfo>>("/playbooks");
	const one = useLoaded<Playbook>(slug === "" ? null : `/playbooks/${slug}`);
	const own = one.data === null ? [] : sheetOf(one.data, lang).templates.filter((x) => x.text !== "").map((x) => ({ template: `${slug}/${x.key}`, title: x.title, channel: x.channel, text: x.text }));
	return { templates: slug === "" ? shipped.data?.items ?? [] : own, playbooks: (list.data?.items ?? []).filter((p) => langsOf(p).includes(lang)) };
}

function Slots({ text }: { text: string }) {
	const slots = slotsIn(text);
	return (
		<div class="sample" role="status">
			<p class="strong small">{t("authority.slots")}</p>
			{slots.length === 0 ? <p class="small">{t("authority.slots_none")}</p>
				: <dl class="meanings">{slots.map((s) => <div key={s.slot}><dt><code dir="ltr">{`{${s.slot}}`}</code></dt><dd class="small">{s.means}</dd></div>)}</dl>}
		</div>
	);
}

function Channels({ chosen, onChange, error }: { chosen: readonly Channel[]; onChange: (c: Channel[]) => void; error: string }) {
	return (
		<fieldset class="choice">
			<legend>{t("authority.channels")}</legend>
			<div class="choice-row">
				{CHANNELS.map((c) => (
					<label key={c} class={chosen.includes(c) ? "chosen" : ""}>
						<input type="checkbox" name="channels" checked={chosen.includes(c)} aria-invalid={error ? "true" : undefined} onChange={(e) => onChange(CHANNELS.filter((x) => x === c ? e.currentTarget.checked : chosen.includes(x)))} />
						<span>{t(`statement.channel.${c}`)}</span>
					</label>
				))}
			</div>
			{error !== "" && <p class="error" role="alert"><bdi>{error}</bdi></p>}
		</fieldset>
	);
}

function Draft({ onClose, reload }: DialogProps) {
	const [lang, setLang] = useState<Lang>(myLang.value), [slug, setSlug] = useState(""), [channels, setChannels] = useState<Channel[]>(["press"]);
	const [title, setTitle] = useState(""), [text, setText] = useState(""), [problem, setProblem] = useState<Problem | null>(null);
	const { templates, playbooks } = useTemplates(lang, slug);
	const take = (name: string): void => {
		const chosen = templates.find((x) => x.template === name);
		if (chosen === undefined)
			return;
		setTitle(chosen.title);
		setText(chosen.text);
		setChannels([chosen.channel]);
	};
	return (
		<Dialog title={t("authority.envelope_draft")} onClose={onClose} isModalOnly class="wide">
			<p class="soft">{t("authority.envelope_means")}</p>
			<Form problem={problem} fields={["/title", "/text", "/channels", "/times", "/until"]} onSubmit={async (f) => {
				const r = await act("POST", "/envelopes", {
					title: title.trim(), office: String(f.get("office")), lang, text, channels, severity: Number(f.get("severity")) as Severity, times: Number(textOf(f, "times")), until: timeOfField(f, "until"),
				});
				if (!r.ok)
					return setProblem(r.problem);
				say(t("authority.envelope_drafted"));
				onClose();
				return reload();
			}}>
				<Select label={t("statement.lang")} name="lang" value={lang} options={LANGS.map((l) => ({ value: l, label: langName(l) }))} onChange={(l) => { setLang(l as Lang); setSlug(""); }} />
				<Select label={t("authority.from")} name="playbook" value={slug} onChange={setSlug}
					options={[{ value: "", label: t("authority.from_shipped") }, ...playbooks.map((p) => ({ value: p.slug, label: titleOf(p, lang) }))]} />
				<Select key={`${lang}${slug}${templates.length}`} label={t("authority.template")} name="template" onChange={take} hint={t("authority.template_hint")}
					options={[{ value: "", label: t("authority.template_choose") }, ...templates.map((x) => ({ value: x.template, label: x.title }))]} />
				<Field label={t("statement.title")} name="title" required maxLength={200} value={title} onInput={(e) => setTitle(e.currentTarget.value)} error={errorAt(problem, "/title")} />
				<div class="field">
					<label for="envelope-text">{t("statement.text")}</label>
					<textarea id="envelope-text" name="text" rows={8} dir={baseOf(lang)} lang={lang} required maxLength={10000} value={text} onInput={(e) => setText(e.currentTarget.value)} />
					{errorAt(problem, "/text") !== "" && <p class="error"><bdi>{errorAt(problem, "/text")}</bdi></p>}
				</div>
				<Slots text={text} />
				<Select label={t("authority.office")} name="office" value="communications" options={OFFICES.map((o) => ({ value: o, label: t(`office.${o}`) }))} hint={t("authority.office_hint")} />
				<Channels chosen={channels} onChange={setChannels} error={errorAt(problem, "/channels", { EUNPROCESSABLE: "authority.channels_rule" })} />
				<Select label={t("authority.gravest")} name="severity" value="2" options={SEVERITIES.map((s) => ({ value: String(s), label: t(`severity.${s}`) }))} hint={t("authority.gravest_hint")} />
				<Field label={t("authority.times")} name="times" type="number" inputMode="numeric" min={1} max={100} required defaultValue="3" error={errorAt(problem, "/times")} />
				<TimeField label={t("authority.until")} name="until" value={new Date(Date.now() + MONTH_MS).toISOString()} hint={t("authority.until_year")}
					error={errorAt(problem, "/until", { EUNPROCESSABLE: "authority.until_year", EINVAL: "authority.until_year" })} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary">{t("authority.envelope_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

function Sign({ of, onClose, reload }: DialogProps & { of: Envelope }) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const proof = useProof(), path = `/envelopes/${of.id}`;
	const send = async (f: FormData): Promise<void> => {
		const given = await proof.give(f, path, () => envelopeDigest({ ...of, lang: of.lang ?? "", text: of.text ?? "" }),
			{ isDrill: false, incident: 0, statement: of.id, digest: of.digest, verdict: "approve", reason: "" });
		if (!given.ok)
			return setProblem(given.problem);
		const r = await api("POST", `${path}/sign`, { body: { digest: of.digest, ...given.body } });
		if (!r.ok)
			return setProblem(r.problem);
		say(t("authority.signed_now"));
		onClose();
		return reload();
	};
	return (
		<Dialog title={t("authority.sign_q")} onClose={onClose} class="wide">
			<p class="strong"><Text isInline>{of.title ?? ""}</Text></p>
			<Terms of={of} />
			<div class="paper is-short" tabIndex={0} role="region" aria-label={t("authority.text")}><Shown text={of.text ?? ""} lang={of.lang ?? "en"} forced={baseOf(of.lang ?? "en")} /></div>
			<Slots text={of.text ?? ""} />
			<p class="soft">{t("authority.sign_hint", { digest: shortDigest(of.digest) })}</p>
			<Form problem={proofProblem(problem)} fields={["/password"]} onSubmit={send}>
				<Proof of={proof} problem={problem} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary" disabled={proof.signer.state === "looking"}>{t("authority.sign")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

export default function EnvelopeDialog(props: DialogProps) {
	return props.of === null ? <Draft {...props} /> : <Sign {...props} of={props.of} />;
}
