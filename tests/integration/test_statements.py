# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements: written together, approved for exactly what they say, published as approved."""
import hashlib
import time

from harness import eq, wait_for
from test_incidents import V1, War

PASSWORD = "correct horse battery"


def fnv(text):
    h = 0x811c9dc5
    for b in text.encode():
        h = (h ^ b) * 0x01000193 & 0xffffffff
    return h


def units(text):
    return len(text.encode("utf-16-le")) // 2


def insert(text, at, what):
    """A change in CodeMirror's spelling: `what` put at a place counted in UTF-16 units."""
    n = units(text)
    return [p for p in (at, [0] + what.split("\n"), n - at) if p != 0]


def digest(lang, channel, audience, text):
    head = "diwan-version-v1\n%s\n%s\n%s\n" % (lang, channel, audience)
    return hashlib.sha256((head + text).encode()).hexdigest()


class Desk(War):
    """A war room with people of groups, and short names for what is done to a statement."""

    def __enter__(self):
        super().__enter__()
        for name, group in (("legal", "legal"), ("boss", "executive")):
            self.user(name, "approver", PASSWORD, "--groups", group)
            self.people[name] = self.sign_in(name)
        return self

    def __getattr__(self, name):
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def draft(self, room, who=None, **more):
        body = {"title": "We are looking into it", "lang": "en", "channel": "press",
                "audience": "public", "text": "We know of a leak. Nobody is hurt."}
        body.update(more)
        return (who or self.drafter)("POST", V1 + "/incidents/%d/statements" % room,
                                     body).ok(201).json()

    def statement(self, id_, query="", who=None):
        return (who or self.lead)("GET", V1 + "/statements/%d%s" % (id_, query)).ok(200).json()

    def do(self, id_, what, body, who=None):
        return (who or self.drafter)("POST", V1 + "/statements/%d/%s" % (id_, what), body)

    def type(self, id_, revision, client, *changes, who=None):
        return self.do(id_, "changes", {"revision": revision, "updates": [
            {"client": client, "changes": c} for c in changes]}, who)

    def submit(self, id_, who=None, **policy):
        body = {"revision": self.statement(id_)["revision"]}
        if policy:
            body["policy"] = policy
        return self.do(id_, "submit", body, who).ok(200, 201).json()

    def rule(self, id_, digest_, verdict, who, **more):
        body = {"digest": digest_, "verdict": verdict, "password": PASSWORD}
        body.update(more)
        return self.do(id_, "verdicts", body, who)


