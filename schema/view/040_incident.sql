-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which events belong to which incident. Rooms live in memory; these tables say where to find their
-- past: what a timeline shows and what a room was folded from is read from the journal by seq.

-- One row for each event of a room, in order: its timeline.
CREATE TABLE room_event (
	-- id of the incident
	room INTEGER NOT NULL,
	-- the event
	seq INTEGER NOT NULL,
	-- "note.added": for filters, and for events that need not be read to fold the room
	type TEXT NOT NULL,
	-- who did it
	actor INTEGER NOT NULL,
	-- when it happened, microseconds since 1970 UTC
	occurred_at INTEGER NOT NULL,
	-- of a correction: the seq of what it corrects
	target INTEGER,
	PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- What was corrected, and by what.
CREATE INDEX room_event_target ON room_event (room, target, seq) WHERE target IS NOT NULL;

-- The mentions that are in a room now.
CREATE TABLE room_mention (
	-- id of the incident
	room INTEGER NOT NULL,
	-- id of the mention
	mention INTEGER NOT NULL,
	-- what became of it, as mention_triage has it
	state INTEGER NOT NULL,
	PRIMARY KEY (room, mention)
) STRICT, WITHOUT ROWID;

-- The mentions that spread a claim of their room.
CREATE TABLE claim_mention (
	-- id of the claim
	claim INTEGER NOT NULL,
	-- id of the mention
	mention INTEGER NOT NULL,
	-- id of the incident that both are in
	room INTEGER NOT NULL,
	PRIMARY KEY (claim, mention)
) STRICT, WITHOUT ROWID;

-- What goes out of the room with a mention.
CREATE INDEX claim_mention_mention ON claim_mention (mention, room);

-- The first of a room's mentions in each state.
CREATE INDEX room_mention_state ON room_mention (room, state, mention);

-- How many of a room's mentions are in which state: of a large room nobody wants to wait for the counting.
CREATE TABLE room_state (
	-- id of the incident
	room INTEGER NOT NULL,
	-- as in room_mention
	state INTEGER NOT NULL,
	-- of them
	n INTEGER NOT NULL,
	PRIMARY KEY (room, state)
) STRICT, WITHOUT ROWID;

-- The rooms that a mention is in.
CREATE INDEX room_mention_mention ON room_mention (mention, room);

-- The same events once more, packed some dozens to a row (src/domain/fact_pack.c), to fold a room as it
-- was at any moment without looking each of them up. The texts of notes are not in here.
CREATE TABLE room_pack (
	id INTEGER PRIMARY KEY,
	-- id of the incident
	room INTEGER NOT NULL,
	-- seq of its first event
	first INTEGER NOT NULL,
	-- when that was recorded, microseconds since 1970 UTC
	at INTEGER NOT NULL,
	-- facts one behind the other
	facts BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX room_pack_room ON room_pack (room, first);
