/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * load.tsx - what a page reads from the server before it can show anything.
 *
 *   const users = useLoaded<List<User>>("/users");
 *   return <Loading of={users}>{({ items }) => <DataTable rows={items} … />}</Loading>;
 *
 * Read again, it keeps what it has until the new answer is here; when that does not come, the old
 * one stays below a note that says so. Answers that were overtaken are dropped.
 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { type LineEvent, onEvents, onJump } from "../bus/bus";
import { t } from "../i18n/t";
import { ProblemNote } from "./field";
import { Skeleton } from "./parts";

export interface List<T> { items: T[] }

export interface Loaded<T> {
	data: T | null;
	problem: Problem | null;
	reload: () => Promise<void>;
}

/** Of no path nothing is read. */
export function useLoaded<T>(path: string | null): Loaded<T> {
	const [state, setState] = useState<{ of: string | null; data: T | null; problem: Problem | null }>({ of: path, data: null, problem: null });
	const last = useRef(0);
	const reload = useCallback(async () => {
		const mine = ++last.current;
		if (path === null)
			return;
		const r = await api<T>("GET", path);
		if (mine !== last.current)
			return;
		setState((before) => r.ok ? { of: path, data: r.data, problem: null }
			: { of: path, data: before.of === path ? before.data : null, problem: r.problem });
	}, [path]);
	useEffect(() => {
		void reload();
		return () => { last.current++; };
	}, [reload]);
	return { ...(state.of === path ? state : { data: null, problem: null }), reload };
}

/** Calls again when an event of such a name ("user."), or such a one, came, or some may have been missed. */
export function useEvents(which: string | ((e: LineEvent) => boolean), again: () => void): void {
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const soon = (): void => { timer ??= setTimeout(() => { timer = undefined; again(); }, 200); };
		const isOurs = typeof which === "string" ? (e: LineEvent) => e.type.startsWith(which) : which;
		const ends = [onEvents((events) => { if (events.some(isOurs)) soon(); }), onJump(soon)];
		return () => {
			clearTimeout(timer);
			for (const end of ends)
				end();
		};
	}, [which, again]);
}

export function Retry({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
	return (
		<div class="retry">
			<ProblemNote problem={problem} />
			<button type="button" onClick={onRetry}>{t("try_again")}</button>
		</div>
	);
}

export function Loading<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
	if (of.data === null && of.problem === null)
		return <Skeleton rows={4} />;
	return (
		<>
			{of.problem !== null && <Retry problem={of.problem} onRetry={() => void of.reload()} />}
			{of.data !== null && children(of.data)}
		</>
	);
}
