/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * app.js - the plain page: sign in, and the mentions as they come.
 *
 * It fetches the newest hundred, then streams from the newest of those on, so nothing between the
 * two is missed. The browser resumes a broken stream with Last-Event-ID by itself; when it gives
 * up, or nothing was heard for 40 seconds, the page opens a new one after the last id it saw.
 * Arrivals are painted together, ten times a second at most, and the list is bounded.
 */
"use strict";

(() => {
	const $ = (id) => document.getElementById(id);
	const ROWS = 300, SILENCE_MS = 40000, PAINT_MS = 100, MINUTE_MS = 60000;
	const rows = new Map();    /* mention id -> its <li> */
	let held = [];             /* newest last; while paused or scrolled */
	let waiting = [];          /* newest last; for the next paint */
	let arrivals = [];         /* times of the last minute */
	let session = null, source = null, lastId = 0, lastHeard = 0, retryMs = 1000;
	let retryTimer = 0, paintTimer = 0, unread = 0, heldCount = 0, state = "";
	let isPaused = false, isCut = false;

	/* ---- what is shown ---- */

	function show(which) {
		$("sign-in").hidden = which !== "sign-in";
		$("room").hidden = which !== "room";
		$("me").hidden = which !== "room";
	}

	function setState(name) {
		state = name;
		const box = $("status");
		box.hidden = name === "";
		box.className = "status" + (name === "connected" ? "" : name === "signed_out" ? " off" : " wait");
		$("status-text").textContent = name === "" ? "" : Diwan.t(name);
	}

	function setError(text) {
		$("feed-error").textContent = text;
		$("feed-error").hidden = text === "";
	}

	function setCounts() {
		const n = unread + heldCount;
		document.title = n > 0 ? `(${n}) ${Diwan.t("brand")}` : Diwan.t("brand");
		$("pill").hidden = heldCount === 0;
		$("pill").textContent = Diwan.t("fresh", { n: heldCount });
		$("empty").hidden = rows.size > 0 || heldCount > 0 || state !== "connected";
		$("feed-end").hidden = !isCut;
		$("feed-end").textContent = Diwan.t("end", { n: rows.size });
		$("pause").textContent = Diwan.t(isPaused ? "resume" : "pause");
		$("pause").setAttribute("aria-pressed", String(isPaused));
	}

	function setRate() {
		const since = Date.now() - MINUTE_MS;
		arrivals = arrivals.filter((a) => a > since);
		$("rate").textContent = Diwan.t("rate", { n: arrivals.length });
	}

	/* ---- one mention ---- */

	function add(parent, tag, className, text) {
		const e = document.createElement(tag);
		e.className = className;
		if (text !== undefined)
			e.textContent = text;
		parent.append(e);
		return e;
	}

	function hueOf(text) {
		let h = 0;
		for (const c of text)
			h = (h * 31 + c.codePointAt(0)) >>> 0;
		return "hue-" + (h % 8);
	}

	/* "auto" asks the first letter, and that is a Latin handle in many an Arabic answer: look behind
	 * the handles, tags and addresses that a text begins with. */
	function directionOf(text) {
		const rest = text.replace(/^(?:@\S+|#[A-Za-z]\S*|https?:\S+|RT\b|[\s:.,])+/, "");
		const letter = /\p{L}/u.exec(rest);
		return letter !== null && /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(letter[0]) ? "rtl" : "auto";
	}

	function addCounts(li, m) {
		const box = add(li, "div", "counts");
		const k = m.metrics || {};
		for (const name of ["replies", "reposts", "likes", "views"])
			if (k[name] > 0)
				add(box, "span", "", Diwan.t(name, { n: k[name] }));
		if (m.in_reply_to)
			add(box, "span", "", Diwan.t("reply"));
		if (m.version > m.id)
			add(box, "span", "changed", Diwan.t("changed"));
		if (typeof m.url === "string" && /^https?:\/\//i.test(m.url)) {
			const a = add(box, "a", "", Diwan.t("open"));
			a.href = m.url;
			a.target = "_blank";
			a.rel = "noopener noreferrer nofollow";
		}
	}

	function fill(li, m) {
		const author = m.author || {};
		const meta = document.createElement("div");
		meta.className = "meta";
		li.replaceChildren(meta);
		if (author.name || author.handle)
			add(meta, "bdi", "who", author.name || author.handle);
		if (author.name && author.handle)
			add(meta, "bdi", "handle", author.handle);
		if (author.followers > 0)
			add(meta, "span", "", Diwan.t("followers", { n: author.followers }));
		add(meta, "bdi", "source", m.source);
		const at = m.posted_at || m.recorded_at;
		if (at) {
			const time = add(meta, "time", "", Diwan.when(at));
			time.dateTime = at;
			time.title = Diwan.full(at);
		}
		if (m.title) {
			const title = add(li, "p", "title", m.title);
			title.dir = "auto";
		}
		const text = add(li, "p", "text", m.text);
		text.dir = directionOf(m.text);
		if (typeof m.lang === "string" && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(m.lang) && m.lang !== "und")
			text.lang = m.lang;
		addCounts(li, m);
	}

	function make(m, isFresh) {
		const li = document.createElement("li");
		li.className = `mention ${hueOf(m.source || "")}${isFresh ? " fresh" : ""}`;
		li.mention = m;
		fill(li, m);
		return li;
	}

	/* ---- painting ---- */

	function isHolding() {
		return isPaused || window.scrollY > 120;
	}

	/* Rows that are there change in place; others go on top, newest first. */
	function paint(list, isFresh) {
		const fragment = document.createDocumentFragment();
		for (const m of list) {
			const there = rows.get(m.id);
			if (there !== undefined) {
				if (m.version >= there.mention.version) {
					there.mention = m;
					fill(there, m);
				}
				continue;
			}
			const li = make(m, isFresh);
			rows.set(m.id, li);
			fragment.prepend(li);
		}
		$("feed").prepend(fragment);
		while (rows.size > ROWS) {
			const oldest = $("feed").lastElementChild;
			rows.delete(oldest.mention.id);
			oldest.remove();
			isCut = true;
		}
	}

	function release() {
		const list = held;
		held = [];
		heldCount = 0;
		paint(list, true);
		setCounts();
	}

	function flush() {
		paintTimer = 0;
		const list = waiting;
		waiting = [];
		const changed = list.filter((m) => rows.has(m.id));
		const fresh = list.filter((m) => !rows.has(m.id));
		paint(changed, false);
		if (isHolding()) {
			held = held.concat(fresh).slice(-ROWS);
			heldCount += fresh.length;
		} else {
			release();
			paint(fresh, true);
			if (document.hidden)
				unread += fresh.length;
		}
		setCounts();
		setRate();
	}

	function arrive(m) {
		waiting.push(m);
		if (waiting.length > ROWS)
			waiting.splice(0, waiting.length - ROWS);
		if (m.version === m.id || m.version === undefined)
			arrivals.push(Date.now());
		if (paintTimer === 0)
			paintTimer = setTimeout(flush, PAINT_MS);
	}

	/* ---- the stream ---- */

	function hear(e) {
		lastHeard = Date.now();
		retryMs = 1000;
		if (e.lastEventId !== "")
			lastId = Number(e.lastEventId);
		if (state !== "connected")
			setState("connected");
	}

	function onMention(e) {
		hear(e);
		let item;
		try { item = JSON.parse(e.data); } catch { return; }
		if (item.data && item.data.id !== undefined)
			arrive({ recorded_at: item.recorded_at, ...item.data });
	}

	function closeStream() {
		clearTimeout(retryTimer);
		retryTimer = 0;
		if (source !== null)
			source.close();
		source = null;
	}

	function openStream() {
		closeStream();
		lastHeard = Date.now();
		source = new EventSource(`/api/v1/stream?types=mention&after=${lastId}`);
		source.addEventListener("open", () => {
			lastHeard = Date.now();
			setState("connected");
			setError("");
			setCounts();
		});
		source.addEventListener("mention.added", onMention);
		source.addEventListener("mention.changed", onMention);
		source.addEventListener("hb", hear);
		source.addEventListener("error", onBroken);
	}

	/* CONNECTING: the browser comes back by itself. CLOSED: it was refused; ask why. */
	async function onBroken() {
		if (session === null)
			return;
		setState("reconnecting");
		if (source === null || source.readyState !== EventSource.CLOSED)
			return;
		closeStream();
		const r = await Diwan.api("GET", "/session");
		if (session === null)
			return;
		if (r.status === 401) {
			leave(Diwan.t("expired"));
			return;
		}
		retryTimer = setTimeout(openStream, retryMs * (0.7 + 0.6 * Math.random()));
		retryMs = Math.min(retryMs * 2, 15000);
	}

	function checkSilence() {
		if (session !== null && source !== null && Date.now() - lastHeard > SILENCE_MS) {
			setState("reconnecting");
			openStream();
		}
		if (session !== null)
			setRate();
	}

	/* ---- coming and going ---- */

	async function enter(data) {
		session = data;
		$("me-name").textContent = data.user.name;
		$("me-name").title = (data.user.roles || []).join(", ");
		show("room");
		setState("connecting");
		await loadNewest();
	}

	async function loadNewest() {
		const r = await Diwan.api("GET", "/mentions?limit=100");
		if (session === null)
			return;
		if (r.status === 401) {
			leave(Diwan.t("expired"));
		} else if (r.status !== 200) {
			setState("reconnecting");
			setError(Diwan.why(r));
			retryTimer = setTimeout(loadNewest, 3000);
		} else {
			setError("");
			const items = r.data.items.slice().reverse();
			for (const m of items)
				lastId = Math.max(lastId, m.id, m.version || 0);
			isCut = r.data.next !== null && r.data.next !== undefined;
			paint(items, false);
			setCounts();
			setRate();
			openStream();
		}
	}

	function leave(text) {
		closeStream();
		session = null;
		rows.clear();
		$("feed").replaceChildren();
		held = [];
		waiting = [];
		arrivals = [];
		heldCount = unread = lastId = 0;
		isPaused = isCut = false;
		setState(text === "" ? "" : "signed_out");
		setCounts();
		show("sign-in");
		$("sign-in-error").textContent = text;
		$("sign-in-error").hidden = text === "";
		$("username").focus();
	}

	async function onSignIn(e) {
		e.preventDefault();
		const button = e.target.querySelector("button");
		button.disabled = true;
		const r = await Diwan.api("POST", "/session", { username: $("username").value, password: $("password").value });
		button.disabled = false;
		if (r.status === 200) {
			$("password").value = "";
			$("sign-in-error").hidden = true;
			await enter(r.data);
			return;
		}
		$("sign-in-error").textContent = r.status === 401 ? Diwan.t("wrong") : Diwan.why(r);
		$("sign-in-error").hidden = false;
		$("password").select();
	}

	async function onSignOut() {
		const r = await Diwan.api("DELETE", "/session", undefined, session && session.csrf);
		if (r.status === 204 || r.status === 401)
			leave("");
		else
			setError(Diwan.why(r));
	}

	function onSeen() {
		if (document.hidden)
			return;
		unread = 0;
		setCounts();
		checkSilence();
	}

	function onScroll() {
		if (heldCount > 0 && !isHolding())
			release();
	}

	function repaintWords() {
		setState(state);
		for (const li of rows.values())
			fill(li, li.mention);
		setCounts();
		setRate();
	}

	async function start() {
		Diwan.onLanguage(repaintWords);
		Diwan.start();
		$("sign-in-form").addEventListener("submit", onSignIn);
		$("sign-out").addEventListener("click", onSignOut);
		$("pill").addEventListener("click", () => {
			isPaused = false;
			release();
			window.scrollTo({ top: 0 });
		});
		$("pause").addEventListener("click", () => {
			isPaused = !isPaused;
			if (!isHolding())
				release();
			setCounts();
		});
		document.addEventListener("visibilitychange", onSeen);
		window.addEventListener("online", checkSilence);
		window.addEventListener("scroll", onScroll, { passive: true });
		setInterval(checkSilence, 5000);
		const r = await Diwan.api("GET", "/session");
		if (r.status === 200) {
			await enter(r.data);
		} else {
			show("sign-in");
			if (r.status !== 401) {
				$("sign-in-error").textContent = Diwan.why(r);
				$("sign-in-error").hidden = false;
			}
			$("username").focus();
		}
	}

	start();
})();
