-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Where in the journal it is said who may let statements go: few events, folded at each start.
CREATE TABLE authority_event (seq INTEGER PRIMARY KEY) STRICT;
