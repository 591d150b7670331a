#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""harness.py - what the integration tests stand on: the real binary on a port of its own in a
folder of its own, raw sockets towards it, and a reader of its stream.

    harness.py TEST.py [NAME]   runs every function test_* of the file (or those that hold NAME)
                                and prints one TAP line each

A test gets a server by `with Diwan() as dw:`; it is started, waited for and ended there, and
what it logged is shown when the test failed. Nothing here sleeps for a fixed time: `wait_for`
polls a condition, stretched by DIWAN_SLOW. DIWAN_SOAK=1 asks for the whole figures of the
promises, else about a tenth: `figure(tenth, whole)`.
"""
import contextlib
import importlib.util
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SLOW = max(1.0, float(os.environ.get("DIWAN_SLOW") or 1))
SOAK = os.environ.get("DIWAN_SOAK") == "1"
BIN = os.path.abspath(os.environ.get("DIWAN_BIN") or "build/release/diwan")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED_DATA = os.path.join(os.path.dirname(ROOT), "shared", "data")
WAIT_S = 15.0


class Skip(Exception):
    """This test cannot run here; the text says why."""


def is_sanitized():
    """Does the binary carry a sanitizer? Its memory then says nothing about ours."""
    with open(BIN, "rb") as f:
        program = f.read()
    return b"__asan_init" in program or b"__tsan_init" in program


def figure(tenth, whole):
    return whole if SOAK else tenth


def wait_for(condition, what, timeout=WAIT_S):
    """Poll until the condition is true; returns what it gave."""
    end = time.monotonic() + timeout * SLOW
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("waited in vain for: %s" % what)
        time.sleep(0.01)


def is_readable(files, timeout):
    """Has one of them something to read (or its end), within so many seconds? Unlike select it
    takes descriptors of any number."""
    poll = select.poll()
    for f in files:
        poll.register(f, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


def port_of_nobody(s):
    """A port that no other process is given while the socket lives, and where nobody answers until
    a server listens that sets SO_REUSEADDR."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    return s.getsockname()[1]


def eq(got, want, what=""):
    if got != want:
        raise AssertionError("%s: got %r, wanted %r" % (what or "value", got, want))


def free_of(text, *words):
    for word in words:
        if word in text:
            raise AssertionError("%r must not be in there" % word)


# ---- HTTP over a plain socket -------------------------------------------------------------


class Closed(Exception):
    """The server closed the connection where an answer was due."""


class Response:
    def __init__(self, status, headers, body, version):
        self.status, self.headers, self.body, self.version = status, headers, body, version

    def get(self, name, default=None):
        for key, value in self.headers:
            if key == name.lower():
                return value
        return default

    def all(self, name):
        return [v for k, v in self.headers if k == name.lower()]

    def json(self):
        return json.loads(self.body)

    def ok(self, *statuses):
        """Itself, when the status is one of these (2xx without any)."""
        good = self.status in statuses if statuses else 200 <= self.status < 300
        if not good:
            raise AssertionError("answer %d %r" % (self.status, self.body[:400]))
        return self

    def problem(self, status, pointer=None):
        """Itself, when it is a problem+json of that status (that names the field)."""
        eq(self.status, status, "status (%r)" % self.body[:300])
        eq((self.get("content-type") or "").split(";")[0], "application/problem+json", "type")
        doc = self.json()
        eq(doc["status"], status, "status in the problem")
        assert doc["type"] and doc["title"] and doc["detail"], doc
        if pointer is not None:
            assert pointer in [e["pointer"] for e in doc["errors"]], doc
        return self


