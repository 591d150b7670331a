/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * icon.tsx - <Icon of={gear} />, where `gear` is the text of one of Octicons' files. Only what is
 * imported is bundled. The paths are taken out of the text: the page's policy allows no innerHTML.
 */
const found = new Map<string, { box: string; paths: string[] }>();

function read(svg: string): { box: string; paths: string[] } {
	let icon = found.get(svg);
	if (icon === undefined) {
		icon = {
			box: /viewBox="([^"]+)"/.exec(svg)?.[1] ?? "0 0 16 16",
			paths: Array.from(svg.matchAll(/<path[^>]* d="([^"]+)"/g), (m) => m[1] ?? ""),
		};
		found.set(svg, icon);
	}
	return icon;
}

export interface IconProps {
	of: string;
	size?: number;
	/** Arrows turn around with the page; clocks, media controls and logos do not. */
	mirrors?: boolean;
}

export function Icon({ of, size = 16, mirrors = false }: IconProps) {
	const { box, paths } = read(of);
	return (
		<svg class={mirrors ? "icon mirrors" : "icon"} width={size} height={size} viewBox={box} aria-hidden="true" focusable="false">
			{paths.map((d) => <path key={d} d={d} />)}
		</svg>
	);
}
