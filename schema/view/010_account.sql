-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Who is who, folded from user.*, token.* and session.* events. Loaded into memory at start-up;
-- requests never read these tables.

-- One row for each account that ever was; accounts are disabled, never removed.
CREATE TABLE account_user (
	-- the seq of its user.added
	id INTEGER PRIMARY KEY,
	-- the seq of the last event that changed it
	version INTEGER NOT NULL,
	-- as it was written
	name TEXT NOT NULL,
	-- the name in ASCII lower case: what must be unique
	name_key TEXT NOT NULL UNIQUE,
	-- "admin,lead": names of roles in the order of the policy
	roles TEXT NOT NULL,
	-- "legal,comms": names of groups as they were given
	groups TEXT NOT NULL,
	-- 1: cannot sign in
	is_disabled INTEGER NOT NULL,
	-- microseconds since 1970 UTC
	created_at INTEGER NOT NULL
) STRICT;

-- One row for each API token that ever was.
CREATE TABLE account_token (
	-- the seq of its token.added
	id INTEGER PRIMARY KEY,
	-- the seq of the last event that changed it
	version INTEGER NOT NULL,
	-- what it is for, as its maker called it
	name TEXT NOT NULL,
	-- "ingest,read": names of scopes
	scopes TEXT NOT NULL,
	-- 1: no longer taken
	is_revoked INTEGER NOT NULL,
	-- microseconds since 1970 UTC
	created_at INTEGER NOT NULL
) STRICT;

-- Addresses that an account has signed in from: they have a sign-in allowance of their own, so
-- that failures elsewhere never lock the account's owner out.
CREATE TABLE account_peer (
	-- id of the account
	user INTEGER NOT NULL,
	-- the address; of an IPv6 address its first 64 bits
	peer TEXT NOT NULL,
	-- the seq of the last session.started from there
	seq INTEGER NOT NULL,
	PRIMARY KEY (user, peer)
) STRICT, WITHOUT ROWID;
