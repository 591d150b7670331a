# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mentions in: one, many, very many; good ones kept, bad ones named; the same one twice is one."""
import sqlite3

from harness import Diwan, eq, everything, figure, head_of, is_sanitized, mention, ndjson

LINES = {"Content-Type": "application/x-ndjson"}


class Room(Diwan):
    def __enter__(self):
        super().__enter__()
        self.feed = self.client(self.token("feed", "ingest"))
        self.read_token = self.token("screen", "read")
        self.read = self.client(self.read_token)
        return self

    def send(self, body, headers=None):
        return self.feed("POST", "/api/v1/mentions", body, headers)


def counts(doc):
    return doc["accepted"], doc["updated"], doc["duplicates"], len(doc["rejected"])


def test_one():
    full = mention("1", text="الخدمة متوقفة منذ الصباح", lang="ar", title="شكوى",
                   url="https://example.org/1", posted_at="2026-01-02T03:04:05Z",
                   author={"name": "reader", "handle": "@reader", "followers": 12},
                   metrics={"likes": 3, "reposts": 1}, thread="t1", in_reply_to="0")
    with Room() as dw:
        doc = dw.send(full).ok(201).json()
        eq(counts(doc), (1, 0, 0, 0))
        eq(doc["first_seq"], doc["last_seq"])
        got = dw.read("GET", "/api/v1/mentions/%d" % doc["last_seq"]).ok(200)
        one = got.json()
        eq(one["id"], doc["last_seq"])
        for key, value in full.items():
            if key == "posted_at":
                assert one[key].startswith("2026-01-02T03:04:05"), one
            else:
                eq(one[key], value, key)
        eq(got.get("etag"), '"%d"' % one["version"])
        items = dw.read("GET", "/api/v1/mentions").ok(200).json()["items"]
        eq([i["id"] for i in items], [doc["last_seq"]])
        event = everything(dw, dw.read_token, doc["last_seq"])[-1]
        eq(event.type, "mention.added")
        eq(event.item["data"]["text"], full["text"])
        eq(event.item["data"]["id"], doc["last_seq"])


def test_array_and_lines():
    with Room() as dw:
        eq(counts(dw.send([mention(n) for n in range(10)]).ok(201).json()), (10, 0, 0, 0))
        doc = dw.send(ndjson([mention(n) for n in range(10, 30)]), LINES).ok(201).json()
        eq(counts(doc), (20, 0, 0, 0))
        eq(doc["last_seq"] - doc["first_seq"], 19)
        texts = ndjson([mention(n) for n in range(30, 33)]).replace(b"\n", b"\r\n\r\n").rstrip()
        eq(counts(dw.send(texts, LINES).ok(201).json()), (3, 0, 0, 0))
        events = [e for e in everything(dw, dw.read_token, dw.head())
                  if e.type == "mention.added"]
        eq([e.item["data"]["source_id"] for e in events], [str(n) for n in range(33)])


def test_the_same_again_is_a_duplicate():
    with Room() as dw:
        first = dw.send([mention(n) for n in range(5)]).ok(201).json()
        again = dw.send([mention(n) for n in range(5)]).ok(201).json()
        eq(counts(again), (0, 0, 5, 0))
        eq(dw.head(), first["last_seq"])
        # In one batch too, and from another sender, and after a crash.
        twice = dw.send([mention("a"), mention("b"), mention("a")]).ok(201).json()
        eq(counts(twice), (2, 0, 1, 0))
        dw.restart()
        dw.feed = dw.client(dw.token("other feed", "ingest"))
        eq(counts(dw.send([mention(n) for n in range(5)]).ok(201).json()), (0, 0, 5, 0))
        # The same id of another source is another mention.
        eq(counts(dw.send(mention(1, source="elsewhere")).ok(201).json()), (1, 0, 0, 0))


def test_other_content_is_a_change():
    with Room() as dw:
        first = dw.send(mention(1)).ok(201).json()
        doc = dw.send(mention(1, text="edited")).ok(201).json()
        eq(counts(doc), (0, 1, 0, 0))
        one = dw.read("GET", "/api/v1/mentions/%d" % first["last_seq"]).ok(200).json()
        eq((one["id"], one["version"], one["text"]),
           (first["last_seq"], doc["last_seq"], "edited"))
        eq(counts(dw.send(mention(1, text="edited")).ok(201).json()), (0, 0, 1, 0))
        events = everything(dw, dw.read_token, doc["last_seq"])
        eq([e.type for e in events if e.type.startswith("mention")],
           ["mention.added", "mention.changed"])
        eq(events[-1].item["data"]["id"], first["last_seq"])


