/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* welcome.tsx - where the first admin is told what comes first; the code comes only when it is needed. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { isAdmin } from "./session";
import { isWelcome } from "./settings";

export function Welcome() {
	const [Steps, setSteps] = useState<ComponentType | null>(null);
	const isShown = isWelcome.value && isAdmin.value;
	useEffect(() => {
		if (isShown)
			import("./pages/welcome").then((m) => setSteps(() => m.default), () => undefined);
	}, [isShown]);
	return isShown && Steps !== null ? <Steps /> : null;
}
