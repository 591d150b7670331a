#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""version_cases.py COUNT - digests of versions and signed verdicts, computed by hashlib from the words of
the contract, one JSON object a line, for tests/unit/test_version.c to compute again."""
import hashlib
import json
import random
import sys

PIECES = ["a", " ", "\n", "\n\n", "\t", "\u200c", "سلام", "می\u200cخواهم", "😀", "é", "e\u0301", "\u2028", "٤٥", "\x00", "\x7f", "漢"]
LANGS = ["ar", "fa", "en", "fa-IR", "ar-SA", "und"]
CHANNELS = ["press", "social", "internal", "reply"]
AUDIENCES = ["public", "staff", "customer"]
VERDICTS = ["approve", "reject", "hold", "ask"]


def sha(data):
    return hashlib.sha256(data).hexdigest()


def text(r, most):
    return "".join(r.choice(PIECES) for _ in range(r.randrange(most)))


def case(r):
    v = {"lang": r.choice(LANGS), "channel": r.choice(CHANNELS), "audience": r.choice(AUDIENCES),
         "text": text(r, r.choice([1, 5, 50, 3000]))}
    lines = ["diwan-version-v1", v["lang"], v["channel"], v["audience"]]
    v["digest"] = sha("".join(line + "\n" for line in lines).encode() + v["text"].encode())
    v["drill"] = r.random() < 0.5
    v["origin"] = r.choice(["war-room.example/log", "دیوان.example/log+1"])
    v["incident"], v["statement"] = r.randrange(1, 2 ** 53), r.randrange(1, 99999)
    v["verdict"], v["reason"] = r.choice(VERDICTS), text(r, r.choice([1, 20]))
    v["expires"], v["nonce"] = "2026-11-25T13:%02d:00.000Z" % r.randrange(60), "%x" % r.getrandbits(128)
    signed = ["diwan-drill-verdict-v1" if v["drill"] else "diwan-verdict-v1", v["origin"], str(v["incident"]),
              str(v["statement"]), v["digest"], v["verdict"], sha(v["reason"].encode()), v["expires"], v["nonce"]]
    v["signed"] = "\n".join(signed) + "\n"
    return v


def main():
    r = random.Random(20261125)
    for _ in range(int(sys.argv[1])):
        print(json.dumps(case(r)))


main()
