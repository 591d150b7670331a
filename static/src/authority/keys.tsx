/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * keys.tsx - keys that sign verdicts: this device's, made here, and everybody's. A second person confirms one
 * after comparing its code with what its owner sees; whoever may confirm may also revoke.
 */
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t, tx } from "../i18n/t";
import { me } from "../room/model";
import { hasRole } from "../session";
import { codeOfKey } from "../sign/bytes";
import { enrol, type Key, type Signer, useSigner } from "../sign/device";
import { deviceOf } from "../pages/sessions_agent";
import { errorAt } from "../ui/at";
import { StateChip } from "../ui/chip";
import { confirm, Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Name, Time } from "../ui/parts";
import { fail, say } from "../ui/toast";
import { Part } from "./part";

const Code = ({ of }: { of: Key }) => <code dir="ltr">{codeOfKey(of.public)}</code>;

function Enrol({ signer, onClose }: { signer: Signer; onClose: () => void }) {
	const [problem, setProblem] = useState<Problem | null>(null), [isClosed, setKept] = useState(false);
	const { browser, system } = deviceOf(navigator.userAgent);
	return (
		<Dialog title={t("authority.key_make")} onClose={onClose}>
			<p class="soft">{t("authority.key_make_hint")}</p>
			{isClosed && <p class="note bad" role="alert">{t("authority.key_not_kept")}</p>}
			<Form problem={problem} fields={["/name"]} onSubmit={async (f) => {
				const r = await enrol(String(f.get("name")).trim()).catch(() => null);
				setKept(r === null);
				if (r === null)
					return;
				setProblem(r.ok ? null : r.problem);
				if (r.ok) {
					say(t("authority.key_made"));
					onClose();
					signer.reload();
				}
			}}>
				<Field label={t("authority.key_name")} name="name" required maxLength={100} autocomplete="off" defaultValue={[browser, system].filter(Boolean).join(" · ")} hint={t("authority.key_name_hint")} error={errorAt(problem, "/name")} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary">{t("authority.key_make_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

function Mine({ signer }: { signer: Signer }) {
	const [isOpen, setOpen] = useState(false);
	const { state, key } = signer;
	return (
		<div class="sample this-device">
			<p class="strong">{t("authority.this_device")}</p>
			{state === "unable" && <p>{t("authority.key_unable")}</p>}
			{state === "none" && (
				<>
					<p>{t("authority.key_none")}</p>
					<div class="buttons"><button type="button" class="primary" onClick={() => setOpen(true)}>{t("authority.key_make")}</button></div>
				</>
			)}
			{state === "waiting" && key !== null && <p class="wait-facts"><Icon of={clockIcon} /><span>{tx("authority.key_waiting", { code: <Code of={key} /> })}</span></p>}
			{state === "ready" && key !== null && <p class="good-line"><Icon of={checkIcon} /><span>{t("authority.key_ready")}</span></p>}
			{isOpen && <Enrol signer={signer} onClose={() => setOpen(false)} />}
		</div>
	);
}

async function confirmKey(of: Key, reload: () => Promise<void>): Promise<void> {
	if (!await confirm({ title: t("authority.key_confirm_q", { name: of.user.name }), text: t("authority.key_confirm_hint", { code: codeOfKey(of.public) }), yes: t("authority.key_confirm_yes") }))
		return;
	const r = await api("POST", `/keys/${of.id}/confirm`, { body: {} });
	if (r.ok)
		say(t("authority.key_confirmed_now"));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

async function revoke(of: Key, reload: () => Promise<void>): Promise<void> {
	if (!await confirm({ title: t("authority.key_revoke_q", { name: of.name ?? "" }), text: t("authority.key_revoke_hint"), yes: t("authority.key_revoke"), isDangerous: true }))
		return;
	const r = await api("DELETE", `/keys/${of.id}`);
	if (r.ok)
		say(t("authority.key_revoked_now"));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

function State({ of }: { of: Key }) {
	if (of.revoked_at !== null)
		return <StateChip isOn={false}>{t("authority.key_revoked")}</StateChip>;
	if (of.confirmed_by === null)
		return <span class="loud"><Icon of={clockIcon} />{t("authority.key_unconfirmed")}</span>;
	return <StateChip isOn>{tx("authority.key_confirmed_by", { who: <Name>{of.confirmed_by.name}</Name> })}</StateChip>;
}

export function Keys() {
	const keys = useLoaded<List<Key>>("/keys");
	useEvents("key.", keys.reload);
	const signer = useSigner(), mayVouch = hasRole("admin", "lead", "approver");
	const reload = async (): Promise<void> => { await keys.reload(); signer.reload(); };
	return (
		<Part id="keys" title={t("authority.keys")} hint={t("authority.keys_hint")}>
			{hasRole("approver") && signer.state !== "looking" && <Mine signer={signer} />}
			<Loading of={keys}>
				{({ items }) => items.length === 0 ? <p class="soft">{t("authority.keys_none")}</p> : (
					<ul class="things">
						{[...items].reverse().sort((a, b) => Number(a.revoked_at !== null) - Number(b.revoked_at !== null)).map((k) => (
							<li key={k.id} class={k.revoked_at === null ? "thing" : "thing is-off"} data-key={k.id}>
								<div class="thing-top">
									<p><Name class="strong">{k.user.name}</Name> · <Name>{k.name ?? ""}</Name>{k.id === signer.key?.id && <span class="tag">{t("authority.this_one")}</span>}</p>
									{k.revoked_at === null && (
										<span class="thing-links">
											{mayVouch && k.confirmed_at === null && k.user.id !== me() && <button type="button" class="primary" onClick={() => void confirmKey(k, reload)}>{t("authority.key_confirm")}<span class="unseen"> {k.user.name}</span></button>}
											{(mayVouch || k.user.id === me()) && <button type="button" class="bad-ink" onClick={() => void revoke(k, reload)}>{t("authority.key_revoke")}<span class="unseen"> {k.name}</span></button>}
										</span>
									)}
								</div>
								<p class="small thing-facts"><State of={k} /><span class="soft">{tx("authority.key_code", { code: <Code of={k} /> })}</span><span class="soft"><Time at={k.at} /></span></p>
							</li>
						))}
					</ul>
				)}
			</Loading>
		</Part>
	);
}
