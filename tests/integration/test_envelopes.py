# SPDX-License-Identifier: AGPL-3.0-or-later
"""Authority signed in calm time: what an envelope lets out, and everything that it does not."""
import threading

from harness import eq
from signing import Device
from test_authority import soon
from test_incidents import V1, War

PASSWORD = "correct horse battery"
TEMPLATE = "We know about {what}.\n{known}\nMore by {next_update}. Reach us on {contact}.\n"


class Calm(War):
    """Two approvers and, in each incident, the drafter as its communications lead."""

    def __enter__(self):
        super().__enter__()
        self.user("second", "approver")
        self.people["second"] = self.sign_in("second")
        return self

    def envelope(self, sign=True, **more):
        body = {"title": "Holding", "office": "communications", "lang": "en", "text": TEMPLATE,
                "channels": ["press"], "severity": 2, "times": 2, "until": soon(days=30)}
        body.update(more)
        doc = self.lead("POST", V1 + "/envelopes", body).ok(201).json()
        return self.sign(doc, self.approver).ok(201).json() if sign else doc

    def sign(self, doc, who, digest=None):
        return who("POST", V1 + "/envelopes/%d/sign" % doc["id"],
                   {"digest": digest or doc["digest"], "password": PASSWORD})

    def crisis(self, **more):
        rid = self.declare(**more)["id"]
        self.add(rid, "participants", {"user": self.id("drafter"), "role": "communications"}).ok(201)
        self.add(rid, "claims", {"text": "Nobody was hurt", "verdict": "true"}).ok(201)
        self.add(rid, "words", {"audience": "public", "text": "we look",
                                "next_at": "2096-11-29T17:05:00Z"}).ok(201)
        return rid

    def holding(self, rid, envelope, contact="112", edit=None):
        """Drafted from the envelope, its free slot written, submitted: (id, digest)."""
        doc = self.drafter("POST", V1 + "/incidents/%d/statements" % rid,
                           {"lang": "en", "envelope": envelope["id"], "audience": "public"}).ok(201).json()
        text, at = doc["text"], doc["text"].index("{contact}")
        new = text.replace("{contact}", contact)
        if edit:
            new = edit(new)
        changes = [[len(text), *new.split("\n")]] if edit else \
            [at, [len("{contact}"), contact], len(text) - at - len("{contact}")]
        revision = self.drafter("POST", V1 + "/statements/%d/changes" % doc["id"],
                                {"revision": 0, "updates": [{"client": "t", "changes": changes}]}).ok(200).json()
        got = self.drafter("POST", V1 + "/statements/%d/submit" % doc["id"],
                           {"revision": revision["revision"]}).ok(201, 200).json()
        return doc["id"], got["digest"]

    def publish(self, sid, digest, envelope, who=None):
        return (who or self.drafter)("POST", V1 + "/statements/%d/publish" % sid,
                                     {"digest": digest, "envelope": envelope["id"]})


def listed(dw, doc):
    items = dw.observer("GET", V1 + "/envelopes").ok(200).json()["items"]
    return [e for e in items if e["id"] == doc["id"]][0]


def test_the_communications_lead_speaks_alone_inside_of_it():
    with Calm() as dw:
        env = dw.envelope()
        eq((env["state"], env["missing"], [s["by"]["name"] for s in env["signed_by"]]), ("in_force", [], ["approver"]))
        rid = dw.crisis()
        sid, digest = dw.holding(rid, env)
        out = dw.publish(sid, digest, env).ok(201).json()
        doc = dw.observer("GET", V1 + "/statements/%d" % sid).ok(200).json()
        eq((doc["status"], doc["publications"][0]["seq"]), ("published", out["seq"]))
        eq(listed(dw, env)["used"], [sid])
        items = dw.timeline(rid, "?kind=statement")["items"]
        eq(items[-1]["data"]["envelope"], env["id"])
        sid, digest = dw.holding(rid, env)
        dw.publish(sid, digest, env).ok(201)
        eq(listed(dw, env)["state"], "used_up")
        sid, digest = dw.holding(rid, env)
        dw.publish(sid, digest, env).problem(422, "/envelope")
        dw.stop()
        dw.cli("rebuild")
        dw.start()
        dw.people = {name: dw.sign_in(name) for name in dw.people}
        eq(listed(dw, env)["state"], "used_up")
        dw.publish(sid, digest, env).problem(422, "/envelope")


