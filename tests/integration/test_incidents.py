# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incident rooms: declared, worked in, looked back at; and who may do and see what."""
import json
import threading

from harness import Diwan, Stream, eq, everything, mention, wait_for

V1 = "/api/v1"


class War(Diwan):
    """A lead, a drafter, an approver, an observer and an admin, and some mentions."""

    # A reader who may not see the newest event learns by a heartbeat how far the stream is.
    def __init__(self, *args):
        super().__init__("--heartbeat-s", "1", *args)

    def __enter__(self):
        super().__enter__()
        self.people = {}
        for name in ("lead", "drafter", "approver", "observer", "admin"):
            self.user(name, name)
            self.people[name] = self.sign_in(name)
        self.feed = self.client(self.token("feed", "ingest"))
        return self

    def __getattr__(self, name):
        if name in ("lead", "drafter", "approver", "observer", "admin"):
            return self.__dict__["people"][name]
        raise AttributeError(name)

    def id(self, name):
        return self.people[name].user["id"]

    def mentions(self, n, **more):
        doc = self.feed("POST", V1 + "/mentions",
                        [mention("m%d" % i, **more) for i in range(n)]).ok(201).json()
        return list(range(doc["last_seq"] - n + 1, doc["last_seq"] + 1))

    def declare(self, who=None, **more):
        body = {"title": "The plant leaks", "severity": 2}
        body.update(more)
        return (who or self.lead)("POST", V1 + "/incidents", body).ok(201).json()

    def room(self, id_, who=None, query=""):
        return (who or self.lead)("GET", V1 + "/incidents/%d%s" % (id_, query)).ok(200).json()

    def timeline(self, id_, query="", who=None):
        return (who or self.lead)("GET", V1 + "/incidents/%d/timeline%s"
                                  % (id_, query)).ok(200).json()

    def add(self, id_, what, body, who=None):
        return (who or self.lead)("POST", V1 + "/incidents/%d/%s" % (id_, what), body)

    def patch(self, path, version, body, who=None):
        headers = {"If-Match": '"%s"' % version} if version else {}
        return (who or self.lead)("PATCH", V1 + "/incidents/" + path, body, headers)


def recorded(room):
    """What is of the record: not how late it is, nor who is there just now."""
    return {k: v for k, v in room.items() if k not in ("clocks", "present")}


def kinds(doc):
    return [i["type"] for i in doc["items"]]


def test_declare_and_look():
    with War() as dw:
        ids = dw.mentions(3, posted_at="2026-01-02T03:04:05Z")
        got = dw.lead("POST", V1 + "/incidents",
                      {"title": "نشت در کارخانه", "severity": 1, "type": "safety",
                       "summary": "Two lines\nof it", "mentions": ids, "drill": True}).ok(201)
        doc = got.json()
        eq(got.get("etag"), '"%d"' % doc["version"])
        eq((doc["title"], doc["severity"], doc["status"], doc["type"], doc["drill"]),
           ("نشت در کارخانه", 1, "declared", "safety", True))
        eq(doc["id"], doc["version"])
        eq(doc["missing"], ["lead"])
        eq(doc["counts"]["mentions"], 3)
        eq([m["kind"] for m in doc["milestones"]], ["first_mention", "declared"])
        eq(doc["milestones"][0]["mention"], ids[0])
        assert doc["clocks"]["since_first_mention_s"] > 0, doc["clocks"]
        again = dw.room(doc["id"])
        eq(recorded(again), recorded(doc))
        items = dw.timeline(doc["id"])["items"]
        eq([i["type"] for i in items], ["incident.declared", "mention.linked"])
        eq([i["incident"] for i in items], [doc["id"]] * 2)
        eq(items[0]["seq"], doc["id"])
        eq(items[0]["actor"]["name"], "lead")
        listed = dw.observer("GET", V1 + "/incidents").ok(200).json()
        eq([i["id"] for i in listed["items"]], [doc["id"]])
        eq(listed["next"], None)


