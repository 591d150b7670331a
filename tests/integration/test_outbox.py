# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published leaves through webhooks and by mail, at least once, under the same key, in order,
and not during an emergency stop; secrets are told once and nowhere else."""
import base64
import email
import email.header
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import re
import socket
import socketserver
import sqlite3
import tempfile
import threading
import time

from harness import SLOW, everything, eq, free_of, wait_for
from test_incidents import V1
from test_statements import PASSWORD, Desk

TEXT_FA = "بحث می‌کنیم.\n.یک خط که با نقطه آغاز می‌شود\nWe know 😀."


# ---- who is told ----------------------------------------------------------------------------


class Receiver:
    """A webhook's far end: keeps what was posted, and answers as `reply` says."""

    def __init__(self):
        self.got, self.reply, self.lock = [], lambda n, path: 200, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    outer.got.append({"path": self.path, "headers": dict(self.headers),
                                      "body": body, "at": time.monotonic()})
                    n = len(outer.got)
                outer.answer(self, outer.reply(n, self.path))

            do_GET = do_POST

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler, how):
        if callable(how):
            return how(handler)
        status, headers = how if isinstance(how, tuple) else (how, {})
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        body = b"" if status == 204 else b"ok"
        if body:
            handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(body)
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/hook"):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def docs(self, path=None):
        with self.lock:
            return [json.loads(g["body"]) for g in self.got if path in (None, g["path"])]

    def keys(self, path=None):
        with self.lock:
            return [g["headers"]["Idempotency-Key"] for g in self.got
                    if path in (None, g["path"])]

    def until(self, n, path=None, timeout=15.0):
        wait_for(lambda: len(self.docs(path)) >= n, "%d posts to %s" % (n, path), timeout)
        return self.docs(path)


class MailServer:
    """Speaks as much SMTP as curl needs, and keeps what came; `refuse` says what to answer to whom."""

    def __init__(self):
        self.got, self.refuse, self.lock, self.auth = [], lambda to: None, threading.Lock(), []
        self.offers_auth = False
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.say("220 mail.test")
                to, sender = [], None
                for raw in self.rfile:
                    line = raw.decode().rstrip("\r\n")
                    word = line[:4].upper()
                    if word == "EHLO":
                        self.say("250-mail.test")
                        if outer.offers_auth:
                            self.say("250-AUTH PLAIN")
                        self.say("250 8BITMIME")
                    elif word == "AUTH":
                        outer.auth.append(line)
                        if line.upper() == "AUTH PLAIN":
                            self.say("334 ")
                            outer.auth.append(self.rfile.readline().decode().strip())
                        self.say("235 welcome")
                    elif word == "MAIL":
                        to, sender = [], line
                        self.say("250 ok")
                    elif word == "RCPT":
                        address = re.search("<(.*)>", line).group(1)
                        no = outer.refuse(address)
                        if no is None:
                            to.append(address)
                        self.say(no or "250 ok")
                    elif word == "DATA":
                        self.say("354 go on")
                        data = b""
                        while True:
                            piece = self.rfile.readline()
                            if piece in (b".\r\n", b""):
                                break
                            data += piece[1:] if piece.startswith(b".") else piece
                        with outer.lock:
                            outer.got.append({"from": sender, "to": to, "raw": data})
                        self.say("250 taken")
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def until(self, n):
        wait_for(lambda: len(self.got) >= n, "%d mails" % n)
        return [email.message_from_bytes(g["raw"], policy=email.policy.default)
                for g in self.got]


