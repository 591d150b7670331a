# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is in a room now: told to those who are there, never stored, never told to anybody else."""
import json

from harness import eq, everything, wait_for
from test_incidents import V1, War


def here(dw, who, rid, **more):
    return dw.people[who]("POST", V1 + "/presence", dict(incident=rid, **more))


def frames(stream, rid):
    return [json.loads(d) for t, d in stream.other if t == "presence" and json.loads(d)["incident"] == rid]


def names(doc):
    return [p["user"]["name"] for p in doc["present"]]


def until_here(stream, rid, *want):
    stream.until(lambda s: frames(s, rid) and names(frames(s, rid)[-1]) == list(want), "%s here" % (want,))


def test_two_people_see_each_other():
    with War() as dw:
        rid = dw.declare()["id"]
        eq(dw.room(rid)["present"], [])
        before = dw.head()
        with dw.stream(dw.lead) as a, dw.stream(dw.drafter) as b, dw.stream(dw.observer) as c:
            eq(here(dw, "lead", rid).ok(204).body, b"")
            until_here(a, rid, "lead")
            here(dw, "drafter", rid).ok(204)
            until_here(a, rid, "lead", "drafter")
            until_here(b, rid, "lead", "drafter")
            doc = frames(b, rid)[-1]
            eq(set(doc), {"incident", "present"})
            eq(doc["present"][0]["user"], {"id": dw.id("lead"), "name": "lead", "kind": "user"})
            eq(dw.room(rid, dw.observer)["present"], doc["present"])
            assert "present" not in dw.room(rid, query="?as_of=%d" % dw.head())
            here(dw, "drafter", rid, gone=True).ok(204)
            until_here(a, rid, "lead")
            here(dw, "lead", rid, gone=True).ok(204)
            eq(dw.room(rid)["present"], [])
            # who is elsewhere is not written to; what is recorded still comes, in order
            note = dw.add(rid, "notes", {"text": "x"}).ok(201).json()["id"]
            for s in (a, b, c):
                s.until_id(note)
            eq(frames(c, rid), [])
            eq(names(frames(b, rid)[-1]), ["lead", "drafter"])
        eq(dw.head(), note, "nothing of it is in the journal")
        eq([e.type for e in everything(dw, dw.lead) if e.id > before], ["note.added"])


def test_pages_of_one_person():
    with War() as dw:
        rid = dw.declare()["id"]
        again = dw.sign_in("lead")
        with dw.stream(dw.drafter) as s:
            here(dw, "drafter", rid).ok(204)
            here(dw, "lead", rid, tab="a").ok(204)
            here(dw, "lead", rid, tab="b").ok(204)
            again("POST", V1 + "/presence", {"incident": rid, "tab": "a"}).ok(204)
            until_here(s, rid, "drafter", "lead")
            here(dw, "lead", rid, tab="a", gone=True).ok(204)
            here(dw, "lead", rid, tab="a", gone=True).ok(204)
            here(dw, "lead", rid, tab="b", gone=True).ok(204)
            eq([p["user"]["name"] for p in dw.room(rid)["present"]], ["drafter", "lead"])
            # the session ends, and with it whoever was there by it
            again("DELETE", V1 + "/session").ok(204)
            until_here(s, rid, "drafter")
            # a stream that opens later is told, too
            with dw.stream(dw.drafter) as late:
                until_here(late, rid, "drafter")
            with dw.stream(dw.drafter, "?types=note") as narrow, \
                    dw.stream(dw.drafter, "?incident=%d" % (rid + 1)) as other:
                here(dw, "lead", rid).ok(204)
                until_here(s, rid, "drafter", "lead")
                note = dw.add(rid, "notes", {"text": "x"}).ok(201).json()["id"]
                narrow.until_id(note)
                other.until(lambda o: o.beats > 0, "a beat")
                eq(frames(narrow, rid) + frames(other, rid), [])


def test_silence():
    with War("--presence-s", "1") as dw:
        rid = dw.declare()["id"]
        with dw.stream(dw.drafter) as s:
            here(dw, "lead", rid).ok(204)

            def drafter_is_alone():
                here(dw, "drafter", rid).ok(204)
                s.fill(0.2)
                told = frames(s, rid)
                return told and names(told[-1]) == ["drafter"]

            wait_for(drafter_is_alone, "the lead is silent, the drafter is not")
            wait_for(lambda: dw.room(rid)["present"] == [], "everybody is silent")


