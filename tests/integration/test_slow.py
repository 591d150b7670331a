# SPDX-License-Identifier: AGPL-3.0-or-later
"""Slow and stalled clients harm only themselves: others are served meanwhile, memory stays
bounded, and the slow ones are ended by their limits. (RELIABILITY promise 12)"""
import re
import resource
import socket

from harness import SLOW, Diwan, eq, figure, head_of, is_sanitized, mention, wait_for

MANY = figure(500, 4000)
WIDE = ("--max-connections-per-peer", "20000", "--streams-per-address", "20000",
        "--streams-per-account", "20000")


def roomy():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = 2 * MANY + 500
    if soft < want:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(want, hard), hard))
    return min(MANY, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200) // 2)


def served(dw, n=20):
    with dw.client() as c:
        for _ in range(n):
            c("GET", "/healthz").ok(200)


def all_closed(conns):
    for c in conns:
        if not c.gone and c.is_closed():
            c.gone = True
    return all(c.gone for c in conns)


def crowd(dw, n):
    conns = []
    for _ in range(n):
        c = dw.conn()
        c.gone = False
        conns.append(c)
    return conns


def drip(conns, piece):
    """One more byte on each that is still open."""
    for c in conns:
        if not c.gone:
            try:
                c.sock.send(piece)
            except OSError:
                c.gone = True


def largest_asset(dw):
    """Address and size of the largest script that the pages ask for."""
    paths, sizes = {"/", "/approvals"}, {}
    with dw.client() as c:
        while paths:
            path = paths.pop()
            got = c("GET", path)
            body = got.body if got.status == 200 else b""
            sizes[path] = len(body)
            found = re.findall(rb"(?:\"|=)(/assets/[A-Za-z0-9._-]+\.js)", body)
            found += [b"/assets/" + name for name in re.findall(rb"[\"']\./([A-Za-z0-9_-]+-[A-Z2-7]{8}\.js)", body)]
            paths |= {p.decode() for p in found} - set(sizes)
    largest = max(sizes, key=sizes.get)
    return largest, sizes[largest]


def sip(conns):
    """What little has come is taken a byte at a time, of each."""
    for c in conns:
        try:
            c.sock.recv(1, socket.MSG_DONTWAIT)
        except OSError:
            pass


