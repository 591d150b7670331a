# SPDX-License-Identifier: AGPL-3.0-or-later
"""A part of an incident becomes one of its own, and both histories stay whole."""
from harness import eq, everything
from test_incidents import V1, War, kinds


def split(dw, rid, who=None, **body):
    doc = {"title": "The second plant", "severity": 3, "reason": "another cause"}
    doc.update(body)
    return dw.add(rid, "split", doc, who)


def test_both_are_whole():
    with War() as dw:
        ids = dw.mentions(4)
        old = dw.declare(mentions=ids[:3], drill=True)
        rid = old["id"]
        dw.add(rid, "notes", {"text": "before"}).ok(201)
        key = {"Idempotency-Key": "s"}
        body = {"title": "The second plant", "severity": 3, "reason": "another cause",
                "mentions": [ids[1], ids[0], ids[1]], "type": "safety"}
        got = dw.lead("POST", V1 + "/incidents/%d/split" % rid, body, key).ok(201)
        eq(dw.lead("POST", V1 + "/incidents/%d/split" % rid, body, key).ok(201).body, got.body)
        new = got.json()
        eq((new["title"], new["severity"], new["type"], new["status"], new["drill"],
            new["restricted"], new["split_from"], new["split_into"]),
           ("The second plant", 3, "safety", "declared", True, False, rid, []))
        eq(new["counts"]["mentions"], 2)
        eq(dw.room(new["id"])["split_from"], rid)
        eq(kinds(dw.timeline(new["id"])), ["incident.declared", "mention.linked"])
        eq(dw.timeline(new["id"])["items"][0]["data"]["from"], rid)
        again = dw.room(rid)
        eq((again["split_into"], again["split_from"], again["counts"]["mentions"]),
           ([new["id"]], None, 3))
        last = dw.timeline(rid)["items"][-1]
        eq((last["type"], last["seq"] - last["data"]["back"], last["data"]["mentions"],
            last["data"]["reason"]), ("incident.split", new["id"], ids[1::-1], "another cause"))
        eq(dw.room(rid, query="?as_of=%d" % (new["id"] - 1))["split_into"], [])
        # both go on
        dw.add(rid, "notes", {"text": "old"}).ok(201)
        dw.add(new["id"], "notes", {"text": "new"}).ok(201)
        state = dw.room(rid)["split_into"], dw.room(new["id"])["split_from"]
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq((dw.room(rid)["split_into"], dw.room(new["id"])["split_from"]), state)
        eq([i["id"] for i in dw.lead("GET", V1 + "/mentions?incident=%d" % new["id"])
            .json()["items"]], [ids[1], ids[0]])
        dw.verify()


def test_refusals():
    with War() as dw:
        ids = dw.mentions(3)
        rid = dw.declare(mentions=ids[:2])["id"]
        split(dw, rid).problem(400, "/mentions")
        split(dw, rid, mentions=[]).problem(400, "/mentions")
        split(dw, rid, mentions=[ids[0], ids[2]]).problem(422, "/mentions/1")
        split(dw, rid, mentions=ids[:1], reason=" ").problem(400, "/reason")
        split(dw, rid, mentions=ids[:1], severity=9).problem(400, "/severity")
        split(dw, rid, mentions=ids[:1], restricted=True).problem(400, "/restricted")
        split(dw, 10 ** 6, mentions=ids[:1]).problem(404)
        for who in (dw.drafter, dw.approver, dw.observer, dw.admin):
            split(dw, rid, who, mentions=ids[:1]).problem(403)
        # leading the room is not enough: it declares another
        dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "lead"}).ok(201)
        split(dw, rid, dw.drafter, mentions=ids[:1]).problem(403)
        into = dw.declare()
        dw.patch(str(rid), dw.room(rid)["version"],
                 {"merge_into": into["id"], "reason": "same"}).ok(200)
        split(dw, rid, mentions=ids[:1]).problem(422)


def test_of_a_closed_room():
    with War() as dw:
        ids = dw.mentions(2)
        rid = dw.declare(mentions=ids, restricted=True)["id"]
        dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "legal"}).ok(201)
        new = split(dw, rid, mentions=ids[:1]).ok(201).json()
        eq(new["restricted"], True)
        eq(sorted((p["user"], p["role"]) for p in new["participants"]),
           sorted([(dw.id("lead"), "member"), (dw.id("drafter"), "legal")]))
        eq(dw.room(new["id"], dw.drafter)["split_from"], rid)
        head = dw.head()
        for who in (dw.observer, dw.approver, dw.admin):
            who("GET", V1 + "/incidents/%d" % new["id"]).problem(404)
            who("GET", V1 + "/incidents/%d/timeline" % new["id"]).problem(404)
            eq(who("GET", V1 + "/incidents").ok(200).json()["items"], [])
            eq([e for e in everything(dw, who, head) if e.item.get("incident")], [])
