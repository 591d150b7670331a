/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * people.tsx - who holds which office, who stands in for them, and who else is in the room. An office
 * is given, handed over and taken away in one dialog; the page sends only what differs.
 */
import lockIcon from "@primer/octicons/build/svg/lock-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { useState } from "preact/hooks";

import type { Answer } from "../api";
import { t, tx } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { fail, say } from "../ui/toast";
import { DraftForm, textOf } from "./draft";
import { PersonField } from "./fields";
import { act, mayCommand, mayJoin, me, nameOf, type Office, OFFICES, type Participant, type RoomData } from "./model";
import type { PartProps } from "./part";

type RealOffice = Exclude<Office, "member">;

const seatOf = (room: RoomData, office: Office, deputy: boolean): Participant | undefined =>
	room.participants.find((p) => p.role === office && p.deputy === deputy);

const path = (room: RoomData): string => `/incidents/${room.id}/participants`;

/* One seat as it shall be; null when it is so already. */
function seat(room: RoomData, role: Office, deputy: boolean, user: number | null): Promise<Answer<unknown>> | null {
	const now = seatOf(room, role, deputy);
	if ((now?.user ?? null) === user)
		return null;
	if (user === null)
		return now === undefined ? null : act("DELETE", `${path(room)}/${now.id}`);
	return act("POST", path(room), { user, role, ...(deputy ? { deputy } : {}), ...(now !== undefined ? { replaces: now.id } : {}) });
}

async function leave(room: RoomData, p: Participant, reload: () => Promise<void>): Promise<void> {
	const r = await act("DELETE", `${path(room)}/${p.id}`);
	if (r.ok)
		say(t("room.left", { who: nameOf(room, p.user) }));
	else
		fail(r.problem);
	await reload();
}

async function join(room: RoomData, reload: () => Promise<void>): Promise<void> {
	const r = await act<Participant>("POST", path(room), { user: me(), role: "member" });
	if (!r.ok)
		fail(r.problem);
	await reload();
}