def test_refusals_name_the_field():
    with War() as dw:
        post = lambda body: dw.lead("POST", V1 + "/incidents", body)  # noqa: E731
        post({"severity": 1}).problem(400, "/title")
        post({"title": "x"}).problem(400, "/severity")
        post({"title": "x", "severity": 5}).problem(400, "/severity")
        post({"title": "  ", "severity": 1}).problem(400, "/title")
        post({"title": "x" * 201, "severity": 1}).problem(400, "/title")
        post({"title": "a\nb", "severity": 1}).problem(400, "/title")
        post({"title": "x", "severity": 1, "colour": "red"}).problem(400, "/colour")
        post({"title": "x", "severity": 1, "mentions": [1, "2"]}).problem(400, "/mentions/1")
        post({"title": "x", "severity": 1, "mentions": [10 ** 9]}).problem(422, "/mentions/0")
        post({"title": "x", "severity": 1, "mentions": list(range(1, 502))}).problem(400)
        post("[]").problem(400)
        post('{"title":"x","title":"y","severity":1}').problem(400)
        eq(dw.lead("GET", V1 + "/incidents").json()["items"], [])
        room = dw.declare()
        dw.add(room["id"], "notes", {"text": "x" * 10001}).problem(400, "/text")
        dw.add(room["id"], "notes", {"text": "x", "occurred_at": "soon"}).problem(
            400, "/occurred_at")
        dw.add(room["id"], "notes", {"text": "x", "occurred_at": "2199-01-01T00:00:00Z"}).problem(
            400, "/occurred_at")
        dw.add(room["id"], "corrections", {"text": "x", "target": 1}).problem(422, "/target")
        dw.add(10 ** 6, "notes", {"text": "x"}).problem(404)
        dw.add(room["id"], "notes", {"text": "x" * 70000}).problem(413)


def test_changes_and_their_versions():
    with War() as dw:
        room = dw.declare()
        path = str(room["id"])
        dw.patch(path, None, {"title": "y"}).problem(428)
        dw.patch(path, room["version"], {"severity": 1}).problem(422, "/reason")
        dw.patch(path, room["version"], {"status": "reviewed", "reason": "x"}).problem(
            422, "/status")
        got = dw.patch(path, room["version"],
                       {"severity": 1, "status": "active", "reason": "It spreads",
                        "title": "The plant burns"}).ok(200)
        now = got.json()
        eq((now["severity"], now["status"], now["title"]), (1, "active", "The plant burns"))
        eq(got.get("etag"), '"%d"' % now["version"])
        stale = dw.patch(path, room["version"], {"title": "z"})
        eq(stale.status, 412)
        eq(stale.json()["title"], "The plant burns")
        same = dw.patch(path, now["version"], {"title": "The plant burns"}).ok(200).json()
        eq(same["version"], now["version"])
        items = dw.timeline(room["id"])["items"]
        eq([i["type"] for i in items],
           ["incident.declared", "incident.changed", "incident.severity_changed",
            "incident.status_changed"])
        eq(items[2]["data"], {"reason": "It spreads", "severity": 1, "was_severity": 2})
        dw.add(room["id"], "notes", {"text": "a child's change moves nothing"}).ok(201)
        eq(dw.room(room["id"])["version"], now["version"])


def test_status_moves_along_the_table():
    words = ["declared", "active", "monitoring", "resolved", "reviewed"]
    may = {("declared", "active"), ("declared", "resolved"), ("active", "monitoring"),
           ("active", "resolved"), ("monitoring", "active"), ("monitoring", "resolved"),
           ("resolved", "active"), ("resolved", "reviewed"), ("reviewed", "active")}
    way = {"declared": [], "active": ["active"], "monitoring": ["active", "monitoring"],
           "resolved": ["resolved"], "reviewed": ["resolved", "reviewed"]}
    with War() as dw:
        for a in words:
            for b in words:
                room = dw.declare(title="%s to %s" % (a, b))
                for step in way[a]:
                    room = dw.patch(str(room["id"]), room["version"],
                                    {"status": step, "reason": "x"}).ok(200).json()
                got = dw.patch(str(room["id"]), room["version"], {"status": b, "reason": "x"})
                eq(got.status, 200 if (a, b) in may or a == b else 422, "%s to %s" % (a, b))


