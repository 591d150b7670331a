/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* meta.tsx - what a statement is for: title, language, channel, audience. To begin one, and to change them. */
import { useState } from "preact/hooks";

import type { Envelope } from "../authority/model";
import type { Answer, Problem } from "../api";
import { t } from "../i18n/t";
import { DraftForm, textOf } from "../room/draft";
import { Area, Select } from "../room/fields";
import { act, orReload } from "../room/model";
import { navigate } from "../router";
import { LANGS, lang as ownLang } from "../settings";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/field";
import { type List, useLoaded } from "../ui/load";
import { say } from "../ui/toast";
import { type Channel, CHANNELS, hrefOf, langName, type Reader, READERS, type StatementData, type Summary } from "./model";
import { Shown } from "./shown";

interface Meta {
	lang: string;
	channel: Channel;
	audience: Reader;
}

/* Who usually reads what goes there. */
const USUAL: Record<Channel, Reader> = { press: "public", social: "public", internal: "staff", reply: "customer" };

function Fields({ title, meta, onChange, problem }: { title: string; meta: Meta; onChange: (meta: Meta) => void; problem: Problem | null }) {
	const langs = [...LANGS, ...(LANGS.includes(meta.lang as never) ? [] : [meta.lang])];
	return (
		<>
			<Field label={t("statement.title")} name="title" required maxLength={300} defaultValue={title} error={errorAt(problem, "/title")} />
			<Choice label={t("statement.lang")} name="lang" value={meta.lang} onChange={(lang) => onChange({ ...meta, lang })} options={langs.map((l) => ({ value: l, label: langName(l) }))} />
			<Choice label={t("statement.channel")} name="channel" value={meta.channel} onChange={(channel) => onChange({ ...meta, channel, audience: USUAL[channel] })}
				options={CHANNELS.map((c) => ({ value: c, label: t(`statement.channel.${c}`) }))} />
			<Choice label={t("statement.audience")} name="audience" value={meta.audience} onChange={(audience) => onChange({ ...meta, audience })}
				options={READERS.map((r) => ({ value: r, label: t(`statement.audience.${r}`) }))} />
		</>
	);
}

/* A text to begin with, filled from what the room knows. */
interface Template {
	template: string;
	title: string;
	channel: Channel;
	audience: Reader;
	text: string;
	/** Signed in calm time: its slots are filled when it begins. */
	envelope?: number;
}

/* Those of the room, and what may leave by an envelope. */
function useTemplates(incident: number, lang: string): Template[] {
	const templates = useLoaded<List<Template>>(`/incidents/${incident}/templates?lang=${encodeURIComponent(lang)}`).data?.items ?? [];
	const envelopes = useLoaded<List<Envelope>>("/envelopes").data?.items ?? [];
	return [...envelopes.filter((e) => e.state === "in_force" && e.lang === lang).map((e) => ({
		template: `envelope-${e.id}`, envelope: e.id, title: e.title ?? "", channel: e.channels[0] ?? "press", audience: "public" as const, text: e.text ?? "",
	})), ...templates];
}

const POINTERS = ["/title", "/lang", "/channel", "/audience", "/text"];

