/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * feed.tsx - the live feed: what the desk looks at all day. The list at the inline start, one mention
 * beside it; on a narrow screen one of the two. Which mention is open is in the address.
 */
import inboxIcon from "@primer/octicons/build/svg/inbox-24.svg";
import pauseIcon from "@primer/octicons/build/svg/pause-16.svg";
import playIcon from "@primer/octicons/build/svg/play-16.svg";
import upIcon from "@primer/octicons/build/svg/arrow-up-16.svg";
import searchIcon from "@primer/octicons/build/svg/search-24.svg";
import { useSignal } from "@preact/signals";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

import { ConnectionDot } from "../bus/banner";
import { t } from "../i18n/t";
import { bindKeys } from "../keys";
import type { PageProps } from "../pages";
import { navigate } from "../router";
import { Icon } from "../ui/icon";
import { Empty, Skeleton } from "../ui/parts";
import { Retry } from "../ui/load";
import { Detail } from "./detail";
import { filter, isFiltered, searchOf } from "./filter";
import { Filters } from "./filters";
import { GlancePane } from "./glance";
import { List } from "./list";
import { Live } from "./live";
import type { Mention } from "./mention";
import { declareFrom, mayPick, pick, PickBar, PickDialogs } from "./pick";
import { placeOf } from "./store";

const SAY_MS = 10000;
/* Below this a mention lies over the list (feed.css has the same). */
const ONE_PANE = "(max-width: 1080px)";

function useOnePane(): boolean {
	const isOne = useSignal(matchMedia(ONE_PANE).matches);
	useEffect(() => {
		const media = matchMedia(ONE_PANE);
		const look = (): void => { isOne.value = media.matches; };
		media.addEventListener("change", look);
		return () => media.removeEventListener("change", look);
	}, []);
	return isOne.value;
}

/* What came, said at most every ten seconds to whoever cannot see it. */
function Spoken({ live }: { live: Live }) {
	const said = useSignal(""), top = useSignal(0);
	useEffect(() => {
		const timer = setInterval(() => {
			const { items, held } = live.store;
			const newest = live.store.newestId;
			if (top.value > 0 && newest > top.value) {
				const n = [...held, ...items].filter((m) => m.id > top.value).length;
				said.value = t("feed.spoken", { n });
			}
			top.value = newest;
		}, SAY_MS);
		return () => clearInterval(timer);
	}, []);
	return <p class="unseen" role="status" aria-live="polite">{said}</p>;
}

/* How many the pill says; still while a pointer is down, or the pill would come between press and row. */
function useWaiting(live: Live): number {
	const said = useRef(0), reasons = live.reasons.value;
	if (!reasons.has("pointer"))
		said.current = reasons.size > 0 ? live.store.heldCount : 0;
	return said.current;
}

function Head({ live }: { live: Live }) {
	const isHolding = live.reasons.value.size > 0;
	return (
		<header class="feed-head">
			<div class="feed-title">
				<h1 tabIndex={-1}>{t("feed.title")}</h1>
				<p class="small"><ConnectionDot />{isHolding
					? <span class="feed-held">{t(live.reasons.value.has("key") ? "feed.paused" : "feed.reading")}</span>
					: <span class="soft feed-rate">{t("feed.rate", { n: live.rate.value })}</span>}</p>
			</div>
			<Filters problem={live.problem} />
			<button type="button" class={isHolding ? "pause on" : "pause"} aria-pressed={isHolding} data-pause
				onClick={() => { if (isHolding) live.resume(); else live.hold("key", true); }}>
				<Icon of={isHolding ? playIcon : pauseIcon} /><span>{t(isHolding ? "feed.resume" : "feed.pause")}</span>
			</button>
		</header>
	);
}

function Nothing({ live }: { live: Live }) {
	if (live.problem.value !== null && live.problem.value.status !== 400)
		return <div class="pad"><Retry problem={live.problem.value} onRetry={() => live.reload()} /></div>;
	if (live.isLoading.value)
		return <div class="pad"><Skeleton rows={7} /></div>;
	if (isFiltered(filter.value))
		return <div class="pad"><Empty icon={searchIcon} title={t("feed.no_match")} text={t("feed.no_match_hint")} /></div>;
	return (
		<div class="pad">
			<Empty icon={inboxIcon} title={t("feed.empty")} text={t("feed.empty_hint")}>
				<ul class="teach">
					<li><a href="/sources">{t("feed.teach_sources")}</a></li>
					<li>{t("feed.teach_import")} <code dir="ltr">diwan import mentions.jsonl --data DIR</code></li>
					<li>{t("feed.teach_api")} <code dir="ltr">POST /api/v1/mentions</code></li>
				</ul>
			</Empty>
		</div>
	);
}

