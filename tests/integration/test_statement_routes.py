# SPDX-License-Identifier: AGPL-3.0-or-later
"""No route lets out what was not approved: each that writes is tried by everybody, and what comes between a yes and a publication."""
import os
import re

from harness import eq
from test_authority import key, soon
from test_outbox import Post, Receiver
from test_statement_races import change, user
from test_statement_weight import rules, severity
from test_statements import PASSWORD, V1
from test_verdicts import enrol, give, nonce

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OURS = re.compile("statements|envelopes|outgoing|approvals|policy|deputies|keys|contacts|outlets")
EVERYBODY = ("lead", "drafter", "boss", "legal", "approver", "admin", "observer")
TEXT = "Nobody is hurt."


def routes():
    """What writes, from the description of the API: that all routes are in it, lint sees to."""
    found, path = set(), ""
    with open(os.path.join(ROOT, "schema", "openapi.yaml"), encoding="utf-8") as file:
        for line in file:
            path = line.strip()[:-1] if re.match(r"  /\S+:$", line) else path
            method = re.match(r"    (post|put|patch|delete):$", line)
            if method and OURS.search(path):
                found.add((method[1].upper(), path))
    return found


class Gate(Post):
    def __enter__(self):
        super().__enter__()
        self.anybody = self.client()
        return self

    def told(self):
        """What the public is told."""
        return self.anybody("GET", "/newsroom/feed.json").ok(200).json()["items"]

    def claim(self, room, text="Nobody is hurt"):
        return self.add(room, "claims", {"text": text, "verdict": "true"}).ok(201).json()

    def waiting(self, room, claim=None, **policy):
        """Submitted and waiting for its approvals: id, digest."""
        id_ = self.draft(room, text=TEXT)["id"]
        if claim:
            self.do(id_, "links", {"revision": 0, "claim": claim, "rests": "asserts", "from": 0,
                                   "to": len(TEXT)}).ok(201)
        return id_, self.submit(id_, **policy)["digest"]

    def envelope(self, who):
        doc = self.lead("POST", V1 + "/envelopes", {
            "title": "Holding", "office": "communications", "lang": "en", "text": "We look into it.",
            "channels": ["press"], "severity": 2, "times": 5, "until": soon(days=1)}).ok(201).json()
        if who:
            who("POST", V1 + "/envelopes/%d/sign" % doc["id"],
                {"digest": doc["digest"], "password": PASSWORD}).ok(201)
        return doc

    def nothing_is_out(self, id_, why):
        eq(self.statement(id_)["publications"], [], why)
        eq(self.told(), [], why)


