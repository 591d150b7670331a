-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What became of mentions, folded from mention.triaged events. Notes and outcomes are read from the
-- journal by their seq.

-- One row for each mention that somebody has looked at.
CREATE TABLE mention_triage (
	-- id of the mention
	mention INTEGER PRIMARY KEY,
	-- the seq of its last mention.triaged
	seq INTEGER NOT NULL,
	-- 0 new, 1 seen, 2 owned, 3 answered, 4 closed, 5 ignored
	state INTEGER NOT NULL,
	-- 1: the last answer only asked for something
	asks INTEGER NOT NULL,
	-- id of the account that has it; NULL: nobody
	owner INTEGER,
	-- when it was triaged last, microseconds since 1970 UTC
	at INTEGER NOT NULL,
	-- when it was first anything but new, microseconds since 1970 UTC; NULL: not yet
	first_assessed_at INTEGER
) STRICT;

-- One row for each time that a mention was triaged.
CREATE TABLE mention_triage_change (
	-- id of the mention
	mention INTEGER NOT NULL,
	-- the seq of the mention.triaged
	seq INTEGER NOT NULL,
	-- what it came to, as in mention_triage
	state INTEGER NOT NULL,
	PRIMARY KEY (mention, seq)
) STRICT, WITHOUT ROWID;
