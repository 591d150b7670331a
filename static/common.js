/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * common.js - what both pages share: three languages, and requests to our own API.
 *
 * Text of others is only ever set as textContent. There is no template and no innerHTML here, and
 * the page's policy (Trusted Types) would refuse one.
 */
"use strict";

const Diwan = (() => {
	const words = {
		en: {
			brand: "Diwan", skip: "Skip to the feed", sign_in_title: "Sign in to the room",
			sign_in_hint: "Accounts are made by an administrator.", username: "Name",
			password: "Password", sign_in: "Sign in", sign_out: "Sign out",
			feed_title: "Mentions, live", pause: "Pause", resume: "Go on",
			empty_title: "Nothing yet", empty_hint: "Mentions appear here by themselves as they come in.",
			connected: "Connected", reconnecting: "Reconnecting…", signed_out: "Signed out",
			connecting: "Connecting…", changed: "changed", open: "Open",
			followers: { one: "{n} follower", other: "{n} followers" },
			likes: { one: "{n} like", other: "{n} likes" },
			reposts: { one: "{n} repost", other: "{n} reposts" },
			replies: { one: "{n} reply", other: "{n} replies" },
			views: { one: "{n} view", other: "{n} views" },
			reply: "in reply",
			rate: { one: "{n} in the last minute", other: "{n} in the last minute" },
			fresh: { one: "{n} new", other: "{n} new" },
			end: { one: "The newest one is shown.", other: "The newest {n} are shown. The rest is kept." },
			wrong: "Name or password is not right.", too_many: "Too many attempts. Wait a little and try again.",
			unreachable: "The server cannot be reached. Trying again…",
			failed: "That did not work: {why}", expired: "Your session has ended. Sign in again.",
			setup_title: "Welcome. Make the first administrator",
			setup_hint: "This link works once. Everyone else is added by you afterwards.",
			setup_no_token: "The address has no token. Use the whole link that the server printed.",
			password_hint: "At least 8 characters; a sentence is best.", again: "The password once more",
			setup_go: "Make the account and go in", differ: "The two passwords differ.",
			setup_over: "This link is no longer valid. The server prints a new one when it starts.",
		},
		ar: {
			brand: "ديوان", skip: "انتقل إلى الخلاصة", sign_in_title: "تسجيل الدخول إلى الغرفة",
			sign_in_hint: "ينشئ المسؤولُ الحسابات.", username: "الاسم",
			password: "كلمة المرور", sign_in: "دخول", sign_out: "خروج",
			feed_title: "الإشارات مباشرةً", pause: "إيقاف مؤقت", resume: "متابعة",
			empty_title: "لا شيء بعد", empty_hint: "تظهر الإشارات هنا من تلقاء نفسها حال وصولها.",
			connected: "متصل", reconnecting: "تجري إعادة الاتصال…", signed_out: "خارج الجلسة",
			connecting: "يجري الاتصال…", changed: "عُدّلت", open: "فتح",
			followers: { zero: "لا متابعين", one: "متابع واحد", two: "متابعان", few: "{n} متابعين", many: "{n} متابعًا", other: "{n} متابع" },
			likes: { zero: "لا إعجابات", one: "إعجاب واحد", two: "إعجابان", few: "{n} إعجابات", many: "{n} إعجابًا", other: "{n} إعجاب" },
			reposts: { zero: "لم تُنشر ثانيةً", one: "إعادة نشر واحدة", two: "إعادتا نشر", few: "{n} إعادات نشر", many: "{n} إعادة نشر", other: "{n} إعادة نشر" },
			replies: { zero: "لا ردود", one: "ردّ واحد", two: "ردّان", few: "{n} ردود", many: "{n} ردًّا", other: "{n} ردّ" },
			views: { zero: "لا مشاهدات", one: "مشاهدة واحدة", two: "مشاهدتان", few: "{n} مشاهدات", many: "{n} مشاهدة", other: "{n} مشاهدة" },
			reply: "ردًّا على غيره",
			rate: { zero: "لا شيء في الدقيقة الأخيرة", one: "إشارة واحدة في الدقيقة الأخيرة", two: "إشارتان في الدقيقة الأخيرة", few: "{n} إشارات في الدقيقة الأخيرة", many: "{n} إشارة في الدقيقة الأخيرة", other: "{n} إشارة في الدقيقة الأخيرة" },
			fresh: { zero: "لا جديد", one: "إشارة جديدة", two: "إشارتان جديدتان", few: "{n} إشارات جديدة", many: "{n} إشارة جديدة", other: "{n} إشارة جديدة" },
			end: { zero: "", one: "تُعرض أحدث إشارة.", two: "تُعرض أحدث إشارتين.", few: "تُعرض أحدث {n} إشارات، والباقي محفوظ.", many: "تُعرض أحدث {n} إشارة، والباقي محفوظ.", other: "تُعرض أحدث {n} إشارة، والباقي محفوظ." },
			wrong: "الاسم أو كلمة المرور غير صحيح.", too_many: "محاولات كثيرة. انتظر قليلًا ثم أعد المحاولة.",
			unreachable: "تعذّر الوصول إلى الخادم. تجري المحاولة من جديد…",
			failed: "لم ينجح ذلك: {why}", expired: "انتهت جلستك. سجّل الدخول من جديد.",
			setup_title: "أهلًا بك. أنشئ أول مسؤول",
			setup_hint: "يعمل هذا الرابط مرة واحدة، ثم تضيف أنت بقية المستخدمين.",
			setup_no_token: "لا رمز في العنوان. استعمل الرابط كاملًا كما طبعه الخادم.",
			password_hint: "ثمانية أحرف على الأقل، والجملة أفضل.", again: "كلمة المرور مرة أخرى",
			setup_go: "أنشئ الحساب وادخل", differ: "كلمتا المرور غير متطابقتين.",
			setup_over: "لم يعد هذا الرابط صالحًا. يطبع الخادم رابطًا جديدًا عند تشغيله.",
		},
		fa: {
			brand: "دیوان", skip: "رفتن به فهرست", sign_in_title: "ورود به اتاق",
			sign_in_hint: "حساب‌ها را مدیر می‌سازد.", username: "نام",
			password: "گذرواژه", sign_in: "ورود", sign_out: "خروج",
			feed_title: "اشاره‌ها، زنده", pause: "مکث", resume: "ادامه",
			empty_title: "هنوز چیزی نیست", empty_hint: "اشاره‌ها همین‌که برسند خودشان این‌جا پیدا می‌شوند.",
			connected: "متصل", reconnecting: "در حال اتصال دوباره…", signed_out: "خارج‌شده",
			connecting: "در حال اتصال…", changed: "تغییر کرد", open: "باز کردن",
			followers: { one: "{n} دنبال‌کننده", other: "{n} دنبال‌کننده" },
			likes: { one: "{n} پسند", other: "{n} پسند" },
			reposts: { one: "{n} بازنشر", other: "{n} بازنشر" },
			replies: { one: "{n} پاسخ", other: "{n} پاسخ" },
			views: { one: "{n} بازدید", other: "{n} بازدید" },
			reply: "در پاسخ",
			rate: { one: "{n} در یک دقیقهٔ گذشته", other: "{n} در یک دقیقهٔ گذشته" },
			fresh: { one: "{n} اشارهٔ تازه", other: "{n} اشارهٔ تازه" },
			end: { one: "تازه‌ترین اشاره نشان داده می‌شود.", other: "{n} اشارهٔ تازه‌تر نشان داده می‌شود؛ بقیه نگه داشته شده است." },
			wrong: "نام یا گذرواژه درست نیست.", too_many: "تلاش‌ها زیاد بود. کمی صبر کنید و دوباره امتحان کنید.",
			unreachable: "سرور در دسترس نیست. دوباره تلاش می‌شود…",
			failed: "انجام نشد: {why}", expired: "نشست شما پایان یافت. دوباره وارد شوید.",
			setup_title: "خوش آمدید. نخستین مدیر را بسازید",
			setup_hint: "این پیوند فقط یک‌بار کار می‌کند؛ دیگران را پس از آن خودتان می‌افزایید.",
			setup_no_token: "نشانی رمز ندارد. پیوند را کامل، همان‌طور که سرور چاپ کرده، به کار ببرید.",
			password_hint: "دست‌کم ۸ نویسه؛ یک جمله بهتر است.", again: "گذرواژه یک‌بار دیگر",
			setup_go: "ساختن حساب و ورود", differ: "دو گذرواژه یکی نیستند.",
			setup_over: "این پیوند دیگر معتبر نیست. سرور هنگام راه‌اندازی پیوند تازه‌ای چاپ می‌کند.",
		},
	};
	const tags = { en: "en", ar: "ar", fa: "fa-IR-u-ca-persian" };
	let lang = "en";
	let plural, number, clock, day;
	const watchers = [];

	function t(key, values) {
		let s = words[lang][key];
		if (s === undefined)
			s = key;
		if (typeof s === "object")
			s = s[plural.select(values.n)] || s.other;
		return s.replace(/\{(\w+)\}/g, (all, name) => {
			const v = values && values[name];
			return typeof v === "number" ? number.format(v) : v === undefined ? all : v;
		});
	}

	function kept() {
		try { return localStorage.getItem("diwan.lang"); } catch { return null; }
	}

	function setLanguage(name) {
		lang = name;
		plural = new Intl.PluralRules(tags[lang]);
		number = new Intl.NumberFormat(tags[lang]);
		clock = new Intl.DateTimeFormat(tags[lang], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
		day = new Intl.DateTimeFormat(tags[lang], { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
		document.documentElement.lang = lang;
		document.documentElement.dir = lang === "en" ? "ltr" : "rtl";
		for (const e of document.querySelectorAll("[data-t]"))
			e.textContent = t(e.dataset.t);
		for (const b of document.querySelectorAll("[data-lang]"))
			b.setAttribute("aria-pressed", String(b.dataset.lang === lang));
		document.title = t("brand");
		for (const fn of watchers)
			fn();
	}

	function start() {
		for (const b of document.querySelectorAll("[data-lang]"))
			b.addEventListener("click", () => {
				try { localStorage.setItem("diwan.lang", b.dataset.lang); } catch { /* private window */ }
				setLanguage(b.dataset.lang);
			});
		const wish = [kept(), ...navigator.languages.map((l) => l.slice(0, 2))];
		setLanguage(wish.find((l) => l in words) || "en");
	}

	/* A problem+json says what was wrong; its status decides which words we have for it. */
	async function api(method, path, body, csrf) {
		const headers = {};
		if (body !== undefined)
			headers["Content-Type"] = "application/json";
		if (csrf)
			headers["X-CSRF-Token"] = csrf;
		let r;
		try {
			r = await fetch("/api/v1" + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
		} catch {
			return { status: 0, data: null };
		}
		const text = await r.text().catch(() => "");
		let data = null;
		try { data = text ? JSON.parse(text) : null; } catch { /* not ours */ }
		return { status: r.status, data };
	}

	function why(r) {
		if (r.status === 0)
			return t("unreachable");
		if (r.status === 429)
			return t("too_many");
		const d = r.data || {};
		const first = d.errors && d.errors[0] && d.errors[0].detail;
		return t("failed", { why: first || d.detail || d.title || String(r.status) });
	}

	/* The clock alone for today, the date before it otherwise. */
	function when(iso) {
		const at = new Date(iso);
		if (Number.isNaN(at.getTime()))
			return "";
		return at.toDateString() === new Date().toDateString() ? clock.format(at) : day.format(at);
	}

	return { t, api, why, when, start, onLanguage: (fn) => watchers.push(fn), full: (iso) => new Date(iso).toLocaleString(tags[lang]) };
})();
