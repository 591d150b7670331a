# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may let statements go: the emergency stop, the policy, keys that sign, deputies."""
import base64
import datetime

from harness import Stream, eq
from test_incidents import V1, War


def soon(**delta):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def key(n):
    return base64.urlsafe_b64encode(bytes([n]) * 32).decode().rstrip("=")


def restart(dw):
    """Another port: everybody is back under it."""
    dw.restart()
    dw.people = {name: dw.sign_in(name) for name in dw.people}


def outgoing(dw, who=None):
    return (who or dw.observer)("GET", V1 + "/outgoing").ok(200).json()


def test_the_emergency_stop():
    with War() as dw:
        eq(outgoing(dw), {"frozen": None})
        with Stream(dw.address, dw.observer.auth) as feed:
            doc = dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "wrong numbers"}).ok(201).json()["frozen"]
            event = feed.until(lambda f: f.of("outgoing.frozen"), "the stop").of("outgoing.frozen")[0]
            eq((event.id, event.item["data"]), (doc["seq"], {"reason": "wrong numbers"}))
        eq((doc["reason"], doc["by"]["name"], doc["until"]), ("wrong numbers", "lead", None))
        eq(outgoing(dw)["frozen"], doc)
        until = soon(hours=2)
        dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "until the court", "until": until}).ok(201)
        restart(dw)
        frozen = outgoing(dw)["frozen"]
        eq((frozen["reason"], frozen["until"][:19]), ("until the court", until[:19]))
        dw.lead("DELETE", V1 + "/outgoing/freeze").ok(204)
        dw.lead("DELETE", V1 + "/outgoing/freeze").ok(204)
        eq(outgoing(dw), {"frozen": None})


def test_who_may_stop():
    with War() as dw:
        for who in (dw.drafter, dw.approver, dw.observer, dw.admin):
            who("POST", V1 + "/outgoing/freeze", {"reason": "x"}).problem(403)
            who("DELETE", V1 + "/outgoing/freeze").problem(403)
        post = lambda body: dw.lead("POST", V1 + "/outgoing/freeze", body)
        post({}).problem(400, "/reason")
        post({"reason": " "}).problem(400, "/reason")
        post({"reason": "x", "until": soon(hours=-1)}).problem(422, "/until")
        post({"reason": "x", "until": soon(days=400)}).problem(422, "/until")
        post({"reason": "x", "key": 1}).problem(400, "/key")
        eq(outgoing(dw), {"frozen": None})


def test_a_repeat_stops_once():
    with War() as dw:
        ask = lambda: dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "x"}, {"Idempotency-Key": "stop-1"})
        first, again = ask().ok(201), ask().ok(201)
        eq(first.json(), again.json())
        eq(again.get("idempotency-replayed"), "true")


def test_the_policy():
    with War() as dw:
        get = dw.observer("GET", V1 + "/policy").ok(200)
        eq((get.json(), get.get("etag")), ({"version": 0, "rules": []}, '"0"'))
        rules = [{"channels": ["press", "social"], "severity": 2, "groups": {"legal": 1, "comms": 2}, "any": 4,
                  "blocks": ["blame"]}, {"channels": [], "severity": 4, "groups": {}, "may_approve_own": True}]
        put = lambda body, tag='"0"', who=None: (who or dw.admin)("PATCH", V1 + "/policy", body, {"If-Match": tag})
        put({"rules": rules}, who=dw.lead).problem(403)
        dw.admin("PATCH", V1 + "/policy", {"rules": rules}).problem(428)
        done = put({"rules": rules}).ok(200)
        version = done.json()["version"]
        eq((done.json()["rules"], done.get("etag")), (rules, '"%d"' % version))
        moved = put({"rules": []})
        eq((moved.status, moved.json()["version"]), (412, version))
        restart(dw)
        eq(dw.observer("GET", V1 + "/policy").json(), done.json())
        put({"rules": []}, '"%d"' % version).ok(200)
        for bad, at in (({"rules": 1}, "/rules"), ({"rules": [{"groups": {"a,b": 1}}]}, "/rules/0/groups"),
                        ({"rules": [{"groups": {"legal": 0}}]}, "/rules/0/groups"),
                        ({"rules": [{}, {"any": "1"}]}, "/rules/1/any"), ({"rules": [{"severity": 5}]}, "/rules/0/severity"),
                        ({"rules": [{"channels": ["fax"]}]}, "/rules/0/channels"),
                        ({"rules": [{"blocks": ["nothing"]}]}, "/rules/0/blocks"), ({"rules": [{"x": 1}]}, "/rules/0"),
                        ({"rules": [{}] * 41}, "/rules"), ({}, "/rules")):
            put(bad, "*").problem(400, at)
        put({"rules": [{"groups": {"g%d" % i: 1}} for i in range(13)]}, "*").problem(422, "/rules")