function GiveOffice({ room, office, onClose, reload }: { room: RoomData; office: RealOffice; onClose: () => void; reload: () => Promise<void> }) {
	const userOf = (f: FormData, name: string): number | null => textOf(f, name) === undefined ? null : Number(textOf(f, name));
	return (
		<Dialog title={t(`office.${office}`)} onClose={onClose}>
			<p class="soft">{t(`office.${office}.means`)}</p>
			{office === "lead" && seatOf(room, office, false) !== undefined && (
				<p class="small">{t("handover.will_get")} <a href={`/incidents/${room.id}/handover`} target="_blank" rel="noopener">{t("handover.preview")}</a></p>
			)}
			<DraftForm name={`room-${room.id}-office-${office}`} go={t("save")} fields={["/user"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={async (f) => {
					let last: Answer<unknown> = { ok: true, status: 204, data: null, etag: null };
					for (const [deputy, name] of [[false, "holder"], [true, "deputy"]] as const) {
						last = await (seat(room, office, deputy, userOf(f, name)) ?? last);
						if (!last.ok)
							break;
					}
					await reload();
					return last;
				}}>
				{(problem) => (
					<>
						<PersonField label={t("office.holder")} name="holder" value={seatOf(room, office, false)?.user ?? null} isOptional error={errorAt(problem, "/user")} />
						<PersonField label={t("office.deputy")} name="deputy" value={seatOf(room, office, true)?.user ?? null} isOptional />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

function AddMember({ room, onClose, reload }: { room: RoomData; onClose: () => void; reload: () => Promise<void> }) {
	return (
		<Dialog title={t("office.add_member")} onClose={onClose}>
			<p class="soft">{t(room.restricted ? "office.add_member_restricted" : "office.add_member_hint")}</p>
			<DraftForm name={`room-${room.id}-member`} go={t("office.add_go")} fields={["/user"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => act("POST", path(room), { user: Number(textOf(f, "user") ?? 0), role: "member" })}>
				{(problem) => <PersonField label={t("office.member")} name="user" error={errorAt(problem, "/user", { EEXISTS: "office.is_in" })} />}
			</DraftForm>
		</Dialog>
	);
}

function Seat({ room, p, isFrozen, reload }: { room: RoomData; p: Participant; isFrozen: boolean; reload: () => Promise<void> }) {
	const name = nameOf(room, p.user);
	const isGoing = !isFrozen && p.user === me() && !mayCommand(room);
	return (
		<>
			<Name class="strong">{name}</Name>
			{isGoing && <button type="button" class="link small" onClick={() => void leave(room, p, reload)}>{t("office.give_up")}</button>}
		</>
	);
}

function OfficeRow({ room, office, isFrozen, reload, onChange }: { room: RoomData; office: RealOffice; isFrozen: boolean; reload: () => Promise<void>; onChange: () => void }) {
	const holder = seatOf(room, office, false), deputy = seatOf(room, office, true);
	return (
		<div class="office">
			<dt>{t(`office.${office}`)}</dt>
			<dd>
				{holder !== undefined ? <span><Seat room={room} p={holder} isFrozen={isFrozen} reload={reload} /></span>
					: <span class={office === "lead" ? "loud" : "soft"}>{t("person.nobody")}</span>}
				{deputy !== undefined && <span class="small">{tx("office.deputy_is", { who: <Seat room={room} p={deputy} isFrozen={isFrozen} reload={reload} /> })}</span>}
			</dd>
			{!isFrozen && mayCommand(room) && (
				<dd class="office-act"><button type="button" class="link small" onClick={onChange}>{t(holder === undefined ? "office.give" : "office.hand_over")}<span class="unseen"> {t(`office.${office}`)}</span></button></dd>
			)}
		</div>
	);
}

/* Those without a holder take one line: what is empty needs no room, but it must be seen. */
function Vacant({ offices, mayGive, onGive }: { offices: readonly RealOffice[]; mayGive: boolean; onGive: (o: RealOffice) => void }) {
	if (offices.length === 0)
		return null;
	return (
		<>
			<h3 class="people-more">{t("office.vacant")}</h3>
			<ul class="members">
				{offices.map((o) => (
					<li key={o} class="vacant">{mayGive ? <button type="button" title={t(`office.${o}.means`)} onClick={() => onGive(o)}><Icon of={plusIcon} size={12} />{t(`office.${o}`)}</button> : <span class="soft small">{t(`office.${o}`)}</span>}</li>
				))}
			</ul>
		</>
	);
}

export function People({ room, isFrozen, reload }: PartProps) {
	const [open, setOpen] = useState<RealOffice | "member" | null>(null);
	const members = room.participants.filter((p) => p.role === "member");
	const isIn = room.participants.some((p) => p.user === me());
	/* That nobody leads is never put aside. */
	const vacant = OFFICES.filter((o) => o !== "lead" && !room.participants.some((p) => p.role === o));
	return (
		<section class="room-box people" aria-labelledby="people-heading">
			<header class="part-head">
				<h2 id="people-heading">{t("room.people")}</h2>
				{!isFrozen && !isIn && mayJoin(room) && <button type="button" onClick={() => void join(room, reload)}>{t("office.join")}</button>}
			</header>
			{room.restricted && <p class="people-closed small"><Icon of={lockIcon} />{t("office.only_these")}</p>}
			<dl class="offices">
				{OFFICES.filter((o) => !vacant.includes(o)).map((o) => <OfficeRow key={o} room={room} office={o} isFrozen={isFrozen} reload={reload} onChange={() => setOpen(o)} />)}
			</dl>
			<Vacant offices={vacant} mayGive={!isFrozen && mayCommand(room)} onGive={setOpen} />
			<h3 class="people-more">{t("office.members")}</h3>
			<ul class="members">
				{members.map((p) => (
					<li key={p.id}>
						<Name>{nameOf(room, p.user)}</Name>
						{!isFrozen && (p.user === me() || mayCommand(room)) && (
							<button type="button" class="icon-button" title={t(p.user === me() ? "office.leave" : "office.take_out")} onClick={() => void leave(room, p, reload)}>
								<Icon of={xIcon} /><span class="unseen">{t(p.user === me() ? "office.leave" : "office.take_out")} {nameOf(room, p.user)}</span>
							</button>
						)}
					</li>
				))}
				{!isFrozen && mayCommand(room) && <li class="members-add"><button type="button" class="link small" onClick={() => setOpen("member")}><Icon of={plusIcon} />{t("office.add_member")}</button></li>}
				{members.length === 0 && (isFrozen || !mayCommand(room)) && <li class="soft small">{t("person.nobody")}</li>}
			</ul>
			{open === "member" && <AddMember room={room} onClose={() => setOpen(null)} reload={reload} />}
			{open !== null && open !== "member" && <GiveOffice key={open} room={room} office={open} onClose={() => setOpen(null)} reload={reload} />}
		</section>
	);
}
