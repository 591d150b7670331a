# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may come in, what they may do, and that nobody stays who was shown the door. (RELIABILITY
promise 13; ASVS 5.0 chapters 3, 6, 7)"""
import os
import re
import socket
import sqlite3

from harness import (SLOW, Client, Conn, Diwan, eq, everything, free_of, head_of, mention,
                     wait_for)

PASSWORD = "correct horse battery"
COST = "$argon2id$v=19$m=65536,t=3,p=1$"
DESK = {"text": "somebody rang"}


def test_sign_in_and_out():
    with Diwan() as dw:
        dw.user("mira", "lead,drafter", PASSWORD, "--groups", "comms")
        got = dw.sign_in_raw("mira", PASSWORD).ok(200)
        flags = [p.strip().lower() for p in got.get("set-cookie").split(";")[1:]]
        assert got.get("set-cookie").startswith("diwan_session="), got.headers
        assert "httponly" in flags and "samesite=strict" in flags and "path=/" in flags, flags
        assert "secure" not in flags and not any(f.startswith("domain") for f in flags), flags
        doc = got.json()
        eq(doc["user"]["name"], "mira")
        eq(sorted(doc["user"]["roles"]), ["drafter", "lead"])
        eq(doc["user"]["groups"], ["comms"])
        me = dw.sign_in("mira")
        eq(me("GET", "/api/v1/session").ok(200).json()["user"], doc["user"])
        me("DELETE", "/api/v1/session").ok(204)
        me("GET", "/api/v1/session").problem(401)
        dw.request("GET", "/api/v1/session").problem(401)
        dw.request("GET", "/api/v1/session", headers={"Cookie": "diwan_session=" + "A" * 43}
                   ).problem(401)


def test_cookie_under_tls():
    with Diwan("--public-url", "https://localhost") as dw:
        dw.user("mira")
        head = head_of("POST", "/api/v1/session", "localhost",
                       {"Content-Type": "application/json", "Origin": "https://localhost",
                        "Sec-Fetch-Site": "same-origin"},
                       b'{"username":"mira","password":"%s"}' % PASSWORD.encode())
        with dw.conn() as c:
            c.send(head + b'{"username":"mira","password":"%s"}' % PASSWORD.encode())
            cookie = c.response().ok(200).get("set-cookie")
        assert cookie.startswith("__Host-diwan_session="), cookie
        flags = [p.strip().lower() for p in cookie.split(";")[1:]]
        assert "secure" in flags and "path=/" in flags, flags


def test_wrong_password_and_unknown_name_look_alike():
    with Diwan() as dw:
        dw.user("mira")
        wrong = dw.sign_in_raw("mira", "not this one here").problem(401)
        unknown = dw.sign_in_raw("nobody at all", "not this one here").problem(401)
        eq(wrong.json(), unknown.json())
        eq([n for n, _ in wrong.headers], [n for n, _ in unknown.headers])
        assert wrong.get("set-cookie") is None


def attempt(dw, source, username, password):
    """Sign in from another address of this machine."""
    body = b'{"username":"%s","password":"%s"}' % (username.encode(), password.encode())
    with dw.conn() as c:
        c.sock.close()
        c.sock = socket.create_connection(dw.address, source_address=(source, 0))
        c.send(head_of("POST", "/api/v1/session", "localhost",
                       {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
                       body) + body)
        return c.response()


def test_passwords_are_dear_to_guess():
    """Argon2id with 64 MiB and three passes."""
    with Diwan() as dw:
        dw.user("mira")
        dw.sign_in("mira")
        db = sqlite3.connect("file:%s/diwan.db?mode=ro" % dw.data, uri=True)
        hashes = [row[0] for row in db.execute("SELECT hash FROM password")]
        db.close()
        eq([h[:len(COST)] for h in hashes], [COST])


def test_guessing_is_throttled_without_locking_out():
    with Diwan("--sign-in-per-minute", "3") as dw:
        dw.user("mira")
        held = dw.sign_in("mira")
        refused = None
        for _ in range(12):
            got = attempt(dw, "127.0.0.2", "mira", "guess guess guess")
            if got.status == 429:
                refused = got.problem(429)
                break
            got.problem(401)
        assert refused, "twelve guesses were all answered"
        assert int(refused.get("retry-after")) > 0
        attempt(dw, "127.0.0.2", "mira", PASSWORD).problem(429)
        held("GET", "/api/v1/session").ok(200)
        # The victim, where she signed in before, is not locked out.
        eq(attempt(dw, "127.0.0.1", "mira", PASSWORD).status, 200, "the victim's sign-in")
        # Nor where she never was.
        eq(attempt(dw, "127.0.0.9", "mira", PASSWORD).status, 200, "from a new address")
        got = dw.metrics()
        eq([got["diwan_sign_ins_total"], got["diwan_sign_ins_refused_total"],
            got["diwan_sign_ins_throttled_total"]], [3, 3, 2])


def test_guessing_many_names_from_one_address():
    with Diwan("--sign-in-per-minute", "3") as dw:
        seen = [attempt(dw, "127.0.0.2", "name%d" % i, "guess guess guess").status
                for i in range(12)]
        assert 429 in seen, seen
        eq(attempt(dw, "127.0.0.3", "name", "guess guess guess").status, 401)


def test_csrf_matrix():
    """(headers, may it pass)"""
    with Diwan() as dw:
        dw.user("mira", "drafter")
        me = dw.sign_in("mira")
        own = "http://127.0.0.1:%d" % dw.port
        token = {"X-CSRF-Token": me.csrf}
        rows = (
            ({}, False),
            (token, True),
            ({"X-CSRF-Token": "A" * len(me.csrf)}, False),
            ({"X-CSRF-Token": ""}, False),
            ({"Sec-Fetch-Site": "same-origin"}, True),
            ({"Sec-Fetch-Site": "same-site"}, False),
            ({"Sec-Fetch-Site": "none"}, False),
            ({"Sec-Fetch-Site": "cross-site"}, False),
            (dict(token, **{"Sec-Fetch-Site": "cross-site"}), False),
            (dict(token, Origin="https://evil.example"), False),
            (dict(token, Origin="null"), False),
            (dict(token, Origin=own), True),
            ({"Origin": own}, False),
            ({"Sec-Fetch-Site": "same-origin", "Origin": own}, True),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, False),
        )
        for i, (headers, passes) in enumerate(rows):
            given = dict(headers, Cookie=me.cookie)
            got = dw.request("POST", "/api/v1/mentions/desk",
                             dict(DESK, text="call %d" % i), given)
            eq(got.status, 201 if passes else 403, "row %d %s: %r" % (i, headers, got.body))
            if passes:
                continue
            got.problem(403)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            dw.request("POST", "/api/v1/mentions/desk", b"{}",
                       dict(me.auth, **{"Content-Type": kind})).problem(415)
        # Sign-in itself: a foreign page must not sign somebody in.
        dw.sign_in_raw("mira", PASSWORD, {"Sec-Fetch-Site": "cross-site"}).problem(403)
        dw.sign_in_raw("mira", PASSWORD, {"Origin": "https://evil.example"}).problem(403)
        # A stream cannot be read from a foreign page either.
        s = dw.stream({"Cookie": me.cookie, "Sec-Fetch-Site": "cross-site"})
        s.response.problem(403)
        s.close()


def test_bearer_needs_no_csrf():
    with Diwan() as dw:
        token = dw.token("desk", "act")
        ingest = dw.token("feed", "ingest")
        got = dw.request("POST", "/api/v1/mentions", mention(1),
                         {"Origin": "https://elsewhere.example"}, ingest)
        got.ok(201, 403)
        dw.request("POST", "/api/v1/mentions", mention(2), token=ingest).ok(201)
        dw.request("GET", "/api/v1/session", token=token).ok(200, 401, 403)


def test_token_scopes():
    with Diwan() as dw:
        ingest, read = dw.token("feed", "ingest"), dw.token("screen", "read")
        dw.request("POST", "/api/v1/mentions", mention(1), token=ingest).ok(201)
        dw.request("GET", "/api/v1/mentions", token=ingest).problem(403)
        dw.request("GET", "/api/v1/mentions", token=read).ok(200)
        dw.request("POST", "/api/v1/mentions", mention(2), token=read).problem(403)
        dw.request("GET", "/api/v1/users", token=read).problem(403)
        for wrong in ("dwt_" + "A" * 43, "x", ingest[:-1], ingest + "A", ingest.upper()):
            dw.request("GET", "/api/v1/mentions", token=wrong).problem(401)
        s = dw.stream(ingest)
        s.response.problem(403)
        s.close()


def test_revoked_token_ends_its_stream():
    with Diwan() as dw:
        ingest, read = dw.token("feed", "ingest"), dw.token("screen", "read")
        with dw.client(ingest) as c, dw.stream(read) as s:
            seq = dw.post(c, [mention(1)])["last_seq"]
            s.until_id(seq)
            tokens = dw.client(local=True)("GET", "/api/v1/tokens").ok(200).json()["items"]
            ids = {t["name"]: t["id"] for t in tokens}
            assert read not in str(tokens) and "token" not in tokens[0], tokens
            dw.client(local=True)("DELETE", "/api/v1/tokens/%d" % ids["screen"]).ok(204)
            dw.post(c, [mention(2)])
            s.until_end(5)
            eq(len(s.of("mention.added")), 1, "mentions seen")
        dw.request("GET", "/api/v1/mentions", token=read).problem(401)


def test_sessions_rotate_are_listed_and_revoked():
    with Diwan() as dw:
        dw.user("mira")
        first, second = dw.sign_in("mira"), dw.sign_in("mira")
        assert first.cookie != second.cookie and first.csrf != second.csrf
        items = second("GET", "/api/v1/sessions").ok(200).json()["items"]
        eq(len(items), 2)
        eq([i["current"] for i in items].count(True), 1)
        other = [i for i in items if not i["current"]][0]
        with dw.stream(first) as s:
            second("DELETE", "/api/v1/sessions/%d" % other["id"]).ok(204)
            s.until_end(5)
        first("GET", "/api/v1/session").problem(401)
        second("GET", "/api/v1/session").ok(200)
        # Somebody else's session cannot be ended.
        dw.user("omid", "observer")
        dw.sign_in("omid")("DELETE", "/api/v1/sessions/%d" % [
            i for i in second("GET", "/api/v1/sessions").json()["items"]][0]["id"]).ok(403, 404)
        second("GET", "/api/v1/session").ok(200)


def test_sign_out_ends_the_stream():
    with Diwan() as dw:
        dw.user("mira")
        one, two = dw.sign_in("mira"), dw.sign_in("mira")
        ingest = dw.client(dw.token("feed", "ingest"))
        with dw.stream(one) as s, dw.stream(two) as other:
            one("DELETE", "/api/v1/session").ok(204)
            seq = dw.post(ingest, [mention(1)])["last_seq"]
            s.until_end(5)
            eq(s.of("mention.added"), [])
            other.until_id(seq)
        again = dw.stream(one)
        again.response.ok(204, 401)
        again.close()


def test_disabling_ends_everything_at_once():
    with Diwan() as dw:
        dw.user("mira", "observer")
        dw.user("boss", "admin")
        me, boss = dw.sign_in("mira"), dw.sign_in("boss")
        ingest = dw.client(dw.token("feed", "ingest"))
        dw.post(ingest, [mention(n, text="long " * 2000) for n in range(400)])
        # One live, one in the middle of its replay: it does not read, so the server cannot
        # have sent it all.
        with dw.stream(me) as live, dw.stream(me, "?after=0", rcvbuf=4096) as behind:
            user = [u for u in boss("GET", "/api/v1/users").json()["items"]
                    if u["name"] == "mira"][0]
            path = "/api/v1/users/%d" % user["id"]
            boss("PATCH", path, {"disabled": True}).problem(428)
            boss("PATCH", path, {"disabled": True}, {"If-Match": '"999"'}).ok(412)
            boss("PATCH", path, {"disabled": True},
                 {"If-Match": '"%d"' % user["version"]}).ok(200)
            seq = dw.post(ingest, [mention("after")])["last_seq"]
            live.until_end(5)
            behind.until_end(15)
            for s in (live, behind):
                assert seq not in s.ids, "an event after the door was shut"
        me("GET", "/api/v1/session").problem(401)
        dw.sign_in_raw("mira", PASSWORD).problem(401)


def test_roles_narrow_an_open_stream():
    with Diwan() as dw:
        dw.user("mira", "admin")
        dw.user("boss", "admin")
        me, boss = dw.sign_in("mira"), dw.sign_in("boss")
        ingest = dw.client(dw.token("feed", "ingest"))
        with dw.stream(me) as s:
            dw.user("one", "observer")
            s.until(lambda s: s.of("user.added"), "an account's event")
            user = [u for u in boss("GET", "/api/v1/users").json()["items"]
                    if u["name"] == "mira"][0]
            boss("PATCH", "/api/v1/users/%d" % user["id"], {"roles": ["observer"]},
                 {"If-Match": '"%d"' % user["version"]}).ok(200)
            seen = len(s.of("user.added"))
            dw.user("two", "observer")
            seq = dw.post(ingest, [mention(1)])["last_seq"]
            s.until_id(seq)
            eq(len(s.of("user.added")), seen, "account events after the role was taken")
            assert s.of("mention.added")
        me("GET", "/api/v1/users").problem(403)
        for e in everything(dw, me, seq):
            assert e.type.split(".")[0] in ("mention", "source"), e


def test_streams_per_session_are_limited():
    with Diwan("--streams-per-session", "3") as dw:
        dw.user("mira")
        me = dw.sign_in("mira")
        streams = [dw.stream(me) for _ in range(3)]
        for s in streams:
            s.response.ok(200)
        refused = dw.stream(me)
        refused.response.problem(429)
        streams[0].close()

        def again():
            s = dw.stream(me)
            streams.append(s)
            return s.response.status == 200

        wait_for(again, "room for another stream")
        for s in streams:
            s.close()


def files_below(folder):
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    yield path, f.read()


def test_secrets_are_nowhere():
    with Diwan("--log-level", "debug") as dw:
        password = "S3cret-Passw0rd-in-clear"
        dw.user("mira", "lead", password)
        token = dw.token("feed", "ingest")
        me = dw.sign_in("mira", password)
        dw.sign_in_raw("mira", "Wr0ng-Passw0rd-in-clear").problem(401)
        dw.sign_in_raw("Typed-Into-The-Name-Field", "x" * 12).problem(401)
        dw.request("POST", "/api/v1/mentions", mention(1), token=token).ok(201)
        dw.request("GET", "/api/v1/mentions?source=" + token, token=token).problem(403)
        me("GET", "/api/v1/mentions?source=x").ok(200)
        link = dw.client(local=True)("GET", "/api/v1/sessions?user=1")
        assert link.status in (200, 400, 404), link.status
        cookie = me.cookie.split("=", 1)[1]
        secrets = [s.encode() for s in (
            password, "Wr0ng-Passw0rd-in-clear", "Typed-Into-The-Name-Field", token, token[4:],
            cookie, me.csrf)]
        for path, data in files_below(dw.dir):
            for secret in secrets:
                assert secret not in data, "%r is in %s" % (secret, path)
        eq(dw.stop(), 0)
        for path, data in files_below(dw.dir):
            for secret in secrets:
                assert secret not in data, "%r is in %s" % (secret, path)
        for name in ("diwan.db", "identity.key"):
            path = os.path.join(dw.data, name)
            if os.path.exists(path):
                eq(os.stat(path).st_mode & 0o077, 0, "mode of %s" % name)


def test_weak_passwords_are_refused():
    with Diwan() as dw:
        local = dw.client(local=True)
        for weak in ("", "short", "1234567", "password"):
            local("POST", "/api/v1/users", {"name": "u" + weak, "roles": ["lead"],
                                            "password": weak}).problem(400, "/password")
        local("POST", "/api/v1/users", {"name": "long", "roles": ["lead"],
                                        "password": "كلمة سر طويلة جدا " * 4}).ok(201)
        local("POST", "/api/v1/users", {"name": "u", "roles": ["emperor"],
                                        "password": PASSWORD}).problem(400)
        local("POST", "/api/v1/users", {"name": "a\nb", "roles": ["lead"],
                                        "password": PASSWORD}).problem(400, "/name")
        local("POST", "/api/v1/users", {"name": "LONG", "roles": ["lead"],
                                        "password": PASSWORD}).problem(409)
        local("POST", "/api/v1/users", {"name": "x", "roles": ["lead"], "password": PASSWORD,
                                        "extra": 1}).problem(400)
        made = local("POST", "/api/v1/users", {"name": "made", "roles": ["lead"]}).ok(201).json()
        dw.sign_in("made", made["password"])


def test_setup_link_makes_the_first_admin_once():
    with Diwan() as dw:
        local = dw.client(local=True)
        path = local("POST", "/control/setup-link", {}).ok(201).json()["path"]
        token = re.fullmatch(r"/setup#([A-Za-z0-9_-]+)", path).group(1)
        dw.request("GET", "/setup").ok(200)
        body = {"token": token, "username": "first", "password": PASSWORD}
        same = {"Sec-Fetch-Site": "same-origin"}
        dw.request("POST", "/api/v1/setup", dict(body, token="A" * len(token)), same).ok(401, 403)
        got = dw.request("POST", "/api/v1/setup", body, same).ok(201)
        eq(got.json()["user"]["roles"], ["admin"])
        dw.request("POST", "/api/v1/setup", dict(body, username="again"), same
                   ).ok(401, 403, 404, 409)
        local("POST", "/control/setup-link", {}).problem(409)


def test_the_set_up_link_is_for_people():
    """Standard output has the one line that scripts read; the link is beside the log, and under
    systemd nowhere."""
    link = r"^diwan: set up the first admin at http://127\.0\.0\.1:%d/setup#([A-Za-z0-9_-]{43})$"
    with Diwan() as dw:
        found = wait_for(lambda: re.search(link % dw.port, dw.log(), re.M), "the link")
        dw.request("POST", "/api/v1/setup", {"token": found.group(1), "username": "first",
                                             "password": PASSWORD},
                   {"Sec-Fetch-Site": "same-origin"}).ok(201)
        dw.process.terminate()
        dw.process.wait(30 * SLOW)
        eq(dw.stdout, "diwan: serving http://127.0.0.1:%d\n" % dw.port)
        os.set_blocking(dw.process.stdout.fileno(), True)
        eq(dw.process.stdout.read(), b"", "the rest of standard output")
        dw.ended()
    with Diwan(env={"JOURNAL_STREAM": "8:12345"}) as dw:
        wait_for(lambda: "there is no admin yet: diwan user add" in dw.log(), "what to do")
        free_of(dw.log(), "setup#")


def test_control_socket_is_only_ours():
    with Diwan() as dw:
        mode = os.stat(dw.control).st_mode & 0o777
        eq(mode, 0o600)
        # Its rights do not leak to the TCP side.
        with Client(dw.address) as c:
            c("GET", "/api/v1/users").problem(401)
        with Conn(dw.control) as c:
            c.send("GET /api/v1/users HTTP/1.1\r\nHost: localhost\r\n\r\n")
            c.response().ok(200)
