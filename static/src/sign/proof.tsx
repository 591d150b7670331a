/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * proof.tsx - the part of a form that proves who says it: the key of this device where it has a confirmed
 * one, else the password, typed once more.
 *
 *   const proof = useProof();
 *   … const given = await proof.give(f, path, digestOfWhatIsShown, shown);
 *     if (!given.ok) return setProblem(given.problem);
 *     … body: { …, ...given.body } … setProblem(proof.refusal(r.problem))
 *   … <Proof of={proof} problem={problem} />
 */
import keyIcon from "@primer/octicons/build/svg/key-16.svg";
import { useState } from "preact/hooks";

import { fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { Field } from "../ui/field";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { DIFFERS, type Shown, sign, type Signature, type Signer, useSigner } from "./device";

type Given = { ok: true; body: { password: string } | { signature: Signature } } | { ok: false; problem: Problem };

export interface ProofState {
	signer: Signer;
	isByPassword: boolean;
	usePassword: (yes: boolean) => void;
	give: (f: FormData, path: string, digest: () => Promise<string>, shown: Shown) => Promise<Given>;
}

/* The digest of what is on the screen, where the browser can make one: another than the server's is another text. */
async function isShown(digest: () => Promise<string>, said: string): Promise<boolean> {
	return crypto.subtle === undefined || await digest() === said;
}

export function useProof(): ProofState {
	const signer = useSigner();
	const [wantsPassword, usePassword] = useState(false);
	const isByPassword = wantsPassword || signer.state !== "ready";
	return {
		signer, isByPassword, usePassword,
		give: async (f, path, digest, shown) => {
			if (!await isShown(digest, shown.digest))
				return { ok: false, problem: DIFFERS };
			if (isByPassword)
				return { ok: true, body: { password: String(f.get("password")) } };
			const signed = await sign(signer, path, shown);
			return signed.ok ? { ok: true, body: { signature: signed.signature } } : signed;
		},
	};
}

const isWrongPassword = (p: Problem | null): boolean => p?.status === 403 && fieldError(p, "/password") !== "";

/** What a form says above its fields: nothing when the field of the password says it. */
export function proofProblem(p: Problem | null): Problem | null {
	if (p === null || isWrongPassword(p))
		return null;
	return p.status === 403 && fieldError(p, "/signature") !== "" ? { ...p, type: "urn:diwan:problem:SIGNATURE" } : p;
}

export function Proof({ of, problem }: { of: ProofState; problem: Problem | null }) {
	const { signer, isByPassword } = of;
	if (signer.state === "looking")
		return null;
	if (!isByPassword)
		return (
			<div class="note signs">
				<p class="wait-facts"><Icon of={keyIcon} />{t("approve.signs")} <Name class="strong">{signer.key?.name ?? ""}</Name></p>
				<button type="button" class="link" onClick={() => of.usePassword(true)}>{t("approve.by_password")}</button>
			</div>
		);
	return (
		<>
			<Field label={t("approve.password")} name="password" type="password" autocomplete="current-password" required maxLength={1000} hint={t("approve.password_hint")}
				error={isWrongPassword(problem) ? t("approve.password_wrong") : ""} />
			{signer.state === "ready" ? <button type="button" class="link" onClick={() => of.usePassword(false)}>{t("approve.by_key")}</button>
				: signer.state !== "unable" && <p class="small soft">{t(signer.state === "waiting" ? "approve.key_waits" : "approve.key_none")} {location.pathname !== "/authority" && <a href="/authority#keys" target="_self">{t("approve.key_go")}</a>}</p>}
		</>
	);
}
