/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* worker.ts - the hub in a shared worker: all pages of this browser hang on one stream. */
import { type FromHub, Hub, type ToHub } from "./hub";

const hub = new Hub();

(self as unknown as { onconnect: (e: MessageEvent) => void }).onconnect = (e) => {
	const port = e.ports[0];
	if (port === undefined)
		return;
	const post = (message: FromHub): void => port.postMessage(message);
	port.onmessage = (m: MessageEvent<ToHub>) => hub.take(post, m.data);
};
