"""Reads beside other work: updates and log-ins in a mix, a dear list in a loop, a storm of log-ins, tokens coming into use."""
import json
import re
import subprocess
import time
from contextlib import ExitStack

from measure import Target, cpu, of, say, tree
from results import rows_of, rows_table

MIX = "90,5,5"
# The hash of the data is as cheap: in the mix log-ins cost what the service adds to a hash, which would be all otherwise.
CHEAP_HASH = 1000
DEAR_LIST = "/api/v1/users/?username__icontains=99"
STORMING = 16
# Connections that pause for as many milliseconds on average: about 2,000 reads a second, which leave the machine room.
PAUSE = 32


class Beside:
    """A target that is loaded while another one is, if there is another one."""

    def __init__(self, target, other):
        self.target, self.other = target, other
        self.name, self.keys, self.samples = target.name, target.keys, []

    def sample(self, seconds, connections):
        if not self.other:
            return self.target.sample(seconds, connections)
        command, environment = self.other.wrk(seconds + 1, self.other.connections)
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            time.sleep(0.5)
            sample = self.target.sample(seconds, connections)
            found = re.search(r"^RESULT (.*)$", process.stdout.read(), re.M)
        settle(self.target.server)
        other = json.loads(found.group(1))
        return {**sample, "other_rps": other["requests"] / other["seconds"]}


def settle(server):
    """Waits until what was asked for by connections that are gone is done: hashes wait in a queue."""
    for _ in range(100):
        before = cpu(tree(server.process.pid))
        time.sleep(0.2)
        if cpu(tree(server.process.pid)) - before < 0.02:
            return


def others(bench, server, users, pid):
    """By name what goes on beside the reads: nothing, a list, log-ins that are refused, which costs what others do."""
    dear = Target("icontains", server, DEAR_LIST, "GET", "Token", bench.credentials(users, "superuser.txt"), pid)
    dear.connections = 1
    storm = Target("log-ins", server, "/", database_pid=pid)
    storm.environment["BENCH_FORMS"] = bench.credentials(users, "refused.txt")
    storm.connections = STORMING
    return {"nothing": None, "icontains": dear, "log-ins": storm}


def run(bench):
    users = bench.arguments.users
    print(f"## Reads beside a client that lists users with icontains in a loop, and beside {STORMING} that log in\n")
    targets = []
    with ExitStack() as stack:
        for backend in bench.backends():
            server = stack.enter_context(bench.service(backend, users))
            pid = bench.postgres_pid if backend == "postgres" else None
            found = others(bench, server, users, pid)
            for load in ("full", "paced"):
                for name, other in found.items():
                    read = bench.target(server, backend, users, name=f"me, {backend}, {load}, beside {name}", load=load, beside=name)
                    if load == "paced":
                        read.environment["BENCH_PAUSE"] = str(PAUSE)
                    targets.append(Beside(read, other))
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    for row, target in zip(rows, targets):
        if target.other:
            row["other_rps"] = of(target, "other_rps")
            print(f"- {target.name}: {row['other_rps']:.1f}/s of these meanwhile")
    print()
    return {"rows": rows}


def mixed(bench):
    users = bench.arguments.users
    print("## Mix of 90 % reads, 5 % updates and 5 % log-ins\n")
    targets = []
    with ExitStack() as stack:
        for backend in bench.backends():
            url = bench.copy(backend, users)
            bench.note_uses(url)
            server = stack.enter_context(bench.service(backend, users, url=url, more={"auth.password.iterations": CHEAP_HASH}))
            targets.append(bench.target(server, backend, users, name=f"reads alone, {backend}", mix=False))
            mix = bench.target(server, backend, users, name=f"mix, {backend}", mix=True)
            mix.environment.update(BENCH_MIX=MIX, BENCH_FORMS=bench.credentials(users, "log-ins.txt"))
            targets.append(mix)
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    return {"rows": rows}


def uses(bench):
    """A server of its own for each sample: a process remembers what it has noted."""
    users = bench.arguments.users
    print("## Reads while no token's use is noted yet, and while all are\n")
    targets = []
    for backend in bench.backends():
        url = bench.prepare(backend, users)
        for noted in (False, True):
            state = "noted" if noted else "not noted"
            target = bench.target(None, backend, users, name=f"me, {backend}, uses {state}", noted=noted)
            target.url_of_database = url
            targets.append(target)
    for number in range(bench.arguments.rounds):
        for target in targets if number % 2 == 0 else reversed(targets):
            say(f"round {number + 1}: {target.name}")
            bench.note_uses(target.url_of_database, target.keys["noted"])
            with bench.service(target.keys["backend"], users, url=target.url_of_database) as server:
                target.server = server
                target.samples.append(target.sample(bench.arguments.seconds, bench.arguments.connections))
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    return {"rows": rows}
