#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""coverage.py TREE - how many lines of each source file the tests reached, least first. TREE is
the object tree of the coverage flavour, after the suites ran."""
import gzip
import json
import os
import subprocess
import sys
import tempfile


def reports(tree):
    """What gcov says of each object file that ran."""
    data = [os.path.abspath(os.path.join(folder, f)) for folder, _, names in os.walk(tree)
            for f in names if f.endswith(".gcda")]
    with tempfile.TemporaryDirectory() as work:
        for one in data:
            subprocess.run(["gcov", "--json-format", one], cwd=work, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in os.listdir(work):
            with gzip.open(os.path.join(work, name)) as f:
                yield json.load(f)


def lines_of(tree):
    """{file: {line: runs}}"""
    files = {}
    for report in reports(tree):
        for part in report["files"]:
            name = part["file"]
            if not name.startswith(("src/", "include/")):
                continue
            lines = files.setdefault(name, {})
            for line in part["lines"]:
                number = line["line_number"]
                lines[number] = lines.get(number, 0) + line["count"]
    return files


def main(tree):
    rows, hit, total = [], 0, 0
    for name, lines in lines_of(tree).items():
        reached = sum(1 for n in lines.values() if n)
        rows.append((reached / len(lines) if lines else 1.0, name, reached, len(lines)))
        hit, total = hit + reached, total + len(lines)
    if not total:
        print("coverage: nothing ran in", tree)
        return 1
    for share, name, reached, n in sorted(rows):
        print("%5.1f %%  %5d of %5d  %s" % (100 * share, reached, n, name))
    print("%5.1f %%  %5d of %5d  in all" % (100 * hit / total, hit, total))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