def test_notes_and_corrections():
    with War() as dw:
        room = dw.declare()
        note = dw.add(room["id"], "notes", {"text": "The lorry left at nine",
                                            "occurred_at": "2026-01-02T03:04:05Z"}).ok(201).json()
        assert note["occurred_at"].startswith("2026-01-02T03:04:05"), note
        assert note["recorded_at"] > note["occurred_at"], note
        eq(note["text"], "The lorry left at nine")
        fix = dw.add(room["id"], "corrections", {"target": note["id"],
                                                 "text": "It was ten"}).ok(201).json()
        items = dw.timeline(room["id"])["items"]
        eq([i["seq"] for i in items], [room["id"], note["id"], fix["id"]])
        eq(items[1]["corrected_by"], fix["id"])
        assert items[1]["occurred_at"] < items[1]["recorded_at"], items[1]
        eq(items[1]["data"]["text"], "The lorry left at nine")
        assert "corrected_by" not in items[0] and "corrected_by" not in items[2]
        then = dw.timeline(room["id"], "?as_of=%d" % note["id"])["items"]
        eq(len(then), 2)
        assert "corrected_by" not in then[1], then


def test_timeline_pages_and_filters():
    with War() as dw:
        room = dw.declare()
        notes = [dw.add(room["id"], "notes", {"text": "n%d" % i},
                        dw.drafter if i % 2 else None).ok(201).json()["id"] for i in range(9)]
        seen, after = [], 0
        while after is not None:
            page = dw.timeline(room["id"], "?kind=note&limit=4&after=%d" % after)
            seen += [i["seq"] for i in page["items"]]
            after = page["next"]
        eq(seen, notes)
        back, before = [], ""
        while before is not None:
            page = dw.timeline(room["id"], "?kind=note&limit=4&order=desc" + before)
            back += [i["seq"] for i in page["items"]]
            before = None if page["next"] is None else "&before=%d" % page["next"]
        eq(back, notes[::-1])
        middle = "?kind=note&limit=4&around=%d" % notes[4]
        eq([i["seq"] for i in dw.timeline(room["id"], middle)["items"]], notes[2:6])
        eq([i["seq"] for i in dw.timeline(room["id"], middle + "&order=desc")["items"]], notes[6:2:-1])
        edge = dw.timeline(room["id"], "?kind=note&limit=4&around=%d" % notes[0])
        eq([i["seq"] for i in edge["items"]], notes[:4])
        eq(edge["next"], notes[3])
        eq(dw.timeline(room["id"], "?kind=note&around=%d" % 2 ** 40)["items"][-1]["seq"], notes[-1])
        eq(dw.timeline(room["id"], "?kind=note&before=%d" % notes[2] + "&after=%d" % notes[0])["next"], None)
        eq(kinds(dw.timeline(room["id"], "?kind=incident.declared")), ["incident.declared"])
        mine = dw.timeline(room["id"], "?actor=%d" % dw.id("drafter"))["items"]
        eq([i["seq"] for i in mine], notes[1::2])
        base = V1 + "/incidents/%d/timeline" % room["id"]
        dw.lead("GET", base + "?kind=nonsense").problem(400, "/kind")
        dw.lead("GET", base + "?limit=0").problem(400, "/limit")
        dw.lead("GET", base + "?order=up").problem(400, "/order")
        dw.lead("GET", base + "?before=0").problem(400, "/before")
        dw.lead("GET", base + "?around=x").problem(400, "/around")
        dw.lead("GET", base + "?what=1").problem(400)
        dw.lead("GET", base + "?as_of=%d" % (dw.head() + 1000)).problem(400, "/as_of")
        dw.lead("GET", base + "?as_of=%d" % (room["id"] - 1)).problem(404)
        dw.lead("GET", base + "?as_of=2001-01-01T00:00:00Z").problem(404)
        dw.lead("GET", base + "?as_of=2199-01-01T00:00:00Z").problem(400, "/as_of")


