# SPDX-License-Identifier: AGPL-3.0-or-later
"""The newsroom: what was published is there for everybody, and nothing else of the war room is."""
import datetime
import json
import xml.etree.ElementTree as xml

from harness import eq
from test_incidents import V1
from test_statements import Desk

ATOM = "{http://www.w3.org/2005/Atom}"
DIV = "{http://www.w3.org/1999/xhtml}div"
SECRETS = ("The plant leaks", "lead", "drafter", "boss", "SECRET")


class News(Desk):
    """A desk beside a reader who is nobody."""

    def __init__(self, *args):
        super().__init__("--organisation", "Example Foods", *args)

    def text(self, path="", headers=None):
        return self.read(path, headers).body.decode()

    def read(self, path="", headers=None, status=200):
        return self.client()("GET", "/newsroom" + path, None, headers or {}).ok(status)

    def out(self, id_, reason=None):
        """Submitted, approved and published as it stands; the number of the publication."""
        digest = self.submit(id_)["digest"]
        self.rule(id_, digest, "approve", self.boss).ok(201)
        body = {"digest": digest}
        if reason:
            body["reason"] = reason
        return self.do(id_, "publish", body, self.lead).ok(201).json()["seq"]

    def revise(self, id_, text):
        now = self.statement(id_)
        self.type(id_, now["revision"], "tab", [[now["units"], *text.split("\n")]]).ok(200)

    def feeds(self):
        atom = xml.fromstring(self.read("/feed.atom").body)
        return atom, self.read("/feed.json").json()


def texts(dw, id_):
    """All that anybody can read."""
    return [dw.text(p) for p in ("", "/%d" % id_, "/feed.atom", "/feed.json")]


def hides(dw, id_, *words):
    for text in texts(dw, id_):
        for word in words:
            assert word not in text, "%r is told in %s" % (word, text)


def test_nothing_but_what_was_published():
    with News() as dw:
        room = dw.declare(restricted=True)["id"]
        drill = dw.declare(drill=True, title="SECRET drill")["id"]
        dw.add(room, "participants", {"user": dw.id("drafter"), "role": "scribe"}).ok(201)
        dw.add(room, "participants", {"user": dw.id("boss"), "role": "legal"}).ok(201)
        empty = dw.text()
        assert "Nothing has been published yet." in empty
        one = dw.draft(room, title="Our water", text="It is safe.\n\nSee https://example.org/x.")["id"]
        dw.draft(room, title="SECRET draft", text="SECRET draft")
        dw.draft(drill, title="SECRET drill", text="SECRET drill")
        dw.read("/%d" % one, status=404)
        digest = dw.submit(one)["digest"]
        dw.read("/%d" % one, status=404)
        dw.rule(one, digest, "approve", dw.boss).ok(201)
        dw.read("/%d" % one, status=404)
        eq(dw.text(), empty)
        seq = dw.do(one, "publish", {"digest": digest, "reason": "SECRET reason"},
                    dw.lead).ok(201).json()["seq"]
        for more in ({"channel": "internal", "audience": "staff"},
                     {"channel": "reply", "audience": "customer"},
                     {"channel": "press", "audience": "staff"}):
            other = dw.draft(room, title="SECRET", text="SECRET text", **more)["id"]
            dw.out(other)
            dw.read("/%d" % other, status=404)
        # what is being changed is not out
        dw.revise(one, "SECRET change")
        page = dw.read("/%d" % one)
        for word in ("Our water", "<p>It is safe.</p>", digest, "Example Foods",
                     '<a href="https://example.org/x" rel="nofollow noopener"'):
            assert word in page.body.decode(), word
        hides(dw, one, *SECRETS)
        assert "/%d?" % room not in page.body.decode() and "<script" not in page.body.decode()
        eq(page.get("content-type"), "text/html; charset=utf-8")
        eq(page.get("set-cookie"), None)
        policy = page.get("content-security-policy")
        assert policy.startswith("default-src 'none'") and "nonce" not in policy, policy
        eq(dw.read("/%d?version=%d" % (one, seq)).status, 200)
        for path in ("/%d?version=%d" % (one, seq + 1), "/%d?version=x" % one, "/0", "/x",
                     "/99999999", "/18446744073709551616", "/%d" % room, "?before=x", "?before=0"):
            missing = dw.read(path, status=404)
            eq(missing.get("content-type"), "text/html; charset=utf-8", path)
        eq(dw.read("?utm_source=x&before=%d" % seq).status, 200)


