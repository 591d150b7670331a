-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which playbooks this organisation has of its own, folded from playbook.* events. Those that ship with
-- the program are in the program.

-- One row for each.
CREATE TABLE playbook (
	-- the seq of its playbook.added
	id INTEGER PRIMARY KEY,
	-- the seq of the last event that changed it: where all of it is
	version INTEGER NOT NULL
) STRICT;
