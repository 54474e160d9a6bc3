#!/usr/bin/env python3
"""Load tests of the service, on both databases, beside the ceiling of the machine and its peers. Started by `bench/run`.

    bench.py [SUITE …]      without suites: all but lists and import; then the documents are written anew

Figures of one run are comparable with one another; those of two runs are not. `noise` is the largest share of a core
that something else used during a sample: distrust a row above 0.3.
"""
import argparse
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import beside
import figures
import imports
import lists
import peer
import reads
import report
import shapes
from measure import say
from results import Results, stamp
from service import Bench

SUITES = {
    "reads": reads.run,
    "alone": reads.alone,
    "start": reads.start,
    "peer": peer.run,
    "connections": shapes.connections,
    "groups": shapes.groups,
    "growth": shapes.growth,
    "mixed": beside.mixed,
    "beside": beside.run,
    "uses": beside.uses,
    "lists": lists.run,
    "import": imports.run,
}
LONG = {"lists", "import"}
QUICK = {"suites": ["reads"], "rounds": 2, "seconds": 2, "patience": 10}


def sizes(text):
    found = sorted(int(number) for number in text.split(","))
    if len(found) < 2:
        raise argparse.ArgumentTypeError("two sizes at least")
    return found


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of a sample")
    help_of_sizes = "users of growth; lists and import take the first and the last"
    parser.add_argument("--sizes", type=sizes, default=[1000, 10_000, 100_000, 1_000_000], help=help_of_sizes)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--log-level", default="warn")
    help_of_against = "another binary of the service, loaded in turns with this one by reads and alone ($BENCH_SERVICE_OLD)"
    parser.add_argument("--against", metavar="BINARY", default=os.environ.get("BENCH_SERVICE_OLD"), help=help_of_against)
    parser.add_argument("--patience", type=int, default=240, help="seconds of the whole run in which noisy samples are taken again")
    parser.add_argument("--quick", action="store_true", help="few and short rounds of reads, in less than three minutes")
    parser.add_argument("--resume", action="store_true", help="leaves out suites that this binary has run with these options")
    parser.add_argument("--write", action="store_true", help="writes the documents after a run of some suites, too")
    found = parser.parse_args()
    for suite in found.suites:
        if suite not in SUITES:
            parser.error(f"no suite {suite}; there are {', '.join(SUITES)}")
    found.write = found.write or not (found.suites or found.quick)
    if found.quick:
        for name, value in QUICK.items():
            setattr(found, name, value)
    if found.against and not Path(found.against).exists():
        parser.error(f"no binary {found.against}")
    found.suites = found.suites or [suite for suite in SUITES if suite not in LONG]
    return found


def identity(bench):
    """What a stored result must have been made with to stand for another run."""
    binaries = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in bench.binaries.values() if path]
    chosen = bench.arguments
    return [binaries, chosen.users, chosen.rounds, chosen.seconds, chosen.sizes, chosen.connections, chosen.log_level]


def measured(bench, suite, results):
    """Runs a suite, and keeps what it has found."""
    same = identity(bench)
    before = results.read(suite)
    if bench.arguments.resume and before and before["identity"] == same:
        say(f"{suite}: has been run")
        return
    began = time.monotonic()
    found = SUITES[suite](bench)
    took = time.monotonic() - began
    say(f"{suite}: {took:.0f} s")
    if found:
        results.write(suite, {"identity": same, "stamp": stamp(bench), "took": round(took), **found})


def main():
    # Leaves in order: servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Bench(arguments())
    results = Results(bench.folder / ("quick" if bench.arguments.quick else "results"))
    for suite in bench.arguments.suites:
        measured(bench, suite, results)
    print("## Figures\n")
    print(figures.table(results, bench.arguments.suites) + "\n")
    if bench.arguments.write:
        report.write(results)


if __name__ == "__main__":
    main()