BAD = [
    (b"{", None),
    (b"[1]", None),
    (b"null", None),
    (b'{"source":"s","source_id":"1"}', "text"),
    (b'{"source":"s","text":"x"}', "source_id"),
    (b'{"source_id":"1","text":"x"}', "source"),
    (b'{"source":"","source_id":"1","text":"x"}', "source"),
    (b'{"source":"s","source_id":7,"text":"x"}', "source_id"),
    (b'{"source":"s","source_id":"1","text":["x"]}', "text"),
    (b'{"source":"s","source_id":"1","text":"x","posted_at":"yesterday"}', "posted_at"),
    (b'{"source":"s","source_id":"1","text":"x","metrics":{"likes":-1}}', "likes"),
    (b'{"source":"s","source_id":"1","text":"x","author":"me"}', "author"),
    (b'{"source":"s","source_id":"1","text":"\xff"}', None),
    (b'{"source":"s","source_id":"1","text":"x","text":"y"}', None),
]


def test_bad_ones_are_named_by_index_and_good_ones_kept():
    lines = []
    for i, (bad, _) in enumerate(BAD):
        lines += [ndjson([mention(i)]).rstrip(), bad]
    with Room() as dw:
        doc = dw.send(b"\n".join(lines) + b"\n", LINES).ok(201).json()
        eq(counts(doc), (len(BAD), 0, 0, len(BAD)))
        eq([r["index"] for r in doc["rejected"]], [2 * i + 1 for i in range(len(BAD))])
        for r, (bad, word) in zip(doc["rejected"], BAD):
            assert r["detail"], r
            assert word is None or word in r["detail"], (bad, r)
        eq(len(dw.read("GET", "/api/v1/mentions").json()["items"]), len(BAD))
        # An array as well.
        some = [mention("x"), {"source": "s"}, mention("y"), 7]
        doc = dw.send(some).ok(201).json()
        eq((doc["accepted"], [r["index"] for r in doc["rejected"]]), (2, [1, 3]))


def test_single_bad_one_is_a_problem():
    with Room() as dw:
        head = dw.head()
        for bad, word in BAD:
            if bad == b"[1]":
                continue
            got = dw.send(bad).problem(400)
            assert word is None or word in got.body.decode(), (bad, got.body)
        dw.send(mention(1, text="x" * 300000)).ok(400, 413)
        dw.send(b"").problem(400)
        eq(dw.head(), head, "nothing half stored")


