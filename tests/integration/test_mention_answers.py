# SPDX-License-Identifier: AGPL-3.0-or-later
"""POST and GET of mentions in detail: which body is refused how, and what reading shows."""
import json

from harness import Diwan, eq, everything, head_of, mention, ndjson

LINES = {"Content-Type": "application/x-ndjson"}


class Room(Diwan):
    def __enter__(self):
        super().__enter__()
        self.feed = self.client(self.token("feed", "ingest"))
        self.reader = self.token("screen", "read")
        self.read = self.client(self.reader)
        return self

    def send(self, body, headers=None):
        return self.feed("POST", "/api/v1/mentions", body, headers)

    def get(self, path):
        return self.read("GET", "/api/v1" + path)


def totals(doc):
    return doc["accepted"], doc["updated"], doc["duplicates"], doc["rejected_total"]


def test_media_types():
    with Room() as dw:
        for bad in ("text/plain", "application/jsonp", "application/x-www-form-urlencoded"):
            dw.send(b"{}", {"Content-Type": bad}).problem(415)
        dw.send(mention(1), {"Content-Type": "Application/JSON ; charset=utf-8"}).ok(201)
        dw.send(ndjson([mention(2)]), {"Content-Type": "application/x-ndjson;x=y"}).ok(201)


def test_fields_are_named():
    wrong = [
        ("/source", {"source": 7}), ("/source", {"source": ""}),
        ("/source", {"source": "a\nb"}), ("/source_id", {"source_id": ""}),
        ("/text", {"text": ""}), ("/text", {"text": "\0"}),
        ("/author", {"author": "me"}), ("/author/followers", {"author": {"followers": "7"}}),
        ("/author/url", {"author": {"url": "javascript:alert(1)"}}),
        ("/url", {"url": "nowhere"}), ("/lang", {"lang": "Persian language"}),
        ("/posted_at", {"posted_at": 1700000000}), ("/metrics/likes", {"metrics": {"likes": 1.5}}),
        ("/metrics/views", {"metrics": {"views": 2 ** 60}}), ("/thread", {"thread": ["t"]}),
    ]
    with Room() as dw:
        head = dw.head()
        for pointer, fields in wrong:
            dw.send(dict(mention(1), **fields)).problem(400, pointer)
        doc = dw.send([dict(mention(1), **fields) for _, fields in wrong]).ok(201).json()
        eq([r["pointer"] for r in doc["rejected"]], [pointer for pointer, _ in wrong])
        eq([r["index"] for r in doc["rejected"]], list(range(len(wrong))))
        eq(totals(doc), (0, 0, 0, len(wrong)))
        eq((doc["first_seq"], doc["last_seq"], dw.head()), (0, 0, head))


def test_bodies_that_store_nothing():
    good = json.dumps(mention(1))
    with Room() as dw:
        head = dw.head()
        for bad in ("[%s" % good, "[%s,]" % good, "[%s] x" % good, "[%s,{]" % good,
                    "[%s}" % good, "%s%s" % (good, good), "[%s \"\xff\"]" % good,
                    "[" * 100000):
            dw.send(bad.encode("latin-1")).problem(400)
        dw.send([mention(n) for n in range(10001)]).problem(413)
        dw.send(mention(1, text="x" * 262144)).problem(413)
        dw.send(b" " * 300000).problem(413)
        eq(dw.head(), head)
        eq(totals(dw.send(b"[]").ok(201).json()), (0, 0, 0, 0))
        eq(totals(dw.send(b"", LINES).ok(201).json()), (0, 0, 0, 0))
        eq(totals(dw.send([mention(n) for n in range(10000)]).ok(201).json()), (10000, 0, 0, 0))


def test_long_and_many_bad_lines():
    with Room() as dw:
        body = b"".join([b"x\n" * 1500, b'{"pad":"' + b"p" * 300000 + b'"}\n',
                         ndjson([mention(1)])])
        doc = dw.send(body, LINES).ok(201).json()
        eq(totals(doc), (1, 0, 0, 1501))
        eq(len(doc["rejected"]), 1000)
        eq(doc["rejected"][999]["index"], 999)
        doc = dw.send(body[3000:], LINES).ok(201).json()
        eq(totals(doc), (0, 0, 1, 1))
        assert "longer" in doc["rejected"][0]["detail"], doc


