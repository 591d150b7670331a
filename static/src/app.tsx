/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * app.tsx - the shell around every page: the rail, the bar, the page of this address, and what may
 * lie over it (sign-in after an end, a question, a toast).
 */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ConnectionBanner } from "./bus/banner";
import { connect, disconnect } from "./bus/bus";
import { needAuthorityWords, t } from "./i18n/t";
import { bindKeys, KeysHelp } from "./keys";
import { Nav } from "./nav";
import { needRoom } from "./need";
import { type Page, pageAt, type PageProps } from "./pages";
import { navigate, path } from "./router";
import { generation, lookUp, presence, session, sessionProblem } from "./session";
import { SignInCard, SignInDialog } from "./sign_in";
import { BlindBanner } from "./blind";
import { FrozenBanner, watchOutgoing } from "./frozen";
import { watchSources } from "./sources";
import { title } from "./title";
import { Confirms } from "./ui/dialog";
import { Retry } from "./ui/load";
import { Skeleton } from "./ui/parts";
import { Toasts } from "./ui/toast";
import { Welcome } from "./welcome";

const loaded = new Map<Page, ComponentType<PageProps>>();

/* The page's code, loaded once; a way to try again when it does not come. */
function Loaded({ page, props }: { page: Page; props: PageProps }) {
	const [failed, setFailed] = useState(0);
	const [, setReady] = useState<Page | null>(null);
	useEffect(() => {
		let isOn = true;
		Promise.all([page.load?.(), page.isRoom ? needRoom() : null, page.isAuthority ? needAuthorityWords() : null]).then(([m]) => {
			if (m === undefined)
				return;
			loaded.set(page, m.default);
			if (isOn)
				setReady(page);
		}, () => { if (isOn) setFailed((n) => n + 1); });
		return () => { isOn = false; };
	}, [page]);
	const Component = page.component ?? loaded.get(page);
	if (Component !== undefined)
		return <Component {...props} />;
	if (failed === 0)
		return <Skeleton />;
	return (
		<div class="note bad" role="alert">
			{t("page.failed")} <button type="button" class="link" onClick={() => location.reload()}>{t("try_again")}</button>
		</div>
	);
}

function NotFound() {
	return (
		<div class="empty">
			<h1 tabIndex={-1}>{t("page.missing")}</h1>
			<p class="soft">{t("page.missing_hint")}</p>
			<a class="button primary" href="/">{t("page.home")}</a>
		</div>
	);
}

/* A new page takes the focus to its heading, so that a screen reader hears where it is. */
function useFocusOnArrival(page: Page | undefined): void {
	const last = useRef(page);
	useEffect(() => {
		if (last.current !== page)
			document.querySelector<HTMLElement>("main h1")?.focus();
		last.current = page;
	}, [page]);
}

export function App() {
	const at = pageAt(path.value);
	const isIn = presence.value === "in" || presence.value === "ended";
	const user = session.value?.user.id ?? 0;
	useFocusOnArrival(at?.page);
	useEffect(() => {
		if (user !== 0) {
			connect(user);
			const ends = [watchSources(), watchOutgoing()];
			return () => ends.forEach((end) => end());
		}
		if (presence.value === "out")
			disconnect();
		return undefined;
	}, [user, presence.value]);
	useEffect(() => bindKeys([
		{ code: "KeyG KeyF", label: "keys.go_feed", run: () => navigate("/") },
		{ code: "KeyG KeyS", label: "keys.go_sources", run: () => navigate("/sources") },
		{ code: "KeyG KeyE", label: "keys.go_settings", run: () => navigate("/settings") },
	]), []);
	useEffect(() => { title.value = at === null ? t("page.missing") : t(at.page.title); });
	let content;
	if (at?.page.isPublic)
		content = <div class="plain"><Loaded key={at.page.title} page={at.page} props={at.props} /></div>;
	else if (presence.value === "unknown" && sessionProblem.value !== null)
		content = <div class="plain"><Retry problem={sessionProblem.value} onRetry={() => void lookUp()} /></div>;
	else if (!isIn)
		content = <div class="plain"><SignInCard /></div>;
	else if (at?.page.isBare)
		content = <main id="main" key={generation.value} hidden={presence.value === "ended"}><Loaded key={at.page.title} page={at.page} props={at.props} /></main>;
	else
		content = (
			<div class="frame" key={generation.value}>
				<Nav current={at?.page} />
				<div class={at?.page.isFull ? "content full" : at?.page.isWide ? "content wide" : "content"}>
					<div class="banners"><ConnectionBanner /><FrozenBanner /><BlindBanner />{at?.page.title === "nav.feed" && <Welcome />}</div>
					<main id="main" hidden={presence.value === "ended"}>
						{at === null ? <NotFound /> : <Loaded key={at.page.title} page={at.page} props={at.props} />}
					</main>
				</div>
			</div>
		);
	return (
		<>
			{isIn && <a class="skip" href="#main">{t("skip")}</a>}
			{content}
			{presence.value === "ended" && <SignInDialog />}
			<Confirms />
			<KeysHelp />
			<Toasts />
		</>
	);
}
