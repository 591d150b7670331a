# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files as evidence: kept by their SHA-256, checked, given back as they came, and to nobody else."""
import hashlib
import os
import random
import shutil
import sqlite3
import urllib.parse

from harness import Diwan, eq, everything, head_of, wait_for
from test_incidents import V1, War, kinds

MOST = 20 * 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


def path(rid, name="a.bin", **more):
    return V1 + "/incidents/%d/files?%s" % (rid, urllib.parse.urlencode(dict(more, name=name)))


def send(dw, rid, data, name="a.bin", who=None, media="application/octet-stream", headers=None,
         **more):
    given = {"Content-Type": media}
    given.update(headers or {})
    return (who or dw.lead)("POST", path(rid, name, **more), data, given)


def get(dw, rid, fid, query="", who=None, headers=None, method="GET"):
    return (who or dw.lead)(method, V1 + "/incidents/%d/files/%d%s" % (rid, fid, query), None,
                            headers)


def some(n, seed=1):
    return random.Random(seed).randbytes(n)


def rows(dw, sql, *args):
    db = sqlite3.connect("file:%s?mode=ro" % os.path.join(dw.data, "diwan.db"), uri=True)
    try:
        return db.execute(sql, args).fetchall()
    finally:
        db.close()


def swept(dw):
    """Nothing is there that no event names."""
    wait_for(lambda: rows(dw, "SELECT count(*) FROM file WHERE sha256 IS NULL") == [(0,)],
             "the sweep")
    eq(rows(dw, "SELECT count(*) FROM file_part WHERE file NOT IN (SELECT id FROM file)"), [(0,)])


def test_there_and_back():
    with War() as dw:
        rid = dw.declare()["id"]
        got = send(dw, rid, PNG, "gate.png", media="text/html",
                   captured_at="2026-01-02T03:04:05Z").ok(201)
        doc = got.json()
        digest = hashlib.sha256(PNG).hexdigest()
        eq({k: doc[k] for k in ("name", "media_type", "sha256", "size", "captured_at", "by")},
           {"name": "gate.png", "media_type": "image/png", "sha256": digest, "size": len(PNG),
            "captured_at": "2026-01-02T03:04:05.000000Z", "by": dw.id("lead")})
        eq((doc["version"], doc["seq"], got.get("etag")), (doc["id"], doc["id"],
                                                           '"%d"' % doc["id"]))
        room = dw.room(rid)
        eq(room["files"], [doc])
        eq(dw.room(rid, query="?as_of=%d" % doc["id"])["files"], [doc])
        eq(dw.room(rid, query="?as_of=%d" % (doc["id"] - 1))["files"], [])
        last = dw.timeline(rid)["items"][-1]
        eq((last["type"], last["data"]["id"], last["data"]["sha256"]),
           ("file.added", doc["id"], digest))
        got = get(dw, rid, doc["id"], who=dw.observer).ok(200)
        eq(got.body, PNG)
        eq({k: got.get(k) for k in ("content-type", "content-disposition", "etag",
                                    "x-content-type-options", "content-security-policy")},
           {"content-type": "application/octet-stream",
            "content-disposition": "attachment; filename*=UTF-8''gate.png",
            "etag": '"%s"' % digest, "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox; default-src 'none'"})
        eq(len(got.all("content-security-policy")), 1)
        assert got.get("cache-control").startswith("private"), got.headers
        got = get(dw, rid, doc["id"], "?inline=1").ok(200)
        eq((got.get("content-type"), got.get("content-disposition"), got.body),
           ("image/png", "inline; filename*=UTF-8''gate.png", PNG))
        got = get(dw, rid, doc["id"], method="HEAD").ok(200)
        eq((got.get("content-length"), got.get("etag")), (str(len(PNG)), '"%s"' % digest))
        got = get(dw, rid, doc["id"], headers={"If-None-Match": 'W/"x", "%s"' % digest}).ok(304)
        eq((got.get("etag"), got.body), ('"%s"' % digest, b""))
        get(dw, rid, doc["id"], headers={"If-None-Match": '"x"'}).ok(200)
        get(dw, rid, doc["id"], "?inline=yes").problem(400, "/inline")
        get(dw, rid, doc["id"], "?as_of=3").problem(400)
        get(dw, rid, rid).problem(404)
        other = dw.declare()["id"]
        get(dw, other, doc["id"]).problem(404)
        dw.verify()


