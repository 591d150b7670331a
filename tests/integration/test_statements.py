# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements: written together, approved for exactly what they say, published as approved."""
import hashlib

from harness import Stream, eq, wait_for
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
        eq(now["may"], {"type": True, "submit": True, "rule": False, "publish": True})
        eq(dw.statement(id_, who=dw.boss)["may"],
           {"type": False, "submit": False, "rule": True, "publish": False})
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
        dw.type(id_, 7, "tab", [4, [0, "x"]]).problem(409)
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
