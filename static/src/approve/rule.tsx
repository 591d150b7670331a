/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rule.tsx - a verdict, given: which version, why, for whom, and a signature or a password, so that no tap in a
 * pocket and nobody who finds the phone decides. On a small screen the button that sends it may come to lie where the
 * one was that opened it, so it takes no tap for a moment, as browsers do with questions of their own.
 * Nothing is kept of what is typed here, and nothing is shown as done before the server has it.
 */
import { useEffect, useState } from "preact/hooks";

import { api, fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { Area } from "../room/fields";
import { session } from "../session";
import { versionDigest } from "../sign/bytes";
import { Proof, proofProblem, useProof } from "../sign/proof";
import { langName, type Ruling, shortDigest, type StatementData, type Version } from "../statement/model";
import { Dialog } from "../ui/dialog";
import { Form } from "../ui/field";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import type { Waiting } from "./app";

interface RuleProps {
	of: Waiting;
	statement: StatementData;
	version: Version;
	ruling: Ruling;
	onClose: () => void;
	reload: () => Promise<void>;
}

/* Myself, or one whose deputy I am: one human is one voice, so that is chosen and not assumed. */
function Voices({ of, whom, onChange }: { of: Waiting["for"]; whom: number; onChange: (id: number) => void }) {
	const me = session.value?.user.id;
	if (of.length < 2)
		return of[0] === undefined || of[0].id === me ? null : <p class="note">{t("approve.stands_in")} <Name class="strong">{of[0].name}</Name></p>;
	return (
		<fieldset class="choice">
			<legend>{t("approve.for")}</legend>
			<div class="choice-row">
				{of.map((p) => (
					<label key={p.id} class={p.id === whom ? "chosen" : ""}>
						<input type="radio" name="whom" required checked={p.id === whom} onChange={() => onChange(p.id)} />
						<span>{p.id === me ? t("approve.for_me") : <Name>{p.name}</Name>}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

const HOLD_MS = 700; /* longer than two taps of one hand are apart */

function useHeld(): boolean {
	const [isHeld, setHeld] = useState(true);
	useEffect(() => {
		const timer = setTimeout(() => setHeld(false), HOLD_MS);
		return () => clearTimeout(timer);
	}, []);
	return isHeld;
}

export function Rule({ of, statement, version, ruling, onClose, reload }: RuleProps) {
	const me = session.value?.user.id ?? 0;
	const [problem, setProblem] = useState<Problem | null>(null), [whom, setWhom] = useState(of.for.length > 1 ? 0 : of.for[0]?.id ?? me);
	const proof = useProof(), isHeld = useHeld();
	const send = async (f: FormData): Promise<void> => {
		const reason = String(f.get("reason") ?? "").trim(), path = `/statements/${statement.id}`;
		const given = await proof.give(f, path, () => versionDigest(version),
			{ isDrill: of.drill, incident: statement.incident, statement: statement.id, digest: version.digest, verdict: ruling, reason });
		if (!given.ok)
			return setProblem(given.problem);
		const r = await api("POST", `${path}/verdicts`, { body: {
			digest: version.digest, submitted: version.seq, verdict: ruling, ...given.body, ...(reason === "" ? {} : { reason }), ...(whom === me ? {} : { on_behalf_of: whom }),
		} });
		if (!r.ok && r.status === 409) {
			onClose();
			say(t("approve.moved"));
		} else if (!r.ok) {
			return setProblem(r.problem);
		} else {
			onClose();
			say(t(`approve.done.${ruling}`, { title: version.title }));
		}
		return reload();
	};
	return (
		<Dialog title={t(`approve.sure.${ruling}`)} onClose={onClose} class="rule-dialog">
			<p class="strong"><Text isInline>{version.title}</Text></p>
			<p class="small">{t(`statement.channel.${version.channel}`)} · {t(`statement.audience.${version.audience}`)} · <span lang={version.lang}>{langName(version.lang)}</span></p>
			<p class="soft">{t("approve.sure_hint", { digest: shortDigest(version.digest) })}</p>
			<Form problem={proofProblem(problem)} fields={["/reason", "/password"]} onSubmit={send}>
				<Voices of={of.for} whom={whom} onChange={setWhom} />
				{ruling !== "approve" && <Area label={t(ruling === "ask" ? "approve.question" : "approve.reason")} name="reason" required rows={3} maxLength={2000} error={fieldError(problem, "/reason")} />}
				<Proof of={proof} problem={problem} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class={ruling === "reject" ? "danger" : "primary"} disabled={isHeld || proof.signer.state === "looking"}>{t(`approve.do.${ruling}`)}</button>
				</div>
			</Form>
		</Dialog>
	);
}
