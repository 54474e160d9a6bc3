#!/usr/bin/env python3
"""Load tests of the three reads, on both databases, beside the ceiling of the machine. Started by `bench/run`.

    bench.py [SUITE …]      reads (default), groups, connections, growth, lists, import, peer

Figures of one run are comparable with one another; those of two runs are not. `noise` is the largest share of a core
that something else used during a sample: distrust a row above 0.3.
"""
import argparse
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import imports
import lists
import peer
from measure import HERE, Server, Target, alternate, of, table

# Changes with the data: a database that was filled otherwise is made anew.
DATA = 2
KEY = "0123456789abcdef0123456789abcdef"
SQL_COLUMNS = re.compile(r":n\b")
READS = [
    ("me", "/api/users/me/", "GET", "Token", "tokens.txt"),
    ("profile", "/api/profile/", "POST", "Bearer", "jwt.txt"),
    ("tower", "/api/v1/me/", "GET", "Token", "tokens.txt"),
]


class Bench:
    """Where things are, and how to make a database of a size."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = Path(os.environ["BENCH_DIR"])
        self.binary = os.environ["BENCH_SERVICE"]
        self.ceiling = os.environ["BENCH_CEILING"]
        self.postgres = os.environ.get("BENCH_POSTGRES_URL")
        self.postgres_pid = int(os.environ.get("BENCH_POSTGRES_PID", "0")) or None

    def backends(self):
        return ["sqlite"] + (["postgres"] if self.postgres else [])

    def credentials(self, users, name):
        folder = self.folder / f"credentials-{users}"
        if not (folder / "superuser.txt").exists():
            subprocess.run([sys.executable, HERE / "credentials.py", folder, str(users), KEY], check=True)
        return str(folder / name)

    def url(self, backend, users):
        if backend == "sqlite":
            return f"sqlite://{self.folder}/bench-{users}.sqlite3"
        return f"{self.postgres}/bench_{users}"

    def prepare(self, backend, users):
        """A migrated database with the people in it, made once."""
        done = self.folder / f"ready-{backend}-{users}-{DATA}"
        if done.exists():
            # Its schema may be that of an earlier build.
            subprocess.run([self.binary, *self.settings(self.url(backend, users)), "migrate"], check=True, stdout=subprocess.DEVNULL)
            return
        print(f"making {users} users on {backend} …", file=sys.stderr)
        url = self.url(backend, users)
        if backend == "sqlite":
            path = Path(url.removeprefix("sqlite://"))
            for stale in self.folder.glob(path.name + "*"):
                stale.unlink()
            subprocess.run([self.binary, *self.settings(url), "migrate"], check=True, stdout=subprocess.DEVNULL)
            self.fill_sqlite(path, users)
        else:
            name = url.rsplit("/", 1)[1]
            for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
                subprocess.run(["psql", "-q", "-c", statement, f"{self.postgres}/postgres"], check=True)
            subprocess.run([self.binary, *self.settings(url), "migrate"], check=True, stdout=subprocess.DEVNULL)
            fill = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={users}", "-f", str(HERE / "postgres.sql"), url]
            subprocess.run(fill, check=True)
        done.touch()

    @staticmethod
    def fill_sqlite(path, users):
        import hashlib

        key = lambda user: hashlib.sha256(f"tok{user}".encode()).digest()[:20].hex()
        connection = sqlite3.connect(path)
        connection.create_function("token_digest", 1, lambda user: hashlib.sha256(key(user).encode()).digest())
        script = (HERE / "sqlite.sql").read_text()
        connection.executescript("PRAGMA synchronous = OFF; BEGIN;" + SQL_COLUMNS.sub(str(users), script) + "COMMIT; ANALYZE;")
        connection.close()

    def settings(self, url):
        """The service as it is measured: two workers, the least pool, and only warnings in the log."""
        chosen = {
            "data_dir": self.folder,
            "database.url": url,
            "database.pool_size": 5,
            "http.bind": "127.0.0.1:0",
            "http.workers": 2,
            "auth.jwt.signing_key": KEY,
            "log.level": self.arguments.log_level,
        }
        return [part for key, value in chosen.items() for part in ("--set", f"{key}={value}")]

    def service(self, backend, users):
        self.prepare(backend, users)
        command = [self.binary, *self.settings(self.url(backend, users)), "serve"]
        return Server(f"{backend}-{users}", command)

    def targets(self, backend, users, server, reads=READS):
        pid = self.postgres_pid if backend == "postgres" else None
        return [
            Target(f"{name}, {backend}", server, path, method, scheme, self.credentials(users, file), pid)
            for name, path, method, scheme, file in reads
        ]

    def measure(self, targets, connections=None):
        connections = connections or self.arguments.connections
        alternate(targets, self.arguments.rounds, self.arguments.seconds, connections)


def pgbench(bench, users):
    """The service's own statement without the service, on as many connections."""
    script = HERE / "profile.pgbench.sql"
    command = ["pgbench", "-n", "-M", "prepared", "-c", "4", "-j", "1", "-T", str(bench.arguments.seconds)]
    command += ["-D", f"users={users}", "-f", str(script), bench.url("postgres", users)]
    rates = []
    for _ in range(bench.arguments.rounds):
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rates.append(float(re.search(r"tps = ([\d.]+)", output).group(1)))
    return sorted(rates)[len(rates) // 2]


def reads(bench):
    users = bench.arguments.users
    print(f"## Reads: {users} users, {bench.arguments.connections} connections\n")
    with Server("ceiling", [bench.ceiling]) as ceiling:
        static = Target("ceiling: 790 fixed bytes", ceiling, "/")
        servers = [bench.service(backend, users) for backend in bench.backends()]
        targets = []
        for backend, server in zip(bench.backends(), servers):
            server.__enter__()
            targets += bench.targets(backend, users, server)
        try:
            bench.measure([static, *targets])
            table([static, *targets], static)
            for server in servers:
                print(f"- {server.name}: listening after {server.start_ms:.0f} ms, idle RSS {server.idle_mib:.1f} MiB")
        finally:
            for server in servers:
                server.__exit__()
    if bench.postgres:
        rate = pgbench(bench, users)
        me = next(target for target in targets if target.name == "me, postgres")
        print(f"- pgbench -M prepared, the same statement, 4 connections: {rate:.0f}/s; me, postgres is {of(me, 'rps') / rate:.2f} of it")
    print()


def groups(bench):
    users = bench.arguments.users
    print("## A user in 100 groups against users in 1 to 3\n")
    for backend in bench.backends():
        with bench.service(backend, users) as server:
            usual, = bench.targets(backend, users, server, READS[:1])
            many, = bench.targets(backend, users, server, [("me in 100 groups", *READS[0][1:4], "many.txt")])
            bench.measure([usual, many])
            table([usual, many])
            total = lambda target: of(target, "server_us") + of(target, "database_us")
            print(f"- CPU of 100 groups over the usual: {total(many) / total(usual):.2f}\n")


def connections(bench):
    users = bench.arguments.users
    print("## Connections\n")
    for backend in bench.backends():
        with bench.service(backend, users) as server:
            rates = {}
            for count in (64, 1024):
                target, = bench.targets(backend, users, server, READS[:1])
                target.name += f", {count} connections"
                bench.measure([target], count)
                table([target])
                rates[count] = of(target, "rps")
            print(f"- throughput at 1,024 over that at 64: {rates[1024] / rates[64]:.2f}\n")


def growth(bench):
    print("## Growth, 8 connections\n")
    for backend in bench.backends():
        medians = {}
        for users in bench.arguments.sizes:
            with bench.service(backend, users) as server:
                targets = bench.targets(backend, users, server)
                for target in targets:
                    target.name += f", {users} users"
                bench.measure(targets, 8)
                table(targets)
                medians[users] = [of(target, "p50_us") for target in targets]
        small, large = bench.arguments.sizes
        ratios = [after / before for before, after in zip(medians[small], medians[large])]
        print(f"- {backend}: p50 at {large:,} users over that at {small:,}: " + ", ".join(f"{r:.2f}" for r in ratios) + "\n")


SUITES = {
    "reads": reads,
    "groups": groups,
    "connections": connections,
    "growth": growth,
    "lists": lists.run,
    "import": imports.run,
    "peer": peer.run,
}


def sizes(text):
    small, large = (int(number) for number in text.split(","))
    return small, large


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", default=["reads"], help=", ".join(SUITES))
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--sizes", type=sizes, default=(1000, 1_000_000), help="users of growth, lists and import, as 1000,1000000")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--log-level", default="warn")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    for suite in arguments.suites:
        if suite not in SUITES:
            raise SystemExit(f"bench: no suite {suite}; there are {', '.join(SUITES)}")
        SUITES[suite](bench)


if __name__ == "__main__":
    main()
