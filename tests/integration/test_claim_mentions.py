# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which mentions spread a claim: said, taken back, listed, as it was, and gone with the mention."""
from harness import eq
from test_incidents import V1, War, kinds


class Spread(War):
    """A room with five mentions and a claim."""

    def __enter__(self):
        super().__enter__()
        self.all = self.mentions(5, text="The gate smells of chlorine")
        self.rid = self.declare(mentions=self.all)["id"]
        self.claim = self.add(self.rid, "claims", {"text": "It is toxic"}).ok(201).json()
        self.at = "%s/incidents/%d/claims/%d/mentions" % (V1, self.rid, self.claim["id"])
        return self

    def says(self, ids, who=None):
        return (who or self.lead)("POST", self.at, {"ids": ids})

    def listed(self, query="", who=None):
        doc = (who or self.lead)("GET", "%s/mentions?incident=%d&claim=%d%s" % (
            V1, self.rid, self.claim["id"], query)).ok(200).json()
        return [m["id"] for m in doc["items"]]

    def spread(self, query=""):
        return self.room(self.rid, query=query)["claims"][0]["spread"]


def test_said_listed_and_taken_back():
    with Spread() as dw:
        a, b, c, d, _ = dw.all
        got = dw.says([a, b, b]).ok(200)
        eq((got.json()["id"], got.json()["spread"]), (dw.claim["id"], 2))
        eq(got.get("etag"), '"%d"' % dw.claim["version"])
        then = dw.room(dw.rid)["last_seq"]
        eq(dw.says([a]).ok(200).json()["spread"], 2)
        eq(dw.room(dw.rid)["last_seq"], then, "what is said twice is no event")
        dw.says([c, d], dw.drafter).ok(200)
        eq(dw.listed(), [d, c, b, a])
        eq(dw.listed("&limit=2&before=%d" % d), [c, b])
        eq(dw.listed("&q=chlorine"), [d, c, b, a])
        dw.lead("DELETE", "%s/%d" % (dw.at, b)).ok(204)
        dw.lead("DELETE", "%s/%d" % (dw.at, b)).ok(204)
        eq((dw.listed(), dw.spread()), ([d, c, a], 3))
        eq(dw.spread("?as_of=%d" % then), 2)
        dw.lead("POST", "%s/mentions/%d/triage" % (V1, d), {"state": "seen"}).ok(200, 201)
        eq((dw.listed("&triage=seen"), dw.listed("&triage=new&q=gate")), ([d], [c, a]))
        # The claim is judged under the version that it had: sorting mentions is not in the way.
        dw.patch("%d/claims/%d" % (dw.rid, dw.claim["id"]), dw.claim["version"],
                 {"verdict": "false"}).ok(200)
        items = dw.timeline(dw.rid, "?kind=claim")["items"]
        eq([i["type"] for i in items if "linked" in i["type"]],
           ["claim.linked", "claim.linked", "claim.unlinked"])
        eq(items[1]["data"], {"claim": dw.claim["id"], "mentions": [a, b]})


def test_gone_with_the_mention_and_the_same_after_a_restart():
    with Spread() as dw:
        a, b = dw.all[:2]
        dw.says([a, b]).ok(200)
        dw.lead("DELETE", "%s/incidents/%d/mentions/%d" % (V1, dw.rid, a)).ok(204)
        eq((dw.listed(), dw.spread()), ([b], 1))
        dw.stop()
        dw.cli("rebuild")
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        eq((dw.listed(), dw.spread()), ([b], 1))


def test_refusals():
    with Spread() as dw:
        other = dw.mentions(1, source="mail")
        dw.says([dw.all[0], other[0]]).problem(422, "/ids/1")
        dw.says([]).problem(400, "/ids")
        dw.lead("POST", dw.at, {}).problem(400, "/ids")
        eq((dw.listed(), dw.spread()), ([], 0), "nothing of what was refused is kept")
        for name in ("observer", "admin", "approver"):
            assert "may" in dw.says([dw.all[0]], dw.people[name]).problem(403).json()["detail"]
            dw.people[name]("DELETE", "%s/%d" % (dw.at, dw.all[0])).problem(403)
        dw.lead("POST", "%s/incidents/%d/claims/%d/mentions" % (V1, dw.rid, dw.rid),
                {"ids": [dw.all[0]]}).problem(404)
        dw.lead("DELETE", dw.at + "/x").ok(204, 404)
        dw.lead("GET", "%s/mentions?claim=%d" % (V1, dw.claim["id"])).problem(400, "/claim")
        dw.lead("GET", "%s/mentions?incident=%d&claim=7" % (V1, dw.rid)).problem(404, "/claim")
        # The owner may, who could not by role.
        dw.patch("%d/claims/%d" % (dw.rid, dw.claim["id"]), dw.claim["version"],
                 {"owner": dw.id("approver")}).ok(200)
        dw.says([dw.all[0]], dw.approver).ok(200)


def test_a_closed_room_tells_nobody():
    with Spread() as dw:
        dw.says(dw.all[:2]).ok(200)
        room = dw.room(dw.rid)
        dw.patch(str(dw.rid), room["version"], {"restricted": True, "reason": "r"}).ok(200)
        dw.observer("GET", "%s/mentions?incident=%d&claim=%d" % (V1, dw.rid, dw.claim["id"])).problem(404)
        dw.drafter("POST", dw.at, {"ids": dw.all[:1]}).problem(404)
        dw.drafter("DELETE", "%s/%d" % (dw.at, dw.all[0])).problem(404)
        assert "claim.linked" in kinds(dw.timeline(dw.rid))
