# SPDX-License-Identifier: AGPL-3.0-or-later
"""The read tables are a fold of the journal and nothing else: spoiled or dropped, they come back
the same."""
import os
import sqlite3

from harness import Diwan, eq, mention, wait_for


def listing(dw, reader):
    client, out, query = dw.client(reader), [], "?limit=500"
    while True:
        page = client("GET", "/api/v1/mentions" + query).ok(200).json()
        out += page["items"]
        if page["next"] is None:
            return out
        query = "?limit=500&before=%s" % page["next"]


def fill(dw):
    feed = dw.client(dw.token("feed", "ingest"))
    reader = dw.token("screen", "read")
    dw.user("mira")
    for start in range(0, 1200, 100):
        dw.post(feed, [mention(n, text="word%d لغة فارسی" % n) for n in range(start, start + 100)])
    dw.post(feed, [mention(n, text="changed %d" % n) for n in range(0, 100, 7)])
    return reader


def view_tables(db):
    """Tables that rebuild makes: those of the mentions' read side."""
    names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table' "
                                      "AND name NOT LIKE 'sqlite_%' AND sql LIKE '%STRICT%'")]
    return [n for n in names if n in ("mention", "v_mention", "view_mention")] or \
        [n for n in names if "mention" in n]


def test_spoiled_views_come_back():
    with Diwan() as dw:
        reader = fill(dw)
        before = listing(dw, reader)
        sources = dw.client(reader)("GET", "/api/v1/sources").ok(200).json()
        eq(len(before), 1200)
        eq(dw.stop(), 0)
        db = sqlite3.connect(os.path.join(dw.data, "diwan.db"))
        spoiled = view_tables(db)
        assert spoiled, "no read table of mentions"
        with db:
            for name in spoiled:
                db.execute("DELETE FROM %s" % name)
        db.close()
        dw.start()
        eq(listing(dw, reader), [], "the spoiled listing")
        eq(dw.stop(), 0)
        dw.cli("rebuild")
        dw.start()
        eq(listing(dw, reader), before, "the listing after a rebuild")
        eq(dw.client(reader)("GET", "/api/v1/sources").json(), sources)
        dw.sign_in("mira")  # passwords are not part of it, and were left alone
        dw.verify()


def test_rebuild_needs_the_folder_for_itself():
    with Diwan() as dw:
        fill(dw)
        got = dw.cli("rebuild", code=1)
        assert got.stderr, got
        wait_for(lambda: dw.request("GET", "/readyz").status == 200, "ready")
