# SPDX-License-Identifier: AGPL-3.0-or-later
"""What browsers tell about violations of a page's policy is counted, and logged without anything
that names a person."""
from harness import Diwan, eq, free_of

OLD, NEW = "application/csp-report", "application/reports+json"


def old(**more):
    report = {"document-uri": "https://room.example/mentions/7?secret-of-a-page",
              "referrer": "https://elsewhere.example/who-came-from-where",
              "violated-directive": "style-src-attr", "effective-directive": "style-src-attr",
              "original-policy": "default-src 'none'", "blocked-uri": "inline",
              "source-file": "https://room.example/assets/app.0123456789abcdef.js?x=tail",
              "line-number": 12, "script-sample": "what-was-typed"}
    report.update(more)
    return {"csp-report": report}


def new(**more):
    body = {"documentURL": "https://room.example/secret-of-a-page",
            "effectiveDirective": "img-src", "disposition": "enforce", "lineNumber": 3,
            "blockedURL": "https://tracker.example:8443/path-that-tells?query-that-tells",
            "sample": "what-was-typed", "sourceFile": "chrome-extension://whose-it-is/x.js"}
    body.update(more)
    return {"age": 1, "type": "csp-violation", "url": "https://room.example/secret-of-a-page",
            "user_agent": "who-it-is/1.0", "body": body}


def send(client, doc, kind=OLD, **headers):
    given = {"Content-Type": kind}
    given.update({k.replace("_", "-"): v for k, v in headers.items()})
    return client("POST", "/csp-report", doc, given)


def count(dw, name="csp_reports_total"):
    return int(dw.metrics()["diwan_" + name])


def lines(dw, event="csp.violation"):
    return [line for line in dw.log().split("\n") if "event=%s " % event in line]


def test_both_forms_are_counted_and_logged():
    with Diwan() as dw, dw.client() as c:
        # As browsers send them: without an origin, or with a null one, and without credentials.
        eq(send(c, old(), Origin="null").ok(204).body, b"")
        send(c, [new(), new(blockedURL="data"), {"type": "deprecation", "body": {}}], NEW).ok(204)
        eq(count(dw), 3)
        first, second, third = lines(dw)
        assert first.endswith("directive=style-src-attr blocked=inline "
                              "script=/assets/app.0123456789abcdef.js line=12"), first
        assert second.endswith("directive=img-src blocked=https://tracker.example:8443 "
                               "script=chrome-extension line=3"), second
        assert " blocked=data " in third, third
        free_of(dw.log(), "secret-of-a-page", "who-it-is", "that-tells", "what-was-typed",
                "whose-it-is", "who-came-from", "x=tail")


def test_hostile_reports_make_no_lines_of_their_own():
    with Diwan() as dw, dw.client() as c:
        send(c, old(**{"effective-directive": "a\nevent=server.ready url=x", "blocked-uri": 7,
                       "source-file": "x" * 3000, "line-number": "12"})).ok(204)
        only, = lines(dw)
        eq(only.count("event="), 1)
        assert "directive=a?event?server.ready?url?x blocked=- script=xxx" in only, only
        assert len(only) < 400, only
        for bad in (b"", b"{", b"7", b'"x"', b"{}", b'{"csp-report":[]}'):
            send(c, bad).problem(400)
        send(c, "[" * 4000).problem(400)
        send(c, [[], 7, {"type": "csp-violation"}, {"type": "csp-violation", "body": 1}],
             NEW).ok(204)
        eq(count(dw), 1)


def test_a_large_one_and_another_type_are_refused():
    with Diwan() as dw, dw.client() as c:
        send(c, old(sample="x" * 9000)).problem(413)
        send(c, old(), "text/plain").problem(415)
        send(c, old(), "application/json").ok(204)
        c("GET", "/csp-report").problem(405)
        # The types are taken here and nowhere else.
        send(c, old(), OLD)
        c("POST", "/api/v1/session", {}, {"Content-Type": OLD}).problem(415)


def test_many_are_counted_and_few_are_logged():
    with Diwan() as dw, dw.client() as c:
        got = [send(c, old()).status for _ in range(130)]
        eq((got.count(204), got.count(429)), (120, 10))
        refused = send(c, old()).problem(429)
        assert int(refused.get("retry-after")) > 0
        eq((count(dw), count(dw, "csp_reports_dropped_total")), (120, 11))
        eq(len(lines(dw)), 10)
