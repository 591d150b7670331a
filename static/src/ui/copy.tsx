/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * copy.tsx - a text that somebody will want elsewhere: a secret that is shown once, a command line.
 *
 * On plain http there is no clipboard for scripts; the older way (select, then "copy") works there
 * from a click. Where neither does, the text stays selected and the reader is told which keys.
 */
import checkIcon from "@primer/octicons/build/svg/check-16.svg";
import copyIcon from "@primer/octicons/build/svg/copy-16.svg";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "../i18n/t";
import { Icon } from "./icon";
import { say } from "./toast";

type Copied = "not" | "done" | "by_hand";
const STAY_MS = 4000;

/* By the clipboard where scripts have one, else from the area, which then has the focus and is selected. */
async function copyFrom(area: HTMLTextAreaElement): Promise<boolean> {
	try {
		if (window.isSecureContext) {
			await navigator.clipboard.writeText(area.value);
			return true;
		}
	} catch { /* refused: the older way then */ }
	area.focus({ preventScroll: true });
	area.select();
	try {
		return document.execCommand("copy");
	} catch {
		return false;
	}
}

/** Puts a text into the clipboard; false where neither way works. */
export async function copyText(text: string): Promise<boolean> {
	const before = document.activeElement, area = document.createElement("textarea");
	area.value = text;
	area.readOnly = true;
	area.className = "unseen";
	document.body.append(area);
	const isDone = await copyFrom(area);
	area.remove();
	if (before instanceof HTMLElement)
		before.focus();
	return isDone;
}

/** An address for somebody else; whether it can be pasted now is said. */
export async function copyLink(address: string): Promise<void> {
	say(t(await copyText(address) ? "mention.copied" : "mention.copy_failed"));
}

export function Copyable({ label, value, hint }: { label: string; value: string; hint?: string }) {
	const [copied, setCopied] = useState<Copied>("not");
	const text = useRef<HTMLTextAreaElement>(null);
	const id = useId();
	useEffect(() => {
		const area = text.current;
		if (area === null)
			return undefined;
		const fit = (): void => {
			area.style.blockSize = "auto";
			area.style.blockSize = `${area.scrollHeight + 2}px`;
		};
		fit();
		const watch = new ResizeObserver(fit);
		if (area.parentElement !== null)
			watch.observe(area.parentElement);
		return () => watch.disconnect();
	}, [value]);
	useEffect(() => {
		if (copied !== "done")
			return undefined;
		const timer = setTimeout(() => setCopied("not"), STAY_MS);
		return () => clearTimeout(timer);
	}, [copied]);
	return (
		<div class="copyable">
			<label for={id}>{label}</label>
			<div class="copyable-row">
				<textarea ref={text} id={id} readOnly rows={1} dir="ltr" lang="en" spellcheck={false} autocomplete="off" value={value}
					onFocus={(e) => e.currentTarget.select()} />
				<button type="button" onClick={async () => setCopied(text.current !== null && await copyFrom(text.current) ? "done" : "by_hand")}>
					<Icon of={copied === "done" ? checkIcon : copyIcon} />{t(copied === "done" ? "copied" : "copy")}
				</button>
			</div>
			<p class="hint" role="status">{copied === "by_hand" ? t("copy.by_hand") : copied === "done" ? t("copy.done") : hint ?? ""}</p>
		</div>
	);
}
