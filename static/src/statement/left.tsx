/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* left.tsx - what this person's pages had typed in a statement that they may not type in any more. */
import { useEffect, useState } from "preact/hooks";

import { me } from "../room/model";
import { Asides } from "./asides";
import { forget, leftBehind } from "./kept";
import { type Aside, asideOf } from "./session";

export default function Left({ statement }: { statement: number }) {
	const [asides, setAsides] = useState<readonly Aside[]>([]);
	useEffect(() => { void leftBehind(me(), statement).then((records) => setAsides(records.map(asideOf))); }, [statement]);
	return <Asides of={asides} onDrop={(aside) => { forget(aside.record); setAsides(asides.filter((a) => a !== aside)); }} />;
}
