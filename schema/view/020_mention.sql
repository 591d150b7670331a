-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where to find mentions, folded from source.* and mention.* events. What a mention says is read
-- from the journal by its seq: nothing is stored twice, and a row costs a few bytes.

-- One row for each source that mentions came from.
CREATE TABLE source (
	-- the seq of its source.added
	id INTEGER PRIMARY KEY,
	-- the seq of the last event that changed the source itself; a new mention does not
	version INTEGER NOT NULL,
	-- its name, as senders write it
	slug TEXT NOT NULL UNIQUE,
	-- the address that we ask; NULL: mentions are sent to us
	url TEXT,
	-- seconds between two askings; NULL without url
	interval_s INTEGER,
	-- 1: not asked for now
	is_paused INTEGER NOT NULL DEFAULT 0,
	-- since when it has told nothing, microseconds since 1970 UTC; NULL: not blind
	blind_since INTEGER
) STRICT;

-- One row for each mention, in the order of arrival.
CREATE TABLE mention (
	-- the seq of its mention.added
	id INTEGER PRIMARY KEY,
	-- the seq of its last mention.added or mention.changed: where its content is
	version INTEGER NOT NULL,
	-- id of its source; NULL: erased
	source INTEGER,
	-- language tag as it was sent; NULL: not told, or erased
	lang TEXT,
	-- when it was posted, as it was sent, microseconds since 1970 UTC; NULL: not told, or erased
	posted_at INTEGER,
	-- who wrote it, as a number made of source and author (src/engine/mention_author.c); NULL: not
	-- told, or erased
	author INTEGER
) STRICT;

-- A source's mentions, newest first (the id is part of every index).
CREATE INDEX mention_source ON mention (source);

-- A language's mentions, newest first.
CREATE INDEX mention_lang ON mention (lang);

-- An author's mentions, newest first.
CREATE INDEX mention_author ON mention (author);

-- One row for each time that the content of a known mention came with a change.
CREATE TABLE mention_change (
	-- id of the mention
	mention INTEGER NOT NULL,
	-- the seq of the mention.changed
	seq INTEGER NOT NULL,
	PRIMARY KEY (mention, seq)
) STRICT, WITHOUT ROWID;

-- What changed lately: search looks there, too.
CREATE INDEX mention_change_seq ON mention_change (seq);
