/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * banner.tsx - the honest state of the connection: a dot while all is well, a line across the top
 * when it is not, 2 s later than it begins (most hiccups are shorter). Never modal.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { type Key, t } from "../i18n/t";
import { connection, type LineState, tryNow } from "./bus";

const PATIENCE_MS = 2000;

function words(state: LineState, now: number): string {
	if (state.name !== "waiting")
		return t(`line.${state.name}` as Key);
	const n = Math.max(0, Math.ceil((state.at - now) / 1000));
	return t(`line.${state.why}`, { n });
}

export function ConnectionDot() {
	const state = connection.value;
	return (
		<span class={`dot ${state.name}`} data-line={state.name}>
			<span class="dot-mark" aria-hidden="true" />{t(state.name === "waiting" ? "line.reconnecting" : `line.${state.name}`)}
		</span>
	);
}

export function ConnectionBanner() {
	const state = connection.value;
	const isShown = useSignal(false);
	const now = useSignal(Date.now());
	const isBad = state.name === "waiting" || state.name === "offline" || state.name === "connecting";
	useEffect(() => {
		if (!isBad) {
			isShown.value = false;
			return undefined;
		}
		const timer = setTimeout(() => { isShown.value = true; }, PATIENCE_MS);
		const tick = setInterval(() => { now.value = Date.now(); }, 1000);
		return () => { clearTimeout(timer); clearInterval(tick); };
	}, [isBad]);
	if (!isBad || !isShown.value)
		return null;
	return (
		<div class="banner" role="status">
			<span>{words(state, now.value)}</span>
			{state.name === "waiting" && <button type="button" class="link" onClick={tryNow}>{t("line.now")}</button>}
		</div>
	);
}
