# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a yes weighs when it is asked for: who gave it and what is asked may have changed since."""
from harness import eq
from test_authority import soon
from test_statement_races import change, user
from test_statements import V1, Desk

LEGAL = [{"kind": "group", "group": "legal", "n": 1}]
ANYBODY = [{"kind": "group", "group": "", "n": 1}]


def rules(dw, *list_):
    tag = dw.admin("GET", V1 + "/policy").ok(200).get("etag")
    dw.admin("PATCH", V1 + "/policy", {"rules": list(list_)}, {"If-Match": tag}).ok(200)


def state(dw, id_):
    """Status and what is missing, the same wherever it is asked for."""
    now = dw.statement(id_)
    room = dw.room(now["incident"])["statements"]
    listed = dw.lead("GET", V1 + "/incidents/%d/statements" % now["incident"]).ok(200).json()["items"]
    for other in (room, listed):
        (one,) = [s for s in other if s["id"] == id_]
        eq((one["status"], one["missing"]), (now["status"], now["missing"]))
    return now["status"], now["missing"]


def refused(dw, id_, digest, missing):
    eq(state(dw, id_), ("submitted", missing))
    doc = dw.do(id_, "publish", {"digest": digest}, dw.lead).problem(422).json()
    assert "approvals are missing" in doc["detail"], doc
    eq(dw.statement(id_)["publications"], [])


def waits_for(dw, who):
    return [(a["id"], a["why"]) for a in who("GET", V1 + "/approvals").ok(200).json()["items"]]


def severity(dw, room, n):
    dw.patch(str(room), dw.room(room)["version"], {"severity": n, "reason": "more is known"}).ok(200)


def test_it_is_taken_along_and_brought_back():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_, groups={"legal": 1})["digest"]
        dw.rule(id_, d, "approve", dw.legal).ok(201)
        seq = dw.statement(id_)["verdicts"][0]["seq"]
        for taken, given in (({"roles": ["observer"]}, {"roles": ["approver"]}),
                             ({"groups": ["executive"]}, {"groups": ["legal"]}),
                             ({"groups": []}, {"groups": ["executive", "legal"]}),
                             ({"disabled": True}, {"disabled": False})):
            eq(state(dw, id_), ("approved", []))
            change(dw, "legal", **taken)
            refused(dw, id_, d, LEGAL if "groups" in taken else ANYBODY + LEGAL)
            # what was recorded is not another by that
            eq(dw.statement(id_, "?as_of=%d" % seq)["missing"], [])
            change(dw, "legal", **given)
        eq(state(dw, id_), ("approved", []))
        dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)


def test_another_says_yes_in_their_place():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_, groups={"legal": 1})["digest"]
        dw.rule(id_, d, "approve", dw.legal).ok(201)
        eq(waits_for(dw, dw.boss), [])
        change(dw, "legal", groups=[])
        change(dw, "boss", groups=["legal"])
        eq(waits_for(dw, dw.boss), [(id_, "needed")])
        got = dw.rule(id_, d, "approve", dw.boss).ok(201).json()
        eq((got["status"], got["missing"]), ("approved", []))
        dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)


def test_a_group_that_came_later_asks_for_another_yes():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_, groups={"legal": 1})["digest"]
        dw.rule(id_, d, "approve", dw.boss).ok(201)
        change(dw, "boss", groups=["executive", "legal"])
        refused(dw, id_, d, LEGAL)
        eq(waits_for(dw, dw.boss), [(id_, "needed")])
        dw.rule(id_, d, "approve", dw.boss).ok(201)
        eq((state(dw, id_), waits_for(dw, dw.boss)), (("approved", []), []))


def test_a_deputy_and_whom_they_stand_in_for():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_, groups={"executive": 1})["digest"]
        grant = dw.boss("POST", V1 + "/deputies", {"deputy": user(dw, "legal")["id"],
                                                   "until": soon(hours=2)}).ok(201).json()
        dw.rule(id_, d, "approve", dw.legal, on_behalf_of=user(dw, "boss")["id"]).ok(201)
        for name, taken, given in (("boss", {"groups": []}, {"groups": ["executive"]}),
                                   ("boss", {"roles": ["observer"]}, {"roles": ["approver"]}),
                                   ("legal", {"roles": ["observer"]}, {"roles": ["approver"]}),
                                   ("legal", {"disabled": True}, {"disabled": False})):
            change(dw, name, **taken)
            eq(dw.statement(id_)["missing"][-1]["group"], "executive")
            dw.do(id_, "publish", {"digest": d}, dw.lead).problem(422)
            change(dw, name, **given)
        # that the deputy's time is over takes back nothing
        dw.people["boss"] = dw.sign_in("boss")
        dw.boss("DELETE", V1 + "/deputies/%d" % grant["id"]).ok(204)
        eq(state(dw, id_), ("approved", []))
        dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)


def test_an_incident_that_becomes_graver():
    with Desk() as dw:
        rules(dw, {"severity": 1, "groups": {"legal": 1}})
        room = dw.declare(severity=3)["id"]
        late = dw.draft(room, text="One.")["id"]
        early = dw.draft(room, text="Two.")["id"]
        digests = {t: dw.submit(t)["digest"] for t in (late, early)}
        dw.rule(late, digests[late], "approve", dw.boss).ok(201)
        eq((state(dw, late), state(dw, early)), (("approved", []), ("submitted", ANYBODY)))
        severity(dw, room, 1)
        # one that was approved before, and one that is approved now
        refused(dw, late, digests[late], LEGAL)
        got = dw.rule(early, digests[early], "approve", dw.boss).ok(201).json()
        eq((got["status"], got["missing"]), ("submitted", LEGAL))
        refused(dw, early, digests[early], LEGAL)
        eq(sorted(i for i, _ in waits_for(dw, dw.legal)), [late, early])
        dw.rule(late, digests[late], "approve", dw.legal).ok(201)
        dw.do(late, "publish", {"digest": digests[late]}, dw.lead).ok(201)
        # milder again: what was submitted meanwhile stays what it was
        third = dw.draft(room, text="Three.")["id"]
        d = dw.submit(third)["digest"]
        severity(dw, room, 4)
        dw.rule(third, d, "approve", dw.boss).ok(201)
        refused(dw, third, d, LEGAL)
        eq(state(dw, early), ("approved", []))


def test_a_policy_that_comes_later():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room)["id"]
        d = dw.submit(id_)["digest"]
        dw.rule(id_, d, "approve", dw.boss).ok(201)
        rules(dw, {"channels": ["social"], "groups": {"legal": 1}})
        eq(state(dw, id_), ("approved", []))
        rules(dw, {"channels": ["press"], "groups": {"legal": 1}})
        refused(dw, id_, d, LEGAL)
        rules(dw)
        eq(state(dw, id_), ("approved", []))
        dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)
