# SPDX-License-Identifier: AGPL-3.0-or-later
"""History cannot be changed unnoticed: every edit of the file that leaves a readable database is
found, and the first event that is wrong is named."""
import os
import random
import re
import shutil
import sqlite3

from harness import Diwan, eq, figure, mention, wait_for


def filled(dw, n=200):
    token = dw.token("feed", "ingest")
    doc = dw.post(dw.client(token), [mention(i) for i in range(n)])
    eq(dw.stop(), 0)
    return doc["first_seq"], doc["last_seq"]


def columns(db, table):
    return [r[1] for r in db.execute("PRAGMA table_info(%s)" % table)]


def journal_tables(db):
    """Tables with a column seq that hold the permanent part: name -> columns."""
    names = [r[0] for r in db.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%STRICT%'")]
    return {n: columns(db, n) for n in names}


def test_clean_is_clean():
    with Diwan() as dw:
        _, last = filled(dw)
        got = dw.verify()
        assert re.search(r"\b%d\b" % last, got.stdout + got.stderr), got
        dw.start()
        dw.verify()  # while serving, too


def payload_table(db):
    for table, names in journal_tables(db).items():
        if "payload" in names and "seq" in names:
            return table
    raise AssertionError("no table with the columns seq and payload")


def test_changed_payloads_are_named():
    rng = random.Random(3)
    with Diwan() as dw:
        first, last = filled(dw)
        path = os.path.join(dw.data, "diwan.db")
        shutil.copy(path, path + ".good")
        for _ in range(figure(12, 100)):
            shutil.copy(path + ".good", path)
            seq = rng.randint(first, last)
            db = sqlite3.connect(path)
            table = payload_table(db)
            old = db.execute("SELECT payload FROM %s WHERE seq=?" % table, (seq,)).fetchone()[0]
            new = bytearray(old if isinstance(old, bytes) else old.encode())
            place = rng.randrange(len(new))
            new[place] ^= 1 << rng.randrange(7)
            value = bytes(new) if isinstance(old, bytes) else new.decode("utf-8", "replace")
            with db:
                db.execute("UPDATE %s SET payload=? WHERE seq=?" % table, (value, seq))
            db.close()
            got = dw.verify(code=1)
            assert re.search(r"\b%d\b" % seq, got.stdout + got.stderr), (seq, got)


def test_a_running_server_finds_it():
    """Nobody has to ask: the server looks at its own record, says what it found, and serves on."""
    def of(dw, name):
        return int(dw.metrics()["diwan_" + name])

    def found(dw, seq, times):
        wait_for(lambda: of(dw, "verify_failures_total") > 0, "the damage is found")
        eq(of(dw, "verify_first_bad"), seq)
        eq(len(re.findall(r"journal\.damaged.*seq=%d\b.*payload" % seq, dw.log())), times)
        eq(dw.request("GET", "/readyz").status, 200)

    with Diwan("--verify-per-s", "1000000") as dw:
        token = dw.token("feed", "ingest")
        seq = dw.post(dw.client(token), [mention(i) for i in range(200)])["first_seq"] + 77
        passes, last = of(dw, "verify_passes_total"), of(dw, "journal_head")
        wait_for(lambda: of(dw, "verify_passes_total") > passes + 1, "another whole pass")
        assert of(dw, "verify_events_total") >= last
        eq((of(dw, "verify_failures_total"), of(dw, "verify_first_bad")), (0, 0))
        db = sqlite3.connect(os.path.join(dw.data, "diwan.db"), timeout=10)
        with db:
            db.execute("UPDATE %s SET payload = replace(payload, 'm', 'n') WHERE seq = %d"
                       % (payload_table(db), seq))
        db.close()
        found(dw, seq, 1)
        eq(dw.stop(), 0)
        dw.start()  # it does not forget by being started again
        found(dw, seq, 2)
    with Diwan("--verify-per-s", "0", "--heartbeat-s", "1") as dw:
        dw.post(dw.client(dw.token("feed", "ingest")), mention(1))
        with dw.stream(dw.token("screen", "read")) as s:
            s.until(lambda s: s.beats > 1, "heartbeats, behind several slices")
        eq(of(dw, "verify_events_total"), 0)


def test_removed_swapped_and_cut():
    with Diwan() as dw:
        first, last = filled(dw)
        path = os.path.join(dw.data, "diwan.db")
        shutil.copy(path, path + ".good")
        db = sqlite3.connect(path)
        table = payload_table(db)
        envelopes = [t for t, names in journal_tables(db).items()
                     if "envelope" in names or "leaf" in names]
        db.close()
        assert envelopes, "no table with envelopes"
        middle = (first + last) // 2
        edits = [
            ("swapped payloads", "UPDATE %s SET payload=(SELECT payload FROM %s WHERE seq=%d) "
             "WHERE seq=%d" % (table, table, middle, middle + 1)),
            ("one event removed", "DELETE FROM %s WHERE seq=%d" % (envelopes[0], middle)),
            ("tail cut", "DELETE FROM %s WHERE seq>%d" % (envelopes[0], last - 3)),
        ]
        for name, sql in edits:
            shutil.copy(path + ".good", path)
            db = sqlite3.connect(path)
            with db:
                db.execute("PRAGMA foreign_keys=OFF")
                db.execute(sql)
            db.close()
            got = dw.verify(code=1)
            assert got.stdout + got.stderr, name


def test_flipped_bytes_of_the_file():
    """Whatever byte of the file is changed: verify says so, or the change touched nothing that
    is content (a free page, a view); it never crashes."""
    rng = random.Random(11)
    with Diwan() as dw:
        first, last = filled(dw)
        path = os.path.join(dw.data, "diwan.db")
        with open(path, "rb") as f:
            good = f.read()
        needle = b"message number %d" % 150
        where = [m.start() for m in re.finditer(needle, good)]
        assert where, "the text is not in the file"
        for place in where:
            bad = bytearray(good)
            bad[place + 3] ^= 1
            with open(path, "wb") as f:
                f.write(bad)
            db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
            hit = db.execute("SELECT count(*) FROM %s WHERE CAST(payload AS TEXT) LIKE ?"
                             % payload_table(db), ("%" + needle.decode() + "\"%",)).fetchone()[0]
            db.close()
            if hit == 0:
                dw.verify(code=1)
        for _ in range(figure(30, 1000)):
            bad = bytearray(good)
            bad[rng.randrange(100, len(bad))] ^= 1 << rng.randrange(8)
            with open(path, "wb") as f:
                f.write(bad)
            got = dw.verify(code=None)
            assert got.returncode in (0, 1), got
            assert got.returncode == 0 or got.stdout + got.stderr
