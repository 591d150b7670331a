# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stream's contract (DESIGN section 7): every later event that the reader may see, in order,
from any id, however far back, while new ones keep coming. (RELIABILITY promise 4 on one node)"""
import json
import random

from harness import Diwan, background, eq, everything, figure, is_readable, mention, wait_for


class Room(Diwan):
    """Small ring, so that resuming reads the store as well."""

    def __init__(self, *flags):
        super().__init__("--ring-mb", "1", "--heartbeat-s", "1", "--streams-per-account", "1000",
                         "--streams-per-address", "1000", "--write-stall-ms", "600000", *flags)

    def __enter__(self):
        super().__enter__()
        self.feed = self.client(self.token("feed", "ingest"))
        self.reader = self.token("screen", "read")
        return self

    def add(self, start, n, text=None):
        return self.post(self.feed, [mention(i, text=text) for i in range(start, start + n)])


def test_head_of_a_stream():
    with Room() as dw:
        with dw.stream(dw.reader) as s:
            kind = s.response.get("content-type")
            assert kind.startswith("text/event-stream"), kind
            assert "no-store" in s.response.get("cache-control"), s.response.headers
            eq(s.response.get("x-accel-buffering"), "no")
            eq(s.response.get("content-encoding"), None)
            s.until(lambda s: s.retry, "retry:")
            assert 0 < s.retry[0] < 60000, s.retry
        retries = set()
        for _ in range(8):
            with dw.stream(dw.reader) as s:
                s.until(lambda s: s.retry, "retry:")
                retries.add(s.retry[0])
        assert len(retries) > 1, "no jitter: %s" % retries


def test_starts_at_the_newest():
    with Room() as dw:
        dw.add(0, 50)
        with dw.stream(dw.reader) as s:
            s.until(lambda s: s.retry, "the first frame")
            seq = dw.add(50, 1)["last_seq"]
            s.until_id(seq)
            eq(s.ids, [seq])


def test_items_are_whole():
    with Room() as dw:
        dw.add(0, 1)
        item = everything(dw, dw.reader)[-1].item
        for key in ("seq", "type", "recorded_at", "occurred_at", "actor", "data"):
            assert key in item, (key, item)
        assert item["recorded_at"].endswith("Z") and "." in item["recorded_at"], item
        eq(item["actor"]["name"], "feed")
        assert item["data"]["id"] == item["data"]["version"] == item["seq"], item


def test_resume_from_every_id():
    with Room() as dw:
        # Larger than the ring: the early ones come from the store, the late ones from memory.
        last = 0
        for start in range(0, 300, 50):
            last = dw.add(start, 50, "filling " * 800)["last_seq"]
        whole = everything(dw, dw.reader, last)
        ids = [e.id for e in whole]
        eq(len([e for e in whole if e.type == "mention.added"]), 300)
        got = dw.metrics()
        assert got["diwan_feed_ring_first"] > ids[10], "the ring holds everything"
        assert got["diwan_feed_catchup_reads_total"] > 0, got
        assert got["diwan_feed_catchup_events_total"] > 10, got
        step = figure(3, 1)
        for after in list(range(0, last, step)) + [last]:
            want = [i for i in ids if i > after]
            with dw.stream(dw.reader, last_id=after) as s:
                if want:
                    s.until_id(want[-1])
                eq(s.ids, want, "after %d" % after)
        with dw.stream(dw.reader, "?after=%d" % ids[100]) as s:
            s.until_id(last)
            eq(s.ids, ids[101:], "after= in the query")
        for a, b in zip(whole, everything(dw, dw.reader, last)):
            eq(json.dumps(a.item), json.dumps(b.item), "the same event read twice")


def test_bad_ids():
    with Room() as dw:
        dw.add(0, 3)
        for bad in ("x", "-1", "1.0", "1e3", "+1", "0x1", "1 2", "99999999", "18446744073709551616",
                    "9" * 40, "\u0661".encode().decode("latin-1")):
            raw(dw, {"Last-Event-ID": bad}).problem(400)
        for query in ("?after=x", "?after=-1", "?after=", "?after=99999999", "?after=1&after=2",
                      "?types=nonsense", "?types=mention.nonsense", "?nonsense=1"):
            raw(dw, {}, query).problem(400)
        raw(dw, {"Authorization": "Bearer x"}).problem(401)


def raw(dw, headers, query=""):
    given = {"Authorization": "Bearer " + dw.reader}
    given.update(headers)
    return dw.request("GET", "/api/v1/stream" + query, headers=given)


def test_types():
    with Room() as dw:
        dw.user("boss", "admin")
        boss = dw.sign_in("boss")
        with dw.stream(boss, "?after=0&types=source,user.added") as s:
            dw.add(0, 20)
            dw.user("omid", "observer")
            s.until(lambda s: len(s.of("user.added")) == 2 and s.of("source.added"), "both kinds")
            assert {e.type for e in s.events} <= {"source.added", "user.added"}, s.events


def test_heartbeat_moves_a_narrow_filter():
    """A filter that nothing passes still moves Last-Event-ID, so it never rescans."""
    with Room() as dw:
        last = dw.add(0, 200)["last_seq"]
        with dw.stream(dw.reader, "?after=0&types=mention.changed") as s:
            s.until(lambda s: s.position == last and s.beats > 0, "the position and a beat")
            eq(s.events, [])
            last = dw.add(200, 5)["last_seq"]
            s.until(lambda s: s.position == last, "the new position")
            beats = s.beats
            s.until(lambda s: s.beats > beats, "another beat")


def test_live_events_during_catch_up():
    with Room() as dw:
        n = figure(6000, 60000)
        for start in range(0, n, 500):
            dw.add(start, 500, "filling " * 60)

        def go_on():
            last = 0
            for start in range(n, n + 2000, 20):
                last = dw.add(start, 20)["last_seq"]
            return last

        writer = background(go_on)
        streams = [dw.stream(dw.reader, "?after=0") for _ in range(6)]

        def caught_up():
            """A little of each in turn: who does not read for long is ended."""
            for s in streams * 20:
                assert s.fill(), "ended at %s" % s.position
            return not writer.is_alive() and all((s.position or 0) >= writer.result()
                                                 for s in streams)

        wait_for(caught_up, "all to have it all", figure(60, 600))
        want = streams[0].ids
        for s in streams:
            eq(len(s.of("mention.added")), n + 2000)
            eq(s.ids, want, "two readers of one journal")
            s.close()


class Cut:
    """A reader whose connection is cut again and again."""

    def __init__(self, dw, rng):
        self.dw, self.rng = dw, rng
        self.ids, self.position, self.cuts, self.stream = [], 0, 0, None
        self.connect()

    def connect(self):
        self.stream = self.dw.stream(self.dw.reader, last_id=self.position)
        self.stream.response.ok(200)
        self.left = self.rng.choice((0, 1, 2, 5, 20, 200))

    def turn(self):
        self.stream.fill()
        if len(self.stream.events) >= self.left or self.stream.ended:
            self.cut()

    def cut(self):
        # As a client does: the id of the last frame that was read whole; the rest is lost.
        self.ids += self.stream.ids
        if self.stream.position is not None:
            self.position = self.stream.position
        self.stream.close()
        self.cuts += 1
        self.connect()

    def finish(self, last):
        self.stream.until_id(last, 60)
        self.ids += self.stream.ids
        self.stream.close()


def test_random_cuts():
    rng = random.Random(20260131)
    cuts = figure(500, 5000)
    with Room() as dw:
        state = {"stop": False, "n": 0}

        def publish():
            last = 0
            while not state["stop"]:
                last = dw.add(state["n"], 10, "filling " * 100)["last_seq"]
                state["n"] += 10
            return last

        writer = background(publish)
        clients = [Cut(dw, rng) for _ in range(20)]
        try:
            while sum(c.cuts for c in clients) < cuts:
                is_readable([c.stream.conn.sock for c in clients], 1)
                for c in clients:
                    c.turn()
        finally:
            state["stop"] = True
        last = writer.result()
        want = [e.id for e in everything(dw, dw.reader, last) if e.id > 0]
        for c in clients:
            c.finish(last)
            eq(len(c.ids), len(set(c.ids)), "repeats")
            eq(c.ids, want[len(want) - len(c.ids):], "gaps or another order")
            eq(len(c.ids), len(want), "events")


def test_resume_over_a_restart():
    with Room() as dw:
        first = dw.add(0, 100)["last_seq"]
        with dw.stream(dw.reader, "?after=0") as s:
            s.until_id(first)
            seen = s.ids
            dw.kill()
            s.until_end()
        dw.start()
        dw.feed = dw.client(dw.feed.auth["Authorization"][7:])
        last = dw.add(100, 100)["last_seq"]
        with dw.stream(dw.reader, last_id=seen[-1]) as s:
            s.until_id(last)
            eq(seen + s.ids, [e.id for e in everything(dw, dw.reader, last)])
