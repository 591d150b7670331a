-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Bytes that events point at by their SHA-256: evidence that was uploaded. The digest stands in the
-- event, so the proof covers them; a rebuild of the views leaves them alone. The same bytes are kept
-- once, whoever sends them and to whichever incident.

-- One row for each file that is here, or on its way.
CREATE TABLE file (
	id INTEGER PRIMARY KEY,
	-- of all its parts, one behind the other; NULL: it has not arrived yet, or was not wanted
	sha256 BLOB UNIQUE CHECK (sha256 IS NULL OR length(sha256) = 32),
	-- bytes in all; 0 while it arrives
	size INTEGER NOT NULL,
	-- when its first part came, microseconds since 1970 UTC
	created_at INTEGER NOT NULL
) STRICT;

-- Files that have not arrived, to sweep away those that never will.
CREATE INDEX file_open ON file (id) WHERE sha256 IS NULL;

-- Its bytes in order, in parts, so that no transaction is long and nobody holds it whole.
CREATE TABLE file_part (
	-- of the file
	file INTEGER NOT NULL,
	-- from 0
	n INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY (file, n)
) STRICT;
