# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verdicts signed on a device, given by a deputy, after the deadline, and carried over."""
from harness import eq, wait_for
from signing import Device
from test_authority import soon
from test_statements import V1, Desk


def ready(dw, room=None, text="We know of 3 leaks.", **more):
    room = room or dw.declare()["id"]
    id_ = dw.draft(room, text=text)["id"]
    return id_, dw.submit(id_, **more)["digest"]


def enrol(dw, who, by):
    device = Device()
    key = who("POST", V1 + "/keys", {"public": device.text(), "name": "phone"}).ok(201).json()["id"]
    by("POST", V1 + "/keys/%d/confirm" % key, {}).ok(200)
    return device, key


def nonce(who, id_):
    return who("POST", V1 + "/statements/%d/nonce" % id_, {}).ok(201).json()


def give(who, id_, digest, signature, verdict="approve", **more):
    return who("POST", V1 + "/statements/%d/verdicts" % id_,
               dict({"digest": digest, "verdict": verdict, "signature": signature}, **more))


def test_signed_on_the_device():
    with Desk() as dw:
        id_, digest = ready(dw)
        phone, key = enrol(dw, dw.boss, dw.legal)
        good = phone.verdict(key, nonce(dw.boss, id_), digest)
        doc = give(dw.boss, id_, digest, good).ok(201).json()
        eq((doc["status"], doc["missing"]), ("approved", []))
        eq([v["proof"] for v in dw.statement(id_)["verdicts"]], ["signature"])
        give(dw.boss, id_, digest, good).problem(403, "/signature")
        # the record keeps what it takes to check it again
        room = dw.statement(id_)["incident"]
        kept = [i for i in dw.timeline(room)["items"] if i["type"] == "verdict.given"][0]["data"]["signature"]
        eq(kept, good)
        dw.do(id_, "publish", {"digest": digest}, dw.lead).ok(201)


def test_forged_and_replayed():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_, digest = ready(dw, room)
        other, foreign = ready(dw, room, text="Else.")
        phone, key = enrol(dw, dw.boss, dw.legal)
        thief, stolen = enrol(dw, dw.legal, dw.boss)
        sign = lambda **changed: phone.verdict(key, nonce(dw.boss, id_), digest, **changed)
        refuse = lambda sig, who=dw.boss, d=digest, **more: give(who, id_, d, sig, **more).problem(403, "/signature")
        for changed in ({"statement": other}, {"incident": room + 1}, {"digest": foreign}, {"verdict": "reject"},
                        {"reason": "x"}, {"drill": True}, {"origin": "diwan/else"}, {"expires": soon(days=2)}):
            refuse(dict(phone.verdict(key, nonce(dw.boss, id_), changed.get("digest", digest),
                                      **{k: v for k, v in changed.items() if k != "digest"})))
        refuse(thief.verdict(key, nonce(dw.boss, id_), digest))
        refuse(thief.verdict(stolen, nonce(dw.boss, id_), digest))
        refuse(phone.verdict(key, nonce(dw.legal, id_), digest))
        refuse(phone.verdict(key, nonce(dw.boss, other), digest))
        refuse(sign(), who=dw.legal)
        refuse(sign(), reason="another", verdict="reject")
        for broken in ({"sig": "AAAA"}, {"nonce": "AAAA"}, {"key": 99999}):
            refuse(dict(sign(), **broken))
        for broken in ({"key": "x"}, {"sig": 5}, {"more": 1}):
            give(dw.boss, id_, digest, dict(sign(), **broken)).problem(400, "/signature")
        dw.boss("DELETE", V1 + "/keys/%d" % key).ok(204)
        refuse(sign())
        eq(dw.statement(id_)["verdicts"], [])
        dw.do(id_, "publish", {"digest": digest}, dw.lead).problem(422)


def test_a_drill_signs_under_another_name():
    with Desk() as dw:
        id_, digest = ready(dw, dw.declare(drill=True)["id"])
        phone, key = enrol(dw, dw.boss, dw.legal)
        eq(nonce(dw.boss, id_)["drill"], True)
        give(dw.boss, id_, digest, phone.verdict(key, nonce(dw.boss, id_), digest, drill=False)).problem(403)
        eq(give(dw.boss, id_, digest, phone.verdict(key, nonce(dw.boss, id_), digest)).ok(201).json()["status"],
           "approved")
        dw.do(id_, "publish", {"digest": digest}, dw.lead).problem(422)


def test_a_deputy_gives_it_and_both_names_are_kept():
    with Desk() as dw:
        id_, digest = ready(dw, groups={"legal": 1})
        legal = dw.legal.user["id"]
        stand_in = lambda: dw.rule(id_, digest, "approve", dw.boss, on_behalf_of=legal)
        stand_in().problem(403)
        dep = dw.legal("POST", V1 + "/deputies", {"deputy": dw.boss.user["id"], "until": soon(days=1)}).ok(201).json()
        eq(stand_in().ok(201).json()["missing"], [])
        verdict = dw.statement(id_)["verdicts"][0]
        eq((verdict["by"]["name"], verdict["on_behalf_of"]["name"]), ("boss", "legal"))
        dw.legal("DELETE", V1 + "/deputies/%d" % dep["id"]).ok(204)
        id_, digest = ready(dw, text="Another.", groups={"legal": 1})
        stand_in().problem(403)
        # nobody hands on what they were given
        dw.boss("POST", V1 + "/deputies", {"deputy": dw.drafter.user["id"], "until": soon(days=1)}).ok(201)
        dw.rule(id_, digest, "approve", dw.drafter, on_behalf_of=legal).problem(403)


def test_after_the_deadline():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"], text="We know.")["id"]
        late = lambda: dw.rule(id_, digest, "approve", dw.boss)
        digest = dw.do(id_, "submit", {"revision": 0, "policy": {"deadline": soon(seconds=6)}}).ok(201).json()["digest"]
        wait_for(lambda: {"kind": "expired"} in [{"kind": m["kind"]} for m in dw.statement(id_)["missing"]], "its end")
        late().problem(422)
        dw.do(id_, "publish", {"digest": digest}, dw.lead).problem(422)
        dw.do(id_, "submit", {"revision": 0}).ok(201)
        late().ok(201)
        dw.do(id_, "publish", {"digest": digest}, dw.lead).ok(201)


def test_white_space_carries_verdicts_and_nothing_else_does():
    with Desk() as dw:
        id_, old = ready(dw, text="We know of 3 leaks.")
        dw.rule(id_, old, "approve", dw.boss).ok(201)
        dw.type(id_, 0, "tab", [19, [0, "", ""]]).ok(200)
        doc = dw.do(id_, "submit", {"revision": 1}).ok(201).json()
        eq((doc["missing"], doc["status"]), ([], "approved"))
        assert doc["digest"] != old
        now = dw.statement(id_)
        eq([(v["verdict"], v["is_carried"], v["digest"]) for v in now["verdicts"]], [("approve", True, doc["digest"])])
        carried = [i for i in dw.timeline(now["incident"])["items"] if i["type"] == "verdict.carried"][0]["data"]
        eq((carried["from_digest"], carried["digest"]), (old, doc["digest"]))
        dw.type(id_, 1, "tab", [11, [1, "4"], 8]).ok(200)
        doc = dw.do(id_, "submit", {"revision": 2}).ok(201).json()
        eq(doc["status"], "submitted")
        dw.do(id_, "publish", {"digest": doc["digest"]}, dw.lead).problem(422)
