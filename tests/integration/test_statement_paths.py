# SPDX-License-Identifier: AGPL-3.0-or-later
"""No path publishes what was not approved, whatever is done in whatever order."""
import random

from harness import background, eq, figure
from test_statements import PASSWORD, V1, Desk, digest, insert


def published(dw, id_):
    return [p["digest"] for p in dw.statement(id_)["publications"] if not p["is_withdrawal"]]


def approved(dw, **more):
    room = dw.declare()["id"]
    id_ = dw.draft(room, **more)["id"]
    sub = dw.submit(id_)
    dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
    return room, id_, sub["digest"]


def test_stale_and_edited():
    with Desk() as dw:
        room, id_, old = approved(dw, text="One.")
        # edited, and the old digest still named
        dw.type(id_, 0, "tab", [4, [0, " Two."]]).ok(200)
        dw.do(id_, "publish", {"digest": old}, dw.lead).problem(422)
        # submitted again: the old one is not what is submitted
        new = dw.submit(id_)["digest"]
        for d in (old, new, "0" * 64, "", old.upper()):
            assert dw.do(id_, "publish", {"digest": d}, dw.lead).status in (400, 409, 422), d
        # the digest of another statement, approved
        _, other, foreign = approved(dw, text="Else.")
        dw.do(id_, "publish", {"digest": foreign}, dw.lead).problem(409)
        # another language, channel or audience is another text
        dw.rule(id_, new, "approve", dw.boss).ok(201)
        now = dw.statement(id_)
        for change in ({"lang": "fa"}, {"channel": "social"}, {"audience": "staff"},
                       {"title": "Else"}):
            now = dw.drafter("PATCH", V1 + "/statements/%d" % id_, change,
                             {"If-Match": '"%d"' % now["version"]}).ok(200).json()
            dw.do(id_, "publish", {"digest": new}, dw.lead).problem(422)
        eq(published(dw, id_), [])
        eq(published(dw, other), [])


def test_who_approved_is_gone():
    with Desk() as dw:
        room, id_, d = approved(dw)
        users = dw.admin("GET", V1 + "/users").ok(200).json()["items"]
        boss = [u for u in users if u["name"] == "boss"][0]
        dw.admin("PATCH", V1 + "/users/%d" % boss["id"], {"disabled": True},
                 {"If-Match": '"%d"' % boss["version"]}).ok(200)
        dw.do(id_, "publish", {"digest": d}, dw.lead).problem(422)
        dw.rule(id_, d, "approve", dw.boss).problem(401)
        dw.rule(id_, d, "approve", dw.legal).ok(201)
        dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)


def test_a_yes_that_is_taken_back():
    with Desk() as dw:
        room, id_, d = approved(dw)
        for verdict in ("reject", "hold"):
            dw.rule(id_, d, verdict, dw.boss, reason="wait").ok(201)
            dw.do(id_, "publish", {"digest": d}, dw.lead).problem(422)
            dw.rule(id_, d, "approve", dw.boss).ok(201)
        # a policy that came later asks for more only of what is submitted later
        sub = dw.submit(id_, groups={"legal": 1})
        dw.do(id_, "publish", {"digest": d}, dw.lead).problem(422)
        dw.rule(id_, sub["digest"], "approve", dw.legal).ok(201)
        eq(published(dw, id_), [])


def test_an_asserted_claim_turns_before():
    with Desk() as dw:
        room = dw.declare()["id"]
        claim = dw.add(room, "claims", {"text": "c", "verdict": "true"}).ok(201).json()
        id_ = dw.draft(room, text="Nobody is hurt.")["id"]
        dw.do(id_, "links", {"revision": 0, "claim": claim["id"], "rests": "asserts",
                             "from": 0, "to": 15}).ok(201)
        d = dw.submit(id_)["digest"]
        dw.rule(id_, d, "approve", dw.boss).ok(201)
        dw.patch("%d/claims/%d" % (room, claim["id"]), claim["version"],
                 {"verdict": "false"}).ok(200)
        dw.do(id_, "publish", {"digest": d}, dw.lead).problem(422)
        eq(dw.statement(id_)["contradictions"], [])


def test_two_at_once_and_again():
    with Desk() as dw:
        room, id_, d = approved(dw)
        path = V1 + "/statements/%d/publish" % id_
        others = [dw.sign_in("lead") for _ in range(4)]
        runs = [background(lambda c=c: c("POST", path, {"digest": d}).status) for c in others]
        eq(sorted(r.result() for r in runs), [201, 409, 409, 409])
        eq(published(dw, id_), [d])
        # an edit and a publication at once: out is what was approved, or nothing
        for k in range(figure(5, 40)):
            room, id_, d = approved(dw, text="Text %d." % k)
            path = V1 + "/statements/%d/publish" % id_
            out = background(lambda: others[0]("POST", path, {"digest": d}).status)
            dw.type(id_, 0, "tab", [[0, "x"], len("Text %d." % k)]).ok(200)
            assert out.result() in (201, 422)
            for got in published(dw, id_):
                eq(got, digest("en", "press", "public", "Text %d." % k))
        # the same request again publishes once
        room, id_, d = approved(dw)
        path = V1 + "/statements/%d/publish" % id_
        key = {"Idempotency-Key": "once"}
        first = dw.lead("POST", path, {"digest": d}, key).ok(201)
        eq(dw.lead("POST", path, {"digest": d}, key).ok(201).body, first.body)
        eq(published(dw, id_), [d])


def test_orders_of_acts():
    """Acts at random: whatever is out was approved by somebody else, for exactly these bytes."""
    rng = random.Random(5)
    with Desk() as dw:
        room = dw.declare()["id"]
        for _ in range(figure(6, 60)):
            text = "We know."
            id_ = dw.draft(room, text=text)["id"]
            seen, yes = [digest("en", "press", "public", text)], set()
            for _ in range(30):
                act = rng.choice(["type", "submit", "approve", "reject", "publish",
                                  "withdraw", "freeze", "thaw"])
                d = rng.choice(seen)
                if act == "type":
                    now = dw.statement(id_)
                    got = dw.type(id_, now["revision"], "tab",
                                  insert(now["text"], 0, rng.choice(["a", " ", "7"])))
                    if got.status == 200:
                        seen.append(digest("en", "press", "public",
                                           dw.statement(id_)["text"]))
                elif act == "submit":
                    dw.do(id_, "submit", {"revision": dw.statement(id_)["revision"]})
                elif act in ("approve", "reject"):
                    got = dw.rule(id_, d, act, rng.choice([dw.boss, dw.legal]), reason="r")
                    if got.status == 201 and act == "approve":
                        yes.add(d)
                elif act == "publish":
                    was = dw.statement(id_)
                    got = dw.do(id_, "publish", {"digest": d, "reason": "r"}, dw.lead)
                    if got.status == 201:
                        sub = was["submitted"]
                        eq((sub["digest"], sub["is_edited"], was["missing"]), (d, False, []))
                        stand = {}
                        for v in was["verdicts"]:
                            stand[v["by"]["name"]] = v["verdict"]
                        assert "approve" in stand.values() and "reject" not in stand.values()
                        assert any(x in yes for x in seen)
                        eq(digest("en", "press", "public", sub["text"]), d)
                        eq(dw.lead("GET", V1 + "/outgoing").json()["frozen"], None)
                elif act == "withdraw":
                    dw.do(id_, "withdraw", {"reason": "r"}, dw.lead)
                elif act == "freeze":
                    dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "r"})
                else:
                    dw.lead("DELETE", V1 + "/outgoing/freeze")
        dw.verify()
        assert PASSWORD not in dw.log()