class Post(Desk):
    """A desk whose words leave quickly."""

    def __init__(self, *args, retry_s=1):
        super().__init__("--allow-private-outlets", "--outlet-retry-s", str(retry_s), *args)

    def again(self):
        """After a restart: the port is another."""
        for name in list(self.people):
            self.people[name] = self.sign_in(name, PASSWORD)

    def outlet(self, url, name="Wire", **more):
        body = {"kind": "webhook", "name": name, "url": url}
        body.update(more)
        return self.admin("POST", V1 + "/outlets", body).ok(201).json()

    def outlets(self):
        return self.admin("GET", V1 + "/outlets").ok(200).json()["items"]

    def health(self, id_):
        return next(o for o in self.outlets() if o["id"] == id_)["health"]

    def ready(self, room, **more):
        """A statement that may be published, and its digest."""
        t = self.draft(room, **more)
        digest = self.submit(t["id"])["digest"]
        self.rule(t["id"], digest, "approve", self.boss).ok(201)
        return t["id"], digest

    def publish(self, id_, digest, **more):
        return self.do(id_, "publish", dict(digest=digest, **more), self.lead).ok(201).json()

    def out(self, room, **more):
        id_, digest = self.ready(room, **more)
        return id_, digest, self.publish(id_, digest)["seq"]

    def again_with(self, id_, text, reason="figures"):
        """A version behind the one that is out."""
        now = self.statement(id_)
        self.type(id_, now["revision"], "tab", [now["units"], [0] + (" " + text).split("\n")]
                  ).ok(200)
        digest = self.submit(id_)["digest"]
        self.rule(id_, digest, "approve", self.boss).ok(201)
        return digest, self.publish(id_, digest, reason=reason)["seq"]

    def deliveries(self, room, kind="delivery."):
        return [i for i in self.timeline(room, "?limit=500")["items"]
                if i["type"].startswith(kind)]


def check_signature(got, secret):
    parts = dict(p.split("=") for p in got["headers"]["Diwan-Signature"].split(","))
    want = hmac.new(secret.encode(), parts["t"].encode() + b"." + got["body"], hashlib.sha256)
    eq(parts["v1"], want.hexdigest(), "signature")
    assert abs(int(parts["t"]) - time.time()) < 100


# ---- webhooks -------------------------------------------------------------------------------


def test_a_publication_is_posted():
    with Receiver() as r, Post("--public-url", "http://127.0.0.1") as dw:
        room = dw.declare()["id"]
        made = dw.outlet(r.url())
        secret = made["secret"]
        assert re.fullmatch(r"whsec_[A-Za-z0-9_-]{43}", secret), secret
        eq((made["channels"], made["audiences"], made["paused"], made["health"]["state"]),
           (["press", "social", "internal", "reply"], ["public"], False, "new"))
        staff = dw.outlet(r.url("/staff"), "Intranet", audiences=["staff"], channels=["internal"])
        id_, digest, seq = dw.out(room, text=TEXT_FA, lang="fa", title="بیانیه")
        doc = r.until(1, "/hook")[0]
        got = r.got[0]
        check_signature(got, secret)
        eq(doc["id"], got["headers"]["Idempotency-Key"])
        t = doc["statement"]
        eq((doc["type"], t["id"], t["title"], t["lang"], t["channel"], t["audience"], t["text"],
            t["digest"], t["url"], t["correction_of"], t["replaces"], t["reason"],
            t["withdrawn_at"]),
           ("statement.published", id_, "بیانیه", "fa", "press", "public", TEXT_FA, digest,
            "http://127.0.0.1/newsroom/%d" % id_, None, None, None, None))
        wait_for(lambda: dw.deliveries(room), "the record")
        (item,) = dw.deliveries(room)
        eq((item["type"], item["data"]), ("delivery.made", {
            "statement": id_, "seq": seq, "withdrawal": False, "outlet": made["id"],
            "kind": "webhook", "name": "Wire", "attempt": 1, "status": 200}))
        eq(dw.health(made["id"])["state"], "ok")
        # another channel, another reader
        id2, _, _ = dw.out(room, channel="internal", audience="staff", title="For us")
        eq(r.until(1, "/staff")[0]["statement"]["url"], None)
        eq(r.docs("/staff")[0]["statement"]["id"], id2)
        # a later version, and its end
        digest2, seq2 = dw.again_with(id_, "More.")
        t = r.until(2, "/hook")[1]["statement"]
        eq((t["digest"], t["replaces"], t["reason"]), (digest2, digest, "figures"))
        # a correction, with what it was begun for
        fix = dw.do(id_, "corrections", {"text": "Less.", "reason": "miscounted"}).ok(201).json()["id"]
        digest3 = dw.submit(fix)["digest"]
        dw.rule(fix, digest3, "approve", dw.boss).ok(201)
        dw.publish(fix, digest3)
        t = r.until(3, "/hook")[2]["statement"]
        eq((t["digest"], t["correction_of"], t["reason"]), (digest3, id_, "miscounted"))
        dw.do(id_, "withdraw", {"reason": "it was wrong"}, dw.lead).ok(201)
        doc = r.until(4, "/hook")[3]
        eq((doc["type"], doc["statement"]["text"], doc["statement"]["digest"],
            doc["statement"]["reason"]), ("statement.withdrawn", None, digest2, "it was wrong"))
        assert doc["statement"]["withdrawn_at"]
        eq(len(set(r.keys())), len(r.keys()), "one key for each")
        wait_for(lambda: len(dw.deliveries(room)) == 5, "the records")
        eq(sorted(i["data"]["seq"] for i in dw.deliveries(room))[:1], [seq])
        assert seq2 in [i["data"]["seq"] for i in dw.deliveries(room)]
        # nothing is sent again by a restart
        dw.restart()
        dw.again()
        dw.out(room, channel="internal", audience="staff", title="Still there")
        r.until(2, "/staff")
        eq((len(r.docs("/hook")), len(r.docs("/staff"))), (4, 2))
        wait_for(lambda: dw.health(staff["id"])["open"] == 0, "the record")
        eq(dw.verify().returncode, 0)


