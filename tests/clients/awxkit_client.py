"""Works through Tower's first API with awxkit.

Reads {"host": url} and writes what it found, as {"user": object, "raised": {step: [exception, message]}, ...}.
"""

import json
import sys

from awxkit import api, exceptions
from awxkit.config import config

raised = {}


def step(name, exception, call):
    """What `call` raises is noted under the step's name; it has to be `exception`."""
    try:
        answer = call()
    except exceptions.Common as error:
        assert type(error) is exception, f"{name}: {error!r}"
        raised[name] = error.msg
        return
    raise AssertionError(f"{name}: {answer!r} instead of {exception.__name__}")


def log_in(username, password):
    root = api.Api()
    root.connection.login(username, password)
    return root.get().available_versions.v1.get()


def names(page):
    return [item["username"] for item in page.json["results"]]


def read(v1):
    me = v1.me.get()
    first = v1.users.get(page_size=2, order_by="username")
    second = first.next.get()
    back = second.previous.get()
    return {
        "me": names(me),
        "ping": v1.ping.get().version,
        "config": v1.config.get().version,
        "pages": [names(page) for page in (first, second, back)],
        "count": first.count,
        "all": names(v1.users.get(all_pages=True, page_size=4)),
        "filtered": names(v1.users.get(last_name__startswith="B")),
        "found": names(v1.users.get(search="example.org mia")),
    }


def write(v1):
    made = v1.users.post({"username": "nina", "password": "pw nina", "email": "nina@example.com", "first_name": "Nina"})
    step("duplicate", exceptions.Duplicate, lambda: v1.users.post({"username": "nina", "password": "x"}))
    step("invalid", exceptions.BadRequest, lambda: v1.users.post({"username": "bad name!", "password": "x"}))
    user = v1.walk(made.url)
    assert user.json == made.json
    user.patch(last_name="Nord")
    assert user.last_name == "Nord"
    user.first_name = "Nora"
    before = dict(user.json)
    assert dict(user.put().json) == before
    assert before["first_name"] == "Nora"
    return user


def describe(v1, user):
    options = user.options()
    related = {name: page.get().count for name, page in sorted(user.related.items())}
    teams = v1.users.get(username="alice").json["results"][0]["related"]["teams"]
    return {
        "user": user.json,
        "options": [options.name, sorted(options.actions)],
        "related": related,
        "teams": [team["name"] for team in v1.walk(teams).json["results"]],
    }


def refusals(v1, user):
    nina = log_in("nina", "pw nina")
    step("forbidden", exceptions.Forbidden, lambda: nina.users.post({"username": "x", "password": "x"}))
    step("method", exceptions.MethodNotAllowed, lambda: v1.me.post({}))
    step("unknown filter", exceptions.BadRequest, lambda: v1.users.get(bogus=1))
    step("page", exceptions.NotFound, lambda: v1.users.get(page=9))
    wrong = log_in("admin", "wrong")
    step("unauthorized", exceptions.Unauthorized, lambda: wrong.me.get())
    user.delete()
    step("gone", exceptions.NotFound, user.get)
    step("dead", exceptions.Unauthorized, lambda: nina.me.get())


def main():
    asked = json.load(sys.stdin)
    config.base_url = asked["host"]
    config.client_connection_attempts = 1
    v1 = log_in("admin", "pw-admin")
    answer = read(v1)
    user = write(v1)
    answer.update(describe(v1, user))
    refusals(v1, user)
    answer["raised"] = raised
    json.dump(answer, sys.stdout)


main()
