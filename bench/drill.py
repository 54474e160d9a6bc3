#!/usr/bin/env python3
"""What happens to reads while others wait for the database, in figures. Started by `scripts/drill`.

    drill.py [NAME …]       all situations, or those whose names contain one of the words

Each situation measures quiet reads first, and the same while it lasts. Exit code 1: a goal was missed.
"""
import argparse
import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import hostile
import others
import uploads
from credentials import token
from crowds import Crowd
from guesses import guessed
from measure import HERE
from places import Disk, Place, client, psql
from tunnel import Tunnel

QUIET = 5
LOCKED = 8
SILENT = 10
CHANGE = '{"first_name": "Ada"}'
# The whole time of a request that finds no database: the deadline, and what a busy machine adds.
TOLD = 3.5
RECOVERED = 5.0
# A member of an organization, its administrator, who sees all users, and a superuser.
PLAIN, WATCHER, ADMIN = 11, 2, 1000


class Report:
    """A table that grows, and whether all goals were met."""

    def __init__(self):
        self.missed = 0
        print("| situation | figure | before | during | goal | verdict |")
        print("|---|---|--:|--:|---|---|", flush=True)

    def add(self, situation, figure, before, during, goal, is_met):
        self.missed += not is_met
        verdict = "" if not goal else "met" if is_met else "**missed**"
        print(f"| {situation} | {figure} | {before} | {during} | {goal} | {verdict} |", flush=True)

    def ratio(self, situation, before, during, times):
        """p50 and p99 of reads and of `/ready`, all of which must be answered."""
        for kind, name in (("read", "reads"), ("ready", "`/ready`")):
            less, more = before[kind], during[kind]
            for part in ("p50", "p99"):
                is_met = part == "p50" or more["p99"] <= times * less["p99"]
                goal = "" if part == "p50" else f"at most {times} times"
                self.add(situation, f"{name}, {part}, ms", f"{less[part]:.2f}", f"{more[part]:.2f}", goal, is_met)
            failed = more["count"] - more["statuses"].get("200", 0)
            self.add(situation, f"{name} that failed, of {more['count']}", "", failed, "none", failed == 0 and more["count"] > 0)

    def seconds(self, situation, figure, value, most):
        shown = "never" if value is None else f"{value:.2f}"
        self.add(situation, figure, "", shown, f"at most {most} s", value is not None and value <= most)

    def statuses(self, situation, figure, found, wanted):
        told = ", ".join(f"{count} × {status}" for status, count in sorted(found.items())) or "none"
        goal = "only " + ", ".join(map(str, sorted(wanted)))
        self.add(situation, figure, "", told, goal, bool(found) and set(found) <= wanted)


