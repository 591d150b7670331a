/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* deputies.tsx - who stands in for whom, until when. An approver names one; both of them end it. */
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { api } from "../api";
import { dateTime, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { DraftForm, textOf, timeOfField } from "../room/draft";
import { Area, Select, TimeField, usePeople } from "../room/fields";
import { act, me } from "../room/model";
import { hasRole } from "../session";
import { errorAt } from "../ui/at";
import { confirm, Dialog } from "../ui/dialog";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { fail, say } from "../ui/toast";
import type { Deputy } from "./model";
import { Part } from "./part";

const DAY_MS = 86400000;

/* Only who may approve can do it for somebody. */
function Naming({ onClose, reload }: { onClose: () => void; reload: () => Promise<void> }) {
	const people = usePeople().filter((p) => p.id !== me() && ((p as { roles?: string[] }).roles ?? []).includes("approver"));
	return (
		<Dialog title={t("authority.deputy_name")} onClose={onClose}>
			<p class="soft">{t("authority.deputy_means")}</p>
			{people.length === 0 ? <p class="note">{t("authority.deputy_nobody")}</p> : (
				<DraftForm name="authority-deputy" go={t("authority.deputy_go")} fields={["/deputy", "/until", "/reason"]} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
					onSend={(f) => act("POST", "/deputies", { deputy: Number(f.get("deputy")), until: timeOfField(f, "until"), ...(textOf(f, "reason") === undefined ? {} : { reason: textOf(f, "reason") }) })}>
					{(problem) => (
						<>
							<Select label={t("authority.deputy_who")} name="deputy" options={people.map((p) => ({ value: String(p.id), label: p.name }))} error={errorAt(problem, "/deputy")} />
							<TimeField label={t("authority.until")} name="until" value={new Date(Date.now() + DAY_MS).toISOString()} hint={t("authority.deputy_until")}
								error={errorAt(problem, "/until", { EUNPROCESSABLE: "authority.deputy_until", EINVAL: "authority.deputy_until" })} />
							<Area label={t("reason")} name="reason" rows={2} maxLength={2000} hint={t("authority.deputy_reason")} error={errorAt(problem, "/reason")} />
						</>
					)}
				</DraftForm>
			)}
		</Dialog>
	);
}

async function end(of: Deputy, reload: () => Promise<void>): Promise<void> {
	if (!await confirm({ title: t("authority.deputy_end_q", { name: of.deputy.name }), yes: t("authority.end") }))
		return;
	const r = await api("DELETE", `/deputies/${of.id}`);
	if (r.ok)
		say(t("authority.ended_now"));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

export function Deputies() {
	const deputies = useLoaded<List<Deputy>>("/deputies");
	useEvents("deputy.", deputies.reload);
	const [isOpen, setOpen] = useState(false);
	return (
		<Part id="deputies" title={t("authority.deputies")} hint={t("authority.deputies_hint")}
			act={hasRole("approver") && <button type="button" onClick={() => setOpen(true)}><Icon of={plusIcon} />{t("authority.deputy_name")}</button>}>
			<Loading of={deputies}>
				{({ items }) => items.length === 0 ? <p class="soft">{t("authority.deputies_none")}</p> : (
					<ul class="things">
						{items.map((d) => (
							<li key={d.id} class="thing">
								<div class="thing-top">
									<p>{tx(d.user.id === me() ? "authority.for_me" : d.deputy.id === me() ? "authority.i_for" : "authority.deputy_is", { who: <Name class="strong">{d.deputy.name}</Name>, whom: <Name class="strong">{d.user.name}</Name> })}</p>
									{(d.user.id === me() || d.deputy.id === me()) && <button type="button" onClick={() => void end(d, deputies.reload)}>{t("authority.end")}<span class="unseen"> {d.deputy.name}</span></button>}
								</div>
								{d.reason !== null && <Text class="soft">{d.reason}</Text>}
								<p class="soft small">{tx("authority.until_at", { when: <time dateTime={d.until} title={exact(d.until)}>{dateTime(d.until)}</time> })}</p>
							</li>
						))}
					</ul>
				)}
			</Loading>
			{isOpen && <Naming onClose={() => setOpen(false)} reload={deputies.reload} />}
		</Part>
	);
}
