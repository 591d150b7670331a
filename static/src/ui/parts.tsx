/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* parts.tsx - small things that pages share: heads, empty states, skeletons, times, foreign text. */
import type { ComponentChildren } from "preact";

import { ago, exact } from "../i18n/format";
import { t } from "../i18n/t";
import { Icon } from "./icon";
import { minute } from "./now";
import { Text } from "./text";

/** A page's heading, with its actions at the end. */
export function PageHead({ title, hint, children }: { title: string; hint?: string; children?: ComponentChildren }) {
	return (
		<header class="page-head">
			<div>
				<h1 tabIndex={-1}>{title}</h1>
				{hint !== undefined && <p class="soft">{hint}</p>}
			</div>
			{children !== undefined && <div class="buttons">{children}</div>}
		</header>
	);
}

/** Nothing here yet: what would be here, and the first step towards it. */
export function Empty({ icon, title, text, children }: { icon: string; title: string; text: string; children?: ComponentChildren }) {
	return (
		<div class="empty">
			<Icon of={icon} size={32} />
			<p class="empty-title">{title}</p>
			<p class="soft">{text}</p>
			{children}
		</div>
	);
}

/** Grey lines where rows will be; the words are for those who cannot see them. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
	return (
		<div class="skeleton" role="status">
			<span class="unseen">{t("loading")}</span>
			{Array.from({ length: rows }, (_, i) => <div key={i} class="bone" />)}
		</div>
	);
}

/** "3 min ago", exact on hover; counts on by itself. */
export function Time({ at }: { at: string }) {
	return <time dateTime={at} title={exact(at)}>{ago(at, minute.value)}</time>;
}

/** A name from outside: isolated, in its own direction, and what turns text around only shown. */
export function Name({ children, class: name }: { children: string; class?: string }) {
	return <Text isInline {...(name === undefined ? {} : { class: name })}>{children}</Text>;
}
