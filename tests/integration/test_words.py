# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an audience was told, when it is to hear again, and what is overdue."""
import datetime

from harness import eq, everything, wait_for
from test_incidents import V1, War, kinds

AUDIENCES = ["internal", "executive", "public"]
# said long ago, so that the next may be due at any moment, however late the request gets there
PROMISE = {"text": "x", "occurred_at": "2026-01-02T03:04:05Z"}


def clock(doc, audience="public"):
    return next(w for w in doc["clocks"]["words"] if w["audience"] == audience)


def test_words_and_their_clocks():
    with War() as dw:
        rid = dw.declare()["id"]
        eq([w["audience"] for w in dw.room(rid)["clocks"]["words"]], AUDIENCES)
        eq(clock(dw.room(rid)),
           {"audience": "public", "every_s": None, "last_word_at": None,
            "since_last_word_s": None, "due_at": None, "is_promised": False, "overdue": False})
        path, key = V1 + "/incidents/%d/words" % rid, {"Idempotency-Key": "w"}
        body = {"audience": "public", "text": "نعمل على ذلك", "url": "https://example.org/s",
                "occurred_at": "2026-01-02T03:04:05Z", "next_at": "2026-01-02T05:00:00Z"}
        got = dw.drafter("POST", path, body, key).ok(201)
        eq(dw.drafter("POST", path, body, key).ok(201).body, got.body)
        word = got.json()
        eq(got.get("etag"), '"%d"' % word["id"])
        eq({k: word[k] for k in body if k != "occurred_at"},
           dict(audience="public", text="نعمل على ذلك", url="https://example.org/s",
                next_at="2026-01-02T05:00:00.000000Z"))
        eq((word["at"], word["by"]), ("2026-01-02T03:04:05.000000Z", dw.id("drafter")))
        doc = dw.room(rid)
        eq(doc["words"], [word])
        eq(doc["counts"]["overdue"], 1)
        one = clock(doc)
        assert one.pop("since_last_word_s") > 3600, one
        eq(one, {"audience": "public", "every_s": None, "last_word_at": word["at"],
                 "due_at": word["next_at"], "is_promised": True, "overdue": True})
        eq([(m["kind"], m.get("seq")) for m in doc["milestones"]],
           [("first_word", word["id"]), ("declared", rid)])
        assert dw.id("drafter") in [p["id"] for p in doc["people"]], doc["people"]
        # the list says so, too
        item = dw.observer("GET", V1 + "/incidents").ok(200).json()["items"][0]
        eq((item["counts"]["overdue"], clock(item)["due_at"]), (1, word["next_at"]))
        # as it was
        before = dw.room(rid, query="?as_of=%d" % (word["id"] - 1))
        eq((before["words"], before["counts"]["overdue"], clock(before)["due_at"]), ([], 0, None))
        # over: nobody waits for a word
        now = dw.room(rid)
        dw.patch(str(rid), now["version"], {"status": "resolved", "reason": "x"}).ok(200)
        eq((clock(dw.room(rid))["due_at"], dw.room(rid)["counts"]["overdue"]), (None, 0))
        # that it was overdue is on the timeline too, if the clock was looked at meanwhile
        told = kinds(dw.timeline(rid, "?kind=word"))
        eq([k for k in told if k != "word.overdue"], ["word.spoken"])
        state = dw.room(rid)["words"]
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.room(rid)["words"], state)
        dw.verify()


def test_cadences():
    with War() as dw:
        room = dw.declare()
        rid = room["id"]
        path, key = V1 + "/incidents/%d/cadences" % rid, {"Idempotency-Key": "c"}
        body = {"audience": "executive", "every_s": 3600}
        got = dw.lead("POST", path, body, key).ok(201)
        eq(dw.lead("POST", path, body, key).ok(201).body, got.body)
        seq = got.json()["seq"]
        eq(got.json(), dict(body, seq=seq))
        eq(dw.lead("POST", path, body).ok(200).json(), dict(body, seq=None))
        one = clock(dw.room(rid), "executive")
        eq((one["every_s"], one["is_promised"], one["overdue"]), (3600, False, False))
        assert one["due_at"] > room["declared_at"], one
        eq(dw.add(rid, "cadences", {"audience": "executive", "every_s": None}).ok(201)
           .json()["every_s"], None)
        eq(clock(dw.room(rid), "executive")["due_at"], None)
        eq(clock(dw.room(rid, query="?as_of=%d" % seq), "executive")["every_s"], 3600)
        eq([i["data"] for i in dw.timeline(rid, "?kind=cadence")["items"]],
           [{"audience": "executive", "every_s": 3600},
            {"audience": "executive", "every_s": None}])


def after(seconds):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def overdue(events):
    return [e for e in events if e.type.endswith(".overdue")]


