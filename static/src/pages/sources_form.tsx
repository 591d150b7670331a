/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* sources_form.tsx - a feed's address, tried out before it is kept; and changing it afterwards. */
import { useRef, useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { type Key, t } from "../i18n/t";
import { loadSources, type Source } from "../sources";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field, Form, ProblemNote } from "../ui/field";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { intervals, span, suggestSlug } from "./sources_parts";

interface Tried {
	title: string | null;
	items: { text: string; title?: string; url?: string; lang?: string; author?: { name?: string }; posted_at?: string }[];
}

const WORDS: Readonly<Record<string, Readonly<Record<string, Key>>>> = {
	"/slug": { EEXISTS: "sources.taken", EINVAL: "sources.slug_rule" },
	"/url": {},
	"/interval_s": {},
};

function Preview({ tried }: { tried: Tried }) {
	return (
		<section class="preview" aria-label={t("sources.preview")}>
			<p class="strong">{tried.title === null || tried.title === "" ? t("sources.preview") : <Name>{tried.title}</Name>}</p>
			{tried.items.length === 0 ? <p class="soft">{t("sources.preview_empty")}</p> : (
				<ol>
					{tried.items.map((m, i) => (
						<li key={i}>
							{m.title && <Text class="strong" lang={m.lang}>{m.title}</Text>}
							<Text class="preview-text" lang={m.lang}>{m.text}</Text>
							<p class="soft small">{m.author?.name && <><Name>{m.author.name}</Name>{" · "}</>}{m.posted_at && <Time at={m.posted_at} />}</p>
						</li>
					))}
				</ol>
			)}
		</section>
	);
}

type Trying = { state: "not" } | { state: "busy" } | { state: "done"; tried: Tried } | { state: "refused"; problem: Problem };

/* The address, the button that tries it, and what came of that. */
function UrlField({ before, error, onUrl }: { before: string; error: string; onUrl: (url: string) => void }) {
	const [trying, setTrying] = useState<Trying>({ state: "not" });
	const url = useRef(before);
	const attempt = useRef(0);
	return (
		<>
			<Field label={t("sources.url")} name="url" type="url" required maxLength={2048} autocomplete="off" spellcheck={false} inputMode="url" defaultValue={before}
				dir="ltr" placeholder="https://" hint={t("sources.url_hint")} error={trying.state === "refused" ? errorAt(trying.problem, "/url") || error : error}
				onInput={(e) => {
					url.current = e.currentTarget.value.trim();
					attempt.current++;
					setTrying({ state: "not" });
					onUrl(url.current);
				}} />
			<div class="buttons try">
				<button type="button" disabled={trying.state === "busy"} onClick={async () => {
					const mine = ++attempt.current;
					setTrying({ state: "busy" });
					const r = await api<Tried>("POST", "/sources/test", { body: { url: url.current } });
					if (mine === attempt.current)
						setTrying(r.ok ? { state: "done", tried: r.data } : { state: "refused", problem: r.problem });
				}}>{t(trying.state === "busy" ? "sources.trying" : "sources.try")}</button>
				<span class="soft small" role="status">
					{trying.state === "done" ? t("sources.works", { n: trying.tried.items.length }) : trying.state === "refused" ? t("sources.works_not") : ""}
				</span>
			</div>
			{trying.state === "refused" && <ProblemNote problem={trying.problem} fields={["/url"]} />}
			{trying.state === "done" && <Preview tried={trying.tried} />}
		</>
	);
}

function IntervalField({ now, error }: { now: number; error: string }) {
	return (
		<div class="field">
			<label for="interval">{t("sources.interval")}</label>
			<select id="interval" name="interval_s" aria-invalid={error ? "true" : undefined} aria-describedby={error ? "interval-error" : undefined}>
				{intervals(now).map((s) => <option key={s} value={s} selected={s === now}>{span(s)}</option>)}
			</select>
			{error && <p id="interval-error" class="error"><bdi>{error}</bdi></p>}
		</div>
	);
}