def test_slow_heads():
    with Diwan("--head-ms", "2000", *WIDE) as dw:
        n = roomy()
        before = dw.rss_kb()
        conns = crowd(dw, n)
        for c in conns:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")

        def go_on():
            drip(conns, b"y")
            served(dw, 2)
            return all_closed(conns)

        served(dw)
        grown = dw.rss_kb() - before
        wait_for(go_on, "all slow heads to be ended", 30)
        assert grown < 24 * n + 8192 or is_sanitized(), "%d KiB for %d connections" % (grown, n)
        eq(sum(1 for c in conns if b" 408 " in c.buf) > n // 2, True, "most were told 408")
        assert dw.metrics()["diwan_http_timeouts_head_total"] >= n
        for c in conns:
            c.close()


def test_slow_bodies():
    with Diwan("--body-min-rate", "100000", *WIDE) as dw:
        n = figure(400, 4000)
        before = dw.rss_kb()
        token = dw.token("feed", "ingest")
        conns = crowd(dw, min(n, roomy()))
        for c in conns:
            c.send(head_of("POST", "/api/v1/mentions", "a", {
                "Authorization": "Bearer " + token, "Content-Type": "application/x-ndjson",
                "Content-Length": "100000"}, None))

        def go_on():
            drip(conns, b" ")
            served(dw, 2)
            return all_closed(conns)

        served(dw)
        grown = dw.rss_kb() - before
        assert grown < 24 * len(conns) + 8192 or is_sanitized(), "%d KiB for %d bodies" % (grown, len(conns))
        wait_for(go_on, "all slow bodies to be ended", 40)
        assert dw.metrics()["diwan_http_timeouts_body_total"] >= len(conns)
        for c in conns:
            c.close()


def held_by_the_kernel(dw):
    """Bytes that it keeps for those whom the server has written to (proc(5), tx_queue)."""
    with open("/proc/net/tcp") as f:
        rows = [line.split() for line in f.readlines()[1:]]
    return sum(int(row[4].split(":")[0], 16) for row in rows if row[1].endswith(":%04X" % dw.port))


def test_slow_readers_of_a_large_file():
    """They ask for the largest script as it is, take a little and then next to nothing."""
    with Diwan("--write-stall-ms", "4000", *WIDE) as dw:
        n = roomy()
        path, size = largest_asset(dw)
        assert size > 100 * 1024, "no script is large enough for this test: %d bytes" % size
        before = dw.rss_kb()
        conns = [dw.conn(rcvbuf=4096) for _ in range(n)]
        for c in conns:
            c.send("GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
        for c in conns:
            eq(c.sock.recv(15), b"HTTP/1.1 200 OK")
        grown, held = dw.rss_kb() - before, held_by_the_kernel(dw)
        assert grown < 8 * n + 8192 or is_sanitized(), "%d KiB for %d times %d KiB" % (grown, n, size >> 10)
        assert held < 48 * 1024 * n, "the kernel holds %d bytes for each" % (held // n)

        def go_on():
            sip(conns)
            served(dw, 2)
            return dw.metrics()["diwan_http_timeouts_write_total"] >= n

        wait_for(go_on, "all slow readers to be ended", 40)
        for c in conns:
            c.close()


def test_what_the_kernel_has_for_the_dead_is_bounded():
    """A reply that fits into the kernel is out of our hands: it does not ask a closed window for minutes."""
    with Diwan("--write-stall-ms", str(int(4000 * SLOW)), *WIDE) as dw:
        n = figure(100, 1000)
        conns = [dw.conn(rcvbuf=2048) for _ in range(n)]
        for c in conns:
            c.send("GET /approvals HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        wait_for(lambda: held_by_the_kernel(dw) > n * 512, "replies that are not taken", 20)
        wait_for(lambda: dw.metrics()["diwan_http_connections_open"] <= 1, "the server to let go of them", 20)
        wait_for(lambda: held_by_the_kernel(dw) == 0, "the kernel to let go of them", 20)
        for c in conns:
            c.close()


def test_replies_that_nobody_takes_are_limited():
    """Pages of mentions are made for each who asks: no address makes the server keep many of them."""
    with Diwan("--write-stall-ms", "600000", *WIDE) as dw:
        feed, reader = dw.client(dw.token("feed", "ingest")), dw.token("screen", "read")
        for n in range(0, 500, 50):
            dw.post(feed, [mention(n + i, text="x" * 16000) for i in range(50)])
        conns = []
        while dw.metrics()["diwan_http_unsent_cut_total"] == 0:
            assert len(conns) < 40, "%d pages of 8 MB are kept" % len(conns)
            c = dw.conn(rcvbuf=4096)
            c.send(head_of("GET", "/api/v1/mentions?limit=500", "a", {"Authorization": "Bearer " + reader}, None))
            c.sock.recv(15)
            conns.append(c)
            served(dw, 1)
        metrics = dw.metrics()
        assert 48 << 20 < metrics["diwan_http_unsent_bytes"] <= 64 << 20, metrics
        for c in conns:
            c.close()
        wait_for(lambda: dw.metrics()["diwan_http_unsent_bytes"] == 0, "what was kept to be let go of")


def test_stalled_readers_of_the_stream():
    """They never read. Everybody else gets everything, and memory does not pile up."""
    with Diwan("--write-stall-ms", str(int(5000 * SLOW)), "--ring-mb", "4", *WIDE) as dw:
        n = figure(100, 1000)
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        feed = dw.client(token)
        stalled = [dw.stream(reader, rcvbuf=4096) for _ in range(n)]
        for s in stalled:
            s.response.ok(200)
        with dw.stream(reader) as good:
            before = dw.rss_kb()
            sent, last = 0, 0
            # More than the sockets' buffers hold.
            while sent < 2000:
                last = dw.post(feed, [mention(sent + i, text="x" * 4000)
                                      for i in range(50)])["last_seq"]
                sent += 50
                good.until_id(last)
                served(dw, 1)
            eq(len(good.of("mention.added")), 2000)
            grown = dw.rss_kb() - before
            assert grown < 64 * 1024 or is_sanitized(), "grew by %d MiB" % (grown >> 10)
            wait_for(lambda: dw.metrics()["diwan_http_sinks_open"] == 1,
                     "the stalled ones to be closed", 30)
            assert dw.metrics()["diwan_http_timeouts_write_total"] >= n
            assert dw.metrics()["diwan_feed_short_writes_total"] >= n
        # One of them comes back with its id and misses nothing.
        s = stalled[0]
        s.until_end(30)
        with dw.stream(reader, last_id=s.position) as again:
            again.until_id(last, 30)
            eq(len(s.of("mention.added")) + len(again.of("mention.added")), 2000)
        for s in stalled:
            s.close()


def test_who_never_reads_is_soon_not_written_to():
    """The kernel would take megabytes for each, a write for every event; others would wait for those."""
    with Diwan("--ring-mb", "4", "--write-stall-ms", "600000", *WIDE) as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        feed = dw.client(token)
        stalled = [dw.stream(reader, rcvbuf=4096) for _ in range(20)]
        for s in stalled:
            s.response.ok(200)
        with dw.stream(reader) as good:
            for n in range(200):  # 800 bytes each
                good.until_id(dw.post(feed, [mention(n, text="x" * 400)])["last_seq"])
            was = dw.metrics()
            for n in range(200, 300):
                good.until_id(dw.post(feed, [mention(n, text="x" * 400)])["last_seq"])
            now = dw.metrics()
        eq(now["diwan_http_sinks_open"], 21)
        writes = now["diwan_feed_writes_total"] - was["diwan_feed_writes_total"]
        assert writes <= 150, "%d writes for 100 events and one who reads" % writes
        for s in stalled:
            s.close()


def test_half_closed_watcher_goes_on():
    """A peer that says it will send no more may still read."""
    with Diwan("--heartbeat-s", "1", *WIDE) as dw:
        token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
        feed = dw.client(token)
        with dw.stream(reader) as s:
            s.until(lambda s: s.retry, "the first frame")
            s.conn.half_close()
            for n in range(5):
                s.until_id(dw.post(feed, [mention(n)])["last_seq"])
            eq(len(s.of("mention.added")), 5)
        wait_for(lambda: dw.metrics()["diwan_http_sinks_open"] == 0, "its end to be noticed")


def test_half_closed_request_is_answered():
    with Diwan() as dw:
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            c.half_close()
            eq(c.response().body, b"ok\n")
            eq(c.until_closed(), b"")


def test_reader_that_takes_a_byte_at_a_time():
    with Diwan("--idle-ms", "5000", *WIDE) as dw:
        with dw.conn(rcvbuf=2048) as c:
            c.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in range(500):
                c.buf += c.sock.recv(1)
                if _ % 50 == 0:
                    served(dw, 1)
            c.response().ok(200)


def test_idle_connections_are_closed():
    with Diwan("--idle-ms", str(int(3000 * SLOW)), *WIDE) as dw:
        conns = []
        for _ in range(25):
            conns += crowd(dw, 1)
            conns[-1].send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            conns[-1].response().ok(200)
        conns += crowd(dw, 25)
        wait_for(lambda: all_closed(conns), "idle ones to be closed", 20)
        assert dw.metrics()["diwan_http_timeouts_idle_total"] >= len(conns)
        for c in conns:
            c.close()


def test_slow_ones_do_not_shut_out_their_own_address():
    """With the limit of an address as it is by default, and more slow heads and bodies than that."""
    roomy()

    def is_served(dw):
        with dw.conn() as c:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            return c.fill() and b" 200 " in c.buf

    with Diwan("--head-ms", "600000", "--idle-ms", "600000") as dw:
        heads, bodies = crowd(dw, 400), crowd(dw, 400)
        drip(heads, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        drip(bodies[::2], b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\n"
                          b"Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{")
        drip(bodies[1::2], b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{")
        for _ in range(600):  # it is everybody's turn: heads, bodies, and bodies that nobody wants
            wait_for(lambda: is_served(dw), "room for one who asks")
        assert dw.metrics()["diwan_http_connections_displaced_total"] > 0
        for c in heads + bodies:
            c.close()


def test_connections_over_the_limit():
    with Diwan("--max-connections-per-peer", "20") as dw:
        held = crowd(dw, 20)
        for c in held:
            c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            c.response().ok(200)
        extra = dw.conn()
        extra.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        text = extra.until_closed()
        assert text == b"" or b" 429 " in text or b" 503 " in text, text
        extra.close()
        for c in held[:5]:
            c.close()

        def again():
            with dw.conn() as c:
                c.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                return c.fill() and b" 200 " in c.buf

        wait_for(again, "room for others")
        for c in held:
            c.close()
