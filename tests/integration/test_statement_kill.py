# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 in the middle of eight people typing: nothing that was acknowledged is lost."""
import random
import threading

from harness import SLOW, Closed, eq, figure, wait_for
from test_statements import Desk, V1, fnv, insert, units


class Typist(threading.Thread):
    """Types one numbered word after the other, as a page does: behind what others typed, and when
    an answer is lost, by what the server says was missed."""

    def __init__(self, dw, id_, n):
        super().__init__(daemon=True)
        self.dw, self.id, self.name = dw, id_, "t%d" % n
        self.rng = random.Random(n)
        self.text, self.revision = "", 0
        self.acknowledged, self.is_over, self.error = [], False, None
        self.client = dw.sign_in(self.name)

    def apply(self, changes):
        u = self.text.encode("utf-16-le")
        out, at = b"", 0
        for part in changes:
            n = part if isinstance(part, int) else part[0]
            if isinstance(part, int):
                out += u[at * 2:(at + n) * 2]
            else:
                out += "\n".join(part[1:]).encode("utf-16-le")
            at += n
        self.text, self.revision = out.decode("utf-16-le"), self.revision + 1

    def ask(self, method, path, body=None):
        """The answer, or None when the server is not there."""
        try:
            return self.client(method, path, body)
        except (OSError, Closed):
            return None

    def sign_in(self):
        try:
            self.client = self.dw.sign_in(self.name)
        except (OSError, Closed, AssertionError):
            pass

    def missed(self, updates, word):
        """Takes them in; was the own one among them?"""
        is_mine = False
        for u in updates:
            self.apply(u["changes"])
            is_mine = is_mine or (u["client"] == self.name and word in str(u["changes"]))
        return is_mine

    def type(self, word):
        while not self.is_over:
            at = self.rng.choice([0, units(self.text)])
            change = insert(self.text, at, word)
            got = self.ask("POST", V1 + "/statements/%d/changes" % self.id, {
                "revision": self.revision,
                "updates": [{"client": self.name, "changes": change}]})
            if got is None or got.status in (401, 503):
                self.sign_in()
                continue
            if got.status == 200:
                self.apply(change)
                eq((got.json()["revision"], got.json()["hash"]),
                   (self.revision, fnv(self.text)), "after a change")
                return True
            eq(got.status, 409, "answer %r" % got.body[:300])
            doc = got.json()
            eq(doc["base"], self.revision, "base")
            if self.missed(doc["updates"], word):
                return True
        return False

    def run(self):
        try:
            k = 0
            while not self.is_over:
                word = " %s-%d." % (self.name, k)
                if self.type(word):
                    self.acknowledged.append(word)
                k += 1
        except Exception as e:  # told by whoever joins
            self.error = e


def test_eight_typists():
    with Desk() as dw:
        room = dw.declare()["id"]
        id_ = dw.draft(room, text="")["id"]
        for n in range(8):
            dw.user("t%d" % n, "drafter")
        typists = [Typist(dw, id_, n) for n in range(8)]
        for t in typists:
            t.start()
        for _ in range(figure(3, 20)):
            done = sum(len(t.acknowledged) for t in typists)
            wait_for(lambda: sum(len(t.acknowledged) for t in typists) >= done + 40
                     or any(t.error for t in typists), "forty words more", 60)
            dw.kill()
            dw.start()
        done = sum(len(t.acknowledged) for t in typists)
        wait_for(lambda: sum(len(t.acknowledged) for t in typists) >= done + 20
                 or any(t.error for t in typists), "twenty words more", 60)
        for t in typists:
            t.is_over = True
        for t in typists:
            t.join(60 * SLOW)
        eq([t.error for t in typists if t.error is not None], [])
        dw.people["lead"] = dw.sign_in("lead")
        now = dw.statement(id_)
        for t in typists:
            for word in t.acknowledged:
                eq(now["text"].count(word), 1, "%r in the text" % word)
        # every page comes to the same text by what it missed
        for t in typists:
            while t.revision < now["revision"]:
                got = dw.lead("GET", V1 + "/statements/%d/changes?since=%d"
                              % (id_, t.revision)).ok(200).json()
                t.missed(got["updates"], "none")
            eq(t.text, now["text"], t.name)
        eq((units(now["text"]), fnv(now["text"])), (now["units"], now["hash"]))
        eq(sum(a["units"] for a in now["authors"]), now["units"])
        # and so does the past
        past = dw.statement(id_, "?as_of=%d" % dw.head())
        eq((past["text"], past["authors"], past["revision"]),
           (now["text"], now["authors"], now["revision"]))
        dw.stop()
        dw.verify()
        dw.cli("rebuild")
        dw.start()
        dw.people["lead"] = dw.sign_in("lead")
        eq(dw.statement(id_), now, "the statement after a rebuild")