def test_drafting():
    with Desk() as dw:
        room = dw.declare()["id"]
        text = "بحث می‌کنیم.\nWe know 😀."
        t = dw.draft(room, text=text, lang="fa", title="بیانیه")
        id_ = t["id"]
        eq((t["text"], t["units"], t["hash"], t["revision"], t["status"]),
           (text, units(text), fnv(text), 0, "draft"))
        eq((t["by"]["name"], t["changed_by"]["name"]), ("drafter", "drafter"))
        eq([(a["user"]["name"], a["units"]) for a in t["authors"]], [("drafter", units(text))])
        eq((t["submitted"], t["verdicts"], t["versions"], t["missing"]), (None, [], [], []))
        now = dw.statement(id_)
        eq({k: v for k, v in now.items() if k not in ("may", "claims")}, t)
        eq(now["may"], {"type": True, "submit": True, "rule": False, "publish": True,
                        "correct": True, "withdraw": True})
        eq(dw.statement(id_, who=dw.boss)["may"],
           {"type": False, "submit": False, "rule": True, "publish": False,
            "correct": False, "withdraw": False})
        items = dw.observer("GET", V1 + "/incidents/%d/statements" % room).ok(200).json()["items"]
        eq([(i["id"], i["title"], "text" in i) for i in items], [(id_, "بیانیه", False)])
        eq(dw.room(room)["statements"], items)
        second = dw.draft(room, text="")
        eq([i["id"] for i in dw.lead("GET", V1 + "/incidents/%d/statements" % room)
            .json()["items"]], [second["id"], id_])
        # refused
        path = V1 + "/incidents/%d/statements" % room
        ask = {"title": "x", "lang": "en", "channel": "press", "audience": "public"}
        dw.drafter("POST", path, dict(ask, channel="fax")).problem(400, "/channel")
        dw.drafter("POST", path, dict(ask, audience="all")).problem(400, "/audience")
        dw.drafter("POST", path, {"title": "x"}).problem(400, "/lang")
        dw.drafter("POST", path, dict(ask, colour="red")).problem(400, "/colour")
        dw.observer("POST", path, ask).problem(403)
        dw.drafter("POST", V1 + "/incidents/999999/statements", ask).problem(404)
        dw.lead("GET", V1 + "/statements/999999").problem(404)
        # changed
        got = dw.drafter("PATCH", V1 + "/statements/%d" % id_, {"title": "B"},
                         {"If-Match": '"%d"' % t["version"]}).ok(200)
        eq((got.json()["title"], got.get("etag")), ("B", '"%d"' % got.json()["version"]))
        old = dw.drafter("PATCH", V1 + "/statements/%d" % id_, {"title": "C"},
                         {"If-Match": '"%d"' % t["version"]})
        eq((old.status, old.json()["title"]), (412, "B"))
        dw.drafter("PATCH", V1 + "/statements/%d" % id_, {"title": "C"}).problem(428)
        # the same key, the same answer
        key = {"Idempotency-Key": "draft-1"}
        first = dw.drafter("POST", path, ask, key).ok(201)
        again = dw.drafter("POST", path, ask, key).ok(201)
        eq((again.body, again.get("idempotency-replayed")), (first.body, "true"))
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        after = dw.statement(id_)
        eq((after["text"], after["title"], after["authors"]), (text, "B", t["authors"]))


def test_typing_by_two():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room, text="one two")["id"]
        with dw.stream(dw.observer, "?incident=%d" % room) as s:
            got = dw.type(id_, 0, "tab-a", insert("one two", 7, " three")).ok(200).json()
            eq((got["revision"], got["units"], got["hash"]), (1, 13, fnv("one two three")))
            eq(got["updates"], [{"client": "tab-a", "changes": [7, [0, " three"]]}])
            # too late: what was missed comes back, and the change is made again behind it
            late = dw.type(id_, 0, "tab-b", insert("one two", 0, "zero "), who=dw.lead).problem(409)
            doc = late.json()
            eq((doc["base"], doc["revision"], doc["updates"]), (0, 1, got["updates"]))
            got = dw.type(id_, 1, "tab-b", insert("one two three", 0, "zero "),
                          who=dw.lead).ok(200).json()
            eq(got["hash"], fnv("zero one two three"))
            s.until(lambda x: len(x.of("draft.changed")) == 2, "the frames")
            frame = s.of("draft.changed")[1].item
            eq((frame["incident"], frame["actor"]["name"], frame["data"]),
               (room, "lead", {"statement": id_, "base": 1, "revision": 2, "updates": [
                   {"client": "tab-b", "changes": [[0, "zero "], 13]}]}))
        now = dw.statement(id_)
        eq((now["text"], now["revision"], now["changed_by"]["name"]),
           ("zero one two three", 2, "lead"))
        eq([(a["user"]["name"], a["units"]) for a in now["authors"]],
           [("lead", 5), ("drafter", 13)])
        # several at once, all or none
        got = dw.type(id_, 2, "tab-a", [18, [0, "!"]], [19, [0, "?"]]).ok(200).json()
        eq((got["revision"], len(got["updates"])), (4, 2))
        dw.type(id_, 4, "tab-a", [20, [0, "x"]], [20, [0, "y"]]).problem(422, "/updates/1/changes/2")
        eq(dw.statement(id_)["text"], "zero one two three!?")
        # what was typed
        got = dw.observer("GET", V1 + "/statements/%d/changes?since=1" % id_).ok(200).json()
        eq((got["base"], got["revision"], [u["by"]["name"] for u in got["updates"]]),
           (1, 4, ["lead", "drafter", "drafter"]))
        eq(got["updates"][0]["changes"], [[0, "zero "], 13])
        dw.observer("GET", V1 + "/statements/%d/changes?since=5" % id_).problem(400, "/since")
        # it is none of the timeline, and of no room's version
        eq([e["type"] for e in dw.timeline(room)["items"] if "draft." in e["type"]], [])
        # as it was
        frames = [e for e in dw.observer("GET", V1 + "/statements/%d/changes" % id_)
                  .json()["updates"]]
        eq(len(frames), 4)
        head = dw.head()
        dw.type(id_, 4, "tab-a", [20, [0, " late"]]).ok(200)
        eq(dw.statement(id_, "?as_of=%d" % head)["text"], "zero one two three!?")
        eq(dw.statement(id_, "?as_of=%d" % id_)["text"], "one two")
        assert "may" not in dw.statement(id_, "?as_of=%d" % id_)
        dw.lead("GET", V1 + "/statements/%d?as_of=%d" % (id_, id_ - 1)).problem(404)
        then = dw.room(room, query="?as_of=%d" % id_)["statements"]
        eq([(i["id"], i["revision"]) for i in then], [(id_, 0)])
        eq(dw.room(room, query="?as_of=%d" % (id_ - 1))["statements"], [])
        # after a start memory holds none of it: the journal answers
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        late = dw.type(id_, 3, "tab-b", [19, [0, "x"]], who=dw.lead).problem(409).json()
        eq((late["base"], late["revision"], [u["client"] for u in late["updates"]]),
           (3, 5, ["tab-a", "tab-a"]))
        eq(sorted(late["updates"][0]), ["changes", "client"])


