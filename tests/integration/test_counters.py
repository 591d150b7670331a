# SPDX-License-Identifier: AGPL-3.0-or-later
"""We fail loudly: what can go wrong has a counter in /metrics, and something trips each of them.
(RELIABILITY promise 18)

Here are those that no other test comes by; TRIPPED at the end says where each one is."""
import os
import re
import resource
import sqlite3

from harness import ROOT, Conn, Diwan, background, eq, everything, mention, ndjson, wait_for

LINES = {"Content-Type": "application/x-ndjson"}


def count(dw, name):
    return int(dw.metrics()["diwan_" + name])


def database(dw):
    return sqlite3.connect(os.path.join(dw.data, "diwan.db"), timeout=0, isolation_level=None)


def test_a_disk_that_fails():
    """From some moment on every write beyond the first page of a file fails. Nothing that is
    refused is there later, and nothing that was acknowledged is missing."""
    with Diwan("--heartbeat-s", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        feed, read = dw.client(token), dw.client(reader)
        last = dw.post(feed, [mention(n) for n in range(50)])["last_seq"]
        eq((count(dw, "journal_io_errors_total"), count(dw, "journal_failed")), (0, 0))
        with dw.stream(reader, "?after=0") as s:
            _, hard = resource.prlimit(dw.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(dw.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
            feed("POST", "/api/v1/mentions", mention("lost")).problem(503)
            assert count(dw, "journal_io_errors_total") > 0
            eq(count(dw, "journal_failed"), 1)
            dw.request("GET", "/readyz").problem(503)
            # It is final: room alone makes no disk trustworthy again.
            resource.prlimit(dw.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            feed("POST", "/api/v1/mentions", mention("lost too")).problem(503)
            feed("POST", "/api/v1/mentions", ndjson([mention("lost as well")]), LINES).problem(503)
            read("GET", "/api/v1/mentions?limit=1").ok(200)
            s.until_id(last)
            beats = s.beats
            s.until(lambda s: s.beats > beats, "a heartbeat with a failed disk")
        dw.restart()
        ids = [e.item["data"]["source_id"] for e in everything(dw, reader)
               if e.type == "mention.added"]
        eq(ids, [str(n) for n in range(50)])
        dw.post(dw.client(token), [mention("after")])
        eq(dw.stop(), 0)
        dw.verify()


def test_another_program_in_the_database():
    """Who opens the file for writing, against the manual, holds up nobody for ever."""
    with Diwan() as dw:
        feed = dw.client(dw.token("feed", "ingest"))
        other = database(dw)
        other.execute("BEGIN IMMEDIATE")
        feed("POST", "/api/v1/mentions", mention(1)).problem(503)
        assert count(dw, "journal_other_errors_total") > 0
        other.execute("ROLLBACK")
        other.close()
        eq(dw.post(feed, [mention(1)])["accepted"], 1)
        eq(count(dw, "journal_failed"), 0)


def test_a_hole_in_the_past():
    """An event that is gone from the file: no stream goes over it, no backup has it."""
    with Diwan("--ring-mb", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        # More than the ring holds, and than is read at the start.
        last = dw.post(dw.client(token), [mention(n, text="x" * 500) for n in range(9000)]
                       )["last_seq"]
        eq(dw.stop(), 0)
        db = database(dw)
        hole = last - 8500
        for table in ("event", "payload"):
            eq(db.execute("DELETE FROM %s WHERE seq = ?" % table, (hole,)).rowcount, 1)
        db.close()
        dw.start()
        with dw.stream(reader, "?after=0") as s:
            s.until_end()
            assert s.position < hole, "got to %d, over %d" % (s.position, hole)
        assert count(dw, "feed_catchup_failures_total") >= 1
        with dw.stream(reader, "?after=%d" % hole) as s:
            s.until_id(last)
        eq(count(dw, "backups_total"), 0)
        bad = os.path.join(dw.dir, "bad.db")
        dw.cli("backup", bad, code=1)
        assert not os.path.exists(bad), "a copy that is not whole got its name"
        eq((count(dw, "backups_total"), count(dw, "backup_failures_total")), (0, 1))


def test_backups_are_counted():
    with Diwan() as dw:
        eq(dw.metrics()["diwan_backup_last_timestamp_seconds"], 0)
        dw.cli("backup", os.path.join(dw.dir, "copy.db"))
        dw.cli("backup", os.path.join(dw.dir, "copy.db"), code=1)
        dw.cli("backup", os.path.join(dw.dir, "no", "where.db"), code=1)
        eq((count(dw, "backups_total"), count(dw, "backup_failures_total")), (1, 2))
        made = os.stat(os.path.join(dw.dir, "copy.db")).st_mtime
        assert abs(dw.metrics()["diwan_backup_last_timestamp_seconds"] - made) < 600


def test_a_repeat_is_counted():
    with Diwan() as dw:
        dw.user("mira", "drafter")
        me = dw.sign_in("mira")
        for n in range(3):
            me("POST", "/api/v1/mentions/desk", {"text": "x"}, {"Idempotency-Key": "k"}).ok(201)
            eq(count(dw, "answers_replayed_total"), n)


def test_who_is_shown_the_door_is_counted():
    with Diwan() as dw:
        doomed = dw.token("doomed", "read")
        dw.user("mira")
        me = dw.sign_in("mira")
        with dw.stream(doomed) as one, dw.stream(me) as two:
            dw.cli("token", "revoke", "doomed")
            one.until_end()
            eq(count(dw, "streams_ended_total"), 1)
            dw.cli("user", "disable", "mira")
            two.until_end()
            eq(count(dw, "streams_ended_total"), 2)
        with dw.stream(dw.token("screen", "read")):
            pass  # leaving by oneself is something else
        wait_for(lambda: dw.metrics()["diwan_http_sinks_open"] == 0, "its end")
        eq(count(dw, "streams_ended_total"), 2)


def test_conflicts_are_counted():
    """Commands that were decided on the same state: one at least decides again, none is lost."""
    with Diwan() as dw:
        local = dw.client(local=True)
        ids = [local("POST", "/api/v1/users", {"name": "u%d" % n, "roles": ["observer"]}
                     ).ok(201).json()["id"] for n in range(6)]

        def change(id_):
            """Until somebody's change was decided again; the roles that it has in the end."""
            with dw.client(local=True) as c:
                for n in range(2000):
                    roles = [("lead", "drafter", "approver")[n % 3]]
                    got = c("PATCH", "/api/v1/users/%d" % id_, {"roles": roles},
                            {"If-Match": "*"}).ok(200).json()
                    eq(got["roles"], roles)
                    if n % 10 == 9 and count(dw, "journal_conflicts_total") > 0:
                        break
                return roles

        threads = [background(change, id_) for id_ in ids]
        roles = [t.result() for t in threads]
        assert count(dw, "journal_conflicts_total") > 0
        items = {u["id"]: u["roles"] for u in local("GET", "/api/v1/users").ok(200).json()["items"]}
        eq([items[id_] for id_ in ids], roles)


def test_hostile_heads_and_connections_over_the_limit():
    with Diwan("--max-connections-per-peer", "3") as dw:
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            c.response().problem(400)
        wait_for(lambda: dw.metrics()["diwan_http_connections_open"] == 1, "its end")
        eq(count(dw, "http_gate_refused_total"), 1)
        held = [dw.conn() for _ in range(2)]
        for c in held:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            c.response().ok(200)
        third = Conn(dw.address)
        third.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        before = third.response().ok(200).body
        extra = dw.conn()
        extra.until_closed()
        third.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        after = third.response().ok(200).body
        refused = [int(re.search(rb"^diwan_http_connections_refused_total (\d+)$", b, re.M)[1])
                   for b in (before, after)]
        eq(refused[1], refused[0] + 1)
        for c in held + [third, extra]:
            c.close()


def test_what_goes_well_is_counted_too():
    with Diwan() as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        with dw.stream(reader) as s:
            last = dw.post(dw.client(token), [mention(n) for n in range(10)])["last_seq"]
            dw.post(dw.client(token), [mention(n) for n in range(3)])
            s.until_id(last)
        got = dw.metrics()
        eq(got["diwan_journal_duplicates_total"], 3)
        eq(got["diwan_journal_records_total"], got["diwan_journal_head"])
        for name in ("journal_commits_total", "journal_commit_microseconds_total",
                     "feed_frames_total", "feed_deliveries_total", "feed_writes_total",
                     "feed_bytes_total", "http_connections_total", "http_bytes_in_total",
                     "http_bytes_out_total", 'http_requests_total{class="2xx"}'):
            assert got["diwan_" + name] > 0, name


# Where each counter is seen to move. A new one has to be added here, with its test.
HERE = "integration/test_counters.py"
TRIPPED = {
    "journal_records_total": HERE, "journal_duplicates_total": HERE,
    "journal_conflicts_total": HERE, "journal_commits_total": HERE,
    "journal_commit_microseconds_total": HERE, "journal_io_errors_total": HERE,
    "journal_full_errors_total": "integration/test_diskfull.py",
    "journal_sync_errors_total": "integration/test_failing_sync.py",
    "journal_other_errors_total": HERE,
    "verify_events_total": "integration/test_verify.py",
    "verify_passes_total": "integration/test_verify.py",
    "verify_failures_total": "integration/test_verify.py",
    "verify_unreadable_total": "integration/test_failing_sync.py",
    "feed_frames_total": HERE, "feed_deliveries_total": HERE, "feed_writes_total": HERE,
    "feed_short_writes_total": "integration/test_slow.py", "feed_bytes_total": HERE,
    "feed_catchup_reads_total": "integration/test_stream.py",
    "feed_catchup_events_total": "integration/test_stream.py",
    "feed_catchup_failures_total": HERE,
    "reads_refused_total": "unit/test_reads.c", "answers_replayed_total": HERE,
    "streams_ended_total": HERE, "backups_total": HERE, "backup_failures_total": HERE,
    "sign_ins_total": "integration/test_auth.py",
    "sign_ins_refused_total": "integration/test_auth.py",
    "sign_ins_throttled_total": "integration/test_auth.py",
    "typing_refused_total": "integration/test_often.py",
    "csp_reports_total": "integration/test_csp_report.py",
    "csp_reports_dropped_total": "integration/test_csp_report.py",
    "source_polls_total": "integration/test_sources.py",
    "source_failures_total": "integration/test_sources.py",
    "source_not_modified_total": "integration/test_sources.py",
    "source_items_total": "integration/test_sources.py",
    "source_bytes_total": "integration/test_sources.py",
    "source_refused_addresses_total": "integration/test_sources.py",
    "http_connections_total": HERE, "http_connections_refused_total": HERE,
    "http_connections_displaced_total": "integration/test_slow.py",
    "http_gate_refused_total": HERE, "http_gate_disagreed_total": "unit/test_disagree.c",
    "http_bytes_in_total": HERE, "http_bytes_out_total": HERE,
    "http_timeouts_head_total": "integration/test_slow.py",
    "http_timeouts_body_total": "integration/test_slow.py",
    "http_timeouts_idle_total": "integration/test_slow.py",
    "http_timeouts_write_total": "integration/test_slow.py",
    "http_unsent_cut_total": "integration/test_slow.py",
    "http_requests_total": HERE,
    "deliveries_made_total": "integration/test_outbox.py",
    "deliveries_failed_total": "integration/test_outbox.py",
    "delivery_tries_total": "integration/test_outbox.py",
}
# In C they are members: gate_disagreed.
MEMBER = {"unit/test_disagree.c": lambda name: name[len("http_"):-len("_total")]}


def test_every_counter_is_tripped_somewhere():
    with Diwan() as dw:
        text = dw.request("GET", "/metrics").ok(200).body.decode()
    counters = set(re.findall(r"^# TYPE diwan_(\w+) counter$", text, re.M))
    eq(sorted(counters - set(TRIPPED)), [], "counters that nothing trips")
    eq(sorted(set(TRIPPED) - counters), [], "counters that are gone")
    for name, path in TRIPPED.items():
        with open(os.path.join(ROOT, "tests", path), encoding="utf-8") as f:
            tests = f.read().split("\nTRIPPED = ")[0]
        what = MEMBER.get(path, lambda n: n)(name)
        assert what in tests, "%s is not looked at in %s" % (name, path)
