/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * frozen.tsx - the emergency stop, said on every page while it holds: who, why and until when. It is read once
 * and again whenever the stream tells of it; that its end has come is found out here.
 */
import stopIcon from "@primer/octicons/build/svg/stop-16.svg";
import { computed, signal } from "@preact/signals";

import { api } from "./api";
import { onEvents, onJump } from "./bus/bus";
import { dateTime, exact } from "./i18n/format";
import { t, tx } from "./i18n/t";
import { Icon } from "./ui/icon";
import { minute } from "./ui/now";
import { Name } from "./ui/parts";

export interface Frozen {
	seq: number;
	reason: string | null;
	by: { id: number; name: string };
	at: string;
	until: string | null;
}

const last = signal<Frozen | null>(null);
/** null: what is approved may leave. */
export const frozen = computed(() => last.value !== null && (last.value.until === null || Date.parse(last.value.until) > minute.value) ? last.value : null);

export async function readOutgoing(): Promise<void> {
	const r = await api<{ frozen: Frozen | null }>("GET", "/outgoing");
	if (r.ok)
		last.value = r.data.frozen;
}

/** While somebody is signed in. */
export function watchOutgoing(): () => void {
	const again = (): void => void readOutgoing();
	again();
	const ends = [onEvents((events) => { if (events.some((e) => e.type.startsWith("outgoing."))) again(); }), onJump(again)];
	return () => {
		last.value = null;
		for (const end of ends)
			end();
	};
}

/** Who stopped it and until when, as one sentence. */
export const stopSentence = (of: Frozen) => tx(of.until === null ? "frozen.by" : "frozen.by_until", {
	who: <Name class="strong">{of.by.name}</Name>,
	when: of.until === null ? null : <time dateTime={of.until} title={exact(of.until)}>{dateTime(of.until)}</time>,
});

export function FrozenBanner() {
	const of = frozen.value;
	return of === null ? null : (
		<div class="banner bad" role="status" data-frozen>
			<span><Icon of={stopIcon} /> {stopSentence(of)} {of.reason !== null && <Name>{of.reason}</Name>}</span>
			<a href="/authority" target="_self">{t("frozen.look")}</a>
		</div>
	);
}
