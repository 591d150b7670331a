/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * device.ts - the key that this device signs with. It is made here, cannot be taken out of the browser (the
 * private half is a handle and no bytes), and lies in IndexedDB, one for each account. The server knows the
 * public half, and trusts it once a second person has confirmed it.
 *
 *   const signer = useSigner();        // signer.state === "ready": sign(signer, path, shown)
 *
 * Without a secure context (https, or localhost) or without Ed25519 there is none, and a password is asked for.
 */
import { useEffect, useState } from "preact/hooks";

import { type Answer, api, type Problem } from "../api";
import { useEvents, useLoaded, type List } from "../ui/load";
import { session } from "../session";
import { base64url, type SignedVerdict, verdictBytes } from "./bytes";

export interface Key {
	id: number;
	user: { id: number; name: string };
	name: string | null;
	public: string;
	at: string;
	confirmed_at: string | null;
	confirmed_by: { id: number; name: string } | null;
	revoked_at: string | null;
}

interface Kept {
	user: number;
	public: string;
	pair: CryptoKeyPair;
}

const ALGORITHM = "Ed25519", STORE = "keys";

const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
});

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
	const opening = indexedDB.open("diwan-keys", 1);
	opening.onupgradeneeded = () => { opening.result.createObjectStore(STORE, { keyPath: "user" }); };
	return (await done(opening)).transaction(STORE, mode).objectStore(STORE);
}

/** null: none is kept here, or the browser keeps nothing. */
async function kept(user: number): Promise<Kept | null> {
	try {
		return (await done((await store("readonly")).get(user)) as Kept | undefined) ?? null;
	} catch {
		return null;
	}
}

const make = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]) as Promise<CryptoKeyPair>;

/** Can a key be made here? */
export async function canSign(): Promise<boolean> {
	if (!isSecureContext || crypto.subtle === undefined || typeof indexedDB === "undefined")
		return false;
	return make().then(() => true, () => false);
}

/** Makes a key and tells the server of it. It is kept before it is sent: one that the server has and nobody else is of no use. */
export async function enrol(name: string): Promise<Answer<Key>> {
	const user = session.value?.user.id ?? 0, pair = await make();
	const key = base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
	await done((await store("readwrite")).put({ user, public: key, pair } satisfies Kept));
	return api<Key>("POST", "/keys", { body: { public: key, name } });
}

export interface Signer {
	/** unable: not in this browser; none: there could be one; waiting: for a second person. */
	state: "looking" | "unable" | "none" | "waiting" | "ready";
	key: Key | null;
	pair: CryptoKeyPair | null;
	reload: () => void;
}

const ofKeys = ({ type }: { type: string }): boolean => type.startsWith("key.");

/** The key of this device for whoever is signed in. */
export function useSigner(): Signer {
	const user = session.value?.user.id ?? 0;
	const [mine, setMine] = useState<Kept | null>(null), [isAble, setAble] = useState<boolean | null>(null), [n, setN] = useState(0);
	useEffect(() => {
		let isOn = true;
		void Promise.all([canSign(), kept(user)]).then(([can, found]) => {
			if (isOn) {
				setMine(found);
				setAble(can);
			}
		});
		return () => { isOn = false; };
	}, [user, n]);
	const keys = useLoaded<List<Key>>(mine === null ? null : "/keys");
	useEvents(ofKeys, keys.reload);
	const key = keys.data?.items.find((k) => k.public === mine?.public && k.user.id === user && k.revoked_at === null) ?? null;
	const isLooking = isAble === null || (mine !== null && keys.data === null && keys.problem === null);
	return {
		state: isLooking ? "looking" : !isAble ? "unable" : key === null ? "none" : key.confirmed_at === null ? "waiting" : "ready",
		key, pair: mine?.pair ?? null, reload: () => { setN(n + 1); void keys.reload(); },
	};
}

export interface Signature {
	key: number;
	nonce: string;
	expires: string;
	sig: string;
}
export type Shown = Pick<SignedVerdict, "isDrill" | "incident" | "statement" | "digest" | "verdict" | "reason">;
interface Nonce {
	nonce: string;
	expires: string;
	origin: string;
	incident: number;
	statement: number;
	drill: boolean;
}

/** What is shown here is not what the server speaks of: nothing is signed. */
export const DIFFERS: Problem = { type: "urn:diwan:problem:DIFFERS", title: "", status: 409, detail: "", errors: [] };

/** Signs what is shown, with a nonce of POST `${path}/nonce`. */
export async function sign(signer: Signer, path: string, shown: Shown): Promise<{ ok: true; signature: Signature } | { ok: false; problem: Problem }> {
	const r = await api<Nonce>("POST", `${path}/nonce`, { body: {} });
	if (!r.ok)
		return r;
	const { nonce, expires, origin, incident, statement, drill } = r.data;
	if (signer.key === null || signer.pair === null || incident !== shown.incident || statement !== shown.statement || drill !== shown.isDrill)
		return { ok: false, problem: DIFFERS };
	const sig = await crypto.subtle.sign(ALGORITHM, signer.pair.privateKey, await verdictBytes({ ...shown, origin, expires, nonce }));
	return { ok: true, signature: { key: signer.key.id, nonce, expires, sig: base64url(sig) } };
}