/** A new statement of an incident. */
export function Begin({ incident, onClose }: { incident: number; onClose: () => void }) {
	const [meta, setMeta] = useState<Meta>({ lang: ownLang.value, channel: "press", audience: "public" }), [name, setName] = useState("");
	const templates = useTemplates(incident, meta.lang);
	const template = templates.find((x) => x.template === name);
	const pick = (chosen: string): void => {
		const of = templates.find((x) => x.template === chosen);
		setName(chosen);
		if (of !== undefined)
			setMeta({ ...meta, channel: of.channel, audience: of.audience });
	};
	const begin = async (f: FormData): Promise<Answer<unknown>> => {
		const text = textOf(f, "text");
		const r = await act<Summary>("POST", `/incidents/${incident}/statements`, { title: textOf(f, "title") ?? "", ...meta, ...(template?.envelope !== undefined ? { envelope: template.envelope } : template !== undefined ? { template: template.template } : text === undefined ? {} : { text }) });
		if (r.ok)
			navigate(hrefOf({ id: r.data.id, incident }));
		return r;
	};
	return (
		<Dialog title={t("statement.add")} onClose={onClose} class="wide">
			<p class="soft">{t("statement.add_hint")}</p>
			<DraftForm name={`room-${incident}-statement`} go={t("statement.add_go")} fields={POINTERS} onCancel={onClose} onDone={onClose} onSend={begin}>
				{(problem) => (
					<>
						<Fields key={name} title={template?.title ?? ""} meta={meta} onChange={setMeta} problem={problem} />
						{templates.length > 0 && <Select label={t("statement.template")} name="template" value={template === undefined ? "" : name} hint={t("statement.template_hint")} onChange={pick}
							options={[{ value: "", label: t("statement.template.none") }, ...templates.map((x) => ({ value: x.template, label: x.envelope === undefined ? x.title : t("statement.envelope_of", { title: x.title }) }))]} />}
						{template !== undefined ? <div class="paper is-short" tabIndex={0} role="region" aria-label={t("statement.text")}><Shown text={template.text} lang={meta.lang} /></div> : <Area label={t("statement.first_text")} name="text" rows={4} maxLength={20000} hint={t("statement.first_text_hint")} error={errorAt(problem, "/text")} />}
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

/** The same in another language: a statement of its own, linked, whose figures are compared with this one's. */
export function Translate({ statement, onClose }: { statement: StatementData; onClose: () => void }) {
	const [lang, setLang] = useState(LANGS.find((l) => l !== statement.lang) ?? ownLang.value);
	return (
		<Dialog title={t("statement.translate")} onClose={onClose} class="wide">
			<p class="soft">{t("statement.translate_hint")}</p>
			<DraftForm name={`statement-${statement.id}-translate`} go={t("statement.translate_go")} fields={POINTERS} onCancel={onClose} onDone={onClose}
				onSend={async (f) => {
					const r = await act<Summary>("POST", `/incidents/${statement.incident}/statements`, {
						title: textOf(f, "title") ?? "", lang, channel: statement.channel, audience: statement.audience, text: statement.text, translation_of: statement.translation_of ?? statement.id,
					});
					if (r.ok)
						navigate(hrefOf({ id: r.data.id, incident: statement.incident }));
					return r;
				}}>
				{(problem) => (
					<>
						<Choice label={t("statement.lang")} name="lang" value={lang} onChange={setLang} options={LANGS.filter((l) => l !== statement.lang).map((l) => ({ value: l, label: langName(l) }))} />
						<Field label={t("statement.title")} name="title" required maxLength={300} defaultValue={statement.title} error={errorAt(problem, "/title")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

/** Another title, language, channel or audience; an approval is of all of them, so it is void then. */
export default function ChangeMeta({ statement, onClose, reload }: { statement: StatementData; onClose: () => void; reload: () => Promise<void> }) {
	const [meta, setMeta] = useState<Meta>({ lang: statement.lang, channel: statement.channel, audience: statement.audience });
	return (
		<Dialog title={t("statement.meta")} onClose={onClose} class="wide">
			{statement.submitted !== null && <p class="note">{t("statement.meta_hint")}</p>}
			<DraftForm name={`statement-${statement.id}-meta`} go={t("save")} fields={POINTERS} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => orReload(act("PATCH", `/statements/${statement.id}`, {
					...(textOf(f, "title") !== statement.title ? { title: textOf(f, "title") ?? "" } : {}),
					...(meta.lang !== statement.lang ? { lang: meta.lang } : {}), ...(meta.channel !== statement.channel ? { channel: meta.channel } : {}),
					...(meta.audience !== statement.audience ? { audience: meta.audience } : {}),
				}, statement.version), reload)}>
				{(problem) => <Fields title={statement.title} meta={meta} onChange={setMeta} problem={problem} />}
			</DraftForm>
		</Dialog>
	);
}
