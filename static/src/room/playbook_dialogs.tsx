/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbook_dialogs.tsx - starting a playbook in a room, and reading the one that runs. Loaded when
 * somebody asks for it (playbooks.tsx).
 */
import { useState } from "preact/hooks";

import { LANG_NAMES, t } from "../i18n/t";
import { type Lang, lang } from "../settings";
import { Dialog } from "../ui/dialog";
import { Choice } from "../ui/field";
import { type List, Loading, useLoaded } from "../ui/load";
import { Name } from "../ui/parts";
import { say } from "../ui/toast";
import { DraftForm } from "./draft";
import { act, nameOf, type RoomData } from "./model";
import { inOrderFor, langFor, langsOf, type Playbook, type PlaybookInfo, sheetOf, sheetOfStarted, type Started, suits, titleOf } from "./playbook";
import { SheetView } from "./playbook_sheet";
import { StartedFacts } from "./playbooks";

const isRunning = (room: RoomData, p: PlaybookInfo): boolean => room.playbooks.some((x) => x.slug === p.slug && x.playbook_version === p.version);

/* What the room would get, to be read before it gets it. */
function Preview({ slug, lang: l }: { slug: string; lang: Lang }) {
	const whole = useLoaded<Playbook>(`/playbooks/${slug}`);
	return (
		<section class="preview" tabIndex={0} aria-label={t("playbook.preview")}>
			<Loading of={whole}>{(p) => <SheetView of={sheetOf(p, langFor(p, l))} />}</Loading>
		</section>
	);
}

function Choose({ room, all, onClose, reload }: { room: RoomData; all: readonly PlaybookInfo[]; onClose: () => void; reload: () => Promise<void> }) {
	const free = all.filter((p) => !isRunning(room, p));
	const [slug, setSlug] = useState(free[0]?.slug ?? "");
	const [wanted, setWanted] = useState<Lang>(lang.value);
	const chosen = all.find((p) => p.slug === slug);
	const langs = chosen === undefined ? [] : langsOf(chosen);
	const l = chosen === undefined ? wanted : langFor(chosen, wanted);
	return (
		<DraftForm name={`room-${room.id}-playbook`} go={t("playbook.start_go")} fields={[]} onCancel={onClose}
			onDone={() => { say(t("playbook.started")); onClose(); void reload(); }}
			onSend={() => act<Started>("POST", `/incidents/${room.id}/playbooks`, { slug, lang: l })}>
			{() => (
				<>
					<fieldset class="choice">
						<legend>{t("playbook.which")}</legend>
						<div class="checks">
							{all.map((p) => (
								<label key={p.slug} class={p.slug === slug ? "chosen" : ""}>
									<input type="radio" name="slug" value={p.slug} required disabled={isRunning(room, p)} checked={p.slug === slug} onChange={() => setSlug(p.slug)} />
									<Name class="strong">{titleOf(p, lang.value)}</Name>
									<span class="hint incident-marks">
										{suits(p, room.type) > 0 && <span class="tag suits">{t("playbook.suits")}</span>}
										{t(p.id === null ? "playbook.shipped" : p.builtin ? "playbook.own_version" : "playbook.own")}
										{isRunning(room, p) && <span class="strong">{t("playbook.runs")}</span>}
									</span>
								</label>
							))}
						</div>
					</fieldset>
					{langs.length > 1 && (
						<Choice label={t("playbook.lang")} name="lang" value={l} onChange={setWanted} options={langs.map((x) => ({ value: x, label: LANG_NAMES[x] }))} />
					)}
					{chosen !== undefined && <Preview key={slug} slug={slug} lang={l} />}
				</>
			)}
		</DraftForm>
	);
}

function Start({ room, onClose, reload }: { room: RoomData; onClose: () => void; reload: () => Promise<void> }) {
	const all = useLoaded<List<PlaybookInfo>>("/playbooks");
	return (
		<Dialog title={t("playbook.start")} onClose={onClose} class="wide">
			<p class="soft">{t("playbook.start_hint")}</p>
			<Loading of={all}>{({ items }) => <Choose room={room} all={inOrderFor(room.type, items)} onClose={onClose} reload={reload} />}</Loading>
		</Dialog>
	);
}

function Read({ room, of, onClose }: { room: RoomData; of: Started; onClose: () => void }) {
	return (
		<Dialog title={of.title ?? of.slug} onClose={onClose} class="wide">
			<p class="soft"><StartedFacts of={of} by={nameOf(room, of.by)} /></p>
			<SheetView of={sheetOfStarted(of)} />
			<div class="buttons"><button type="button" onClick={onClose}>{t("close")}</button></div>
		</Dialog>
	);
}

export interface PlaybookDialogProps {
	room: RoomData;
	/** The id of one that runs. */
	open: "start" | number;
	onClose: () => void;
	reload: () => Promise<void>;
}

export default function PlaybookDialog({ room, open, onClose, reload }: PlaybookDialogProps) {
	const started = room.playbooks.find((p) => p.id === open);
	if (open === "start")
		return <Start room={room} onClose={onClose} reload={reload} />;
	return started !== undefined ? <Read room={room} of={started} onClose={onClose} /> : null;
}
