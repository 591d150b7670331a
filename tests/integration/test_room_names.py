# SPDX-License-Identifier: AGPL-3.0-or-later
"""The names that a room must not mix up: who keeps them, and who is told that one was swapped."""
from harness import eq
from test_incidents import V1, War
from test_statements import Desk, units

DANA = "Dana Dairy = دانا للألبان = لبنیات دانا"
NADA = "Nada = ندى = ندا"


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
        put(dw, room, ["Dana", "🔥"]).problem(422, "/names/1")
        put(dw, room, ["…"]).problem(422, "/names/0")
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


def swap(dw, id_, old, new):
    """The statement is submitted with `old`, and again with `new` in its place."""
    text = dw.statement(id_)["text"]
    first = dw.submit(id_)
    before, behind = (units(x) for x in text.split(old, 1))
    change = [p for p in (before, [units(old), new], behind) if p != 0]
    dw.type(id_, dw.statement(id_)["revision"], "tab", change).ok(200)
    dw.submit(id_)
    got = dw.lead("GET", V1 + "/statements/%d/versions/%s?against=current"
                  % (id_, first["digest"])).ok(200).json()
    return text, dw.statement(id_)["text"], got["deltas"]


def said(text, d):
    return text.encode("utf-16-le")[2 * d["from"]:2 * d["to"]].decode("utf-16-le")


def swapped(dw, room, lang, text, old, new):
    id_ = dw.draft(room, lang=lang, text=text)["id"]
    was, is_, deltas = swap(dw, id_, old, new)
    return [(d["kind"], d["gone"], said(was if d["gone"] else is_, d), d.get("name"))
            for d in deltas]


def test_a_name_that_was_swapped_is_told():
    with Desk() as dw:
        room = dw.declare()["id"]
        put(dw, room, [DANA, NADA, "Dana = دانا"]).ok(200)
        eq(swapped(dw, room, "en", "😀 We recall the milk of Dana Dairy.", "Dana Dairy", "Nada"),
           [("name", True, "Dana Dairy", "Dana Dairy"), ("name", False, "Nada", "Nada")])
        eq(swapped(dw, room, "ar", "سحبنا الحليب، ولدانا للألبان بيان.", "ولدانا للألبان", "ولندى"),
           [("name", True, "ولدانا للألبان", "Dana Dairy"), ("name", False, "ولندى", "Nada")])
        eq(swapped(dw, room, "fa", "شیر لبنیات‌دانا جمع شد.", "لبنیات‌دانا", "ندا"),
           [("name", True, "لبنیات‌دانا", "Dana Dairy"), ("name", False, "ندا", "Nada")])
        # another spelling of the same name is none
        eq(swapped(dw, room, "en", "We recall the milk of Dana Dairy.", "Dana Dairy",
                   "دانا للألبان"), [])
        # a shorter name is another one; figures stand before names, denials behind
        eq(swapped(dw, room, "en", "Dana Dairy has 12 lorries.", "Dana Dairy has 12",
                   "Dana has not 13"),
           [("number", True, "12", None), ("number", False, "13", None),
            ("name", True, "Dana Dairy", "Dana Dairy"), ("name", False, "Dana", "Dana"),
            ("negation", False, "not", None)])


def test_the_names_of_now_are_looked_for():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room, text="Dana says so.")["id"]
        eq(swap(dw, id_, "Dana", "Nada")[2], [])
        first = dw.statement(id_)["versions"][0]["digest"]
        put(dw, room, ["Dana", "Nada"]).ok(200)
        got = dw.lead("GET", V1 + "/statements/%d/versions/%s?against=current"
                      % (id_, first)).ok(200).json()["deltas"]
        eq([(d["kind"], d["gone"], d["from"], d["to"], d["name"]) for d in got],
           [("name", True, 0, 4, "Dana"), ("name", False, 0, 4, "Nada")])


def missed(dw, id_):
    checks = dw.lead("GET", V1 + "/statements/%d/checks" % id_).ok(200).json()
    return {x["statement"]: [(n["gone"], n["from"], n["to"], n["name"]) for n in x["names"]]
            for x in checks["translations"]}


def test_a_translation_without_a_name_is_told():
    with Desk() as dw:
        room = dw.declare()["id"]
        put(dw, room, [DANA, NADA, "Ahvaz"]).ok(200)
        en = dw.draft(room, text="Dana Dairy in Ahvaz. Dana Dairy says.")["id"]
        fa = dw.draft(room, lang="fa", text="لبنیات دانا می‌گوید.", translation_of=en)["id"]
        ar = dw.draft(room, lang="ar", text="بيان لندى", translation_of=en)["id"]
        # a name without a spelling of that script is missing, too: somebody has to look
        eq(missed(dw, fa), {en: [(True, 14, 19, "Ahvaz")]})
        eq(missed(dw, ar), {en: [(True, 0, 10, "Dana Dairy"), (True, 14, 19, "Ahvaz"),
                                 (False, 5, 9, "Nada")]})
        eq(missed(dw, en), {fa: [(False, 14, 19, "Ahvaz")],
                            ar: [(True, 5, 9, "Nada"), (False, 0, 10, "Dana Dairy"),
                                 (False, 14, 19, "Ahvaz")]})
        put(dw, room, []).ok(200)
        eq(missed(dw, fa), {en: []})
