/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * late.ts - a dialog whose code is loaded when somebody asks for it.
 *
 *   const View = useLate(isOpen, () => import("./dialogs"), close);
 *   … {isOpen && View !== null && <View … />}
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../i18n/t";
import { say } from "./toast";

/** null until it is here; giveUp when it did not come, which is said. */
export function useLate<P>(isWanted: boolean, load: () => Promise<{ default: ComponentType<P> }>, giveUp: () => void): ComponentType<P> | null {
	const [View, setView] = useState<ComponentType<P> | null>(null);
	useEffect(() => {
		if (!isWanted || View !== null)
			return;
		load().then((m) => setView(() => m.default), () => { giveUp(); say(t("page.failed")); });
	}, [isWanted]);
	return View;
}
