-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Answers given to requests that carried an Idempotency-Key, kept 7 days so that the same request
-- sent again is answered the same and acts once. Mutable and no part of the proof; written in the
-- transaction of the events that they answer for. A rebuild of the views leaves them alone.
CREATE TABLE answer (
	-- BLAKE2b-256 of who asked and the key: the key means nothing outside of its caller
	id BLOB PRIMARY KEY CHECK (length(id) = 32),
	-- BLAKE2b-256 of method, path and body: the same key with another request is refused
	digest BLOB NOT NULL CHECK (length(digest) = 32),
	-- HTTP status of the answer
	status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
	-- the answer's JSON; NULL when it held a secret, which is shown once and never kept
	body BLOB,
	-- when it was given, microseconds since 1970 UTC
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX answer_created ON answer (created_at);
