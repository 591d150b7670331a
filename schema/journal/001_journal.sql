-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The journal itself: what may never change. Everything in schema/view is a fold of these tables.
-- An event takes its rows in `event` and `payload`, perhaps one in `raw` and one in `identity`,
-- and moves `position` and `tree`, all in one transaction.

-- One row for each event, never rewritten. Numbers run from 1 without a gap.
CREATE TABLE event (
	-- position in the journal
	seq INTEGER PRIMARY KEY,
	-- the bytes that the proof is about, layout dw-event-v1 (include/store/envelope.h)
	envelope BLOB NOT NULL,
	-- seq of the first event under the same identity key; NULL when it has no key
	subject INTEGER,
	-- 16 bytes BLAKE2b of the identity key, then the 16-byte tag of the content; NULL: no key
	identity BLOB,
	-- 8 bytes of BLAKE2b over envelope, subject and identity: tells which row is damaged, where
	-- the tree only tells that one is
	sum INTEGER NOT NULL
) STRICT;

-- What happened, apart from the envelope so that it can be erased and the proof stays.
CREATE TABLE payload (
	-- of the event; a row that is missing was erased
	seq INTEGER PRIMARY KEY,
	-- 32 random bytes, the key of the commitment in the envelope; NULL: erased
	salt BLOB,
	-- JSON on one line, hashed as the bytes that stand here; NULL: erased
	payload TEXT
) STRICT;

-- Raw input as it came, for events that were derived from some. Its SHA-256 is in the payload.
CREATE TABLE raw (
	-- of the event
	seq INTEGER PRIMARY KEY,
	-- the bytes; erased with the payload
	raw BLOB NOT NULL
) STRICT;

-- Identity keys, to find the newest event under one. Erasure keeps them. Those of the newest
-- events may be missing: they wait in memory (src/store/identity.c).
CREATE TABLE identity (
	-- 16 bytes BLAKE2b of the 32-byte key, as in event.identity
	key BLOB PRIMARY KEY,
	-- seq of the last event under this key; its row has the tag and the subject
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a decision key was last moved: what an append says it was decided on is compared with it.
CREATE TABLE position (
	-- id of a room, or one of DW_KEY_ROLES and DW_KEY_OUTGOING, as a signed 64-bit number
	key INTEGER PRIMARY KEY,
	-- seq of the last event that moved it
	seq INTEGER NOT NULL
) STRICT;

-- The RFC 6962 tree over all envelopes, kept as its frontier. One row.
CREATE TABLE tree (
	-- always 1
	id INTEGER PRIMARY KEY CHECK (id = 1),
	-- number of leaves, which is the newest seq
	size INTEGER NOT NULL,
	-- roots of the complete subtrees that the digits of size name, largest first, 32 bytes each
	frontier BLOB NOT NULL
) STRICT;

INSERT INTO tree (id, size, frontier) VALUES (1, 0, x'');

-- Facts about the file.
CREATE TABLE meta (
	-- view_hash: SHA-256 of the definition that the views were built by, and
	-- view_seq: only while views are being rebuilt, the newest event that they hold
	-- identity_upto: the table of identity keys has all keys of events up to there
	-- identity_check: tells whether identity.key is the one that was used here
	name TEXT PRIMARY KEY,
	-- what the name says
	value ANY NOT NULL
) STRICT, WITHOUT ROWID;
