/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* menu.tsx - a button that opens a small panel beside it; Esc, a click elsewhere and leaving it close it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

interface MenuProps {
	label: string;
	button: ComponentChildren;
	buttonClass?: string;
	/** Gets a function that closes it. */
	children: (close: () => void) => ComponentChildren;
}

export function Menu({ label, button, buttonClass = "icon-button", children }: MenuProps) {
	const [isOpen, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const opener = useRef<HTMLButtonElement>(null);
	const id = useId();
	const close = (): void => setOpen(false);
	useEffect(() => {
		if (!isOpen)
			return undefined;
		const onDown = (e: Event): void => {
			if (e.target instanceof Node && !box.current?.contains(e.target))
				close();
		};
		document.addEventListener("pointerdown", onDown);
		return () => document.removeEventListener("pointerdown", onDown);
	}, [isOpen]);
	return (
		<div ref={box} class="menu" onKeyDown={(e) => {
			if (e.key === "Escape" && isOpen) {
				e.stopPropagation();
				close();
				opener.current?.focus();
			}
		}} onFocusOut={(e) => {
			if (e.relatedTarget instanceof Node && !box.current?.contains(e.relatedTarget))
				close();
		}}>
			<button ref={opener} type="button" class={buttonClass} aria-expanded={isOpen} aria-controls={id}
				onClick={() => setOpen(!isOpen)}><span class="unseen">{label}</span>{button}</button>
			{isOpen && <div id={id} class="menu-panel">{children(() => { close(); opener.current?.focus(); })}</div>}
		</div>
	);
}
