# SPDX-License-Identifier: AGPL-3.0-or-later
"""The row of bench/run about the newsroom: a published page beside nginx serving the same bytes as
a file, and beside nginx with the same headers. `b` is bench/run itself."""
import json
import os
import re
import shutil
import subprocess
import urllib.request

PASSWORD = "a password for the bench"
TEXT = "\n\n".join("Paragraph %d: we know of the cut cable, nobody is hurt, and crews are at work. "
                   "بیانیه: کابل قطع شده و کسی آسیب ندیده است." % i for i in range(1, 21))


class Caller:
    """A signed-in person."""

    def __init__(self, port, name):
        self.base = f"http://127.0.0.1:{port}/api/v1"
        self.headers = {"Content-Type": "application/json"}
        answer = self.ask("POST", "/session", {"username": name, "password": PASSWORD}, raw=True)
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = json.load(answer)["csrf"]

    def ask(self, method, path, body=None, raw=False):
        r = urllib.request.urlopen(urllib.request.Request(
            self.base + path, json.dumps(body).encode() if body is not None else None, self.headers,
            method=method), timeout=10)
        return r if raw else json.load(r)


def publish(server):
    """The path of a page that is out."""
    for name in ("lead", "approver"):
        done = subprocess.run([server.b.BIN, "user", "add", name, "--roles", name, "--data", server.data],
                              input=PASSWORD + "\n", capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
    lead, approver = Caller(server.port, "lead"), Caller(server.port, "approver")
    room = lead.ask("POST", "/incidents", {"title": "A cable is cut", "severity": 2})["id"]
    id_ = lead.ask("POST", f"/incidents/{room}/statements", {
        "title": "A cable is cut", "lang": "en", "channel": "press", "audience": "public", "text": TEXT})["id"]
    digest = lead.ask("POST", f"/statements/{id_}/submit", {"revision": 0})["digest"]
    approver.ask("POST", f"/statements/{id_}/verdicts",
                 {"digest": digest, "verdict": "approve", "password": PASSWORD})
    lead.ask("POST", f"/statements/{id_}/publish", {"digest": digest})
    return f"/newsroom/{id_}"


def nginx(b, page, headers):
    """A server that has the page as a file, and answers with those headers besides its own."""
    class Nginx(b.Nchan):
        def __init__(self):
            super().__init__(1)
            self.name = self.short = "nginx" if headers else "nginx, bare"

        def start(self):
            self.port = b.free_port()
            os.makedirs(f"{self.dir}/www")
            with open(f"{self.dir}/www/page.html", "wb") as f:
                f.write(page)
            more = "".join(f"add_header {k} \"{v}\";" for k, v in headers.items())
            temp = "".join(f"{k}_temp_path {self.dir}/{k};" for k in
                           ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            path = os.path.join(self.dir, "nginx.conf")
            with open(path, "w") as f:
                f.write(f"""
daemon off; worker_processes 1; pid {self.dir}/pid; error_log {self.dir}/log warn;
events {{ worker_connections 2000; }}
http {{
  access_log off; tcp_nodelay on; sendfile on; keepalive_requests 1000000000; keepalive_timeout 600s; {temp}
  open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
  types {{ text/html html; }} charset utf-8; etag on; {more}
  server {{ listen 127.0.0.1:{self.port}; root {self.dir}/www; }}
}}
""")
            for at in (self.dir, f"{self.dir}/www"):
                os.chmod(at, 0o755)
            self.log = open(os.path.join(self.dir, "log"), "ab")
            self.process = subprocess.Popen(["nginx", "-p", self.dir, "-c", path, "-e", f"{self.dir}/log"],
                                            stdout=self.log, stderr=self.log, preexec_fn=b.pinned(self.cpus))
            b.wait_for(lambda: len(self.pids()) > 1 and b.answers(self.port), 15,
                       lambda: f"nginx did not start: {self.tail()}")
    return Nginx


def row(b, t, o):
    seen = {}
    with b.Diwan() as s:
        s.b = b
        path = publish(s)
        with urllib.request.urlopen(f"http://127.0.0.1:{s.port}{path}", timeout=10) as r:
            page, own = r.read(), {k: v for k, v in r.headers.items() if not re.match(
                "content-(type|length)|etag|last-modified|date|server|connection", k, re.I)}

        def measure(server, at, name):
            done = subprocess.run([f"{b.BENCH}/get", str(server.port), at, "64", str(o.seconds),
                                   ",".join(map(str, server.pids()))], capture_output=True, text=True,
                                  timeout=300, preexec_fn=b.pinned(b.GENERATOR))
            if done.returncode != 0:
                raise RuntimeError(f"{name}: {done.stderr.strip()}")
            seen.setdefault(name, []).append(json.loads(done.stdout))
            print(".", end="", flush=True)

        makers = []
        if shutil.which("nginx"):
            makers = [nginx(b, page, {}), nginx(b, page, own)]
        else:
            b.note("nginx is not installed (.ci/deps bench): the newsroom is measured by itself")
        for _ in range(o.rounds):
            measure(s, path, "diwan")
            for make in makers:
                with make() as n:
                    measure(n, "/page.html", n.short)
    print()
    r = {name: {k: b.statistics.median(x[k] for x in xs) for k in xs[0]} for name, xs in seen.items()}
    t.show("a published page, 64 connections that ask for it over and over", r,
           [("answers/s", "answers_s", "{:,.0f}"), ("server CPU per answer, us", "cpu_us", "{:.2f}"),
            ("p50, ms", "p50_ms", "{:.2f}"), ("p99, ms", "p99_ms", "{:.2f}"),
            ("bytes of the page", "bytes", "{:,.0f}"), ("server cores busy", "cpu_share", "{:.2f}"),
            ("generator's core busy", "own_cpu_share", "{:.2f}")])
    t.judge("newsroom", "answers/s / nginx with the same headers", b.ratio(r, "diwan", "nginx", "answers_s"),
            ">=", 0.8)
    t.judge("newsroom", "CPU per answer / the same", b.ratio(r, "diwan", "nginx", "cpu_us"), "<=", 1.25)
