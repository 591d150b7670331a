# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line, with the server running and without, and after it was killed."""
import json
import os
import re
import subprocess

from harness import BIN, SLOW, Diwan, eq

PASSWORD = "correct horse battery"


def run(*args, code=0, stdin=""):
    got = subprocess.run([BIN, *args], input=stdin, text=True, capture_output=True,
                         timeout=60 * SLOW, check=False)
    eq(got.returncode, code, "exit code of diwan %s\n%s%s" % (" ".join(args), got.stdout,
                                                             got.stderr))
    return got


def test_usage():
    for args in ((), ("nonsense",), ("serve", "--nonsense"), ("user",), ("user", "add"),
                 ("token", "add"), ("serve", "--listen"), ("user", "list", "too", "many"),
                 ("token", "add", "t", "--scope", "bogus"), ("token", "add", "t", "--scope", ","),
                 ("token", "add", "t", "--scope", "read,bogus"), ("token", "add", "t"),
                 ("user", "add", "u", "--roles", "emperor"), ("user", "add", "u", "--roles", ""),
                 ("user", "roles", "u", "--roles", "lead,emperor")):
        got = run(*args, code=2)
        assert got.stderr and not got.stdout, (args, got)
    assert re.search(r"\d+\.\d+\.\d+", run("version").stdout)
    assert "serve" in run("--help").stdout


def walk_through(dw):
    """The same commands, whoever answers them."""
    dw.cli("user", "add", "mira", "--roles", "lead,drafter", "--groups", "comms,legal",
           stdin=PASSWORD + "\n")
    made = dw.cli("user", "add", "omid", "--roles", "observer", stdin="").stdout
    assert re.search(r"^\S{12,}$|: *\S{12,}$", made, re.M), "no generated password: %r" % made
    again = dw.cli("user", "add", "Mira", "--roles", "lead", stdin=PASSWORD + "\n", code=1)
    assert "exists" in again.stderr, again
    wrong = dw.cli("user", "add", "x", "--roles", "emperor", stdin=PASSWORD + "\n", code=2)
    assert '"emperor"' in wrong.stderr and "observer" in wrong.stderr, wrong
    dw.cli("user", "add", "weak", "--roles", "lead", stdin="short\n", code=1)
    listed = json.loads(dw.cli("user", "list", "--json").stdout)
    items = listed["items"] if isinstance(listed, dict) else listed
    eq(sorted(u["name"] for u in items), ["mira", "omid"])
    mira = [u for u in items if u["name"] == "mira"][0]
    eq(sorted(mira["groups"]), ["comms", "legal"])
    assert "mira" in dw.cli("user", "list").stdout
    dw.cli("user", "roles", "mira", "--roles", "approver")
    dw.cli("user", "passwd", "mira", stdin="another battery staple\n")
    dw.cli("user", "disable", "omid")
    dw.cli("user", "disable", "nobody", code=1)
    token = dw.token("feed", "ingest")
    dw.cli("token", "add", "bad", "--scope", "everything", code=2)
    names = dw.cli("token", "list").stdout
    assert "feed" in names and token not in names and "bad" not in names, names
    first, row = names.split("\n")[:2]
    eq(first.split(), ["id", "name", "state", "scopes", "created"])
    eq([first.index(w) for w in ("name", "state", "scopes", "created")],
       [row.index(w) for w in ("feed", "active", "ingest", "20")], "columns")
    doomed = dw.token("doomed", "read")
    dw.cli("token", "revoke", "doomed")
    dw.cli("token", "revoke", "never", code=1)
    return token, doomed


def check(dw, token, doomed):
    me = dw.sign_in("mira", "another battery staple")
    eq(me.user["roles"], ["approver"])
    dw.sign_in_raw("mira", PASSWORD).problem(401)
    dw.request("POST", "/api/v1/mentions", {"source": "s", "source_id": "1", "text": "x"},
               token=token).ok(201)
    dw.request("GET", "/api/v1/mentions", token=doomed).problem(401)
    items = dw.client(local=True)("GET", "/api/v1/users").ok(200).json()["items"]
    eq({u["name"]: u["disabled"] for u in items}, {"mira": False, "omid": True})


def test_with_the_server_running():
    with Diwan() as dw:
        check(dw, *walk_through(dw))


def test_without_a_server():
    with Diwan(start=False) as dw:
        made = walk_through(dw)
        dw.start()
        check(dw, *made)


def test_after_a_kill():
    """A control socket left by kill -9 is in nobody's way."""
    with Diwan() as dw:
        dw.user("mira")
        dw.kill()
        assert os.path.exists(dw.control), "the socket was to be left behind"
        dw.user("omid")
        assert "omid" in dw.cli("user", "list").stdout
        dw.start()
        dw.cli("user", "list")
        dw.sign_in("omid")


def test_two_servers_do_not_share_a_folder():
    with Diwan() as dw:
        got = run("serve", "--data", dw.data, "--listen", "127.0.0.1:0", code=1)
        assert not got.stdout and got.stderr, got
        dw.request("GET", "/healthz").ok(200)
        dw.cli("user", "list")


def test_refusals_say_why():
    with Diwan() as dw:
        taken = run("serve", "--data", dw.dir + "/other", "--listen", "127.0.0.1:%d" % dw.port,
                    code=1)
        assert str(dw.port) in taken.stderr, taken
        bad = subprocess.run([BIN, "serve", "--data", dw.dir + "/other", "--listen", "nonsense"],
                             capture_output=True, text=True, timeout=60 * SLOW, check=False)
        assert bad.returncode in (1, 2) and "listen" in bad.stderr, bad
        unwritable = run("serve", "--data", "/proc/nothing", "--listen", "127.0.0.1:0", code=1)
        assert "/proc/nothing" in unwritable.stderr, unwritable


def test_configuration_file():
    with Diwan(start=False) as dw:
        conf = os.path.join(dw.dir, "diwan.conf")
        with open(conf, "w") as f:
            f.write("# a comment\nstreams_per_session = 1\nheartbeat_s = 1\n")
        run("check-config", "--config", conf)
        dw.flags = ["--config", conf]
        dw.start()
        dw.user("mira")
        me = dw.sign_in("mira")
        with dw.stream(me) as s:
            s.until(lambda s: s.beats > 0, "a heartbeat")
            other = dw.stream(me)
            other.response.problem(429)
            other.close()
        dw.kill()
        # A flag is stronger than the file, and so is the environment.
        dw.env = {"DIWAN_STREAMS_PER_SESSION": "2"}
        dw.start()
        with dw.stream(me), dw.stream(me):
            pass
        with open(conf, "a") as f:
            f.write("no_such_setting = 1\n")
        bad = run("check-config", "--config", conf, code=1)
        assert "no_such_setting" in bad.stderr + bad.stdout and "4" in bad.stderr + bad.stdout, bad
