-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where in the journal it is said what leaves, where to, and what has left: folded in order at each
-- start, which comes to what is still on its way.
CREATE TABLE outbox_event (seq INTEGER PRIMARY KEY) STRICT;
