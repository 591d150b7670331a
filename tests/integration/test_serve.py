# SPDX-License-Identifier: AGPL-3.0-or-later
"""What any web server must do right: health, metrics, headers, files, methods, keep-alive."""
import gzip
import re

from harness import Diwan, eq, free_of

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def test_health():
    with Diwan() as dw:
        eq(dw.request("GET", "/healthz").ok(200).body, b"ok\n")
        eq(dw.request("GET", "/readyz").ok(200).body, b"ready\n")


def test_metrics_are_prometheus_text():
    with Diwan() as dw:
        got = dw.request("GET", "/metrics").ok(200)
        assert got.get("content-type").startswith("text/plain; version=0.0.4"), got.headers
        helped, typed = set(), set()
        for line in got.body.decode().rstrip("\n").split("\n"):
            if line.startswith("# HELP "):
                helped.add(line.split(" ")[2])
            elif line.startswith("# TYPE "):
                name, kind = line.split(" ")[2:]
                assert kind in ("counter", "gauge"), line
                eq(name.endswith("_total"), kind == "counter", line)
                typed.add(name)
            else:
                sample = re.fullmatch(r'(diwan_[a-z0-9_]+)(\{[a-z]+="[^"]*"\})? -?[0-9.]+', line)
                assert sample, line
                assert sample.group(1) in helped & typed, line
        assert "diwan_journal_io_errors_total" in helped
        assert "diwan_http_gate_disagreed_total" in helped


def test_security_headers_on_everything():
    with Diwan() as dw:
        for path in ("/", "/healthz", "/metrics", "/nothing", "/api/v1/session", "/robots.txt"):
            got = dw.request("GET", path)
            for name, value in SECURITY.items():
                eq(got.get(name), value, "%s of %s" % (name, path))
            assert got.get("access-control-allow-origin") is None, path
        eq(dw.request("GET", "/api/v1/session").get("cache-control"), "no-store")


def test_page_has_a_policy_with_a_fresh_nonce():
    with Diwan() as dw:
        nonces = set()
        for _ in range(3):
            got = dw.request("GET", "/").ok(200)
            policy = got.get("content-security-policy")
            for part in ("default-src 'none'", "base-uri 'none'", "object-src 'none'",
                         "frame-ancestors 'none'", "form-action 'self'", "connect-src 'self'",
                         "require-trusted-types-for 'script'"):
                assert part in policy, policy
            free_of(policy, "unsafe-inline", "unsafe-eval", "*")
            nonce = re.search(r"script-src 'self' 'nonce-([A-Za-z0-9_+/=-]{16,})'", policy).group(1)
            assert "style-src 'self' 'nonce-%s';" % nonce in policy, policy
            assert policy.endswith("; report-uri /csp-report"), policy
            eq(got.get("reporting-endpoints"), None)
            for tag in re.findall(rb"<(?:script|style)\b[^>]*>", got.body):
                assert b"src=" in tag or nonce.encode() in tag, tag
            free_of(got.body, b"{{")
            nonces.add(nonce)
        eq(len(nonces), 3, "different nonces")


def test_over_tls_reports_go_to_a_named_endpoint():
    with Diwan("--public-url", "https://room.example") as dw:
        got = dw.request("GET", "/").ok(200)
        policy = got.get("content-security-policy")
        assert policy.endswith("; report-uri /csp-report; report-to csp"), policy
        eq(got.get("reporting-endpoints"), 'csp="/csp-report"')
        eq(dw.request("GET", "/healthz").get("reporting-endpoints"), None)


def assets(dw):
    page = dw.request("GET", "/").ok(200).body.decode()
    return sorted(set(re.findall(r"/assets/[\w.-]+", page)))


def test_files_have_etags():
    with Diwan() as dw:
        first = dw.request("GET", "/robots.txt").ok(200)
        etag = first.get("etag")
        assert re.fullmatch(r'(W/)?"[^"]+"', etag or ""), first.headers
        again = dw.request("GET", "/robots.txt", headers={"If-None-Match": etag}).ok(304)
        eq(again.body, b"")
        eq(again.get("etag"), etag)
        dw.request("GET", "/robots.txt", headers={"If-None-Match": '"a", %s' % etag}).ok(304)
        dw.request("GET", "/robots.txt", headers={"If-None-Match": "*"}).ok(304)
        dw.request("GET", "/robots.txt", headers={"If-None-Match": '"other"'}).ok(200)


