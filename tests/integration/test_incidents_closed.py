# SPDX-License-Identifier: AGPL-3.0-or-later
"""Restricted rooms: whoever is not in one learns nothing of it, on no path and at no moment."""
import json
import re

from harness import eq, everything
from test_incidents import V1, War


def closed(dw):
    room = dw.declare(title="Closed", restricted=True)
    dw.add(room["id"], "notes", {"text": "a secret"}).ok(201)
    return room


def statement_paths(id_):
    base = V1 + "/statements/%d" % id_
    rest = {"revision": 0, "claim": 1, "rests": "asserts", "from": 0, "to": 1}
    return [("GET", base, None), ("GET", base + "?as_of=%d" % id_, None),
            ("GET", base + "/changes?since=0", None), ("GET", base + "/checks", None),
            ("GET", base + "/versions/" + "0" * 64, None), ("GET", base + "/ledger", None),
            ("PATCH", base, {"title": "x"}),
            ("POST", base + "/changes", {"revision": 0, "updates": [
                {"client": "x", "changes": [8, [0, "x"]]}]}),
            ("POST", base + "/links", rest), ("DELETE", base + "/links/1", None),
            ("POST", base + "/submit", {"revision": 0}),
            ("POST", base + "/publish", {"digest": "0" * 64}),
            ("POST", base + "/withdraw", {"reason": "x"}),
            ("POST", base + "/corrections", {"text": "x", "reason": "x"})]


def paths(room):
    base = V1 + "/incidents/%d" % room["id"]
    return [("GET", base + "/statements", None), ("GET", base + "/ledger", None),
            ("POST", base + "/statements", {"title": "x", "lang": "en", "channel": "press",
                                            "audience": "public"}),
            ("GET", base, None), ("GET", base + "?as_of=%d" % room["id"], None),
            ("GET", base + "/handover", None),
            ("GET", base + "/handover?as_of=%d" % room["id"], None),
            ("GET", base + "/templates?lang=en", None),
            ("GET", base + "/timeline", None),
            ("GET", base + "/timeline?as_of=%d" % room["id"], None),
            ("GET", V1 + "/mentions?incident=%d" % room["id"], None),
            ("GET", V1 + "/mentions?incident=%d&q=one" % room["id"], None),
            ("GET", V1 + "/mentions?incident=%d&triage=new" % room["id"], None),
            ("GET", V1 + "/mentions?incident=%d&claim=1" % room["id"], None),
            ("POST", base + "/claims/1/mentions", {"ids": [1]}),
            ("DELETE", base + "/claims/1/mentions/1", None),
            ("PATCH", base, {"title": "x"}), ("POST", base + "/notes", {"text": "x"}),
            ("POST", base + "/mentions", {"ids": [1]}), ("POST", base + "/claims", {"text": "x"}),
            ("POST", base + "/tasks", {"title": "x"}),
            ("POST", base + "/corrections", {"target": room["id"], "text": "x"}),
            ("POST", base + "/participants", {"user": 1, "role": "member"}),
            ("POST", base + "/milestones", {"target": room["id"], "label": "x"}),
            ("POST", base + "/playbooks", {"slug": "service-outage", "lang": "fa"}),
            ("POST", base + "/split", {"title": "x", "severity": 1, "reason": "x",
                                       "mentions": [1]}),
            ("POST", base + "/words", {"audience": "public", "text": "x"}),
            ("POST", base + "/cadences", {"audience": "public", "every_s": 60}),
            ("POST", base + "/files?name=x", {"any": "bytes"}), ("GET", base + "/files/1", None),
            ("DELETE", base + "/participants/1", None),
            ("DELETE", base + "/mentions/1", None)]