def test_what_it_is_and_what_it_is_called():
    with War() as dw:
        rid = dw.declare()["id"]
        for said, kept in (("../../etc/passwd", "passwd"), ("C:\\temp\\a b.txt", "a b.txt"),
                           ("invoice\u202efdp.exe", "invoicefdp.exe"), ("..", "file"),
                           ("گزارش\u200cها \"۱\".pdf", "گزارش\u200cها \"۱\".pdf"),
                           ("a\r\nX-Evil: 1", "aX-Evil: 1")):
            doc = send(dw, rid, b"<script>alert(1)</script>", said, media="text/html").ok(201).json()
            eq((doc["name"], doc["media_type"]), (kept, "text/html"))
            for query in ("", "?inline=1"):
                got = get(dw, rid, doc["id"], query).ok(200)
                eq((got.get("content-type"), got.get("content-disposition")),
                   ("application/octet-stream", "attachment; filename*=UTF-8''"
                    + urllib.parse.quote(kept, safe="-._")))
                eq(got.get("x-evil"), None)
        svg = send(dw, rid, b"<svg onload='alert(1)'/>", "a.svg", media="image/png").ok(201).json()
        eq(svg["media_type"], "application/octet-stream")
        eq(get(dw, rid, svg["id"], "?inline=1").get("content-type"), "application/octet-stream")
        eq(len(dw.room(rid)["files"]), 7)
        # the same bytes are kept once, whoever names them and wherever
        elsewhere = dw.declare()["id"]
        send(dw, elsewhere, b"<script>alert(1)</script>").ok(201)
        swept(dw)
        eq(rows(dw, "SELECT count(*) FROM file"), [(2,)])
        eq(rows(dw, "SELECT count(*) FROM file_part"), [(2,)])
        dw.verify()


def test_as_large_as_may_be():
    with War() as dw:
        rid = dw.declare()["id"]
        data = some(MOST)
        doc = send(dw, rid, data, "film.mp4", media="video/mp4").ok(201).json()
        eq((doc["size"], doc["media_type"]), (MOST, "video/mp4"))
        eq(doc["sha256"], hashlib.sha256(data).hexdigest())
        got = get(dw, rid, doc["id"]).ok(200)
        assert got.body == data, "the bytes that came back are others"
        got = send(dw, rid, data + b"x").problem(413)
        assert "20971520" in got.json()["detail"], got.json()
        # of a length that is not told
        conn = dw.conn()
        conn.send(head_of("POST", path(rid), "x", dict(dw.lead.auth, **{
            "Transfer-Encoding": "chunked", "Content-Type": "video/mp4"}), b""))
        try:
            for i in range(0, MOST + 1, 1 << 20):
                piece = (data + b"x")[i:i + (1 << 20)]
                conn.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            conn.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = conn.response().problem(413)
        assert "20971520" in got.json()["detail"], got.json()
        swept(dw)
        eq(len(dw.room(rid)["files"]), 1)
        # nobody holds it whole: not on the way in, and not for those who take it slowly
        before = dw.rss_kb()
        slow = [dw.conn(rcvbuf=4096) for _ in range(12)]
        for c in slow:
            c.send(head_of("GET", V1 + "/incidents/%d/files/%d" % (rid, doc["id"]), "x",
                           dw.lead.auth, None))
            c.expect(rb"\r\n\r\n")
        grown = dw.rss_kb() - before
        assert grown < 60 * 1024, "12 slow downloads cost %d KiB" % grown
        for c in slow[1:]:
            c.close()
        assert slow[0].exactly(MOST) == data
        dw.verify()


