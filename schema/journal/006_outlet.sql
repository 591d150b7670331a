-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where exactly an outlet leads, and the secret that its posts are signed with. The events say neither: an
-- address is often all that is needed to post there, and mail addresses are people's. Written in the
-- transaction of the event, dropped in that of outlet.removed; a rebuild of the views leaves it alone.
CREATE TABLE outlet_address (
	-- id of the outlet: the seq of its outlet.added
	outlet INTEGER PRIMARY KEY,
	-- a webhook's URL; mail addresses, each on a line
	address TEXT NOT NULL,
	-- of a webhook; NULL: it has none
	secret TEXT
) STRICT;
