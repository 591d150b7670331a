# SPDX-License-Identifier: AGPL-3.0-or-later
"""The names that a room must not mix up: who keeps them."""
from harness import eq
from test_incidents import V1, War

DANA = "Dana Dairy = دانا للألبان = لبنیات دانا"


def names(dw, room, query=""):
    return dw.room(room, query=query)["names"]


def put(dw, room, lines, who=None):
    return dw.patch(str(room), dw.room(room)["version"], {"names": lines}, who)


def test_a_room_keeps_its_names():
    with War() as dw:
        room = dw.declare()
        eq(room["names"], [])
        id_ = room["id"]
        got = put(dw, id_, [DANA, "Ahvaz = اهواز"]).ok(200).json()
        eq(got["names"], [DANA, "Ahvaz = اهواز"])
        eq(names(dw, id_), got["names"])
        one = got["last_seq"]
        item = dw.timeline(id_)["items"][-1]
        eq((item["type"], item["data"]), ("incident.changed", {"names": got["names"]}))
        eq([i["seq"] for i in dw.timeline(id_, "?text=%D8%A7%D9%87%D9%88%D8%A7%D8%B2")["items"]],
           [one])
        put(dw, id_, got["names"]).ok(200)
        eq(dw.room(id_)["last_seq"], one, "the same again is no event")
        put(dw, id_, ["Ahvaz"]).ok(200)
        eq(names(dw, id_), ["Ahvaz"])
        put(dw, id_, []).ok(200)
        eq(names(dw, id_), [])
        eq(names(dw, id_, "?as_of=%d" % one), [DANA, "Ahvaz = اهواز"])
        eq(names(dw, id_, "?as_of=%d" % (one + 1)), ["Ahvaz"])
        eq(names(dw, id_, "?as_of=%d" % id_), [])


def test_what_is_no_list_of_names():
    with War() as dw:
        room = dw.declare()["id"]
        put(dw, room, "Dana").problem(400, "/names")
        put(dw, room, None).problem(400, "/names")
        put(dw, room, ["Dana", 7]).problem(400, "/names/1")
        put(dw, room, ["Dana"] * 51).problem(400, "/names")
        put(dw, room, ["Dana", "Dana ="]).problem(422, "/names/1")
        put(dw, room, ["Dana", "Dana = = دانا"]).problem(422, "/names/1")
        put(dw, room, [" = ".join("abcdefghi")]).problem(422, "/names/0")
        put(dw, room, ["ق" * 301]).problem(422, "/names/0")
        put(dw, room, ["Dana\nDairy"]).problem(422, "/names/0")
        dw.lead("POST", V1 + "/incidents", {"title": "x", "severity": 1, "names": []}).problem(
            400, "/names")
        eq(names(dw, room), [])
        # as much as there may be
        most = ["ق" * 296 + " = %d" % (i % 10) for i in range(50)]
        put(dw, room, most).ok(200)
        eq(names(dw, room), most)


def test_who_may_keep_them():
    with War() as dw:
        room = dw.declare()["id"]
        put(dw, room, ["Dana"], dw.drafter).problem(403)
        put(dw, room, ["Dana"], dw.observer).problem(403)
        eq(names(dw, room), [])
        # a drafter who leads the room
        dw.add(room, "participants", {"user": dw.id("drafter"), "role": "lead"}).ok(201)
        put(dw, room, ["Dana"], dw.drafter).ok(200)
        eq(dw.observer("GET", V1 + "/incidents/%d" % room).ok(200).json()["names"], ["Dana"])
        eq(dw.patch(str(room), room, {"names": []}).ok(412).json()["names"], ["Dana"])


def test_no_other_room_gets_them():
    with War() as dw:
        ids = dw.mentions(2)
        room = dw.declare(mentions=ids)["id"]
        put(dw, room, ["Dana"]).ok(200)
        part = dw.add(room, "split", {"title": "A part", "severity": 3, "reason": "another matter",
                                      "mentions": ids[:1]}).ok(201).json()
        eq((part["names"], names(dw, part["id"]), names(dw, room)), ([], [], ["Dana"]))
        dw.patch(str(room), dw.room(room)["version"],
                 {"merge_into": part["id"], "reason": "the same"}).ok(200)
        eq((names(dw, part["id"]), names(dw, room)), ([], ["Dana"]))


def test_they_outlive_a_restart():
    with War() as dw:
        room = dw.declare()["id"]
        put(dw, room, [DANA]).ok(200)
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(names(dw, room), [DANA])
