"""What a read costs by the shape of the load and of the data: groups, connections, growth."""
from contextlib import ExitStack

from results import cost, find, rows_of, rows_table
from service import READS

IN_GROUPS = [1, 10, 100, 1000]
CONNECTIONS = [1, 8, 64, 256, 1024]
# Few enough that the p50 is the time of a read more than that of a queue.
FEW = 8


def ratios(title, pairs):
    """A line of ratios, each of a name and two figures."""
    print(f"- {title}: " + ", ".join(f"{name} {after / before:.2f}" for name, before, after in pairs))


def groups(bench):
    users = bench.arguments.users
    print("## Users in 1, 10, 100 and 1,000 groups, and in 1 to 3\n")
    targets = []
    with ExitStack() as stack:
        for backend in bench.backends():
            server = stack.enter_context(bench.service(backend, users))
            targets.append(bench.target(server, backend, users, name=f"1 to 3 groups, {backend}", groups="usual"))
            for count in IN_GROUPS:
                name = f"{count:,} group{'s' * (count > 1)}, {backend}"
                targets.append(bench.target(server, backend, users, name=name, credentials=f"groups-{count}.txt", groups=count))
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    costs = lambda backend, count: cost(find(rows, backend=backend, groups=count))
    ratios("CPU of 100 groups over that of 1 to 3", [(b, costs(b, "usual"), costs(b, 100)) for b in bench.backends()])
    return {"rows": rows}


def connections(bench):
    users = bench.arguments.users
    print("## Connections\n")
    targets = []
    with ExitStack() as stack:
        for backend in bench.backends():
            server = stack.enter_context(bench.service(backend, users))
            for count in CONNECTIONS:
                name = f"{count:,} connection{'s' * (count > 1)}, {backend}"
                target = bench.target(server, backend, users, name=name, count=count)
                target.connections = count
                targets.append(target)
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    rates = lambda backend, count: find(rows, backend=backend, count=count)["rps"]
    ratios("throughput at 1,024 over that at 64", [(b, rates(b, 64), rates(b, 1024)) for b in bench.backends()])
    return {"rows": rows}


def growth(bench):
    sizes = bench.arguments.sizes
    print(f"## Growth, {FEW} connections\n")
    targets = []
    with ExitStack() as stack:
        for backend in bench.backends():
            for users in sizes:
                server = stack.enter_context(bench.service(backend, users))
                # The ends for all reads, what is between for one.
                reads = READS if users in (sizes[0], sizes[-1]) else ["me"]
                for read in reads:
                    name = f"{read}, {backend}, {users:,} users"
                    targets.append(bench.target(server, backend, users, read, name=name, size=users))
        bench.measure(targets, FEW)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    p50 = lambda backend, read, users: find(rows, backend=backend, read=read, size=users)["p50_ms"]
    for backend in bench.backends():
        pairs = [(read, p50(backend, read, sizes[0]), p50(backend, read, sizes[-1])) for read in READS]
        ratios(f"{backend}: p50 at {sizes[-1]:,} users over that at {sizes[0]:,}", pairs)
    return {"rows": rows, "sizes": sizes}
