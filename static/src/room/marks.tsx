/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * marks.tsx - how bad and how far: severity, status, drill, restricted, verdict. Each is told by a word
 * and a shape; the colour only says it again.
 */
import oneIcon from "@primer/octicons/build/svg/alert-fill-16.svg";
import twoIcon from "@primer/octicons/build/svg/triangle-up-16.svg";
import trueIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import threeIcon from "@primer/octicons/build/svg/diamond-16.svg";
import mixedIcon from "@primer/octicons/build/svg/circle-slash-16.svg";
import lockIcon from "@primer/octicons/build/svg/lock-16.svg";
import drillIcon from "@primer/octicons/build/svg/mortar-board-16.svg";
import unknownIcon from "@primer/octicons/build/svg/question-16.svg";
import fourIcon from "@primer/octicons/build/svg/dot-16.svg";
import falseIcon from "@primer/octicons/build/svg/x-circle-16.svg";

import { t } from "../i18n/t";
import { Icon } from "../ui/icon";
import type { RoomSummary, Severity, Status, Verdict } from "./model";

const SEVERITY_ICONS: Record<Severity, string> = { 1: oneIcon, 2: twoIcon, 3: threeIcon, 4: fourIcon };
const VERDICT_ICONS: Record<Verdict, string> = { unknown: unknownIcon, true: trueIcon, false: falseIcon, mixed: mixedIcon };

export function SeverityMark({ of }: { of: Severity }) {
	return <span class={`severity severity-${of}`} title={t(`severity.${of}.means`)}><Icon of={SEVERITY_ICONS[of]} />{t(`severity.${of}`)}</span>;
}

export function StatusMark({ of }: { of: Status }) {
	return <span class={`status status-${of}`}><span class="status-dot" aria-hidden="true" />{t(`status.${of}`)}</span>;
}

export function VerdictMark({ of }: { of: Verdict }) {
	return <span class={`verdict verdict-${of}`}><Icon of={VERDICT_ICONS[of]} />{t(`verdict.${of}`)}</span>;
}

/** What sets this incident apart from the others, if anything does. */
export function KindMarks({ room }: { room: Pick<RoomSummary, "drill" | "restricted"> }) {
	return (
		<>
			{room.drill && <span class="tag drill-tag"><Icon of={drillIcon} />{t("room.drill")}</span>}
			{room.restricted && <span class="tag plain-tag"><Icon of={lockIcon} />{t("room.restricted")}</span>}
		</>
	);
}
