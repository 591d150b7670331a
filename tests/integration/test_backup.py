# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy made under load is a whole, verified prefix that another server can serve. (RELIABILITY
promise 16)"""
import hashlib
import os
import re
import shutil
import sqlite3
import threading

from harness import Diwan, background, eq, everything, mention


def root_of(text):
    found = re.search(r"\b[0-9a-f]{64}\b", text)
    assert found, "no root in %r" % text
    return found.group(0)


def tree(leaves):
    """RFC 6962, 2.1, as it stands there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def root_at(path, size=None):
    """How many events a database has, or the first `size` of them, and the root over those: recomputed
    from the envelopes, without a line of the server's."""
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=30)
    rows = db.execute("SELECT seq, envelope FROM event WHERE seq <= ? ORDER BY seq", (size or 1 << 62,)).fetchall()
    db.close()
    eq([row[0] for row in rows], list(range(1, len(rows) + 1)))
    assert size is None or len(rows) == size, "%d events of %d" % (len(rows), size)
    return len(rows), tree([hashlib.sha256(b"\0" + row[1]).digest() for row in rows]).hex()


def test_backup_under_load():
    with Diwan() as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        dw.user("mira", "lead")
        stop, acked = threading.Event(), []

        def load(number):
            client = dw.client(token)
            i = 0
            while not stop.is_set():
                doc = dw.post(client, [mention("%d-%d" % (number, i + k)) for k in range(20)])
                acked.append(doc["last_seq"])
                i += 20

        threads = [background(load, n) for n in range(4)]
        dest = os.path.join(dw.dir, "copy.db")
        try:
            while len(acked) < 20:
                for t in threads:
                    assert t.is_alive(), t.result()
            before = max(acked)
            checkpoint = root_at(os.path.join(dw.data, "diwan.db"))
            assert checkpoint[0] >= before, "acknowledged, and not there for another reader"
            printed = dw.cli("backup", dest)
            during = len(acked)
            while len(acked) < during + 5:
                for t in threads:
                    assert t.is_alive(), t.result()
        finally:
            stop.set()
        for t in threads:
            t.result()
        # Nothing is overwritten.
        dw.cli("backup", dest, code=1)
        eq(dw.stop(), 0)
        with Diwan(start=False) as other:
            os.mkdir(other.data, 0o700)
            shutil.copy(dest, os.path.join(other.data, "diwan.db"))
            for name in os.listdir(dw.data):
                if name.endswith(".key"):
                    shutil.copy(os.path.join(dw.data, name), other.data)
            checked = other.verify()
            root = root_of(printed.stdout + printed.stderr)
            eq(root_of(checked.stdout + checked.stderr), root, "root of the copy")
            # The checkpoint that was taken before is one of the copy's; the copy's is one of the original's.
            copy = os.path.join(other.data, "diwan.db")
            eq(root_at(copy, checkpoint[0]), checkpoint, "the copy's past")
            size, of_copy = root_at(copy)
            eq(of_copy, root, "what backup printed")
            eq(root_at(os.path.join(dw.data, "diwan.db"), size), (size, root), "the original's past")
            other.start()
            head = other.head()
            assert head >= before, "the copy ends at %d, acknowledged was %d" % (head, before)
            # Tokens and passwords came along; the content is the original's, to the byte.
            copied = everything(other, reader, head)
            other.sign_in("mira")
            dw.start()
            original = everything(dw, reader, head)
            eq([(e.id, e.item) for e in copied], [(e.id, e.item) for e in original])
            # It goes on by itself, and knows what it has.
            again = other.client(token)("POST", "/api/v1/mentions", mention("0-0")).ok(201).json()
            eq((again["accepted"], again["duplicates"]), (0, 1))
            other.client(token)("POST", "/api/v1/mentions", mention("new")).ok(201)


def test_backup_without_a_server():
    with Diwan() as dw:
        token = dw.token("feed", "ingest")
        dw.post(dw.client(token), [mention(n) for n in range(10)])
        eq(dw.stop(), 0)
        dest = os.path.join(dw.dir, "copy.db")
        dw.cli("backup", dest)
        assert os.path.getsize(dest) > 0
        eq(os.stat(dest).st_mode & 0o077, 0, "mode of the copy")
        bad = dw.cli("backup", os.path.join(dw.dir, "no", "such", "place.db"), code=1)
        assert "place.db" in bad.stderr, bad


def test_a_copy_without_its_key_is_not_served():
    with Diwan() as dw:
        dw.post(dw.client(dw.token("feed", "ingest")), [mention(1)])
        dest = os.path.join(dw.dir, "copy.db")
        dw.cli("backup", dest)
        eq(dw.stop(), 0)
        with Diwan(start=False) as other:
            os.mkdir(other.data, 0o700)
            shutil.copy(dest, os.path.join(other.data, "diwan.db"))
            said = other.cli("serve", "--listen", "127.0.0.1:0", code=1)
            assert "identity.key" in said.stderr, said.stderr
            assert not os.path.exists(os.path.join(other.data, "identity.key"))
            shutil.copy(os.path.join(dw.data, "identity.key"), other.data)
            other.start()
            again = other.post(other.client(other.token("feed2", "ingest")), [mention(1)])
            eq((again["accepted"], again["duplicates"]), (0, 1), "known by the key")
            eq(other.stop(), 0)


def test_backup_is_an_event():
    with Diwan() as dw:
        dw.user("boss", "admin")
        boss = dw.sign_in("boss")
        with dw.stream(boss) as s:
            s.until(lambda s: s.retry, "the first frame")
            dw.cli("backup", os.path.join(dw.dir, "copy.db"))
            s.until(lambda s: s.of("backup.made"), "backup.made")
