# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody types without end: who sends too many changes is told when to come back, and all others go on."""
from harness import eq, wait_for
from test_incidents import V1
from test_statements import Desk, insert


def refused(dw):
    return int(dw.metrics()["diwan_typing_refused_total"])


def send_until_refused(dw, id_, who, most):
    """How many were heard before; the refusal."""
    for n in range(most + 1):
        r = who("POST", V1 + "/statements/%d/changes" % id_,
                {"revision": n, "updates": [{"client": "wild", "changes": insert("x" * n, n, "x")}]})
        if r.status == 429:
            return n, r
        r.ok(200)
    raise AssertionError("%d were heard" % most)


def test_typing_has_an_end():
    with Desk("--changes-per-s", "2") as dw:
        id_ = dw.draft(dw.declare()["id"], text="")["id"]
        # more than twenty only if ten seconds went by meanwhile
        heard, r = send_until_refused(dw, id_, dw.drafter, 200)
        assert heard >= 20, heard
        problem = r.problem(429)
        eq(problem.get("content-type"), "application/problem+json")
        wait = int(problem.get("retry-after"))
        assert 1 <= wait <= 10, wait
        assert refused(dw) >= 1
        # it is theirs alone, and nothing of what was refused is in the text
        eq((dw.statement(id_)["text"], dw.statement(id_)["revision"]), ("x" * heard, heard))
        dw.type(id_, heard, "calm", insert("x" * heard, 0, "y"), who=dw.lead).ok(200)
        # what is too much is not even looked at
        before, status = refused(dw), None
        for _ in range(50):
            status = dw.do(99999, "changes", {"revision": "no"}).status
            if status == 429:
                break
        eq((status, refused(dw) > before), (429, True))
        # and it ends by itself
        wait_for(lambda: dw.type(id_, heard + 1, "wild", insert("y" + "x" * heard, heard + 1, "z")).status == 200, "the end of it", 30)
        eq(dw.statement(id_)["text"], "y" + "x" * heard + "z")


def test_as_it_comes_nobody_is_stopped():
    """Out of the box: a hundred in a row, faster than anybody types."""
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"], text="")["id"]
        for n in range(100):
            dw.type(id_, n, "fast", insert("x" * n, 0, "x")).ok(200)
        eq(refused(dw), 0)
