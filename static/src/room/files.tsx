/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * files.tsx - the files of a room, and how one of them is shown wherever it stands: what it is called,
 * how large it is, the SHA-256 that the record has of it, and a small picture where it is one.
 */
import checkIcon from "@primer/octicons/build/svg/check-16.svg";
import copyIcon from "@primer/octicons/build/svg/copy-16.svg";
import fileIcon from "@primer/octicons/build/svg/file-24.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { bytes, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { copyText } from "../ui/copy";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { mayAdd, nameOf, type RoomData, type RoomFile } from "./model";
import { Part, type PartProps } from "./part";

const isImage = (f: RoomFile): boolean => /^image\/(png|jpeg|gif|webp)$/.test(f.media_type ?? "");

/* The digest in short; the whole of it is copied. */
function Digest({ of }: { of: string }) {
	const [isCopied, setCopied] = useState(false);
	return (
		<button type="button" class="link small digest" title={of}
			onClick={async () => { if (await copyText(of)) setCopied(true); else say(of); }}>
			<Icon of={isCopied ? checkIcon : copyIcon} size={12} /><span class="unseen">{t("copy")} </span><span dir="ltr" lang="en">SHA-256 {of.slice(0, 12)}…</span>
			<span class="unseen" role="status">{isCopied ? t("copy.done") : ""}</span>
		</button>
	);
}

export function FileFacts({ room, file }: { room: number; file: RoomFile }) {
	const href = `/api/v1/incidents/${room}/files/${file.id}`, name = file.name;
	if (name === null)
		return <span class="soft">{t("erased")}</span>;
	return (
		<div class="file">
			{isImage(file) ? <a class="file-thumb" href={`${href}?inline=1`} target="_blank" rel="noopener"><img src={`${href}?inline=1`} alt={t("file.picture", { name })} loading="lazy" decoding="async" /></a>
				: <span class="file-thumb" aria-hidden="true"><Icon of={fileIcon} size={24} /></span>}
			<div>
				<a class="file-name" href={href} download><Name>{name}</Name></a>
				<p class="soft small file-facts">
					<span>{bytes(file.size)}</span>
					{file.captured_at !== null && <span title={exact(file.captured_at)}>{tx("file.captured_at", { when: <Time at={file.captured_at} /> })}</span>}
					{file.sha256 !== null && <Digest of={file.sha256} />}
				</p>
			</div>
		</div>
	);
}

/* Where it stands: who brought it and when, and the claims that it is evidence of. */
function Row({ room, file }: { room: RoomData; file: RoomFile }) {
	const claims = room.claims.filter((c) => c.evidence.some((x) => x.file === file.id));
	return (
		<li class="thing" id={`file-${file.id}`}>
			<FileFacts room={room.id} file={file} />
			<p class="thing-facts soft small">
				<span>{tx("by_when", { who: <Name>{nameOf(room, file.by)}</Name>, when: <a href={`#e${file.seq}`}><Time at={file.at} /></a> })}</span>
			</p>
			{claims.map((c) => (
				<p key={c.id} class="small file-of">{tx("file.of_claim", { claim: <a href={`#claim-${c.id}`}><Text isInline>{c.text ?? t("erased")}</Text></a> })}</p>
			))}
		</li>
	);
}

export function Files({ room, isFrozen, reload }: PartProps) {
	const [isAdding, setAdding] = useState(false);
	const close = (): void => setAdding(false);
	const Add = useLate(isAdding, () => import("./file_add"), close);
	const all = [...room.files].reverse();
	return (
		<Part name="files" title={t("part.files")} count={all.length}
			actions={!isFrozen && mayAdd(room) && <button type="button" onClick={() => setAdding(true)}><Icon of={plusIcon} />{t("file.add")}</button>}>
			{all.length === 0 ? <p class="soft part-empty">{t("files.empty")}</p>
				: <ol class="things" aria-label={t("part.files")}>{all.map((f) => <Row key={f.id} room={room} file={f} />)}</ol>}
			{isAdding && Add !== null && <Add room={room} onClose={close} reload={reload} />}
		</Part>
	);
}