def test_refusals():
    with War() as dw:
        rid = dw.declare()["id"]
        send(dw, rid, b"x", who=dw.observer).problem(403)
        send(dw, rid, b"x", who=dw.approver).problem(403)
        send(dw, rid, b"x", who=dw.drafter).ok(201)
        dw.add(rid, "participants", {"user": dw.id("approver"), "role": "lead"}).ok(201)
        send(dw, rid, b"x", who=dw.approver).ok(201)
        send(dw, rid, b"x", who=dw.client(dw.token("t", "act"))).ok(201)
        send(dw, rid, b"x", who=dw.client(dw.token("r", "read"))).problem(403)
        head = dw.head()
        send(dw, 10 ** 6, b"x").problem(404)
        send(dw, rid, b"").problem(400)
        send(dw, rid, b"x", "").problem(400, "/name")
        dw.lead("POST", V1 + "/incidents/%d/files" % rid, b"x").problem(400, "/name")
        send(dw, rid, b"x", captured_at="yesterday").problem(400, "/captured_at")
        send(dw, rid, b"x", captured_at="2999-01-02T03:04:05Z").problem(400, "/captured_at")
        send(dw, rid, b"x", colour="red").problem(400)
        send(dw, rid, b"x", media="multipart/form-data; boundary=x").problem(415)
        send(dw, rid, b"x", headers={"Content-Encoding": "gzip"}).problem(415)
        send(dw, rid, b"x", who=dw.client(None)).problem(401)
        dw.lead.client("POST", path(rid), b"x", {"X-CSRF-Token": "no"}).problem(403)
        into = dw.declare()
        dw.patch(str(rid), dw.room(rid)["version"],
                 {"merge_into": into["id"], "reason": "same"}).ok(200)
        send(dw, rid, b"x").problem(422)
        eq([e.type for e in everything(dw, dw.observer, dw.head()) if e.id > head
            and e.type == "file.added"], [])
        swept(dw)
        eq(rows(dw, "SELECT count(*) FROM file"), [(1,)])


def test_evidence():
    with War() as dw:
        rid, other = dw.declare()["id"], dw.declare()["id"]
        here, there = (send(dw, r, PNG).ok(201).json() for r in (rid, other))
        claim = dw.add(rid, "claims", {"text": "It burns"}).ok(201).json()
        one = "%d/claims/%d" % (rid, claim["id"])
        for wrong in (there["id"], claim["id"], 10 ** 9):
            dw.patch(one, claim["version"], {"evidence": [{"file": wrong}]}).problem(
                422, "/evidence/0/file")
        got = dw.patch(one, claim["version"],
                       {"evidence": [{"file": here["id"], "note": "the gate"}]}).ok(200).json()
        eq([(e["file"], e["note"]) for e in got["evidence"]], [(here["id"], "the gate")])
        eq(dw.room(rid, query="?as_of=%d" % dw.head())["claims"], [got])
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.room(rid)["claims"], [got])
        eq(dw.room(rid)["files"], [here])


def test_of_a_closed_room():
    with War() as dw:
        rid = dw.declare(restricted=True)["id"]
        doc = send(dw, rid, PNG).ok(201).json()
        for who in (dw.drafter, dw.approver, dw.observer, dw.admin,
                    dw.client(dw.token("r", "read"))):
            get(dw, rid, doc["id"], who=who).problem(404)
            get(dw, rid, doc["id"], who=who,
                headers={"If-None-Match": '"%s"' % doc["sha256"]}).problem(404)
        send(dw, rid, PNG, who=dw.drafter).problem(404)
        eq([e for e in everything(dw, dw.drafter) if e.type == "file.added"], [])
        # reading a file is reading the room, and is on record
        me = dw.id("drafter")
        dw.add(rid, "participants", {"user": me, "role": "member"}).ok(201)
        get(dw, rid, doc["id"], who=dw.drafter).ok(200)
        wait_for(lambda: [(e.item["actor"]["name"], e.item["data"])
                          for e in everything(dw, dw.admin) if e.type == "room.read"]
                 == [("drafter", {"incident": rid})], "the entry, which nobody waits for")