def test_what_is_refused():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room, text="a😀b")["id"]
        dw.type(id_, 0, "tab", [2, [0, "x"], 2]).problem(422, "/updates/0/changes/0")
        dw.type(id_, 0, "tab", [9]).problem(422)
        dw.type(id_, 0, "tab", [4, [0, "a\rb"]]).problem(422, "/updates/0/changes/1/1")
        dw.type(id_, 0, "tab", ["x"]).problem(400, "/updates/0/changes/0")
        dw.type(id_, 0, "", [4]).problem(400)
        eq(dw.type(id_, 7, "tab", [4, [0, "x"]]).problem(409).json()["revision"], 0)
        dw.do(id_, "changes", {"revision": 0}).problem(400, "/updates")
        dw.do(id_, "changes", {"revision": 0, "updates": []}).problem(400)
        dw.type(id_, 0, "tab", [4, [0, "x" * 70000]]).problem(413)
        dw.type(id_, 0, "tab", [4, [0, "x"]], who=dw.observer).problem(403)
        dw.type(id_, 0, "tab", [4, [0, "x"]], who=dw.boss).problem(403)
        eq(dw.statement(id_)["revision"], 0)
        dw.type(id_, 0, "tab", [4, [0, "x"]]).ok(200)
        # a tab belongs to whom it belonged to first
        dw.type(id_, 1, "tab", [5, [0, "y"]], who=dw.lead).problem(403)
        eq(dw.statement(id_)["text"], "a😀bx")


