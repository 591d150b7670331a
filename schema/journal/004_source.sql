-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a feed said about itself when it was asked last, so that after a restart it is asked for
-- what is new only. Mutable and no part of the proof: losing a row costs one larger answer. A
-- rebuild of the views leaves them alone.
CREATE TABLE source_memo (
	-- id of the source: the seq of its source.added
	source INTEGER PRIMARY KEY,
	-- the address that said so; of another one it means nothing
	url TEXT NOT NULL,
	-- its ETag, as it came; NULL: it had none
	etag TEXT,
	-- its Last-Modified, as it came; NULL: it had none
	last_modified TEXT,
	-- when it last answered, microseconds since 1970 UTC; behind by ten minutes at most
	last_success_at INTEGER NOT NULL
) STRICT;
