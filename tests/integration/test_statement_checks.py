# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is looked at before a statement leaves: what its channel has no room for, figures without a claim."""
from harness import eq
from test_incidents import V1
from test_statements import Desk, units
from test_templates import set_contacts

FAMILY = "👨‍👩‍👧‍👦"  # one sign of seven code points, eleven UTF-16 units: two for a social post
LINK = "https://example.org/guests?day=saturday&language=en#what-we-know-by-now"  # 23, however long


def checks(dw, id_):
    return dw.lead("GET", V1 + "/statements/%d/checks" % id_).ok(200).json()


def too_long(doc):
    return [(f["severity"], f["from"], f["to"], f["value"]) for f in doc["findings"] if f["check"] == "too_long"]


def test_a_post_is_as_long_as_its_channel_counts():
    """In its own way: in bytes, code points or UTF-16 units these would all be too long, or none."""
    with Desk() as dw:
        room = dw.declare()["id"]
        draft = lambda lang, text: dw.draft(room, channel="social", lang=lang, text=text)["id"]
        submit = lambda id_: dw.do(id_, "submit", {"revision": 0})
        for lang, words in (("en", FAMILY * 130), ("en", ("See " + LINK + "\n") * 10), ("fa", "می‌گوییم " * 31),
                            ("ar", "نعتذر منكم. " * 23)):
            left = 280 - checks(dw, draft(lang, words))["length"]
            assert 0 <= left < 25, left
            sid = draft(lang, words + "." * left)
            doc = checks(dw, sid)
            eq((doc["length"], doc["length_max"], too_long(doc)), (280, 280, []), words)
            submit(sid).ok(201)
            text = words + "." * (left + 1)
            sid = draft(lang, text)
            end = units(text)
            doc = checks(dw, sid)
            eq((doc["length"], too_long(doc)), (281, [("refuse", end - 1, end, 281)]), text)
            detail = submit(sid).problem(422, "/text").json()["detail"]
            assert detail.startswith("too_long at %d to %d" % (end - 1, end)), detail
            eq(dw.statement(sid)["versions"], [])
            # the press has room for the same words
            tag = {"If-Match": '"%d"' % dw.statement(sid)["version"]}
            dw.drafter("PATCH", V1 + "/statements/%d" % sid, {"channel": "press"}, tag).ok(200)
            doc = checks(dw, sid)
            eq((doc["length_max"], too_long(doc)), (None, []))
            submit(sid).ok(201)


def test_what_the_room_gives_wants_no_claim():
    """A holding statement as it comes: when it began, when the next word is due, how people reach us."""
    with Desk() as dw:
        room = dw.declare()["id"]
        dw.add(room, "claims", {"text": "12 guests are well", "verdict": "true"}).ok(201)
        dw.add(room, "words", {"audience": "public", "text": "We look into it", "next_at": "2096-11-29T17:05:00Z"}).ok(201)
        for lang, contact in (("ar", "هاتف 0800555"), ("en", "0800 555"), ("fa", "تلفن ۰۸۰۰۵۵۵")):
            set_contacts(dw, {lang: contact})
            doc = dw.drafter("POST", V1 + "/incidents/%d/statements" % room, {"lang": lang, "template": "holding"}).ok(201).json()
            assert contact in doc["text"] and "{" not in doc["text"].replace("{checking}", ""), doc["text"]
            eq(checks(dw, doc["id"])["bare"], [], doc["text"])
            set_contacts(dw, {lang: "112"})
            eq(len(checks(dw, doc["id"])["bare"]), 1, "a number that is ours no more")


def test_a_date_is_the_same_in_another_calendar():
    """A translation into Persian names the same moments in other figures."""
    with Desk() as dw:
        room = dw.declare()["id"]
        dw.add(room, "words", {"audience": "public", "text": "We look into it", "next_at": "2096-11-29T17:05:00Z"}).ok(201)
        path = V1 + "/incidents/%d/statements" % room
        own = dw.drafter("POST", path, {"lang": "ar", "template": "holding"}).ok(201).json()["id"]
        for lang in ("fa", "en"):
            dw.drafter("POST", path, {"lang": lang, "template": "holding", "translation_of": own}).ok(201)
        eq([(x["lang"], x["numbers"]) for x in checks(dw, own)["translations"]], [("fa", []), ("en", [])])
        # when the promise is moved, the old moment is a figure like others
        dw.add(room, "words", {"audience": "public", "text": "Later", "next_at": "2096-11-30T17:05:00Z"}).ok(201)
        told = {x["lang"]: len(x["numbers"]) for x in checks(dw, own)["translations"]}
        eq((told["en"], told["fa"] > 0), (0, True), told)


def test_a_figure_wants_a_claim():
    with Desk() as dw:
        room = dw.declare()["id"]
        claim = dw.add(room, "claims", {"text": "Nine guests are ill", "verdict": "true"}).ok(201).json()["id"]
        for lang, calm, figure in (("en", "We are sorry.", "Nine rooms and 12 guests."), ("fa", "متأسفیم.", "۱۲ مهمان بیمارند."),
                                   ("ar", "نأسف لذلك.", "١٢ ضيفًا مرضى.")):
            text = calm + " " + figure
            place = {"from": units(calm) + 1, "to": units(text)}
            sid = dw.draft(room, lang=lang, text=text)["id"]
            eq(checks(dw, sid)["bare"], [place], text)
            link = dw.do(sid, "links", dict(place, revision=0, claim=claim, rests="asserts")).ok(201).json()["id"]
            eq(checks(dw, sid)["bare"], [], text)
            dw.drafter("DELETE", V1 + "/statements/%d/links/%d" % (sid, link)).ok(204)
            # it warns, and stops nobody
            eq(dw.do(sid, "submit", {"revision": 0}).ok(201).json()["bare"], [place], text)