def test_a_closed_room_tells_nobody():
    with War() as dw:
        room = dw.declare(restricted=True)
        rid = room["id"]
        seat = dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "member"}).ok(201).json()
        for who in ("approver", "observer", "admin"):
            got = here(dw, who, rid).problem(404)
            eq(got.body, here(dw, who, rid + 500).problem(404).body)
        with dw.stream(dw.lead) as a, dw.stream(dw.drafter) as b, dw.stream(dw.approver) as c, \
                dw.stream(dw.token("reads", "read")) as d:
            here(dw, "lead", rid).ok(204)
            here(dw, "drafter", rid).ok(204)
            until_here(b, rid, "lead", "drafter")
            # who is put out is gone from it at once, and hears no more
            dw.lead("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, seat["id"])).ok(204)
            until_here(a, rid, "lead")
            eq([p["user"]["name"] for p in dw.room(rid)["present"]], ["lead"])
            here(dw, "drafter", rid).problem(404)
            heard = len(frames(b, rid))
            here(dw, "lead", rid, gone=True).ok(204)
            here(dw, "lead", rid).ok(204)
            # a room that all may see, closed with people in it
            opened = dw.declare(title="Open")
            for who in ("lead", "approver"):
                here(dw, who, opened["id"]).ok(204)
            until_here(c, opened["id"], "lead", "approver")
            dw.patch(str(opened["id"]), opened["version"], {"restricted": True, "reason": "x"}).ok(200)
            until_here(a, opened["id"], "lead")
            head = dw.head()
            for s in (b, c, d):
                s.until_id(head)
            eq(len(frames(b, rid)), heard)
            eq(frames(c, rid) + frames(d, rid) + frames(d, opened["id"]), [])
            eq([names(f) for f in frames(c, opened["id"])][-1], ["lead", "approver"])


def test_refusals():
    with War() as dw:
        rid = dw.declare()["id"]
        for body, at in (({}, "/incident"), ({"incident": "1"}, "/incident"), ({"incident": 0}, "/incident"),
                         ({"incident": rid, "gone": 1}, "/gone"), ({"incident": rid, "tab": ""}, "/tab"),
                         ({"incident": rid, "tab": "x" * 65}, "/tab"), ({"incident": rid, "x": 1}, "/x")):
            dw.lead("POST", V1 + "/presence", body).problem(400, at)
        dw.client(dw.token("acts", "act"))("POST", V1 + "/presence", {"incident": rid}).problem(403)
        dw.client()("POST", V1 + "/presence", {"incident": rid}).problem(401)
        # as for any change by cookie, our own page must have asked
        bare = {"Cookie": dw.lead.cookie}
        dw.request("POST", V1 + "/presence", {"incident": rid}, bare).problem(403)
        dw.request("POST", V1 + "/presence", {"incident": rid}, dict(bare, Origin="https://else.example")).problem(403)
        dw.request("POST", V1 + "/presence", {"incident": rid}, dict(bare, **{"Sec-Fetch-Site": "same-origin"})).ok(204)
        eq(len(dw.room(rid)["present"]), 1)
        # nobody says it without end: counted are windows of ten seconds, and one may end meanwhile
        got = None
        for _ in range(1000):
            got = here(dw, "drafter", rid)
            if got.status != 204:
                break
        got.problem(429)
        assert got.get("retry-after"), got.headers
        here(dw, "lead", rid).ok(204)


def carets(stream):
    return [json.loads(d) for t, d in stream.other if t == "caret"]


def test_carets():
    with War() as dw:
        room = dw.declare()["id"]
        body = {"title": "t", "lang": "en", "channel": "press", "audience": "public", "text": "one"}
        a, b = (dw.add(room, "statements", body).ok(201).json()["id"] for _ in range(2))
        at = dict(tab="x", anchor=1, head=3, revision=0)
        with dw.stream(dw.lead) as s, dw.stream(dw.drafter) as d, dw.stream(dw.observer) as o:
            here(dw, "lead", room, statement=a, **at).ok(204)
            here(dw, "observer", room).ok(204)
            # who comes is told of those who are there, and they of whoever comes
            here(dw, "drafter", room, statement=a, **dict(at, anchor=2)).ok(204)
            s.until(lambda x: carets(x), "the drafter's caret")
            d.until(lambda x: carets(x), "the lead's caret")
            got = carets(s)[0]
            eq((got["incident"], got["statement"], got["user"]["name"], got["anchor"],
                got["head"], got["revision"]), (room, a, "drafter", 2, 3, 0))
            eq((carets(d)[0]["user"]["name"], carets(d)[0]["anchor"]), ("lead", 1))
            # to another text: gone from this one
            here(dw, "drafter", room, statement=b, **at).ok(204)
            s.until(lambda x: carets(x)[-1].get("gone"), "that they left it")
            eq((carets(s)[-1]["statement"], carets(s)[-1]["tab"]), (a, got["tab"]))
            here(dw, "lead", room, statement=b, **at).ok(204)
            d.until(lambda x: len(carets(x)) == 2, "the lead again")
            here(dw, "lead", room, tab="x", gone=True).ok(204)
            d.until(lambda x: carets(x)[-1].get("gone"), "that they closed the page")
            note = dw.add(room, "notes", {"text": "x"}).ok(201).json()["id"]
            o.until_id(note)
            eq(carets(o), [], "who is in no text")
        here(dw, "lead", room, statement=99999, **at).problem(404)
        here(dw, "lead", dw.declare()["id"], statement=a, **at).problem(404)
        here(dw, "lead", room, statement=a, anchor=-1).problem(400, "/anchor")
        closed = dw.declare(restricted=True)["id"]
        secret = dw.add(closed, "statements", body).ok(201).json()["id"]
        eq(here(dw, "drafter", room, statement=secret).problem(404).body,
           here(dw, "drafter", room, statement=99999).problem(404).body)
