# SPDX-License-Identifier: AGPL-3.0-or-later
"""Playbooks: the ones that ship, an organisation's own, and starting one in a room."""
import datetime
import json
import re

from harness import eq, everything
from test_incidents import V1, War, kinds

SHIPPED = ["product-safety", "service-outage", "viral-complaint"]
LANGS = ("ar", "fa", "en")


def own(slug="strike", **more):
    doc = {"slug": slug, "type": "labour", "titles": {"fa": "اعتصاب", "en": "Strike"},
           "tasks": [{"key": "assess", "title": {"fa": "ارزیابی", "en": "Assess"},
                      "role": "lead", "due_s": 600}]}
    doc.update(more)
    return doc


def slots(text):
    return set(re.findall(r"\{[a-z_]+\}", text))


def test_what_ships():
    with War() as dw:
        items = dw.observer("GET", V1 + "/playbooks").ok(200).json()["items"]
        eq([(i["slug"], i["id"], i["version"], i["builtin"]) for i in items],
           [(s, None, 1, True) for s in SHIPPED])
        for slug in SHIPPED:
            got = dw.observer("GET", V1 + "/playbooks/" + slug).ok(200)
            doc = got.json()
            eq(got.get("etag"), '"1"')
            assert 10 <= len(doc["tasks"]) <= 16, len(doc["tasks"])
            texts = [doc["titles"], doc["summary"]] + [r["duty"] for r in doc["roles"]] + \
                [t["title"] for t in doc["tasks"]] + \
                [t[k] for t in doc["templates"] for k in ("title", "text")]
            for t in texts:
                eq(sorted(t), sorted(LANGS))
                assert re.search("[\u0600-\u06ff]", t["ar"] + t["fa"]), t
                assert not re.search("[يك]", t["fa"]), t["fa"]  # Persian letters in Persian
                eq(slots(t["ar"]), slots(t["en"]))
                eq(slots(t["fa"]), slots(t["en"]))
            roles = {r["role"] for r in doc["roles"]}
            assert {t["role"] for t in doc["tasks"]} <= roles, roles
            due = {t["key"]: t["due_s"] for t in doc["tasks"]}
            eq(list(due.values()), sorted(due.values()))
            assert due["assess"] <= 900 and due["holding-statement"] <= 3600, due
            for key in ("verify-claims", "legal-check", "staff-note", "close-loops",
                        "regulator-notice", "review"):
                assert key in due, key
            eq(sorted(doc["cadence"]), ["executive", "internal", "public"])
            assert any(t["channel"] == "press" and slots(t["text"]["en"])
                       for t in doc["templates"]), slug
        dw.observer("GET", V1 + "/playbooks/none").problem(404)


