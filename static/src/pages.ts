/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pages.ts - every page: its addresses, its name, who sees it in the navigation, and its code, which
 * is loaded when it is first needed. To add one: src/pages/NAME.tsx with a default export, a line
 * here, its addresses in src/api/api.c, its words in i18n/. Who may do what is the server's business;
 * `admin` only keeps a link away from those for whom it leads nowhere.
 */
import broadcastIcon from "@primer/octicons/build/svg/broadcast-24.svg";
import desktopIcon from "@primer/octicons/build/svg/device-desktop-24.svg";
import reportIcon from "@primer/octicons/build/svg/report-24.svg";
import lawIcon from "@primer/octicons/build/svg/law-24.svg";
import keyIcon from "@primer/octicons/build/svg/key-24.svg";
import peopleIcon from "@primer/octicons/build/svg/people-24.svg";
import personIcon from "@primer/octicons/build/svg/person-24.svg";
import gearIcon from "@primer/octicons/build/svg/gear-24.svg";
import rssIcon from "@primer/octicons/build/svg/rss-24.svg";
import type { ComponentType } from "preact";

import { Feed } from "./feed/feed";
import type { Key } from "./i18n/t";

export interface PageProps {
	/** What stands for {id}, and for {sid}, in the address. */
	id?: string;
	sid?: string;
}

export interface Page {
	/** "/people", or "/mentions/{id}". The first is where the navigation leads. */
	paths: readonly string[];
	title: Key;
	icon: string;
	/** Where a link to it stands: the rail, the rail for admins, the menu of one's own things, nowhere. */
	nav: "main" | "admin" | "mine" | "none";
	/** The page in the navigation that this one belongs to. */
	under?: string;
	/** Shown to whoever comes, signed in or not. */
	isPublic?: boolean;
	/** It fills the window and scrolls inside, instead of being a column that scrolls with it. */
	isFull?: boolean;
	/** It says what only rooms say; those words come with it. */
	isRoom?: boolean;
	/** It says what is said of authority as well. */
	isAuthority?: boolean;
	/** A display without anything around it. */
	isBare?: boolean;
	/** Its column may be as wide as the window. */
	isWide?: boolean;
	/** A page of the entry itself, or one that is loaded. */
	component?: ComponentType<PageProps>;
	load?: () => Promise<{ default: ComponentType<PageProps> }>;
}

export const PAGES: readonly Page[] = [
	{ paths: ["/", "/mentions/{id}"], title: "nav.feed", icon: broadcastIcon, nav: "main", isFull: true, component: Feed },
	{ paths: ["/incidents"], title: "nav.incidents", icon: reportIcon, nav: "main", isRoom: true, load: () => import("./room/list") },
	{ paths: ["/incidents/{id}"], title: "nav.room", icon: reportIcon, nav: "none", under: "/incidents", isWide: true, isRoom: true, load: () => import("./room/room") },
	{ paths: ["/incidents/{id}/brief"], title: "nav.brief", icon: reportIcon, nav: "none", under: "/incidents", isRoom: true, load: () => import("./room/brief") },
	{ paths: ["/incidents/{id}/handover"], title: "nav.handover", icon: reportIcon, nav: "none", under: "/incidents", isRoom: true, load: () => import("./room/handover") },
	{ paths: ["/incidents/{id}/statements/{sid}"], title: "nav.statement", icon: reportIcon, nav: "none", under: "/incidents", isWide: true, isRoom: true, load: () => import("./statement/page") },
	{ paths: ["/wall"], title: "nav.wall", icon: reportIcon, nav: "none", isBare: true, isRoom: true, load: () => import("./room/wall") },
	{ paths: ["/playbooks"], title: "nav.playbooks", icon: reportIcon, nav: "none", under: "/incidents", isRoom: true, load: () => import("./pages/playbooks") },
	{ paths: ["/sources"], title: "nav.sources", icon: rssIcon, nav: "main", load: () => import("./pages/sources") },
	{ paths: ["/authority"], title: "nav.authority", icon: lawIcon, nav: "main", isRoom: true, isAuthority: true, load: () => import("./authority/page") },
	{ paths: ["/people"], title: "nav.people", icon: peopleIcon, nav: "admin", load: () => import("./pages/people") },
	{ paths: ["/tokens"], title: "nav.tokens", icon: keyIcon, nav: "admin", load: () => import("./pages/tokens") },
	{ paths: ["/sessions"], title: "nav.sessions", icon: desktopIcon, nav: "mine", load: () => import("./pages/sessions") },
	{ paths: ["/settings"], title: "nav.settings", icon: gearIcon, nav: "mine", load: () => import("./pages/settings") },
	{ paths: ["/setup"], title: "nav.setup", icon: personIcon, nav: "none", isPublic: true, load: () => import("./pages/setup") },
];

/* What stands for the names in a pattern; null: it is another address. All of them are numbers. */
function match(pattern: string, path: string): PageProps | null {
	const wanted = pattern.split("/"), given = path.split("/"), props: Record<string, string> = {};
	if (wanted.length !== given.length)
		return null;
	for (const [i, part] of wanted.entries()) {
		const name = /^\{(\w+)\}$/.exec(part)?.[1], value = given[i] ?? "";
		if (name === undefined ? part !== value : !/^\d+$/.test(value))
			return null;
		if (name !== undefined)
			props[name] = value;
	}
	return props;
}

/** The page at an address, and what stands for its {id}. */
export function pageAt(path: string): { page: Page; props: PageProps } | null {
	for (const page of PAGES) {
		for (const pattern of page.paths) {
			const props = match(pattern, path);
			if (props !== null)
				return { page, props };
		}
	}
	return null;
}
