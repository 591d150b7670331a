# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a submission calls a group, the record stays readable; a submission and the settings take the same names."""
from harness import Stream, eq
from test_statements import V1, Desk

GOOD = ("\u062d\u0642\u0648\u0642\u06cc", "press-office", "a'b", "x" * 64)
BAD = ('a"b', "a\\", 'x":{"y', "a,b", "", "a b", "a\tb", "x" * 65)


def test_names_of_groups():
    with Desk() as dw:
        room = dw.declare()["id"]
        with Stream(dw.address, dw.lead.auth) as feed:
            for n, name in enumerate(GOOD, 1):
                id_ = dw.draft(room)["id"]
                dw.submit(id_, groups={name: 1})
                feed.until(lambda f: len(f.of("statement.submitted")) == n, "the submission")
                eq(feed.of("statement.submitted")[-1].item["data"]["policy"]["groups"], {name: 1})
                now = dw.statement(id_)
                eq(now["submitted"]["policy"]["groups"], {name: 1})
                eq(name in [m["group"] for m in now["missing"]], True)
            before = dw.timeline(room)
            for name in BAD:
                id_ = dw.draft(room)["id"]
                dw.do(id_, "submit", {"revision": 0, "policy": {"groups": {name: 1}}}).problem(400, "/policy/groups")
                eq(dw.statement(id_)["submitted"], None)
                dw.admin("PATCH", V1 + "/policy", {"rules": [{"groups": {name: 1}}]},
                         {"If-Match": "*"}).problem(400, "/rules/0/groups")
            eq(len(dw.timeline(room)["items"]), len(before["items"]) + len(BAD))
        for policy, at in (({"groups": {"legal": 0}}, "/policy/groups"), ({"any": 21}, "/policy/any"),
                           ({"may_approve_own": True}, "/policy"), ({"groups": 5}, "/policy/groups")):
            dw.do(id_, "submit", {"revision": 0, "policy": policy}).problem(400, at)
