# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one author wrote in a source, by itself and with the other filters."""
from urllib.parse import urlencode

from harness import eq, mention
from test_incidents import V1, War


def send(dw, *mentions):
    last = dw.feed("POST", V1 + "/mentions", list(mentions)).ok(201).json()["last_seq"]
    return list(range(last - len(mentions) + 1, last + 1))


def ids(dw, **query):
    doc = dw.observer("GET", V1 + "/mentions?" + urlencode(query)).ok(200).json()
    return [i["id"] for i in doc["items"]]


def by(n, source="x", text="the water", **author):
    return mention(n, source=source, text=text, lang="en", author=author)


def test_who_is_who():
    with War() as dw:
        page = "https://example.org/dana"
        a, b, c, d, e, f, g, h = send(
            dw, by(1, handle="Dana", name="Dana"), by(2, handle="@dANA", name="Somebody"),
            by(3, name="Dana"), by(4, url=page, name="Dana"), by(5, handle="دانا"),
            mention(6, source="x"), by(7, name="Dana"), by(8, handle=""))
        (other,) = send(dw, by(1, source="y", handle="dana"))
        eq(ids(dw, source="x", author="@dana"), [b, a])
        eq(ids(dw, source="x", author="@DANA"), [b, a])
        eq(ids(dw, source="x", author="Dana"), [g, c])
        eq(ids(dw, source="x", author="dana"), [])
        eq(ids(dw, source="x", author=page), [d])
        eq(ids(dw, source="x", author="@دانا"), [e])
        eq(ids(dw, source="y", author="@dana"), [other])
        eq(ids(dw, source="none", author="@dana"), [])
        counts = {i: dw.observer("GET", V1 + "/mentions/%d" % i).ok(200).json()["by_author"]
                  for i in (a, b, c, d, f, h, other)}
        eq(counts, {a: 2, b: 2, c: 2, d: 1, f: 0, h: 0, other: 1})
        for query, at in (("author=@dana", "/author"), ("source=x&author=", "/author"),
                          ("source=x&author=%ff", None), ("source=x&author=" + "x" * 4201, None)):
            p = dw.observer("GET", V1 + "/mentions?" + query)
            p.problem(400, at) if at else p.problem(400)
        # one that changes hands
        send(dw, by(1, text="the tap", handle="omid"))
        eq((ids(dw, source="x", author="@dana"), ids(dw, source="x", author="@omid")), ([b], [a]))
        eq(dw.stop(), 0)
        dw.cli("rebuild")
        dw.start()
        dw.people["observer"] = dw.sign_in("observer")
        eq((ids(dw, source="x", author="@dana"), ids(dw, source="x", author="@omid"),
            ids(dw, source="x", author="Dana")), ([b], [a], [g, c]))


def test_with_the_other_filters():
    with War() as dw:
        m = send(dw, *[by(i, handle="dana", text="water %d" % i if i % 2 else "smoke %d" % i)
                       for i in range(6)])
        (z,) = send(dw, by(9, handle="omid", text="water"))
        room = dw.declare(mentions=[m[0], m[1], m[5], z])
        dw.drafter("POST", V1 + "/mentions/%d/triage" % m[1], {"state": "seen"}).ok(201)
        of = dict(source="x", author="@dana")
        eq(ids(dw, **of), m[::-1])
        eq(ids(dw, **of, incident=room["id"]), [m[5], m[1], m[0]])
        eq(ids(dw, **of, triage="seen"), [m[1]])
        eq(ids(dw, **of, triage="new", incident=room["id"]), [m[5], m[0]])
        eq(ids(dw, **of, lang="fa"), [])
        eq(ids(dw, **of, q="water"), [m[5], m[3], m[1]])
        eq(ids(dw, **of, q="water", incident=room["id"], triage="new"), [m[5]])
        eq(ids(dw, source="x", author="@omid", q="water"), [z])
        # page by page, with words and without
        for more in ({}, {"q": "water"}):
            whole, seen, before = ids(dw, **of, **more), [], {}
            while True:
                doc = dw.observer("GET", V1 + "/mentions?" + urlencode(
                    dict(of, limit=1, **more, **before))).ok(200).json()
                seen += [i["id"] for i in doc["items"]]
                if doc["next"] is None:
                    break
                before = {"before": doc["next"]}
            eq(seen, whole)


def test_one_who_writes_much():
    with War() as dw:
        m = send(dw, *[by(i, handle="bot", text="tell %s" % ("bread" if i % 500 == 7 else "cake"))
                       for i in range(2600)])
        (z,) = send(dw, by("z", handle="dana", text="bread"))
        of = dict(source="x", author="@bot")
        eq(ids(dw, **of, q="bread"), [m[i] for i in (2507, 2007, 1507, 1007, 507, 7)])
        eq(ids(dw, **of, limit=2), m[:-3:-1])
        eq(dw.observer("GET", V1 + "/mentions/%d" % m[3]).ok(200).json()["by_author"], 1000)
        eq(ids(dw, source="x", q="bread")[0], z)
