/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * became.tsx - what became of a mention, in its detail: its state and whose it is, how long until
 * somebody first looked at it, the incidents that it is in, and every step so far. The feed loads this with
 * the first detail that is opened, so that the list itself stays light.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import { useState } from "preact/hooks";

import { t, tx } from "../i18n/t";
import { Icon } from "../ui/icon";
import { minute } from "../ui/now";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { usePeople } from "./fields";
import { spanOf } from "./span";
import { OUTCOMES, type State, type Triage, TriageDialog, TriageMark } from "./triage";

export interface Step {
	seq: number;
	recorded_at: string;
	actor: { id: number; name?: string };
	data: { state?: State; asks?: boolean; owner?: number | null; note?: string | null; outcome?: (typeof OUTCOMES)[number] | null };
}
export interface Beside {
	triage?: (Triage & { note: string | null; outcome: (typeof OUTCOMES)[number] | null; first_assessed_at: string | null }) | null;
	incidents?: readonly number[];
	triage_history?: readonly Step[];
}
export interface BecameProps {
	id: number;
	text: string;
	recordedAt: string;
	beside: Beside;
	mayAssess: boolean;
	heading: "h2" | "h3";
	onDone: () => void;
}

const LONG_S = 15 * 60;

/* Runs until somebody has looked, and then stands. */
function FirstLook({ recordedAt, at }: { recordedAt: string; at: string | null }) {
	const seconds = ((at === null ? minute.value : Date.parse(at)) - Date.parse(recordedAt)) / 1000;
	if (at !== null)
		return <span>{t("triage.assessed_after", { span: spanOf(seconds) })}</span>;
	return <span class={seconds > LONG_S ? "loud" : ""}>{seconds > LONG_S && <Icon of={alertIcon} />}{t("triage.waits", { span: spanOf(seconds) })}</span>;
}

function Steps({ steps, nameOf }: { steps: readonly Step[]; nameOf: (id: number) => string }) {
	return (
		<ol class="history" reversed>
			{steps.map((s) => (
				<li key={s.seq}>
					<p class="became-step small">
						{s.data.state !== undefined && <TriageMark of={s.data.state} asks={s.data.asks} />}
						{s.data.outcome != null && <span class="strong">{t(`triage.outcome.${s.data.outcome}`)}</span>}
						<span class="soft">{tx("by_when", { who: <Name>{s.actor.name ?? nameOf(s.actor.id)}</Name>, when: <Time at={s.recorded_at} /> })}</span>
					</p>
					{s.data.note != null && <Text class="text">{s.data.note}</Text>}
				</li>
			)).reverse()}
		</ol>
	);
}

export default function Became({ id, text, recordedAt, beside, mayAssess, heading: Heading, onDone }: BecameProps) {
	const [isOpen, setOpen] = useState(false);
	const { triage = null, incidents = [], triage_history: steps = [] } = beside;
	const people = usePeople(triage !== null); /* who goes through a list opens many, and most are new */
	const nameOf = (user: number): string => people.find((p) => p.id === user)?.name ?? String(user);
	return (
		<section class="became">
			<Heading>{t("triage.change")}</Heading>
			<p class="became-now">
				<TriageMark of={triage?.state ?? "new"} asks={triage?.asks} />
				{triage?.outcome != null && <span class="strong">{t(`triage.outcome.${triage.outcome}`)}</span>}
				{triage?.owner != null && <span>{tx("owned_by", { who: <Name class="strong">{nameOf(triage.owner)}</Name> })}</span>}
				<span class="soft small"><FirstLook recordedAt={recordedAt} at={triage?.first_assessed_at ?? null} /></span>
				{mayAssess && <button type="button" onClick={() => setOpen(true)}>{t("triage.go")}</button>}
			</p>
			{incidents.length > 0 && (
				<p class="small">{tx("triage.in", { n: incidents.length, incidents: incidents.map((room, i) => <>{i > 0 && t("comma")}<a key={room} href={`/incidents/${room}`}><bdi>{room}</bdi></a></>) })}</p>
			)}
			{steps.length > 0 && <Steps steps={steps} nameOf={nameOf} />}
			{isOpen && <TriageDialog id={id} text={text} now={triage} onClose={() => setOpen(false)} onDone={onDone} />}
		</section>
	);
}