const USUAL_S = 300;

export function AddSource({ all, onClose }: { all: readonly Source[]; onClose: () => void }) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [slug, setSlug] = useState("");
	const isOwn = useRef(false); /* typed, not suggested: it stays */
	const at = (pointer: string): string => errorAt(problem, pointer, WORDS[pointer]);
	return (
		<Dialog title={t("sources.add")} onClose={onClose} class="wide">
			<Form problem={problem} fields={Object.keys(WORDS)} onSubmit={async (data) => {
				const r = await api<Source>("POST", "/sources", {
					body: { slug: slug.trim(), kind: "feed", url: String(data.get("url")).trim(), interval_s: Number(data.get("interval_s")) },
				});
				setProblem(r.ok ? null : r.problem);
				if (!r.ok)
					return;
				say(t("sources.added", { name: r.data.slug }));
				onClose();
				await loadSources();
			}}>
				<UrlField before="" error={at("/url")} onUrl={(url) => {
					if (!isOwn.current)
						setSlug(suggestSlug(url, all.map((s) => s.slug)));
				}} />
				<Field label={t("sources.slug")} name="slug" required maxLength={100} autocomplete="off" spellcheck={false} autocapitalize="none"
					hint={t("sources.slug_hint")} value={slug} error={at("/slug")}
					onInput={(e) => {
						isOwn.current = e.currentTarget.value !== "";
						setSlug(e.currentTarget.value);
					}} />
				<IntervalField now={USUAL_S} error={at("/interval_s")} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t("sources.add_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}

/* What is different between the feed as it was seen and as it is. */
function Moved({ before, now }: { before: Source; now: Source }) {
	return (
		<div class="note moved" role="alert">
			<p class="strong">{t("moved.title")}</p>
			<dl>
				{before.url !== now.url && <div><dt>{t("sources.url")}</dt><dd><span class="soft">{t("moved.is")}</span> <bdi dir="ltr">{now.url ?? ""}</bdi></dd></div>}
				{before.interval_s !== now.interval_s && <div><dt>{t("sources.interval")}</dt><dd><span class="soft">{t("moved.is")}</span> {span(now.interval_s ?? 0)}</dd></div>}
				{before.paused !== now.paused && <div><dt>{t("people.state")}</dt><dd>{t(now.paused ? "source.paused" : "sources.resumed")}</dd></div>}
			</dl>
			<p>{t("moved.hint")}</p>
		</div>
	);
}

export function EditSource({ source, onClose }: { source: Source; onClose: () => void }) {
	const [base, setBase] = useState(source);
	const [movedFrom, setMovedFrom] = useState<Source | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const at = (pointer: string): string => errorAt(problem, pointer, WORDS[pointer]);
	return (
		<Dialog title={t("sources.edit", { name: source.slug })} onClose={onClose} class="wide">
			<Form problem={problem} fields={Object.keys(WORDS)} onSubmit={async (data) => {
				const url = String(data.get("url")).trim(), interval_s = Number(data.get("interval_s"));
				const body = { ...(url === base.url ? {} : { url }), ...(interval_s === base.interval_s ? {} : { interval_s }) };
				if (Object.keys(body).length === 0) {
					onClose();
					return;
				}
				const r = await api<Source>("PATCH", `/sources/${source.id}`, { body, ifMatch: base.version });
				if (r.ok) {
					say(t("sources.saved", { name: source.slug }));
					onClose();
				} else if (r.status === 412) {
					setMovedFrom(base);
					setBase(r.data as Source);
					setProblem(null);
				} else {
					setProblem(r.problem);
				}
				await loadSources();
			}}>
				{movedFrom !== null && <Moved before={movedFrom} now={base} />}
				<UrlField before={source.url ?? ""} error={at("/url")} onUrl={() => undefined} />
				<IntervalField now={source.interval_s ?? USUAL_S} error={at("/interval_s")} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t(movedFrom === null ? "save" : "moved.save")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