@contextlib.contextmanager
def probe(server, users):
    """Reads for as long as the block lasts; the value has the figures afterwards."""
    place = re.match(r"http://([^:/]+):(\d+)", server.url).groups()
    command = [sys.executable, str(HERE / "probe.py"), *place, str(users)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found = {}
    try:
        yield found
    finally:
        output, _ = child.communicate()
    found.update(json.loads(output))


def quiet(server, users):
    with probe(server, users) as found:
        time.sleep(QUIET)
    return found


def change(user):
    return lambda one: one.ask("/api/users/me/", token(user), "PATCH", CHANGE)


def read(one):
    return one.ask("/api/users/me/", token(random.randint(10, 1000)))


def get(path, user):
    return lambda one: one.ask(path, token(user))


def recovery(server, ask, most=60.0):
    """Seconds until the first 200."""
    began, one = time.monotonic(), client(server)
    while time.monotonic() - began < most:
        if ask(one)[0] == 200:
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def once(server, count, ask):
    """All at the same moment: status, seconds and whether they are told when to come again."""
    answers = []
    threads = [threading.Thread(target=lambda one=client(server): answers.append(ask(one))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [(status, seconds, "retry-after:" in head) for status, head, seconds in answers]


def tell_outage(report, name, server, answers):
    found = {}
    for status, _, _ in answers:
        found[status] = found.get(status, 0) + 1
    report.statuses(name, f"answers to {len(answers)} clients", found, {503})
    report.seconds(name, "the last of them, s", max(seconds for _, seconds, _ in answers), TOLD)


def locked(report, place):
    """Somebody keeps the write lock of SQLite, or a row of PostgreSQL, while others want to change it."""
    name = "write lock held for 8 s, eight writers" if place.backend == "sqlite" else "row locked for 8 s, ten writers"
    with place.service() as server:
        before = quiet(server, place.users)
        with probe(server, place.users) as during, Crowd(server, 8 if place.backend == "sqlite" else 10, change(PLAIN)) as writers:
            with lock(place):
                time.sleep(LOCKED)
            ended = recovery(server, change(PLAIN))
        report.ratio(name, before, during, 2)
        report.statuses(name, "answers to the writers", writers.statuses(), {200, 503})
        report.seconds(name, "until a write works, s", ended, RECOVERED)


@contextlib.contextmanager
def lock(place):
    if place.backend == "sqlite":
        connection = sqlite3.connect(place.file, isolation_level=None, timeout=30)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()
        return
    session = subprocess.Popen(["psql", "-X", "-q", place.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    session.stdin.write(f"BEGIN; SELECT id FROM users WHERE id = {PLAIN} FOR UPDATE;\n\\echo locked\n")
    session.stdin.flush()
    while "locked" not in session.stdout.readline():
        pass
    yield
    session.communicate("ROLLBACK;\n")


def imported(report, place):
    """A live import of 30,000 users, and two clients that want to write."""
    name = "live import of 30,000 users"
    with place.service() as server:
        alone = place.import_users(1_000_000)
        before = quiet(server, place.users)
        with probe(server, place.users) as during, Crowd(server, 2, change(PLAIN)) as writers:
            beside = place.import_users(2_000_000)
    report.ratio(name, before, during, 2)
    report.statuses(name, "answers to two writers", writers.statuses(), {200, 503})
    report.add(name, "the import, s", f"{alone:.1f}", f"{beside:.1f}", "at most 3 times", beside <= 3 * alone)


def swallowed(report, place):
    """The network between service and PostgreSQL loses everything for ten seconds."""
    name = "everything swallowed for 10 s"
    user, rest = place.url.split("@", 1)
    address, database = rest.split("/", 1)
    host, port = address.split(":")
    tunnel = Tunnel((host, int(port)))
    try:
        with place.service(database__url=f"{user}@127.0.0.1:{tunnel.port}/{database}") as server:
            quiet(server, place.users)
            tunnel.fall_silent()
            with Crowd(server, 20, read) as readers, Crowd(server, 4, change(PLAIN)) as writers:
                time.sleep(SILENT)
                readers.over.set()
                writers.over.set()
            tunnel.let_new_connections_through()
            ended = recovery(server, read)
            written = recovery(server, change(PLAIN))
            report.statuses(name, "answers to 20 readers", readers.statuses(), {503})
            report.seconds(name, "the last of these, s", readers.longest(), TOLD)
            report.statuses(name, "answers to 4 writers", writers.statuses(), {503})
            report.seconds(name, "the last of these, s", writers.longest(), TOLD)
            report.seconds(name, "until reads are answered, s", ended, RECOVERED)
            report.seconds(name, "and writes, s", written, RECOVERED)
    finally:
        tunnel.close()


def frozen(report, place):
    """All processes of the server stand still."""
    name = "server stands still, 100 clients"
    with place.service() as server:
        quiet(server, place.users)
        processes = place.freeze()
        try:
            answers = once(server, 100, read)
        finally:
            place.thaw(processes)
        tell_outage(report, name, server, answers)
        report.seconds(name, "until reads are answered, s", recovery(server, read), RECOVERED)


def stopped(report, place):
    """There is no server."""
    name = "server stopped, 100 clients"
    with place.service() as server:
        quiet(server, place.users)
        place.stop()
        try:
            answers = once(server, 100, read)
        finally:
            place.start()
        tell_outage(report, name, server, answers)
        report.seconds(name, "until reads are answered, s", recovery(server, read), RECOVERED)


def read_only(report, place):
    """Sessions of the server take no changes, and later they do again."""
    name = "`default_transaction_read_only`"
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with place.service() as server:
        before = quiet(server, place.users)
        # As after the change of a primary, nobody has an old session.
        psql(place.admin, "ALTER DATABASE drill SET default_transaction_read_only = on")
        psql(place.url, cut)
        try:
            with probe(server, place.users) as during, Crowd(server, 4, change(PLAIN)) as writers:
                time.sleep(QUIET)
        finally:
            psql(place.admin, "ALTER DATABASE drill RESET default_transaction_read_only")
        ended = recovery(server, change(PLAIN))
        report.ratio(name, before, during, 2)
        report.statuses(name, "answers to the writers", writers.statuses(), {503})
        report.seconds(name, "until a write works, s", ended, RECOVERED)


def full(report, place):
    """The disk of the database is full."""
    name = "full disk"
    if os.geteuid():
        print(f"drill: {name}: not run, for only root can mount a file system", file=sys.stderr)
        return
    disk = Disk(place)
    try:
        with place.service(database__url=f"sqlite://{disk.file}") as server:
            before = quiet(server, place.users)
            disk.fill()
            with Crowd(server, 2, change(PLAIN)) as writers, Crowd(server, 2, read) as readers:
                time.sleep(QUIET)
            ready = client(server).ask("/ready")[0]
            disk.free()
            ended = recovery(server, change(PLAIN))
        usual = before["read"]["p99"]
        report.statuses(name, f"answers to readers (usual p99 {usual:.2f} ms)", readers.statuses(), {200})
        report.statuses(name, "answers to writers", writers.statuses(), {503})
        report.statuses(name, "`/ready`", {ready: 1}, {503})
        report.seconds(name, "until a write works, s", ended, RECOVERED)
    finally:
        disk.close()


def dear(report, place):
    """The dearest filters of one user who sees all others, on eight connections."""
    name = f"dearest filters on eight connections, {place.users:,} users"
    one = "&".join(f"or__{field}__icontains=zz{number}" for number, field in enumerate(["username", "first_name", "last_name", "email"] * 5))
    far = "organizations__users__teams__users__username__icontains=zz&not__teams__users__organizations__name__icontains=qq"
    paths = [f"/api/v1/users/?{one}", f"/api/v1/users/?{far}", "/api/v1/users/?username__regex=(a|b|ab)*zz$&order_by=email", "/api/v1/users/?search=zz+yy+xx"]
    under_load(report, place, name, 8, lambda client: client.ask(random.choice(paths), token(WATCHER)), 3, {200, 400, 429, 503})


def listed(report, place):
    """One client that lists users with icontains."""
    paths = [f"/api/v1/users/?username__icontains={number}" for number in range(100, 999)]
    under_load(report, place, "one client lists with `icontains`", 1, lambda client: client.ask(random.choice(paths), token(ADMIN)), 2, {200, 503})


def log_ins(report, place):
    """Log-ins by password from eight connections."""

    def ask(one):
        body = json.dumps({"username": f"user{random.randint(10, 1000)}", "password": "not-this-one"})
        return one.ask("/api/auth/token/", None, "POST", body)

    under_load(report, place, "log-ins on eight connections", 8, ask, 2, {400, 401, 429, 503})


def under_load(report, place, name, connections, ask, times, statuses):
    with place.service() as server:
        before = quiet(server, place.users)
        with Crowd(server, connections, ask) as crowd, probe(server, place.users) as during:
            time.sleep(2 * QUIET)
        report.ratio(name, before, during, times)
        report.statuses(name, "answers to the others", crowd.statuses(), statuses)


SITUATIONS = {
    "sqlite": [locked, imported, full, dear, listed, log_ins, guessed, *hostile.situations(quiet, probe), *others.situations(quiet, probe), *uploads.situations(quiet, probe)],
    "postgres": [locked, imported, swallowed, frozen, stopped, read_only, dear, listed, log_ins, guessed],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="sqlite, postgres, " + ", ".join(sorted({s.__name__ for s in SITUATIONS["sqlite"] + SITUATIONS["postgres"]})))
    parser.add_argument("--users", type=int, default=50_000)
    arguments = parser.parse_args()
    # Clears up as it does after an interrupt.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = None
    for backend, situations in SITUATIONS.items():
        wanted = [s for s in situations if is_wanted(arguments.names, backend, s.__name__)]
        if not wanted:
            continue
        if backend == "postgres" and not os.environ.get("TEST_POSTGRES_URL"):
            print("drill: no PostgreSQL server programs found, only SQLite is drilled", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory(prefix="profiled-drill.") as folder:
            place = Place(backend, Path(folder), os.environ["DRILL_SERVICE"], arguments.users)
            print(f"\n## {backend}, {arguments.users:,} users\n")
            report = Section(report)
            for situation in wanted:
                situation(report, place)
    print()
    if report is None or report.missed:
        raise SystemExit(f"drill: {report.missed if report else 'all'} goals were missed")


class Section(Report):
    """The table of the next database, which counts on."""

    def __init__(self, before):
        super().__init__()
        self.missed = before.missed if before else 0


def is_wanted(names, backend, name):
    databases = [word for word in names if word in SITUATIONS]
    words = [word for word in names if word not in SITUATIONS]
    return (not databases or backend in databases) and (not words or any(word in name for word in words))


if __name__ == "__main__":
    main()
