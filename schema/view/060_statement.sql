-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which events belong to which statement. Statements live in memory; these tables say where to find their
-- past, which is read from the journal by seq.

-- The statements of each incident.
CREATE TABLE statement (
	-- id of the incident
	room INTEGER NOT NULL,
	-- seq of its statement.drafted
	id INTEGER NOT NULL,
	PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;

-- One row for each event of a statement, in order.
CREATE TABLE statement_event (
	-- id of the statement
	statement INTEGER NOT NULL,
	-- the event
	seq INTEGER NOT NULL,
	-- of draft.changed: the number of updates up to it
	revision INTEGER,
	PRIMARY KEY (statement, seq)
) STRICT, WITHOUT ROWID;

-- Where the updates since a revision begin.
CREATE INDEX statement_event_revision ON statement_event (statement, revision, seq)
	WHERE revision IS NOT NULL;

-- What was typed, every 200 revisions, as of one of its draft.changed (src/domain/statement_snapshot.c, 1):
-- a fold begins at the newest, not at the first letter.
CREATE TABLE statement_draft (
	id INTEGER PRIMARY KEY,
	-- id of the statement
	statement INTEGER NOT NULL,
	-- the event
	seq INTEGER NOT NULL,
	-- text, authors, links, tabs
	draft TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX statement_draft_seq ON statement_draft (statement, seq);
