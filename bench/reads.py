"""The three reads on both databases, beside the ceiling of the machine and pgbench; alone on a connection; starts."""
import math
import os
import re
import subprocess
import time
from contextlib import ExitStack

from measure import HERE, Server, Target, cpu, machine, median, spent_on_children, tree
from results import cost, find, rows_of, rows_table
from service import READS

STARTS = 5


class Pgbench:
    """The statement of a single token without the service."""

    def __init__(self, bench, users, clients):
        self.name, self.clients, self.samples = f"pgbench, {clients} connections", clients, []
        self.keys = {"read": "pgbench", "backend": "postgres", "clients": clients}
        self.pid = bench.postgres_pid
        self.command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-D", f"users={users}"]
        self.command += ["-f", str(HERE / "profile.pgbench.sql"), bench.url("postgres", users), "-T"]

    def sample(self, seconds, _):
        # Its sessions have ended by then.
        database = lambda: cpu(tree(self.pid), with_ended=True)
        before = database(), machine(), os.times(), time.monotonic()
        output = subprocess.run([*self.command, str(seconds)], capture_output=True, text=True, check=True).stdout
        base, took = database() - before[0], time.monotonic() - before[3]
        rate, latency = (float(re.search(rf"{name} = ([\d.]+)", output).group(1)) for name in ("tps", "latency average"))
        return {
            "rps": rate, "p50_us": latency * 1e3, "p99_us": math.nan, "failed": 0,
            "server_us": 0, "database_us": base / max(rate * seconds, 1) * 1e6,
            "noise": max(0.0, machine() - before[1] - base - spent_on_children(before[2])) / took,
            "rss": 0, "pss": 0, "anonymous": 0,
        }


def sessions(bench, users):
    """Connections of the service to its database: pgbench gets as many."""
    statement = f"SELECT count(*) FROM pg_stat_activity WHERE datname = 'bench_{users}'"
    found = bench.psql("postgres", "-At", "-c", statement, capture_output=True, text=True)
    return int(found.stdout)


def targets_of(bench, stack, users, reads):
    """Targets of all builds on both databases, with every token's use noted."""
    targets = []
    for backend in bench.backends():
        for build in bench.builds():
            server = bench.service(backend, users, build)
            bench.note_uses(server.url_of_database)
            stack.enter_context(server)
            targets += [bench.target(server, backend, users, read, build=build) for read in reads]
    return targets


def beside_old(rows):
    """What the other build says to each figure of this one, as a line each."""
    for one in rows:
        old = find(rows, read=one.get("read"), backend=one.get("backend"), build="old")
        if one.get("build") == "now" and old:
            shares = [("req/s", one["rps"] / old["rps"]), ("p50", one["p50_ms"] / old["p50_ms"])]
            shares += [("p99", one["p99_ms"] / old["p99_ms"]), ("CPU", cost(one) / cost(old))]
            yield f"- {one['name']}, new over old: " + ", ".join(f"{name} {share:.2f}" for name, share in shares)


def run(bench):
    users = bench.arguments.users
    print(f"## Reads: {users:,} users, {bench.arguments.connections} connections\n")
    with ExitStack() as stack:
        ceiling = stack.enter_context(Server("ceiling", [bench.ceiling]))
        targets = [Target("ceiling: 790 fixed bytes", ceiling, "/", read="ceiling")]
        targets += targets_of(bench, stack, users, READS)
        if bench.postgres:
            # All of its connections are opened under load.
            me = next(target for target in targets if target.keys.get("backend") == "postgres")
            me.sample(1, bench.arguments.connections)
            targets += [Pgbench(bench, users, clients) for clients in sorted({4, sessions(bench, users)})]
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows, rows[0]) + "\n")
    for line in beside_old(rows):
        print(line)
    return {"rows": rows}


def alone(bench):
    users = bench.arguments.users
    print(f"## One connection alone: {users:,} users\n")
    with ExitStack() as stack:
        targets = targets_of(bench, stack, users, ["me", "profile"])
        bench.measure(targets, 1)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    for line in beside_old(rows):
        print(line)
    return {"rows": rows}


def start(bench):
    """Seconds from the start of the process to the line that says it listens, and memory a second later."""
    print("## Start\n")
    rows = []
    for backend in bench.backends():
        servers = [bench.service(backend, bench.arguments.users) for _ in range(STARTS)]
        for server in servers:
            with server:
                pass
        one = {"name": f"start, {backend}", "backend": backend}
        one["start_ms"] = median(server.start_ms for server in servers)
        one["idle_mib"] = median(server.idle_mib for server in servers)
        rows.append(one)
        print(f"- {backend}: listening after {one['start_ms']:.0f} ms, idle RSS {one['idle_mib']:.1f} MiB")
    print()
    return {"rows": rows}
