"""Writes what the suites have found into docs/BENCHMARKS.md, its plots, and the README's table."""
import json
import re
from pathlib import Path

import figures
import plot
from results import cost, find, rows_table, text_table

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "BENCHMARKS.md"
PLOTS = ROOT / "docs" / "benchmarks"
README = ROOT / "README.md"
BACKENDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def replace(path, name, text):
    """Puts a text between the marks of a section."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    before = path.read_text()
    if not section.search(before):
        raise SystemExit(f"bench: {path.name} has no section {name}")
    path.write_text(section.sub(lambda _: f"{begin}\n{text}\n{end}", before))


def picture(name, title, svg):
    PLOTS.mkdir(exist_ok=True)
    (PLOTS / f"{name}.svg").write_text(svg)
    return f"![{title}](benchmarks/{name}.svg)\n\n"


def sitting(found):
    """When, where and of what the figures were taken."""
    mark = found["stamp"]
    rustc = "".join(mark["rustc"])
    return (
        f"{mark['date']}, commit {mark['commit']}: {mark['cores']} cores of {mark['cpu']}, {mark['memory_gib']} GiB, Linux {mark['kernel']}; "
        f"rustc {rustc}, PostgreSQL {mark['postgres']}, wrk {mark['wrk']}; {mark['users']:,} users unless something else is said; "
        f"medians of {mark['rounds']} rounds of {mark['seconds']} s."
    )


def taken(found, reference=None):
    return rows_table(found["rows"], reference)


def reads(found):
    return taken(found, found["rows"][0])


def peer(found):
    rates = [(row["peer"], row["rps"]) for row in found["rows"] if row["read"] == "me"]
    title = "GET /api/users/me/, PostgreSQL: requests a second"
    notes = "".join(f"\n- {name}: not installed on this machine, skipped" for name in found["missing"])
    return picture("peers", title, plot.bars(title, rates)) + taken(found) + ("\n" + notes if notes else "")


def percentiles(found, x):
    """p50 and p99 of /api/users/me/ on each database, along a key."""
    for backend, name in BACKENDS.items():
        rows = [row for row in found["rows"] if row["backend"] == backend and row["read"] == "me" and isinstance(row[x], int)]
        for percentile in ("p50", "p99"):
            points = [(row[x], row[f"{percentile}_ms"]) for row in rows]
            if points:
                yield f"{name}, {percentile}", points, percentile == "p99"


def connections(found):
    title = "GET /api/users/me/: latency by connections"
    return picture("connections", title, plot.lines(title, "connections", "ms", list(percentiles(found, "count")))) + taken(found)


def growth(found):
    title = "GET /api/users/me/: latency by users, 8 connections"
    return picture("growth", title, plot.lines(title, "users", "ms", list(percentiles(found, "size")))) + taken(found)


def groups(found):
    title = "GET /api/users/me/: CPU of service and database by groups of the user"
    series = []
    for backend, name in BACKENDS.items():
        rows = [row for row in found["rows"] if row["backend"] == backend and isinstance(row["groups"], int)]
        if rows:
            series.append((name, [(row["groups"], cost(row)) for row in rows], False))
    return picture("groups", title, plot.lines(title, "groups", "µs a request", series)) + taken(found)


def mixed(found):
    title = "Reads alone, and with 5 % updates and 5 % log-ins: requests a second"
    rates = [(row["name"], row["rps"]) for row in found["rows"]]
    return picture("mixed", title, plot.bars(title, rates)) + taken(found)


def beside(found):
    notes = [f"- {row['name']}: {row['other_rps']:.1f}/s of these meanwhile" for row in found["rows"] if "other_rps" in row]
    return taken(found) + "\n\n" + "\n".join(notes)


def start(found):
    lines = [[BACKENDS[row["backend"]], f"{row['start_ms']:.0f}", f"{row['idle_mib']:.1f}"] for row in found["rows"]]
    return "\n".join(text_table(["", "listening after, ms", "idle RSS, MiB"], lines))


SECTIONS = {
    "reads": reads, "alone": taken, "start": start, "peer": peer, "connections": connections, "growth": growth, "groups": groups,
    "mixed": mixed, "beside": beside, "uses": taken,
}


def instructions(found):
    lines = [[name, f"{count:,}"] for name, count in found["instructions"].items()]
    return "\n".join(text_table(["request", "instructions"], lines))


def size(found):
    lines = [[name, *(str(value) for value in line.values())] for name, line in found["builds"].items()]
    head = ["", *next(iter(found["builds"].values()))]
    return f"{found['date']}, commit {found['commit']}, {found['machine']}.\n\n" + "\n".join(text_table(head, lines))


# Sections whose figures are kept beside the document, since what writes them is no load test.
KEPT = {"instructions": instructions, "size": size}


def write_kept():
    for name, render in KEPT.items():
        file = PLOTS / f"{name}.json"
        if file.exists():
            replace(DOCUMENT, name, render(json.loads(file.read_text())))


def readme(results):
    """The service beside its peers, and SQLite beside both, in a few lines."""
    peers, own = results.read("peer"), results.read("reads")
    if not peers or not own:
        return
    reference = find(peers["rows"], read="me", peer="profiled")
    lines = []
    embedded = find(own["rows"], read="me", backend="sqlite", build="now")
    entries = [("**profiled**, SQLite inside", embedded)] if embedded else []
    entries += [(f"**{row['peer']}**, PostgreSQL" if row is reference else row["peer"] + ", PostgreSQL", row)
                for row in peers["rows"] if row["read"] == "me"]
    for name, row in entries:
        lines.append([name, f"{row['rps']:,.0f}", f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}", f"{cost(row):,.0f}", f"{row['pss']:.0f}"])
    head = ["`GET /api/users/me/`, 64 connections", "requests/s", "p50 ms", "p99 ms", "CPU µs a request, with database", "PSS MiB"]
    replace(README, "benchmark", "\n".join(text_table(head, lines)))


def write(results):
    told = None
    for name, render in SECTIONS.items():
        found = results.read(name)
        if not found:
            continue
        # Said once, and again only of what was taken otherwise.
        said = sitting(found)
        replace(DOCUMENT, name, render(found) if said == told else f"{said}\n\n{render(found)}")
        told = told or said
    replace(DOCUMENT, "figures", figures.table(results, list(SECTIONS)))
    write_kept()
    readme(results)