def test_chunks_of_any_size():
    body = ndjson(mention(n, text="سلام %d" % n) for n in range(40))
    array = json.dumps([mention("a%d" % n) for n in range(40)]).encode()
    with Room() as dw:
        for kind, whole, size in ((LINES, body, 1), (LINES, body, 37),
                                  ({"Content-Type": "application/json"}, array, 11)):
            with dw.conn() as c:
                headers = dict(kind, **dw.feed.auth, **{"Transfer-Encoding": "chunked"})
                chunks = b"".join(b"%x\r\n%s\r\n" % (len(whole[i:i + size]), whole[i:i + size])
                                  for i in range(0, len(whole), size))
                c.send(head_of("POST", "/api/v1/mentions", "localhost", headers, None)
                       + chunks + b"0\r\n\r\n")
                doc = c.response().ok(201).json()
                eq(doc["accepted"] + doc["duplicates"], 40)
        eq(len(dw.get("/mentions?limit=500").ok(200).json()["items"]), 80)


def test_queries():
    with Room() as dw:
        dw.send([mention(n, lang=("fa", "ar", "en")[n % 3]) for n in range(9)]).ok(201)
        for bad, word in (("nonsense=1", "nonsense"), ("exact=true", "exact"), ("q=%21", "word"),
                          ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=", "limit"),
                          ("before=x", "before"), ("lang=x", "lang"), ("source=", "source"),
                          ("source=a&source=b", "source"), ("limit=%zz", "limit")):
            detail = dw.get("/mentions?" + bad).problem(400).json()["detail"]
            assert word in detail, (bad, detail)
        page = dw.get("/mentions?lang=fa&limit=2").ok(200).json()
        eq([i["source_id"] for i in page["items"]], ["6", "3"])
        page = dw.get("/mentions?lang=fa&limit=2&before=%d" % page["next"]).ok(200).json()
        eq(([i["source_id"] for i in page["items"]], page["next"]), (["0"], None))
        eq(len(dw.get("/mentions?limit=99999999999").ok(200).json()["items"]), 9)
        eq(dw.get("/mentions?source=nobody").ok(200).json(), {"items": [], "next": None})
        dw.get("/mentions/1?x=1").problem(400)
        dw.get("/sources?x=1").problem(400)


def test_history_and_sources():
    with Room() as dw:
        first = dw.send(mention(1, source="wire", metrics={"likes": 1})).ok(201).json()
        for likes in (2, 3):
            last = dw.send(mention(1, source="wire", metrics={"likes": likes})).ok(201).json()
        got = dw.get("/mentions/%d" % first["last_seq"]).ok(200)
        one = got.json()
        eq(got.get("etag"), '"%d"' % last["last_seq"])
        eq((one["id"], one["version"]), (first["last_seq"], last["last_seq"]))
        eq([h["data"]["metrics"]["likes"] for h in one["history"]], [1, 2, 3])
        eq([h["type"] for h in one["history"]],
           ["mention.added", "mention.changed", "mention.changed"])
        eq(one["history"][0]["seq"], one["id"])
        # The entries are what the stream told, to the last member.
        told = {e.id: e.item for e in everything(dw, dw.reader)}
        eq(one["history"], [told[h["seq"]] for h in one["history"]])
        eq({h["actor"]["kind"] for h in one["history"]}, {"token"})
        for gone in ("0", "x", "-1", "18446744073709551615", str(first["last_seq"] - 1)):
            dw.get("/mentions/" + gone).problem(404)
        dw.send([mention(n, source="mail") for n in range(4)]).ok(201)
        items = dw.get("/sources").ok(200).json()["items"]
        eq([(s["slug"], s["mentions"]) for s in items], [("wire", 1), ("mail", 4)])
        assert all(s["id"] == s["version"] and s["last_seen_at"].endswith("Z") for s in items)


def test_desk_once():
    with Room() as dw:
        dw.user("mira", "drafter")
        person = dw.sign_in("mira")
        body = {"text": "a letter came", "author": {"name": "N"}, "lang": "en"}
        key = {"Idempotency-Key": "letter-1"}
        got = person("POST", "/api/v1/mentions/desk", body, key).ok(201).json()
        eq((got["source"], got["text"]), ("desk", "a letter came"))
        listed = dw.get("/mentions?source=desk").ok(200).json()["items"]
        eq(listed, [got], "the answer is the object as it is listed")
        eq(person("POST", "/api/v1/mentions/desk", body, key).ok(201).json(), got)
        other = person("POST", "/api/v1/mentions/desk", body).ok(201).json()
        assert other["id"] > got["id"], "another call is another mention"
        one = dw.get("/mentions/%d" % got["id"]).ok(200).json()
        eq(len(one["history"]), 1)
        person("POST", "/api/v1/mentions/desk", dict(body, source="x")).problem(400, "/source")
        dw.feed("POST", "/api/v1/mentions/desk", body).problem(403)
        person("POST", "/api/v1/mentions", mention(1)).problem(403)
