# SPDX-License-Identifier: AGPL-3.0-or-later
"""The row of bench/run about statements that many write at once: eight typists far away, with the
code of the pages, and 50 statements side by side. `b` is bench/run itself."""
import json
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPISTS, EDITED = "eight typists", {"one-room": "in one room", "many-rooms": "in 50 rooms"}


def cpu_s(b, pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def generate(b, server, scene, seconds, seed=1):
    tokens = [server.cli("token", "add", f"bench-{scene}-{seed}-{n}", "--scope", "act,read").strip()
              for n in range(4)]
    env = dict(os.environ, BENCH_TOKENS=",".join(tokens), BENCH_SEED=str(seed))
    before = cpu_s(b, server.process.pid)
    done = subprocess.run(["node", f"{ROOT}/bench/statements.mjs", f"http://127.0.0.1:{server.port}",
                           scene, str(seconds)], env=env, capture_output=True, text=True,
                          timeout=300, preexec_fn=b.pinned(b.GENERATOR))
    if done.returncode != 0:
        raise RuntimeError(f"statements, {scene}: {done.stderr.strip()[-500:]}")
    result = json.loads(done.stdout)
    result["cpu_s"] = cpu_s(b, server.process.pid) - before
    if result.get("missing"):
        b.note(f"statements, {scene}: missing: {result['missing']}")
    return result


def row(b, t, o):
    if not shutil.which("node"):
        b.note("node is not installed: statements are not measured")
        return
    seen = {}
    for n in range(o.rounds):
        with b.Diwan() as s:
            for scene, name in [("typists", TYPISTS), *EDITED.items()]:
                try:
                    seen.setdefault(name, []).append(generate(b, s, scene, max(o.seconds, 3), n + 1))
                    print(".", end="", flush=True)
                except (RuntimeError, subprocess.TimeoutExpired) as e:
                    b.note(f"not measured: {e}")
    print()
    r = {name: {k: b.statistics.median(x[k] for x in xs) for k in xs[0]} for name, xs in seen.items()}
    worst = max((x["settled_ms"] for x in seen.get(TYPISTS, [])), default=None)
    t.show("statements: eight typists at 100 ms; 50 statements with five keys a second each", r,
           [("keys/s", "keys_s", "{:,.0f}"), ("keys", "keys", "{:,.0f}"),
            ("settled after the last key, ms", "settled_ms", "{:.0f}"),
            ("most that waited in one page", "waiting_most", "{:.0f}"),
            ("remote key p50, ms", "p50_ms", "{:.1f}"), ("p99, ms", "p99_ms", "{:.1f}"),
            ("worst, ms", "worst_ms", "{:.1f}"), ("server CPU, s", "cpu_s", "{:.2f}"),
            ("generator's core busy", "own_cpu_share", "{:.2f}")])
    t.judge("statements", "eight typists at 100 ms settle after the last key, s",
            worst / 1000 if worst is not None else None, "<=", 2)
    for name in EDITED.values():
        t.judge("statements", f"50 statements {name}, p99 of a remote key, ms",
                r.get(name, {}).get("p99_ms"), "<=", 150)
