"""What a suite found: kept as a file, so that documents and figures can be made of it later, and printed as a table."""
import json
import os
import platform
import re
import subprocess
import time
from pathlib import Path

from measure import row

COLUMNS = [
    ("target", "name", "{}"),
    ("req/s", "rps", "{:,.0f}"),
    ("p50 ms", "p50_ms", "{:.2f}"),
    ("p99 ms", "p99_ms", "{:.2f}"),
    ("CPU µs a request: server + database", ("server_us", "database_us"), "{:.0f} + {:.0f}"),
    ("RSS, PSS, anonymous MiB", ("rss", "pss", "anonymous"), "{:.0f}, {:.0f}, {:.0f}"),
    ("failed", "failed", "{}"),
    ("noise", "noise", "{:.2f}"),
]


def text_table(head, lines):
    """A table in Markdown; all columns but the first are numbers."""
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "--:|" * (len(head) - 1)
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def rows_table(rows, reference=None):
    """The figures of targets, and their share of the requests/s of a reference."""
    head = [title for title, _, _ in COLUMNS] + (["of the ceiling"] if reference else [])
    lines = []
    for one in rows:
        line = []
        for _, keys, form in COLUMNS:
            keys = keys if isinstance(keys, tuple) else (keys,)
            line.append(form.format(*(one[key] for key in keys)).replace("nan", "–"))
        if reference:
            line.append(f"{one['rps'] / reference['rps']:.3f}")
        lines.append(line)
    return "\n".join(text_table(head, lines))


def rows_of(targets):
    return [row(target) for target in targets]


def find(rows, **keys):
    """The row whose keys are these, or None."""
    for one in rows:
        if all(one.get(key) == value for key, value in keys.items()):
            return one
    return None


def cost(one):
    """µs of CPU a request, of service and database together."""
    return one["server_us"] + one["database_us"]


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine():
    """The machine and the programs, for whoever compares figures."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {
        "cpu": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory.group(1)) / 2**20) if memory else None,
        "kernel": platform.release(),
        "postgres": output_of("postgres", "--version").removeprefix("postgres (PostgreSQL) "),
        "rustc": output_of("rustc", "--version").split(" ")[1:2],
        "wrk": (re.search(r"wrk (\S+)", output_of_version("wrk")) or [None, ""])[1],
    }


def output_of_version(program):
    """wrk tells its version with a failure."""
    found = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


def stamp(bench):
    """When and of what figures were taken."""
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no", "--", "crates", "migrations", "Cargo.lock")
    commit = output_of("git", "rev-parse", "--short=10", "HEAD") + (" with changes" if changed else "")
    arguments = bench.arguments
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": commit,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "users": arguments.users,
        "connections": arguments.connections,
        **machine(),
    }


class Results:
    """The findings of suites, a file each."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, suite):
        return self.folder / f"{suite}.json"

    def write(self, suite, found):
        self.path(suite).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")

    def read(self, suite):
        try:
            return json.loads(self.path(suite).read_text())
        except OSError:
            return None