def test_sent_again():
    with War() as dw:
        rid = dw.declare()["id"]
        data, key = some(700000), {"Idempotency-Key": "k"}
        first = send(dw, rid, data, headers=key).ok(201)
        again = send(dw, rid, data, headers=key).ok(201)
        eq((again.body, again.get("idempotency-replayed")), (first.body, "true"))
        send(dw, rid, data + b"x", headers=key).problem(422)
        dw.restart()
        dw.people["lead"] = dw.sign_in("lead")
        eq(send(dw, rid, data, headers=key).ok(201).body, first.body)
        swept(dw)
        eq(len(dw.room(rid)["files"]), 1)
        eq(rows(dw, "SELECT count(*) FROM file"), [(1,)])


SLOWLY = ("--body-min-rate", "1")


def half(dw, rid, who, n=600000):
    """A sender who stops in the middle."""
    conn = dw.conn()
    conn.send(head_of("POST", path(rid), "x", dict(who.auth, **{"Content-Type": "a/b"}),
                      b"x" * (2 * n)) + some(n))
    return conn


def go_on(conns, condition, what):
    """Wait for it while they send a little: who sends nothing for two looks is ended."""
    def ask():
        for conn in conns:
            conn.send(b"x" * 16)
        return condition()
    wait_for(ask, what)


def test_those_who_stop():
    with War(*SLOWLY) as dw:
        rid = dw.declare()["id"]
        open_ = "SELECT count(*) FROM file_part"
        one, two = half(dw, rid, dw.lead), half(dw, rid, dw.lead)
        go_on([one, two], lambda: rows(dw, open_) >= [(4,)], "parts of both")
        got = send(dw, rid, b"x").problem(429)
        assert got.get("retry-after"), got.headers
        send(dw, rid, b"x", who=dw.drafter).ok(201)
        one.close()
        go_on([two], lambda: send(dw, rid, b"x").status == 201, "a free place")
        # a process that ends leaves nothing either
        go_on([two], lambda: rows(dw, "SELECT count(*) FROM file WHERE sha256 IS NULL") == [(1,)],
              "the sweep of one")
        dw.kill()
        two.close()
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        swept(dw)
        eq(rows(dw, open_), [(1,)])
        eq({f["size"] for f in dw.room(rid)["files"]}, {1})
        # and an orderly end does not wait for who does not send
        three = half(dw, rid, dw.lead)
        go_on([three], lambda: rows(dw, open_) >= [(3,)], "parts of it")
        eq(dw.stop(), 0)
        three.close()
        dw.verify()