def test_submit_and_approve():
    with Desk() as dw:
        room = dw.declare()["id"]
        text = "We know of a leak. Nobody is hurt."
        id_ = dw.draft(room, text=text)["id"]
        got = dw.submit(id_)
        want = digest("en", "press", "public", text)
        eq((got["digest"], got["status"]), (want, "submitted"))
        eq(got["missing"], [{"kind": "group", "group": "", "n": 1}])
        # what is submitted already is not submitted again
        again = dw.do(id_, "submit", {"revision": 0}).ok(200).json()
        eq((again["digest"], again["seq"]), (want, got["seq"]))
        dw.do(id_, "submit", {"revision": 5}).problem(409)
        # who may say yes, and how
        dw.rule(id_, want, "approve", dw.drafter).problem(403)
        dw.rule(id_, want, "approve", dw.admin).problem(403)
        dw.rule(id_, want, "approve", dw.legal, password="wrong").problem(403, "/password")
        dw.rule(id_, want, "approve", dw.legal, password=None).problem(400, "/password")
        dw.rule(id_, "0" * 64, "approve", dw.legal).problem(409)
        dw.rule(id_, want, "reject", dw.legal).problem(400, "/reason")
        dw.do(id_, "publish", {"digest": want}, dw.lead).problem(422)
        eq([a["why"] for a in dw.legal("GET", V1 + "/approvals").ok(200).json()["items"]],
           ["needed"])
        eq(dw.drafter("GET", V1 + "/approvals").ok(200).json()["items"], [])
        key = {"Idempotency-Key": "yes"}
        body = {"digest": want, "verdict": "approve", "password": PASSWORD}
        path = V1 + "/statements/%d/verdicts" % id_
        yes = dw.legal("POST", path, body, key).ok(201)
        eq((yes.json()["status"], yes.json()["missing"]), ("approved", []))
        eq(dw.legal("POST", path, body, key).ok(201).body, yes.body)
        eq(dw.legal("GET", V1 + "/approvals").ok(200).json()["items"], [])
        now = dw.statement(id_)
        eq([(v["by"]["name"], v["verdict"], v["proof"]) for v in now["verdicts"]],
           [("legal", "approve", "password")])
        eq((now["submitted"]["is_edited"], now["submitted"]["text"]), (False, text))
        dw.do(id_, "publish", {"digest": want}, dw.drafter).problem(403)
        out = dw.do(id_, "publish", {"digest": want}, dw.lead).ok(201).json()
        eq(out["digest"], want)
        dw.do(id_, "publish", {"digest": want}, dw.lead).problem(409)
        now = dw.statement(id_)
        eq((now["status"], [p["is_withdrawal"] for p in now["publications"]]),
           ("published", [False]))
        eq([w["text"] for w in dw.room(room)["words"]], ["We are looking into it"])
        types = [e["type"] for e in dw.timeline(room)["items"]]
        eq(types[-6:], ["statement.drafted", "statement.submitted", "verdict.given",
                        "statement.approved", "statement.published", "word.spoken"])
        eq(dw.statement(id_, "?as_of=%d" % (out["seq"] - 1))["status"], "approved")
        got = dw.do(id_, "withdraw", {"reason": "wrong"}, dw.lead).ok(201).json()
        eq(dw.statement(id_)["status"], "withdrawn")
        dw.type(id_, 0, "tab", insert(text, 0, "x")).problem(422)
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        after = dw.statement(id_)
        eq([(p["is_withdrawal"], p["reason"]) for p in after["publications"]],
           [(False, None), (True, "wrong")])
        found = dw.timeline(room, "?text=nobody")["items"]
        eq([e["type"] for e in found], ["statement.drafted", "statement.submitted"])
        version = dw.lead("GET", V1 + "/statements/%d/versions/%s" % (id_, want)).ok(200).json()
        eq((version["text"], len(version["verdicts"])), (text, 1))
        free = dw.log()
        assert PASSWORD not in free
        dw.verify()


