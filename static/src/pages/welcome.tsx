/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* welcome.tsx - the three things that make an empty room one that works, ticked off as they are done. */
import checkIcon from "@primer/octicons/build/svg/check-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";

import { number } from "../i18n/format";
import { t } from "../i18n/t";
import { isWelcome } from "../settings";
import { sources } from "../sources";
import { Icon } from "../ui/icon";
import { type List, useEvents, useLoaded } from "../ui/load";
import type { User } from "./people_parts";
import type { Token } from "./tokens_parts";

export default function Welcome() {
	const users = useLoaded<List<User>>("/users"), tokens = useLoaded<List<Token>>("/tokens");
	useEvents("user.", users.reload);
	useEvents("token.", tokens.reload);
	const steps = [
		{ at: "/sources", title: t("welcome.source"), hint: t("welcome.source_hint"), isDone: sources.value.length > 0 },
		{ at: "/people", title: t("welcome.people"), hint: t("welcome.people_hint"), isDone: (users.data?.items.length ?? 0) > 1 },
		{ at: "/tokens", title: t("welcome.token"), hint: t("welcome.token_hint"), isDone: tokens.data?.items.some((x) => !x.revoked) ?? false },
	];
	return (
		<section class="welcome" aria-labelledby="welcome-title">
			<div class="welcome-top">
				<h2 id="welcome-title">{t("welcome.title")}</h2>
				<button type="button" class="icon-button" title={t("welcome.close")} onClick={() => { isWelcome.value = false; }}>
					<span class="unseen">{t("welcome.close")}</span><Icon of={xIcon} />
				</button>
			</div>
			<ol>
				{steps.map((s, i) => (
					<li key={s.at}>
						<a href={s.at} class={s.isDone ? "done" : ""}>
							<span class="welcome-mark" aria-hidden="true">{s.isDone ? <Icon of={checkIcon} /> : number(i + 1)}</span>
							<span class="strong">{s.title}{s.isDone && <span class="unseen"> ({t("welcome.done")})</span>}</span>
							<span class="soft small">{s.hint}</span>
						</a>
					</li>
				))}
			</ol>
		</section>
	);
}
