# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was so when a request came and is not any more when it is decided."""
from harness import background, eq
from test_authority import soon
from test_statements import PASSWORD, V1, Desk


def user(dw, name):
    users = dw.admin("GET", V1 + "/users").ok(200).json()["items"]
    return [u for u in users if u["name"] == name][0]


def change(dw, name, **fields):
    u = user(dw, name)
    dw.admin("PATCH", V1 + "/users/%d" % u["id"], fields,
             {"If-Match": '"%d"' % u["version"]}).ok(200)


def behind_sign_ins(dw, fn, *args):
    """What fn asks for waits for two threads that others keep busy with their passwords."""
    others = [background(dw.sign_in, n) for n in ("lead", "drafter", "observer", "admin") * 3]
    job = background(fn, *args)
    return lambda: [job.result(), [o.result() for o in others]][0]


def test_a_role_is_taken_while_the_password_is_checked():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_)["digest"]
        u = user(dw, "boss")
        verdict = behind_sign_ins(dw, dw.rule, id_, d, "approve", dw.boss)
        dw.admin("PATCH", V1 + "/users/%d" % u["id"], {"roles": ["observer"]},
                 {"If-Match": '"%d"' % u["version"]}).ok(200)
        r = verdict()
        if r.status == 201:  # it was faster: then it is on record before the other
            given = dw.statement(id_)["verdicts"][0]["seq"]
            assert given < user(dw, "boss")["version"], (given, user(dw, "boss"))
        else:
            r.problem(403)
            eq(dw.statement(id_)["verdicts"], [])


def test_nobody_stands_in_for_who_may_not_any_more():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        d = dw.submit(id_, groups={"executive": 1})["digest"]
        dw.boss("POST", V1 + "/deputies",
                {"deputy": user(dw, "legal")["id"], "until": soon(hours=2)}).ok(201)
        change(dw, "boss", roles=["observer"])
        boss = user(dw, "boss")["id"]
        dw.rule(id_, d, "approve", dw.legal, on_behalf_of=boss).problem(422, "/on_behalf_of")
        change(dw, "boss", roles=["approver"])
        dw.rule(id_, d, "approve", dw.legal, on_behalf_of=boss).ok(201)
        eq(dw.statement(id_)["status"], "approved")


def test_the_same_text_under_another_title():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"], title="We look into it")["id"]
        first = dw.submit(id_)
        dw.drafter("PATCH", V1 + "/statements/%d" % id_, {"title": "We are to blame"},
                   {"If-Match": '"%d"' % dw.statement(id_)["version"]}).ok(200)
        second = dw.submit(id_)
        eq(first["digest"], second["digest"])
        # the page still shows the first title
        dw.rule(id_, first["digest"], "approve", dw.boss).problem(409)
        dw.rule(id_, first["digest"], "approve", dw.boss, submitted=first["seq"]).problem(409)
        eq(dw.statement(id_)["verdicts"], [])
        dw.rule(id_, first["digest"], "approve", dw.boss, submitted=second["seq"]).ok(201)
        eq(dw.statement(id_)["status"], "approved")


def test_a_blank_moves_no_deadline():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"])["id"]
        ends = soon(hours=1)
        text = dw.statement(id_)["text"]
        dw.rule(id_, dw.submit(id_, deadline=ends)["digest"], "approve", dw.boss).ok(201)
        dw.type(id_, 0, "tab", [len(text), [0, " "]]).ok(200)
        dw.submit(id_)
        now = dw.statement(id_)
        eq((now["status"], now["submitted"]["deadline"][:19]), ("approved", ends[:19]))
        # later than what was approved: asked anew
        dw.type(id_, 1, "tab", [len(text) + 1, [0, " "]]).ok(200)
        dw.submit(id_, deadline=soon(hours=5))
        eq((dw.statement(id_)["status"], dw.statement(id_)["verdicts"]), ("submitted", []))


def test_much_that_was_missed_comes_in_parts():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"], text="")["id"]
        page, had = "\u0645" * 60000, 0
        for i in range(20):
            dw.type(id_, i, "tab", [[had, page]]).ok(200)
            had = len(page)
        since, n = 0, 0
        while since < 20:
            r = dw.drafter("GET", V1 + "/statements/%d/changes?since=%d" % (id_, since)).ok(200)
            assert len(r.body) < 2 << 20, len(r.body)
            doc = r.json()
            eq((doc["base"], doc["revision"]), (since, 20))
            assert doc["updates"]
            since, n = since + len(doc["updates"]), n + 1
        assert n > 1
        missed = dw.type(id_, 0, "late", [[0, "x"]]).problem(409).json()
        assert missed["updates"]


def test_versions_have_a_size():
    with Desk() as dw:
        id_ = dw.draft(dw.declare()["id"], text="")["id"]
        page, had = "\u0645" * 65000, 0
        for i in range(70):
            dw.type(id_, i, "tab", [[had, page[:65000 - i]]]).ok(200)
            had = 65000 - i
            r = dw.do(id_, "submit", {"revision": i + 1})
            if r.status != 201:
                break
        r.problem(422)
        assert 55 < i < 70, i
