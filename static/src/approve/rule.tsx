/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rule.tsx - a verdict, given: which version, why, and a password, so that no tap in a pocket and nobody who
 * finds the phone decides. The button that opened it is elsewhere than the one that sends it. Nothing is kept of
 * what is typed here, and nothing is shown as done before the server has it.
 */
import { useState } from "preact/hooks";

import { api, fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { Area } from "../room/fields";
import { type Ruling, shortDigest, type StatementData, type Version } from "../statement/model";
import { Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { Text } from "../ui/text";
import { say } from "../ui/toast";

interface RuleProps {
	statement: StatementData;
	version: Version;
	ruling: Ruling;
	onClose: () => void;
	reload: () => Promise<void>;
}

export function Rule({ statement, version, ruling, onClose, reload }: RuleProps) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const isWrong = problem?.status === 403 && fieldError(problem, "/password") !== "";
	const send = async (f: FormData): Promise<void> => {
		const reason = String(f.get("reason") ?? "").trim();
		const r = await api("POST", `/statements/${statement.id}/verdicts`, { body: {
			digest: version.digest, verdict: ruling, password: String(f.get("password")), ...(reason === "" ? {} : { reason }),
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
			<p class="soft">{t("approve.sure_hint", { digest: shortDigest(version.digest) })}</p>
			<Form problem={isWrong ? null : problem} fields={["/reason", "/password"]} onSubmit={send}>
				{ruling !== "approve" && <Area label={t(ruling === "ask" ? "approve.question" : "approve.reason")} name="reason" required rows={3} maxLength={2000} error={fieldError(problem, "/reason")} />}
				<Field label={t("approve.password")} name="password" type="password" autocomplete="current-password" required maxLength={1000} hint={t("approve.password_hint")}
					error={isWrong ? t("approve.password_wrong") : ""} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class={ruling === "reject" ? "danger" : "primary"}>{t(`approve.do.${ruling}`)}</button>
				</div>
			</Form>
		</Dialog>
	);
}