def test_a_reason_is_told_to_whom_it_concerns():
    with Receiver() as r, Post() as dw:
        room = dw.declare()["id"]
        dw.outlet(r.url())
        dw.outlet(r.url("/staff"), "Intranet", audiences=["staff"], channels=["internal"])
        inner, _, _ = dw.out(room, channel="internal", audience="staff", title="For us")
        for more, path, told in (({"channel": "press", "audience": "public"}, "/hook", None),
                                 ({}, "/staff", "the driver was named")):
            n = len(r.docs(path))
            fix = dw.do(inner, "corrections", {"text": "Less.", "reason": "the driver was named"}
                        ).ok(201).json()["id"]
            if more:
                dw.drafter("PATCH", V1 + "/statements/%d" % fix, more,
                           {"If-Match": '"%d"' % dw.statement(fix)["version"]}).ok(200)
            digest = dw.submit(fix)["digest"]
            dw.rule(fix, digest, "approve", dw.boss).ok(201)
            dw.publish(fix, digest)
            t = r.until(n + 1, path)[n]["statement"]
            eq((t["digest"], t["correction_of"], t["reason"]), (digest, inner, told))


def test_secrets_are_nowhere():
    with Receiver() as r, Post("--log-level", "debug") as dw:
        room = dw.declare()["id"]
        key = {"Idempotency-Key": "outlet-1"}
        body = {"kind": "webhook", "name": "Wire", "url": r.url("/hook?token=tell-nobody")}
        got = dw.admin("POST", V1 + "/outlets", body, key).ok(201).json()
        secret = got["secret"]
        again = dw.admin("POST", V1 + "/outlets", body, key)
        eq(again.status, 409)
        dw.out(room)
        r.until(1)
        wait_for(lambda: dw.deliveries(room), "the record")
        r.reply = lambda n, path: (500, {})
        dw.out(room, title="Another")
        wait_for(lambda: dw.health(got["id"])["state"] == "failing", "a failure")
        listed = dw.admin("GET", V1 + "/outlets").ok(200).body.decode()
        free_of(listed + again.body.decode(), secret)
        for who in ("lead", "drafter", "approver", "observer"):
            dw.people[who]("GET", V1 + "/outlets").problem(403)
            dw.people[who]("POST", V1 + "/outlets", body).problem(403)
        for who in (dw.observer, dw.admin):
            free_of("\n".join(str(e.item) for e in everything(dw, who)), secret, "tell-nobody")
        version = dw.outlets()[0]["version"]
        dw.admin("PATCH", V1 + "/outlets/%d" % got["id"], {"name": "Renamed"},
                 {"If-Match": '"%d"' % version}).ok(200)
        log = dw.log()
        dw.stop()
        free_of(log + dw.log(), secret, "tell-nobody")
        with sqlite3.connect(os.path.join(dw.data, "diwan.db")) as db:
            names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            kept = []
            for name in names:
                if name.startswith("mention_text") or "fts" in name:
                    continue
                try:
                    rows = db.execute('SELECT * FROM "%s"' % name).fetchall()
                except sqlite3.Error:
                    continue
                if any(secret in repr(row) or "tell-nobody" in repr(row) for row in rows):
                    kept.append(name)
            eq(kept, ["outlet_address"], "where the secret is kept")
        dw.start()
        dw.again()
        dw.admin("DELETE", V1 + "/outlets/%d" % got["id"]).ok(204)
        dw.stop()
        with sqlite3.connect(os.path.join(dw.data, "diwan.db")) as db:
            eq(db.execute("SELECT count(*) FROM outlet_address").fetchone(), (0,))