def test_corrections_withdrawals_restart():
    with News() as dw:
        room = dw.declare()["id"]
        one = dw.draft(room, title="آب", text="نه نفر بیمارند.", lang="fa")["id"]
        first = dw.out(one)
        two = dw.draft(room, title="Milk", text="The milk is safe.")["id"]
        dw.out(two)
        atom, feed = dw.feeds()
        eq([e.findtext(ATOM + "title") for e in atom.iter(ATOM + "entry")], ["Milk", "آب"])
        before = {e.findtext(ATOM + "id"): e.findtext(ATOM + "updated")
                  for e in atom.iter(ATOM + "entry")}
        eq((feed["version"], feed["title"]), ("https://jsonfeed.org/version/1.1", "Example Foods"))
        eq([i["content_text"] for i in feed["items"]], ["The milk is safe.", "نه نفر بیمارند."])
        eq([i["language"] for i in feed["items"]], ["en", "fa"])
        dw.revise(one, "یازده نفر بیمارند.")
        dw.out(one, reason="دو نفر دیگر زنگ زدند.")
        page = dw.text("/%d" % one)
        for word in ('<html lang="fa" dir="rtl">', "یازده نفر بیمارند.", "دو نفر دیگر زنگ زدند.",
                     "اصلاح شد", "/newsroom/%d?version=%d" % (one, first)):
            assert word in page, word
        assert "نه نفر" not in page
        old = dw.text("/%d?version=%d" % (one, first))
        assert "نه نفر بیمارند." in old and "این نسخه‌ای پیشین است." in old
        atom, feed = dw.feeds()
        after = {e.findtext(ATOM + "id"): e.findtext(ATOM + "updated")
                 for e in atom.iter(ATOM + "entry")}
        eq(set(before), set(after))
        eq([before[i] < after[i] for i in before], [False, True])
        dw.do(two, "withdraw", {"reason": "It was <not> tested."}, dw.lead).ok(201)
        page = dw.text("/%d" % two)
        for word in ("This statement was withdrawn.", "It was &lt;not&gt; tested.", "<details>",
                     "The milk is safe."):
            assert word in page, word
        eq([e.findtext(ATOM + "title") for e in dw.feeds()[0].iter(ATOM + "entry")],
           ["Withdrawn: Milk", "آب"])
        for path in ("/feed.atom", "/feed.json", "?lang=en"):
            assert "The milk is safe." not in dw.text(path), path
        # a statement of its own that corrects another one
        third = dw.do(one, "corrections", {"text": "هیچ کس بیمار نیست.", "reason": "آزمایش رسید."},
                      dw.lead).ok(201).json()["id"]
        assert "/newsroom/%d" % third not in dw.text("/%d" % one)
        eq(dw.statement(third)["reason"], "آزمایش رسید.")
        dw.out(third)
        assert 'href="/newsroom/%d"' % third in dw.text("/%d" % one)
        page = dw.text("/%d" % third)
        assert 'href="/newsroom/%d"' % one in page and "آزمایش رسید." in page
        atom, feed = dw.feeds()
        assert "آزمایش رسید." in xml.tostring(atom, "unicode")
        (item,) = [i for i in feed["items"] if i["id"].endswith("/%d" % third)]
        assert "آزمایش رسید." in json.dumps(item, ensure_ascii=False), item
        # the same bytes after a restart, and after all views were made anew
        paths = ["", "?lang=ar", "/%d" % one, "/%d" % two, "/%d?version=%d" % (one, first),
                 "/feed.atom", "/feed.json"]
        told = [(dw.read(p).body, dw.read(p).get("etag")) for p in paths]
        dw.restart()
        eq([(dw.read(p).body, dw.read(p).get("etag")) for p in paths], told)
        dw.stop()
        dw.cli("rebuild")
        dw.start()
        eq([(dw.read(p).body, dw.read(p).get("etag")) for p in paths], told)


