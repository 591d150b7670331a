# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody stays who was shown the door: however it is shut, on streams that are live and on those in
the middle of the past. Not one event comes afterwards. (RELIABILITY promise 13)"""
from harness import SLOW, Diwan, eq, is_readable, mention, wait_for

PATIENT = ("--write-stall-ms", "600000")  # it is the door that ends them
PAST = 400  # mentions of 10 KB: more than two kernels hold, so the rest is not sent while nobody reads


def user_of(boss, name):
    return [u for u in boss("GET", "/api/v1/users").ok(200).json()["items"] if u["name"] == name][0]


def change_user(boss, name, what):
    user = user_of(boss, name)
    boss("PATCH", "/api/v1/users/%d" % user["id"], what, {"If-Match": '"%d"' % user["version"]}).ok(200)


def revoke_token(dw):
    local = dw.client(local=True)
    ids = {t["name"]: t["id"] for t in local("GET", "/api/v1/tokens").ok(200).json()["items"]}
    local("DELETE", "/api/v1/tokens/%d" % ids["screen"]).ok(204)


def revoke_session(dw, boss, me):
    other = dw.sign_in("mira")
    mine = [s for s in other("GET", "/api/v1/sessions").ok(200).json()["items"] if not s["current"]]
    eq(len(mine), 1)
    other("DELETE", "/api/v1/sessions/%d" % mine[0]["id"]).ok(204)


def ends_at_once(dw, stream):
    """It is closed before the server does anything more, so there is nothing to wait for."""
    dw.request("GET", "/healthz").ok(200)
    while stream.fill() and is_readable([stream.conn.sock], 0):
        pass
    return stream.ended


def shut(dw, feed, auth, close_it):
    """Two streams, the door, an event: neither has it, and the one behind was not given the past."""
    dw.post(feed, [mention(n, text="long " * 2000) for n in range(PAST)])
    with dw.stream(auth) as live, dw.stream(auth, "?after=0", rcvbuf=4096) as behind:
        live.response.ok(200)
        behind.response.ok(200)
        seen = dw.post(feed, [mention("before")])["last_seq"]
        live.until_id(seen)
        close_it()
        assert ends_at_once(dw, live), "the stream outlived the answer to who shut the door"
        after = dw.post(feed, [mention("after")])["last_seq"]
        behind.until_end(15)
        for s in (live, behind):
            assert after not in s.ids, "an event after the door was shut"
        assert len(behind.of("mention.added")) < PAST, "all of the past was sent to somebody who was gone"


def by(how):
    with Diwan("--heartbeat-s", "1", *PATIENT) as dw:
        dw.user("mira", "observer")
        dw.user("boss", "admin")
        feed, me, boss = dw.client(dw.token("feed", "ingest")), dw.sign_in("mira"), dw.sign_in("boss")
        shut(dw, feed, me, lambda: how(dw, boss, me))
        me("GET", "/api/v1/session").problem(401)


def test_a_token_is_revoked():
    with Diwan(*PATIENT) as dw:
        screen = dw.token("screen", "read")
        shut(dw, dw.client(dw.token("feed", "ingest")), screen, lambda: revoke_token(dw))
        dw.request("GET", "/api/v1/mentions", token=screen).problem(401)


def test_a_session_is_revoked():
    by(revoke_session)


def test_somebody_signs_out():
    by(lambda dw, boss, me: me("DELETE", "/api/v1/session").ok(204))


def test_an_account_is_disabled():
    by(lambda dw, boss, me: change_user(boss, "mira", {"disabled": True}))


def test_a_session_expires():
    """An open stream is not use. Expiry is looked for with each heartbeat."""
    with Diwan("--heartbeat-s", "1", "--session-idle-s", str(int(6 * SLOW)), *PATIENT) as dw:
        dw.user("mira", "observer")
        feed = dw.client(dw.token("feed", "ingest"))
        dw.post(feed, [mention(n, text="long " * 2000) for n in range(PAST)])
        me = dw.sign_in("mira")
        with dw.stream(me) as live, dw.stream(me, "?after=0", rcvbuf=4096) as behind:
            live.response.ok(200)
            behind.response.ok(200)
            # It ends by itself, though something comes all the time.
            sent = []

            def has_ended():
                sent.append(dw.post(feed, [mention("more-%d" % len(sent))])["last_seq"])
                return not live.fill()

            wait_for(has_ended, "the end of the stream", 30)
            assert sent[0] in live.ids, "it was live at first"
            after = dw.post(feed, [mention("after")])["last_seq"]
            behind.until_end(15)
            for s in (live, behind):
                assert after not in s.ids, "an event after the session's end"
            assert len(behind.of("mention.added")) < PAST, "all of the past was sent to a session that was over"
        me("GET", "/api/v1/session").problem(401)


def test_a_role_is_taken_in_the_middle_of_the_past():
    """The stream goes on with what is left: none of what only the role may see, old or new."""
    with Diwan(*PATIENT) as dw:
        dw.user("mira", "admin")
        dw.user("boss", "admin")
        feed, me, boss = dw.client(dw.token("feed", "ingest")), dw.sign_in("mira"), dw.sign_in("boss")
        dw.post(feed, [mention(n, text="long " * 2000) for n in range(PAST)])
        for n in range(20):
            dw.token("late-%d" % n, "read")
        with dw.stream(me, "?after=0", rcvbuf=4096) as behind, dw.stream(me, "?after=0") as all_of_it:
            behind.response.ok(200)
            all_of_it.until(lambda s: len(s.of("token.added")) == 21, "the tokens, as an admin")
            change_user(boss, "mira", {"roles": ["observer"]})
            dw.token("later", "read")
            last = dw.post(feed, [mention("after")])["last_seq"]
            behind.until_id(last, 30)
            eq(len(behind.of("mention.added")), PAST + 1)
            late = [[e for e in s.of("token.added") if e.item["data"]["name"].startswith("late")]
                    for s in (all_of_it, behind)]
            eq((len(late[0]), late[1]), (20, []))
