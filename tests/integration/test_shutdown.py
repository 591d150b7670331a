# SPDX-License-Identifier: AGPL-3.0-or-later
"""SIGTERM: what was accepted is answered, streams are told when to come back, the exit code is 0,
and the next start goes on where this one ended. (RELIABILITY promise 15)"""
import os
import signal
import threading

from harness import Client, Closed, Diwan, background, eq, everything, head_of, mention, ndjson


def writer(address, token, number, started, answered, open_ones):
    """Posts until the server closes; notes what was answered and what was left open."""
    auth = {"Authorization": "Bearer " + token}
    with Client(address, auth) as client:
        for i in range(1000000):
            m = mention("%d-%d" % (number, i))
            try:
                got = client("POST", "/api/v1/mentions", ndjson([m]),
                             {"Content-Type": "application/x-ndjson"})
            except (Closed, OSError):
                open_ones.append(m["source_id"])
                return
            if got.status == 201:
                answered.append(m["source_id"])
            else:
                eq(got.status, 503, "an answer while shutting down")
                return
            started.set()


def test_under_load():
    with Diwan() as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        starts, answered, open_ones = [threading.Event() for _ in range(8)], [], []
        threads = [background(writer, dw.address, token, i, starts[i], answered, open_ones)
                   for i in range(8)]
        for s in starts:
            assert s.wait(30)
        with dw.stream(reader, "?after=0") as s:
            s.until_id(dw.head())  # who is live is not in the midst of a frame
            dw.process.send_signal(signal.SIGTERM)
            s.until_end()
            assert s.retry and s.text == b"", (s.retry, s.text[:100])
            seen = s.ids
            last_seen = s.position
        eq(dw.wait(), 0, "exit code")
        for t in threads:
            t.result()
        assert not os.path.exists(dw.control), "the control socket was left"
        assert not os.path.exists(os.path.join(dw.data, "diwan.db-wal")) or \
            os.path.getsize(os.path.join(dw.data, "diwan.db-wal")) == 0, "not checkpointed"
        dw.start()
        last = dw.post(dw.client(token), [mention("after")])["last_seq"]
        events = everything(dw, reader, last)
        stored = {e.item["data"]["source_id"] for e in events if e.type == "mention.added"}
        lost = [k for k in answered if k not in stored]
        eq(lost, [], "acknowledged and lost")
        unanswered = [k for k in open_ones if k in stored]
        eq(unanswered, [], "stored, and nobody was told")
        with dw.stream(reader, last_id=last_seen) as s:
            s.until_id(last)
            eq(seen + s.ids, [e.id for e in events], "the stream over the restart")


def test_streams_are_given_a_time_to_return():
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        streams = [dw.stream(reader) for _ in range(20)]
        for s in streams:
            s.until(lambda s: s.retry, "the first retry:")
        dw.process.send_signal(signal.SIGTERM)
        for s in streams:
            s.until_end()
            assert len(s.retry) >= 2, "no retry: at the end (%s)" % s.retry
        assert len({s.retry[-1] for s in streams}) > 1, "no jitter"
        eq(dw.wait(), 0)


def test_idle_and_slow_connections_do_not_hold_it_up():
    with Diwan() as dw:
        idle = [dw.conn() for _ in range(10)]
        half = dw.conn()
        half.send("GET /healthz HTTP/1.1\r\nHost:")
        used = dw.client()
        used("GET", "/healthz").ok(200)
        eq(dw.stop(20), 0)
        for c in idle + [half]:
            c.until_closed()
            c.close()


def test_body_under_way_is_finished():
    with Diwan("--body-min-rate", "1") as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        body = ndjson(mention(n) for n in range(50))
        with dw.conn() as c, dw.conn() as probe:
            c.send(head_of("POST", "/api/v1/mentions", "localhost", {
                "Authorization": "Bearer " + token, "Expect": "100-continue",
                "Content-Type": "application/x-ndjson"}, body))
            eq(c.response().status, 100)
            c.send(body[:1000])
            probe.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            probe.response().ok(200)
            dw.process.send_signal(signal.SIGTERM)
            probe.until_closed()  # from now on nothing new is taken
            c.send(body[1000:])
            doc = c.response().ok(201).json()
            eq(doc["accepted"], 50)
        eq(dw.wait(), 0)
        dw.start()
        eq(len([e for e in everything(dw, reader, doc["last_seq"])
                if e.type == "mention.added"]), 50)


def test_signals():
    with Diwan() as dw:
        dw.process.send_signal(signal.SIGPIPE)
        dw.request("GET", "/healthz").ok(200)
        dw.process.send_signal(signal.SIGINT)
        eq(dw.wait(), 0, "exit code after SIGINT")