def test_caching_and_languages():
    with News("--public-url", "http://127.0.0.1") as dw:
        room = dw.declare()["id"]
        one = dw.draft(room)["id"]
        dw.out(one)
        for path in ("", "/%d" % one, "/feed.atom", "/feed.json"):
            got = dw.read(path)
            assert got.get("cache-control").startswith("public, max-age="), path
            tag = got.get("etag")
            assert tag.startswith('"') and got.get("last-modified").endswith(" GMT"), path
            same = dw.read(path, {"If-None-Match": tag}, 304)
            eq((same.body, same.get("etag")), (b"", tag))
            eq(dw.read(path, {"If-None-Match": 'W/"x", ' + tag}, 304).status, 304)
            dw.read(path, {"If-Modified-Since": got.get("last-modified")}, 304)
            dw.read(path, {"If-None-Match": '"x"', "If-Modified-Since": got.get("last-modified")})
            head = dw.client()("HEAD", "/newsroom" + path).ok(200)
            eq((head.body, head.get("etag"), head.get("content-length")),
               (b"", tag, str(len(got.body))))
            eq(dw.lead("GET", "/newsroom" + path).ok(200).body, got.body)
            dw.client()("POST", "/newsroom" + path, {}).problem(405)
        eq(dw.read("/feed.atom").get("content-type"), "application/atom+xml; charset=utf-8")
        eq(dw.read("/feed.json").get("content-type"), "application/feed+json; charset=utf-8")
        eq(xml.fromstring(dw.read("/feed.atom").body).findtext(ATOM + "id"),
           "http://127.0.0.1/newsroom")
        for headers, query, lang in (({"Accept-Language": "fa-IR,en;q=0.5"}, "", "fa"),
                                     ({"Accept-Language": "de,ar;q=0.5"}, "", "ar"),
                                     ({"Accept-Language": "fa"}, "?lang=ar", "ar"),
                                     ({"Cookie": "diwan_lang=fa"}, "", "en"),
                                     ({}, "?lang=xx", "en")):
            got = dw.read(query, headers)
            assert '<html lang="%s"' % lang in got.body.decode(), (headers, query)
            eq("accept-language" in (got.get("vary") or "").lower(), query == "")
        for i in range(22):
            dw.out(dw.draft(room, title="Number %d" % i, text="Text %d." % i)["id"])
        page = dw.text()
        assert "Number 21" in page and "Number 2<" in page and "Number 1<" not in page
        next_ = page.split('before=')[1].split('"')[0]
        rest = dw.text("?lang=en&before=" + next_)
        assert "Number 1<" in rest and "Number 2<" not in rest and 'rel="next"' not in rest
        eq(len(json.loads(dw.text("/feed.json"))["items"]), 23)


def test_a_page_says_what_language_it_is_in():
    """To programs in Content-Language, and to browsers and readers in lang and dir: of the page, and of what is foreign in it."""
    ways = {"ar": "rtl", "fa": "rtl", "en": "ltr"}
    with News() as dw:
        room = dw.declare()["id"]
        ids = {lang: dw.draft(room, lang=lang, title=title, text=title + ".")["id"]
               for lang, title in (("ar", "المياه آمنة"), ("fa-IR", "آب سالم است"), ("en", "The water is safe"))}
        for id_ in ids.values():
            dw.out(id_)
        for lang, way in ways.items():
            page = dw.read("", {"Accept-Language": lang})
            eq(page.get("content-language"), lang)
            assert '<html lang="%s" dir="%s">' % (lang, way) in page.body.decode()
            for tag in ids:
                assert '<h2 lang="%s" dir="%s">' % (tag, ways[tag[:2]]) in page.body.decode(), (lang, tag)
            eq(dw.read("/99999", {"Accept-Language": lang}, 404).get("content-language"), lang)
        for tag, id_ in ids.items():
            for _ in range(2):  # made, and kept
                page = dw.read("/%d" % id_, {"Accept-Language": "en"})
                eq(page.get("content-language"), tag)
            for part in ('<html lang="%s" dir="%s">' % (tag[:2], ways[tag[:2]]),
                         'itemprop="headline" lang="%s" dir="%s">' % (tag, ways[tag[:2]]),
                         'itemprop="articleBody" lang="%s" dir="%s">' % (tag, ways[tag[:2]])):
                assert part in page.body.decode(), (tag, part)
            eq(dw.read("/%d" % id_, {"If-None-Match": page.get("etag")}, 304).get("content-language"), tag)
        for path in ("/feed.atom", "/feed.json"):
            eq(dw.read(path).get("content-language"), None)


