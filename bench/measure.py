"""Servers under load: start, wrk, CPU time and memory from /proc. Only the loopback is ever asked."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

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


def cpu(pids):
    """Seconds of CPU that processes have used."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICK


def rss(pids):
    """Resident memory of processes in MiB: all of it, and the part that is no file."""
    total = anonymous = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
            elif line.startswith("RssAnon:"):
                anonymous += int(line.split()[1])
    return total / 1024, anonymous / 1024


def machine():
    """Seconds that all cores were busy, or withheld, since boot."""
    fields = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) / TICK


class Server:
    """A server that prints `listening on http://HOST:PORT`, or words like it, when it is ready."""

    def __init__(self, name, command, environment=None, folder=None):
        self.name, self.command, self.folder = name, command, folder
        self.environment = dict(os.environ, **(environment or {}))
        self.process = self.url = None

    def __enter__(self):
        log = open(Path(tempfile.gettempdir()) / f"bench-{self.name}.log", "wb")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        for line in self.process.stdout:
            found = re.search(r"listening (?:on|at:) (http://\S+)", line, re.IGNORECASE)
            if found:
                self.url = found.group(1)
                break
        if not self.url:
            raise SystemExit(f"bench: {self.name} did not start, see {log.name}")
        self.start_ms = (time.monotonic() - began) * 1e3
        time.sleep(1)
        self.idle_mib = rss(tree(self.process.pid))[0]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Target:
    """A request to a running server."""

    def __init__(self, name, server, path, method="GET", scheme="Token", credentials="", database_pid=None):
        self.name, self.server, self.path = name, server, path
        self.method, self.scheme, self.credentials = method, scheme, credentials
        self.database_pid = database_pid
        self.samples = []


def load(target, seconds, connections):
    """One sample: wrk against a target."""
    environment = dict(
        os.environ, BENCH_SCHEME=target.scheme, BENCH_METHOD=target.method, BENCH_CREDENTIALS=target.credentials
    )
    server = tree(target.server.process.pid)
    database = tree(target.database_pid) if target.database_pid else []
    before = cpu(server), cpu(database), machine(), os.times(), time.monotonic()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    command += ["-s", str(HERE / "load.lua"), target.server.url + target.path]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"^RESULT (.*)$", output.stdout, re.M)
    if not found:
        raise SystemExit(f"bench: wrk failed on {target.name}: {output.stdout}{output.stderr}")
    sample = json.loads(found.group(1))
    done, took = max(sample["requests"], 1), time.monotonic() - before[4]
    times = os.times()
    own = cpu(server) - before[0]
    base = cpu(tree(target.database_pid)) - before[1] if target.database_pid else 0
    driver = times.children_user + times.children_system - before[3].children_user - before[3].children_system
    sample["rps"] = sample["requests"] / sample["seconds"]
    sample["server_us"], sample["database_us"] = own / done * 1e6, base / done * 1e6
    sample["noise"] = max(0.0, machine() - before[2] - own - base - driver) / took
    sample["rss"], sample["anonymous"] = rss(server)
    return sample


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def alternate(targets, rounds, seconds, connections):
    """Goes through the targets forwards and backwards, so that a slow spell of the machine falls on all of them."""
    for target in targets:
        target.samples = []
        load(target, 2, connections)
    for number in range(rounds):
        for target in targets if number % 2 == 0 else reversed(targets):
            target.samples.append(load(target, seconds, connections))


def of(target, key):
    return median(sample[key] for sample in target.samples)


def table(targets, reference=None):
    print("| target | req/s | p50 ms | p99 ms | CPU µs a request: server + database | RSS MiB (anonymous) | failed | noise | of the ceiling |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for target in targets:
        failed = sum(sample["failed"] for sample in target.samples)
        noise = max(sample["noise"] for sample in target.samples)
        share = f"{of(target, 'rps') / of(reference, 'rps'):.3f}" if reference else ""
        print(
            f"| {target.name} | {of(target, 'rps'):.0f} | {of(target, 'p50_us') / 1e3:.2f} | {of(target, 'p99_us') / 1e3:.2f} "
            f"| {of(target, 'server_us'):.0f} + {of(target, 'database_us'):.0f} | {of(target, 'rss'):.1f} ({of(target, 'anonymous'):.1f}) "
            f"| {failed} | {noise:.2f} | {share} |"
        )
    print()