def test_it_goes_on_until_it_arrives():
    with Receiver() as r, Post("--outlet-timeout-s", str(int(4 * SLOW))) as dw:
        room = dw.declare()["id"]
        first = {"/500": 500, "/cut": lambda handler: handler.connection.shutdown(socket.SHUT_RDWR),
                 "/302": (302, {"Location": r.url("/elsewhere")}), "/429": 429,
                 "/later": (503, {"Retry-After": "4"}), "/slow": lambda handler: time.sleep(6 * SLOW)}
        r.reply = lambda n, path: first[path] if len(r.docs(path)) == 1 else 204
        for path in first:
            dw.outlet(r.url(path), path)
        dw.out(room)
        wait_for(lambda: len(dw.deliveries(room)) == len(first), "the records", 30)
        eq({i["data"]["name"]: (i["data"]["attempt"], i["data"]["status"])
            for i in dw.deliveries(room)}, {path: (2, 204) for path in first})
        for path in first:
            eq((len(r.keys(path)), len(set(r.keys(path)))), (2, 1), path)
        eq(r.docs("/elsewhere"), [])
        eq(len(set(r.keys())), len(first), "a key for each outlet")
        eq([g["headers"]["Diwan-Attempt"] for g in r.got if g["path"] == "/500"], ["1", "2"])
        a, b = [g["at"] for g in r.got if g["path"] == "/later"]
        assert b - a > 3.5, "it came back too soon"
        eq({o["health"]["state"] for o in dw.outlets()}, {"ok"})
        eq([dw.metrics()["diwan_" + n] for n in ("deliveries_made_total", "delivery_tries_total")],
           [len(first), 2 * len(first)])


def test_it_is_given_up():
    with Receiver() as r, Post("--outlet-give-up-s", str(int(6 * SLOW))) as dw:
        room = dw.declare()["id"]
        out = dw.outlet(r.url())
        r.reply = lambda n, path: 500
        id_, _, seq = dw.out(room)
        wait_for(lambda: dw.deliveries(room), "the record", 30)
        (item,) = dw.deliveries(room)
        eq((item["type"], item["data"]["statement"], item["data"]["seq"], item["data"]["status"],
            item["data"]["detail"]),
           ("delivery.failed", id_, seq, 500, "it answered with status 500"))
        assert item["data"]["attempt"] >= 2, item
        eq(dw.health(out["id"])["open"], 0)
        eq([dw.metrics()["diwan_" + n] for n in ("deliveries_open", "deliveries_made_total",
                                                 "deliveries_failed_total")], [0, 0, 1])


def test_gone_pauses_it():
    with Receiver() as r, Post(retry_s=60) as dw:
        room = dw.declare()["id"]
        out = dw.outlet(r.url())
        r.reply = lambda n, path: 410
        dw.out(room)
        wait_for(lambda: dw.outlets()[0]["paused"], "a pause")
        now = dw.outlets()[0]
        eq((now["why"], now["health"]["state"], now["health"]["open"]),
           ("it answered 410 Gone", "paused", 1))
        r.reply = lambda n, path: 200
        dw.out(room, title="Meanwhile")
        dw.admin("PATCH", V1 + "/outlets/%d" % out["id"], {"paused": False},
                 {"If-Match": '"%d"' % now["version"]}).ok(200)
        r.until(3)
        wait_for(lambda: len(dw.deliveries(room)) == 2, "the records")
        eq(dw.outlets()[0]["why"], None)
        # two statements at once: which one is first is nobody's promise
        eq(sorted(d["statement"]["title"] for d in r.docs()[1:]),
           ["Meanwhile", "We are looking into it"])


