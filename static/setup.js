/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* setup.js - the first administrator, by the one-time link. The token stays behind the '#'. */
"use strict";

(() => {
	const $ = (id) => document.getElementById(id);
	const token = location.hash.slice(1);

	Diwan.start();
	$("no-token").hidden = token !== "";
	$("setup-form").hidden = token === "";

	function refuse(text) {
		$("setup-error").textContent = text;
		$("setup-error").hidden = false;
	}

	$("setup-form").addEventListener("submit", async (e) => {
		e.preventDefault();
		if ($("password").value !== $("again").value) {
			refuse(Diwan.t("differ"));
			return;
		}
		const button = e.target.querySelector("button");
		button.disabled = true;
		const r = await Diwan.api("POST", "/setup", {
			token, username: $("username").value, password: $("password").value,
		});
		button.disabled = false;
		if (r.status === 201) {
			history.replaceState(null, "", "/setup");
			location.replace("/");
		} else if (r.status === 401 || r.status === 403 || r.status === 404 || r.status === 409) {
			refuse(Diwan.t("setup_over"));
		} else {
			refuse(Diwan.why(r));
		}
	});
})();