class Conn:
    """One connection: send bytes, expect bytes, or read whole answers."""

    def __init__(self, address, timeout=WAIT_S, rcvbuf=None):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.sock.settimeout(timeout * SLOW)
        self.sock.connect(address)
        self.buf = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data, step=0):
        if isinstance(data, str):
            data = data.encode()
        if not step:
            self.sock.sendall(data)
            return
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(data), step):
            try:
                self.sock.sendall(data[i:i + step])
            except (BrokenPipeError, ConnectionResetError):
                return

    def half_close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def fill(self):
        """Read once; False at the end of the stream."""
        try:
            piece = self.sock.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.buf += piece
        return piece != b""

    def expect(self, pattern):
        """Read until the pattern matches; drops what it matched, returns the match."""
        if isinstance(pattern, str):
            pattern = pattern.encode()
        while True:
            found = re.search(pattern, self.buf, re.S)
            if found:
                self.buf = self.buf[found.end():]
                return found
            if not self.fill():
                raise Closed("closed before %r; had %r" % (pattern, self.buf[-300:]))

    def until_closed(self):
        while self.fill():
            pass
        return self.buf

    def is_closed(self):
        """Has the peer ended it, or a thread of ours? Reads what is there without waiting."""
        try:
            while is_readable([self.sock], 0):
                if not self.fill():
                    return True
        except ValueError:  # it has no descriptor any more
            return True
        return False

    def exactly(self, n):
        while len(self.buf) < n:
            if not self.fill():
                raise Closed("closed within a body")
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def chunked(self):
        body = b""
        while True:
            size = int(self.expect(rb"^([0-9A-Fa-f]+)\r\n").group(1), 16)
            body += self.exactly(size)
            self.expect(rb"^\r\n")
            if size == 0:
                return body

    def response(self, head_only=False):
        head = self.expect(rb"^(?:\r\n)*HTTP/(1\.[01]) (\d{3})[^\r\n]*\r\n(.*?)\r\n\r\n"
                           rb"|^(?:\r\n)*HTTP/(1\.[01]) (\d{3})[^\r\n]*\r\n\r\n")
        version, status = head.group(1) or head.group(4), int(head.group(2) or head.group(5))
        headers = []
        for line in (head.group(3) or b"").decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            headers.append((name.lower(), value.strip()))
        got = Response(status, headers, b"", version.decode())
        if head_only or status in (204, 304) or status < 200:
            return got
        if got.get("transfer-encoding"):
            got.body = self.chunked()
        elif got.get("content-length") is not None:
            got.body = self.exactly(int(got.get("content-length")))
        elif "event-stream" not in (got.get("content-type") or ""):
            got.body = self.until_closed()
            self.buf = b""
        return got


