/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * file_send.ts - a file on its way into a room, with how far it is.
 *
 *   const r = await sendFile(room.id, { file, key, capturedAt }, (part) => …, signal);
 *
 * By XMLHttpRequest, because fetch does not tell how much of a body has gone out. What is sent again
 * under the same key is one file.
 */
import { type Answer, answerOf, UNREACHED } from "../api";
import { session } from "../session";
import { type RoomFile, writes } from "./model";

/** The server's limit, so that nobody waits for what will be refused. */
export const FILE_MAX = 20 * 1024 * 1024;

export interface Sending {
	file: File;
	/** Made when it was chosen. */
	key: string;
	capturedAt: string | undefined;
}

/* A form's type is refused, because browsers of other sites can send it; a file of one is just bytes. */
const typeOf = (file: File): string => /^[\w.+-]+\/[\w.+-]+$/.test(file.type) && !/form/.test(file.type) ? file.type : "application/octet-stream";

export function sendFile(room: number, { file, key, capturedAt }: Sending, onPart: (part: number) => void, signal: AbortSignal): Promise<Answer<RoomFile>> {
	const q = new URLSearchParams({ name: file.name || "file", ...(capturedAt === undefined ? {} : { captured_at: capturedAt }) });
	const ask = new XMLHttpRequest();
	writes.value = { ...writes.value, sending: writes.value.sending + 1 };
	return new Promise<Answer<RoomFile>>((resolve) => {
		const end = (): void => resolve(ask.status === 0 ? { ok: false, status: 0, problem: UNREACHED, data: null }
			: answerOf<RoomFile>(ask.status, ask.responseText, (name) => ask.getResponseHeader(name)));
		ask.open("POST", `/api/v1/incidents/${room}/files?${q}`);
		ask.setRequestHeader("Content-Type", typeOf(file));
		ask.setRequestHeader("X-CSRF-Token", session.value?.csrf ?? "");
		ask.setRequestHeader("Idempotency-Key", key);
		ask.upload.onprogress = (e) => onPart(e.total > 0 ? e.loaded / e.total : 0);
		ask.onloadend = end;
		signal.addEventListener("abort", () => ask.abort());
		ask.send(file);
	}).then((r) => {
		writes.value = { sending: writes.value.sending - 1, hasFailed: !r.ok && !signal.aborted };
		return r;
	});
}