def test_as_it_was():
    with War() as dw:
        ids = dw.mentions(4)
        room = dw.declare(mentions=ids[:1])
        path, states = str(room["id"]), []
        states.append(dw.room(room["id"]))
        dw.add(room["id"], "mentions", {"ids": ids[1:]}).ok(201)
        states.append(dw.room(room["id"]))
        claim = dw.add(room["id"], "claims", {"text": "It is toxic"}).ok(201).json()
        states.append(dw.room(room["id"]))
        dw.patch(path + "/claims/%d" % claim["id"], claim["version"],
                 {"verdict": "false", "evidence": [{"mention": ids[0], "note": "says so"}]}).ok(200)
        states.append(dw.room(room["id"]))
        dw.add(room["id"], "participants", {"user": dw.id("drafter"), "role": "lead"}).ok(201)
        dw.add(room["id"], "notes", {"text": "x"}).ok(201)
        states.append(dw.room(room["id"]))
        dw.patch(path, room["version"], {"severity": 4, "reason": "calm"}).ok(200)
        states.append(dw.room(room["id"]))
        for moment in range(2):
            for state in states:
                then = dw.room(room["id"], query="?as_of=%d" % state["last_seq"])
                eq(recorded(then), recorded(state), "as of %d" % state["last_seq"])
            if moment == 0:
                dw.restart()
                for name in dw.people:
                    dw.people[name] = dw.sign_in(name)
                eq(recorded(dw.room(room["id"])), recorded(states[-1]))
        # by time: the moment of each entry is the room up to that entry at least
        for item in dw.timeline(room["id"])["items"]:
            then = dw.room(room["id"], query="?as_of=" + item["recorded_at"])
            assert then["last_seq"] >= item["seq"], (then["last_seq"], item["seq"])
        base = V1 + "/incidents/%d" % room["id"]
        dw.lead("GET", base + "?as_of=%d" % (room["id"] - 1)).problem(404)
        dw.lead("GET", base + "?as_of=0").problem(404)
        dw.lead("GET", base + "?as_of=%d" % (dw.head() + 50)).problem(400, "/as_of")
        dw.lead("GET", base + "?as_of=yesterday").problem(400, "/as_of")
        dw.lead("GET", base + "?as_of=1&as_of=2").problem(400, "/as_of")


def test_the_same_key_declares_once():
    with War() as dw:
        ids = dw.mentions(2)
        body = {"title": "Once", "severity": 3, "mentions": ids}
        key = {"Idempotency-Key": "one"}
        first = dw.lead("POST", V1 + "/incidents", body, key).ok(201)
        again = dw.lead("POST", V1 + "/incidents", body, key).ok(201)
        eq(again.get("idempotency-replayed"), "true")
        eq(again.body, first.body)
        dw.lead("POST", V1 + "/incidents", dict(body, severity=4), key).problem(422)
        room = first.json()
        for what, doc in (("notes", {"text": "n"}), ("claims", {"text": "c"}),
                          ("tasks", {"title": "t"}), ("mentions", {"ids": ids})):
            key = {"Idempotency-Key": what}
            a = dw.lead("POST", V1 + "/incidents/%d/%s" % (room["id"], what), doc, key).ok()
            b = dw.lead("POST", V1 + "/incidents/%d/%s" % (room["id"], what), doc, key).ok()
            eq((a.status, a.body), (b.status, b.body), what)
        now = dw.room(room["id"])["counts"]
        eq((now["notes"], now["claims"], now["open_tasks"], now["mentions"]), (1, 1, 1, 2))