class Case:
    """A statement that may not go out, and what is asked of each route to get it out."""

    def __init__(self, dw, id_, digest):
        self.dw, self.id, self.digest = dw, id_, digest
        self.room = dw.statement(id_)["incident"]
        self.signed, self.unsigned = dw.envelope(dw.boss), dw.envelope(None)
        self.boss = user(dw, "boss")["id"]

    def now(self):
        return self.dw.statement(self.id)

    def verdicts(self, who):
        """Whatever is said, but for the yes that would be one."""
        say = [{"verdict": v, "digest": d, "reason": "r", **proof}
               for v in ("approve", "reject", "hold", "ask") for d in ("0" * 64, self.digest)
               for proof in ({"password": PASSWORD}, {"signature": {
                   "key": 1, "nonce": key(1)[:22], "expires": soon(hours=1), "sig": key(2)}})]
        say += [dict(say[2], on_behalf_of=self.boss)]
        is_approver = who in ("boss", "legal", "approver")
        return [s for s in say if not (is_approver and "password" in s and s["digest"] == self.digest)]

    def publish(self, _):
        digests = {self.digest, "0" * 64, (self.now()["submitted"] or {}).get("digest", "")}
        envelopes = ({}, {"envelope": self.signed["id"]}, {"envelope": self.unsigned["id"]}, {"envelope": 1})
        return [dict(e, digest=d, reason="r", next_at=soon(hours=1)) for d in sorted(digests) for e in envelopes]

    def typed(self, _):
        return [{"revision": self.now()["revision"],
                 "updates": [{"client": "tab", "changes": [self.now()["units"], [0, " More."]]}]}]

    def table(self):
        """(method, path) to (what stands for {id} and {lid}, bodies by who asks)."""
        once = lambda *bodies: lambda who: bodies
        head = {"title": "x", "lang": "en", "channel": "press", "audience": "public"}
        outlet = lambda: self.dw.outlet("http://127.0.0.1:9/", "Other")["id"]
        return {
            ("POST", "/outgoing/freeze"): ((), once({"reason": "r"})),
            ("DELETE", "/outgoing/freeze"): ((), once(None)),
            ("POST", "/incidents/{id}/statements"): (
                (self.room,), once(dict(head, text=TEXT), dict(head, text=TEXT, correction_of=self.id),
                                   dict(head, text=TEXT, translation_of=self.id),
                                   {"lang": "en", "envelope": self.signed["id"]})),
            ("PATCH", "/statements/{id}"): ((self.id,), once({"title": "Else"}, {"audience": "staff"},
                                                             {"audience": "public"})),
            ("POST", "/statements/{id}/changes"): ((self.id,), self.typed),
            ("POST", "/statements/{id}/links"): (
                (self.id,), once({"revision": self.now()["revision"], "claim": 1, "rests": "checking",
                                  "from": 0, "to": 5})),
            ("DELETE", "/statements/{id}/links/{lid}"): ((self.id, 1), once(None)),
            ("POST", "/statements/{id}/submit"): (
                (self.id,), lambda who: [{"revision": self.now()["revision"]},
                                         {"revision": self.now()["revision"], "policy": {"any": 1}}]),
            ("POST", "/statements/{id}/nonce"): ((self.id,), once({})),
            ("POST", "/statements/{id}/verdicts"): ((self.id,), self.verdicts),
            ("POST", "/statements/{id}/publish"): ((self.id,), self.publish),
            ("POST", "/statements/{id}/withdraw"): ((self.id,), once({"reason": "r"})),
            ("POST", "/statements/{id}/corrections"): ((self.id,), once({"text": TEXT, "reason": "r"})),
            ("PATCH", "/policy"): ((), once({"rules": [{"any": 1, "may_approve_own": True}]})),
            ("PATCH", "/contacts"): ((), once({"contacts": {"en": "112"}})),
            ("POST", "/keys"): ((), once({"public": key(7), "name": "phone"})),
            ("POST", "/keys/{id}/confirm"): ((1,), once({})),
            ("DELETE", "/keys/{id}"): ((1,), once(None)),
            ("POST", "/deputies"): ((), once({"deputy": self.boss, "until": soon(hours=1)})),
            ("DELETE", "/deputies/{id}"): ((1,), once(None)),
            ("POST", "/envelopes"): ((), once({
                "title": "x", "office": "communications", "lang": "en", "text": self.now()["text"],
                "channels": ["press"], "severity": 1, "times": 5, "until": soon(days=1)})),
            ("POST", "/envelopes/{id}/nonce"): ((self.unsigned["id"],), once({})),
            ("POST", "/envelopes/{id}/sign"): (
                (self.unsigned["id"],), once({"digest": self.unsigned["digest"], "password": PASSWORD})),
            ("DELETE", "/envelopes/{id}"): ((self.dw.envelope(None)["id"],), once(None)),
            ("POST", "/outlets"): ((), once({"kind": "webhook", "name": "n", "url": "http://127.0.0.1:9/"})),
            ("PATCH", "/outlets/{id}"): ((outlet(),), once({"name": "Renamed"})),
            ("DELETE", "/outlets/{id}"): ((outlet(),), once(None)),
        }

    def attack(self, who):
        for (method, path), (ids, bodies) in self.table().items():
            for body in bodies(who):
                at = V1 + path
                for name, value in zip(("{id}", "{lid}"), ids):
                    at = at.replace(name, str(value))
                got = self.dw.people[who](method, at, body, {"If-Match": "*"} if method == "PATCH" else {})
                why = "%s %s %s %s: %d" % (who, method, at, body, got.status)
                assert got.status < 500, why
                if path.endswith("publish"):
                    assert got.status in (400, 403, 409, 422), why
                if path.endswith("freeze"):
                    self.dw.lead("DELETE", V1 + "/outgoing/freeze")
            self.dw.nothing_is_out(self.id, "%s %s %s" % (who, method, path))


