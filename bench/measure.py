"""Servers under load: start, wrk, CPU time and memory from /proc, in turns. Only the loopback is ever asked."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


def tree(root):
    """A process and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parent = int(stat.rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(entry))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu(pids, with_ended=False):
    """Seconds of CPU that processes have used, and those that they have started and that have ended."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(int(field) for field in fields[11 : 15 if with_ended else 13])
        except OSError:
            pass
    return total / TICK


def memory(pids):
    """MiB of processes: `rss`; `pss`, which counts what several of them share once; `anonymous`, which is no file."""
    total = {"Rss": 0, "Pss": 0, "Anonymous": 0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, size = line.partition(":")
            if name in total:
                total[name] += int(size.split()[0])
    return {name.lower(): size / 1024 for name, size in total.items()}


def machine():
    """Seconds that all cores were busy, or withheld, since boot."""
    fields = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) / TICK


class Server:
    """A server that prints `listening on http://HOST:PORT`, or words like it, when it is ready."""

    def __init__(self, name, command, environment=None, folder=None, merged=False, log=None):
        self.name, self.command, self.folder, self.merged, self.log = name, command, folder, merged, log
        self.environment = dict(os.environ, **(environment or {}))
        self.process = self.url = None

    def __enter__(self):
        log = self.log or open(Path(tempfile.gettempdir()) / f"bench-{self.name}.log", "wb")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if self.merged else log,
            text=True,
            start_new_session=True,
        )
        for line in self.process.stdout:
            found = re.search(r"(?:listening on|listening at:|running on) (http://\S+)", line, re.IGNORECASE)
            if found:
                self.url = found.group(1)
                break
        if not self.url:
            raise SystemExit(f"bench: {self.name} did not start, see {log.name}")
        self.wait_until_open()
        self.start_ms = (time.monotonic() - began) * 1e3
        time.sleep(1)
        self.idle_mib = memory(tree(self.process.pid))["rss"]
        return self

    def wait_until_open(self):
        """Some servers say that they listen before they do."""
        address, end = urlsplit(self.url), time.monotonic() + 30
        while True:
            try:
                socket.create_connection((address.hostname, address.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Target:
    """A request to a running server. `keys` say what it is, for whoever looks for its figures."""

    def __init__(self, name, server, path, method="GET", scheme="Token", credentials="", database_pid=None, **keys):
        self.name, self.server, self.path = name, server, path
        self.environment = {"BENCH_METHOD": method, "BENCH_SCHEME": scheme, "BENCH_CREDENTIALS": credentials}
        self.database_pid = database_pid
        self.keys = keys
        self.connections = None
        self.samples = []

    def wrk(self, seconds, connections):
        """The command of the load and its environment."""
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
        command += ["-s", str(HERE / "load.lua"), self.server.url + self.path]
        return command, dict(os.environ, **self.environment)

    def sample(self, seconds, connections):
        """One sample: wrk against the server."""
        server = tree(self.server.process.pid)
        database = tree(self.database_pid) if self.database_pid else []
        before = cpu(server), cpu(database), machine(), os.times(), time.monotonic()
        command, environment = self.wrk(seconds, self.connections or connections)
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        found = re.search(r"^RESULT (.*)$", output.stdout, re.M)
        if not found:
            raise SystemExit(f"bench: wrk failed on {self.name}: {output.stdout}{output.stderr}")
        sample = json.loads(found.group(1))
        done, took = max(sample["requests"], 1), time.monotonic() - before[4]
        own = cpu(server) - before[0]
        base = cpu(tree(self.database_pid)) - before[1] if self.database_pid else 0
        sample["rps"] = sample["requests"] / sample["seconds"]
        sample["server_us"], sample["database_us"] = own / done * 1e6, base / done * 1e6
        sample["noise"] = max(0.0, machine() - before[2] - own - base - spent_on_children(before[3])) / took
        return {**sample, **memory(server)}


def spent_on_children(before):
    """Seconds of CPU of the programs that were started and ended since."""
    now = os.times()
    return now.children_user + now.children_system - before.children_user - before.children_system


class Sitting:
    """How long and how often targets are loaded, and how long noise is waited out."""

    # Above this share of a core that something else used, a sample is taken again while there is patience.
    NOISE = 0.3
    AGAIN = 2

    def __init__(self, rounds, seconds, patience):
        self.rounds, self.seconds, self.patience = rounds, seconds, patience

    def alternate(self, targets, connections):
        """Goes through the targets forwards and backwards, so that a slow spell of the machine falls on all of them."""
        for target in targets:
            target.samples = []
            target.sample(min(2, self.seconds), connections)
        for number in range(self.rounds):
            say(f"round {number + 1} of {self.rounds}")
            for target in targets if number % 2 == 0 else reversed(targets):
                target.samples.append(self.quietest(target, connections))

    def quietest(self, target, connections):
        best = target.sample(self.seconds, connections)
        for _ in range(self.AGAIN):
            if best["noise"] <= self.NOISE or self.patience <= 0:
                break
            began = time.monotonic()
            best = min(best, target.sample(self.seconds, connections), key=lambda sample: sample["noise"])
            self.patience -= time.monotonic() - began
        return best


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def of(target, key):
    return median(sample[key] for sample in target.samples)


def row(target):
    """The figures of a target as they are stored: medians, the range of requests/s, the worst noise."""
    rates = [sample["rps"] for sample in target.samples]
    return {
        "name": target.name,
        **target.keys,
        "rps": of(target, "rps"),
        "rps_least": min(rates),
        "rps_most": max(rates),
        "p50_ms": of(target, "p50_us") / 1e3,
        "p99_ms": of(target, "p99_us") / 1e3,
        "server_us": of(target, "server_us"),
        "database_us": of(target, "database_us"),
        **{name: of(target, name) for name in ("rss", "pss", "anonymous")},
        "failed": sum(sample["failed"] for sample in target.samples),
        "noise": max(sample["noise"] for sample in target.samples),
    }


def say(text=""):
    """A line of progress, apart from the figures."""
    print(text, file=sys.stderr, flush=True)