def test_started_in_a_room():
    with War() as dw:
        room = dw.declare()
        rid = room["id"]
        dw.add(rid, "participants", {"user": dw.id("drafter"), "role": "communications"}).ok(201)
        doc = dw.lead("GET", V1 + "/playbooks/service-outage").ok(200).json()
        dw.add(rid, "playbooks", {"slug": "service-outage"}).problem(400, "/lang")
        dw.add(rid, "playbooks", {"slug": "none", "lang": "fa"}).problem(422, "/slug")
        dw.add(rid, "playbooks", {"slug": "service-outage", "lang": "de"}).problem(422, "/slug")
        for who in (dw.drafter, dw.approver, dw.observer):
            dw.add(rid, "playbooks", {"slug": "service-outage", "lang": "fa"}, who).problem(403)
        body, key = {"slug": "service-outage", "lang": "fa"}, {"Idempotency-Key": "p"}
        path = V1 + "/incidents/%d/playbooks" % rid
        first = dw.lead("POST", path, body, key).ok(201)
        eq(dw.lead("POST", path, body, key).ok(201).body, first.body)
        got = first.json()
        eq((got["slug"], got["playbook_version"], got["lang"], got["title"], got["by"]),
           ("service-outage", 1, "fa", doc["titles"]["fa"], dw.id("lead")))
        eq(got["roles"], [{"role": r["role"], "duty": r["duty"]["fa"]} for r in doc["roles"]])
        eq(got["templates"][0]["text"], doc["templates"][0]["text"]["fa"])
        dw.add(rid, "playbooks", body).problem(409, "/slug")
        now = dw.room(rid)
        eq(now["playbooks"], [got])
        eq([(t["title"], t["role"], t["playbook"]) for t in now["tasks"]],
           [(t["title"]["fa"], t["role"], got["id"]) for t in doc["tasks"]])
        at = datetime.datetime.fromisoformat(got["at"].replace("Z", "+00:00"))
        for t, want in zip(now["tasks"], doc["tasks"]):
            due = datetime.datetime.fromisoformat(t["due_at"].replace("Z", "+00:00"))
            assert abs((due - at).total_seconds() - want["due_s"]) < 30, (t, want)
            eq(t["owner"], dw.id("drafter") if want["role"] == "communications" else None)
        eq(kinds(dw.timeline(rid, "?kind=playbook")), ["playbook.started"])
        eq({c["audience"]: c["every_s"] for c in now["clocks"]["words"]}, doc["cadence"])
        eq(kinds(dw.timeline(rid, "?kind=cadence")), ["cadence.set"] * 3)
        eq(dw.room(rid, query="?as_of=%d" % (got["id"] - 1))["playbooks"], [])
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        again = dw.room(rid)
        eq((again["playbooks"], again["tasks"]), (now["playbooks"], now["tasks"]))
        # the one who leads the room may, whatever their role
        other = dw.declare()
        dw.add(other["id"], "participants", {"user": dw.id("approver"), "role": "lead"}).ok(201)
        dw.people["approver"] = dw.sign_in("approver")
        dw.add(other["id"], "playbooks", {"slug": "viral-complaint", "lang": "ar"},
               dw.approver).ok(201)


def test_own_ones():
    with War() as dw:
        dw.drafter("POST", V1 + "/playbooks", own()).problem(403)
        body, key = own(), {"Idempotency-Key": "o"}
        got = dw.lead("POST", V1 + "/playbooks", body, key).ok(201)
        eq(dw.lead("POST", V1 + "/playbooks", body, key).ok(201).body, got.body)
        doc = got.json()
        eq((doc["id"], doc["builtin"], doc["summary"], doc["roles"], doc["cadence"]),
           (doc["version"], False, {}, [], {}))
        eq(got.get("etag"), '"%d"' % doc["version"])
        eq(dw.observer("GET", V1 + "/playbooks/strike").ok(200).json(), doc)
        dw.lead("POST", V1 + "/playbooks", own()).problem(409, "/slug")
        dw.lead("POST", V1 + "/playbooks", own("service-outage")).problem(409, "/slug")
        patch = lambda slug, v, b: dw.lead(  # noqa: E731
            "PATCH", V1 + "/playbooks/" + slug, b, {"If-Match": '"%d"' % v} if v else {})
        patch("strike", 0, {"type": "x"}).problem(428)
        patch("none", 5, {"type": "x"}).problem(404)
        changed = patch("strike", doc["version"], {"cadence": {"public": 3600}}).ok(200).json()
        eq((changed["id"], changed["cadence"], changed["tasks"]),
           (doc["id"], {"public": 3600}, doc["tasks"]))
        moved = patch("strike", doc["version"], {"type": "late"})
        eq((moved.status, moved.json()["version"]), (412, changed["version"]))
        # a version of one's own of a shipped one
        ours = patch("service-outage", 1, {"type": "telecom"}).ok(200).json()
        eq((ours["id"], ours["version"], ours["builtin"], ours["type"]),
           (ours["version"], ours["version"], True, "telecom"))
        newer = patch("service-outage", ours["version"], {"type": "internet"}).ok(200).json()
        eq(newer["id"], ours["id"])
        eq([(e.type, e.item["data"].get("slug")) for e in everything(dw, dw.observer)
            if e.type.startswith("playbook.")],
           [("playbook.added", "strike"), ("playbook.changed", "strike"),
            ("playbook.added", "service-outage"), ("playbook.changed", "service-outage")])
        listed = dw.lead("GET", V1 + "/playbooks").json()
        room = dw.declare()
        started = dw.add(room["id"], "playbooks", {"slug": "strike", "lang": "fa"}).ok(201).json()
        eq((started["playbook_version"], started["title"]), (changed["version"], "اعتصاب"))
        dw.add(room["id"], "playbooks", {"slug": "strike", "lang": "ar"}).problem(422, "/slug")
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.lead("GET", V1 + "/playbooks").json(), listed)
        eq(dw.lead("GET", V1 + "/playbooks/service-outage").json(), newer)
        # what was started keeps its copy
        patch("strike", changed["version"], {"titles": {"fa": "دیگر", "en": "Other"}}).ok(200)
        eq(dw.room(room["id"])["playbooks"][0]["title"], "اعتصاب")
        eq(dw.stop(), 0)
        dw.cli("rebuild")
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.lead("GET", V1 + "/playbooks/strike").json()["titles"]["en"], "Other")
        dw.verify()


