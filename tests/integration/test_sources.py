# SPDX-License-Identifier: AGPL-3.0-or-later
"""test_sources.py - feeds that we ask: what they bring in, what they do to us, and what is said of
their health. The other side is a server here that is slow, cut, malformed, endless or gone."""
import calendar
import contextlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib

from harness import (SLOW, Conn, Diwan, Skip, eq, free_of, is_sanitized, mention,
                     port_of_nobody, wait_for)

TIMEOUT_S = int(4 * SLOW)  # where that is the question
FAST = ("--allow-private-sources", "--source-interval-min-s", "1")


def item(n, title=None, text=None, more=""):
    return ("<item><guid isPermaLink=\"false\">g%s</guid><title>%s</title><link>/a/%s</link>"
            "<description>%s</description>%s</item>"
            % (n, title or "Title %s" % n, n, text or "&lt;p&gt;Text %s&lt;/p&gt;" % n, more))


def rss(*items):
    return ("<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel>"
            "<title>The feed</title><language>en</language>%s</channel></rss>"
            % "".join(items)).encode()


class Feeds(http.server.ThreadingHTTPServer):
    """A server with a function for each path; what was asked is in .asked."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port=0, tls=None):
        super().__init__(("127.0.0.1", port), Handler)
        self.paths, self.asked = {}, []
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # the peer hung up, as it should

    @property
    def port(self):
        return self.server_address[1]

    def url(self, path):
        return "%s://127.0.0.1:%d%s" % (self.scheme, self.port, path)

    def on(self, path, fn):
        self.paths[path] = fn
        return self.url(path)

    def serve(self, path, body, status=200, **headers):
        return self.on(path, lambda h: h.answer(status, body, headers))

    def count(self, path):
        return len([a for a in self.asked if a[0] == path])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers.items())))
        self.server.paths.get(self.path, lambda h: h.answer(404, b"nothing"))(self)

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def raw(self, *pieces):
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)

    def forever(self, piece, pause=0.0):
        """The same piece until the peer has had enough, or the test has ended."""
        self.close_connection = True
        end = time.monotonic() + TIMEOUT_S + 60
        with contextlib.suppress(OSError):
            while time.monotonic() < end:
                self.wfile.write(piece)
                self.wfile.flush()
                if pause:
                    time.sleep(pause)


class Room:
    """A server with an admin, and its API for sources."""

    def __init__(self, *flags, **more):
        self.dw = Diwan(*(flags or FAST), **more)

    def __enter__(self):
        self.dw.__enter__()
        self.dw.user("root", "admin")
        self.admin = self.dw.sign_in("root")
        return self

    def __exit__(self, *args):
        self.dw.__exit__(*args)

    def add(self, slug, url, status=201, **more):
        doc = dict({"slug": slug, "kind": "feed", "url": url, "interval_s": 3600}, **more)
        return self.admin("POST", "/api/v1/sources", doc).ok(status).json()

    def get(self, slug):
        items = self.admin("GET", "/api/v1/sources").ok(200).json()["items"]
        return {s["slug"]: s for s in items}.get(slug)

    def check(self, slug):
        got = self.get(slug)
        self.admin("POST", "/api/v1/sources/%d/check" % got["id"], {}).ok(202)
        return got

    def patch(self, slug, change, status=200, version=None):
        s = self.get(slug)
        return self.admin("PATCH", "/api/v1/sources/%d" % s["id"], change,
                          {"If-Match": '"%d"' % (version or s["version"])}).ok(status)

    def until(self, slug, condition, what):
        box = {}

        def ask():
            box["last"] = self.get(slug)
            return box["last"] if condition(box["last"]) else None

        try:
            return wait_for(ask, what, 30)
        except AssertionError as e:
            raise AssertionError("%s: %s" % (e, box["last"])) from None

    def until_state(self, slug, state):
        return self.until(slug, lambda s: s["health"]["state"] == state, "state " + state)

    def mentions(self, slug):
        return self.admin("GET", "/api/v1/mentions?source=" + slug).ok(200).json()["items"]


def test_items_become_mentions():
    more = ("<pubDate>Wed, 25 Nov 2026 08:30:00 GMT</pubDate>"
            "<author>x@example.org (Sara)</author>")
    # a proxy that some environment names has no say, and is not there anyway
    proxy = {name: "http://127.0.0.1:9" for name in ("http_proxy", "ALL_PROXY", "all_proxy")}
    with Feeds() as feeds, Room(env=proxy) as room:
        url = feeds.serve("/feed", rss(item(3), item(2, more=more), item(1)), ETag='"v1"',
                          Last_Modified="Wed, 25 Nov 2026 08:30:00 GMT")
        with room.dw.stream(room.admin, "?after=0") as stream:
            added = room.add("news", url)
            eq([added["kind"], added["health"]["state"], added["mentions"]],
               ["feed", "new", 0])
            got = room.until("news", lambda s: s["mentions"] == 3, "three mentions")
            got = room.until_state("news", "ok")
            stream.until(lambda s: len(s.of("mention.added")) == 3, "three events")
            configured = stream.of("source.configured")[0].item["data"]
        eq(configured, {"id": added["id"], "version": added["version"], "slug": "news",
                        "kind": "feed", "url": url, "interval_s": 3600, "paused": False})
        assert got["last_seen_at"] and got["health"]["last_success_at"], got
        eq([got["health"]["failures"], got["health"]["last_error"],
            got["health"]["blind_since"]], [0, None, None])
        assert got["health"]["next_at"] > got["health"]["last_success_at"], got
        items = room.mentions("news")
        eq([m["source_id"] for m in items], ["g3", "g2", "g1"], "newest of the feed on top")
        two = items[1]
        eq(two["text"], "Text 2")
        eq(two["title"], "Title 2")
        eq(two["url"], feeds.url("/a/2"))
        eq(two["lang"], "en")
        eq(two["author"], {"name": "Sara"})
        eq(two["posted_at"], "2026-11-25T08:30:00.000000Z")
        # what it says about itself is sent back, and a 304 is an answer
        feeds.on("/feed", lambda h: h.answer(304, b""))
        before = got["health"]["last_success_at"]
        room.check("news")
        room.until("news", lambda s: s["health"]["last_success_at"] > before, "a 304")
        headers = feeds.asked[-1][1]
        eq(headers["If-None-Match"], '"v1"')
        eq(headers["If-Modified-Since"], "Wed, 25 Nov 2026 08:30:00 GMT")
        assert headers["User-Agent"].startswith("diwan/"), headers
        free_of(json.dumps(headers).lower(), "cookie", "authorization", "referer")
        m = room.dw.metrics()
        eq([m["diwan_source_polls_total"], m["diwan_source_failures_total"],
            m["diwan_source_not_modified_total"], m["diwan_source_items_total"]],
           [2, 0, 1, 3])
        assert m["diwan_source_bytes_total"] > 100, m


def test_validators_outlive_the_process():
    with Feeds() as feeds, Room() as room:
        url = feeds.serve("/feed", rss(item(1)), ETag='W/"abc"')
        room.add("news", url, interval_s=1)
        room.until_state("news", "ok")
        first = room.get("news")
        room.dw.token("later", "read")  # what was noted before it is on the disk with it
        room.dw.restart()
        room.admin = room.dw.sign_in("root")
        feeds.on("/feed", lambda h: h.answer(304, b""))
        room.until_state("news", "ok")
        wait_for(lambda: feeds.asked[-1][1].get("If-None-Match") == 'W/"abc"', "the ETag")
        again = room.get("news")
        eq([again["id"], again["version"], again["mentions"], again["url"]],
           [first["id"], first["version"], 1, url])
        # another address has other validators
        room.patch("news", {"url": feeds.serve("/other", rss(item(1)))})
        wait_for(lambda: feeds.count("/other") > 0, "the other address")
        for path, headers in list(feeds.asked):
            if path == "/other":
                free_of(json.dumps(headers), "If-None-Match")


def test_only_what_is_new_or_changed_comes_in():
    with Feeds() as feeds, Room() as room:
        url = feeds.serve("/feed", rss(item(2), item(1)))
        room.add("news", url)
        room.until_state("news", "ok")
        duplicates = room.dw.metrics()["diwan_journal_duplicates_total"]
        with room.dw.stream(room.admin) as stream:
            feeds.serve("/feed", rss(item(3), item(2, text="corrected"), item(1)))
            room.check("news")
            stream.until(lambda s: s.of("mention.added") and s.of("mention.changed"),
                         "one new, one changed")
            eq(stream.of("mention.added")[0].item["data"]["source_id"], "g3")
            eq(stream.of("mention.changed")[0].item["data"]["text"], "corrected")
        eq(room.dw.metrics()["diwan_journal_duplicates_total"], duplicates,
           "records that the journal knew")
        eq(room.get("news")["mentions"], 3)
        # after a restart the journal knows what we do not remember
        room.dw.restart()
        room.admin = room.dw.sign_in("root")
        room.until_state("news", "ok")
        eq(room.get("news")["mentions"], 3)
        eq(len(room.mentions("news")), 3)


def bomb(megabytes):
    """gzip of blanks inside of a feed."""
    out = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = out.compress(b"<rss><channel><title>x")
    block = b" " * (1 << 20)
    return head + b"".join(out.compress(block) for _ in range(megabytes)) + out.flush()


def chunk(piece):
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def head(*lines):
    return ("HTTP/1.1 200 OK\r\n" + "".join(line + "\r\n" for line in lines) + "\r\n").encode()


def redirect(where, status=302):
    return lambda h: h.answer(status, b"", {"Location": where})


def hostile(feeds):
    """(name, what it does, what is said of it)"""
    xml = "Content-Type: application/rss+xml"
    with socket.socket() as s:
        nobody = port_of_nobody(s)
    feeds.on("/loop/a", redirect("/loop/b"))
    feeds.on("/loop/b", redirect("/loop/a", 301))
    packed = bomb(200)  # made before it is asked: that alone may take as long as we wait for it
    return [
        ("silent", lambda h: time.sleep(TIMEOUT_S + 15), "no answer within %d s" % TIMEOUT_S),
        ("trickle", lambda h: (h.raw(head(xml)), h.forever(b" ", 0.1)), "not whole within"),
        ("cut", lambda h: h.raw(head(xml, "Content-Length: 10000"), rss(item(1))),
         "broke off"),
        ("cut-chunked", lambda h: h.raw(head(xml, "Transfer-Encoding: chunked"),
                                        chunk(rss(item(1)))), "broke off"),
        ("half", lambda h: h.answer(200, rss(item(1), item(2))[:-60]), "line 1: "),
        ("malformed", lambda h: h.answer(200, b"<rss><channel></rss>"), "mismatched tag"),
        ("page", lambda h: h.answer(200, b"<!doctype html><html><p>x", {
            "Content-Type": "text/html"}), "web page"),
        ("json", lambda h: h.answer(200, b"{}", {"Content-Type": "application/json"}),
         "not well-formed"),
        ("svg", lambda h: h.answer(200, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
         "neither RSS nor Atom"),
        ("empty", lambda h: h.answer(200, b""), "empty"),
        ("laughs", lambda h: h.answer(200, b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '"
                                      + b"&a;" * 1000 + b"'>]><rss>&b;</rss>"),
         "declares entities"),
        ("announced", lambda h: h.raw(head(xml, "Content-Length: 99999999999")),
         "larger than 8192 KiB"),
        ("endless", lambda h: (h.raw(head(xml), b"<rss><channel>"),
                               h.forever(b"<x>" + b"y" * 65536 + b"</x>")), "larger than"),
        ("endless-head", lambda h: (h.raw(b"HTTP/1.1 200 OK\r\n"),
                                    h.forever(b"X-A: " + b"b" * 1000 + b"\r\n")), ""),
        ("bomb", lambda h: h.answer(200, packed, {"Content-Encoding": "gzip"}),
         "larger than"),
        ("no-gzip", lambda h: h.answer(200, rss(item(1)), {"Content-Encoding": "gzip"}),
         "compression"),
        ("loop", redirect("/loop/a"), "more than 5 times"),
        ("file", redirect("file:///etc/passwd"), "neither http nor https"),
        ("gopher", redirect("gopher://127.0.0.1:%d/_x" % feeds.port), "neither http"),
        ("user", redirect("http://me:secret@127.0.0.1:%d/x" % feeds.port), ""),
        ("missing", lambda h: h.answer(404, b"no"), "status 404"),
        ("forbidden", lambda h: h.answer(403, b"no"), "status 403"),
        ("broken", lambda h: h.answer(500, rss(item(1))), "status 500"),
        ("unasked-304", lambda h: h.answer(304, b""), "status 304"),
        ("nonsense", lambda h: h.raw(b"\x00\xff\xfe nonsense\r\n\r\n"), ""),
        ("refused", redirect("http://127.0.0.1:%d/" % nobody), ""),
    ]


def test_hostile_servers():
    with Feeds() as feeds, Room(*FAST, "--source-timeout-s", str(TIMEOUT_S)) as room:
        token, reader = room.dw.token("in", "ingest"), room.dw.token("out", "read")
        poster = room.dw.client(token)
        cases = hostile(feeds)
        rss_before = room.dw.rss_kb()
        with room.dw.stream(reader) as stream:
            for name, fn, _ in cases:
                room.add(name, feeds.on("/" + name, fn))
            # meanwhile the room goes on as if nothing was
            sent, end = 0, time.monotonic() + 10 * TIMEOUT_S
            while any(room.get(name)["health"]["state"] == "new" for name, _, _ in cases):
                seq = room.dw.post(poster, [mention(sent)])["last_seq"]
                stream.until_id(seq)
                sent += 1
                assert time.monotonic() < end, [n for n, _, _ in cases
                                                if room.get(n)["health"]["state"] == "new"]
        for name, _, part in cases:
            got = room.get(name)
            eq(got["health"]["state"], "failing", name)
            eq(got["health"]["failures"], 1, name)
            detail = got["health"]["last_error"]["detail"]
            assert detail and part in detail, (name, detail)
            free_of(detail, "secret")
            assert got["health"]["next_at"], name
        # whole items of what broke off came in; of an error page, none
        eq([room.get(n)["mentions"] for n in ("cut", "cut-chunked", "half", "broken")],
           [1, 1, 1, 0])
        grown = room.dw.rss_kb() - rss_before
        assert grown < 100 * 1024 or is_sanitized(), "memory grew by %d KiB" % grown
        # and each of them is taken back
        for name in ("cut", "malformed", "loop", "bomb"):
            feeds.serve("/" + name, rss(item(1)))
            room.check(name)
            room.until_state(name, "ok")


def test_addresses_that_are_not_public():
    with Feeds() as feeds, Room("--source-interval-min-s", "1") as room:
        feeds.serve("/feed", rss(item(1)))
        port = feeds.port
        urls = ["http://127.0.0.1:%d/feed", "http://localhost:%d/feed",
                "http://127.1:%d/feed", "http://0x7f.0.0.1:%d/feed",
                "http://0177.0.0.1:%d/feed", "http://2130706433:%d/feed",
                "http://0.0.0.0:%d/feed", "http://[::1]:%d/feed", "http://[::]:%d/feed",
                "http://[::ffff:127.0.0.1]:%d/feed", "http://[64:ff9b::7f00:1]:%d/feed",
                "http://[fe80::1]:%d/feed", "http://[fd00:ec2::254]:%d/",
                "http://169.254.169.254:%d/latest/meta-data", "http://10.0.0.1:%d/",
                "http://192.168.1.1:%d/", "http://172.16.0.1:%d/", "http://100.64.0.1:%d/",
                "http://224.0.0.1:%d/", "http://255.255.255.255:%d/"]
        for url in urls:
            got = room.admin("POST", "/api/v1/sources/test", {"url": url % port})
            got.problem(422, "/url")
            assert "no public address" in got.json()["detail"], (url, got.json())
        eq(feeds.asked, [], "what the server saw")
        room.add("inside", urls[0] % port)
        got = room.until_state("inside", "failing")
        assert "allow_private_sources" in got["health"]["last_error"]["detail"], got
        eq(feeds.asked, [], "what the server saw")
        assert room.dw.metrics()["diwan_source_refused_addresses_total"] >= len(urls)


def test_certificates_are_checked():
    if not shutil.which("openssl"):
        raise Skip("there is no openssl to make a certificate with")
    with Room() as room:
        pem = os.path.join(room.dw.dir, "pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", pem, "-out",
                        pem + ".crt", "-days", "2", "-subj", "/CN=127.0.0.1"],
                       check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem + ".crt", pem)
        with Feeds(tls=tls) as feeds:
            room.add("forged", feeds.serve("/feed", rss(item(1))))
            got = room.until_state("forged", "failing")
            assert "certificate" in got["health"]["last_error"]["detail"], got
            eq(feeds.asked, [], "what the server saw")


def test_redirects():
    with Feeds() as feeds, Room() as room:
        final = feeds.serve("/new", rss(item(1)))
        feeds.on("/308", redirect("/new", 308))
        moved = feeds.on("/301", redirect("/308", 301))
        away = feeds.on("/302", redirect("/301"))
        # each is asked at once and, after an error, only an hour later: the way was laid before
        room.add("moved", moved)
        room.add("away", away)
        eq(room.until_state("moved", "ok")["health"]["moved_to"], final)
        assert "moved_to" not in room.until_state("away", "ok")["health"]
        eq(room.get("moved")["url"], feeds.url("/301"), "the address is the admin's to change")
        eq([room.get("moved")["mentions"], room.get("away")["mentions"]], [1, 1])


def test_gone_and_come_back_later():
    with Feeds() as feeds, Room() as room:
        with room.dw.stream(room.admin) as stream:
            room.add("gone", feeds.on("/410", lambda h: h.answer(410, b"")))
            got = room.until_state("gone", "blind")
            eq(got["health"]["next_at"], None)
            stream.until(lambda s: s.of("source.blind"), "source.blind")
            data = stream.of("source.blind")[0].item["data"]
            eq(data["id"], got["id"])
            assert "gone for good" in data["detail"], data
        for name, header in (("later", "5000"),
                             ("date", "Wed, 25 Nov 2099 08:30:00 GMT")):
            room.add(name, feeds.on("/" + name, lambda h, v=header: h.answer(
                429, b"", {"Retry-After": v})), interval_s=1)
            got = room.until_state(name, "failing")
            after = parse(got["health"]["next_at"]) - parse(got["health"]["last_error"]["at"])
            assert 4900 < after < 5100 if name == "later" else 80000 < after < 90000, after


def parse(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def test_blind_and_seeing_again():
    with Room(*FAST, "--source-blind-s", "1") as room, socket.socket() as s:
        port = port_of_nobody(s)
        url = "http://127.0.0.1:%d/feed" % port
        with room.dw.stream(room.admin) as stream:
            # asked once an hour it is not blind after a second, nor after three
            room.add("rare", url, interval_s=3600)
            eq(room.until_state("rare", "failing")["health"]["blind_since"], None)
            room.add("news", url, interval_s=1)
            blind = room.until_state("news", "blind")
            stream.until(lambda s: s.of("source.blind"), "source.blind")
            told = stream.of("source.blind")[0].item["data"]
            eq([told["id"], told["slug"]], [blind["id"], "news"])
            eq(told["since"], blind["health"]["blind_since"])
            assert told["detail"], told
            wait_for(lambda: room.get("news")["health"]["failures"] > 3, "more failures")
            eq(len(stream.of("source.blind")), 1, "events of many failures")
        room.patch("news", {"interval_s": 3600})  # from here on it takes hours to become blind
        # a restart does not forget it, and says nothing twice
        room.dw.restart()
        room.admin = room.dw.sign_in("root")
        eq(room.get("news")["health"]["state"], "blind")
        with room.dw.stream(room.admin, "?after=0") as stream, Feeds(port) as feeds:
            feeds.serve("/feed", rss(item(1)))
            wait_for(lambda: room.check("news")["health"]["state"] == "ok", "a success", 30)
            stream.until(lambda s: s.of("source.recovered"), "source.recovered")
            back = stream.of("source.recovered")[0].item["data"]
            eq(back, {"id": told["id"], "slug": "news", "blind_since": told["since"]})
            eq(len(stream.of("source.blind")), 1)
        # a rebuild comes to the same
        room.dw.stop()
        room.dw.cli("rebuild")
        room.dw.start()
        room.admin = room.dw.sign_in("root")
        eq(room.get("news")["health"]["blind_since"], None)
        room.dw.stop()
        room.dw.verify()
        room.dw.start()


def test_pause_and_resume():
    with Feeds() as feeds, Room() as room:
        room.add("news", feeds.serve("/feed", rss(item(1))), interval_s=1)
        room.until_state("news", "ok")
        got = room.patch("news", {"paused": True}).json()
        eq([got["paused"], got["health"]["state"], got["health"]["next_at"]],
           [True, "paused", None])
        version = got["version"]
        again = room.patch("news", {"paused": True}).json()
        eq(again["version"], version, "nothing changed, so there is no event")
        wait_for(lambda: feeds.count("/feed") >= 1, "one asking")
        asked = feeds.count("/feed")
        # a person may ask all the same; while one asking is on its way there is no other
        wait_for(lambda: room.check("news") and feeds.count("/feed") > asked,
                 "the asking of a person")
        eq(room.get("news")["health"]["state"], "paused")
        room.patch("news", {"paused": False, "interval_s": 2})
        wait_for(lambda: feeds.count("/feed") > asked + 2, "askings after the pause")
        eq(room.until_state("news", "ok")["interval_s"], 2)


def test_commands():
    with Feeds() as feeds, Room() as room:
        url = feeds.serve("/feed", rss(item(1)))
        good = {"slug": "s", "kind": "feed", "url": url}
        for change, pointer in [
                ({"slug": ""}, "/slug"), ({"slug": "a\u202eb"}, "/slug"),
                ({"slug": "a\u200bb"}, "/slug"), ({"slug": "a\nb"}, "/slug"),
                ({"slug": "x" * 101}, "/slug"), ({"slug": 7}, "/slug"),
                ({"kind": "push"}, "/kind"), ({"kind": None}, "/kind"),
                ({"interval_s": 0}, "/interval_s"), ({"interval_s": 1e9}, "/interval_s"),
                ({"interval_s": 10 ** 9}, "/interval_s"), ({"extra": 1}, "/extra"),
                ({"url": "ftp://x.example/"}, "/url"), ({"url": "file:///etc/passwd"}, "/url"),
                ({"url": "javascript:alert(1)"}, "/url"), ({"url": "//x.example/"}, "/url"),
                ({"url": "http://"}, "/url"), ({"url": "http:///x"}, "/url"),
                ({"url": "http://user:pw@x.example/"}, "/url"),
                ({"url": "http://x.example\\@127.0.0.1/"}, "/url"),
                ({"url": "http://x.example/#a"}, "/url"),
                ({"url": "http://x.example:0/"}, "/url"),
                ({"url": "http://x.example:99999/"}, "/url"),
                ({"url": "http://x.example:80:80/"}, "/url"),
                ({"url": "http://x example/"}, "/url"),
                ({"url": "http://x.example/\r\nX: y"}, "/url"),
                ({"url": "http://\u0645\u062b\u0627\u0644.example/"}, "/url"),
                ({"url": "http://x.example/\u202e"}, "/url"),
                ({"url": "http://[::1%25lo]/"}, "/url"),
                ({"url": "http://[::1/"}, "/url"),
                ({"url": "http://x.example/" + "a" * 2048}, "/url")]:
            doc = {k: v for k, v in dict(good, **change).items() if v is not None}
            room.admin("POST", "/api/v1/sources", doc).problem(400, pointer)
        eq(room.get("s"), None, "after nothing but refusals")
        # once, whatever the number of times that it is sent
        key = {"Idempotency-Key": "k1"}
        first = room.admin("POST", "/api/v1/sources", good, key).ok(201)
        again = room.admin("POST", "/api/v1/sources", good, key).ok(201)
        eq(again.body, first.body)
        eq(again.get("idempotency-replayed"), "true")
        eq(first.get("etag"), '"%d"' % first.json()["version"])
        room.admin("POST", "/api/v1/sources", good).problem(409, "/slug")
        sid = first.json()["id"]
        path = "/api/v1/sources/%d" % sid
        room.admin("PATCH", path, {"paused": True}).problem(428)
        room.admin("PATCH", path, {"url": "x"}, {"If-Match": "*"}).problem(400, "/url")
        room.admin("PATCH", path, {"slug": "t"}, {"If-Match": "*"}).problem(400, "/slug")
        stale = room.patch("s", {"interval_s": 60}).json()["version"]
        got = room.patch("s", {"paused": True}, 412, first.json()["version"]).json()
        eq([got["version"], got["interval_s"]], [stale, 60])
        room.admin("PATCH", "/api/v1/sources/99999", {"paused": True},
                   {"If-Match": "*"}).problem(404)
        room.admin("POST", "/api/v1/sources/99999/check", {}).problem(404)
        # what was only pushed may become a feed, and keeps its mentions
        room.dw.post(room.dw.client(room.dw.token("in", "ingest")), [mention(1, "pushed")])
        pushed = room.get("pushed")
        eq([pushed["kind"], pushed["health"]["state"]], ["push", "push"])
        room.admin("POST", "/api/v1/sources/%d/check" % pushed["id"], {}).problem(422)
        room.admin("PATCH", "/api/v1/sources/%d" % pushed["id"], {"paused": True},
                   {"If-Match": "*"}).problem(422)
        taken = room.add("pushed", url)
        eq([taken["id"], taken["mentions"]], [pushed["id"], 1])
        room.until("pushed", lambda s: s["mentions"] == 2, "the feed's own mention")
        # admins only
        room.dw.user("lead", "lead")
        lead = room.dw.sign_in("lead")
        for method, where, body in (("POST", "", good), ("PATCH", "/%d" % sid, {}),
                                    ("POST", "/%d/check" % sid, {}),
                                    ("POST", "/test", {"url": url})):
            lead(method, "/api/v1/sources" + where, body, {"If-Match": "*"}).problem(403)
        lead("GET", "/api/v1/sources").ok(200)


def test_trying_an_address():
    with Feeds() as feeds, Room() as room:
        url = feeds.serve("/feed", rss(*[item(n) for n in range(9)]))
        got = room.admin("POST", "/api/v1/sources/test", {"url": url}).ok(200).json()
        eq(got["title"], "The feed")
        eq([m["source_id"] for m in got["items"]], ["g0", "g1", "g2", "g3", "g4"])
        eq(got["items"][0]["text"], "Text 0")
        eq(got["items"][0]["url"], feeds.url("/a/0"))
        eq(room.get("test"), None, "nothing is kept")
        empty = feeds.serve("/empty", rss())
        eq(room.admin("POST", "/api/v1/sources/test", {"url": empty}).ok(200).json(),
           {"title": "The feed", "items": []})
        bad = feeds.serve("/bad", b"<html>")
        bad = room.admin("POST", "/api/v1/sources/test", {"url": bad}).problem(422, "/url")
        assert "web page" in bad.json()["detail"], bad.json()
        room.admin("POST", "/api/v1/sources/test", {"url": "x"}).problem(400, "/url")
        # in work when the server stops: told, and the stop does not wait for it
        slow = feeds.on("/slow", lambda h: time.sleep(30))
        with Conn(room.dw.address) as conn:
            body = json.dumps({"url": slow}).encode()
            auth = "".join("%s: %s\r\n" % pair for pair in room.admin.auth.items())
            conn.send(b"POST /api/v1/sources/test HTTP/1.1\r\nHost: %s\r\n%s"
                      b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
                          room.admin.client.host.encode(), auth.encode(), len(body), body))
            wait_for(lambda: feeds.count("/slow") == 1, "the asking")
            eq(room.dw.stop(), 0)
            conn.response().problem(503)
        room.dw.start()


def test_command_line():
    with Feeds() as feeds, Room() as room:
        url = feeds.serve("/feed", rss(item(1)))
        room.dw.cli("source", "add", "news", "--url", url, "--interval", "60")
        room.until_state("news", "ok")
        out = room.dw.cli("source", "list").stdout
        assert "news" in out and "ok" in out and url in out, out
        doc = json.loads(room.dw.cli("source", "list", "--json").stdout)
        eq([doc["items"][0]["slug"], doc["items"][0]["interval_s"]], ["news", 60])
        room.dw.cli("source", "pause", "news")
        eq(room.get("news")["health"]["state"], "paused")
        room.dw.cli("source", "resume", "news")
        asked = feeds.count("/feed")
        wait_for(lambda: room.dw.cli("source", "check", "news") and feeds.count("/feed") > asked,
                 "the asking")
        bad = room.dw.cli("source", "add", "x", "--url", "ftp://x/", code=1)
        assert "http" in bad.stderr, bad.stderr
        room.dw.cli("source", "pause", "nothing", code=1)
        room.dw.cli("source", "add", "x", code=2)
        room.dw.cli("source", code=2)
        room.dw.stop()
        # without a server: configured, and asked when there is one
        room.dw.cli("source", "add", "second", "--url", url, "--interval", "60")
        room.dw.start()
        room.admin = room.dw.sign_in("root")
        room.until_state("second", "ok")
