/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* setup.tsx - the first administrator, by the one-time link. The token stays behind the '#'. */
import { useState } from "preact/hooks";

import { api, fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { navigate } from "../router";
import { enter, type SignedIn } from "../session";
import { LangSwitch } from "../switches";
import { Field, Form } from "../ui/field";

const token = location.hash.slice(1);

export default function Setup() {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [isDifferent, setDifferent] = useState(false);
	const isOver = problem !== null && [403, 404, 409].includes(problem.status);
	return (
		<main id="main" class="card">
			<div class="card-top"><img src="/favicon.svg" alt="" width="40" height="40" /><LangSwitch /></div>
			<h1 tabIndex={-1}>{t("setup.title")}</h1>
			<p class="soft">{t("setup.hint")}</p>
			{token === "" && <div class="note bad" role="alert">{t("setup.no_token")}</div>}
			{isOver && <div class="note bad" role="alert">{t("setup.over")}</div>}
			{token !== "" && (
				<Form problem={isOver ? null : problem} onSubmit={async (data) => {
					const username = String(data.get("username")), password = String(data.get("password"));
					setDifferent(password !== data.get("again"));
					if (password !== data.get("again"))
						return;
					const r = await api<SignedIn>("POST", "/setup", { body: { token, username, password }, isSigningIn: true });
					setProblem(r.ok ? null : r.problem);
					if (r.ok) {
						enter(r.data);
						history.replaceState(null, "", "/setup");
						navigate("/");
					}
				}}>
					<Field label={t("username")} name="username" autocomplete="username" autocapitalize="none" spellcheck={false}
						required maxLength={64} error={fieldError(problem, "/username")} />
					<Field label={t("password")} name="password" type="password" autocomplete="new-password" required minLength={8}
						maxLength={1000} hint={t("setup.password_hint")} error={fieldError(problem, "/password")} />
					<Field label={t("setup.again")} name="again" type="password" autocomplete="new-password" required maxLength={1000}
						error={isDifferent ? t("setup.differ") : ""} />
					<button type="submit" class="primary">{t("setup.go")}</button>
				</Form>
			)}
		</main>
	);
}
