# SPDX-License-Identifier: AGPL-3.0-or-later
"""A timeline asked for words: folded as the search over mentions, page by page, with the other filters."""
from urllib.parse import urlencode

from harness import eq
from test_incidents import V1, War

LOOKS = 2000  # entries that one page looks at


def page(dw, rid, who=None, **query):
    return (who or dw.lead)("GET", V1 + "/incidents/%d/timeline?%s" % (rid, urlencode(query))) \
        .ok(200).json()


def seqs(dw, rid, **query):
    doc = page(dw, rid, **query)
    eq(doc["next"], None)
    return [e["seq"] for e in doc["items"]]


def test_what_is_found():
    with War() as dw:
        room = dw.declare(title="نشت در کارخانه", summary="The valve")
        rid = room["id"]
        add = lambda what, body: dw.add(rid, what, body).ok(201).json()["id"]  # noqa: E731
        note = add("notes", {"text": "كِتاب الحرائق ١٢٣"})
        claim = add("claims", {"text": "The WATER is unsafe"})
        task = add("tasks", {"title": "Call the hospital"})
        fix = add("corrections", {"target": note, "text": "it was another book"})
        made = add("decisions", {"question": "Close?", "options": ["Close the gate", "Wait"],
                                 "choice": "Wait", "reasons": "we do not know"})
        judged = dw.patch("%d/claims/%d" % (rid, claim), claim, {
            "verdict": "false", "reason": "two samples",
            "evidence": [{"url": "https://example.org/laboratory", "note": "clean"}]}).ok(200)
        judged = judged.json()["version"]
        done = dw.patch("%d/tasks/%d" % (rid, task), task, {"done": True}).ok(200).json()["version"]
        for words, want in (
                ("کتاب", [note]), ("كتاب", [note]), ("123 الحرائق", [note]), ("۱۲۳", [note]),
                ("نشت", [rid]), ("valve", [rid]), ("VALVE کارخانه", [rid]), ("valve water", []),
                ("water", [claim, judged]), ("samples unsafe", [judged]), ("clean", [judged]),
                ("hospital", [task, done]), ("gate", [made]), ("book", [fix]), ("false", []),
                ("nothing of this", [])):
            eq(seqs(dw, rid, text=words), want)
            eq(seqs(dw, rid, text=words, order="desc"), want[::-1])
        # with the other filters, and then
        eq(seqs(dw, rid, text="water", kind="claim.added"), [claim])
        eq(seqs(dw, rid, text="water", kind="task"), [])
        eq(seqs(dw, rid, text="water", actor=dw.id("lead")), [claim, judged])
        eq(seqs(dw, rid, text="water", actor=dw.id("drafter")), [])
        eq(seqs(dw, rid, text="water", as_of=claim), [claim])
        eq(seqs(dw, rid, text="water", after=claim), [judged])
        eq(seqs(dw, rid, text="book")[0], fix)
        eq(page(dw, rid, text="کتاب")["items"][0]["corrected_by"], fix)
        first = page(dw, rid, text="water", limit=1)
        eq([e["seq"] for e in first["items"]], [claim])
        eq(seqs(dw, rid, text="water", after=first["next"]), [judged])
        for query, at in (("text=", "/text"), ("text=%3f%21", "/text"), ("text=a&text=b", "/text"),
                          ("text=" + "+".join("w%d" % i for i in range(33)), "/text"),
                          ("text=water&around=%d" % note, "/around")):
            dw.lead("GET", V1 + "/incidents/%d/timeline?%s" % (rid, query)).problem(400, at)
        dw.observer("GET", V1 + "/incidents/%d/timeline?text=water" % (rid + 100000)).problem(404)


def test_a_page_looks_at_so_many_and_goes_on():
    with War() as dw:
        rid = dw.declare()["id"]
        first = dw.add(rid, "notes", {"text": "a needle"}).ok(201).json()["id"]
        for i in range(LOOKS + 20):
            dw.add(rid, "notes", {"text": "hay %d" % i}).ok(201)
        last = dw.add(rid, "notes", {"text": "another needle"}).ok(201).json()["id"]
        doc = page(dw, rid, text="needle", order="desc")
        eq([e["seq"] for e in doc["items"]], [last])
        assert first < doc["next"] < last - LOOKS + 2, doc["next"]
        doc = page(dw, rid, text="needle", order="desc", before=doc["next"])
        eq(([e["seq"] for e in doc["items"]], doc["next"]), ([first], None))
        # what other filters leave out is not looked at
        eq(seqs(dw, rid, text="needle", actor=dw.id("drafter")), [])
        doc = page(dw, rid, text="nowhere")
        eq((doc["items"], doc["next"] is None), ([], False))
        eq(page(dw, rid, text="nowhere", after=doc["next"]), {"items": [], "next": None})
