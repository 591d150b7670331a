/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * contacts.tsx - how people reach us, in each language: what statements say where a template leaves room for it.
 * A language of which this page has no words is shown and kept, and set over the API.
 */
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { textOf } from "../room/draft";
import { hasRole } from "../session";
import { LANGS } from "../settings";
import { langName } from "../statement/model";
import { baseOf, Shown } from "../statement/shown";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { Icon } from "../ui/icon";
import { Loading, useEvents, useLoaded } from "../ui/load";
import { say } from "../ui/toast";
import { type Contacts, contactLangs } from "./model";
import { Part } from "./part";

function Lines({ of }: { of: Contacts }) {
	return (
		<dl class="meanings">
			{contactLangs(of).map((l) => (
				<div key={l}>
					<dt>{langName(l)}</dt>
					<dd>{of.contacts[l] === undefined ? <span class="soft">{t("authority.contact_none")}</span> : <Shown text={of.contacts[l]} lang={l} forced={baseOf(l)} />}</dd>
				</div>
			))}
		</dl>
	);
}

function Edit({ of, onClose, reload }: { of: Contacts; onClose: () => void; reload: () => Promise<void> }) {
	/* Nobody's typing is changed by what others save meanwhile. */
	const [began] = useState(of), [base, setBase] = useState(of), [theirs, setTheirs] = useState<Contacts | null>(null), [problem, setProblem] = useState<Problem | null>(null);
	const save = async (f: FormData): Promise<void> => {
		const typed = LANGS.map((l) => [l, (textOf(f, l) ?? "").trim()] as const);
		const contacts = { ...base.contacts, ...Object.fromEntries(typed) };
		const r = await api<Contacts>("PATCH", "/contacts", { body: { contacts: Object.fromEntries(Object.entries(contacts).filter(([, text]) => text !== "")) }, ifMatch: base.version });
		if (!r.ok && r.status === 412) {
			setBase(r.data as Contacts);
			setTheirs(r.data as Contacts);
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
		<Dialog title={t("authority.contacts_edit")} onClose={onClose} isModalOnly>
			<p class="soft">{t("authority.contact_hint")}</p>
			{theirs !== null && (
				<div class="note moved" role="alert">
					<p class="strong">{t("authority.contacts_moved")}</p>
					<Lines of={theirs} />
				</div>
			)}
			<Form problem={problem} fields={LANGS.map((l) => `/contacts/${l}`)} onSubmit={save}>
				{LANGS.map((l) => <Field key={l} label={langName(l)} name={l} dir={baseOf(l)} maxLength={100} defaultValue={began.contacts[l] ?? ""} error={errorAt(problem, `/contacts/${l}`, { EINVAL: "authority.contact_rule" })} />)}
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary">{t("save")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

export function ContactsPart() {
	const contacts = useLoaded<Contacts>("/contacts");
	useEvents("contact.", contacts.reload);
	const [isOpen, setOpen] = useState(false), maySet = hasRole("admin", "lead", "approver");
	return (
		<Part id="contacts" title={t("authority.contacts")} hint={t("authority.contacts_hint")}
			act={maySet && contacts.data !== null && <button type="button" onClick={() => setOpen(true)}><Icon of={pencilIcon} />{t("authority.contacts_edit")}</button>}>
			<Loading of={contacts}>{(of) => <Lines of={of} />}</Loading>
			{!maySet && <p class="soft small">{t("authority.contacts_who")}</p>}
			{isOpen && contacts.data !== null && <Edit of={contacts.data} onClose={() => setOpen(false)} reload={contacts.reload} />}
		</Part>
	);
}