def test_unknown_fields_are_kept_as_raw():
    with Room() as dw:
        odd = mention(1, mood="angry", nested={"a": [1, 2]})
        doc = dw.send(odd).ok(201).json()
        eq(counts(doc), (1, 0, 0, 0))
        eq(dw.stop(), 0)
        db = sqlite3.connect("file:%s/diwan.db?mode=ro" % dw.data, uri=True)
        tables = [r[0] for r in db.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE '%raw%'")]
        assert tables, "no table of raw input"
        rows = [bytes(v) if not isinstance(v, str) else v.encode() for t in tables
                for row in db.execute("SELECT * FROM %s" % t) for v in row
                if isinstance(v, (bytes, str))]
        assert any(b"angry" in r for r in rows), "what was sent is not kept"
        db.close()


def test_huge_body_in_bounded_memory():
    """NDJSON is streamed: the body is far larger than what the server may grow by."""
    count = figure(40000, 160000)
    text = "a long message, some four thousand bytes of it in all, said again; " * 64
    with Room("--ring-mb", "4") as dw:
        dw.send(ndjson(mention("warm%d" % n, text=text) for n in range(2000)), LINES).ok(201)
        before, total = dw.rss_kb(), 0
        with dw.conn(timeout=120) as c:
            c.send(head_of("POST", "/api/v1/mentions", "localhost",
                           dict(LINES, **dw.feed.auth, **{"Transfer-Encoding": "chunked"}),
                           None))
            peak = before
            for start in range(0, count, 500):
                piece = ndjson(mention(n, text=text) for n in range(start, start + 500))
                total += len(piece)
                c.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                peak = max(peak, dw.rss_kb())
            c.send("0\r\n\r\n")
            doc = c.response().ok(201).json()
        peak = max(peak, dw.rss_kb())
        eq(counts(doc), (count, 0, 0, 0))
        eq(doc["last_seq"] - doc["first_seq"], count - 1)
        # The ring of recent frames (4 MiB) and the writer's page cache (64 MiB) are allowed to
        # fill, and eight batches to be on their way; the body is not allowed to pile up.
        grown = (peak - before) * 1024
        assert total > 160 * 2**20
        assert grown < 104 * 2**20 or is_sanitized(), \
            "grew by %d MB for a body of %d MB" % (grown >> 20, total >> 20)


def test_broken_off_body_keeps_only_whole_lines():
    with Room() as dw:
        with dw.conn() as c:
            body = ndjson(mention(n) for n in range(100))
            c.send(head_of("POST", "/api/v1/mentions", "localhost",
                           dict(LINES, **dw.feed.auth, **{"Content-Length": "100000"}), None)
                   + body[:-10])
            c.half_close()
            c.until_closed()
        dw.send(mention("next")).ok(201)
        items = dw.read("GET", "/api/v1/mentions?limit=500").ok(200).json()["items"]
        ids = sorted(int(i["source_id"]) for i in items if i["source_id"] != "next")
        eq(ids, list(range(len(ids))), "a prefix, in order")
        assert 99 not in ids, "half a line became a mention"
        eq(counts(dw.send([mention(n) for n in range(100)]).ok(201).json()),
           (100 - len(ids), 0, len(ids), 0))


def test_idempotency_key():
    with Room() as dw:
        key = {"Idempotency-Key": "one-key"}
        first = dw.send([mention(n) for n in range(3)], key).ok(201)
        again = dw.send([mention(n) for n in range(3)], key).ok(201)
        eq(again.json(), first.json(), "the stored answer")
        dw.send([mention(n) for n in range(4)], key).problem(422)
        dw.restart()
        dw.feed.close()
        dw.feed = dw.client(dw.token("x", "ingest"))
        # Keys are scoped to the caller: this is another one's.
        eq(counts(dw.send([mention(n) for n in range(4)], key).ok(201).json()), (1, 0, 3, 0))


def test_listing():
    with Room() as dw:
        dw.send([mention(n, source="even" if n % 2 == 0 else "odd",
                         text="word%d common" % n) for n in range(60)]).ok(201)
        get = lambda q: dw.read("GET", "/api/v1/mentions" + q).ok(200).json()  # noqa: E731
        page, seen = get("?limit=25"), []
        while True:
            seen += [i["source_id"] for i in page["items"]]
            if page["next"] is None:
                break
            page = get("?limit=25&before=%s" % page["next"])
        eq(seen, [str(n) for n in reversed(range(60))])
        eq(len(get("?source=even&limit=500")["items"]), 30)
        dw.send([mention(n, source="many") for n in range(600)]).ok(201)
        for limit in ("501", "100000", "18446744073709551615"):
            eq(len(get("?source=many&limit=" + limit)["items"]), 500)
        dw.read("GET", "/api/v1/mentions?limit=x").problem(400)
        dw.read("GET", "/api/v1/mentions?nonsense=1").problem(400)
        dw.read("GET", "/api/v1/mentions?q=%ff").problem(400)
        dw.read("GET", "/api/v1/mentions/999999").problem(404)
        dw.read("GET", "/api/v1/mentions/x").ok(400, 404)
        sources = dw.read("GET", "/api/v1/sources").ok(200).json()["items"]
        eq(len(sources), 3)


def test_desk():
    with Room() as dw:
        dw.user("mira", "drafter")
        dw.user("omid", "observer")
        body = {"text": "a caller said so", "author": {"name": "somebody"}}
        got = dw.sign_in("mira")("POST", "/api/v1/mentions/desk", body).ok(201).json()
        assert got["id"] and got["version"] and got["text"] == body["text"], got
        dw.sign_in("omid")("POST", "/api/v1/mentions/desk", body).problem(403)
        dw.sign_in("mira")("POST", "/api/v1/mentions/desk", dict(body, nonsense=1)).problem(400)
        dw.sign_in("mira")("POST", "/api/v1/mentions/desk", {"text": ""}).problem(400, "/text")