def test_a_crash_between_post_and_record():
    with Receiver() as r, Post() as dw:
        room = dw.declare()["id"]
        dw.outlet(r.url())
        held = threading.Event()

        def hold(handler):
            held.set()
            time.sleep(1.5)

        r.reply = lambda n, path: hold if n == 1 else 200
        dw.out(room)
        assert held.wait(15)
        dw.kill()
        dw.start()
        dw.again()
        r.until(2)
        wait_for(lambda: dw.deliveries(room), "the record")
        eq((len(r.keys()), len(set(r.keys()))), (2, 1))
        eq([g["body"] for g in r.got][:1], [g["body"] for g in r.got][1:2], "the same bytes")
        # an ordinary end in the middle of one
        held.clear()
        r.reply = lambda n, path: hold if n == 3 else 200
        dw.out(room, title="Another")
        assert held.wait(15)
        eq(dw.stop(), 0)
        dw.start()
        dw.again()
        r.until(4)
        wait_for(lambda: len(dw.deliveries(room)) == 2, "the record")
        eq((len(r.keys()), len(set(r.keys()))), (4, 2))


def test_an_emergency_stop_holds_it():
    with Receiver() as r, Post() as dw:
        room = dw.declare()["id"]
        dw.outlet(r.url())
        early, _, _ = dw.out(room, title="Before")
        r.until(1)
        wait_for(lambda: dw.deliveries(room), "the record")
        r.reply = lambda n, path: 503
        dw.out(room, title="On its way")
        r.until(2)
        dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "wait"}).ok(201)
        # one may have been on the wire; from here on nothing but withdrawals leaves
        r.reply = lambda n, path: 200
        n = len(r.got)
        dw.do(early, "withdraw", {"reason": "wrong"}, dw.lead).ok(201)
        wait_for(lambda: any(d["type"] == "statement.withdrawn" for d in r.docs()), "it leaves")
        wait_for(lambda: len(dw.deliveries(room)) >= 2, "the record")
        dw.restart()
        dw.again()
        time.sleep(3)
        assert len(r.got) <= n + 2, r.docs()
        eq([d["type"] for d in r.docs()[n + 1:] if d["type"] != "statement.withdrawn"], [])
        dw.lead("DELETE", V1 + "/outgoing/freeze").ok(204)
        wait_for(lambda: r.docs()[-1]["statement"]["title"] == "On its way", "it goes on")
        wait_for(lambda: len(dw.deliveries(room)) == 3, "the record")


def test_order_and_what_was_taken_back():
    with Receiver() as r, Post() as dw:
        room = dw.declare()["id"]
        dw.outlet(r.url())
        r.reply = lambda n, path: 503
        id_, first, _ = dw.out(room)
        r.until(1)
        second, _ = dw.again_with(id_, "More.")
        r.until(3)
        eq({d["statement"]["digest"] for d in r.docs()}, {first}, "not before the first")
        n = len(r.got)
        r.reply = lambda k, path: 200
        wait_for(lambda: len(dw.deliveries(room)) == 2, "the records", 30)
        eq([d["statement"]["digest"] for d in r.docs()[n:]][-2:], [first, second])
        # taken back before it left
        r.reply = lambda k, path: 503
        gone, _, _ = dw.out(room, title="Too early")
        wait_for(lambda: any(d["statement"]["id"] == gone for d in r.docs()), "a try")
        dw.do(gone, "withdraw", {"reason": "wrong"}, dw.lead).ok(201)
        n = len(r.got)
        r.reply = lambda k, path: 200
        wait_for(lambda: len(dw.deliveries(room)) == 3, "the record", 30)
        eq([d["type"] for d in r.docs()[n + 1:] if d["statement"]["id"] == gone
            and d["type"] != "statement.withdrawn"], [])
        eq(r.docs()[-1]["type"], "statement.withdrawn")


def test_one_that_is_slow_holds_up_nobody():
    with Receiver() as slow, Receiver() as quick, Post("--outlet-timeout-s", str(int(20 * SLOW))) as dw:
        room = dw.declare()["id"]
        go = threading.Event()
        slow.reply = lambda n, path: lambda handler: go.wait(15 * SLOW) and None
        dw.outlet(slow.url(), "Slow")
        dw.outlet(quick.url(), "Quick")
        for i in range(5):
            dw.out(room, title="Word %d" % i)
        eq({d["statement"]["title"] for d in quick.until(5)}, {"Word %d" % i for i in range(5)})
        assert len(slow.got) <= 2, "few at once to one outlet"
        gone = next(o for o in dw.outlets() if o["name"] == "Slow")
        dw.admin("DELETE", V1 + "/outlets/%d" % gone["id"]).ok(204)
        n = len(slow.got)
        go.set()
        dw.out(room, title="Last")
        quick.until(6)
        wait_for(lambda: sum(i["data"]["name"] == "Quick" for i in dw.deliveries(room)) == 6,
                 "the records")
        eq(len(slow.got), n, "posts to an outlet that is gone")
        eq(len(dw.outlets()), 1)


