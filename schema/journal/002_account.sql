-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Secrets of accounts, as hashes only, and what changes too often to be an event. These rows are
-- mutable and no part of the proof; each is written in the transaction of the event that says
-- what happened. A rebuild of the views leaves them alone.

-- The password of an account that has one. An account without a row cannot sign in.
CREATE TABLE password (
	-- id of the account: the seq of its user.added
	user INTEGER PRIMARY KEY,
	-- Argon2id with its salt and cost, as libsodium's crypto_pwhash_str writes it
	hash TEXT NOT NULL,
	-- when it was set or hashed anew, microseconds since 1970 UTC
	changed_at INTEGER NOT NULL
) STRICT;

-- Sessions that have not ended. Ending one deletes its row.
CREATE TABLE session (
	-- the seq of its session.started
	id INTEGER PRIMARY KEY,
	-- id of the account
	user INTEGER NOT NULL,
	-- BLAKE2b-256 of the cookie's value
	hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
	-- sign-in, microseconds since 1970 UTC; the absolute limit counts from here
	created_at INTEGER NOT NULL,
	-- last request, written once a minute at most; the idle limit counts from here
	last_seen_at INTEGER NOT NULL,
	-- address that it was started from
	peer TEXT NOT NULL,
	-- what the browser called itself, cut and reduced to printable ASCII
	user_agent TEXT NOT NULL
) STRICT;

CREATE INDEX session_user ON session (user);

-- API tokens that are not revoked. Revoking one deletes its row.
CREATE TABLE token_secret (
	-- the seq of its token.added
	token INTEGER PRIMARY KEY,
	-- BLAKE2b-256 of the token's text
	hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
