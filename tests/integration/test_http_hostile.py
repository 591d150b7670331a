# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests that two servers might read differently, against the real binary: whole, byte by byte,
and behind nginx and haproxy. For each the status of the first answer and how many answers come in all: a
smuggled request would show as one more. (RELIABILITY promise 11)"""
import os
import re
import shutil
import socket
import subprocess
import tempfile

from harness import Client, Conn, Diwan, Skip, eq, port_of_nobody, wait_for

H = b"Host: a\r\n"
G = b"GET /healthz HTTP/1.1\r\n"
B = b'{"username":"nobody","password":"not a real one"}'
P = (b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\n"
     b"Content-Type: application/json\r\n")
L = b"Content-Length: %d\r\n" % len(B)
T = b"Transfer-Encoding: chunked\r\n"
C = b"%x\r\n%s\r\n0\r\n\r\n" % (len(B), B)
E = b"\r\n"
NEXT = G + H + E

# name, bytes, status, answers
ROWS = [
    # what must work (401: the body was read and the password was wrong)
    ("plain", G + H + E, 200, 1),
    ("blanks around a value", G + b"Host: \t a \t \r\n" + E, 200, 1),
    ("name in capitals", G + b"HOST: a\r\n" + E, 200, 1),
    ("port in host", G + b"Host: a:8080\r\n" + E, 200, 1),
    ("8-bit bytes in a value", G + H + b"X: \xd8\xa8\r\n" + E, 200, 1),
    ("pipelined", NEXT * 3, 200, 3),
    ("one empty line before", b"\r\n" + NEXT, 200, 1),
    ("absolute form", b"GET http://a/healthz HTTP/1.1\r\n" + H + E, 200, 1),
    ("HTTP/1.0 without host", b"GET /healthz HTTP/1.0\r\n\r\n", 200, 1),
    ("body", P + L + E + B, 401, 1),
    ("body and pipelined", P + L + E + B + NEXT, 401, 2),
    ("chunked", P + T + E + C, 401, 1),
    ("chunked and pipelined", P + T + E + C + NEXT, 401, 2),
    # line ends and control bytes
    ("bare LF after the request line", b"GET /healthz HTTP/1.1\nHost: a\r\n\r\n", 400, 1),
    ("bare LF after a field", G + b"Host: a\n\r\n" + NEXT, 400, 1),
    ("bare LF everywhere", b"GET /healthz HTTP/1.1\nHost: a\n\n", 400, 1),
    ("bare CR in a field", G + H + b"X: a\rb\r\n" + E, 400, 1),
    ("bare CR ends a field", G + b"Host: a\rX: b\r\n" + E, 400, 1),
    ("CRLF CR ends the head", G + b"Host: a\r\n\rX: b\r\n" + E, 400, 1),
    ("NUL in the path", b"GET /hea\0lthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("NUL in a value", G + H + b"X: a\0b\r\n" + E, 400, 1),
    ("NUL in a name", G + H + b"X\0Y: a\r\n" + E, 400, 1),
    ("escape byte in a value", G + H + b"X: \x1b[1m\r\n" + E, 400, 1),
    ("delete in a value", G + H + b"X: a\x7f\r\n" + E, 400, 1),
    ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, 1),
    # fields
    ("folded with a space", G + H + b"X: a\r\n b\r\n" + E, 400, 1),
    ("folded with a tab", G + H + b"X: a\r\n\tb\r\n" + E, 400, 1),
    ("folded first field", G + b" " + H + E, 400, 1),
    ("folded length", P + b"Content-Length:\r\n %d\r\n" % len(B) + E + B, 400, 1),
    ("space before the colon", G + b"Host : a\r\n" + E, 400, 1),
    ("length, space before the colon", P + b"Content-Length : 5\r\n" + E + b"hello", 400, 1),
    ("empty name", G + H + b": a\r\n" + E, 400, 1),
    ("no colon", G + H + b"nonsense\r\n" + E, 400, 1),
    ("space in a name", G + H + b"X Y: a\r\n" + E, 400, 1),
    ("8-bit byte in a name", G + H + b"X\xc3\xa9: a\r\n" + E, 400, 1),
    # Content-Length
    ("two lengths", P + b"Content-Length: 5\r\n" + L + E + B, 400, 1),
    ("the same length twice", P + L + L + E + B, 400, 1),
    ("list of lengths", P + b"Content-Length: 5, 5\r\n" + E + b"hello", 400, 1),
    ("length with plus", P + b"Content-Length: +5\r\n" + E + b"hello", 400, 1),
    ("length with minus", P + b"Content-Length: -5\r\n" + E + b"hello", 400, 1),
    ("empty length", P + b"Content-Length:\r\n" + E, 400, 1),
    ("length in hex", P + b"Content-Length: 0x5\r\n" + E + b"hello", 400, 1),
    ("length of 10 digits", P + b"Content-Length: 1000000000\r\n" + E, 413, 1),
    ("length beyond the limit", P + b"Content-Length: 70000\r\n" + E, 413, 1),
    ("request as the body of GET",
     G + H + b"Content-Length: 38\r\n" + E + b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nabcdef",
     400, 1),
    # Transfer-Encoding
    ("both lengths", P + L + T + E + b"0\r\n\r\n" + NEXT, 400, 1),
    ("both, other order", P + T + L + E + b"0\r\n\r\n" + NEXT, 400, 1),
    ("coding twice", P + T + T + E + C, 400, 1),
    ("chunked and identity", P + T + b"Transfer-Encoding: identity\r\n" + E + C, 400, 1),
    ("list of codings", P + b"Transfer-Encoding: gzip, chunked\r\n" + E + C, 501, 1),
    ("identity", P + b"Transfer-Encoding: identity\r\n" + E, 501, 1),
    ("xchunked", P + b"Transfer-Encoding: xchunked\r\n" + E + C, 501, 1),
    ("coding with vertical tab", P + b"Transfer-Encoding: \x0bchunked\r\n" + E + C, 400, 1),
    ("coding, space before the colon", P + b"Transfer-Encoding : chunked\r\n" + E + C, 400, 1),
    ("coding in HTTP/1.0", P.replace(b"1.1", b"1.0") + T + E + C, 400, 1),
    # chunks
    ("trailer", P + T + E + C[:-2] + b"X: y\r\n\r\n", 400, 1),
    ("extension", P + T + E + b"5;a=b\r\nhello\r\n0\r\n\r\n", 400, 1),
    ("size in LF", P + T + E + b"5\nhello\r\n0\r\n\r\n", 400, 1),
    ("size with 0x", P + T + E + b"0x5\r\nhello\r\n0\r\n\r\n", 400, 1),
    ("size with sign", P + T + E + b"-1\r\nhello\r\n0\r\n\r\n", 400, 1),
    ("size of 17 digits", P + T + E + b"10000000000000005\r\nhello\r\n0\r\n\r\n", 400, 1),
    ("data longer than its size", P + T + E + b"5\r\nhelloX\r\n0\r\n\r\n", 400, 1),
    ("last chunk in LF", P + T + E + b"0\r\n\n", 400, 1),
    # Host
    ("no host", G + E, 400, 1),
    ("two hosts", G + H + b"Host: b\r\n" + E, 400, 1),
    ("the same host twice", G + H + H + E, 400, 1),
    ("host with a slash", G + b"Host: a/b\r\n" + E, 400, 1),
    ("host with a user", G + b"Host: x@a\r\n" + E, 400, 1),
    ("host with a comma", G + b"Host: a,b\r\n" + E, 400, 1),
    ("unknown host", G + b"Host: evil.example\r\n" + E, 421, 1),
    # the request line
    ("two spaces", b"GET  /healthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("tab", b"GET\t/healthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("blank at the end", b"GET /healthz HTTP/1.1 \r\n" + H + E, 400, 1),
    ("fragment", b"GET /healthz#x HTTP/1.1\r\n" + H + E, 400, 1),
    ("8-bit path", b"GET /\xc3\xa9 HTTP/1.1\r\n" + H + E, 400, 1),
    ("HTTP/0.9", b"GET /healthz\r\n\r\n", 400, 1),
    ("no slash", b"GET healthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("version 2.0", b"GET /healthz HTTP/2.0\r\n" + H + E, 505, 1),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 1),
    ("unknown method", b"BREW /healthz HTTP/1.1\r\n" + H + E, 501, 1),
    ("TRACE", b"TRACE /healthz HTTP/1.1\r\n" + H + E, 501, 1),
    ("CONNECT", b"CONNECT a:80 HTTP/1.1\r\n" + H + E, 501, 1),
    ("RTSP", b"DESCRIBE rtsp://a/ RTSP/1.0\r\n" + H + E, 400, 1),
    ("absolute form, other host", b"GET http://b/healthz HTTP/1.1\r\n" + H + E, 400, 1),
    # paths
    ("dot segment", b"GET /assets/../healthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("coded dots", b"GET /assets/%2e%2E/healthz HTTP/1.1\r\n" + H + E, 400, 1),
    ("coded NUL", b"GET /assets/a%00 HTTP/1.1\r\n" + H + E, 400, 1),
    ("coded slash", b"GET /assets%2fx HTTP/1.1\r\n" + H + E, 400, 1),
    ("coded backslash", b"GET /assets/a%5Cb HTTP/1.1\r\n" + H + E, 400, 1),
    ("coded line end", b"GET /assets/a%0d%0aX HTTP/1.1\r\n" + H + E, 400, 1),
    ("bad escape", b"GET /assets/%zz HTTP/1.1\r\n" + H + E, 400, 1),
    # Expect, Upgrade
    ("unknown expectation", P + b"Expect: miracles\r\n" + L + E + B, 417, 1),
    ("upgrade", G + H + b"Connection: upgrade\r\nUpgrade: websocket\r\n" + E, 501, 1),
    ("h2c", G + H + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + E, 501, 1),
    ("half a head", G, 0, 0),
    ("head too large", G + H + b"X: " + b"v" * 17000 + E + E, 431, 1),
    ("too many fields", G + H + b"".join(b"Y%d: z\r\n" % i for i in range(64)) + E, 431, 1),
    ("target too long", b"GET /" + b"p" * 9000 + b" HTTP/1.1\r\n" + H + E, 414, 1),
]
FLAGS = ("--public-url", "http://a", "--sign-in-per-minute", "1000")


def answers(address, data, step=0):
    with Conn(address) as c:
        try:
            c.send(data, step)
        except (BrokenPipeError, ConnectionResetError):
            pass
        c.half_close()
        text = c.until_closed()
    found = re.findall(rb"(?:^|\r\n\r\n[^\r]*?)HTTP/1\.1 (\d{3}) ", text)
    return [int(s) for s in found if s != b"100"], text


def run_table(dw, step):
    wrong = []
    for name, data, status, count in ROWS:
        # The large ones byte by byte would only be slow.
        got, text = answers(dw.address, data, 0 if len(data) > 4000 else step)
        if len(got) != count or (count and got[0] != status):
            wrong.append("%s: %s, wanted %d answers from %d\n%r" % (name, got, count, status,
                                                                 text[:300]))
    assert not wrong, "\n".join(wrong)
    eq(dw.metrics_of_host("a")["diwan_http_gate_disagreed_total"], 0, "gate and parser disagree")


class Named(Diwan):
    """Answers only to the name `a`."""

    def metrics_of_host(self, host):
        with self.conn() as c:
            c.send("GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n" % host)
            body = c.response().ok(200).body.decode()
        return {line.split(" ")[0]: float(line.split(" ")[1])
                for line in body.split("\n") if line and line[0] != "#"}


def test_whole():
    with Named(*FLAGS) as dw:
        run_table(dw, 0)


def test_byte_by_byte():
    with Named(*FLAGS) as dw:
        run_table(dw, 1)


NGINX = """
daemon off; master_process off; pid %(dir)s/pid; error_log %(dir)s/error.log;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path %(dir)s/f;
    uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
    upstream diwan { server 127.0.0.1:%(backend)d; keepalive 4; }
    server {
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass http://diwan; proxy_http_version 1.1; proxy_buffering off;
            proxy_request_buffering off;
            proxy_set_header Host a; proxy_set_header Connection "";
        }
    }
}
"""


def is_open(address):
    try:
        Conn(address).close()
        return True
    except OSError:
        return False


def lines_of(data):
    """Requests that a reader finds who takes a bare LF for the end of a line, as both do and
    RFC 9112 section 2.2 allows: it then sends each on in its own clean form."""
    return data.count(b" HTTP/1.")


HAPROXY = """
global
    maxconn 256
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    http-reuse always
frontend room
    bind 127.0.0.1:%(port)d
    default_backend diwan
