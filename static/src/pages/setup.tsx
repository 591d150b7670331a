/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* setup.tsx - the first administrator, by the one-time link. The token stays behind the '#'. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import { api, fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { navigate } from "../router";
import { enter, type SignedIn } from "../session";
import { isWelcome } from "../settings";
import { LangSwitch } from "../switches";
import { errorAt } from "../ui/at";
import { Field, Form } from "../ui/field";

/* Used up, too old, or there is an admin by now: no other name or password would help. */
const isOver = (p: Problem | null): boolean => p !== null && (fieldError(p, "/token") !== "" || (p.status === 409 && p.errors.length === 0));

function useToken(): string {
	const [token, setToken] = useState(location.hash.slice(1));
	useLayoutEffect(() => {
		const look = (): void => setToken(location.hash.slice(1));
		addEventListener("hashchange", look);
		return () => removeEventListener("hashchange", look);
	}, []);
	return token;
}

/* The account, and in; false when the two passwords are not one. */
async function make(token: string, data: FormData, setProblem: (p: Problem | null) => void): Promise<boolean> {
	const username = String(data.get("username")).trim(), password = String(data.get("password"));
	if (password !== data.get("again"))
		return false;
	const r = await api<SignedIn>("POST", "/setup", { body: { token, username, password }, isSigningIn: true });
	setProblem(r.ok ? null : r.problem);
	if (r.ok) {
		isWelcome.value = true;
		enter(r.data);
		history.replaceState(null, "", "/setup");
		navigate("/");
	}
	return true;
}

function NoWay({ text }: { text: string }) {
	return (
		<>
			<div class="note bad setup-note" role="alert">{text}</div>
			<a class="button" href="/">{t("setup.sign_in")}</a>
		</>
	);
}

export default function Setup() {
	const token = useToken();
	const [problem, setProblem] = useState<Problem | null>(null);
	const [isDifferent, setDifferent] = useState(false);
	useEffect(() => setProblem(null), [token]);
	return (
		<main id="main" class="card">
			<div class="card-top"><img src="/favicon.svg" alt="" width="40" height="40" /><LangSwitch /></div>
			<h1 tabIndex={-1}>{t("setup.title")}</h1>
			<p class="soft">{t("setup.hint")}</p>
			{token === "" && <NoWay text={t("setup.no_token")} />}
			{isOver(problem) && <NoWay text={t("setup.over")} />}
			{token !== "" && !isOver(problem) && (
				<Form problem={problem} fields={["/username", "/password"]} onSubmit={async (data) => setDifferent(!await make(token, data, setProblem))}>
					<Field label={t("username")} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={64} pattern="\S+"
						hint={t("people.name_rule")} error={errorAt(problem, "/username", { EEXISTS: "people.taken", EINVAL: "people.name_rule" })} />
					<Field label={t("password")} name="password" type="password" autocomplete="new-password" required minLength={8}
						maxLength={1000} hint={t("setup.password_hint")} error={errorAt(problem, "/password", { EINVAL: "people.password_rule" })} />
					<Field label={t("setup.again")} name="again" type="password" autocomplete="new-password" required maxLength={1000}
						error={isDifferent ? t("setup.differ") : ""} />
					<button type="submit" class="primary">{t("setup.go")}</button>
				</Form>
			)}
		</main>
	);
}
