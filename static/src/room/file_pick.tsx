/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * file_pick.tsx - one file: chosen, dropped, pasted (a screenshot has no other way) or photographed, and
 * its way to the server.
 *
 *   const pick = useFilePick(room.id);
 *   … <FilePick pick={pick} /> …
 *   const r = await pick.send(data);     // null: none was chosen
 *
 * What has been sent is not sent again: when the form that it belongs to is refused, its id stays.
 */
import cameraIcon from "@primer/octicons/build/svg/device-camera-16.svg";
import clipIcon from "@primer/octicons/build/svg/paperclip-16.svg";
import closeIcon from "@primer/octicons/build/svg/x-16.svg";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { type Answer, newKey, type Problem } from "../api";
import { bytes, percent } from "../i18n/format";
import { t } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { localTime, timeOfField } from "./draft";
import { TimeField } from "./fields";
import { FILE_MAX, sendFile } from "./file_send";
import type { RoomFile } from "./model";

export interface Pick {
	file: File | null;
	/** Why it cannot be sent, before it is. */
	wrong: string;
	/** How much of it has gone out; null while nothing is on its way. */
	part: number | null;
	choose: (file: File | null) => void;
	send: (data: FormData) => Promise<Answer<RoomFile> | null>;
}

const MORE = 104858; /* a tenth of a megabyte: what is too large by a byte must not look as large as may be */
const wrongWith = (file: File): string => file.size === 0 ? t("file.empty")
	: file.size > FILE_MAX ? t("file.too_large", { size: bytes(Math.max(file.size, FILE_MAX + MORE)), most: bytes(FILE_MAX) }) : "";

const modified = (file: File): string => new Date(file.lastModified).toISOString();

/* The field knows minutes; what was left as it is, is known better. */
function capturedAt(data: FormData, file: File): string | undefined {
	const said = timeOfField(data, "captured_at");
	return said !== undefined && localTime(said) === localTime(modified(file)) ? modified(file) : said;
}

export function useFilePick(room: number): Pick {
	const [file, setFile] = useState<File | null>(null);
	const [part, setPart] = useState<number | null>(null);
	const key = useRef(""), sent = useRef<Answer<RoomFile> | null>(null), giveUp = useRef(new AbortController());
	useEffect(() => () => giveUp.current.abort(), []);
	return {
		file, part, wrong: file === null ? "" : wrongWith(file),
		choose(chosen) {
			sent.current = null;
			key.current = newKey();
			setFile(chosen);
		},
		async send(data) {
			if (file === null || sent.current !== null)
				return sent.current;
			setPart(0);
			const r = await sendFile(room, { file, key: key.current, capturedAt: capturedAt(data, file) }, setPart, giveUp.current.signal);
			setPart(null);
			if (r.ok)
				sent.current = r;
			else if (r.status !== 0)
				key.current = newKey(); /* it was heard; corrected, it is another request */
			return r;
		},
	};
}

/* A picture in the clipboard, and what is dropped anywhere: beside the box the browser would open it. */
function useTaking(take: (files: FileList | null | undefined) => boolean, setOver: (isOver: boolean) => void): void {
	useLayoutEffect(() => {
		const onPaste = (e: ClipboardEvent): void => { if (take(e.clipboardData?.files)) e.preventDefault(); };
		const onDrag = (e: DragEvent): void => { e.preventDefault(); setOver(e.type === "dragover"); };
		const onDrop = (e: DragEvent): void => { onDrag(e); take(e.dataTransfer?.files); };
		document.addEventListener("paste", onPaste);
		document.addEventListener("dragover", onDrag);
		document.addEventListener("dragleave", onDrag);
		document.addEventListener("drop", onDrop);
		return () => {
			document.removeEventListener("paste", onPaste);
			document.removeEventListener("dragover", onDrag);
			document.removeEventListener("dragleave", onDrag);
			document.removeEventListener("drop", onDrop);
		};
	});
}

function Chosen({ pick, file }: { pick: Pick; file: File }) {
	return (
		<div class={`file-chosen${pick.wrong === "" ? "" : " is-wrong"}`}>
			<Icon of={clipIcon} />
			<span><Name class="strong">{file.name}</Name> <span class="soft small">{bytes(file.size)}</span></span>
			{pick.part === null
				? <button type="button" class="icon-button" aria-label={t("file.drop_it")} title={t("file.drop_it")} onClick={() => pick.choose(null)}><Icon of={closeIcon} /></button>
				: <span class="small" role="status">{t("file.sending", { part: percent(pick.part) })}</span>}
			{pick.part !== null && <progress max={1} value={pick.part} aria-label={t("file.sending", { part: percent(pick.part) })} />}
		</div>
	);
}

export function FilePick({ pick, problem = null }: { pick: Pick; problem?: Problem | null }) {
	const [isOver, setOver] = useState(false);
	const id = useId();
	const take = (files: FileList | null | undefined): boolean => {
		const file = files?.[0];
		if (file === undefined || pick.part !== null)
			return false;
		pick.choose(file);
		return true;
	};
	useTaking(take, setOver);
	const input = (name: string, photo: boolean) => (
		<input id={name} type="file" class="unseen" aria-describedby={`${id}-hint`} {...(photo ? { accept: "image/*", capture: "environment" } : {})}
			onChange={(e) => { take(e.currentTarget.files); e.currentTarget.value = ""; }} />
	);
	return (
		<div class="field">
			<div class={`file-pick${isOver ? " is-over" : ""}`}>
				{pick.file !== null ? <Chosen pick={pick} file={pick.file} /> : (
					<>
						<label class="button" for={id}>{input(id, false)}<Icon of={clipIcon} />{t("file.choose")}</label>
						<label class="button file-photo" for={`${id}-photo`}>{input(`${id}-photo`, true)}<Icon of={cameraIcon} />{t("file.photo")}</label>
						<span class="soft small" id={`${id}-hint`}>{t("file.drop_hint", { most: bytes(FILE_MAX) })}</span>
					</>
				)}
			</div>
			{pick.wrong !== "" && <p class="error" role="alert">{pick.wrong}</p>}
			{pick.file !== null && pick.wrong === "" && (
				<TimeField key={`${pick.file.name} ${pick.file.lastModified}`} label={t("file.captured")} name="captured_at" hint={t("file.captured_hint")}
					value={modified(pick.file)} error={errorAt(problem, "/captured_at")} />
			)}
		</div>
	);
}
