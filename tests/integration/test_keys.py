# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must not go unnoticed at start-up: another identity.key, and a folder that others can get
at."""
import os
import sqlite3
import stat

from harness import Diwan, eq, mention


def refused(dw, *words):
    said = dw.cli("serve", "--listen", "127.0.0.1:0", code=1).stderr
    for word in words:
        assert word in said, said


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def room_with_a_mention(dw):
    token = dw.token("feed", "ingest")
    dw.post(dw.client(token), [mention(1)])
    eq(dw.stop(), 0)
    return token


def is_known(dw, token):
    got = dw.post(dw.client(token), [mention(1)])
    eq((got["accepted"], got["duplicates"]), (0, 1), "the mention that was sent before")


def another_key(dw):
    """Puts another key in place; returns the right one."""
    path = os.path.join(dw.data, "identity.key")
    with open(path, "rb") as f:
        right = f.read()
    with open(path, "wb") as f:
        f.write(bytes(b ^ 1 for b in right))
    return path, right


def test_another_key_is_refused():
    with Diwan() as dw:
        token = room_with_a_mention(dw)
        path, right = another_key(dw)
        refused(dw, "identity.key", "put", dw.data)
        refused(dw, "identity.key")  # and does not become the right one by asking twice
        with open(path, "wb") as f:
            f.write(right)
        dw.start()
        is_known(dw, token)
        eq(dw.stop(), 0)
        dw.verify()


def test_the_key_of_an_older_room_is_taken():
    with Diwan() as dw:
        token = room_with_a_mention(dw)
        db = sqlite3.connect(os.path.join(dw.data, "diwan.db"))
        eq(db.execute("DELETE FROM meta WHERE name = 'identity_check'").rowcount, 1)
        db.commit()
        db.close()
        dw.start()
        is_known(dw, token)
        eq(dw.stop(), 0)
        another_key(dw)
        refused(dw, "identity.key")


def test_an_empty_room_takes_any_key():
    with Diwan() as dw:
        eq(dw.stop(), 0)
        another_key(dw)
        dw.start()
        token = room_with_a_mention(dw)
        dw.start()
        is_known(dw, token)
        eq(dw.stop(), 0)
        another_key(dw)
        refused(dw, "identity.key")


def test_a_rebuild_keeps_what_tells_the_key():
    with Diwan() as dw:
        room_with_a_mention(dw)
        dw.cli("rebuild")
        another_key(dw)
        refused(dw, "identity.key")


def test_a_folder_that_others_may_read_is_closed_to_them():
    with Diwan() as dw:
        token = room_with_a_mention(dw)
        key = os.path.join(dw.data, "identity.key")
        os.chmod(dw.data, 0o755)
        os.chmod(key, 0o644)
        dw.start()
        is_known(dw, token)
        eq(mode(dw.data), 0o700)
        eq(mode(key), 0o600)


def test_a_folder_that_others_may_write_is_refused():
    with Diwan() as dw:
        room_with_a_mention(dw)
        os.chmod(dw.data, 0o777)
        refused(dw, "chmod 700 " + dw.data)
        eq(mode(dw.data), 0o777)
        os.chmod(dw.data, 0o700)
        dw.start()
