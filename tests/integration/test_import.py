# SPDX-License-Identifier: AGPL-3.0-or-later
"""`diwan import`: JSONL, gzip, CSV, other names for fields, the real files where they are, and that
a second time changes nothing."""
import csv
import fcntl
import glob
import gzip
import json
import os
import pty
import struct
import subprocess
import termios

from harness import BIN, SHARED_DATA, Diwan, eq, everything, figure, mention


def write(dw, name, data):
    path = os.path.join(dw.dir, name)
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "wb") as f:
        f.write(data)
    return path


def lines(rows):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()


def added(dw, reader):
    return [e.item["data"] for e in everything(dw, reader, dw.head())
            if e.type == "mention.added"]


def test_lines_and_gzip():
    rows = [mention(n, text="خبر شماره %d" % n) for n in range(300)]
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        dw.cli("import", write(dw, "a.jsonl", lines(rows[:150])),
               write(dw, "b.jsonl.gz", lines(rows[150:])))
        eq([m["text"] for m in added(dw, reader)], [r["text"] for r in rows])
        again = dw.cli("import", write(dw, "a.jsonl", lines(rows)))
        eq(len(added(dw, reader)), 300)
        assert "300" in again.stdout + again.stderr, "no summary: %r" % (again,)


def test_without_a_server():
    with Diwan(start=False) as dw:
        reader = dw.token("screen", "read")
        dw.cli("import", write(dw, "a.jsonl", lines(mention(n) for n in range(100))))
        dw.start()
        eq(len(added(dw, reader)), 100)


def test_csv():
    rows = [["source", "source_id", "text"],
            ["shop", "1", 'with "quotes", commas\nand a second line'],
            ["shop", "2", "کوتاه"]]
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        path = os.path.join(dw.dir, "a.csv")
        with open(path, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(rows)
        dw.cli("import", path)
        eq([(m["source"], m["source_id"], m["text"]) for m in added(dw, reader)],
           [tuple(r) for r in rows[1:]])


def test_map():
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        path = os.path.join(dw.dir, "a.csv")
        with open(path, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([["shop", "number", "body"], ["corner", "7", "hello"]])
        dw.cli("import", path, "--map", "source=shop", "--map", "source_id=number",
               "--map", "text=body")
        eq([(m["source"], m["source_id"], m["text"]) for m in added(dw, reader)],
           [("corner", "7", "hello")])


def test_bad_lines_are_counted_and_named():
    data = lines([mention(1)]) + b"{broken\n" + lines([{"source": "s"}, mention(2)])
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        got = dw.cli("import", write(dw, "a.jsonl", data), code=None)
        eq([m["source_id"] for m in added(dw, reader)], ["1", "2"])
        told = got.stdout + got.stderr
        assert "2" in told and "text" in told or "source_id" in told, told
        dw.cli("import", os.path.join(dw.dir, "missing.jsonl"), code=1)
        torn = write(dw, "torn.jsonl.gz", lines([mention(n, text="x" * 500) for n in range(99)]))
        with open(torn, "r+b") as f:
            f.truncate(os.path.getsize(torn) // 2)
        dw.cli("import", torn, code=1)


def on_terminal(dw, columns, *args, stdin=None):
    """What `diwan import` draws on a terminal of that width: its lines, each as it was before the next."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([BIN, "import", *args, "--data", dw.data], stdin=stdin, stdout=subprocess.PIPE,
                          stderr=theirs) as p:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the last one at the other end has gone
                break
            if not piece:
                break
            seen += piece
        eq(p.wait(), 0)
        said = p.stdout.read().decode()
    os.close(ours)
    drawn = seen.decode().split("\r")
    eq((drawn[0], drawn[-1]), ("", "\033[K"), "it begins a line, and leaves none behind")
    for line in drawn[1:]:
        assert line.endswith("\033[K"), line
    return [line[:-len("\033[K")] for line in drawn[1:-1]], said


def test_a_bar_on_a_terminal():
    rows = [mention(n, text="خبر " * 50) for n in range(4000)]
    with Diwan() as dw:
        path = write(dw, "گزارش-" + "long-" * 12 + ".jsonl", lines(rows))
        for columns in (80, 40, 12):
            drawn, said = on_terminal(dw, columns, path)
            assert drawn, "no bar"
            for line in drawn:
                assert line.startswith("گزارش-long"[:columns - 1]), line
                assert len(line) < columns and "\n" not in line, (columns, line)
                if columns == 80:
                    for part in ("%  ", " of %d KiB  " % (os.path.getsize(path) >> 10), "/s"):
                        assert part in line, (part, line)
            assert "accepted" in said, said


def test_a_terminal_and_a_pipe():
    """Of what has no size there is no share: how much has come, and how fast."""
    with Diwan() as dw:
        path = write(dw, "a.jsonl", lines(mention(n) for n in range(100)))
        with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
            drawn, said = on_terminal(dw, 80, "-", stdin=cat.stdout)
        assert drawn and "KiB" in drawn[-1] and "/s" in drawn[-1] and "%" not in drawn[-1], drawn
        assert "accepted 100" in said, said


def test_over_http_with_a_token():
    with Diwan() as dw:
        reader, token = dw.token("screen", "read"), dw.token("feed", "ingest")
        secret = write(dw, "token", token.encode() + b"\n")
        path = write(dw, "a.jsonl", lines(mention(n) for n in range(50)))
        subprocess.run([BIN, "import", path, "--to", "http://127.0.0.1:%d" % dw.port,
                        "--token-file", secret], check=True, capture_output=True, timeout=60)
        eq(len(added(dw, reader)), 50)


def test_real_messages():
    """Some hundred real ones where they are, generated ones in three languages otherwise."""
    wanted = figure(300, 5000)
    with Diwan() as dw:
        reader = dw.token("screen", "read")
        files, texts = [], []
        for path in sorted(glob.glob(os.path.join(SHARED_DATA, "*.jsonl.gz")))[:3]:
            with gzip.open(path, "rb") as f:
                some = [f.readline() for _ in range(wanted)]
            some = [s for s in some if s]
            texts += [json.loads(s)["text"] for s in some]
            files.append(write(dw, os.path.basename(path), b"".join(some)))
        if not files:
            rows = [mention(n, text=t + " %d" % n) for n in range(wanted)
                    for t in ("تأخر الطلب", "سفارش دیر رسید", "the order is late")[n % 3:n % 3 + 1]]
            texts = [r["text"] for r in rows]
            files.append(write(dw, "made.jsonl.gz", lines(rows)))
        got = dw.cli("import", *files)
        stored = added(dw, reader)
        assert len(stored) >= len(texts) * 0.98, (len(stored), len(texts), got)
        assert set(m["text"] for m in stored) <= set(texts), "a text was altered"
        head = dw.head()
        dw.cli("import", *files)
        eq(dw.head(), head, "a second import added something")