def test_what_lies_outside():
    with Calm() as dw:
        env = dw.envelope(times=50)
        rid = dw.crisis()
        refused = lambda r, sid, digest, e=env: dw.publish(sid, digest, e).problem(422, "/envelope")
        for edit in (lambda t: t.replace("know", "knew"), lambda t: t + "And more.\n",
                     lambda t: t.replace("Nobody was hurt", "Nobody was hurt, we think"),
                     lambda t: t.replace("112", "112\nor 113"), lambda t: t.replace("112", "x" * 101)):
            refused(rid, *dw.holding(rid, env, edit=edit))
        grave = dw.crisis(severity=1)
        refused(grave, *dw.holding(grave, env))
        drill = dw.crisis(drill=True)
        assert "drill" in dw.publish(*dw.holding(drill, env), env).problem(422).json()["detail"]
        sid, digest = dw.holding(rid, env)
        for who, status in ((dw.observer, 403), (dw.approver, 403), (dw.admin, 403)):
            dw.publish(sid, digest, env, who).problem(status)
        dw.publish(sid, digest, env, dw.lead).problem(403, "/envelope")
        dw.publish(sid, "0" * 64, env).problem(409)
        dw.publish(sid, digest, {"id": 99999}).problem(403)
        dw.drafter("POST", V1 + "/statements/%d/publish" % sid, {"digest": digest}).problem(403)
        other = dw.envelope(channels=["social"])
        refused(rid, sid, digest, other)
        # another of management says no: that is not overruled
        dw.people["second"]("POST", V1 + "/statements/%d/verdicts" % sid, {"digest": digest, "verdict": "reject",
                  "reason": "not now", "password": PASSWORD}).ok(201)
        refused(rid, sid, digest)
        # the ledger has moved since: it is another text now
        sid, digest = dw.holding(rid, env)
        dw.add(rid, "claims", {"text": "The valve broke", "verdict": "true"}).ok(201)
        refused(rid, sid, digest)
        sid, digest = dw.holding(rid, env)
        dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "wait"}).ok(201)
        dw.publish(sid, digest, env).problem(409)
        dw.lead("DELETE", V1 + "/outgoing/freeze").ok(204)
        dw.admin("DELETE", V1 + "/envelopes/%d" % env["id"]).ok(204)
        refused(rid, sid, digest)
        eq(listed(dw, env)["state"], "ended")
        eq(dw.timeline(rid, "?kind=statement.published")["items"], [])


def test_a_contact_that_is_set_is_the_only_one():
    with Calm() as dw:
        env, rid = dw.envelope(times=50), dw.crisis()
        contacts = lambda **texts: dw.admin("PATCH", V1 + "/contacts", {"contacts": texts}, {"If-Match": "*"}).ok(200)
        typed = dw.holding(rid, env, contact="113")
        other = dw.holding(rid, env, contact="112")
        contacts(en="112", ar="113")
        dw.publish(*typed, env).problem(422, "/envelope")
        dw.publish(*other, env).ok(201)
        # begun from the envelope it has nothing left to write
        begin = lambda: dw.drafter("POST", V1 + "/incidents/%d/statements" % rid, {"lang": "en", "envelope": env["id"]}).ok(201).json()
        submit = lambda doc: (doc["id"], dw.drafter("POST", V1 + "/statements/%d/submit" % doc["id"],
                                                    {"revision": 0}).ok(201).json()["digest"])
        doc = begin()
        assert doc["text"].endswith("Reach us on 112.\n"), doc["text"]
        early, late = submit(doc), submit(begin())
        dw.publish(*early, env).ok(201)
        # another one makes it another text; without one the place is free again
        contacts(en="114")
        dw.publish(*late, env).problem(422, "/envelope")
        contacts(ar="113")
        dw.publish(*late, env).ok(201)
        dw.publish(*typed, env).ok(201)


def test_braces_in_the_ledger_are_no_free_place():
    with Calm() as dw:
        env, rid = dw.envelope(), dw.crisis()
        dw.add(rid, "claims", {"text": "Then {came} after", "verdict": "true"}).ok(201)
        sid, digest = dw.holding(rid, env, edit=lambda t: t.replace("{came}", "whatever anybody likes to say"))
        dw.publish(sid, digest, env).problem(422, "/envelope")