def head_of(method, path, host, headers, body):
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: %s" % host]
    lines += ["%s: %s" % pair for pair in headers.items()]
    if body is not None and "Transfer-Encoding" not in headers:
        lines.append("Content-Length: %d" % len(body))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Client:
    """Keeps one connection alive and makes a new one when the server closed it."""

    def __init__(self, address, auth=None, timeout=WAIT_S):
        self.address, self.auth, self.timeout = address, dict(auth or {}), timeout
        self.conn = None
        self.host = "localhost" if isinstance(address, str) else "%s:%d" % address

    def close(self):
        if self.conn:
            self.conn.close()
            self.conn = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __call__(self, method, path, body=None, headers=None):
        given = dict(self.auth)
        given.update(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        if isinstance(body, str):
            body = body.encode()
        if body is not None and "Content-Type" not in given:
            given["Content-Type"] = "application/json"
        # A connection that was idle may have been closed: then, and only then, once more.
        conn = self.conn  # whoever stops the server closes it
        if conn and conn.is_closed():
            self.close()
            conn = None
        if not conn:
            conn = self.conn = Conn(self.address, self.timeout)
        try:
            conn.send(head_of(method, path, self.host, given, body) + (body or b""))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer, if there is one, is still to be read
        try:
            got = conn.response(head_only=method == "HEAD")
        except Exception:
            self.close()
            raise
        if (got.get("connection") or "").lower() == "close":
            self.close()
        return got


# ---- the stream ---------------------------------------------------------------------------


class Event:
    __slots__ = ("id", "type", "item")

    def __init__(self, id_, type_, item):
        self.id, self.type, self.item = id_, type_, item

    def __repr__(self):
        return "%s@%s" % (self.type, self.id)


class Stream:
    """An EventSource. It checks the contract as it reads: ids strictly rise, one JSON object a
    frame whose seq is the id, positions never go back."""

    def __init__(self, address, auth, query="", last_id=None, rcvbuf=None):
        self.conn = Conn(address, rcvbuf=rcvbuf)
        headers = dict(auth)
        headers["Accept"] = "text/event-stream"
        if last_id is not None:
            headers["Last-Event-ID"] = str(last_id)
        host = "%s:%d" % address if isinstance(address, tuple) else "localhost"
        self.conn.send(head_of("GET", "/api/v1/stream" + query, host, headers, None))
        self.response = self.conn.response()
        self.text, self.conn.buf = self.conn.buf, b""
        self.events, self.other = [], []  # with an id; ephemeral ones
        self.position = int(last_id) if last_id is not None else None
        self.retry, self.beats, self.ended = [], 0, False
        self.take()

    def __enter__(self):
        self.response.ok(200)
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.conn.close()

    @property
    def ids(self):
        return [e.id for e in self.events]

    def of(self, type_):
        return [e for e in self.events if e.type == type_]

    def fill(self, timeout=0.0):
        """Read what is there within the timeout; False at the end."""
        if self.ended:
            return False
        if is_readable([self.conn.sock], timeout):
            self.ended = not self.conn.fill()
            self.text, self.conn.buf = self.text + self.conn.buf, b""
            self.take()
        return not self.ended

    def take(self):
        *frames, self.text = self.text.split(b"\n\n")
        for frame in frames:
            self.frame(frame.decode())

    def frame(self, text):
        fields = {}
        for line in text.split("\n"):
            name, _, value = line.partition(":")
            assert name not in fields or name == "", "field %r twice in %r" % (name, text)
            fields[name] = value[1:] if value.startswith(" ") else value
        if "retry" in fields:
            self.retry.append(int(fields["retry"]))
        if "id" not in fields:
            if fields.get("event") == "hb":
                self.beats += 1
            elif "event" in fields:
                self.other.append((fields["event"], fields.get("data")))
            return
        id_ = int(fields["id"])
        if "data" not in fields:
            assert self.position is None or id_ >= self.position, \
                "position went back: %d after %s" % (id_, self.position)
            self.position = id_
            return
        assert self.position is None or id_ > self.position, \
            "id %d after position %s" % (id_, self.position)
        item = json.loads(fields["data"])
        eq(item["seq"], id_, "seq of the frame")
        eq(item["type"], fields["event"], "type of the frame")
        assert isinstance(item["data"], dict), item
        self.position = id_
        self.events.append(Event(id_, fields["event"], item))

    def until(self, condition, what, timeout=WAIT_S):
        """Read until condition(self)."""
        end = time.monotonic() + timeout * SLOW
        while not condition(self):
            if self.ended and not condition(self):
                raise AssertionError("stream ended before: %s (%d events, position %s)"
                                     % (what, len(self.events), self.position))
            if time.monotonic() > end:
                raise AssertionError("stream: waited in vain for: %s (%d events, position %s)"
                                     % (what, len(self.events), self.position))
            self.fill(0.1)
        return self

    def until_id(self, seq, timeout=WAIT_S):
        return self.until(lambda s: (s.position or 0) >= seq, "id %d" % seq, timeout)

    def until_end(self, timeout=WAIT_S):
        return self.until(lambda s: s.ended, "the end of the stream", timeout)


# ---- the server ---------------------------------------------------------------------------


class Session:
    def __init__(self, cookie, csrf, user, address):
        self.cookie, self.csrf, self.user = cookie, csrf, user
        self.auth = {"Cookie": cookie, "X-CSRF-Token": csrf}
        self.client = Client(address, self.auth)

    def __call__(self, *args, **kwargs):
        return self.client(*args, **kwargs)


def ndjson(mentions):
    return "".join(json.dumps(m, ensure_ascii=False) + "\n" for m in mentions).encode()


def mention(n, source="test", text=None, **more):
    m = {"source": source, "source_id": str(n), "text": text or "message number %s" % n}
    m.update(more)
    return m


class Diwan:
    """The real binary. Flags are given as they stand on the command line of `serve`."""

    made = []  # those of the running test: their logs are shown when it fails

    def __init__(self, *flags, folder=None, start=True, env=None, prefix=()):
        self.own = folder is None
        self.dir = folder or tempfile.mkdtemp(prefix="diwan-test-")
        self.data = os.path.join(self.dir, "data")
        self.flags, self.env, self.prefix = list(flags), dict(env or {}), list(prefix)
        self.process, self.port, self.stdout = None, None, ""
        self.log_path = os.path.join(self.dir, "server.log")
        self.clients = []
        Diwan.made.append(self)
        self.starts = start

    def __enter__(self):
        if self.starts:
            self.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None and self.process and self.process.poll() is not None:
            raise AssertionError("the server ended by itself: %s" % self.process.returncode)
        self.kill()
        for client in self.clients:
            client.close()

    def remove(self):
        self.kill()
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)

    # -- life

    def start(self, timeout=30.0):
        assert self.process is None
        args = self.prefix + [BIN, "serve", "--data", self.data, "--listen", "127.0.0.1:0"]
        env = dict(os.environ, **self.env)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(args + self.flags, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, env=env)
        self.stdout = ""
        end = time.monotonic() + timeout * SLOW
        out = self.process.stdout
        os.set_blocking(out.fileno(), False)
        while "\n" not in self.stdout:
            if time.monotonic() > end:
                raise AssertionError("the server did not get ready; it printed %r" % self.stdout)
            if is_readable([out], 0.1):
                piece = out.read()
                if piece == b"":
                    raise AssertionError("the server ended before it was ready: %s\n%s"
                                         % (self.process.wait(), self.log()[-2000:]))
                self.stdout += (piece or b"").decode()
        ready = re.match(r"diwan: serving http://127\.0\.0\.1:(\d+)\n", self.stdout)
        assert ready, "not the line that is promised: %r" % self.stdout
        self.port = int(ready.group(1))
        return self

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def control(self):
        return os.path.join(self.data, "control.sock")

    def ended(self):
        process, self.process = self.process, None
        if process:
            if process.stdout:
                process.stdout.close()
            for client in self.clients:
                client.close()
            return process.returncode
        return None

    def kill(self):
        """kill -9, as a power cut of the process."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
        return self.ended()

    def stop(self, timeout=30.0):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout)

    def wait(self, timeout=30.0):
        try:
            self.process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError("the server did not stop") from None
        return self.ended()

    def restart(self):
        self.kill()
        return self.start()

    def log(self):
        with contextlib.suppress(FileNotFoundError):
            with open(self.log_path, "rb") as f:
                return f.read().decode("utf-8", "replace")
        return ""

    def rss_kb(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    # -- the command line

    def cli(self, *args, stdin="", code=0):
        got = subprocess.run([BIN, *args, "--data", self.data], input=stdin, text=True,
                             capture_output=True, timeout=120 * SLOW, check=False)
        if code is not None and got.returncode != code:
            raise AssertionError("diwan %s: exit code %d, wanted %d\n%s%s" % (
                " ".join(args), got.returncode, code, got.stdout, got.stderr))
        return got

    def user(self, name, roles="lead", password="correct horse battery", *more):
        self.cli("user", "add", name, "--roles", roles, *more, stdin=password + "\n")
        return password

    def token(self, name, scope):
        out = self.cli("token", "add", name, "--scope", scope).stdout
        lines = [line for line in out.split("\n") if re.fullmatch(r"[A-Za-z0-9_-]{32,}", line)]
        eq(len(lines), 1, "lines of `token add` that are a token (%r)" % out)
        return lines[0]

    # -- HTTP

    def client(self, token=None, local=False):
        auth = {"Authorization": "Bearer " + token} if token else {}
        made = Client(self.control if local else self.address, auth)
        self.clients.append(made)
        return made

    def request(self, method, path, body=None, headers=None, token=None):
        with Client(self.address, {"Authorization": "Bearer " + token} if token else {}) as c:
            return c(method, path, body, headers)

    def conn(self, **kwargs):
        return Conn(self.address, **kwargs)

    def sign_in_raw(self, username, password, headers=None):
        given = {"Sec-Fetch-Site": "same-origin"}
        given.update(headers or {})
        return self.request("POST", "/api/v1/session",
                            {"username": username, "password": password}, given)

    def sign_in(self, username, password="correct horse battery"):
        got = self.sign_in_raw(username, password).ok(200)
        doc = got.json()
        cookie = got.get("set-cookie").split(";")[0]
        session = Session(cookie, doc["csrf"], doc["user"], self.address)
        self.clients.append(session.client)
        return session

    def stream(self, auth, query="", last_id=None, rcvbuf=None):
        """auth: a token, a Session, or headers."""
        if isinstance(auth, Session):
            auth = {"Cookie": auth.cookie}
        elif isinstance(auth, str):
            auth = {"Authorization": "Bearer " + auth}
        return Stream(self.address, auth, query, last_id, rcvbuf)

    def metrics(self):
        got = self.request("GET", "/metrics").ok(200)
        out = {}
        for line in got.body.decode().split("\n"):
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                out[name] = float(value)
        return out

    def head(self):
        return int(self.metrics()["diwan_journal_head"])

    def post(self, client, mentions):
        """Post as NDJSON; the answer's object."""
        return client("POST", "/api/v1/mentions", ndjson(mentions),
                      {"Content-Type": "application/x-ndjson"}).ok(201).json()

    def verify(self, code=0):
        return self.cli("verify", code=code)


