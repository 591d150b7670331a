# SPDX-License-Identifier: AGPL-3.0-or-later
"""What became of mentions, as lists, searches and the mention by itself show it."""
from harness import eq, mention
from test_incidents import V1, War


def ids(dw, query, who=None):
    doc = (who or dw.drafter)("GET", V1 + "/mentions?" + query).ok(200).json()
    return [i["id"] for i in doc["items"]]


def triage(dw, id_, **body):
    return dw.drafter("POST", V1 + "/mentions/%d/triage" % id_, body).ok(201).json()


def test_states_filter():
    with War() as dw:
        a, b, c, d = dw.mentions(4)
        other = dw.feed("POST", V1 + "/mentions",
                        dict(mention("x"), source="else", text="leaks", lang="en")).ok(201).json()["last_seq"]
        triage(dw, a, state="seen")
        triage(dw, b, state="owned", owner=dw.id("drafter"))
        triage(dw, c, state="ignored")
        eq(ids(dw, "triage=new"), [other, d])
        eq(ids(dw, "triage=new,seen"), [other, d, a])
        eq(ids(dw, "triage=owned,ignored"), [c, b])
        eq(ids(dw, "triage=owned,ignored&limit=1"), [c])
        eq(ids(dw, "triage=owned,ignored&before=%d" % c), [b])
        eq(ids(dw, "triage=new&source=else"), [other])
        eq(ids(dw, "triage=answered"), [])
        dw.drafter("GET", V1 + "/mentions?triage=lost").problem(400, "/triage")
        dw.drafter("GET", V1 + "/mentions?triage=").problem(400, "/triage")
        eq(ids(dw, "q=leaks&triage=new"), [other])
        eq(ids(dw, "q=leaks&triage=seen"), [])
        # back to new is still looked at, and stays first assessed
        triage(dw, a, state="new")
        eq(ids(dw, "triage=new"), [other, d, a])
        before = {q: ids(dw, q) for q in ("triage=new", "triage=owned", "triage=ignored,seen")}
        dw.restart()
        dw.people["drafter"] = dw.sign_in("drafter")
        eq({q: ids(dw, q) for q in before}, before)


def test_incident_and_words():
    with War() as dw:
        texts = ["the tap water smells", "water is fine", "no power", "water again"]
        sent = [dict(mention("t%d" % i), text=t, lang="en") for i, t in enumerate(texts)]
        last = dw.feed("POST", V1 + "/mentions", sent).ok(201).json()["last_seq"]
        m = list(range(last - 3, last + 1))
        room = dw.declare(mentions=[m[0], m[2]])
        rid = room["id"]
        eq(ids(dw, "incident=%d" % rid), [m[2], m[0]])
        eq(ids(dw, "incident=%d&q=water" % rid), [m[0]])
        eq(ids(dw, "q=water"), [m[3], m[1], m[0]])
        triage(dw, m[0], state="seen")
        eq(ids(dw, "incident=%d&triage=new" % rid), [m[2]])
        eq(ids(dw, "incident=%d&triage=seen&q=smells" % rid), [m[0]])
        eq(ids(dw, "incident=%d&triage=new&q=smells" % rid), [])
        dw.add(rid, "mentions", {"ids": [m[3]]}).ok(201)
        eq(ids(dw, "incident=%d&q=water" % rid), [m[3], m[0]])
        eq(ids(dw, "incident=%d&q=water&limit=1" % rid), [m[3]])
        eq(ids(dw, "incident=%d&q=water&before=%d" % (rid, m[3])), [m[0]])


def test_what_stands_beside():
    with War() as dw:
        a, b = dw.mentions(2)
        me = dw.id("drafter")
        items = dw.observer("GET", V1 + "/mentions").ok(200).json()["items"]
        eq([(i["triage"], i["incidents"]) for i in items], [(None, [])] * 2)
        doc = dw.observer("GET", V1 + "/mentions/%d" % a).ok(200).json()
        eq((doc["triage"], doc["incidents"], doc["triage_history"], len(doc["history"])),
           (None, [], [], 1))
        first = triage(dw, a, state="owned", owner=me)
        triage(dw, a, state="answered", note="sent to the desk")
        last = triage(dw, a, state="closed", outcome="not_ours")
        doc = dw.observer("GET", V1 + "/mentions/%d" % a).ok(200).json()
        eq(doc["triage"], {"state": "closed", "owner": me, "at": last["at"], "note": None,
                           "outcome": "not_ours", "asks": False, "version": last["version"], "by": me,
                           "first_assessed_at": first["at"]})
        eq([(e["type"], e["data"]["state"], e["actor"]["name"]) for e in doc["triage_history"]],
           [("mention.triaged", s, "drafter") for s in ("owned", "answered", "closed")])
        items = dw.observer("GET", V1 + "/mentions?triage=closed").ok(200).json()["items"]
        eq(items[0]["triage"], {"state": "closed", "owner": me, "at": last["at"], "asks": False})
        asked = triage(dw, b, state="answered", asks=True, note="your number, please")
        items = dw.observer("GET", V1 + "/mentions").ok(200).json()["items"]
        eq(items[0]["triage"], {"state": "answered", "owner": None, "at": asked["at"], "asks": True})
        # it is not finished, and not solved by that
        eq(ids(dw, "triage=new,seen,owned,answered"), [b])
        dw.drafter("POST", V1 + "/mentions/%d/triage" % b,
                   {"state": "closed", "outcome": "solved"}).problem(422, "/outcome")
        triage(dw, b, state="answered", note="here is the date")
        eq(dw.observer("GET", V1 + "/mentions/%d" % b).ok(200).json()["triage"]["asks"], False)
        triage(dw, b, state="closed", outcome="solved")
        one = dw.declare(mentions=[a, b])
        two = dw.declare(mentions=[a])
        eq(dw.observer("GET", V1 + "/mentions/%d" % a).json()["incidents"], [two["id"], one["id"]])
        dw.lead("DELETE", V1 + "/incidents/%d/mentions/%d" % (two["id"], a)).ok(204)
        eq(dw.observer("GET", V1 + "/mentions/%d" % a).json()["incidents"], [one["id"]])


def test_a_closed_room_is_not_beside_it():
    with War() as dw:
        a = dw.mentions(1)[0]
        room = dw.declare(restricted=True, mentions=[a])
        eq(dw.lead("GET", V1 + "/mentions/%d" % a).json()["incidents"], [room["id"]])
        for who in (dw.drafter, dw.observer, dw.admin, dw.client(dw.token("r", "read"))):
            eq(who("GET", V1 + "/mentions/%d" % a).ok(200).json()["incidents"], [])
            for query in ("", "?q=%s" % "mention", "?triage=new"):
                doc = who("GET", V1 + "/mentions" + query).ok(200).json()
                eq([i["incidents"] for i in doc["items"]], [[]] * len(doc["items"]))
