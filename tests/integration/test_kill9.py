# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 during ingest at full rate, again and again. Outside of the server stands an oracle that
knows what was acknowledged. (RELIABILITY promises 1, 14 and the issue's first fault)"""
import random
import subprocess
import threading

from harness import (BIN, Client, Closed, Diwan, background, eq, everything, figure, mention,
                     ndjson, wait_for)

WRITERS = 4
BATCH = 40


class Writer:
    """Posts batches one after the other; repeats the one that got no answer."""

    def __init__(self, number, token):
        self.number, self.token, self.next = number, token, 0
        self.acked = []  # (source_id, …) of each acknowledged batch, in order
        self.seqs = []   # (first_seq, last_seq) as answered; None when all were known already
        self.unsure = 0

    def run(self, address, stop, count):
        auth = {"Authorization": "Bearer " + self.token}
        with Client(address, auth) as client:
            while not stop.is_set():
                batch = [mention("%d-%d" % (self.number, self.next + i)) for i in range(BATCH)]
                try:
                    got = client("POST", "/api/v1/mentions", ndjson(batch),
                                 {"Content-Type": "application/x-ndjson"})
                except (Closed, OSError):
                    self.unsure += 1
                    return  # the server is gone; this batch is sent again after the restart
                doc = got.ok(201).json()
                eq(doc["accepted"] + doc["duplicates"], BATCH, "of one batch")
                self.acked += [m["source_id"] for m in batch]
                if doc["accepted"] == BATCH:
                    self.seqs.append((doc["first_seq"], doc["last_seq"]))
                self.next += BATCH
                count()


class Watcher:
    """Follows the stream over all the kills, as an EventSource would."""

    def __init__(self, dw, token):
        self.dw, self.token, self.ids, self.last = dw, token, [], 0

    def run(self):
        try:
            s = self.dw.stream(self.token, last_id=self.last)
        except (Closed, OSError):
            return  # killed before it was let in
        s.response.ok(200)
        while s.fill(0.5):
            pass
        self.keep(s)

    def keep(self, s):
        self.ids += s.ids
        self.last = s.position if s.position is not None else self.last
        s.close()


def one_round(dw, writers, watcher, batches, before_kill=lambda: None):
    """Run until that many batches were acknowledged, then kill."""
    stop, enough, done, lock = threading.Event(), threading.Event(), [0], threading.Lock()

    def count():
        with lock:
            done[0] += 1
            if done[0] >= batches:
                enough.set()

    threads = [background(w.run, dw.address, stop, count) for w in writers]
    watching = background(watcher.run)
    while not enough.wait(0.2):
        assert any(t.is_alive() for t in threads) or enough.is_set(), [t.result() for t in threads]
    before_kill()
    dw.kill()
    stop.set()
    for t in threads:
        t.result()
    watching.result()


def check(dw, writers, watcher, reader):
    head = dw.head()
    added = [e for e in everything(dw, reader, head) if e.type.startswith("mention.")]
    eq({e.type for e in added}, {"mention.added"}, "kinds of events")
    place = {}
    for e in added:
        key = e.item["data"]["source_id"]
        assert key not in place, "%s is there twice: %d and %d" % (key, place[key], e.id)
        place[key] = e.id
    for w in writers:
        missing = [k for k in w.acked if k not in place]
        assert not missing, "acknowledged and lost: %s" % missing[:5]
        mine = [place[k] for k in w.acked]
        eq(mine, sorted(mine), "order of writer %d" % w.number)
        for first, last in w.seqs:
            assert last - first >= BATCH - 1, (first, last)
    with dw.stream(reader, last_id=watcher.last) as s:
        s.until_id(head)
        watcher.keep(s)
    want = [e.id for e in everything(dw, reader, head)]
    eq(watcher.ids, want, "what the watcher saw over all the kills")


def test_kills_at_full_rate():
    rng = random.Random(90125)
    kills = figure(20, 1000)
    with Diwan("--heartbeat-s", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        writers = [Writer(i, token) for i in range(WRITERS)]
        watcher = Watcher(dw, reader)
        for _ in range(kills):
            one_round(dw, writers, watcher, rng.randint(1, 25))
            dw.start()
        assert sum(w.unsure for w in writers) > 0, "no kill hit a request"
        check(dw, writers, watcher, reader)
        eq(dw.stop(), 0)
        dw.verify()


def test_many_quick_kills():
    """The tenth of promise 1's thousand: as soon as something was acknowledged."""
    with Diwan("--heartbeat-s", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        writers = [Writer(i, token) for i in range(WRITERS)]
        watcher = Watcher(dw, reader)
        for _ in range(figure(80, 1000)):
            one_round(dw, writers, watcher, 2)
            dw.start()
        check(dw, writers, watcher, reader)
        dw.verify()


def test_kill_while_starting():
    """Again before it is ready: opening is repeatable at every point."""
    with Diwan() as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        last = dw.post(dw.client(token), [mention(n) for n in range(2000)])["last_seq"]
        dw.kill()
        rng = random.Random(7)
        for _ in range(figure(15, 150)):
            p = subprocess.Popen([BIN, "serve", "--data", dw.data, "--listen", "127.0.0.1:0"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # After a random number of system calls' worth of progress, seen from outside.
            ticks = rng.randint(0, 30)
            wait_for(lambda: cpu_ticks(p) >= ticks or p.poll() is not None or ready(p), "progress")
            p.kill()
            p.wait()
        dw.start()
        eq(len([e for e in everything(dw, reader, last) if e.type == "mention.added"]), 2000)
        dw.verify()


def cpu_ticks(process):
    """Milliseconds that it ran, roughly."""
    try:
        with open("/proc/%d/schedstat" % process.pid) as f:
            return int(f.read().split()[0]) // 1000000
    except (FileNotFoundError, IndexError, ProcessLookupError):
        return 1 << 30


def ready(process):
    """It waits for events: nothing more to interrupt."""
    try:
        with open("/proc/%d/wchan" % process.pid) as f:
            return "poll" in f.read()
    except OSError:
        return True