def test_what_is_overdue_is_said_once():
    with War() as dw:
        rid = dw.declare()["id"]
        closed = dw.declare(restricted=True)["id"]
        soon = after(1.5)
        with dw.stream(dw.observer) as s:
            dw.add(rid, "words", dict(PROMISE, audience="public", next_at=soon)).ok(201)
            task = dw.add(rid, "tasks", {"title": "t", "due_at": "2026-01-02T03:04:05Z"}).ok(
                201).json()
            claim = dw.add(rid, "claims", {"text": "c", "recheck_at": "2026-01-02T03:04:06Z"}).ok(
                201).json()
            secret = dw.add(closed, "tasks", {"title": "t", "due_at": soon}).ok(201).json()
            s.until(lambda x: x.of("word.overdue") and x.of("task.overdue") and
                    x.of("claim.overdue"), "all three")
            eq({e.type: e.item["data"] for e in overdue(s.events)},
               {"word.overdue": {"audience": "public", "due_at": soon},
                "task.overdue": {"task": task["id"], "due_at": "2026-01-02T03:04:05.000000Z"},
                "claim.overdue": {"claim": claim["id"],
                                  "recheck_at": "2026-01-02T03:04:06.000000Z"}})
            for e in overdue(s.events):
                eq((e.item["actor"]["kind"], e.item["incident"]), ("system", rid))
            said = s.of("word.overdue")[0].item
            assert soon <= said["recorded_at"], said
        doc = dw.room(rid)
        eq((doc["counts"]["overdue"], clock(doc)["overdue"]), (3, True))
        eq((doc["tasks"][0]["version"], doc["claims"][0]["version"]), (task["id"], claim["id"]))
        was = dw.room(rid, query="?as_of=%d" % said["seq"])
        eq((clock(was)["overdue"], was["clocks"]["at"]), (True, said["recorded_at"]))
        # of a closed room its people hear it, and nobody else
        with dw.stream(dw.lead, "?after=%d&incident=%d" % (secret["id"], closed)) as s:
            s.until(lambda x: x.of("task.overdue"), "of the closed room")
        n = len(overdue(everything(dw, dw.lead)))
        eq((n, len(overdue(everything(dw, dw.observer)))), (4, 3))
        # not again after a restart; what passed meanwhile is, and what is opened again
        while_down = after(2)
        dw.add(rid, "words", dict(PROMISE, audience="internal", next_at=while_down)).ok(201)
        dw.patch("%d/tasks/%d" % (rid, task["id"]), task["version"], {"done": True}).ok(200)
        dw.kill()
        wait_for(lambda: after(0) > while_down, "the moment")
        dw.start()
        for name in ("lead", "observer"):
            dw.people[name] = dw.sign_in(name)
        now = dw.room(rid)["tasks"][0]
        dw.patch("%d/tasks/%d" % (rid, task["id"]), now["version"], {"done": False}).ok(200)
        with dw.stream(dw.lead, "?after=%d" % dw.room(rid)["words"][-1]["id"]) as s:
            s.until(lambda x: len(overdue(x.events)) == 2, "the two")
            eq({e.type: e.item["data"]["due_at"] for e in overdue(s.events)},
               {"word.overdue": while_down, "task.overdue": "2026-01-02T03:04:05.000000Z"})
        eq(len(overdue(everything(dw, dw.lead))), 6)
        dw.verify()


def test_refusals():
    with War() as dw:
        rid = dw.declare()["id"]
        said = dict(audience="public", text="x")
        for body, at in (({"text": "x"}, "/audience"), ({"audience": "public"}, "/text"),
                         ({"audience": "all", "text": "x"}, "/audience"),
                         (dict(said, url="javascript:alert(1)"), "/url"),
                         (dict(said, url="https://example.org/" + "x" * 2048), "/url"),
                         (dict(said, text="x" * 10001), "/text"),
                         (dict(said, occurred_at="2199-01-01T00:00:00Z"), "/occurred_at"),
                         (dict(said, next_at="2026-01-01T00:00:00Z"), "/next_at"),
                         (dict(said, every_s=60), "/every_s")):
            dw.add(rid, "words", body).problem(400, at)
        for body, at in (({"audience": "public"}, "/every_s"), ({"every_s": 60}, "/audience"),
                         ({"audience": "public", "every_s": 59}, "/every_s"),
                         ({"audience": "public", "every_s": 604801}, "/every_s"),
                         ({"audience": "public", "every_s": "60"}, "/every_s")):
            dw.add(rid, "cadences", body).problem(400, at)
        for who in (dw.approver, dw.observer):
            dw.add(rid, "words", said, who).problem(403)
        for who in (dw.drafter, dw.approver, dw.observer):
            dw.add(rid, "cadences", {"audience": "public", "every_s": 60}, who).problem(403)
        # whoever leads the room may, whatever their role
        dw.add(rid, "participants", {"user": dw.id("approver"), "role": "lead"}).ok(201)
        dw.add(rid, "words", said, dw.approver).ok(201)
        dw.add(rid, "cadences", {"audience": "public", "every_s": 60}, dw.approver).ok(201)