def test_hashed_assets_are_immutable():
    with Diwan() as dw:
        names = assets(dw)
        assert names, "the page names no assets"
        for name in names:
            got = dw.request("GET", name).ok(200)
            assert "immutable" in got.get("cache-control"), got.headers
            assert "max-age=31536000" in got.get("cache-control"), got.headers
            # The hash is ours, between dots, or the bundler's, behind a hyphen.
            wrong = re.sub(r"[.-][0-9a-zA-Z_]{8,}(\.\w+)$",
                           lambda m: m[0][0] + "0" * (len(m[0]) - len(m[1]) - 1) + m[1], name)
            assert wrong != name, name
            dw.request("GET", wrong).ok(404)


def test_gzip_twins():
    with Diwan() as dw:
        zipped = 0
        for name in assets(dw) + ["/robots.txt"]:
            plain = dw.request("GET", name).ok(200)
            small = dw.request("GET", name, headers={"Accept-Encoding": "br, gzip"}).ok(200)
            assert plain.get("content-encoding") is None, plain.headers
            if small.get("content-encoding") is None:
                continue
            zipped += 1
            eq(small.get("content-encoding"), "gzip")
            eq(gzip.decompress(small.body), plain.body, name)
            assert "accept-encoding" in small.get("vary").lower(), small.headers
            never = dw.request("GET", name, headers={"Accept-Encoding": "gzip;q=0"}).ok(200)
            assert never.get("content-encoding") is None, never.headers
        assert zipped, "nothing came zipped"


def test_head_is_get_without_body():
    with Diwan() as dw:
        with dw.client() as c:
            for path in ("/healthz", "/robots.txt", "/nothing", "/metrics"):
                full, head = c("GET", path), c("HEAD", path)
                eq(head.status, full.status, path)
                eq(head.get("content-type"), full.get("content-type"), path)
                if path != "/metrics":
                    eq(head.get("content-length"), full.get("content-length"), path)


def test_wrong_paths_and_methods_are_problems():
    with Diwan() as dw:
        with dw.client() as c:
            c("GET", "/api/v1/nothing").problem(404)
            c("GET", "/api/v1/sessionx").problem(404)
            c("GET", "/api/v1/session/").problem(404)
            got = c("DELETE", "/healthz").problem(405)
            eq(set(re.split(", *", got.get("allow"))), {"GET", "HEAD", "OPTIONS"})
            got = c("OPTIONS", "/api/v1/session").ok(204)
            assert {"GET", "POST", "DELETE"} <= set(re.split(", *", got.get("allow")))
            c("GET", "/api/v1/mentions").problem(401)
            c("POST", "/api/v1/users", {}).problem(401)
            c("POST", "/control/backup", {"dest": "/x"}).ok(401, 403, 404)


def test_keep_alive_and_pipelining():
    with Diwan() as dw:
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 20 +
                   "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            for _ in range(20):
                eq(c.response().body, b"ok\n")
            c.response().problem(404)
            eq(c.until_closed(), b"")


def test_http_1_0():
    with Diwan() as dw:
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.0\r\n\r\n")
            got = c.response().ok(200)
            eq(got.get("transfer-encoding"), None)
            eq(c.until_closed(), b"")
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            eq(c.response().ok(200).get("connection").lower(), "keep-alive")
            c.send("GET /healthz HTTP/1.0\r\n\r\n")
            c.response().ok(200)
            eq(c.until_closed(), b"")


def test_expect_continue():
    body = b'{"source":"s","source_id":"1","text":"x"}'
    head = ("POST /api/v1/mentions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            "Content-Length: %d\r\nExpect: 100-continue\r\n" % len(body))
    with Diwan() as dw:
        token = dw.token("feed", "ingest")
        with dw.conn() as c:
            c.send(head + "Authorization: Bearer %s\r\n\r\n" % token)
            eq(c.response().status, 100)
            c.send(body)
            c.response().ok(201)
        with dw.conn() as c:
            c.send(head + "\r\n")
            c.response().problem(401)
        with dw.conn() as c:
            c.send(head.replace("100-continue", "something") + "\r\n")
            c.response().problem(417)
