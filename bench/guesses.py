"""Guessers against people who know their passwords."""
import base64
import contextlib
import json
import random
import time

from credentials import PASSWORD
from crowds import Crowd, counted
from places import client

# How long guessers guess, and what somebody who logs in waits for, in seconds.
LONG = 30
RIGHT = 5.0


def log_in(user, password, address):
    """For JSON Web Tokens, which are stored nowhere: the disk has no part in it."""
    body = json.dumps({"username": f"user{user}", "password": password})
    return lambda one: one.ask("/api/token/", None, "POST", body, [f"X-Forwarded-For: {address}"])


def basic(user, password, address):
    pair = base64.b64encode(f"user{user}:{password}".encode()).decode()
    return lambda one: one.ask("/api/v2/me/", more=[f"X-Forwarded-For: {address}", f"Authorization: Basic {pair}"])


def guesser(address):
    """A password that is wrong, of another user each time, by a form or by Basic."""
    return lambda one: random.choice((log_in, basic))(random.randint(10, 1000), f"wrong-{random.random()}", address)(one)


def share(report, situation, what, crowds, before, least):
    """How many requests of the crowds were answered 200 within five seconds."""
    answers = [answer for crowd in crowds for answer in crowd.answers]
    good = [seconds for status, seconds, _ in answers if status == 200 and seconds <= RIGHT]
    part = len(good) / max(len(answers), 1)
    report.add(situation, f"{what} that worked within {RIGHT:.0f} s, of {len(answers)}", "", f"{part:.1%}", f"at least {least:.0%}", part >= least)
    median, most = sorted(good)[len(good) // 2] if good else None, max((seconds for _, seconds, _ in answers), default=0)
    report.add(situation, f"{what}, p50 and longest, s", f"{before:.2f}", f"{median or 0:.2f}, {most:.2f}", "", True)


def guessed(report, place):
    """Eighty connections guess, from one address and from eight, while others know their passwords."""
    for addresses in (1, 8):
        guessed_from(report, place, addresses)


def guessed_from(report, place, addresses):
    name = f"80 guessing connections from {addresses} address{'es' if addresses > 1 else ''}"
    settings = {"http__trusted_proxies": "127.0.0.1"}
    # Four people log in now and then, and two clients send Basic with each request.
    people = [log_in(2000 + number, PASSWORD, f"198.51.100.{number}") for number in range(4)]
    clients = [basic(3000 + number, PASSWORD, f"198.51.101.{number}") for number in range(2)]
    with place.service(**settings) as server, contextlib.ExitStack() as guesses:
        before = [ask(client(server))[2] for ask in people + clients]
        crowds = [Crowd(server, 80 // addresses, guesser(f"203.0.113.{number}"), 0.02) for number in range(addresses)]
        for crowd in crowds:
            guesses.enter_context(crowd)
        with contextlib.ExitStack() as others:
            right = [others.enter_context(Crowd(server, 1, ask, 0.5)) for ask in people]
            repeated = [others.enter_context(Crowd(server, 1, ask, 0.01)) for ask in clients]
            time.sleep(LONG)
    quiet_time = max(before)
    told = [answer for crowd in crowds for answer in crowd.answers]
    untold = sum(status in (429, 503) and not has_wait for status, _, has_wait in told)
    share(report, name, "log-ins", right, quiet_time, 0.95)
    share(report, name, "requests with Basic", repeated, quiet_time, 0.95)
    report.statuses(name, "answers to the guessers", counted(told), {401, 429, 503})
    report.statuses(name, "answers to log-ins", counted([answer for crowd in right for answer in crowd.answers]), {200, 429, 503})
    report.add(name, "429 and 503 without `Retry-After`", "", untold, "none", untold == 0)
