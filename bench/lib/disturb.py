# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of bench/run about what others notice: of slow clients, and of a backup. (RELIABILITY.md
promises 12 and 16.) `b` is bench/run itself."""
import collections
import contextlib
import http.client
import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MEMORY = "/dev/shm"
# p99 of ten quiet seconds differs by a third from that of the next ten: many of each are put together.
SIEGES, PIECES = 3, 2


def rss(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) * 1024


class Asker(threading.Thread):
    """Asks one thing after the other, `pause` apart, and notes how long each took."""

    def __init__(self, port, method, path, body=None, headers=None, pause=0.0, fresh=False):
        super().__init__(daemon=True)
        self.port, self.what, self.body, self.headers = port, (method, path), body, headers or {}
        self.pause, self.fresh = pause, fresh
        self.took_ms, self.failures, self.is_over = [], 0, False

    def run(self):
        conn, n = None, 0
        while not self.is_over:
            at = time.monotonic()
            try:
                conn = conn or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                conn.request(*self.what, self.body(n) if self.body else None, self.headers)
                answer = conn.getresponse()
                answer.read()
                if answer.status >= 300:
                    self.failures += 1
            except (OSError, http.client.HTTPException):
                self.failures += 1
                conn = None
            self.took_ms.append((time.monotonic() - at) * 1000)
            n += 1
            if self.fresh and conn:
                conn.close()
                conn = None
            time.sleep(self.pause)

    def end(self):
        """Since the last call, or the start: p99, worst, how many, failures."""
        took, self.took_ms = sorted(self.took_ms), []
        failed, self.failures = self.failures, 0
        return {"p99_ms": took[int(len(took) * 0.99)] if took else 0.0,
                "worst_ms": took[-1] if took else 0.0, "asked": len(took), "failures": failed}


def large_file(s):
    """The path of the largest script that a page names."""
    def get(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{s.port}{path}", timeout=10) as r:
            return r.read()
    paths = re.findall(r"/assets/[\w.-]+\.js\b", get("/approvals").decode())
    return max(paths, key=lambda path: len(get(path)))


@contextlib.contextmanager
def beset(b, s, n, readers):
    """Slow clients at `s` for as long as it lasts; gives what becomes the number that the server ended."""
    command, ended = [os.path.join(HERE, "slow"), *map(str, (s.port, n, n, n, readers))], []
    slow = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=b.pinned(b.GENERATOR),
                            env=dict(os.environ, BENCH_GET=s.sse, BENCH_POST=s.post, BENCH_FILE=large_file(s)))
    try:
        if slow.stdout.readline().split()[:1] != ["ready"]:
            raise RuntimeError("the slow clients did not come up")
        yield ended
    finally:
        slow.terminate()
        ended += json.loads(slow.communicate()[0] or "{}").values()
    b.wait_for(lambda: s.metric("diwan_http_connections_open") < 100, 30, lambda: "the slow clients did not go")


def slow_round(b, o, s, n, readers, seen):
    """Quiet, and in the midst of the slow ones, by turns; a piece of each is added to `seen`."""
    # Who has just come is served with those who never read until it is known to read, 96 KiB later: 4 s here.
    live = {"w": 20 if o.quick else 200, "c": 16, "r": 50, "t": 2 if o.quick else 10, "B": 1 if o.quick else 5, "d": 30,
            "H": 1}
    asker = Asker(s.port, "GET", "/healthz", pause=0.02, fresh=True)

    def pieces(kind):
        for _ in range(1 if o.quick else PIECES):
            time.sleep(3)  # an address may have 200 streams and few more: let those of the piece before go
            asker.end()
            live_seen, strangers = b.fanout(s, **live), asker.end()
            seen[kind].append({"cells": live_seen["cells"], "p99_ms": live_seen["p99_ms"],
                               "lost": live_seen.get("missing", 0) + live_seen.get("streams_lost", 0),
                               "answer_ms": strangers["p99_ms"], "asked": strangers["asked"],
                               "failures": strangers["failures"], "rss": rss(s.process.pid)})

    asker.start()
    pieces("quiet")
    rss_before, ended = seen["quiet"][-1]["rss"], []
    for _ in range(1 if o.quick else SIEGES):
        with beset(b, s, n, readers) as more:
            # In the midst of it: before the first message no stream is full, and then all fill at once.
            b.fanout(s, **dict(live, w=10, B=0, t=1 if o.quick else 6))
            pieces("beset")
        ended += more
        pieces("quiet")
    asker.is_over = True
    asker.join()
    return rss_before, sum(ended)


def quantile_ms(pieces, q):
    """The time that a share `q` of all deliveries of the pieces did not exceed. (As bench_hist_at.)"""
    cells = collections.Counter()
    for p in pieces:
        cells.update(dict(p["cells"]))
    left, end_us = q * sum(cells.values()), 0
    for end_us in sorted(cells):
        left -= cells[end_us]
        if left < 0:
            break
    return end_us / 1000


def pooled(pieces):
    """Of all deliveries in the pieces; the medians of the rest, and the sum of what must not be."""
    each = [p["p99_ms"] for p in pieces]
    odd, even = (quantile_ms(pieces[i::2] or pieces, 0.99) for i in (0, 1))
    return {"p50_ms": quantile_ms(pieces, 0.5), "p99_ms": quantile_ms(pieces, 0.99),
            **{k: statistics.median(p[k] for p in pieces) for k in ("answer_ms", "rss")},
            "least_p99_ms": min(each), "middle_p99_ms": statistics.median(each), "most_p99_ms": max(each),
            "noise": max(odd, even) / min(odd, even),
            "pieces": len(pieces), "asked": sum(p["asked"] for p in pieces),
            "lost": sum(p["lost"] for p in pieces), "failures": sum(p["failures"] for p in pieces)}


def slow_in(b, o, n, readers, rounds, parent):
    """{kind: what its pieces saw} with the data in a folder under `parent`."""
    seen, ended, rss_before = {"quiet": [], "beset": []}, 0, []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=parent) as folder, \
                b.Diwan(data=os.path.join(folder, "data")) as s:
            before, more = slow_round(b, o, s, n, readers, seen)
            rss_before.append(before)
            ended += more
            print(".", end="", flush=True)
    r = {kind: pooled(pieces) for kind, pieces in seen.items()}
    r["beset"].update(ratio=r["beset"]["p99_ms"] / r["quiet"]["p99_ms"], ended=ended,
                      rss_each=(r["beset"]["rss"] - statistics.median(rss_before)) / (3 * n + readers))
    return r


def slow_row(b, t, o):
    n, readers = (200, 50) if o.quick else (4000, 1000)
    # On the disk, as people run it, is judged. In memory a commit takes no time, and what the slow ones cost
    # is a greater share of what is left.
    places = [("on the disk", b.BENCH, o.rounds)]
    if os.access(MEMORY, os.W_OK):
        places.append(("in memory", MEMORY, o.rounds_large))
    failed = 0
    for where, parent, rounds in places:
        r = slow_in(b, o, n, readers, rounds, parent)
        print()
        t.show(f"{n:,} slow heads, bodies and downloads each, {readers:,} streams that never read; others at 50/s; "
               f"data {where}", r,
               [("pieces", "pieces", "{}"), ("live p50, ms", "p50_ms", "{:.1f}"), ("live p99, ms", "p99_ms", "{:.1f}"),
                ("least of a piece, ms", "least_p99_ms", "{:.1f}"),
                ("median of the pieces, ms", "middle_p99_ms", "{:.1f}"), ("most of a piece, ms", "most_p99_ms", "{:.1f}"),
                ("odd and even pieces differ by a factor of", "noise", "{:.2f}"),
                ("live p99 / quiet", "ratio", "{:.2f}"), ("p99 of fresh requests, ms", "answer_ms", "{:.1f}"),
                ("fresh requests", "asked", "{:,.0f}"), ("of which failed", "failures", "{:,.0f}"),
                ("RSS for each of the slow, bytes", "rss_each", "{:,.0f}"),
                ("slow ones ended by the server", "ended", "{:,.0f}")])
        failed += sum(r[kind]["failures"] + r[kind]["lost"] for kind in r)
        if parent == b.BENCH:
            t.judge("slow-clients", f"live p99 / quiet, {where}", r["beset"]["ratio"], "<=", 1.1)
            t.judge("slow-clients", "RSS for each of the slow, bytes", r["beset"]["rss_each"], "<=", 24 * 1024,
                    "{:,.0f}")
    t.judge("slow-clients", "requests and deliveries of others that failed", failed, "<=", 0, "{:.0f}")


def backup_row(b, t, o):
    count = 5000 if o.quick else (10**6 if o.soak else 2 * 10**5)
    rounds = []
    with b.Diwan(cpus=set(b.CPUS)) as s:
        b.ingest_some(s, count, batch=500, cpus=set(b.CPUS))
        asker = Asker(s.port, "POST", "/api/v1/mentions", headers={
            "Authorization": f"Bearer {s.token}", "Content-Type": "application/json"},
            body=lambda n: json.dumps({"source": "backup", "source_id": f"{time.monotonic_ns()}",
                                       "text": "x" * 200}))
        asker.start()
        for i in range(o.rounds):
            asker.end()
            time.sleep(1 if o.quick else 3)
            before, at = asker.end(), time.monotonic()
            dest = os.path.join(s.dir, f"copy{i}.db")
            s.cli("backup", dest)
            took, meanwhile = time.monotonic() - at, asker.end()
            rounds.append({"seconds": took, "mb": os.path.getsize(dest) / 1e6,
                           "p99_before_ms": before["p99_ms"], "worst_before_ms": before["worst_ms"],
                           "p99_ms": meanwhile["p99_ms"], "worst_ms": meanwhile["worst_ms"],
                           "asked": meanwhile["asked"], "failures": meanwhile["failures"]})
            os.unlink(dest)
        asker.is_over = True
        asker.join()
    r = {"diwan": {k: statistics.median(x[k] for x in rounds) for k in rounds[0]}}
    r["diwan"]["worst_ms"] = max(x["worst_ms"] for x in rounds)
    t.show(f"backup of {count:,} mentions while one publisher waits for each answer", r,
           [("seconds", "seconds", "{:.2f}"), ("size of the copy, MB", "mb", "{:.0f}"),
            ("mentions acknowledged meanwhile", "asked", "{:,.0f}"), ("of which failed", "failures", "{:,.0f}"),
            ("answer p99 before, ms", "p99_before_ms", "{:.1f}"), ("worst before, ms", "worst_before_ms", "{:.1f}"),
            ("answer p99 meanwhile, ms", "p99_ms", "{:.1f}"),
            ("worst meanwhile (of all rounds), ms", "worst_ms", "{:.1f}")])
    t.judge("backup", "worst commit meanwhile, ms", r["diwan"]["worst_ms"], "<=", 250, "{:.0f}")
    t.judge("backup", "refused meanwhile", r["diwan"]["failures"], "<=", 0, "{:.0f}")
