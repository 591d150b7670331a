/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* mention.ts - a mention as the API gives it. */
export interface Author {
	name?: string;
	handle?: string;
	url?: string;
	followers?: number;
}
export interface Mention {
	id: number;
	version: number;
	source: string;
	source_id: string;
	text: string;
	title?: string;
	author?: Author;
	url?: string;
	lang?: string;
	lang_guessed?: boolean;
	posted_at?: string;
	recorded_at: string;
	metrics?: { likes?: number; reposts?: number; replies?: number; views?: number };
	thread?: string;
	in_reply_to?: string;
	raw_sha256?: string;
	/** Where a search matched, in UTF-16 units of `text` and `title`. */
	marks?: [number, number][];
	title_marks?: [number, number][];
	erased?: boolean;
	/** Ours: recorded_at as milliseconds, once it was needed. */
	at?: number;
}
export interface MentionPage {
	items: Mention[];
	next: number | null;
}
