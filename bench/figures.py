"""The figures that the service has to reach, each with its goal, from what the suites have found."""
from dataclasses import dataclass
from typing import Callable

from results import cost, find, text_table

BACKENDS = ["sqlite", "postgres"]
READS = ["me", "profile", "tower"]


@dataclass
class Figure:
    """`value` is told by the rows of `suite`: of several databases or reads the worst. None if something was not measured."""

    name: str
    suite: str
    value: Callable
    goal: float
    stretch: float | None = None
    is_least: bool = False
    form: str = "{:.2f}"

    def text(self, goal):
        return ("≥ " if self.is_least else "≤ ") + f"{goal:g}"

    def reaches(self, value, goal):
        return value >= goal if self.is_least else value <= goal

    def verdict(self, value):
        if value is None:
            return "not measured"
        if self.stretch is not None and self.reaches(value, self.stretch):
            return f"reached, and {self.text(self.stretch)}"
        return "reached" if self.reaches(value, self.goal) else "missed"


def ratios(rows, key, after, before, select=lambda row: True):
    """For each row with the keys `after` its figure over that of the row that has `before` in their place."""
    figure = key if callable(key) else lambda row: row[key]
    for row in rows:
        if select(row) and all(row.get(name) == value for name, value in after.items()):
            same = {name: row[name] for name in ("backend", "read", "load") if name in row}
            other = find(rows, **{**same, **before})
            if other and figure(other):
                yield figure(row) / figure(other)


def worst(values, is_least=False):
    values = list(values)
    return (min(values) if is_least else max(values)) if values else None


def of_ceiling(rows):
    ceiling = find(rows, read="ceiling")
    reads = [find(rows, read=read, backend="sqlite", build="now") for read in READS]
    return worst((one["rps"] / ceiling["rps"] for one in reads if one), True)


def of_pgbench(rows):
    peers = [row["rps"] for row in rows if row.get("read") == "pgbench"]
    me = find(rows, read="me", backend="postgres", build="now")
    return me["rps"] / max(peers) if me and peers else None


def cost_of_ceiling(rows):
    me = find(rows, read="me", backend="postgres", build="now")
    return cost(me) / cost(find(rows, read="ceiling")) if me else None


def of_django(rows):
    rates = [row["rps"] for row in rows if row.get("read") == "me" and row.get("peer", "").startswith("Django")]
    own = find(rows, read="me", peer="profiled")
    return own["rps"] / max(rates) if own and rates else None


def growth(rows):
    sizes = sorted({row["size"] for row in rows})
    return worst(ratios(rows, "p50_ms", {"size": sizes[-1]}, {"size": sizes[0]}))


def beside(other, load):
    return lambda rows: worst(ratios(rows, "p99_ms", {"beside": other, "load": load}, {"beside": "nothing"}))


def alone(rows):
    return worst(ratios(rows, "p50_ms", {"build": "now"}, {"build": "old"}))


def many_groups(rows):
    return worst(ratios(rows, cost, {"groups": 100}, {"groups": "usual"}))


def many_connections(rows):
    return worst(ratios(rows, "rps", {"count": 1024}, {"count": 64}), True)


def failures(rows):
    return sum(row["failed"] for row in rows if row["count"] == 1024)


def not_noted(rows):
    return worst(ratios(rows, "rps", {"noted": False}, {"noted": True}), True)


def largest(key):
    return lambda rows: max(row[key] for row in rows)


FIGURES = [
    Figure("SQLite, the slowest of the three reads, req/s of the static ceiling's", "reads", of_ceiling, 0.45, 0.60, True),
    Figure("PostgreSQL, `/api/users/me/`, req/s of pgbench's", "reads", of_pgbench, 2.0, 3.0, True),
    Figure("PostgreSQL, CPU of service and database a request, of the static body's", "reads", cost_of_ceiling, 4, form="{:.1f}"),
    Figure("PostgreSQL, req/s of Django REST framework's under gunicorn", "peer", of_django, 80, is_least=True, form="{:.1f}"),
    Figure("a user in 100 groups, CPU against 1 to 3 groups", "groups", many_groups, 2.5),
    Figure("one connection alone, p50 against the old binary", "alone", alone, 1.05),
    Figure("most users (all in one group) against fewest, p50", "growth", growth, 1.15),
    Figure("1,024 connections against 64, req/s", "connections", many_connections, 0.95, is_least=True),
    Figure("failed requests at 1,024 connections", "connections", failures, 0, form="{:.0f}"),
    Figure("p99 beside a list with `icontains` in a loop, reads at full load", "beside", beside("icontains", "full"), 2),
    Figure("p99 beside a list with `icontains` in a loop, 2,000 reads/s", "beside", beside("icontains", "paced"), 2),
    Figure("p99 beside a storm of log-ins, reads at full load", "beside", beside("log-ins", "full"), 2),
    Figure("p99 beside a storm of log-ins, 2,000 reads/s", "beside", beside("log-ins", "paced"), 2),
    Figure("reads while no token's use is noted, req/s of those while all are", "uses", not_noted, 0.9, is_least=True),
    Figure("idle RSS, MiB", "start", largest("idle_mib"), 20, form="{:.1f}"),
    Figure("start to listening, ms", "start", largest("start_ms"), 100, form="{:.0f}"),
]


def table(results, suites):
    """Goals and verdicts, of the suites that are named."""
    lines = []
    for figure in FIGURES:
        found = results.read(figure.suite)
        if figure.suite not in suites or not found:
            continue
        value = figure.value(found["rows"])
        goals = figure.text(figure.goal) + (f"; {figure.text(figure.stretch)}" if figure.stretch is not None else "")
        shown = "" if value is None else figure.form.format(value)
        lines.append([figure.name, shown, goals, figure.verdict(value)])
    return "\n".join(text_table(["figure", "found", "goal", "verdict"], lines))
