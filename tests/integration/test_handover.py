# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hand-over of an incident: made from the record, for who takes over, now and as it was."""
from harness import eq
from test_incidents import V1, War

LONG_AGO = "2026-01-02T03:04:05Z"
FAR_OFF = "2096-01-02T03:04:05Z"
STATES = ("new", "seen", "owned", "answered", "closed", "ignored")


def handover(dw, rid, query="", who=None):
    return (who or dw.lead)("GET", V1 + "/incidents/%d/handover%s" % (rid, query))


def triage(dw, id_, **body):
    dw.drafter("POST", V1 + "/mentions/%d/triage" % id_, body).ok(201)


def office(dw, rid, name, role="lead", **more):
    return dw.add(rid, "participants", dict({"user": dw.id(name), "role": role}, **more)).ok(201).json()


def steady(doc):
    """Without what names the moment that was asked at."""
    doc["clocks"] = [(w["audience"], w["due_at"], w["overdue"]) for w in doc["clocks"]["words"]]
    return {k: v for k, v in doc.items() if k not in ("at", "upto")}


def test_a_room_without_a_past():
    with War() as dw:
        room = dw.declare(summary="A smell\nand a noise")
        doc = handover(dw, room["id"]).ok(200).json()
        eq((doc["incident"], doc["title"], doc["summary"]), (room["id"], "The plant leaks", "A smell\nand a noise"))
        eq((doc["severity"], doc["was_severity"], doc["status"], doc["was_status"]), (2, 2, "declared", "declared"))
        eq(doc["since"], {"seq": room["id"], "at": room["declared_at"]})
        eq(doc["handed_over"], None)
        eq(doc["vacant"], ["lead", "communications", "spokesperson", "legal", "executive", "scribe"])
        eq((doc["moves"], doc["offices"], doc["words"], doc["notes"], doc["people"]), ([], [], [], [], []))
        eq(doc["mentions"], dict({s: 0 for s in STATES}, open=0, oldest_new=None))


def test_what_the_new_lead_reads():
    with War() as dw:
        ids = dw.mentions(5)
        room = dw.declare(mentions=ids[:4])
        rid = room["id"]
        first = office(dw, rid, "lead")
        office(dw, rid, "drafter", "legal", deputy=True)
        moved = dw.patch(str(rid), room["version"], {"severity": 1, "reason": "worse"}).ok(200).json()
        dw.patch(str(rid), moved["version"], {"title": "It burns"}).ok(200)
        late = dw.add(rid, "tasks", {"title": "late", "due_at": LONG_AGO}).ok(201).json()
        later = dw.add(rid, "tasks", {"title": "later", "due_at": FAR_OFF}).ok(201).json()
        mine = dw.add(rid, "tasks", {"title": "of the lead", "owner": dw.id("lead")}).ok(201).json()
        done = dw.add(rid, "tasks", {"title": "done"}).ok(201).json()
        dw.patch("%d/tasks/%d" % (rid, done["id"]), done["version"], {"done": True}).ok(200)
        open_ = dw.add(rid, "claims", {"text": "nobody knows"}).ok(201).json()
        stale = dw.add(rid, "claims", {"text": "once true", "verdict": "true", "recheck_at": LONG_AGO}).ok(201).json()
        dw.add(rid, "claims", {"text": "settled", "verdict": "false"}).ok(201)
        choose = {"question": "Speak?", "options": ["yes", "no"], "choice": "no", "reasons": "too early"}
        old = dw.add(rid, "decisions", choose).ok(201).json()
        new = dw.add(rid, "decisions", dict(choose, choice="yes", supersedes=old["id"])).ok(201).json()
        said = [dw.add(rid, "words", {"audience": "public", "text": "word %d" % i}).ok(201).json()["id"] for i in range(6)]
        dw.add(rid, "cadences", {"audience": "public", "every_s": 3600}).ok(201)
        dw.add(rid, "cadences", {"audience": "internal", "every_s": 7200}).ok(201)
        notes = [dw.add(rid, "notes", {"text": "note %d" % i}).ok(201).json()["id"] for i in range(12)]
        fix = dw.add(rid, "corrections", {"target": notes[-1], "text": "it was not"}).ok(201).json()
        triage(dw, ids[0], state="seen")
        triage(dw, ids[1], state="answered")
        triage(dw, ids[4], state="seen")  # in no room
        before = handover(dw, rid).ok(200).json()
        eq(before["since"]["seq"], rid, "one lead alone: since the declaration")
        taken = office(dw, rid, "approver", replaces=first["id"])

        doc = handover(dw, rid, who=dw.approver).ok(200).json()
        eq(doc["since"]["seq"], first["id"], "since the lead before took over")
        eq({k: doc["handed_over"][k] for k in ("seq", "from", "to", "by")},
           {"seq": taken["id"], "from": dw.id("lead"), "to": dw.id("approver"), "by": dw.id("lead")})
        eq([(m["what"], m["from"], m["to"]) for m in doc["moves"]],
           [("title", "The plant leaks", "It burns"), ("severity", 2, 1)])
        eq((doc["severity"], doc["was_severity"]), (1, 2))
        eq([(o["role"], o["deputy"], o["user"], o["seq"] > rid) for o in doc["offices"]],
           [("lead", False, dw.id("approver"), True), ("legal", True, dw.id("drafter"), True)])
        eq(doc["vacant"], ["communications", "spokesperson", "legal", "executive", "scribe"])
        eq([(t["seq"], t["overdue"], t["former_lead"]) for t in doc["tasks"]["items"]],
           [(late["id"], True, False), (mine["id"], False, True), (later["id"], False, False)])
        eq((doc["tasks"]["open"], doc["tasks"]["overdue"]), (3, 1))
        claims = doc["claims"]
        eq([claims[v] for v in ("unknown", "true", "false", "mixed", "past_recheck", "open")], [1, 1, 1, 0, 1, 2])
        eq([(c["seq"], c["past_recheck"]) for c in claims["items"]], [(stale["id"], True), (open_["id"], False)])
        eq(doc["decisions"]["holding"], 1)
        eq([(d["seq"], d["choice"]) for d in doc["decisions"]["items"]], [(new["id"], "yes")])
        eq([w["seq"] for w in doc["words"]], said[:0:-1])
        eq((doc["words"][0]["text"], doc["words"][0]["audience"]), ("word 5", "public"))
        eq({w["audience"]: w["due_at"] is not None for w in doc["clocks"]["words"]},
           {w["audience"]: w["due_at"] is not None for w in dw.room(rid)["clocks"]["words"]})
        eq([n["seq"] for n in doc["notes"]], notes[:1:-1])
        eq((doc["notes"][0]["text"], doc["notes"][0]["corrected_by"], doc["notes"][1]["corrected_by"]),
           ("note 11", fix["id"], None))
        eq({s: doc["mentions"][s] for s in STATES + ("open",)},
           dict(new=2, seen=1, owned=0, answered=1, closed=0, ignored=0, open=4))
        eq(doc["mentions"]["oldest_new"]["mention"], ids[2])
        eq({p["id"] for p in doc["people"]}, {dw.id(n) for n in ("lead", "drafter", "approver")})
        eq([m["kind"] for m in doc["milestones"]], ["first_mention", "declared", "first_word"])

        # every number is an entry of the timeline
        seqs = {e["seq"] for e in dw.timeline(rid, "?limit=500")["items"]}
        for item in (doc["moves"] + doc["offices"] + doc["words"] + doc["notes"] + doc["tasks"]["items"]
                     + doc["claims"]["items"] + doc["decisions"]["items"] + [doc["handed_over"], doc["since"]]):
            assert item["seq"] in seqs, item

        # as asked, as it was, and the same after a start and from the folded past
        eq(handover(dw, rid, "?since=%d" % new["id"]).ok(200).json()["moves"], [])
        eq(len(handover(dw, rid, "?since=1").ok(200).json()["moves"]), 2)
        head = dw.head()
        now = steady(handover(dw, rid).ok(200).json())
        eq(steady(handover(dw, rid, "?as_of=%d" % head).ok(200).json()), now)
        then = handover(dw, rid, "?as_of=%d" % late["id"]).ok(200).json()
        eq((then["handed_over"]["to"], then["tasks"]["open"], then["notes"], then["mentions"]["new"]),
           (dw.id("lead"), 1, [], 4))
        eq(then["upto"], late["id"])
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(steady(handover(dw, rid).ok(200).json()), now)


