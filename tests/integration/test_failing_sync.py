# SPDX-License-Identifier: AGPL-3.0-or-later
"""An fsync fails under the real server: nothing is acknowledged from then on, until a restart, though the
disk would work again; it says so; reads and streams go on. And reads fail. (RELIABILITY promises 2 and 18)"""
import os
import shutil
import subprocess
import tempfile

from harness import Diwan, Skip, eq, everything, is_sanitized, mention, ndjson, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
LINES = {"Content-Type": "application/x-ndjson"}


def built(folder):
    if is_sanitized():
        raise Skip("a sanitizer wants to be loaded first")
    if not shutil.which("cc"):
        raise Skip("no C compiler here")
    path = os.path.join(folder, "failing_sync.so")
    if subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", path, os.path.join(HERE, "failing_sync.c"), "-ldl"],
                      check=False).returncode != 0:
        raise Skip("the compiler here makes no shared object")
    return path


def test_a_failed_sync_is_final_and_said():
    with tempfile.TemporaryDirectory(prefix="diwan-test-") as folder:
        flag = os.path.join(folder, "flag")
        env = {"LD_PRELOAD": built(folder), "FAILING_SYNC": flag}
        with Diwan("--heartbeat-s", "1", env=env) as dw:
            with open("/proc/%d/maps" % dw.process.pid, encoding="utf-8") as f:
                if "failing_sync.so" not in f.read():
                    raise Skip("nothing can be loaded before the program here")
            token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
            feed, read = dw.client(token), dw.client(reader)
            last = dw.post(feed, [mention(n) for n in range(50)])["last_seq"]
            dw.request("GET", "/readyz").ok(200)
            with dw.stream(reader) as live:
                live.response.ok(200)
                open(flag, "w").close()
                feed("POST", "/api/v1/mentions", mention("lost")).problem(503)
                os.unlink(flag)
                # Final: that it works again proves nothing about what it was given before.
                feed("POST", "/api/v1/mentions", mention("lost too")).problem(503)
                feed("POST", "/api/v1/mentions", ndjson([mention("lost as well")]), LINES).problem(503)
                dw.request("GET", "/readyz").problem(503)
                metrics = dw.metrics()
                eq((metrics["diwan_journal_failed"], metrics["diwan_journal_sync_errors_total"]), (1, 1))
                assert metrics["diwan_journal_io_errors_total"] >= 1, "in a commit, or in a checkpoint before it"
                read("GET", "/api/v1/mentions?limit=1").ok(200)
                with dw.stream(reader, "?after=0") as past:
                    past.until_id(last)
                    eq(len(past.of("mention.added")), 50)
                beats = live.beats
                live.until(lambda s: s.beats > beats, "a heartbeat with a failed disk")
                eq(live.of("mention.added"), [], "events that were never acknowledged")
            dw.restart()
            ids = [e.item["data"]["source_id"] for e in everything(dw, reader) if e.type == "mention.added"]
            eq(ids[:50], [str(n) for n in range(50)])
            # Of what was refused the disk may have something or not; nothing is there twice.
            eq(len(ids), len(set(ids)))
            dw.post(dw.client(token), [mention("after")])
            eq(dw.stop(), 0)
            dw.verify()


def test_a_record_that_cannot_be_read_is_not_called_damaged():
    with tempfile.TemporaryDirectory(prefix="diwan-test-") as folder:
        flag = os.path.join(folder, "flag")
        env = {"LD_PRELOAD": built(folder), "FAILING_READ": flag}
        with Diwan("--verify-per-s", "1000000", env=env) as dw:
            feed = dw.client(dw.token("feed", "ingest"))
            dw.post(feed, [mention(n) for n in range(50)])
            open(flag, "w").close()

            def is_noticed():
                feed("POST", "/api/v1/mentions", mention("more"))  # or nothing need be read again
                return dw.metrics()["diwan_verify_unreadable_total"] > 0

            wait_for(is_noticed, "reads that fail")
            got = dw.metrics()
            eq((got["diwan_verify_failures_total"], got["diwan_verify_first_bad"]), (0, 0))
            assert "journal.unreadable" in dw.log() and "journal.damaged" not in dw.log(), dw.log()
