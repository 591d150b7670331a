# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searching over HTTP: words, marks, filters, pages, and an index that is never behind, spoiled, or
left as an older fold made it."""
import os
import sqlite3
from urllib.parse import urlencode

from harness import Diwan, background, eq, mention, wait_for


class Room(Diwan):
    def __enter__(self):
        super().__enter__()
        self.feed = self.client(self.token("feed", "ingest"))
        self.read = self.client(self.token("screen", "read"))
        return self

    def send(self, items):
        return self.post(self.feed, items)

    def find(self, q, **more):
        return self.read("GET", "/api/v1/mentions?" + urlencode(dict(more, q=q)))

    def ids(self, q, **more):
        return [i["source_id"] for i in self.find(q, **more).ok(200).json()["items"]]


def marked(text, marks):
    """The pieces that marks point at, counted as JavaScript counts."""
    units = text.encode("utf-16-le")
    return [units[2 * a:2 * b].decode("utf-16-le") for a, b in marks]


def test_words_and_marks():
    with Room() as dw:
        dw.send([mention(1, text="😡😡 الخِدمَة مقطوعة منذ الصباح", lang="ar", title="شكوى من الخدمات"),
                 mention(2, text="کتاب‌های خوب و سرویس خدمت", lang="fa"),
                 mention(3, text="The SERVICE is down @acme #NoService", lang="en",
                         author={"name": "Reader One", "handle": "reader"})])
        item = dw.find("خدمة").ok(200).json()["items"][0]
        eq((item["source_id"], marked(item["text"], item["marks"])), ("1", ["الخِدمَة"]))
        eq(marked(item["title"], item["title_marks"]), ["الخدمات"])
        eq(dw.ids("خدمة", exact="true"), [])
        eq(dw.ids("الخدمة", exact="true"), ["1"])
        item = dw.find("كتابها").ok(200).json()["items"][0]
        eq((marked(item["text"], item["marks"]), "title_marks" in item), (["کتاب‌های"], False))
        item = dw.find("service").ok(200).json()["items"][0]
        eq(marked(item["text"], item["marks"]), ["SERVICE", "Service"])
        for q in ("#noservice", "@ACME service", "@reader", "one down", "Reader"):
            eq(dw.ids(q), ["3"], q)
        eq(dw.find("reader").json()["items"][0]["marks"], [], "it is in the author's name")
        eq(dw.ids("😡"), ["1"])
        eq(dw.ids("service خدمة"), [])


def test_filters_and_pages():
    with Room() as dw:
        dw.send([mention(n, text="common %s" % ("even" if n % 2 == 0 else "odd"),
                         source="s%d" % (n % 3), lang=("fa", "ar")[n % 2]) for n in range(500)])
        every = [str(n) for n in reversed(range(500))]
        seen, query = [], {"limit": 70}
        while True:
            page = dw.find("common", **query).ok(200).json()
            seen += [i["source_id"] for i in page["items"]]
            if page["next"] is None:
                break
            query["before"] = page["next"]
        eq(seen, every)
        eq(dw.ids("even common", limit=500), every[1::2])
        eq(dw.ids("common", source="s1", lang="fa", limit=500), [n for n in every if int(n) % 6 == 4])
        eq(dw.ids("odd", lang="fa"), [])
        eq(dw.ids("odd", source="nobody"), [])
        # What came since: the same words, from an id on.
        newest = dw.find("odd", limit=1).ok(200).json()["items"][0]["id"]
        eq(dw.ids("odd", after=newest), [])
        dw.send([mention("new%d" % n, text="an odd one") for n in range(3)])
        eq(dw.ids("odd", after=newest), ["new2", "new1", "new0"])
        eq(dw.ids("odd", after=newest, limit=1), ["new2"])
        get = lambda q: dw.read("GET", "/api/v1/mentions?" + q)  # noqa: E731
        eq([i["source_id"] for i in get("after=%d" % newest).ok(200).json()["items"]],
           ["new2", "new1", "new0"])


def test_refusals():
    with Room() as dw:
        dw.send([mention(1)])
        for q in ("", " ", "!?", '"*"', "ً", "a " * 33, "a" * 1025):
            dw.find(q).problem(400, "/q")
        dw.find("a", exact="yes").problem(400, "/exact")
        dw.find("a", after="x").problem(400)
        dw.find("a", before="0").problem(400)
        dw.read("GET", "/api/v1/mentions?q=%ff").problem(400)
        dw.read("GET", "/api/v1/mentions?q=a&q=b").problem(400)
        for q in ('" OR 1', "NEAR(a b)", "a* AND (", "terms:a", "-a", "{a}", "^a", "a'; DROP TABLE x"):
            eq(dw.find(q).ok(200).json()["items"], [], q)


def test_found_as_soon_as_stored():
    """Whoever was answered can be found, by many at once, while more comes in."""
    with Room() as dw:
        token, reader = dw.token("more", "ingest"), dw.token("more readers", "read")

        def sender(k):
            feed, read = dw.client(token), dw.client(reader)
            for n in range(120):
                doc = dw.post(feed, [mention("%d-%d" % (k, n), text="token%dx%d همه" % (k, n))])
                got = read("GET", "/api/v1/mentions?" + urlencode({"q": "token%dx%d همه" % (k, n)}))
                eq([i["id"] for i in got.ok(200).json()["items"]], [doc["last_seq"]])
                if n % 7 == 0:
                    dw.post(feed, [mention("%d-%d" % (k, n), text="gone%dx%d همه" % (k, n))])
                    got = read("GET", "/api/v1/mentions?q=token%dx%d" % (k, n))
                    eq(got.ok(200).json()["items"], [], "its old text")
            return True

        for t in [background(sender, k) for k in range(4)]:
            assert t.result()
        eq(len(dw.ids("همه", limit=500)), 480)


def test_changed_fold_rebuilds():
    with Room() as dw:
        for start in range(0, 12000, 1000):
            dw.send([mention(n, text="word%d کتاب" % n) for n in range(start, start + 1000)])
        eq(dw.ids("word77"), ["77"])
        before = dw.find("كتاب", limit=500).ok(200).json()
        eq(dw.stop(), 0)
        db = sqlite3.connect(os.path.join(dw.data, "diwan.db"))
        with db:
            # As a program with an older fold would have left it: other terms, another hash.
            db.execute("DELETE FROM mention_search_data WHERE id > 10")
            db.execute("UPDATE meta SET value = 'another' WHERE name = 'view_hash'")
        db.close()
        dw.start()
        lines = [x for x in dw.log().splitlines() if "views.rebuilding" in x]
        assert lines, dw.log()
        assert "percent=100" in lines[-1] and "per_s=" in lines[-1], lines[-1]
        dw.read = dw.client(dw.token("again", "read"))
        eq(dw.ids("word77"), ["77"])
        eq(dw.find("كتاب", limit=500).ok(200).json(), before)
        dw.verify()


def test_damage_is_repaired():
    for damage in ("DELETE FROM mention_search_data", "DELETE FROM mention_search_idx",
                   "DELETE FROM mention_search_data WHERE id > 10", "DELETE FROM search_state",
                   "UPDATE mention_search_data SET block = x'ffffffffffff'"):
        with Room() as dw:
            dw.send([mention(n, text="word%d کتاب" % n) for n in range(300)])
            eq(dw.stop(), 0)
            db = sqlite3.connect(os.path.join(dw.data, "diwan.db"))
            with db:
                db.execute(damage)
            db.close()
            dw.cli("rebuild")
            dw.start()
            dw.read = dw.client(dw.token("again", "read"))
            eq(len(dw.ids("کتاب", limit=500)), 300, damage)
            eq(dw.ids("word7"), ["7"], damage)


def test_backup_and_rebuild_keep_it():
    with Room() as dw:
        dw.send([mention(n, text="word%d کتاب" % n) for n in range(700)])
        before = dw.find("كتاب", limit=500).ok(200).json()
        dest = os.path.join(dw.dir, "copy.db")
        dw.cli("backup", dest)
        eq(dw.stop(), 0)
        dw.cli("rebuild")
        dw.start()
        dw.read = dw.client(dw.token("again", "read"))
        eq(dw.find("كتاب", limit=500).ok(200).json(), before, "after a rebuild")
        eq(dw.stop(), 0)
        os.replace(dest, os.path.join(dw.data, "diwan.db"))
        dw.start()
        dw.read = dw.client(dw.token("once more", "read"))
        eq(dw.find("كتاب", limit=500).ok(200).json(), before, "of the copy")


def test_after_kill():
    with Room() as dw:
        dw.send([mention(n, text="word%d" % n) for n in range(300)])
        dw.kill()
        dw.start()
        dw.read = dw.client(dw.token("again", "read"))
        for n in (0, 128, 255, 299):
            wait_for(lambda: dw.ids("word%d" % n) == [str(n)], "word%d" % n)
