/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * live.ts - keeps a store true to the server and the screen true to the store.
 *
 * The newest page is asked for at once, the stream is joined meanwhile, and what came between the two,
 * behind the page's newest, is asked for when it is: nothing is lost, and the store does not mind
 * what comes twice or late. The screen is painted at once when nothing was for a while, else every
 * 400 ms: at 200 mentions a second it turns over completely anyway.
 *
 * Somebody who reads is not to be disturbed, so arrivals wait while there is a reason: the list is
 * scrolled, a pointer is held down, text is selected, a mention is open, or the reader said so. Between
 * two pictures they wait as well, or the press that begins to hold would find another row under it.
 */
import { effect, signal, untracked } from "@preact/signals";

import { api, type Problem } from "../api";
import { connection, onEvents, onJump, type LineEvent } from "../bus/bus";
import { unread } from "../title";
import { type Filter, filter, isFiltered, passes, searchOf } from "./filter";
import type { Mention, MentionPage } from "./mention";
import { FeedStore, KEPT } from "./store";

export type Reason = "scroll" | "pointer" | "selection" | "reading" | "key";

const PAINT_MS = 400, SEARCH_MS = 1000, RETRY_MS = 5000, MINUTE_MS = 60000;
/* FIRST is also what index.html asks for. */
const FIRST = 100, PAGE = 400, MOST = 500;

export class Live {
	readonly store = new FeedStore();
	/** Rises with every repaint: whoever shows the store depends on it. */
	readonly painted = signal(0);
	readonly isLoading = signal(true);
	readonly isLoadingOlder = signal(false);
	readonly problem = signal<Problem | null>(null);
	readonly reasons = signal<ReadonlySet<Reason>>(new Set());
	/** New ones in the last minute, as of the last repaint. */
	readonly rate = signal(0);
	#filter: Filter = { q: "", source: "", lang: "", author: "" };
	#times: { at: number; n: number }[] = [];
	#paintTimer: ReturnType<typeof setTimeout> | undefined;
	#searchTimer: ReturnType<typeof setTimeout> | undefined;
	#lastPaint = 0;
	#asking: AbortController | null = null;
	#unseen = 0;
	/* When the last first page was asked for, the stream had not been joined yet; that page's newest. */
	#hasGap = true;
	#isClosing = false;
	#loadedTo = 0;
	#gapTimer: ReturnType<typeof setTimeout> | undefined;
	#ends: (() => void)[] = [];