def test_how_people_reach_us():
    with War() as dw:
        get = dw.observer("GET", V1 + "/contacts").ok(200)
        eq((get.json(), get.get("etag")), ({"version": 0, "contacts": {}}, '"0"'))
        put = lambda body, tag='"0"', who=None: (who or dw.admin)("PATCH", V1 + "/contacts", body, {"If-Match": tag})
        ours = {"ar": "هاتف 112", "en": "112", "fa-AF": "۱۱۲"}
        for who in (dw.drafter, dw.observer):
            put({"contacts": ours}, who=who).problem(403)
        dw.admin("PATCH", V1 + "/contacts", {"contacts": ours}).problem(428)
        with Stream(dw.address, dw.observer.auth) as feed:
            done = put({"contacts": ours}, who=dw.lead).ok(200)
            event = feed.until(lambda f: f.of("contact.set"), "the contacts").of("contact.set")[0]
        version = done.json()["version"]
        eq((event.id, event.item["data"], event.item["actor"]["name"]), (version, {"contacts": ours}, "lead"))
        eq((done.json()["contacts"], done.get("etag")), (ours, '"%d"' % version))
        moved = put({"contacts": {}})
        eq((moved.status, moved.json()), (412, done.json()))
        restart(dw)
        eq(dw.observer("GET", V1 + "/contacts").json(), done.json())
        for bad, at in (({"en": "112\nor 113"}, "/contacts/en"), ({"en": "call {me}"}, "/contacts/en"), ({"en": " "}, "/contacts/en"),
                        ({"en": "ی" * 101}, "/contacts/en"), ({"en": 112}, "/contacts/en"), ({"en": "a\u0007"}, "/contacts/en"),
                        ({"!": "112"}, "/contacts"), ([], "/contacts"), ({"a%d" % i: "x" for i in range(21)}, "/contacts")):
            put({"contacts": bad}, "*").problem(400, at)
        put({}, "*").problem(400, "/contacts")
        put({"contacts": {}, "rules": []}, "*").problem(400, "/rules")
        eq(dw.observer("GET", V1 + "/contacts").json(), done.json())
        most = {"a%d" % i: "ی" * 100 for i in range(20)}
        eq(put({"contacts": most}, '"%d"' % version, dw.approver).ok(200).json()["contacts"], most)
        eq(put({"contacts": {}}, "*").ok(200).json()["contacts"], {})


def test_keys_are_confirmed_by_a_second_person():
    with War() as dw:
        enrol = lambda who, n: who("POST", V1 + "/keys", {"public": key(n), "name": "phone"})
        enrol(dw.drafter, 1).problem(403)
        mine = enrol(dw.approver, 1).ok(201).json()
        eq((mine["user"]["name"], mine["public"], mine["confirmed_at"]), ("approver", key(1), None))
        enrol(dw.approver, 1).problem(409, "/public")
        dw.approver("POST", V1 + "/keys", {"public": key(2)[:-1], "name": "x"}).problem(400, "/public")
        confirm = lambda who: who("POST", V1 + "/keys/%d/confirm" % mine["id"], {})
        confirm(dw.approver).problem(403)
        confirm(dw.drafter).problem(403)
        done = confirm(dw.lead).ok(200).json()
        eq(done["confirmed_by"]["name"], "lead")
        eq(confirm(dw.admin).ok(200).json(), done)
        restart(dw)
        eq(dw.observer("GET", V1 + "/keys").json()["items"], [done])
        dw.drafter("DELETE", V1 + "/keys/%d" % mine["id"]).problem(403)
        dw.approver("DELETE", V1 + "/keys/%d" % mine["id"]).ok(204)
        assert dw.observer("GET", V1 + "/keys").json()["items"][0]["revoked_at"], "it stays revoked"
        confirm(dw.lead).problem(422)
        dw.lead("POST", V1 + "/keys/99999/confirm", {}).problem(404)


def test_deputies_have_an_end():
    with War() as dw:
        dw.user("second", "approver")
        second = dw.sign_in("second")
        name = lambda who, **body: who("POST", V1 + "/deputies", body)
        name(dw.lead, deputy=dw.id("approver"), until=soon(days=1)).problem(403)
        name(dw.approver, deputy=dw.id("approver"), until=soon(days=1)).problem(422, "/deputy")
        name(dw.approver, deputy=99999, until=soon(days=1)).problem(422, "/deputy")
        name(dw.approver, deputy=second.user["id"]).problem(400, "/until")
        name(dw.approver, deputy=second.user["id"], until=soon(days=91)).problem(422, "/until")
        doc = name(dw.approver, deputy=second.user["id"], until=soon(days=3), reason="on a flight").ok(201).json()
        eq((doc["user"]["name"], doc["deputy"]["name"], doc["reason"]), ("approver", "second", "on a flight"))
        eq(dw.observer("GET", V1 + "/deputies").json()["items"], [doc])
        dw.lead("DELETE", V1 + "/deputies/%d" % doc["id"]).problem(403)
        second("DELETE", V1 + "/deputies/%d" % doc["id"]).ok(204)
        eq(dw.observer("GET", V1 + "/deputies").json()["items"], [])


def test_rebuild_keeps_it():
    with War() as dw:
        dw.lead("POST", V1 + "/outgoing/freeze", {"reason": "x"}).ok(201)
        before = outgoing(dw)
        dw.stop()
        dw.cli("rebuild")
        dw.start()
        dw.people["observer"] = dw.sign_in("observer")
        eq(outgoing(dw), before)
