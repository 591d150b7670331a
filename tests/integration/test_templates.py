# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates of statements: what ships, what a playbook brings, filled from the room."""
import re

from harness import eq
from test_incidents import V1, War


def templates(dw, rid, lang, who=None):
    got = (who or dw.observer)("GET", V1 + "/incidents/%d/templates?lang=%s" % (rid, lang)).ok(200)
    return {t["template"]: t for t in got.json()["items"]}


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


def test_those_of_a_playbook_come_first():
    with War() as dw:
        rid = dw.declare()["id"]
        dw.add(rid, "playbooks", {"slug": "service-outage", "lang": "en"}).ok(201)
        got = templates(dw, rid, "en")
        eq(list(got)[0], "service-outage/holding")
        assert "The next update will be at" in got["service-outage/holding"]["text"], got
        assert "holding" in got, got
        eq(list(templates(dw, rid, "ar"))[0], "holding")


def test_who_may_look():
    with War() as dw:
        rid = dw.declare(restricted=True)["id"]
        path = V1 + "/incidents/%d/templates" % rid
        dw.observer("GET", path + "?lang=en").problem(404)
        dw.lead("GET", path).problem(400)
        dw.lead("GET", path + "?lang=en&x=1").problem(400)
        dw.lead("GET", path + "?lang=en").ok(200)
