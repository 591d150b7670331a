/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * list.tsx - the virtual list: only the rows that can be seen, and a few beyond, are in the page.
 *
 * Rows are of one height and placed absolutely, so where a row is needs no measuring and a scroll
 * costs the same at row 10 and at row 10,000. The row that has the focus stays in the page wherever
 * it is, or the focus would fall to the document when it scrolls out. For screen readers it is a
 * feed (ARIA APG): articles with their place, Page Up and Down from one to the next.
 */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/t";
import type { Live } from "./live";
import type { Mention } from "./mention";
import { Row } from "./row";
import { placeOf } from "./store";

const BEYOND = 3;          /* rows rendered above and below what is seen */
const NEAR_END = 40;       /* rows before the end at which older ones are asked for */
const FRESH_MS = 2500;     /* how long a new row glows */
const FRESH_MOST = 6;      /* more at once would only flicker */
const NARROW = "(max-width: 760px)";

/* In rem, so that rows grow with the reader's type size. */
function rowHeight(): number {
	const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
	return Math.round((matchMedia(NARROW).matches ? 7 : 5.125) * rem);
}

function useFresh(live: Live): (id: number) => boolean {
	const glow = useRef(new Map<number, number>()), top = useRef(0);
	const newest = live.store.items[0]?.id ?? 0;
	if (newest !== top.current) {
		const count = top.current === 0 ? 0 : Math.abs(placeOf(live.store.items, top.current));
		if (count > 0 && count <= FRESH_MOST) {
			for (const m of live.store.items.slice(0, count)) {
				if (m.id > top.current)
					glow.current.set(m.id, performance.now() + FRESH_MS);
			}
		}
		top.current = newest;
	}
	const now = performance.now();
	for (const [id, until] of glow.current) {
		if (until < now)
			glow.current.delete(id);
	}
	return (id) => glow.current.has(id);
}

/* Rows that leave lend their elements to those that come: at 200 mentions a second all of them change
 * twice a second, and new text in an old element costs half of what a new element does. */
function useSlots(): (ids: readonly number[]) => Map<number, number> {
	const slots = useRef(new Map<number, number>());
	return (ids) => {
		const next = new Map<number, number>();
		for (const id of ids) {
			const slot = slots.current.get(id);
			if (slot !== undefined)
				next.set(id, slot);
		}
		const taken = new Set(next.values());
		let free = 0;
		for (const id of ids) {
			if (next.has(id))
				continue;
			while (taken.has(free))
				free++;
			next.set(id, free++);
		}
		slots.current = next;
		return next;
	};
}

export interface ListProps {
	live: Live;
	openId: number;
	currentId: number;
	onCurrent: (id: number) => void;
	onOpen: (m: Mention) => void;
}

