/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * wire.ts - what collab.ts asks of a server, asked by HTTP.
 *
 * A 409 has what was missed in it. Of the other refusals those that will be the same next time (422,
 * 413, 404, 403) are final; 401, 429, 5xx and no answer at all are not.
 */
import { api, type Problem } from "../api";
import type { Batch, Pushed, Wire, WireUpdate } from "./collab";

type Moved = Batch & { revision: number };
type Taken = { revision: number; updates: WireUpdate[]; units: number; hash: number };

const FINAL: readonly number[] = [400, 403, 404, 410, 413, 415, 422];

const detailOf = (p: Problem): string => p.errors[0]?.detail ?? p.detail;

export function wireOf(statement: number): Wire {
	const path = `/statements/${statement}/changes`;
	return {
		async push(revision, updates): Promise<Pushed> {
			const r = await api<Taken>("POST", path, { body: { revision, updates } });
			if (r.ok)
				return { is: "taken", updates: r.data.updates, stand: { revision: r.data.revision, units: r.data.units, hash: r.data.hash } };
			const moved = r.data as Partial<Moved> | null;
			if (r.status === 409 && moved !== null && Array.isArray(moved.updates) && moved.base !== undefined && moved.revision !== undefined)
				return { is: "moved", revision: moved.revision, base: moved.base, updates: moved.updates };
			return FINAL.includes(r.status) ? { is: "refused", status: r.status, detail: detailOf(r.problem) } : { is: "failed" };
		},
		async since(revision): Promise<Moved | null> {
			const r = await api<Moved>("GET", `${path}?since=${revision}`);
			return r.ok ? r.data : null;
		},
	};
}