def test_two_groups_in_parallel():
    with Desk() as dw:
        room = dw.declare()["id"]
        text = "We know of a leak. Nobody is hurt."
        id_ = dw.draft(room, text=text)["id"]
        sub = dw.submit(id_, groups={"legal": 1, "executive": 1})
        eq(sub["missing"], [{"kind": "group", "group": "", "n": 1},
                            {"kind": "group", "group": "executive", "n": 1},
                            {"kind": "group", "group": "legal", "n": 1}])
        eq([len(who("GET", V1 + "/approvals").json()["items"])
            for who in (dw.legal, dw.boss, dw.observer)], [1, 1, 0])
        # a question of one leaves the other standing
        dw.rule(id_, sub["digest"], "ask", dw.legal, reason="how many litres?").ok(201)
        got = dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201).json()
        eq([m["kind"] for m in got["missing"] if m["kind"] == "group"], ["group"])
        eq([a["why"] for a in dw.legal("GET", V1 + "/approvals").json()["items"]], ["asked"])
        got = dw.rule(id_, sub["digest"], "reject", dw.legal, reason="no figure").ok(201).json()
        assert "rejected" in [m["kind"] for m in got["missing"]], got
        dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).problem(422)
        # only white space changes: what was said stands again, by a record that names both
        dw.type(id_, 0, "tab", insert(text, units(text), "\n")).ok(200)
        edited = dw.statement(id_)
        assert {"kind": "edited"} in edited["missing"], edited["missing"]
        same = dw.submit(id_, groups={"legal": 1, "executive": 1})
        assert same["digest"] != sub["digest"]
        now = dw.statement(id_)
        carried = [e for e in dw.timeline(room)["items"] if e["type"] == "verdict.carried"]
        eq((carried[0]["data"]["from_digest"], carried[0]["data"]["digest"]),
           (sub["digest"], same["digest"]))
        assert all(v["is_carried"] for v in now["verdicts"]), now["verdicts"]
        got = dw.rule(id_, same["digest"], "approve", dw.legal).ok(201).json()
        eq((got["status"], got["missing"]), ("approved", []))
        # any other change voids them all
        dw.type(id_, 1, "tab", insert(text + "\n", 8, " big")).ok(200)
        dw.do(id_, "publish", {"digest": same["digest"]}, dw.lead).problem(422)
        other = dw.submit(id_, groups={"legal": 1, "executive": 1})
        eq(len(other["missing"]), 3)
        eq(dw.statement(id_)["verdicts"], [])
        dw.rule(id_, same["digest"], "approve", dw.boss).problem(409)
        items = dw.boss("GET", V1 + "/approvals").json()["items"]
        eq([(a["why"], a["last_verdict"]["verdict"]) for a in items], [("changed", "approve")])
        dw.do(id_, "publish", {"digest": same["digest"]}, dw.lead).problem(409)


def test_a_deputy_sees_for_whom_it_waits():
    with Desk() as dw:
        dw.user("calm", "approver", PASSWORD)
        dw.people["calm"] = dw.sign_in("calm")
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
        dw.legal("POST", V1 + "/deputies", {"deputy": dw.id("calm"), "until": until}).ok(201)
        waits = lambda who: [([p["name"] for p in a["for"]], a["why"])
                             for a in who("GET", V1 + "/approvals").ok(200).json()["items"]]
        id_ = dw.draft(dw.declare()["id"])["id"]
        digest_ = dw.submit(id_, groups={"legal": 1})["digest"]
        eq((waits(dw.calm), waits(dw.legal)), ([(["calm", "legal"], "needed")], [(["legal"], "needed")]))
        dw.rule(id_, digest_, "approve", dw.boss).ok(201)
        eq((waits(dw.calm), waits(dw.boss)), ([(["legal"], "needed")], []))
        dw.rule(id_, digest_, "approve", dw.calm, on_behalf_of=dw.id("legal")).ok(201)
        eq((waits(dw.calm), waits(dw.legal)), ([], []))
        given = dw.statement(id_)["verdicts"][-1]
        eq((given["by"]["name"], given["on_behalf_of"]["name"]), ("calm", "legal"))
        both = dw.draft(dw.declare()["id"])["id"]
        digest_ = dw.submit(both, groups={"legal": 1}, any=2)["digest"]
        eq(waits(dw.calm), [(["calm", "legal"], "needed")])
        dw.rule(both, digest_, "approve", dw.calm).ok(201)
        eq(waits(dw.calm), [], "one human is one voice")


def test_templates_without_a_room():
    with Desk() as dw:
        items = dw.observer("GET", V1 + "/templates?lang=fa").ok(200).json()["items"]
        assert "{known}" in [i["text"] for i in items if i["template"] == "holding"][0]
        eq(dw.observer("GET", V1 + "/templates?lang=xx").ok(200).json()["items"], [])
        dw.observer("GET", V1 + "/templates").problem(400)