def test_every_route_by_everybody():
    with Receiver() as r, Gate() as dw:
        dw.outlet(r.url())
        room = dw.declare()["id"]
        dw.add(room, "participants", {"user": dw.id("drafter"), "role": "communications"}).ok(201)
        drafted = dw.draft(room, text=TEXT)["id"]
        waiting, d = dw.waiting(room)
        weightless, w = dw.waiting(room, groups={"executive": 1})
        edited, e = dw.waiting(room)
        for id_, digest in ((weightless, w), (edited, e)):
            dw.rule(id_, digest, "approve", dw.boss).ok(201)
        dw.type(edited, 0, "tab", [len(TEXT), [0, " Really."]]).ok(200)
        change(dw, "boss", groups=["legal"])
        first = Case(dw, waiting, d)
        eq({(m, V1 + p) for m, p in first.table()}, routes(), "a route that nobody tries")
        for case in (first, Case(dw, drafted, "0" * 64), Case(dw, edited, e), Case(dw, weightless, w)):
            for who in EVERYBODY:
                case.attack(who)
        eq((r.got, dw.timeline(room, "?kind=statement.published")["items"]), ([], []))
        # and what is approved is seen by all that looked
        id_, digest = dw.waiting(room)
        dw.rule(id_, digest, "approve", dw.legal).ok(201)
        dw.publish(id_, digest)
        # once, or again if it was slow to say that it had it
        eq({doc["statement"]["digest"] for doc in r.until(1)}, {digest})
        eq(len(dw.told()), 1)


def by_password(dw, id_, digest):
    dw.rule(id_, digest, "approve", dw.boss).ok(201)


def by_signature(dw, id_, digest):
    if not hasattr(dw, "phone"):
        dw.phone, dw.key = enrol(dw, dw.boss, dw.legal)
    give(dw.boss, id_, digest, dw.phone.verdict(dw.key, nonce(dw.boss, id_), digest)).ok(201)


def by_deputy(dw, id_, digest):
    boss = user(dw, "boss")["id"]
    if not hasattr(dw, "grant"):
        dw.grant = dw.boss("POST", V1 + "/deputies", {"deputy": user(dw, "legal")["id"],
                                                      "until": soon(hours=2)}).ok(201)
    dw.rule(id_, digest, "approve", dw.legal, on_behalf_of=boss).ok(201)


def turns(dw, room, claim, verdict):
    (now,) = [c for c in dw.room(room)["claims"] if c["id"] == claim]
    dw.patch("%d/claims/%d" % (room, claim), now["version"], {"verdict": verdict, "reason": "r"}).ok(200)


def between(dw, room, claim, id_):
    """What happens after the yes: the answer to a publication then, and what makes it good again."""
    text = dw.statement(id_)["text"]
    account = lambda bad, good: (lambda: change(dw, "boss", **bad), 422, lambda: change(dw, "boss", **good))
    return {
        "edited": (lambda: dw.type(id_, 0, "a", [len(text), [0, "!"]]).ok(200), 422,
                   lambda: dw.type(id_, 1, "a", [len(text), [1]]).ok(200)),
        "stopped": (lambda: dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "r"}).ok(201), 409,
                    lambda: dw.lead("DELETE", V1 + "/outgoing/freeze").ok(204)),
        "disabled": account({"disabled": True}, {"disabled": False}),
        "role": account({"roles": ["observer"]}, {"roles": ["approver"]}),
        "group": account({"groups": ["legal"]}, {"groups": ["executive"]}),
        "held": (lambda: dw.rule(id_, dw.statement(id_)["submitted"]["digest"], "hold", dw.other, reason="r").ok(201), 422,
                 lambda: dw.rule(id_, dw.statement(id_)["submitted"]["digest"], "approve", dw.other).ok(201)),
        "false": (lambda: turns(dw, room, claim, "false"), 422, lambda: turns(dw, room, claim, "true")),
        "graver": (lambda: severity(dw, room, 1), 422, lambda: severity(dw, room, 2)),
    }


def test_what_comes_between_a_yes_and_a_publication():
    with Gate() as dw:
        dw.user("other", "approver", PASSWORD)
        dw.people["other"] = dw.sign_in("other")
        rules(dw, {"severity": 1, "groups": {"legal": 2}})
        room = dw.declare()["id"]
        claim = dw.claim(room)["id"]
        names = list(between(dw, room, claim, dw.draft(room)["id"]))
        for yes in (by_signature, by_deputy, by_password):
            for name in names:
                id_, digest = dw.waiting(room, claim, groups={"executive": 1})
                yes(dw, id_, digest)
                bad, status, good = between(dw, room, claim, id_)[name]
                publish = lambda: dw.do(id_, "publish", {"digest": digest}, dw.lead)
                bad()
                assert publish().status == status, (yes.__name__, name)
                eq(dw.statement(id_)["publications"], [], name)
                good()
                publish().ok(201)
                if name == "disabled":  # that ended the session
                    dw.people["boss"] = dw.sign_in("boss")
        # a drill has no way out at all
        id_, digest = dw.waiting(dw.declare(drill=True)["id"])
        by_password(dw, id_, digest)
        eq((dw.statement(id_)["missing"], dw.do(id_, "publish", {"digest": digest}, dw.lead).status), ([], 422))