def one(parent, name):
    """The text of its only child of that name."""
    found = parent.findall(ATOM + name)
    eq(len(found), 1, "%s of %s" % (name, parent.tag))
    assert found[0].text and found[0].text.strip(), name
    return found[0].text


def links(parent, rel):
    return [(x.get("type"), x.get("href")) for x in parent.findall(ATOM + "link") if x.get("rel") == rel]


def check_feed(feed, base):
    """What RFC 4287 asks for in section 4: a feed, its entries, and each of their parts."""
    eq(feed.tag, ATOM + "feed")
    at = lambda e, name: datetime.datetime.fromisoformat(one(e, name).replace("Z", "+00:00"))
    eq((one(feed, "id"), one(feed, "title")), (base + "/newsroom", "Example Foods"))
    eq([one(a, "name") for a in feed.findall(ATOM + "author")], ["Example Foods"])  # so that no entry needs one
    eq(links(feed, "self"), [("application/atom+xml", base + "/newsroom/feed.atom")])
    eq(links(feed, "alternate"), [("text/html", base + "/newsroom")])
    entries = feed.findall(ATOM + "entry")
    for e in entries:
        id_ = one(e, "id")
        assert id_.startswith(base + "/newsroom/"), id_
        eq(links(e, "alternate"), [("text/html", id_)])
        one(e, "title")
        assert at(e, "published") <= at(e, "updated"), id_
        content = e.findall(ATOM + "content")
        eq([(c.get("type"), c.get("src"), [x.tag for x in c], (c.text or "").strip()) for c in content],
           [("xhtml", None, [DIV], "")], id_)
        assert "".join(content[0].itertext()).strip(), id_
    eq(at(feed, "updated"), max(at(e, "updated") for e in entries))
    eq(len({one(e, "id") for e in entries}), len(entries))
    known = {ATOM + n for n in ("id", "title", "updated", "author", "link", "entry", "published", "content")}
    eq({x.tag for e in [feed] + entries for x in e} - known, set())
    return entries


def test_the_feed_is_atom():
    base = "http://127.0.0.1"
    with News("--public-url", base) as dw:
        room = dw.declare()["id"]
        read = lambda: dw.read("/feed.atom")
        hostile = dw.draft(room, title="A & B <b> ]]>", text="<script>1 & 2</script>\nhttps://example.org/?a=1&b=2")["id"]
        fa = dw.draft(room, lang="fa", title="آب", text="نه نفر بیمارند.")["id"]
        for id_ in (hostile, fa):
            dw.out(id_)
        raw = read()
        eq(raw.get("content-type"), "application/atom+xml; charset=utf-8")
        entries = check_feed(xml.fromstring(raw.body), base)
        eq([one(e, "title") for e in entries], ["آب", "A & B <b> ]]>"])
        eq([e.get("{http://www.w3.org/XML/1998/namespace}lang") for e in entries], ["fa", "en"])
        assert "<script>1 & 2</script>" in "".join(entries[1].itertext())
        dw.revise(hostile, "Two.")
        dw.out(hostile, reason="R & D")
        dw.do(fa, "withdraw", {"reason": "<اشتباه>"}, dw.lead).ok(201)
        after = check_feed(xml.fromstring(read().body), base)
        eq({one(e, "id") for e in after}, {one(e, "id") for e in entries})
        assert "<اشتباه>" in "".join(after[0].itertext()) and "نه نفر" not in "".join(after[0].itertext())
