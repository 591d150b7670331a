# SPDX-License-Identifier: AGPL-3.0-or-later
"""A full disk: no false acknowledgement, writes are refused with 507 and say why, reads and streams
go on, and it recovers by itself. The data folder is a small file system of its own, in a mount
name space of the server's. (RELIABILITY promises 2 and 18)"""
import os
import shutil
import subprocess

from harness import Diwan, Skip, eq, everything, mention, ndjson, wait_for

SIZE = "12m"
LINES = {"Content-Type": "application/x-ndjson"}


def own_mounts():
    """How to start a program with mounts of its own, here; Skip when there is no way."""
    if shutil.which("unshare"):
        for prefix in (["unshare", "-m"], ["unshare", "-rm"]):
            tried = subprocess.run(prefix + ["mount", "-t", "tmpfs", "-o", "size=1m", "none",
                                             "/mnt"], capture_output=True, check=False)
            if tried.returncode == 0:
                return prefix
    raise Skip("no mount name spaces here")


class Small(Diwan):
    """The server sees its data folder on a tmpfs; we reach it through /proc."""

    def __init__(self, *flags):
        super().__init__(*flags, start=False)
        os.mkdir(self.data, 0o700)
        self.inside = self.data
        self.prefix = own_mounts() + [
            "sh", "-c", 'mount -t tmpfs -o size=%s,mode=700 none "$0" && exec "$@"' % SIZE,
            self.data]

    def __enter__(self):
        self.start()
        self.data = "/proc/%d/root%s" % (self.process.pid, self.inside)
        return self


def fill_up(dw):
    """Take all the room that is left; returns the path to remove."""
    path = os.path.join(dw.data, "filler")
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096):
            try:
                while f.write(b"x" * size) == size:
                    pass
            except OSError:
                pass
    return path


def verify_copy(dw):
    """The command cannot follow us into the name space: it looks at a copy of the quiet file."""
    with Diwan(start=False) as copy:
        shutil.copytree(dw.data, copy.data, ignore=shutil.ignore_patterns("*.sock"))
        copy.verify()


def test_full_and_recovered():
    with Small("--heartbeat-s", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        feed, read = dw.client(token), dw.client(reader)
        acked = ["%d" % n for n in range(100)]
        dw.post(feed, [mention(n) for n in acked])
        stream = dw.stream(reader, "?after=0")
        stream.response.ok(200)
        filler = fill_up(dw)
        # Until the room inside the database's own files is used up as well.
        refused, n = None, 100
        while refused is None:
            batch = [mention(i, text="filling " * 200) for i in range(n, n + 20)]
            got = feed("POST", "/api/v1/mentions", ndjson(batch), LINES)
            if got.status == 201:
                acked += [m["source_id"] for m in batch]
            else:
                refused = got
            n += 20
            assert n < 40000, "the disk never got full"
        refused.problem(507)
        assert "disk" in refused.json()["detail"] or "room" in refused.json()["detail"], \
            refused.body
        # Again and again: always refused, never a crash, and everything else goes on.
        for i in range(5):
            feed("POST", "/api/v1/mentions", mention("full%d" % i, text="y" * 60000)
                 ).problem(507)
            read("GET", "/api/v1/mentions?limit=1").ok(200)
        eq(dw.request("GET", "/healthz").status, 200)
        dw.request("GET", "/readyz").problem(503)
        metrics = dw.metrics()
        assert metrics["diwan_journal_full_errors_total"] > 0, metrics
        eq(metrics["diwan_journal_failed"], 0)
        beats = stream.beats
        stream.until(lambda s: s.beats > beats, "a heartbeat while full")
        old = dw.stream(reader, last_id=stream.ids[0])
        old.response.ok(200)
        old.until_id(stream.ids[-1])
        old.close()
        # Room again: nothing else is needed.
        os.unlink(filler)
        last = wait_for(lambda: feed("POST", "/api/v1/mentions", mention("after")).status == 201
                        and dw.head(), "writing again")
        wait_for(lambda: dw.request("GET", "/readyz").status == 200, "ready again")
        stream.until_id(last)
        stored = [e.item["data"]["source_id"] for e in stream.of("mention.added")]
        stream.close()
        eq(len(stored), len(set(stored)), "repeats")
        eq([k for k in acked if k not in set(stored)], [], "acknowledged and lost")
        eq([k for k in stored if k.startswith("full")], [], "refused and stored")
        allowed = set(acked) | {"after"}
        eq([k for k in stored if k not in allowed], [], "stored, and refused to the sender")
        eq([e.item["data"]["source_id"] for e in everything(dw, reader, last)
            if e.type == "mention.added"], stored)
        verify_copy(dw)
        eq(dw.stop(), 0)


def test_starting_on_a_full_disk_serves_reads_or_says_why():
    with Small() as dw:
        token = dw.token("feed", "ingest")
        dw.post(dw.client(token), [mention(n) for n in range(50)])
        fill_up(dw)
        sign_in = dw.client(local=True)("GET", "/api/v1/users").ok(200)
        assert "items" in sign_in.json()
        eq(dw.stop(), 0, "exit code on a full disk")


def test_a_file_leaves_room_for_the_record():
    """What it took could not be given back on a full disk: it is not begun there."""
    with Small() as dw:
        dw.user("mira", "lead")
        lead = dw.sign_in("mira")
        room = lead("POST", "/api/v1/incidents", {"title": "x", "severity": 2}).ok(201).json()
        base = "/api/v1/incidents/%d/" % room["id"]
        for _ in range(3):
            lead("POST", base + "files?name=a", b"x" * 18000000,
                 {"Content-Type": "video/mp4"}).problem(507)
        for _ in range(50):
            lead("POST", base + "notes", {"text": "still here " * 900}).ok(201)
        verify_copy(dw)