def test_nobody_else_sees_it():
    with War() as dw:
        dw.user("second", "lead")
        dw.people["second"] = second = dw.sign_in("second")
        room = closed(dw)
        eq([p["user"] for p in dw.room(room["id"])["participants"]], [dw.id("lead")])
        star = {"If-Match": "*"}
        for method, path, body in paths(room):
            got = second(method, path, body, star if method == "PATCH" else None).problem(404)
            free = second(method, re.sub(r"(incidents/|incident=)%d" % room["id"],
                                          r"\g<1>%d" % (room["id"] + 500), path),
                          body, star if method == "PATCH" else None).problem(404)
            eq(got.body, free.body, "%s %s" % (method, path))
        st = dw.add(room["id"], "statements", {
            "title": "secret", "lang": "en", "channel": "press", "audience": "public",
            "text": "a secret"}).ok(201).json()["id"]
        for method, path, body in statement_paths(st):
            head = star if method == "PATCH" else None
            got = second(method, path, body, head).problem(404)
            free = second(method, path.replace(str(st), str(st + 500), 1), body,
                          head).problem(404)
            eq(got.body, free.body, "%s %s" % (method, path))
        verdict = {"digest": "0" * 64, "verdict": "approve", "password": "correct horse battery"}
        at = V1 + "/statements/%d/verdicts"
        eq(dw.approver("POST", at % st, verdict).problem(404).body,
           dw.approver("POST", at % (st + 500), verdict).problem(404).body)
        eq(dw.approver("GET", V1 + "/approvals").ok(200).json()["items"], [])
        dw.lead("POST", V1 + "/statements/%d/changes" % st, {"revision": 0, "updates": [
            {"client": "x", "changes": [8, [0, "!"]]}]}).ok(200)
        for who in (second, dw.drafter, dw.admin, dw.observer,
                    dw.client(dw.token("r", "read"))):
            eq(who("GET", V1 + "/incidents").ok(200).json()["items"], [])
        head = dw.head()
        for who in (second, dw.drafter, dw.observer, dw.token("r2", "read")):
            for e in everything(dw, who, head):
                assert "secret" not in json.dumps(e.item) and e.item.get("incident") is None, e
        for e in everything(dw, dw.admin, head):
            assert e.item.get("incident") is None, e
        mine = [e.type for e in everything(dw, dw.lead, head) if e.item.get("incident")]
        eq(mine, ["incident.declared", "participant.added", "note.added",
                  "statement.drafted", "draft.changed"])
        # open rooms are seen beside it
        other = dw.declare(title="Open")
        eq([i["id"] for i in second("GET", V1 + "/incidents").json()["items"]], [other["id"]])
        eq([e.type for e in everything(dw, second) if e.item.get("incident")],
           ["incident.declared"])
        dw.restart()
        dw.people["second"] = second = dw.sign_in("second")
        second("GET", V1 + "/incidents/%d" % room["id"]).problem(404)
        eq([e.item["incident"] for e in everything(dw, second) if e.item.get("incident")],
           [other["id"]])


def test_rights_gained_and_lost_while_watching():
    with War() as dw:
        room = closed(dw)
        rid, me = room["id"], dw.id("drafter")
        with dw.stream(dw.drafter) as s, dw.stream(dw.drafter, "?incident=%d" % rid) as narrow:
            dw.add(rid, "notes", {"text": "before"}).ok(201)
            joined = dw.add(rid, "participants", {"user": me, "role": "member"}).ok(201).json()
            dw.add(rid, "notes", {"text": "within"}).ok(201)
            for one in (s, narrow):
                one.until(lambda x: x.of("note.added"), "the note")
                eq(one.other, [("resync", '{"incident":%d}' % rid)])
                eq([(e.type, e.item["data"].get("text")) for e in one.events],
                   [("participant.added", None), ("note.added", "within")])
            eq(dw.room(rid, dw.drafter)["id"], rid)
            dw.lead("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, joined["id"])).ok(204)
            dw.add(rid, "notes", {"text": "after"}).ok(201)
            open_room = dw.declare(title="Open")
            s.until_id(open_room["id"])
            eq(len(s.of("note.added")), 1)
            eq(s.of("participant.left"), [])
        dw.drafter("GET", V1 + "/incidents/%d" % rid).problem(404)
        # what was seen once is not sent again to one who comes back from before
        eq([e for e in everything(dw, dw.drafter) if e.item.get("incident") == rid], [])


def test_closing_and_opening():
    with War() as dw:
        room = dw.declare()
        rid = room["id"]
        dw.add(rid, "tasks", {"title": "t", "owner": dw.id("drafter")}).ok(201)
        with dw.stream(dw.observer) as s:
            room = dw.patch(str(rid), room["version"], {"restricted": True}).ok(200).json()
            eq((room["restricted"], [p["user"] for p in room["participants"]]),
               (True, [dw.id("lead")]))
            dw.add(rid, "notes", {"text": "within"}).ok(201)
            dw.observer("GET", V1 + "/incidents/%d" % rid).problem(404)
            # only insiders can be given something
            dw.add(rid, "tasks", {"title": "t", "owner": dw.id("drafter")}).problem(422, "/owner")
            alone = room["participants"][0]["id"]
            dw.lead("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, alone)).problem(422)
            room = dw.patch(str(rid), room["version"], {"restricted": False}).ok(200).json()
            s.until_id(room["version"])
            eq([e.type for e in s.events if e.item.get("incident")], ["incident.access_changed"])
            assert ("resync", '{"incident":%d}' % rid) in s.other, s.other
        assert len(dw.timeline(rid, who=dw.observer)["items"]) > 4


def test_reading_is_on_record():
    with War() as dw:
        room = closed(dw)
        for _ in range(3):
            dw.room(room["id"])
            dw.timeline(room["id"])
        open_room = dw.declare(title="Open")
        dw.room(open_room["id"])
        reads = [e for e in everything(dw, dw.admin) if e.type == "room.read"]
        got = [(e.item["actor"]["name"], e.item["data"]) for e in reads]
        one = ("lead", {"incident": room["id"]})
        assert got in ([one], [one, one]), got  # one for each hour of the clock
        eq([i["type"] for i in dw.timeline(room["id"])["items"] if i["type"] == "room.read"], [])
        eq([e for e in everything(dw, dw.lead) if e.type == "room.read"], [])
