/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pick.tsx - choosing mentions in the feed, and taking them to an incident: a box in each row, a bar
 * that says how many are chosen, and the dialogs, whose code is loaded when somebody asks for it.
 */
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import reportIcon from "@primer/octicons/build/svg/report-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../i18n/t";
import type { FromFeedProps } from "../room/from_feed";
import { needRoom } from "../need";
import { session } from "../session";
import { Icon } from "../ui/icon";
import { say } from "../ui/toast";

const MOST = 500; /* the server takes no more at once */
export const picked = signal<ReadonlySet<number>>(new Set());
const asked = signal<{ what: FromFeedProps["what"]; ids: readonly number[] } | null>(null);

const hasRole = (...roles: string[]): boolean => session.value?.user.roles.some((r) => roles.includes(r)) ?? false;
const mayDeclare = (): boolean => hasRole("lead");
export const mayPick = (): boolean => hasRole("lead", "drafter");

export function pick(id: number): void {
	const next = new Set(picked.value);
	if (!next.delete(id) && next.size < MOST)
		next.add(id);
	picked.value = next;
}

const clear = (): void => { picked.value = new Set(); };

/** From what is chosen; else from the one that is open. */
export function declareFrom(ids: readonly number[]): void {
	if (mayDeclare())
		asked.value = { what: "declare", ids: picked.value.size > 0 ? [...picked.value] : ids };
}

/** The box in a row. */
export function PickBox({ id }: { id: number }) {
	if (!mayPick())
		return null;
	return <label class="pick"><input type="checkbox" tabIndex={-1} aria-label={t("mention.pick")} checked={picked.value.has(id)} onChange={() => pick(id)} /></label>;
}

/** What can be done with some mentions. */
export function Ways({ ids }: { ids: readonly number[] }) {
	if (!mayPick())
		return null;
	return (
		<>
			{mayDeclare() && <button type="button" onClick={() => { asked.value = { what: "declare", ids }; }}><Icon of={reportIcon} />{t("mention.declare")}</button>}
			<button type="button" onClick={() => { asked.value = { what: "add", ids }; }}><Icon of={plusIcon} />{t("mention.add_to")}</button>
		</>
	);
}

export function PickBar() {
	const n = picked.value.size;
	if (n === 0)
		return null;
	return (
		<div class="pick-bar" role="region" aria-label={t("mention.picked_label")}>
			<span role="status">{t("mention.picked", { n })}</span>
			<Ways ids={[...picked.value]} />
			<button type="button" class="icon-button" aria-label={t("mention.pick_none")} title={t("mention.pick_none")} onClick={clear}><Icon of={xIcon} /></button>
		</div>
	);
}

/** Stands once in the feed. */
export function PickDialogs() {
	const [FromFeed, setFromFeed] = useState<ComponentType<FromFeedProps> | null>(null);
	const ask = asked.value;
	useEffect(() => {
		if (ask === null || FromFeed !== null)
			return;
		Promise.all([import("../room/from_feed"), needRoom()]).then(([m]) => setFromFeed(() => m.FromFeed),
			() => { asked.value = null; say(t("page.failed")); });
	}, [ask]);
	useEffect(() => () => { asked.value = null; }, []);
	if (ask === null || FromFeed === null)
		return null;
	const close = (): void => { asked.value = null; };
	return <FromFeed what={ask.what} mentions={ask.ids} onClose={close} onDone={() => { close(); clear(); }} />;
}