def test_who_signs():
    with Calm() as dw:
        rules = {"rules": [{"channels": ["press"], "groups": {"legal": 1}, "any": 2}]}
        dw.admin("PATCH", V1 + "/policy", rules, {"If-Match": '"0"'}).ok(200)
        dw.cli("user", "add", "counsel", "--roles", "approver", "--groups", "legal", stdin=PASSWORD + "\n")
        counsel = dw.sign_in("counsel")
        env = dw.envelope(sign=False)
        eq(env["missing"], [{"kind": "group", "group": "", "n": 2}, {"kind": "group", "group": "legal", "n": 1}])
        dw.sign(env, dw.lead).problem(403)
        dw.sign(env, dw.approver, "0" * 64).problem(409, "/digest")
        dw.approver("POST", V1 + "/envelopes/%d/sign" % env["id"],
                    {"digest": env["digest"], "password": "wrong wrong wrong"}).problem(403)
        eq(dw.sign(env, dw.approver).ok(201).json()["state"], "waiting")
        eq(dw.sign(env, dw.approver).ok(201).json()["state"], "waiting")
        rid = dw.crisis()
        sid, digest = dw.holding(rid, env)
        dw.publish(sid, digest, env).problem(422, "/envelope")
        eq(dw.sign(env, counsel).ok(201).json()["state"], "in_force")
        dw.publish(sid, digest, env).ok(201)


def test_signed_on_a_device():
    with Calm() as dw:
        env, phone = dw.envelope(sign=False), Device()
        key = dw.approver("POST", V1 + "/keys", {"public": phone.text(), "name": "phone"}).ok(201).json()["id"]
        dw.people["second"]("POST", V1 + "/keys/%d/confirm" % key, {}).ok(200)
        path = V1 + "/envelopes/%d/" % env["id"]
        nonce = lambda: dw.approver("POST", path + "nonce", {}).ok(201).json()
        sign = lambda sig: dw.approver("POST", path + "sign", {"digest": env["digest"], "signature": sig})
        sign(phone.verdict(key, nonce(), env["digest"], statement=env["id"] + 1)).problem(403, "/signature")
        sign(phone.verdict(key, nonce(), env["digest"], drill=True)).problem(403, "/signature")
        good = phone.verdict(key, nonce(), env["digest"])
        doc = sign(good).ok(201).json()
        eq((doc["state"], doc["signed_by"][0]["proof"]), ("in_force", "signature"))
        sign(good).problem(403, "/signature")


def test_two_at_once_do_not_both_get_the_last_turn():
    with Calm() as dw:
        for round_ in range(5):
            env = dw.envelope(times=1, title="Round %d" % round_)
            ready = [dw.holding(dw.crisis(), env) for _ in range(2)]
            clients = [dw.sign_in("drafter") for _ in ready]
            got = []
            ask = lambda c, s: got.append(dw.publish(*s, env, c).status)
            threads = [threading.Thread(target=ask, args=a) for a in zip(clients, ready)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            eq(sorted(got), [201, 422])
            eq(len(listed(dw, env)["used"]), 1)


def test_wrong_envelopes_are_refused():
    with Calm() as dw:
        good = {"title": "x", "office": "communications", "lang": "en", "text": "x", "channels": ["press"],
                "severity": 2, "times": 1, "until": soon(days=1)}
        for change, status, at in (({"office": "member"}, 400, "/office"), ({"channels": []}, 422, "/channels"),
                                   ({"severity": 5}, 400, "/severity"), ({"times": 101}, 400, "/times"),
                                   ({"until": soon(days=400)}, 422, "/until"), ({"text": " "}, 400, "/text"),
                                   ({"lang": "!"}, 400, "/lang"), ({"policy": {}}, 400, "/policy"),
                                   ({"statement": 5}, 400, "/statement")):
            dw.lead("POST", V1 + "/envelopes", dict(good, **change)).problem(status, at)
        dw.lead("POST", V1 + "/envelopes", {k: v for k, v in good.items() if k != "until"}).problem(400, "/until")
        dw.drafter("POST", V1 + "/envelopes", good).problem(403)
        dw.lead("POST", V1 + "/envelopes", good).ok(201)
