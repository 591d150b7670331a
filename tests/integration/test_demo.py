# SPDX-License-Identifier: AGPL-3.0-or-later
"""`diwan demo`: a war room with accounts and a simulated crisis in three languages, and the curl
lines that it prints do what they say."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from harness import BIN, Client, Skip, Stream, eq, wait_for

AT = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Demo:
    def __init__(self, *args):
        self.args = args

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="diwan-demo-test-")
        self.path = os.path.join(self.dir, "out")
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen([BIN, "demo", "--listen", "127.0.0.1:0", *self.args],
                                            cwd=self.dir, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT)
        self.text = wait_for(lambda: re.search(r".*Ctrl-C", self.said(), re.S),
                             "the curl lines").group(0)
        self.address = ("127.0.0.1", int(AT.search(self.text).group(1)))
        return self

    def said(self):
        assert self.process.poll() is None, "it ended"
        with open(self.path, encoding="utf-8") as f:
            return f.read()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for folder in re.findall(r"\S*/diwan-demo-[A-Za-z0-9]{6}\b", self.text):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def curls(self):
        """The commands as printed, each as one line of shell."""
        joined = self.text.replace("\\\n", " ")
        return [line.strip() for line in joined.split("\n") if line.strip().startswith("curl ")]

    def sign_in(self, name):
        password = re.search(r"^ *%s +(\S+)" % name, self.text, re.M).group(1)
        with Client(self.address) as c:
            got = c("POST", "/api/v1/session", {"username": name, "password": password},
                    {"Sec-Fetch-Site": "same-origin"}).ok(200)
        return {"Cookie": got.get("set-cookie").split(";")[0]}


def test_three_languages_arrive():
    with Demo() as demo:
        with Stream(demo.address, demo.sign_in("observer"), "?after=0") as s:
            def languages(s):
                return {e.item["data"].get("lang") for e in s.of("mention.added")}
            s.until(lambda s: {"ar", "fa", "en"} <= languages(s), "three languages", 60)
            for e in s.of("mention.added"):
                text = e.item["data"]["text"]
                arabic = re.search(r"[\u0600-\u06ff]", text) is not None
                if e.item["data"].get("lang") in ("ar", "fa"):
                    assert arabic, e.item
            seen = len(s.of("mention.added"))
            s.until(lambda s: len(s.of("mention.added")) > seen, "more by itself", 60)


def test_the_printed_lines_work():
    if not shutil.which("curl"):
        raise Skip("curl is not installed")
    with Demo() as demo:
        sign_in, follow, say = demo.curls()
        run = {"shell": True, "cwd": demo.dir, "text": True, "capture_output": True,
               "check": True, "timeout": 60}
        eq(json.loads(subprocess.run(sign_in, **run).stdout)["user"]["name"], "observer")
        said = json.loads(subprocess.run(say, **run).stdout)
        eq(said["accepted"], 1)
        out = os.path.join(demo.dir, "stream")
        with open(out, "wb") as f:
            reader = subprocess.Popen("exec " + follow, shell=True, cwd=demo.dir, stdout=f)
        try:
            wanted = b"id: %d\n" % said["last_seq"]

            def there():
                with open(out, "rb") as f:  # it may end in the midst of a letter
                    return wanted in f.read()
            wait_for(there, "our own mention in the stream", 30)
        finally:
            reader.kill()
            reader.wait()


def test_it_leaves_nothing_behind():
    with Demo() as demo:
        folder = re.search(r"\S*/diwan-demo-[A-Za-z0-9]{6}\b", demo.text).group(0)
        assert os.path.isdir(folder), folder
        demo.process.send_signal(signal.SIGINT)
        demo.process.wait(30)
        eq(demo.process.returncode, 0)
        assert not os.path.exists(folder), "the data folder was left"


def test_every_account_signs_in():
    with Demo() as demo:
        for name in ("lead", "drafter", "approver", "observer", "admin"):
            demo.sign_in(name)


def test_the_team_works_in_its_room():
    with Demo("--speed", "100", "--rate", "800") as demo:
        cookie = demo.sign_in("observer")
        with Client(demo.address) as c:
            def rooms():
                return c("GET", "/api/v1/incidents", headers=cookie).ok(200).json()["items"]

            def at_the_end():
                assert "the team stops" not in demo.said(), demo.said()
                return [r for r in rooms() if (r["status"], r["severity"]) == ("monitoring", 1)]
            room = wait_for(at_the_end, "the end of the evening", 60)[0]
            eq(sorted(r["drill"] for r in rooms()), [False, False, True])
            whole = c("GET", f"/api/v1/incidents/{room['id']}", headers=cookie).ok(200).json()
            eq(whole["severity"], 1)
            eq(sorted(p["role"] for p in whole["participants"]), ["communications", "lead", "legal"])
            eq(sorted(claim["verdict"] for claim in whole["claims"]), ["false", "false", "true"])
            eq(sum(task["done"] for task in whole["tasks"]), 3)
            eq(len(whole["decisions"]), 2)
            eq([p["slug"] for p in whole["playbooks"]], ["service-outage"])
            eq([w["audience"] for w in whole["words"]],
               ["internal", "public", "public", "executive", "public"])
            eq([(w["audience"], w["every_s"], w["is_promised"], w["last_word_at"] is None)
                for w in whole["clocks"]["words"]],
               [("internal", 3600, False, False), ("executive", 7200, True, False),
                ("public", 3600, True, False)])
            assert whole["counts"]["mentions"] > 0


def test_statements_leave_and_wait():
    with Demo("--speed", "100", "--rate", "800") as demo:
        approver, drafter = demo.sign_in("approver"), demo.sign_in("drafter")
        with Client(demo.address) as c:
            def waiting():
                assert "the team stops" not in demo.said(), demo.said()
                return c("GET", "/api/v1/approvals", headers=approver).ok(200).json()["items"]
            wait_for(lambda: len(waiting()) >= 3, "all that waits for the approver", 60)
            eq(sorted(s["lang"] for s in waiting()), ["en", "fa", "fa"])
            eq(c("GET", "/api/v1/approvals", headers=drafter).ok(200).json()["items"], [])
            rooms = c("GET", "/api/v1/incidents", headers=approver).ok(200).json()["items"]
            room = [r for r in rooms if r["severity"] == 1][0]
            whole = c("GET", f"/api/v1/incidents/{room['id']}", headers=approver).ok(200).json()
            assert "Zoodaq = زوداق" in [n if isinstance(n, str) else n["line"] for n in whole["names"]], whole["names"]
            made = {s["lang"]: c("GET", f"/api/v1/statements/{s['id']}", headers=approver).ok(200).json()
                    for s in whole["statements"]}
            eq({lang: s["status"] for lang, s in made.items()},
               {"ar": "published", "en": "submitted", "fa": "submitted"})
            for lang, s in made.items():
                # from the template, with the contact that is set; in its own language; on the ledger
                eq(s["template"], "holding")
                assert "press@zoodaq.example" in s["text"] and "{" not in s["text"], s["text"]
                letters = re.sub(r"press@zoodaq.example|UTC", "", s["text"])
                eq(bool(re.search("[a-z]", letters)), lang == "en", s["text"])
                eq(bool(re.search("[\u0600-\u06ff]", letters)), lang != "en", s["text"])
                eq(sorted(r["rests"] for r in s["rests"]), ["asserts", "checking"])
                eq(s["translation_of"], None if lang == "ar" else made["ar"]["id"])
            page = c("GET", "/newsroom").ok(200).body.decode()
            assert "Zoodaq" in page and made["ar"]["title"] in page, page
            assert "تأخر الطلبات في عاصفة الثلاثاء" in page and made["fa"]["title"] not in page, page