export function List({ live, openId, currentId, onCurrent, onOpen }: ListProps) {
	const box = useRef<HTMLDivElement>(null);
	const view = useSignal({ top: 0, height: 800, row: rowHeight() });
	const { store } = live;
	live.painted.value; /* painted anew with every tick of it */
	const isFresh = useFresh(live);
	const { top, height, row } = view.value;
	const count = store.items.length;
	const first = Math.max(0, Math.floor(top / row) - BEYOND);
	const last = Math.min(count, Math.ceil((top + height) / row) + BEYOND);
	const currentPlace = currentId > 0 ? placeOf(store.items, currentId) : -1;
	const places = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
	if (currentPlace >= 0 && (currentPlace < first || currentPlace >= last))
		places.push(currentPlace);
	const shown = places.flatMap((place) => store.items[place] ?? []);
	const slots = useSlots()(shown.map((m) => m.id));
	const tabbable = currentPlace >= 0 ? currentPlace : Math.min(count - 1, Math.ceil(top / row));

	useLayoutEffect(() => {
		const e = box.current;
		if (e === null)
			return undefined;
		let frame = 0;
		const look = (): void => {
			frame = 0;
			view.value = { top: e.scrollTop, height: e.clientHeight, row: rowHeight() };
		};
		const onScroll = (): void => {
			live.hold("scroll", e.scrollTop > 4);
			frame ||= requestAnimationFrame(look);
		};
		const size = new ResizeObserver(look);
		size.observe(e);
		e.addEventListener("scroll", onScroll, { passive: true });
		return () => {
			size.disconnect();
			cancelAnimationFrame(frame);
			e.removeEventListener("scroll", onScroll);
		};
	}, []);

	useEffect(() => {
		/* After the click that follows: nothing may move between a press and what it opens. */
		const onUp = (): void => { setTimeout(() => live.hold("pointer", false)); };
		const onSelect = (): void => {
			const s = getSelection();
			live.hold("selection", s !== null && !s.isCollapsed && s.anchorNode !== null && (box.current?.contains(s.anchorNode) ?? false));
		};
		addEventListener("pointerup", onUp);
		addEventListener("pointercancel", onUp);
		document.addEventListener("selectionchange", onSelect);
		return () => {
			removeEventListener("pointerup", onUp);
			removeEventListener("pointercancel", onUp);
			document.removeEventListener("selectionchange", onSelect);
		};
	}, []);

	useEffect(() => {
		if (last >= count - NEAR_END)
			void live.loadOlder();
	}, [last, count]);

	/* Nothing holds any more: the newest is what one wants to see. */
	useSignalEffect(() => {
		if (live.reasons.value.size === 0 && box.current !== null && box.current.scrollTop > 0)
			box.current.scrollTop = 0;
	});

	/* The chosen row comes into sight and takes the focus, before the next key is pressed. */
	useLayoutEffect(() => {
		const e = box.current;
		if (e === null || currentPlace < 0)
			return;
		const from = currentPlace * row, to = from + row;
		if (from < e.scrollTop)
			e.scrollTop = from;
		else if (to > e.scrollTop + e.clientHeight)
			e.scrollTop = to - e.clientHeight;
		e.querySelector<HTMLElement>(`[data-id="${currentId}"]`)?.focus({ preventScroll: true });
	}, [currentId]);

	function step(by: number): void {
		const next = store.items[Math.max(0, Math.min(count - 1, tabbable + by))];
		if (next !== undefined)
			onCurrent(next.id);
	}

	return (
		<div ref={box} class="list" role="feed" aria-label={t("feed.title")} aria-busy={live.isLoading.value || live.isLoadingOlder.value}
			onPointerDown={() => live.hold("pointer", true)}
			onFocusIn={(e) => {
				const id = e.target instanceof Element ? Number(e.target.closest("article")?.getAttribute("data-id") ?? 0) : 0;
				if (id > 0)
					onCurrent(id);
				live.hold("reading", true);
			}}
			onFocusOut={(e) => {
				if (!(e.relatedTarget instanceof Node && box.current?.contains(e.relatedTarget)) && openId === 0)
					live.hold("reading", false);
			}}
			onKeyDown={(e) => {
				if (e.key === "PageDown" || e.key === "PageUp") {
					e.preventDefault();
					step(e.key === "PageDown" ? 1 : -1);
				} else if (e.key === "Enter" && e.target instanceof HTMLElement && e.target.matches("article")) {
					const m = store.at(Number(e.target.dataset.id));
					if (m !== undefined)
						onOpen(m);
				}
			}}>
			<div class="rows" style={{ blockSize: `${count * row}px` }}>
				{shown.map((m, i) => (
					<Row key={slots.get(m.id)} m={m} place={places[i] ?? 0} of={store.hasOlder ? -1 : count} height={row} isOpen={m.id === openId}
						isCurrent={places[i] === tabbable} isFresh={isFresh(m.id)} onOpen={onOpen} />
				))}
			</div>
			<p class="list-end soft small">{t(live.isLoadingOlder.value ? "loading" : store.hasOlder ? "feed.more" : "feed.end")}</p>
		</div>
	);
}
