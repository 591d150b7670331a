# SPDX-License-Identifier: AGPL-3.0-or-later
"""doc/protocol.md is executed: each ```http-transcript block is one connection to the real binary,
all blocks one story on one server.

    > sent          < expected       an empty line of either kind ends a head

- `*` stands for any text within a line. `$name` captures at its first use and must be the same
  (or is put in, when it is sent) at every later one.
- `Host: $host` and the Content-Length of what is sent are filled in. Of an answer's head the lines
  that are given must be there, in any order; its body must match whole.
- In a stream heartbeats that are not given are passed over.
"""
import os
import re

from harness import ROOT, Diwan, eq

DOC = os.path.join(ROOT, "doc/protocol.md")
BLOCK = re.compile(r"^```http-transcript\n(.*?)^```$", re.S | re.M)
NAME = re.compile(r"\$([a-z_0-9]+)")
BEAT = re.compile(r"id: \d+|event: hb\ndata: \{\}")


def blocks():
    with open(DOC, encoding="utf-8") as f:
        text = f.read()
    return [(text.count("\n", 0, m.start()) + 2, m.group(1)) for m in BLOCK.finditer(text)]


def parts(block):
    """[(kind, [lines])], alternating '>' and '<'."""
    out = []
    for line in block.split("\n")[:-1]:
        kind, text = line[:1], line[2:]
        assert kind in "<>" and line[1:2] in ("", " "), "not a line of a transcript: %r" % line
        if not out or out[-1][0] != kind:
            out.append((kind, []))
        out[-1][1].append(text)
    return out


class Play:
    def __init__(self, dw, names):
        self.conn, self.names = dw.conn(), names

    def fill_in(self, text):
        return NAME.sub(lambda m: self.names[m.group(1)], text)

    def pattern(self, text):
        """A regex for one expected line, and the names that it captures."""
        out, seen = "", []
        for piece in re.split(r"(\*|\$[a-z_0-9]+)", text):
            name = piece[1:]
            if piece == "*":
                out += ".*?"
            elif not piece.startswith("$"):
                out += re.escape(piece)
            elif name in self.names:
                out += re.escape(self.names[name])
            elif name in seen:
                out += "(?P=%s)" % name
            else:
                seen.append(name)
                out += r"(?P<%s>[^\s\",;}\]]+)" % name
        return out

    def match(self, want, got):
        found = re.fullmatch(self.pattern(want), got)
        if found:
            self.names.update(found.groupdict())
        return found is not None

    def send(self, lines):
        cut = lines.index("") if "" in lines else len(lines)
        head = [self.fill_in(line) for line in lines[:cut]]
        body = "\n".join(self.fill_in(line) for line in lines[cut + 1:])
        if "x-ndjson" in "\n".join(head):
            body += "\n"
        body = body.encode()
        if body:
            head.append("Content-Length: %d" % len(body))
        self.conn.send(("\r\n".join(head) + "\r\n\r\n").encode() + body)
        self.method = head[0].split(" ")[0]

    def expect(self, lines):
        cut = lines.index("") if "" in lines else len(lines)
        got = self.conn.response(head_only=self.method == "HEAD")
        given = ["%s: %s" % (k, v) for k, v in got.headers]
        status = re.match(r"HTTP/1\.1 (\d+) ", lines[0])
        assert status, "not the first line of an answer: %r" % lines[0]
        eq(got.status, int(status.group(1)), "status; the body was %r" % got.body[:300])
        for line in lines[1:cut]:
            name, _, value = line.partition(":")
            line = name.lower() + ":" + value
            assert any(self.match(line, g) for g in given), "no %r in %r" % (line, given)
        body = lines[cut + 1:]
        if "event-stream" in (got.get("content-type") or ""):
            for frame in "\n".join(body).split("\n\n"):
                self.frame(frame.strip("\n"))
        else:
            text = got.body.decode()
            assert self.match("\n".join(body), text.rstrip("\n")), "%r does not match %r" % (
                text, body)

    def frame(self, want):
        while want:
            got = self.conn.expect(rb"^(.*?)\n\n").group(1).decode()
            if self.match(want, got):
                return
            assert BEAT.fullmatch(got), "%r does not match %r" % (got, want)


def test_transcripts():
    found = blocks()
    assert len(found) >= 10, "there are hardly any transcripts in %s" % DOC
    with Diwan("--heartbeat-s", "1") as dw:
        names = {"host": "127.0.0.1:%d" % dw.port,
                 "password": dw.user("layla", "admin,lead"),
                 "ingest": dw.token("agency", "ingest"), "read": dw.token("screen", "read")}
        for line, block in found:
            play = Play(dw, names)
            try:
                for kind, lines in parts(block):
                    if kind == ">":
                        play.send(lines)
                    else:
                        play.expect(lines)
            except Exception as e:
                raise AssertionError("doc/protocol.md:%d: %s" % (line, e)) from e
            finally:
                play.conn.close()


def test_every_event_is_described():
    """The catalogue and the document name the same types."""
    with open(os.path.join(ROOT, "include/domain/event.def"), encoding="utf-8") as f:
        types = set(re.findall(r'^X\(\w+, "([a-z_.]+)"', f.read(), re.M))
    with open(DOC, encoding="utf-8") as f:
        described = set(re.findall(r"^\| `([a-z]+\.[a-z_]+)`", f.read(), re.M))
    assert len(types) > 5
    eq(described, types, "types of events in doc/protocol.md")