backend diwan
    http-request set-header Host a
    server one 127.0.0.1:%(backend)d maxconn 4 pool-max-conn 4
"""


def behind(program, conf_text, args):
    """Whatever the proxy makes of a hostile request, the next one over the same connections to us
    gets its own answer: nothing was left over or smuggled in."""
    path = shutil.which(program) or "/usr/sbin/" + program
    if not os.path.exists(path):
        raise Skip("%s is not installed" % program)
    with Named(*FLAGS) as dw, tempfile.TemporaryDirectory(prefix="diwan-proxy-") as folder, \
            socket.socket() as s:
        port = port_of_nobody(s)
        conf = os.path.join(folder, "proxy.conf")
        with open(conf, "w") as f:
            f.write(conf_text % {"dir": folder, "backend": dw.port, "port": port})
        proxy = subprocess.Popen([path] + [a % {"dir": folder, "conf": conf} for a in args],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: is_open(("127.0.0.1", port)), program)
            for name, data, _, count in ROWS:
                got, text = answers(("127.0.0.1", port), data)
                # Ours are known by a header; what is left on the client's side is the proxy's.
                ours = len(re.findall(rb"(?i)\r\nx-content-type-options: nosniff\r\n", text))
                most = lines_of(data) if "LF" in name else max(count, 1)
                assert ours <= most, "%s: %s\n%r" % (name, got, text[:500])
                with Client(("127.0.0.1", port)) as canary:
                    for _ in range(2):
                        after = canary("GET", "/healthz")
                        assert (after.status, after.body) == (200, b"ok\n"), (name, after.body)
            eq(dw.metrics_of_host("a")["diwan_http_gate_disagreed_total"], 0)
        finally:
            proxy.kill()
            proxy.wait()


def test_behind_nginx():
    behind("nginx", NGINX, ["-p", "%(dir)s", "-c", "%(conf)s"])


def test_behind_haproxy():
    behind("haproxy", HAPROXY, ["-f", "%(conf)s", "-db"])
