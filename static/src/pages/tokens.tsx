/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* tokens.tsx - keys for programs: made, shown once with the line that uses it, revoked. For admins. */
import keyIcon from "@primer/octicons/build/svg/key-24.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Checks } from "../ui/checks";
import { StateChip } from "../ui/chip";
import { Copyable } from "../ui/copy";
import { confirm, Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Empty, Name, PageHead, Time } from "../ui/parts";
import { DataTable } from "../ui/table";
import { fail, say } from "../ui/toast";
import { curlLine, type Scope, SCOPES, type Token } from "./tokens_parts";

function Shown({ token, onClose }: { token: Token; onClose: () => void }) {
	const text = token.token ?? "";
	return (
		<Dialog title={t("tokens.shown", { name: token.name })} onClose={onClose} isModalOnly class="wide">
			<p class="note">{t("tokens.shown_hint")}</p>
			<Copyable label={t("tokens.text")} value={text} />
			<Copyable label={t("tokens.curl")} hint={t("tokens.curl_hint")} value={curlLine(text, token.scopes, t("tokens.sample"))} />
			<div class="buttons"><button type="button" class="primary" onClick={onClose}>{t("people.have_it")}</button></div>
		</Dialog>
	);
}

function MakeToken({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [scopes, setScopes] = useState<Scope[]>(["ingest"]);
	const [noScope, setNoScope] = useState(false);
	const [made, setMade] = useState<Token | null>(null);
	if (made !== null)
		return <Shown key="shown" token={made} onClose={onClose} />;
	return (
		<Dialog key="form" title={t("tokens.make")} onClose={onClose} class="wide">
			<Form problem={problem} fields={["/name", "/scopes"]} onSubmit={async (data) => {
				setNoScope(scopes.length === 0);
				if (scopes.length === 0)
					return;
				const r = await api<Token>("POST", "/tokens", { body: { name: String(data.get("name")).trim(), scopes } });
				setProblem(r.ok ? null : r.problem);
				if (r.ok) {
					setMade(r.data);
					onMade();
				}
			}}>
				<Field label={t("tokens.name")} name="name" required maxLength={64} autocomplete="off" hint={t("tokens.name_hint")}
					error={errorAt(problem, "/name", { EINVAL: "tokens.name_rule" })} />
				<Checks label={t("tokens.scopes")} name="scopes" chosen={scopes} onChange={setScopes}
					options={SCOPES.map((s) => ({ value: s, label: t(`scope.${s}`), hint: t(`scope.${s}.means`) }))}
					error={noScope && scopes.length === 0 ? t("tokens.scopes_rule") : errorAt(problem, "/scopes", { EINVAL: "tokens.scopes_rule" })} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t("tokens.make_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

async function revoke(token: Token, reload: () => Promise<void>): Promise<void> {
	if (!await confirm({ title: t("tokens.revoke_q", { name: token.name }), text: t("tokens.revoke_hint"), yes: t("tokens.revoke"), isDangerous: true }))
		return;
	const r = await api<null>("DELETE", `/tokens/${token.id}`);
	if (r.ok)
		say(t("tokens.revoked_now", { name: token.name }));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

/* Those that work come first; what was revoked stays on record below. */
const inOrder = (all: readonly Token[]): Token[] =>
	[...all].sort((a, b) => Number(a.revoked ?? false) - Number(b.revoked ?? false) || b.id - a.id);

export default function Tokens() {
	const tokens = useLoaded<List<Token>>("/tokens");
	const [isOpen, setOpen] = useState(false);
	useEvents("token.", tokens.reload);
	const make = <button type="button" class="primary" onClick={() => setOpen(true)}><Icon of={plusIcon} />{t("tokens.make")}</button>;
	const isEmpty = tokens.data?.items.length === 0;
	return (
		<>
			<PageHead title={t("nav.tokens")} hint={t("tokens.hint")}>{!isEmpty && make}</PageHead>
			<Loading of={tokens}>
				{({ items }) => isEmpty ? <Empty icon={keyIcon} title={t("tokens.empty")} text={t("tokens.empty_hint")}>{make}</Empty> : (
					<DataTable caption={t("nav.tokens")} rows={inOrder(items)} rowKey={(x) => x.id} rowClass={(x) => x.revoked ? "is-off" : ""} columns={[
						{ key: "name", label: t("tokens.name"), isName: true, cell: (x) => <Name>{x.name}</Name> },
						{ key: "scopes", label: t("tokens.scopes"), cell: (x) => <ul class="chips">{x.scopes.map((s) => <li key={s} class="tag plain-tag" title={t(`scope.${s}.means`)}>{t(`scope.${s}`)}</li>)}</ul> },
						{ key: "state", label: t("people.state"), cell: (x) => <StateChip isOn={!x.revoked}>{t(x.revoked ? "tokens.revoked" : "tokens.valid")}</StateChip> },
						{ key: "made", label: t("made_at"), cell: (x) => x.created_at !== undefined && <Time at={x.created_at} /> },
					]} actionsLabel={t("actions")} actions={(x) => !x.revoked && (
						<button type="button" class="bad-ink" onClick={() => void revoke(x, tokens.reload)}>{t("tokens.revoke")}<span class="unseen"> {x.name}</span></button>
					)} />
				)}
			</Loading>
			{isOpen && <MakeToken onClose={() => setOpen(false)} onMade={() => void tokens.reload()} />}
		</>
	);
}