def test_what_is_refused():
    with Receiver() as r, Post() as dw:
        ask = {"kind": "webhook", "name": "x", "url": r.url()}
        post = lambda body: dw.admin("POST", V1 + "/outlets", body)
        post({"name": "x", "url": r.url()}).problem(400, "/kind")
        post(dict(ask, kind="fax")).problem(400, "/kind")
        post({"kind": "webhook", "name": "x"}).problem(400, "/url")
        post(dict(ask, url="ftp://a/")).problem(400, "/url")
        post(dict(ask, url="http://user:pw@a/")).problem(400, "/url")
        post(dict(ask, to=["a@example.org"])).problem(400, "/to")
        post(dict(ask, channels=[])).problem(400, "/channels")
        post(dict(ask, audiences=["all"])).problem(400, "/audiences")
        post(dict(ask, paused=1)).problem(400, "/paused")
        post(dict(ask, colour="red")).problem(400, "/colour")
        post(dict(ask, name=" ")).problem(400, "/name")
        post({"kind": "email", "name": "x", "to": ["a@example.org"]}).problem(422, "/kind")
        out = dw.outlet(r.url())
        at = V1 + "/outlets/%d" % out["id"]
        dw.admin("PATCH", at, {"name": "y"}).problem(428)
        dw.admin("PATCH", at, {"to": ["a@example.org"]},
                 {"If-Match": '"%d"' % out["version"]}).problem(400, "/to")
        got = dw.admin("PATCH", at, {"name": "y"}, {"If-Match": '"%d"' % out["version"]}).ok(200)
        eq((got.json()["name"], "secret" in got.json()), ("y", False))
        old = dw.admin("PATCH", at, {"name": "z"}, {"If-Match": '"%d"' % out["version"]})
        eq((old.status, old.json()["name"]), (412, "y"))
        dw.admin("DELETE", at).ok(204)
        dw.admin("DELETE", at).problem(404)
        dw.admin("PATCH", at, {"name": "z"}, {"If-Match": "*"}).problem(404)


def test_private_addresses_are_not_posted_to():
    with Receiver() as r, Desk("--outlet-retry-s", "1") as dw:
        post = Post.__dict__
        room = dw.declare()["id"]
        dw.admin("POST", V1 + "/outlets", {"kind": "webhook", "name": "x",
                                           "url": r.url()}).ok(201)
        post["out"](Bound(dw), room)
        got = wait_for(lambda: [o for o in dw.admin("GET", V1 + "/outlets").json()["items"]
                                if o["health"]["last_error"]], "a failure")[0]
        assert "allow_private_outlets" in got["health"]["last_error"]["detail"], got
        eq(r.got, [])


class Bound:
    """A desk that has what a Post has."""

    def __init__(self, dw):
        self.dw = dw

    def __getattr__(self, name):
        own = Post.__dict__.get(name)
        return own.__get__(self) if own else getattr(self.dw, name)


def test_a_drill_sends_nothing():
    with Receiver() as r, Post() as dw:
        room = dw.declare(drill=True)["id"]
        dw.outlet(r.url())
        id_, digest = dw.ready(room)
        dw.do(id_, "publish", {"digest": digest}, dw.lead).problem(422)
        real = dw.declare()["id"]
        dw.out(real)
        r.until(1)
        eq([d["statement"]["id"] for d in r.docs()] != [id_], True)


# ---- mail -----------------------------------------------------------------------------------


def smtp(server, *more):
    return ("--smtp-url", "smtp://127.0.0.1:%d" % server.port,
            "--smtp-from", "Pressestelle Küste <press@example.org>") + more


