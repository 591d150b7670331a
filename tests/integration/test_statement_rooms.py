# SPDX-License-Identifier: AGPL-3.0-or-later
"""Statements across rooms: what is named to whom, what a draft may point at, what outlives a merger."""
from harness import eq
from test_statements import V1, Desk

TEXT = ("The water of the northern plant is safe again since this morning, and everybody in the "
        "district may drink it without boiling it first.")


def publish(dw, id_):
    d = dw.submit(id_, who=dw.lead)["digest"]
    dw.rule(id_, d, "approve", dw.boss).ok(201)
    dw.do(id_, "publish", {"digest": d}, dw.lead).ok(201)


def copies(findings):
    return [f.get("copy_of") for f in findings if f["check"] == "near_copy"]


def test_a_copy_is_named_to_those_who_see_its_room():
    with Desk() as dw:
        room = dw.declare(restricted=True)
        boss = [u for u in dw.admin("GET", V1 + "/users").ok(200).json()["items"]
                if u["name"] == "boss"][0]["id"]
        dw.add(room["id"], "participants", {"user": boss, "role": "member"}).ok(201)
        first = dw.draft(room["id"], who=dw.lead, text=TEXT)["id"]
        publish(dw, first)
        second = dw.draft(dw.declare(title="Another")["id"], text=TEXT)["id"]
        path = V1 + "/statements/%d/checks" % second
        eq(copies(dw.lead("GET", path).ok(200).json()["findings"]), [first])
        eq(copies(dw.drafter("GET", path).ok(200).json()["findings"]), [None])
        eq(copies(dw.submit(second)["findings"]), [None])


def test_what_a_draft_is_of():
    with Desk() as dw:
        room, other = dw.declare()["id"], dw.declare(title="Other")["id"]
        here, there = dw.draft(room)["id"], dw.draft(other)["id"]
        ask = {"title": "x", "lang": "fa", "channel": "press", "audience": "public"}
        path = V1 + "/incidents/%d/statements" % room
        for id_ in (there, room, 10 ** 6):
            dw.drafter("POST", path, dict(ask, translation_of=id_)).problem(422, "/translation_of")
            dw.drafter("POST", path, dict(ask, correction_of=id_)).problem(422, "/correction_of")
        dw.drafter("POST", path, dict(ask, correction_of=here)).problem(422, "/correction_of")
        dw.drafter("POST", path, dict(ask, translation_of=here)).ok(201)
        publish(dw, here)
        dw.drafter("POST", path, dict(ask, correction_of=here)).ok(201)
        dw.drafter("POST", V1 + "/incidents/%d/statements" % other,
                   dict(ask, correction_of=here)).problem(422, "/correction_of")


def test_what_outlives_a_merger():
    with Desk() as dw:
        one, two = dw.declare(), dw.declare(title="Two")["id"]
        id_ = dw.draft(one["id"])["id"]
        publish(dw, id_)
        dw.patch(str(one["id"]), dw.room(one["id"])["version"],
                 {"merge_into": two, "reason": "The same"}).ok(200)
        may = dw.lead("GET", V1 + "/statements/%d" % id_).ok(200).json()["may"]
        eq([k for k in may if may[k]], ["correct", "withdraw"])
        may = dw.drafter("GET", V1 + "/statements/%d" % id_).ok(200).json()["may"]
        eq([k for k in may if may[k]], ["correct"])
        made = dw.do(id_, "corrections", {"text": "Two.", "reason": "It was wrong"}).ok(201).json()
        eq((made["incident"], made["correction_of"]), (two, id_))
        dw.do(id_, "withdraw", {"reason": "x"}).problem(403)
        dw.do(id_, "withdraw", {"reason": "It was wrong"}, dw.lead).ok(201)
        eq(dw.statement(id_)["status"], "withdrawn")
        dw.do(id_, "submit", {"revision": 0}).problem(422)
        dw.verify()


def test_what_one_may_is_what_is_done():
    """Two rooms that are merged, closed or not, and people in one of them, in both or in none: what `may` says of
    correcting and taking back is what comes of it. Who sees only the new room does not even find the statement."""
    told = set()
    with Desk() as dw:
        dw.user("second", "lead,drafter")
        dw.people["second"] = dw.sign_in("second")
        users = {u["name"]: u["id"] for u in dw.admin("GET", V1 + "/users").ok(200).json()["items"]}
        for closed in ("never", "before", "afterwards"):
            is_closed = closed == "before"
            one = dw.declare(restricted=is_closed)
            two = dw.declare(who=dw.second, title="Two", restricted=is_closed)["id"]
            guest = None
            if is_closed:  # who approves, and who sees both while they are merged
                dw.add(one["id"], "participants", {"user": users["boss"], "role": "member"}).ok(201)
                guest = dw.add(two, "participants", {"user": users["lead"], "role": "member"}, dw.second).ok(201).json()["id"]
            ids = [dw.draft(one["id"], who=dw.lead, text="We know. %d" % n)["id"] for n in range(4)]
            for id_ in ids:
                publish(dw, id_)
            dw.patch(str(one["id"]), dw.room(one["id"])["version"], {"merge_into": two, "reason": "The same"}).ok(200)
            if guest is not None:
                dw.second("DELETE", V1 + "/incidents/%d/participants/%d" % (two, guest)).ok(204)
            if closed == "afterwards":
                version = dw.room(two, dw.second)["version"]
                dw.patch(str(two), version, {"restricted": True, "reason": "x"}, dw.second).ok(200)
            for name, id_ in zip(("lead", "second", "drafter", "boss"), ids):
                who = dw.people[name]
                got = who("GET", V1 + "/statements/%d" % id_)
                if got.status == 404:
                    may = {"correct": False, "withdraw": False}
                else:
                    may = got.ok(200).json()["may"]
                for act, body in (("corrections", {"text": "Two.", "reason": "It was wrong"}),
                                  ("withdraw", {"reason": "It was wrong"})):
                    status = dw.do(id_, act, body, who).status
                    said = may["correct" if act == "corrections" else act]
                    eq(status == 201, said, (closed, name, act, status))
                    told.add((act, status))
    eq(sorted(told), [("corrections", 201), ("corrections", 403), ("corrections", 404),
                      ("withdraw", 201), ("withdraw", 403), ("withdraw", 404)])
