/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* people_password.tsx - another password for somebody who has lost theirs; it ends their sessions. */
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { session } from "../session";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Form } from "../ui/field";
import { say } from "../ui/toast";
import { PasswordShown } from "./people_add";
import { type How, newPassword, PasswordChoice, type User, USER_WORDS } from "./people_parts";

export function NewPassword({ user, onClose, onChanged }: { user: User; onClose: () => void; onChanged: () => void }) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [how, setHow] = useState<How>("made");
	const [made, setMade] = useState<string | null>(null);
	const isMe = user.id === session.value?.user.id;
	if (made !== null)
		return <PasswordShown key="shown" name={user.name} password={made} onClose={onClose} />;
	return (
		<Dialog key="form" title={t("people.password_for", { name: user.name })} onClose={onClose}>
			<p class="note">{t(isMe ? "people.password_ends_mine" : "people.password_ends")}</p>
			<Form problem={problem} fields={["/password"]} onSubmit={async (data) => {
				const password = how === "made" ? newPassword() : String(data.get("password"));
				const r = await api<User>("PATCH", `/users/${user.id}`, { body: { password }, ifMatch: "*" });
				setProblem(r.ok ? null : r.problem);
				if (!r.ok)
					return;
				onChanged();
				say(t("people.password_set", { name: user.name }));
				if (how === "made")
					setMade(password);
				else
					onClose();
			}}>
				<PasswordChoice label={t("people.new_password")} typed={t("people.new_password")} how={how} onHow={setHow}
					error={errorAt(problem, "/password", USER_WORDS["/password"])} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t("people.password_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