def test_what_is_overlooked():
    with Desk() as dw:
        room = dw.declare()["id"]
        claim = dw.add(room, "claims", {"text": "c", "verdict": "true"}).ok(201).json()["id"]
        text = "12 people are not hurt."
        id_ = dw.draft(room, text=text)["id"]
        first = dw.submit(id_)
        dw.type(id_, 0, "tab", [[2, "13"], len(text) - 2]).ok(200)
        dw.type(id_, 1, "tab", [14, [4], len(text) - 18]).ok(200)
        dw.do(id_, "links", {"revision": 2, "claim": claim, "rests": "asserts",
                             "from": 0, "to": 9}).ok(201)
        dw.submit(id_)
        path = V1 + "/statements/%d/versions/%s" % (id_, first["digest"])
        got = dw.lead("GET", path + "?against=current").ok(200).json()["deltas"]
        eq([(d["kind"], d["gone"], d["from"], d["to"]) for d in got],
           [("number", True, 0, 2), ("number", False, 0, 2), ("negation", True, 14, 17),
            ("claim", False, 0, 9)])
        eq([d["moved"] for d in got if d["kind"] == "claim"], [False])
        assert "deltas" not in dw.lead("GET", path).ok(200).json()
        dw.lead("GET", path + "?against=x").problem(400, "/against")
        other = dw.draft(room, lang="fa", text="۱۲ نفر", translation_of=id_)["id"]
        checks = dw.lead("GET", V1 + "/statements/%d/checks" % other).ok(200).json()
        eq([(x["statement"], x["is_original"], [(n["gone"], n["from"]) for n in x["numbers"]])
            for x in checks["translations"]], [(id_, True, [(True, 0), (False, 0)])])
        eq((checks["is_more"], checks["translations"][0]["is_more"]), (False, False))


def test_of_much_that_is_overlooked_both_sides_are_told():
    with Desk() as dw:
        room = dw.declare()["id"]
        gone, come = (" ".join(str(n + i) for i in range(300)) for n in (1000, 5000))
        id_ = dw.draft(room, text=gone)["id"]
        first = dw.submit(id_)
        path = V1 + "/statements/%d/versions/%s?against=current" % (id_, first["digest"])
        same = dw.lead("GET", path).ok(200).json()
        eq((same["deltas"], same["is_more"]), ([], False))
        dw.type(id_, 0, "tab", [[len(gone), come]]).ok(200)
        dw.submit(id_)
        got = dw.lead("GET", path).ok(200).json()
        eq([len([d for d in got["deltas"] if d["gone"] == g]) for g in (True, False)], [100, 100])
        eq(got["is_more"], True)
        # and of the same text in another language
        other = dw.draft(room, lang="fa", text=gone, translation_of=id_)["id"]
        told = dw.lead("GET", V1 + "/statements/%d/checks" % other).ok(200).json()["translations"]
        eq([(len(x["numbers"]), x["is_more"]) for x in told], [(200, True)])


def test_not_every_translation_is_compared():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room, text="12 people")["id"]
        others = [dw.draft(room, lang="fa", text="%d نفر" % (12 + n % 2), translation_of=id_)["id"] for n in range(21)]
        last = dw.lead("GET", V1 + "/statements/%d/checks" % others[-1]).ok(200).json()
        eq(([x["statement"] for x in last["translations"]], last["is_more"]), ([id_], False))
        checks = dw.lead("GET", V1 + "/statements/%d/checks" % id_).ok(200).json()
        eq(([x["statement"] for x in checks["translations"]], checks["is_more"]), (others[:20], True))
        eq([len(x["numbers"]) for x in checks["translations"]], [0, 2] * 10)


