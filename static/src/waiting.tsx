/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * waiting.tsx - how many statements wait for my verdict, and the way to them. Their page is a document of its
 * own (src/approve), so the link leaves this one.
 */
import checklistIcon from "@primer/octicons/build/svg/checklist-24.svg";
import { useEffect } from "preact/hooks";

import { number } from "./i18n/format";
import { t } from "./i18n/t";
import { bindKeys } from "./keys";
import { hasRole } from "./session";
import { Icon } from "./ui/icon";
import { type List, useEvents, useLoaded } from "./ui/load";

const ofStatements = ({ type }: { type: string }): boolean => /^(statement|verdict|policy|deputy)\./.test(type);

export function WaitingLink() {
	const isApprover = hasRole("approver");
	const list = useLoaded<List<unknown>>(isApprover ? "/approvals" : null);
	useEvents(ofStatements, list.reload);
	useEffect(() => isApprover ? bindKeys([{ code: "KeyG KeyA", label: "keys.go_approvals", run: () => location.assign("/approvals") }]) : undefined, [isApprover]);
	const n = list.data?.items.length ?? 0;
	return !isApprover ? null : (
		<a class="rail-item" href="/approvals" target="_self">
			<span class="rail-icon"><Icon of={checklistIcon} size={22} />{n > 0 && <span class="rail-badge" aria-hidden="true">{number(Math.min(n, 99))}</span>}</span>
			<span>{t("nav.approvals")}{n > 0 && <span class="unseen">: {t("nav.approvals_n", { n })}</span>}</span>
		</a>
	);
}