def test_a_publication_is_mailed():
    with MailServer() as m, Post("--public-url", "http://127.0.0.1", *smtp(m)) as dw:
        room = dw.declare()["id"]
        out = dw.admin("POST", V1 + "/outlets", {
            "kind": "email", "name": "Newsrooms",
            "to": ["desk@example.net", "news@example.com"]}).ok(201).json()
        eq((out["to"], "secret" in out), (["desk@example.net", "news@example.com"], False))
        title = "بیانیه درباره نشت در کارخانه، با عنوانی که از یک خط سرآیند درازتر است"
        id_, _, seq = dw.out(room, text=TEXT_FA, lang="fa", title=title)
        mail = m.until(1)[0]
        eq((m.got[0]["to"], m.got[0]["from"].split()[0]),
           (["desk@example.net", "news@example.com"], "MAIL"))
        assert "<press@example.org>" in m.got[0]["from"]
        eq(mail["Subject"], title)
        eq(mail["Content-Language"], "fa")
        eq(str(mail["From"]), "Pressestelle Küste <press@example.org>")
        free_of(m.got[0]["raw"].decode(), "desk@example.net", "news@example.com")
        want = TEXT_FA + "\n\nhttp://127.0.0.1/newsroom/%d\n" % id_
        eq(mail.get_content().replace("\r\n", "\n"), want)
        assert all(len(line) <= 998 for line in m.got[0]["raw"].split(b"\r\n"))
        assert b"\n" not in m.got[0]["raw"].replace(b"\r\n", b"")
        wait_for(lambda: dw.deliveries(room), "the record")
        (item,) = dw.deliveries(room)
        eq((item["type"], item["data"]["seq"], item["data"]["kind"], item["data"]["status"]),
           ("delivery.made", seq, "email", 250))
        for e in everything(dw, dw.admin):
            free_of(str(e.item), "desk@example.net")
        # plain letters go as they are, dots and all
        dw.out(room, text="First.\n.second\n..", title="Plain")
        mail = m.until(2)[1]
        eq((mail["Subject"], mail["Content-Transfer-Encoding"]), ("Plain", "7bit"))
        assert mail.get_content().replace("\r\n", "\n").startswith("First.\n.second\n..\n")
        dw.do(id_, "withdraw", {"reason": "اشتباه بود"}, dw.lead).ok(201)
        mail = m.until(3)[2]
        assert mail["Subject"].startswith("پس گرفته شد: "), mail["Subject"]
        assert "اشتباه بود" in mail.get_content() and "بحث" not in mail.get_content()


def test_mail_is_tried_again():
    with MailServer() as m, Post(*smtp(m)) as dw:
        room = dw.declare()["id"]
        dw.admin("POST", V1 + "/outlets", {"kind": "email", "name": "List", "to": [
            "good@example.net", "bad@example.net"]}).ok(201)
        times = []

        def refuse(to):
            times.append(to)
            if len(times) <= 1:
                return "451 later"
            return "550 nobody of that name" if to.startswith("bad") else None

        m.refuse = refuse
        dw.out(room)
        m.until(1)
        eq(m.got[0]["to"], ["good@example.net"])
        wait_for(lambda: dw.deliveries(room), "the record")
        (item,) = dw.deliveries(room)
        eq((item["data"]["refused"], item["data"]["attempt"]), (1, 3))


def test_the_mail_servers_password():
    with MailServer() as m:
        m.offers_auth = True
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "password")
            with open(path, "w", encoding="utf-8") as f:
                f.write("hush-hush-7\n")
            with Post(*smtp(m, "--smtp-user", "press", "--smtp-password-file", path)) as dw:
                room = dw.declare()["id"]
                dw.admin("POST", V1 + "/outlets", {"kind": "email", "name": "List",
                                                   "to": ["a@example.net"]}).ok(201)
                dw.out(room)
                mail = m.until(1)[0]
                eq((mail["To"], mail["Message-ID"].endswith("@example.org>")),
                   ("a@example.net", True))
                eq(base64.b64decode(m.auth[-1].split()[-1]), b"\0press\0hush-hush-7")
                for e in everything(dw, dw.admin):
                    free_of(str(e.item), "hush-hush")
                dw.stop()
                free_of(dw.log(), "hush-hush")
                with open(os.path.join(dw.data, "diwan.db"), "rb") as f:
                    assert b"hush-hush" not in f.read()
                free_of(dw.cli("check-config", code=None).stdout, "hush-hush")
                dw.start()
