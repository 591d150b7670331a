# SPDX-License-Identifier: AGPL-3.0-or-later
"""The waiting ledger: where the time of a statement has gone, now and as of any moment."""
from datetime import datetime

from harness import eq, wait_for
from test_statements import Desk, V1, insert, units

KINDS = ("drafting", "idle", "waiting", "publishing", "out")


def ledger(dw, id_, query="", who=None):
    return (who or dw.observer)("GET", V1 + "/statements/%d/ledger%s" % (id_, query)).ok(200).json()


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def check(doc):
    """Stretches follow each other, and their sums are the totals."""
    eq(sorted(doc["total"]), sorted(KINDS))
    for a, b in zip(doc["items"], doc["items"][1:]):
        eq(a["to"], b["from"], "no gap")
    for kind in KINDS:
        spent = sum(seconds(i["to"]) - seconds(i["from"]) for i in doc["items"]
                    if i["spent"] == kind)
        assert abs(spent - doc["total"][kind]) < 1.01, (kind, spent, doc["total"])
    return doc


def last(doc):
    return doc["items"][-1]["spent"]


def test_from_the_first_word_to_the_last():
    with Desk() as dw:
        room = dw.declare()["id"]
        text = "We know of a leak."
        id_ = dw.draft(room, text=text)["id"]
        other = dw.draft(room, title="Another")["id"]
        doc = wait_for(lambda: (lambda d: d if d["items"] else None)(ledger(dw, id_)), "some time")
        eq((last(check(doc)), doc["is_cut"], doc["people"], doc["statement"]), ("idle", False, [], id_))
        dw.type(id_, 0, "tab", insert(text, units(text), " Nobody is hurt.")).ok(200)
        sub = dw.submit(id_, groups={"legal": 1})
        submitted = dw.head()
        doc = check(ledger(dw, id_))
        eq((last(doc), doc["items"][-1]["version"]), ("waiting", sub["seq"]))
        eq(doc["items"][-1]["on"], [{"kind": "group", "group": "", "n": 1},
                                    {"kind": "group", "group": "legal", "n": 1}])
        # a question: it waits for whoever must answer, too, and they are named
        dw.rule(id_, sub["digest"], "ask", dw.boss, reason="how many litres?").ok(201)
        doc = check(ledger(dw, id_))
        eq([x["kind"] for x in doc["items"][-1]["on"]], ["group", "group", "asked"])
        boss = doc["items"][-1]["on"][-1]["user"]
        eq([(p["id"], p["name"]) for p in doc["people"]], [(boss, "boss")])
        dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
        asked = dw.head()
        dw.rule(id_, sub["digest"], "approve", dw.legal).ok(201)
        eq(last(check(ledger(dw, id_))), "publishing")
        approved = dw.head()
        dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).ok(201)
        doc = check(ledger(dw, id_))
        eq(last(doc), "out")
        shown = [i["spent"] for i in doc["items"]]
        eq(shown[shown.index("waiting"):], ["waiting"] * shown.count("waiting") +
           ["publishing", "out"])
        # as of any moment it is what it was by then: the last stretch ends there
        for seq, spent in ((submitted + 1, "waiting"), (asked, "waiting"), (approved, "waiting"),
                           (dw.head(), "publishing")):
            then = check(ledger(dw, id_, "?as_of=%d" % seq))
            eq(last(then), spent, "as of %d" % seq)
            n = len(then["items"])
            eq(then["items"][:n - 1], doc["items"][:n - 1], "as of %d" % seq)
        past = ledger(dw, id_, "?as_of=" + doc["items"][-1]["to"])
        eq(past["items"], doc["items"])
        eq(ledger(dw, id_, "?as_of=%d" % id_)["items"], [])
        path = V1 + "/statements/%d/ledger" % id_
        dw.observer("GET", path + "?as_of=%d" % (id_ - 1)).problem(404)
        dw.observer("GET", path + "?as_of=%d" % (dw.head() + 1)).problem(400, "/as_of")
        dw.observer("GET", path + "?at=1").problem(400)
        # the room's
        rows = dw.observer("GET", V1 + "/incidents/%d/ledger" % room).ok(200).json()["items"]
        eq([(r["statement"], r["title"], r["spent"]) for r in rows],
           [(other, "Another", "idle"), (id_, "We are looking into it", "out")])
        eq(sorted(rows[0]["total"]), sorted(KINDS))
        dw.observer("GET", V1 + "/incidents/999999/ledger").problem(404)
        # a start changes nothing
        dw.restart()
        dw.people["observer"] = dw.sign_in("observer")
        again = check(ledger(dw, id_))
        eq((again["items"][:-1], again["people"]), (doc["items"][:-1], doc["people"]))


def test_closed_to_whoever_does_not_see_the_room():
    with Desk() as dw:
        room = dw.declare(restricted=True)["id"]
        id_ = dw.draft(room, who=dw.lead)["id"]
        for path in ("/statements/%d/ledger" % id_, "/incidents/%d/ledger" % room):
            dw.lead("GET", V1 + path).ok(200)
            dw.observer("GET", V1 + path).problem(404)
            dw.observer("GET", V1 + path + ("?as_of=%d" % id_ if "statements" in path else "")) \
                .problem(404)