	start(): void {
		this.#ends = [
			onEvents((events) => this.#take(events)),
			onJump(() => void this.#load()),
			effect(() => {
				const f = filter.value;
				if (this.#asking !== null && JSON.stringify(f) === JSON.stringify(this.#filter))
					return;
				this.#filter = f;
				void untracked(() => this.#load());
			}),
			effect(() => {
				if (connection.value.name === "live")
					untracked(() => void this.#onLive());
			}),
		];
		const onSeen = (): void => {
			if (!document.hidden) {
				this.#unseen = 0;
				this.#schedule();
			}
		};
		const tick = setInterval(() => this.#count(), 5000);
		document.addEventListener("visibilitychange", onSeen);
		this.#ends.push(() => document.removeEventListener("visibilitychange", onSeen), () => clearInterval(tick));
	}

	stop(): void {
		for (const end of this.#ends)
			end();
		clearTimeout(this.#paintTimer);
		clearTimeout(this.#searchTimer);
		clearTimeout(this.#gapTimer);
		this.#asking?.abort();
		this.#asking = null;
		unread.value = 0;
	}

	/** Gives a reason to hold, or takes it away; without any the held ones are shown. */
	hold(reason: Reason, isOn: boolean): void {
		if (this.reasons.value.has(reason) === isOn)
			return;
		const reasons = new Set(this.reasons.value);
		if (isOn)
			reasons.add(reason);
		else
			reasons.delete(reason);
		this.reasons.value = reasons;
		if (reasons.size === 0)
			this.#paint();
		else
			this.#schedule();
	}

	/** Back to the newest, whatever held it. */
	resume(): void {
		this.reasons.value = new Set();
		this.#paint();
	}

	async loadOlder(): Promise<void> {
		const oldest = this.store.items.at(-1)?.id;
		if (!this.store.hasOlder || this.isLoadingOlder.value || this.isLoading.value || oldest === undefined)
			return;
		this.isLoadingOlder.value = true;
		const asking = this.#asking;
		const page = await this.#ask({ before: String(oldest) });
		/* The end may have moved up meanwhile: the store keeps so many and no more. */
		if (asking === this.#asking && page !== null && this.store.items.at(-1)?.id === oldest)
			this.store.addPage(page.items, page.next !== null);
		this.isLoadingOlder.value = false;
		this.#paint();
	}

	reload(): void {
		void this.#load();
	}

	async #ask(paging: Record<string, string>): Promise<MentionPage | null> {
		const params = searchOf(this.#filter), asking = this.#asking;
		for (const [name, value] of Object.entries({ limit: String(PAGE), ...paging }))
			params.set(name, value);
		const r = await api<MentionPage>("GET", `/mentions?${params}`, asking === null ? {} : { signal: asking.signal });
		if (asking !== this.#asking)
			return null; /* another filter by now */
		this.problem.value = r.ok ? null : r.problem;
		return r.ok ? r.data : null;
	}

	async #load(): Promise<void> {
		this.#asking?.abort();
		this.#asking = new AbortController();
		const asking = this.#asking;
		this.store.reset();
		this.isLoading.value = true;
		const page = await this.#ask({ limit: String(FIRST) });
		if (asking !== this.#asking)
			return;
		if (page !== null) {
			this.store.addPage(page.items, page.next !== null);
			this.#loadedTo = page.items[0]?.id ?? 0;
			this.#seed(page.items);
		}
		this.isLoading.value = false;
		this.#paint();
		void this.#closeGap();
		void this.loadOlder(); /* the first page is small to be here soon */
	}

	/* What came in the minute before this page was opened counts as well. */
	#seed(items: readonly Mention[]): void {
		if (this.#times.length === 0 && !isFiltered(this.#filter))
			this.#times = items.map((m) => ({ at: Date.parse(m.recorded_at), n: 1 })).reverse();
		this.#count();
	}

	#take(events: readonly LineEvent[]): void {
		const arrivals: Mention[] = [], top = this.store.newestId;
		let fresh = 0;
		for (const e of events) {
			if (e.type !== "mention.added" && e.type !== "mention.changed")
				continue;
			const item = JSON.parse(e.data) as { recorded_at: string; data: Mention };
			if (e.type === "mention.added" && (item.data.id > top || isFiltered(this.#filter)))
				fresh++;
			arrivals.push({ ...item.data, recorded_at: item.recorded_at });
		}
		if (arrivals.length === 0)
			return;
		this.#times.push({ at: Date.now(), n: fresh });
		if (this.#filter.q !== "") {
			this.#searchTimer ??= setTimeout(() => void this.#search(), SEARCH_MS);
			this.store.take(arrivals.filter((m) => this.store.at(m.id) !== undefined));
		} else {
			this.#arrive(arrivals.filter((m) => passes(this.#filter, m) || this.store.at(m.id) !== undefined));
		}
		this.#schedule();
	}

	/* A first page that did not come while there was no connection may come now. */
	async #onLive(): Promise<void> {
		if (!this.isLoading.value && !this.store.hasPage)
			await this.#load();
		else
			await this.#closeGap();
	}

	async #closeGap(): Promise<void> {
		if (!this.#hasGap || this.#isClosing || !this.store.hasPage || connection.value.name !== "live")
			return;
		const asking = this.#asking;
		this.#isClosing = true;
		this.#hasGap = !await this.#readAfter(this.#loadedTo);
		this.#isClosing = false;
		clearTimeout(this.#gapTimer);
		if (this.#hasGap && asking === this.#asking && asking !== null)
			this.#gapTimer = setTimeout(() => void this.#closeGap(), RETRY_MS);
	}

	/* With words only the server can tell what matches. */
	async #search(): Promise<void> {
		const asking = this.#asking;
		this.#searchTimer = undefined;
		if (this.store.hasPage && !await this.#readAfter(this.store.newestId) && asking === this.#asking && asking !== null)
			this.#searchTimer ??= setTimeout(() => void this.#search(), RETRY_MS);
	}

	/* What has come since that one; false when it could not be read. */
	async #readAfter(id: number): Promise<boolean> {
		let next: number | null = null;
		for (let n = 0; n * MOST < KEPT; n++) {
			const page: MentionPage | null = await this.#ask({ after: String(id), limit: String(MOST), ...(next === null ? {} : { before: String(next) }) });
			if (page === null)
				return false;
			this.#arrive(page.items);
			this.#schedule();
			if (page.next === null)
				return true;
			next = page.next;
		}
		void this.#load(); /* more than is kept: begin anew */
		return true;
	}

	#arrive(arrivals: readonly Mention[]): void {
		const fresh = this.store.take(arrivals);
		if (document.hidden)
			this.#unseen += fresh;
	}

	#schedule(): void {
		const wait = Math.max(0, this.#lastPaint + PAINT_MS - Date.now());
		this.#paintTimer ??= setTimeout(() => this.#paint(), wait);
	}

	#paint(): void {
		clearTimeout(this.#paintTimer);
		this.#paintTimer = undefined;
		this.#lastPaint = Date.now();
		if (this.reasons.value.size === 0)
			this.store.release();
		unread.value = this.store.heldCount > 0 ? this.store.heldCount : this.#unseen;
		this.#count();
		this.painted.value++;
	}

	#count(): void {
		const since = Date.now() - MINUTE_MS;
		this.#times = this.#times.filter((x) => x.at > since);
		this.rate.value = this.#times.reduce((sum, x) => sum + x.n, 0);
	}
}