def test_who_may():
    """Every command by every role: what the policy says, over HTTP."""
    with War() as dw:
        ids = dw.mentions(1)
        room = dw.declare()
        rid = room["id"]
        claim = dw.add(rid, "claims", {"text": "c"}).ok(201).json()
        task = dw.add(rid, "tasks", {"title": "t"}).ok(201).json()
        star = {"If-Match": "*"}
        base = V1 + "/incidents"
        commands = [
            ("declare", "POST", base, {"title": "x", "severity": 4}, "lead"),
            ("change", "PATCH", base + "/%d" % rid, {"title": "z"}, "lead"),
            ("link", "POST", base + "/%d/mentions" % rid, {"ids": ids}, "lead drafter"),
            ("note", "POST", base + "/%d/notes" % rid, {"text": "n"}, "lead drafter"),
            ("correct", "POST", base + "/%d/corrections" % rid,
             {"target": rid, "text": "n"}, "lead drafter"),
            ("claim", "POST", base + "/%d/claims" % rid, {"text": "n"}, "lead drafter"),
            ("claim change", "PATCH", base + "/%d/claims/%d" % (rid, claim["id"]),
             {"verdict": "true"}, "lead drafter"),
            ("task", "POST", base + "/%d/tasks" % rid, {"title": "n"}, "lead drafter"),
            ("task change", "PATCH", base + "/%d/tasks/%d" % (rid, task["id"]),
             {"done": True}, "lead drafter"),
            ("decide", "POST", base + "/%d/decisions" % rid,
             {"question": "q", "options": ["a", "b"], "choice": "a", "reasons": "r"},
             "lead drafter"),
            ("office", "POST", base + "/%d/participants" % rid,
             {"user": dw.id("observer"), "role": "scribe"}, "lead"),
            ("pin", "POST", base + "/%d/milestones" % rid, {"target": rid, "label": "l"},
             "lead drafter"),
        ]
        for what, method, path, body, who in commands:
            for name, person in dw.people.items():
                got = person(method, path, body, star if method == "PATCH" else None)
                if name in who.split():
                    got.ok(200, 201, 409)
                else:
                    assert "may" in got.problem(403).json()["detail"], (what, name)
        for name in ("observer", "admin", "approver"):
            dw.room(rid, dw.people[name])
            dw.timeline(rid, who=dw.people[name])
        nobody = dw.client()
        nobody("GET", base).problem(401)
        nobody("POST", base, {"title": "x", "severity": 1}).problem(401)
        reader, doer = dw.client(dw.token("r", "read")), dw.client(dw.token("a", "act"))
        reader("GET", base + "/%d" % rid).ok(200)
        reader("POST", base + "/%d/notes" % rid, {"text": "n"}).problem(403)
        doer("POST", base + "/%d/notes" % rid, {"text": "n"}).ok(201)
        doer("GET", base + "/%d" % rid).problem(403)


def test_many_at_once():
    """Sixteen people write into one room at the same time: all of it is there, in one order."""
    with War() as dw:
        room = dw.declare()
        auth, failed = dw.lead.auth, []

        def write(n):
            try:
                client = dw.client()
                client.auth = dict(auth)
                for i in range(20):
                    client("POST", V1 + "/incidents/%d/notes" % room["id"],
                           {"text": "%d.%d" % (n, i)}).ok(201)
            except Exception as e:  # noqa: BLE001 - told below
                failed.append(e)

        with Stream(dw.address, auth, "?incident=%d" % room["id"],
                    last_id=room["id"]) as live:
            threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            eq(failed, [])
            live.until(lambda s: len(s.of("note.added")) == 320, "all notes")
            items = dw.timeline(room["id"], "?kind=note&limit=500")["items"]
            eq([i["seq"] for i in items], live.ids)
            eq([json.dumps(i) for i in items], [json.dumps(e.item) for e in live.events])
        for n in range(16):
            mine = [i["data"]["text"] for i in items if i["data"]["text"].startswith("%d." % n)]
            eq(mine, ["%d.%d" % (n, i) for i in range(20)])


