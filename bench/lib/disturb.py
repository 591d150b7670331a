# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of bench/run about what others notice: of slow clients, and of a backup. (RELIABILITY.md
promises 12 and 16.) `b` is bench/run itself."""
import http.client
import json
import os
import re
import statistics
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def slow_once(b, o, s, n, readers):
    # Long, because the p99 of 15 s was decided by seven commits; and quiet on both sides, because a disk
    # is not the same from one minute to the next.
    live = {"w": 20 if o.quick else 200, "c": 16, "r": 50, "t": 3 if o.quick else 40, "d": 30}
    asker = Asker(s.port, "GET", "/healthz", pause=0.02, fresh=True)
    asker.start()
    before = b.fanout(s, **live)
    quiet, rss_before = asker.end(), rss(s.process.pid)
    command = [os.path.join(HERE, "slow"), *map(str, (s.port, n, n, readers))]
    slow = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=b.pinned(b.GENERATOR),
                            env=dict(os.environ, BENCH_GET=s.sse, BENCH_POST=s.post))
    try:
        if slow.stdout.readline().split()[:1] != ["ready"]:
            raise RuntimeError("the slow clients did not come up")
        # In the midst of it: before the first message no stream is full, and then all fill at once.
        b.fanout(s, **dict(live, w=10, t=1 if o.quick else 12))
        asker.end()
        meanwhile = b.fanout(s, **live)
        beset, rss_after = asker.end(), rss(s.process.pid)
    finally:
        slow.terminate()
        closed = json.loads(slow.communicate()[0] or "{}")
        asker.is_over = True
        asker.join()
    b.wait_for(lambda: s.metric("diwan_http_connections_open") < 100, 30, lambda: "the slow clients did not go")
    after = b.fanout(s, **live)
    p99_quiet_ms = (before["p99_ms"] + after["p99_ms"]) / 2
    return {"p99_before_ms": before["p99_ms"], "p99_after_ms": after["p99_ms"], "p99_ms": meanwhile["p99_ms"],
            "p99_ratio": meanwhile["p99_ms"] / p99_quiet_ms,
            "p99_noise": max(before["p99_ms"], after["p99_ms"]) / min(before["p99_ms"], after["p99_ms"]),
            "answer_before_ms": quiet["p99_ms"], "answer_ms": beset["p99_ms"],
            "asked": beset["asked"], "failures": beset["failures"],
            "lost": meanwhile.get("missing", 0) + meanwhile.get("streams_lost", 0),
            "rss_mb": (rss_after - rss_before) / 1e6,
            "rss_each": (rss_after - rss_before) / (2 * n + readers),
            "ended": sum(closed.values())}


def slow_row(b, t, o):
    n, readers = (200, 50) if o.quick else (4000, 1000)
    r = t.collect([b.Diwan], o.rounds, lambda s: slow_once(b, o, s, n, readers))
    t.show(f"{n:,} slow heads, {n:,} slow bodies, {readers:,} streams that never read; others at 50/s", r,
           [("live p99 before, ms", "p99_before_ms", "{:.1f}"), ("live p99 meanwhile, ms", "p99_ms", "{:.1f}"),
            ("live p99 after, ms", "p99_after_ms", "{:.1f}"),
            ("before and after differ by a factor of", "p99_noise", "{:.2f}"),
            ("p99 of fresh requests before, ms", "answer_before_ms", "{:.1f}"),
            ("p99 of fresh requests meanwhile, ms", "answer_ms", "{:.1f}"),
            ("fresh requests meanwhile", "asked", "{:,.0f}"), ("of which failed", "failures", "{:,.0f}"),
            ("RSS for each of the slow, bytes", "rss_each", "{:,.0f}"), ("RSS for all, MB", "rss_mb", "{:.1f}"),
            ("slow ones ended by the server", "ended", "{:,.0f}")])
    d = r.get("diwan")
    t.judge("slow-clients", "live p99 / quiet, before and after", d and d["p99_ratio"], "<=", 1.1)
    t.judge("slow-clients", "requests and deliveries of others that failed",
            d and d["failures"] + d["lost"], "<=", 0, "{:.0f}")


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
