-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Full text: which mentions hold a term. What is indexed are terms, not text (mention_terms.c):
-- the words of title, text and author, folded, and one term for the source, so that a search in one is
-- one more list to intersect.
--
-- The index finds candidates; each is read and looked at before it is shown. So it needs no
-- positions and no text, and is allowed to lag: mentions behind search_state.seq are not in it yet
-- and are looked at one by one.

-- Rows are mentions by id. Contentless: a row is taken out by giving its terms again.
CREATE VIRTUAL TABLE mention_search USING fts5(
	terms, content='', columnsize=0, detail=none, tokenize='diwan'
);

-- Sixteen segments of a size are merged at a time, not four: half the writing, for a few more
-- places to look at in a search. Above thirty-two it would be done at once, whoever waits.
INSERT INTO mention_search (mention_search, rank) VALUES ('automerge', 16);
INSERT INTO mention_search (mention_search, rank) VALUES ('crisismerge', 32);

-- How far the index is. One row.
CREATE TABLE search_state (
	-- always 1
	id INTEGER PRIMARY KEY CHECK (id = 1),
	-- the newest event that it holds
	seq INTEGER NOT NULL
) STRICT;

INSERT INTO search_state (id, seq) VALUES (1, 0);

-- Which mentions are in a language: a bit for each id, 4096 ids in a row. One that was set stays set when the
-- mention changes its language.
CREATE TABLE search_lang (
	lang TEXT NOT NULL,
	-- of ids from block * 4096 on
	block INTEGER NOT NULL,
	-- 512 bytes, the lowest bit of the first for the first id
	bits BLOB NOT NULL,
	PRIMARY KEY (lang, block)
) STRICT, WITHOUT ROWID;
