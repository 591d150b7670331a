/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * nav.tsx - the rail: at the inline start of a wide screen, along the bottom of a narrow one. The
 * rooms and boards to come are further lines of pages.ts.
 */
import personIcon from "@primer/octicons/build/svg/person-24.svg";
import signOutIcon from "@primer/octicons/build/svg/sign-out-16.svg";

import { t } from "./i18n/t";
import { LangSwitch, ThemeSwitch } from "./switches";
import { type Page, PAGES } from "./pages";
import { isAdmin, session, signOut } from "./session";
import { Icon } from "./ui/icon";
import { Menu } from "./ui/menu";
import { Name } from "./ui/parts";
import { fail } from "./ui/toast";
import { WaitingLink } from "./waiting";

function Item({ page, current }: { page: Page; current: Page | undefined }) {
	return (
		<a class="rail-item" href={page.paths[0]} aria-current={page === current ? "page" : page.paths[0] === current?.under ? "true" : undefined}>
			<Icon of={page.icon} size={22} />
			<span>{t(page.title)}</span>
		</a>
	);
}

function Mine({ current }: { current: Page | undefined }) {
	const me = session.value?.user;
	return (
		<Menu label={t("menu.mine")} buttonClass="rail-item" button={<><Icon of={personIcon} size={22} /><span><Name>{me?.name ?? ""}</Name></span></>}>
			{(close) => (
				<>
					<div class="menu-head">
						<Name class="strong">{me?.name ?? ""}</Name>
						<span class="soft small">{me?.roles.map((r) => t(`role.${r}`)).join(t("comma"))}</span>
					</div>
					{PAGES.filter((p) => p.nav === "mine").map((p) => (
						<a key={p.title} class="menu-item" href={p.paths[0]} aria-current={p === current ? "page" : undefined} onClick={close}>
							<Icon of={p.icon} size={16} />{t(p.title)}
						</a>
					))}
					<div class="menu-part"><LangSwitch /><ThemeSwitch /></div>
					<button type="button" class="menu-item" onClick={async () => {
						close();
						const problem = await signOut();
						if (problem !== null)
							fail(problem);
					}}><Icon of={signOutIcon} mirrors />{t("sign_out")}</button>
				</>
			)}
		</Menu>
	);
}

export function Nav({ current }: { current: Page | undefined }) {
	const shown = PAGES.filter((p) => p.nav === "main" || (p.nav === "admin" && isAdmin.value));
	return (
		<nav class="rail" aria-label={t("nav.label")}>
			<a class="rail-brand" href="/" aria-label={t("brand")}><img src="/favicon.svg" alt="" width="32" height="32" /></a>
			<div class="rail-items">{shown.map((p) => <Item key={p.title} page={p} current={current} />)}<WaitingLink /></div>
			<Mine current={current} />
		</nav>
	);
}