def test_claims_that_changed_places():
    with Desk() as dw:
        room = dw.declare()["id"]
        claims = [dw.add(room, "claims", {"text": t, "verdict": "true"}).ok(201).json()["id"]
                  for t in ("one", "two")]
        text = "The soup is safe. The rice is fresh."
        id_ = dw.draft(room, text=text)["id"]
        places = ((0, 17), (18, 36))

        def link(of):
            return [dw.do(id_, "links", {"revision": 0, "claim": claim, "rests": "asserts",
                                         "from": begin, "to": end}).ok(201).json()["id"]
                    for claim, (begin, end) in zip(of, places)]

        links = link(claims)
        first = dw.submit(id_)
        dw.rule(id_, first["digest"], "approve", dw.boss).ok(201)
        for one in links:
            dw.lead("DELETE", V1 + "/statements/%d/links/%d" % (id_, one)).ok(204)
        link(claims[::-1])
        # the same text, and yet the approval does not stand: which version was it given on?
        eq(dw.submit(id_)["digest"], first["digest"])
        (item,) = dw.boss("GET", V1 + "/approvals").json()["items"]
        path = V1 + "/statements/%d/versions/%s" % (id_, first["digest"])
        was = item["last_verdict"]["submitted"]
        now = dw.statement(id_)["submitted"]["seq"]
        assert was < now
        eq(dw.lead("GET", path).ok(200).json()["seq"], now)
        dw.lead("GET", path + "?submitted=%d" % id_).problem(404)
        dw.lead("GET", path + "?submitted=x").problem(400, "/submitted")
        got = dw.lead("GET", path + "?submitted=%d&against=current" % was).ok(200).json()
        eq(got["seq"], was)
        eq([(d["claim"], d["gone"], d["moved"], (d["from"], d["to"])) for d in got["deltas"]],
           [(claims[0], True, True, places[0]), (claims[1], True, True, places[1]),
            (claims[1], False, True, places[0]), (claims[0], False, True, places[1])])


def test_nobody_approves_their_own():
    with Desk() as dw:
        dw.user("both", "drafter,approver")
        dw.people["both"] = dw.sign_in("both")
        room = dw.declare()["id"]
        id_ = dw.draft(room, who=dw.both)["id"]
        sub = dw.submit(id_, who=dw.both)
        dw.rule(id_, sub["digest"], "approve", dw.both).problem(403)
        eq(dw.both("GET", V1 + "/approvals").json()["items"], [])
        dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
        # a drill is approved and never goes out
        drill = dw.declare(drill=True)["id"]
        id_ = dw.draft(drill)["id"]
        sub = dw.submit(id_)
        dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
        dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).problem(422)


def test_a_claim_that_flips():
    with Desk() as dw:
        room = dw.declare()["id"]
        claim = dw.add(room, "claims", {"text": "Nobody is hurt"}).ok(201).json()
        text = "We know of a leak. Nobody is hurt."
        id_ = dw.draft(room, text=text)["id"]
        ask = {"revision": 0, "claim": claim["id"], "rests": "asserts", "from": 19, "to": 34}
        link = dw.do(id_, "links", ask).ok(201).json()
        eq((link["quote"], link["by"]["name"]), ("Nobody is hurt.", "drafter"))
        eq(dw.do(id_, "links", ask, dw.lead).ok(200).json(), link)  # as it was linked first
        dw.do(id_, "links", dict(ask, claim=1)).problem(422, "/claim")
        dw.do(id_, "links", dict(ask, to=99)).problem(422)
        dw.do(id_, "links", dict(ask, revision=3)).problem(409)
        checks = dw.lead("GET", V1 + "/statements/%d/checks" % id_).ok(200).json()
        eq([(c["link"], c["why"]) for c in checks["claims"]], [(link["id"], "unknown")])
        dw.do(id_, "submit", {"revision": 0}).problem(422)
        dw.patch("%d/claims/%d" % (room, claim["id"]), claim["version"],
                 {"verdict": "true"}).ok(200)
        eq(dw.statement(id_)["claims"][0]["verdict"], "true")
        # it moves with its text
        dw.type(id_, 0, "tab", insert(text, 0, "Now: ")).ok(200)
        eq([(r["from"], r["to"]) for r in dw.statement(id_)["rests"]], [(24, 39)])
        sub = dw.submit(id_)
        dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
        dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).ok(201)
        version = [c for c in dw.room(room)["claims"] if c["id"] == claim["id"]][0]["version"]
        dw.patch("%d/claims/%d" % (room, claim["id"]), version, {"verdict": "false"}).ok(200)
        said = wait_for(lambda: dw.statement(id_)["contradictions"], "what the system says")
        eq([(c["claim"], c["quote"]) for c in said], [(claim["id"], "Nobody is hurt.")])
        draft = dw.statement(said[0]["correction"])
        eq((draft["correction_of"], draft["text"], draft["status"]),
           (id_, "Now: " + text, "draft"))
        eq([r["claim"] for r in draft["rests"]], [claim["id"]])
        eq(draft["reason"], None)
        # once for each publication, whatever comes after it
        claim = [c for c in dw.room(room)["claims"] if c["id"] == claim["id"]][0]
        dw.patch("%d/claims/%d" % (room, claim["id"]), claim["version"],
                 {"verdict": "mixed"}).ok(200)
        dw.restart()
        for name in ("lead", "drafter"):
            dw.people[name] = dw.sign_in(name)
        dw.add(room, "notes", {"text": "later"}).ok(201)
        eq(len(dw.statement(id_)["contradictions"]), 1)
        eq(len(dw.room(room)["statements"]), 2)
        # and by hand
        made = dw.do(id_, "corrections", {"text": "Two are hurt.", "reason": "we know more"},
                     dw.drafter).ok(201).json()
        eq((made["correction_of"], made["text"], made["reason"]),
           (id_, "Two are hurt.", "we know more"))
        dw.do(id_, "corrections", {"text": "x"}).problem(400, "/reason")