def test_two_change_the_same():
    with War() as dw:
        room = dw.declare()
        results, path = [], str(room["id"])
        auth = dw.lead.auth

        def change(n):
            client = dw.client()
            client.auth = dict(auth)
            results.append(client("PATCH", V1 + "/incidents/" + path, {"title": "by %d" % n},
                                  {"If-Match": '"%d"' % room["version"]}))

        threads = [threading.Thread(target=change, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        eq(sorted(r.status for r in results), [200] + [412] * 7)
        won = [r for r in results if r.status == 200][0].json()
        for r in results:
            eq(r.json()["title"], won["title"])
        wait_for(lambda: dw.room(room["id"])["title"] == won["title"], "the winner's title")


def test_work_in_the_room():
    with War() as dw:
        ids = dw.mentions(3)
        room = dw.declare(mentions=ids[:2])
        rid, path = room["id"], str(room["id"])
        # people
        known = dw.observer("GET", V1 + "/people").ok(200).json()["items"]
        eq([(p["name"], p["roles"]) for p in known],
           [(n, [n]) for n in ("lead", "drafter", "approver", "observer", "admin")])
        eq(set(known[0]), {"id", "name", "roles", "groups"})
        dw.feed("GET", V1 + "/people").problem(403)
        lead = dw.add(rid, "participants", {"user": dw.id("lead"), "role": "lead"}).ok(201).json()
        eq((lead["user"], lead["role"], lead["deputy"]), (dw.id("lead"), "lead", False))
        dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "lead"}).problem(409, "/role")
        dw.add(rid, "participants", {"user": 10 ** 7, "role": "scribe"}).problem(422, "/user")
        dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "king"}).problem(400, "/role")
        eq(dw.room(rid)["missing"], [])
        over = dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "lead",
                                            "replaces": lead["id"]}).ok(201).json()
        now = dw.room(rid)
        eq([p["id"] for p in now["participants"]], [over["id"]])
        eq(now["lead"], dw.id("drafter"))
        # the drafter leads this room, and so commands it
        now = dw.patch(path, now["version"], {"severity": 1, "reason": "x"}, dw.drafter).ok(200).json()
        dw.drafter("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, over["id"])).ok(204)
        dw.patch(path, now["version"], {"severity": 2, "reason": "x"}, dw.drafter).problem(403)
        # an approver may come in as a member by himself, and leave
        me = dw.add(rid, "participants", {"user": dw.id("approver"), "role": "member"},
                    dw.approver).ok(201).json()
        dw.add(rid, "participants", {"user": dw.id("approver"), "role": "legal"},
               dw.approver).problem(403)
        dw.approver("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, me["id"])).ok(204)
        dw.lead("DELETE", V1 + "/incidents/%d/participants/%d" % (rid, me["id"])).problem(404)
        # tasks: the owner may say done
        task = dw.add(rid, "tasks", {"title": "Call the plant", "owner": dw.id("approver"),
                                     "due_at": "2096-12-01T10:00:00Z"}).ok(201).json()
        task = dw.patch(path + "/tasks/%d" % task["id"], task["version"], {"done": True},
                        dw.approver).ok(200).json()
        eq((task["done"], task["done_by"]), (True, dw.id("approver")))
        task = dw.patch(path + "/tasks/%d" % task["id"], task["version"],
                        {"done": False, "owner": None, "due_at": None}).ok(200).json()
        eq((task["done"], task["owner"], task["due_at"], task["done_at"]),
           (False, None, None, None))
        dw.patch(path + "/tasks/%d" % task["id"], 1, {"done": True}).ok(412)
        dw.patch(path + "/tasks/%d" % rid, "1", {"done": True}).problem(404)
        # claims: evidence is appended
        claim = dw.add(rid, "claims", {"text": "It is toxic", "verdict": "unknown",
                                       "owner": dw.id("drafter"),
                                       "recheck_at": "2096-12-01T10:00:00Z"}).ok(201).json()
        one = path + "/claims/%d" % claim["id"]
        dw.patch(one, claim["version"], {"evidence": [{"url": "javascript:1"}]}).problem(
            400, "/evidence/0/url")
        dw.patch(one, claim["version"], {"evidence": [{"note": "x"}]}).problem(400, "/evidence/0")
        dw.patch(one, claim["version"], {"evidence": [{"mention": rid}]}).problem(
            422, "/evidence/0/mention")
        claim = dw.patch(one, claim["version"], {
            "evidence": [{"mention": ids[0]}, {"url": "https://example.org/x", "note": "lab"}]
        }).ok(200).json()
        claim = dw.patch(one, claim["version"], {
            "verdict": "false", "evidence": [{"mention": ids[2]}], "reason": "the lab says"
        }).ok(200).json()
        eq(claim["verdict"], "false")
        eq([e.get("mention") or e.get("url") for e in claim["evidence"]],
           [ids[0], "https://example.org/x", ids[2]])
        # decisions: superseded, never edited
        body = {"question": "Recall?", "options": ["yes", "no"], "choice": "no",
                "reasons": "Nothing is known yet"}
        known = dw.head()
        first = dw.add(rid, "decisions", body).ok(201).json()
        eq(first["known_at"], known)
        eq(first["deciders"], [dw.id("lead")])
        second = dw.add(rid, "decisions", dict(body, choice="yes", supersedes=first["id"],
                                               known_at=first["id"],
                                               deciders=[dw.id("approver")])).ok(201).json()
        dw.add(rid, "decisions", dict(body, supersedes=first["id"])).problem(409, "/supersedes")
        dw.add(rid, "decisions", dict(body, known_at=10 ** 9)).problem(400, "/known_at")
        got = dw.room(rid)["decisions"]
        eq([d["superseded_by"] for d in got], [second["id"], None])
        # mentions
        eq(dw.add(rid, "mentions", {"ids": ids}).ok(201).json()["mentions"], ids[2:])
        dw.add(rid, "mentions", {"ids": ids}).ok(200)
        def linked(query=""):
            return [m["id"] for m in dw.observer(
                "GET", V1 + "/mentions?incident=%d%s" % (rid, query)).ok(200).json()["items"]]

        eq(linked(), ids[::-1])
        eq(linked("&limit=1&before=%d" % ids[2]), [ids[1]])
        eq(linked("&source=test"), ids[::-1])
        eq(linked("&lang=fa"), [])
        dw.lead("GET", V1 + "/mentions?incident=%d" % ids[0]).problem(404)
        dw.lead("DELETE", V1 + "/incidents/%d/mentions/%d" % (rid, ids[0])).ok(204)
        eq(linked(), ids[:0:-1])
        got = dw.room(rid)
        eq((got["counts"]["mentions"], got["milestones"][0]["mention"]), (2, ids[1]))
        # milestones
        dw.add(rid, "milestones", {"target": first["id"], "label": "First decision"}).ok(201)
        pins = [m for m in dw.room(rid)["milestones"] if m["kind"] == "pinned"]
        eq([(m["seq"], m["label"]) for m in pins], [(first["id"], "First decision")])
        dw.lead("DELETE", V1 + "/incidents/%d/milestones/%d" % (rid, first["id"])).ok(204)
        dw.lead("DELETE", V1 + "/incidents/%d/milestones/%d" % (rid, first["id"])).problem(404)


def test_merging():
    with War() as dw:
        ids = dw.mentions(5)
        one, two = dw.declare(mentions=ids[:3]), dw.declare(title="Two", mentions=ids[2:])
        path = str(one["id"])
        dw.patch(path, one["version"], {"status": "merged", "reason": "x"}).problem(422, "/status")
        dw.patch(path, one["version"], {"merge_into": two["id"]}).problem(422, "/reason")
        dw.patch(path, one["version"], {"merge_into": one["id"], "reason": "x"}).problem(
            422, "/merge_into")
        dw.patch(path, one["version"], {"merge_into": 10 ** 6, "reason": "x"}).problem(
            422, "/merge_into")
        got = dw.patch(path, one["version"], {"merge_into": two["id"],
                                              "reason": "The same leak"}).ok(200).json()
        eq((got["status"], got["merged_into"]), ("merged", two["id"]))
        into = dw.room(two["id"])
        eq((into["absorbed"], into["counts"]["mentions"]), ([one["id"]], 5))
        eq(dw.room(one["id"])["counts"]["mentions"], 3)
        eq(kinds(dw.timeline(two["id"])), ["incident.declared", "mention.linked",
                                           "incident.absorbed", "mention.linked"])
        assert "goes on there" in dw.add(one["id"], "notes",
                                         {"text": "x"}).problem(422).json()["detail"]
        dw.add(one["id"], "corrections", {"target": one["id"], "text": "x"}).ok(201)
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.room(one["id"])["merged_into"], two["id"])


def test_triage():
    with War() as dw:
        one, two = dw.mentions(2)

        def triage(body, who=None, id_=one, headers=None):
            return (who or dw.drafter)("POST", V1 + "/mentions/%d/triage" % id_, body, headers)

        me = dw.id("drafter")
        triage({}).problem(400, "/state")
        triage({"state": "lost"}).problem(400, "/state")
        triage({"state": "seen", "colour": 1}).problem(400, "/colour")
        triage({"state": "owned"}).problem(422, "/owner")
        triage({"state": "owned", "owner": 10 ** 6}).problem(422, "/owner")
        triage({"state": "closed"}).problem(422, "/outcome")
        triage({"state": "answered", "outcome": "solved"}).problem(422, "/outcome")
        triage({"state": "seen"}, id_=10 ** 6).problem(404)
        triage({"state": "seen"}, id_=me).problem(404)
        triage({"state": "seen"}, dw.observer).problem(403)
        eq(triage({"state": "new"}).ok(200).json(), {"mention": one, "state": "new",
                                                     "owner": None})
        got = triage({"state": "owned", "owner": me}).ok(201).json()
        eq((got["state"], got["owner"], got["by"]), ("owned", me, me))
        eq(triage({"state": "owned", "owner": me}).ok(200).json(), got)
        key = {"Idempotency-Key": "t"}
        got = triage({"state": "answered", "note": "asked for a number"}, None, one, key).ok(201)
        eq(triage({"state": "answered", "note": "asked for a number"}, None, one, key).body,
           got.body)
        eq(got.json()["owner"], me)
        triage({"state": "closed", "outcome": "solved"}).ok(201)
        asked = {"state": "answered", "note": "send us your number", "asks": True}
        triage({"state": "seen", "asks": True}, id_=two).problem(422, "/asks")
        eq(triage(asked, id_=two).ok(201).json()["asks"], True)
        triage({"state": "closed", "outcome": "solved"}, id_=two).problem(422, "/outcome")
        triage({"state": "answered"}, id_=two).ok(201)
        triage({"state": "closed", "outcome": "solved"}, id_=two).ok(201)
        triage(asked, id_=two).ok(201)
        triage({"state": "closed", "outcome": "no_answer"}, id_=two).ok(201)
        dw.restart()
        dw.people["drafter"] = dw.sign_in("drafter")
        got = triage({"state": "closed", "outcome": "solved"}).ok(200).json()
        eq((got["state"], got["outcome"], got["owner"]), ("closed", "solved", me))
        triage({"state": "ignored"}, id_=two).ok(201)
        events = [e.item["data"] for e in everything(dw, dw.drafter) if e.type == "mention.triaged"]
        eq([(e["mention"], e["state"]) for e in events],
           [(one, "owned"), (one, "answered"), (one, "closed"), (two, "answered"),
            (two, "answered"), (two, "closed"), (two, "answered"), (two, "closed"),
            (two, "ignored")])