def test_refusals_name_the_place():
    with War() as dw:
        post = lambda doc: dw.lead("POST", V1 + "/playbooks", doc)  # noqa: E731
        task = own()["tasks"][0]
        for doc, at in (
                ({}, "/slug"), (own("Bad Name"), "/slug"), (own("-x"), "/slug"),
                (own(titles={}), "/titles"), (own(titles={"de": "x"}), "/titles/de"),
                (own(titles={"fa": "  ", "en": "x"}), "/titles/fa"),
                (own(titles={"en": "x"}), "/tasks/0/title"),
                (own(tasks={}), "/tasks"), (own(tasks=[task, task]), "/tasks/1"),
                (own(tasks=[dict(task, role="boss")]), "/tasks/0/role"),
                (own(tasks=[dict(task, due_s=-1)]), "/tasks/0/due_s"),
                (own(tasks=[dict(task, due_s=1.5)]), "/tasks/0/due_s"),
                (own(tasks=[dict(task, more=1)]), "/tasks/0/more"),
                (own(tasks=[{"key": "x"}]), "/tasks/0/title"),
                (own(tasks=[dict(task, key="k%d" % i) for i in range(101)]), "/tasks"),
                (own(cadence={"public": 1}), "/cadence"), (own(cadence={"us": 60}), "/cadence"),
                (own(templates=[{"key": "a", "channel": "fax", "title": own()["titles"],
                                 "text": own()["titles"]}]), "/templates/0/channel"),
                (own(colour="red"), "/colour"), (own(summary=[]), "/summary"),
                (own(type="x" * 61), "/type")):
            post(doc).problem(400, at)
        for raw in ("[]", "nonsense", '{"slug":"a","slug":"b"}', '"x"'):
            post(raw).problem(400)
        post(json.dumps(own(summary={"fa": "x" * 300000, "en": "x"}))).problem(413)
        eq(len(dw.lead("GET", V1 + "/playbooks").json()["items"]), 3)


def test_the_whole_has_a_size_too():
    """Parts that are small enough to be sent one by one."""
    texts = lambda n: {k: "\U0001f525" * n for k in ("fa", "en")}  # noqa: E731
    with War() as dw:
        version = dw.lead("POST", V1 + "/playbooks", own(tasks=[])).ok(201).json()["version"]
        patch = lambda part: dw.lead(  # noqa: E731
            "PATCH", V1 + "/playbooks/strike",
            json.dumps(part, ensure_ascii=False).encode(),
            {"If-Match": '"%d"' % version, "Content-Type": "application/json"})
        version = patch({"tasks": [{"key": "k%d" % i, "title": texts(200), "role": "lead",
                                    "due_s": 1} for i in range(100)]}).ok(200).json()["version"]
        more = {"templates": [{"key": "k%d" % i, "channel": "press", "title": texts(1),
                               "text": texts(5000)} for i in range(6)]}
        patch(more).problem(422)
        more["templates"] = more["templates"][:1]
        whole = patch(more).ok(200).json()
        eq(dw.lead("GET", V1 + "/playbooks/strike").ok(200).json(), whole)
        eq(len(dw.lead("GET", V1 + "/playbooks").json()["items"]), 4)
