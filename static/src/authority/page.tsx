/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * page.tsx - who may let statements go: the emergency stop first, then the rules, what was signed in calm
 * time, how people reach us, who stands in for whom, and the keys that sign. Everybody reads all of it; buttons are there for those
 * for whom they lead somewhere.
 */
import { useEffect } from "preact/hooks";

import { t } from "../i18n/t";
import { PageHead } from "../ui/parts";
import { ContactsPart } from "./contacts";
import { Deputies } from "./deputies";
import { Envelopes } from "./envelopes";
import { Keys } from "./keys";
import { PolicyPart } from "./policy";
import { Stop } from "./stop";

export default function Authority() {
	/* An address that names a part is answered once the parts are there. */
	useEffect(() => {
		const part = /^#([a-z]+)$/.exec(location.hash)?.[1];
		if (part !== undefined)
			document.getElementById(part)?.scrollIntoView();
	}, []);
	return (
		<>
			<PageHead title={t("nav.authority")} hint={t("authority.hint")} />
			<div class="settings authority">
				<Stop />
				<PolicyPart />
				<Envelopes />
				<ContactsPart />
				<Deputies />
				<Keys />
			</div>
		</>
	);
}
