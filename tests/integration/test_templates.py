# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates of statements: what ships, what a playbook brings, filled from the room."""
import re

from harness import eq
from test_incidents import V1, War


def templates(dw, rid, lang, who=None):
    got = (who or dw.observer)("GET", V1 + "/incidents/%d/templates?lang=%s" % (rid, lang)).ok(200)
    return {t["template"]: t for t in got.json()["items"]}


def set_contacts(dw, contacts, who=None):
    return (who or dw.admin)("PATCH", V1 + "/contacts", {"contacts": contacts}, {"If-Match": "*"}).ok(200).json()


def test_slots_are_filled_from_the_room():
    with War() as dw:
        rid = dw.declare(title="نشت گاز")["id"]
        dw.add(rid, "claims", {"text": "کسی آسیب ندید", "verdict": "true"}).ok(201)
        dw.add(rid, "claims", {"text": "علت شیر بود"}).ok(201)
        dw.add(rid, "words", {"audience": "public", "text": "بررسی می‌کنیم", "next_at": "2096-11-29T17:05:00Z"}).ok(201)
        got = templates(dw, rid, "fa")["holding"]
        eq((got["channel"], got["audience"]), ("press", "public"))
        assert "نگران نشت گاز" in got["text"], got["text"]
        assert "آنچه می‌دانیم\n– کسی آسیب ندید\n" in got["text"], got["text"]
        assert "آنچه بررسی می‌کنیم\n– علت شیر بود\n" in got["text"], got["text"]
        assert "۹ آذر ۱۴۷۵" in got["text"], got["text"]
        eq(re.findall(r"\{\w+\}", got["text"]), ["{contact}"])
        for lang in ("ar", "en", "en-GB"):
            eq(sorted(templates(dw, rid, lang)), ["correction", "holding", "post", "staff"])
        eq(templates(dw, rid, "de"), {})


def test_the_contact_is_set_once_and_not_typed_again():
    with War() as dw:
        rid = dw.declare()["id"]
        set_contacts(dw, {"ar": "هاتف 0800555 أو press@example.org", "fa": "تلفن ۰۸۰۰۵۵۵"})
        assert "للتواصل معنا: هاتف 0800555 أو press@example.org." in templates(dw, rid, "ar")["holding"]["text"]
        assert "به تلفن ۰۸۰۰۵۵۵ سپرده شود" in templates(dw, rid, "fa-AF")["staff"]["text"]
        assert "{contact}" in templates(dw, rid, "en")["holding"]["text"]
        # what ships, and so an envelope that is made of it, keeps its slot
        shipped = dw.lead("GET", V1 + "/templates?lang=ar").ok(200).json()["items"]
        assert "{contact}" in [t["text"] for t in shipped if t["template"] == "holding"][0]
        doc = dw.drafter("POST", V1 + "/incidents/%d/statements" % rid, {"lang": "ar", "template": "holding"}).ok(201).json()
        assert "press@example.org" in doc["text"] and "{contact}" not in doc["text"], doc["text"]
        # a text that is begun keeps what it says
        set_contacts(dw, {"ar": "هاتف 112"})
        assert "press@example.org" in dw.drafter("GET", V1 + "/statements/%d" % doc["id"]).ok(200).json()["text"]
        assert "{contact}" in templates(dw, rid, "fa")["holding"]["text"]


def test_those_of_a_playbook_come_first():
    with War() as dw:
        rid = dw.declare()["id"]
        dw.add(rid, "playbooks", {"slug": "service-outage", "lang": "en"}).ok(201)
        got = templates(dw, rid, "en")
        eq(list(got)[0], "service-outage/holding")
        assert "The next update will be at" in got["service-outage/holding"]["text"], got
        assert "holding" in got, got
        eq(list(templates(dw, rid, "ar"))[0], "holding")


def test_a_filled_time_is_said_once():
    with War() as dw:
        for lang, word in (("ar", "الساعة"), ("fa", "ساعت")):
            rid = dw.declare()["id"]
            dw.add(rid, "words", {"audience": "public", "text": "x", "next_at": "2096-11-29T17:05:00Z"}).ok(201)
            for slug in ("service-outage", "product-safety", "viral-complaint"):
                dw.add(rid, "playbooks", {"slug": slug, "lang": lang}).ok(201)
            texts = [t["text"] for t in templates(dw, rid, lang).values()]
            assert len([t for t in texts if word in t]) > 3, texts
            eq([t for t in texts if word + " " + word in t], [])


def test_who_may_look():
    with War() as dw:
        rid = dw.declare(restricted=True)["id"]
        path = V1 + "/incidents/%d/templates" % rid
        dw.observer("GET", path + "?lang=en").problem(404)
        dw.lead("GET", path).problem(400)
        dw.lead("GET", path + "?lang=en&x=1").problem(400)
        dw.lead("GET", path + "?lang=en").ok(200)