def test_mentions_come_and_go():
    """The counts of the live room and those of the folded past are two ways to one number."""
    with War() as dw:
        ids = dw.mentions(6)
        triage(dw, ids[5], state="owned", owner=dw.id("drafter"))  # before it is linked
        room, other = dw.declare(mentions=ids[:4]), dw.declare(mentions=ids[:2])
        rid = room["id"]
        dw.add(rid, "mentions", {"ids": ids[5:]}).ok(201)
        triage(dw, ids[0], state="seen")
        triage(dw, ids[1], state="ignored")
        triage(dw, ids[1], state="new")
        dw.lead("DELETE", V1 + "/incidents/%d/mentions/%d" % (rid, ids[0])).ok(204)
        # what is there already, or not there, is not counted again
        dw.add(rid, "mentions", {"ids": ids[2:4]})
        dw.lead("DELETE", V1 + "/incidents/%d/mentions/%d" % (rid, ids[0]))
        dw.add(rid, "mentions", {"ids": ids[4:5]}).ok(201)
        dw.lead("DELETE", V1 + "/incidents/%d/mentions/%d" % (rid, ids[4])).ok(204)
        want = {rid: (3, 0, 1), other["id"]: (1, 1, 0)}
        for one, (new, seen, owned) in want.items():
            doc = handover(dw, one).ok(200).json()["mentions"]
            eq((doc["new"], doc["seen"], doc["owned"], doc["open"]), (new, seen, owned, new + seen + owned))
            eq(doc["oldest_new"]["mention"], ids[1])
            eq(handover(dw, one, "?as_of=%d" % dw.head()).ok(200).json()["mentions"], doc)


def test_refusals():
    with War() as dw:
        room = dw.declare()
        rid, head = room["id"], dw.head()
        handover(dw, rid, "?since=0").problem(400, "/since")
        handover(dw, rid, "?since=x").problem(400, "/since")
        handover(dw, rid, "?since=%d" % (head + 1)).problem(400, "/since")
        handover(dw, rid, "?as_of=%d" % (head + 1)).problem(400, "/as_of")
        handover(dw, rid, "?as_of=%d" % (rid - 1)).problem(404)
        dw.add(rid, "notes", {"text": "x"}).ok(201)
        handover(dw, rid, "?since=%d&as_of=%d" % (head + 1, head)).problem(400, "/since")
        handover(dw, rid, "?colour=red").problem(400)
        handover(dw, rid + 500).problem(404)
        dw.client(dw.token("in", "ingest"))("GET", V1 + "/incidents/%d/handover" % rid).problem(403)
        dw.client(dw.token("out", "read"))("GET", V1 + "/incidents/%d/handover" % rid).ok(200)
