# SPDX-License-Identifier: AGPL-3.0-or-later
"""A retried command acts once: every response is dropped once and the request repeated with its
Idempotency-Key, also over a restart. (RELIABILITY promise 8)"""
import json
import random

from harness import (Client, Conn, Diwan, background, eq, everything, figure, head_of, is_readable,
                     wait_for)

WORKERS = 4


def command(number, i):
    return {"text": "call %d of %d" % (i, number)}


def dropped(address, auth, key, body, wait):
    """Send it and never read the answer; sometimes after it has come, sometimes before."""
    data = json.dumps(body).encode()
    with Conn(address) as c:
        c.send(head_of("POST", "/api/v1/mentions/desk", "localhost",
                       dict(auth, **{"Idempotency-Key": key, "Content-Type": "application/json"}),
                       data) + data)
        if wait:
            is_readable([c.sock], 10)


def repeat(client, key, body):
    """Until it is no longer in flight."""
    def once():
        got = client("POST", "/api/v1/mentions/desk", body, {"Idempotency-Key": key})
        if got.status == 409 and got.get("retry-after"):
            return None
        return got
    return wait_for(once, "the answer to %s" % key)


def worker(dw, session, number, count):
    rng = random.Random(number)
    answers = {}
    with Client(dw.address, session.auth) as client:
        for i in range(count):
            key, body = "key-%d-%d" % (number, i), command(number, i)
            dropped(dw.address, session.auth, key, body, rng.random() < 0.5)
            first = repeat(client, key, body).ok(201)
            second = repeat(client, key, body).ok(201)
            eq(second.body, first.body, "two repeats of %s" % key)
            answers[key] = first.json()["id"]
    return answers


def test_every_response_dropped_once():
    count = figure(1250, 12500)  # each is repeated twice: a tenth of 10^5
    with Diwan("--max-connections-per-peer", "20000") as dw:
        dw.user("mira", "drafter")
        reader = dw.token("screen", "read")
        me = dw.sign_in("mira")
        threads = [background(worker, dw, me, n, count) for n in range(WORKERS)]
        answers = {}
        for t in threads:
            answers.update(t.result(600))
        head = dw.head()
        events = [e for e in everything(dw, reader, head) if e.type.startswith("mention.")]
        eq(len(events), WORKERS * count, "effects")
        eq(sorted(e.id for e in events), sorted(answers.values()), "ids that were answered")
        # Over a restart too: the answers were stored with the events.
        dw.restart()
        with Client(dw.address, me.auth) as client:
            for n in range(WORKERS):
                for i in range(0, count, max(1, count // 20)):
                    key = "key-%d-%d" % (n, i)
                    eq(repeat(client, key, command(n, i)).ok(201).json()["id"], answers[key])
            client("POST", "/api/v1/mentions/desk", dict(command(0, 0), text="other"),
                   {"Idempotency-Key": "key-0-0"}).problem(422)
        eq(dw.head(), head, "nothing was added")


def test_kill_between_commit_and_answer():
    """kill -9 with commands in flight; all repeated afterwards."""
    rounds, each = figure(6, 60), 20
    with Diwan() as dw:
        dw.user("mira", "drafter")
        reader = dw.token("screen", "read")
        me = dw.sign_in("mira")
        keys = []
        for r in range(rounds):
            conns = []
            for i in range(each):
                key, body = "kill-%d-%d" % (r, i), command(r, i)
                data = json.dumps(body).encode()
                c = Conn(dw.address)
                c.send(head_of("POST", "/api/v1/mentions/desk", "localhost", dict(
                    me.auth, **{"Idempotency-Key": key, "Content-Type": "application/json"}),
                    data) + data)
                conns.append(c)
                keys.append((key, body))
            # As soon as the first answer shows, the others are somewhere on the way.
            is_readable([c.sock for c in conns], 10)
            dw.restart()
            for c in conns:
                c.close()
        with Client(dw.address, me.auth) as client:
            ids = [repeat(client, key, body).ok(201).json()["id"] for key, body in keys]
        events = [e for e in everything(dw, reader, dw.head()) if e.type.startswith("mention.")]
        eq(sorted(e.id for e in events), sorted(ids), "one effect for each key")


def test_key_rules():
    with Diwan() as dw:
        dw.user("mira", "drafter")
        dw.user("omid", "drafter")
        me, other = dw.sign_in("mira"), dw.sign_in("omid")
        body = command(1, 1)
        key = {"Idempotency-Key": "same"}
        first = me("POST", "/api/v1/mentions/desk", body, key).ok(201).json()
        eq(me("POST", "/api/v1/mentions/desk", body, key).ok(201).json(), first)
        # The same key of another caller is another key.
        got = other("POST", "/api/v1/mentions/desk", command(1, 2), key).ok(201).json()
        assert got["id"] != first["id"]
        for bad in ("", "x" * 300, "with blank\x01"):
            if bad.isprintable():
                me("POST", "/api/v1/mentions/desk", command(2, 1), {"Idempotency-Key": bad}
                   ).problem(400)
        # Refusals are not effects: the corrected request passes with the same key or a new one.
        me("POST", "/api/v1/mentions/desk", {"title": "x"}, {"Idempotency-Key": "k2"}).problem(400)