def test_a_stop_holds_publication():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room)["id"]
        sub = dw.submit(id_)
        dw.rule(id_, sub["digest"], "approve", dw.boss).ok(201)
        dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "wait for the police"}).ok()
        got = dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).problem(409).json()
        eq((got["frozen"]["reason"], got["frozen"]["by"]["name"]),
           ("wait for the police", "lead"))
        dw.lead("DELETE", V1 + "/outgoing/freeze").ok()
        dw.do(id_, "publish", {"digest": sub["digest"]}, dw.lead).ok(201)


def test_templates():
    with Desk() as dw:
        room = dw.declare()["id"]
        items = dw.lead("GET", V1 + "/incidents/%d/templates?lang=en" % room).ok(200).json()["items"]
        path = V1 + "/incidents/%d/statements" % room
        made = dw.drafter("POST", path, {"lang": "en", "template": items[0]["template"]})
        made = made.ok(201).json()
        eq((made["text"], made["title"], made["template"]),
           (items[0]["text"], items[0]["title"], items[0]["template"]))
        dw.drafter("POST", path, {"lang": "en", "template": "none"}).problem(422, "/template")
        dw.drafter("POST", path, {"lang": "en", "template": items[0]["template"],
                                  "text": "x"}).problem(400, "/text")


def test_a_long_draft():
    """Snapshots are taken every 200 revisions: the past and a start are the same with them."""
    with Desk() as dw:
        room = dw.declare()["id"]
        claim = dw.add(room, "claims", {"text": "c", "verdict": "true"}).ok(201).json()["id"]
        text = "We know."
        id_ = dw.draft(room, text=text)["id"]
        dw.do(id_, "links", {"revision": 0, "claim": claim, "rests": "asserts",
                             "from": 3, "to": 7}).ok(201)
        moments, who = [], (dw.drafter, dw.lead)
        for i in range(450):
            what = "بی😀 %d " % i
            at = units(text) if i % 3 else 0
            dw.type(id_, i, "tab-%d" % (i % 2), insert(text, at, what), who=who[i % 2]).ok(200)
            text = text + what if at else what + text
            if i % 50 == 49:
                moments.append((dw.head(), text, dw.statement(id_)))
        dw.do(id_, "submit", {"revision": 450}).ok(201)

        def past():
            for head, then, shown in moments:
                got = dw.statement(id_, "?as_of=%d" % head)
                eq((got["text"], got["hash"]), (then, fnv(then)))
                for key in ("authors", "rests", "revision", "changed_by", "changed_at"):
                    eq(got[key], shown[key], key)
        past()
        now = dw.statement(id_)
        dw.stop()
        dw.cli("rebuild")
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        past()
        eq(dw.statement(id_), now)
        # a tab is still whose it was
        dw.type(id_, 450, "tab-0", [units(text), [0, "x"]], who=dw.lead).problem(403)