export function Feed({ id }: PageProps) {
	const live = useMemo(() => new Live(), []);
	const openId = Number(id ?? 0);
	const current = useSignal(openId);
	const isOnePane = useOnePane(), isCovered = isOnePane && openId !== 0;
	/* Before the first picture, or what was asked for early would wait for it. */
	useLayoutEffect(() => {
		live.start();
		return () => live.stop();
	}, []);
	useEffect(() => { live.hold("reading", openId !== 0); }, [openId]);
	/* Another list is begun at its top: the row that had the focus is not sought in it, and holds nothing. */
	useLayoutEffect(() => {
		if (openId !== 0)
			return;
		current.value = 0;
		live.hold("reading", false);
	}, [searchOf(filter.value).toString()]);
	live.painted.value;

	/* These two stay the same, so that rows that have not changed are not painted anew. */
	const open = useCallback((m: Mention | undefined): void => {
		if (m === undefined)
			return;
		current.value = m.id;
		navigate(`/mentions/${m.id}${location.search}`, { replaces: openId !== 0 });
	}, [openId]);
	const choose = useCallback((x: number) => { current.value = x; }, []);
	const close = (): void => {
		navigate(`/${location.search}`, { replaces: true });
		document.querySelector<HTMLElement>(`[data-id="${current.value}"]`)?.focus();
	};
	const neighbour = (by: number): Mention | undefined => {
		const from = current.value || openId;
		const place = placeOf(live.store.items, from);
		return from === 0 ? live.store.items[0] : live.store.items[(place < 0 ? -place - 1 : place) + by];
	};
	const step = (by: number): void => {
		const m = neighbour(by);
		if (m === undefined)
			return;
		if (openId !== 0)
			open(m);
		else
			current.value = m.id;
	};
	const toNewest = (): void => {
		current.value = 0;
		if (document.activeElement instanceof HTMLElement && document.activeElement.closest(".list"))
			document.activeElement.blur();
		if (openId !== 0)
			navigate(`/${location.search}`, { replaces: true });
		live.resume();
	};
	useEffect(() => bindKeys([
		{ code: "KeyJ", label: "keys.next", run: () => step(1) },
		{ code: "KeyK", label: "keys.previous", run: () => step(-1) },
		{ code: "Enter", label: "keys.open", isForPage: true, run: () => open(live.store.at(current.value)) },
		{ code: "Slash", label: "keys.search", run: () => document.querySelector<HTMLInputElement>("[data-search]")?.select() },
		{ code: "Period", label: "keys.newest", run: toNewest },
		{ code: "Space", label: "keys.pause", isForPage: true, run: () => {
			if (live.reasons.value.size > 0)
				toNewest();
			else
				live.hold("key", true);
		} },
		{ code: "KeyX", label: "keys.pick", run: () => { if (mayPick() && current.value !== 0) pick(current.value); } },
		{ code: "KeyC", label: "keys.declare", run: () => declareFrom(openId === 0 ? [] : [openId]) },
		{ code: "Escape", label: "keys.back", run: () => { if (openId !== 0) close(); else toNewest(); } },
	]), [openId]);

	const { items } = live.store, heldCount = useWaiting(live);
	return (
		<div class={openId === 0 ? "feed-page" : "feed-page has-open"}>
			<section class="feed-main" aria-label={t("nav.feed")} inert={isCovered}>
				<Head live={live} />
				<div class="feed-body">
					{heldCount > 0 && <button type="button" class="pill primary" onClick={toNewest}><Icon of={upIcon} />{t("feed.new", { n: heldCount })}</button>}
					{items.length === 0 ? <Nothing live={live} />
						: <List live={live} openId={openId} currentId={current.value} onCurrent={choose} onOpen={open} />}
					<PickBar />
				</div>
			</section>
			{openId === 0 ? !isOnePane && <aside class="side" aria-label={t("glance.title")}><GlancePane live={live} /></aside> : (
				<aside class="side" aria-label={t("mention.one")}>
					<Detail id={openId} known={live.store.at(openId)} isAlone={isCovered} onClose={close}
						onPrevious={neighbour(-1) && (() => step(-1))} onNext={neighbour(1) && (() => step(1))} />
				</aside>
			)}
			<Spoken live={live} />
			<PickDialogs />
		</div>
	);
}
