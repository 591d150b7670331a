/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sign_in.tsx - shown in place of the page that was asked for, or over it when a session has ended:
 * what was typed below is then still there.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "./api";
import { t } from "./i18n/t";
import { signIn } from "./session";
import { LangSwitch } from "./switches";
import { Dialog } from "./ui/dialog";
import { Field, ProblemNote } from "./ui/field";

function SignInForm() {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [isBusy, setBusy] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	useLayoutEffect(() => { form.current?.querySelector("input")?.focus(); }, []);
	const isWrong = problem?.status === 401;
	return (
		<form ref={form} id="sign-in" class="form" method="post" aria-busy={isBusy} onSubmit={async (e) => {
			e.preventDefault();
			const data = new FormData(e.currentTarget);
			setBusy(true);
			const r = await signIn(String(data.get("username")), String(data.get("password")));
			setBusy(false);
			setProblem(r.ok ? null : r.problem);
			if (!r.ok)
				form.current?.querySelector<HTMLInputElement>("[type=password]")?.select();
		}}>
			{isWrong ? <div class="note bad" role="alert">{t("sign_in.wrong")}</div> : <ProblemNote problem={problem} />}
			<Field label={t("username")} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={64} />
			<Field label={t("password")} name="password" type="password" autocomplete="current-password" required maxLength={1000} />
			<button type="submit" class="primary" disabled={isBusy}>{t("sign_in")}</button>
		</form>
	);
}

export function SignInCard() {
	return (
		<main id="main" class="card">
			<div class="card-top"><img src="/favicon.svg" alt="" width="40" height="40" /><LangSwitch /></div>
			<h1>{t("sign_in.title")}</h1>
			<p class="soft">{t("sign_in.hint")}</p>
			<SignInForm />
		</main>
	);
}

export function SignInDialog() {
	return (
		<Dialog title={t("sign_in.ended")} onClose={() => undefined} isModalOnly class="sign-in-dialog">
			<p class="soft">{t("sign_in.ended_hint")}</p>
			<SignInForm />
		</Dialog>
	);
}