def test_who_may_no_longer():
    """On the way: signed out, robbed of a role, or before a door that was closed."""
    with War(*SLOWLY) as dw:
        room = dw.declare()
        rid = room["id"]
        head = dw.head()

        def change(members):
            user = [u for u in dw.admin("GET", V1 + "/users").json()["items"]
                    if u["id"] == dw.id("drafter")][0]
            dw.admin("PATCH", V1 + "/users/%d" % user["id"], members,
                     {"If-Match": '"%d"' % user["version"]}).ok(200)

        for how, status in (({"roles": ["observer"]}, 403), ({"disabled": True}, 401)):
            conn = half(dw, rid, dw.drafter)
            go_on([conn], lambda: rows(dw, "SELECT count(*) FROM file_part") >= [(2,)], "parts of it")
            change(how)
            conn.send(some(600000, 2))
            conn.response().problem(status)
            conn.close()
            swept(dw)
            if status == 403:
                change({"roles": ["drafter"]})
        eq([e for e in everything(dw, dw.lead) if e.type == "file.added" and e.id > head], [])
        doc = send(dw, rid, some(MOST)).ok(201).json()
        out = {}
        for who in ("observer", "lead"):
            out[who] = dw.conn(rcvbuf=4096)
            out[who].send(head_of("GET", V1 + "/incidents/%d/files/%d" % (rid, doc["id"]), "x",
                                  getattr(dw, who).auth, None))
            out[who].expect(rb"\r\n\r\n")
        dw.patch(str(rid), room["version"], {"restricted": True, "reason": "x"}).ok(200)
        assert len(out["observer"].until_closed()) < MOST, "all of a closed room's file"
        eq(len(out["lead"].exactly(MOST)), MOST)


def test_they_outlive_everything():
    with War() as dw:
        rid = dw.declare()["id"]
        data = some(3000000)
        doc = send(dw, rid, data, "a.mov").ok(201).json()
        dw.restart()  # kill -9
        dw.people["lead"] = dw.sign_in("lead")
        assert get(dw, rid, doc["id"]).ok(200).body == data
        dest = os.path.join(dw.dir, "copy.db")
        dw.cli("backup", dest)
        eq(dw.stop(), 0)
        dw.cli("rebuild")
        dw.verify()
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        assert get(dw, rid, doc["id"]).ok(200).body == data
        with Diwan(start=False) as other:
            os.mkdir(other.data, 0o700)
            shutil.copy(dest, os.path.join(other.data, "diwan.db"))
            shutil.copy(os.path.join(dw.data, "identity.key"), other.data)
            got = other.verify()
            assert "1 files of 3000000 bytes" in got.stdout, got.stdout
            other.start()
            lead = other.sign_in("lead")
            got = lead("GET", V1 + "/incidents/%d/files/%d" % (rid, doc["id"])).ok(200)
            assert got.body == data


def test_damage_is_found_and_not_handed_out():
    with War() as dw:
        rid = dw.declare()["id"]
        data = some(1000000)
        doc = send(dw, rid, data).ok(201).json()
        send(dw, rid, PNG).ok(201)
        eq(dw.stop(), 0)
        file = os.path.join(dw.data, "diwan.db")
        shutil.copy(file, file + ".good")
        part = "file = (SELECT id FROM file WHERE size = 1000000)"
        for sql, what in (
                ("UPDATE file_part SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB)"
                 " WHERE n = 2 AND " + part, "was altered"),
                ("DELETE FROM file_part WHERE n = 1 AND " + part, "was altered"),
                ("UPDATE file_part SET n = -n WHERE n < 2 AND " + part, "was altered"),
                ("UPDATE file SET size = 999999 WHERE size = 1000000", "was altered"),
                ("DELETE FROM file WHERE size = 1000000", "is missing"),
                ("UPDATE file SET sha256 = zeroblob(32) WHERE size = 1000000", "is missing")):
            shutil.copy(file + ".good", file)
            db = sqlite3.connect(file)
            with db:
                db.execute(sql)
            db.close()
            got = dw.verify(code=1).stdout
            assert "event %d:" % doc["id"] in got and doc["sha256"] in got and what in got, got
            dw.start()
            dw.people["lead"] = dw.sign_in("lead")
            conn = dw.conn()
            conn.send(head_of("GET", V1 + "/incidents/%d/files/%d" % (rid, doc["id"]), "x",
                              dw.lead.auth, None))
            got = conn.response(head_only=True)
            assert got.status == 500 or len(conn.until_closed()) < len(data), (sql, got)
            eq(len(dw.room(rid)["files"]), 2)  # the record itself is whole
            eq(kinds(dw.timeline(rid))[-1], "file.added")
            eq(dw.stop(), 0)