def everything(dw, auth, head=None):
    """All events up to the head that this reader may see, as the stream tells them."""
    head = dw.head() if head is None else head
    with dw.stream(auth, "?after=0") as s:
        s.until_id(head, 60)
        return [e for e in s.events if e.id <= head]


def background(fn, *args):
    """Run in a thread; .result() joins it and raises what it raised."""
    box = {}

    def run():
        try:
            box["value"] = fn(*args)
        except BaseException as e:  # handed over to whoever asks for the result
            box["error"] = e

    thread = threading.Thread(target=run, daemon=True)

    def result(timeout=120.0):
        thread.join(timeout * SLOW)
        if thread.is_alive():
            raise AssertionError("%s did not end" % fn.__name__)
        if "error" in box:
            raise box["error"]
        return box.get("value")

    thread.start()
    thread.result = result
    return thread


# ---- running tests ------------------------------------------------------------------------


def run_test(number, name, fn):
    Diwan.made = []
    try:
        fn()
        print("ok %d - %s" % (number, name), flush=True)
        return True
    except Skip as why:
        print("ok %d - %s # SKIP %s" % (number, name, why), flush=True)
        return True
    except BaseException as e:
        if isinstance(e, KeyboardInterrupt):
            raise
        print("not ok %d - %s" % (number, name))
        print("\n".join("#   " + line for line in traceback.format_exc().split("\n")))
        for dw in Diwan.made:
            log = dw.log().strip().split("\n")[-40:]
            print("# log of the server:\n" + "\n".join("#   " + line for line in log), flush=True)
        return False
    finally:
        for dw in Diwan.made:
            dw.remove()


def main(argv):
    path, only = argv[1], argv[2] if len(argv) > 2 else ""
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_") and only in n]
    if not os.access(BIN, os.X_OK):
        print("not ok 1 - there is no program %s (DIWAN_BIN)" % BIN)
        return 1
    print("1..%d" % len(tests), flush=True)
    results = [run_test(i, n, f) for i, (n, f) in enumerate(tests, 1)]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__)
        sys.exit(2)
    import harness  # the one that tests import, not this copy
    sys.exit(harness.main(sys.argv))
