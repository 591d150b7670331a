/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * table.tsx - a table on a wide screen, a list of cards on a narrow one (by CSS; the markup stays a
 * table, and each cell carries its column's name for the card).
 */
import type { ComponentChildren } from "preact";

export interface Column<T> {
	key: string;
	label: string;
	cell: (row: T) => ComponentChildren;
	/** The column that names the row: it heads the card. */
	isName?: boolean;
}

interface TableProps<T> {
	caption: string;
	columns: readonly Column<T>[];
	rows: readonly T[];
	rowKey: (row: T) => string | number;
	/** Buttons of a row, in its last cell. */
	actions?: (row: T) => ComponentChildren;
	actionsLabel?: string;
	rowClass?: (row: T) => string;
}

export function DataTable<T>({ caption, columns, rows, rowKey, actions, actionsLabel = "", rowClass }: TableProps<T>) {
	return (
		<table class="data">
			<caption class="unseen">{caption}</caption>
			<thead>
				<tr>
					{columns.map((c) => <th key={c.key} scope="col">{c.label}</th>)}
					{actions && <th scope="col"><span class="unseen">{actionsLabel}</span></th>}
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={rowKey(row)} class={rowClass?.(row) ?? ""}>
						{columns.map((c) => c.isName
							? <th key={c.key} scope="row">{c.cell(row)}</th>
							: <td key={c.key} data-label={c.label}>{c.cell(row)}</td>)}
						{actions && <td class="actions">{actions(row)}</td>}
					</tr>
				))}
			</tbody>
		</table>
	);
}
