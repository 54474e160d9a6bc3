"""`import django` of a large dump, beside the bulk load of the same rows into the same tables by the database's own means."""
import json
import os
import sqlite3
import subprocess
import sys
import time

TABLES = ["users", "groups", "user_groups", "tokens"]
GROUPS = 50


def write_dump(path, users):
    """As `dumpdata` of a project with tokens writes it: every user in one group, two thirds without an address."""
    joined = "2025-01-01T00:00:00Z"
    with open(path, "w", encoding="ascii") as file:
        file.write("[\n")
        for group in range(1, GROUPS + 1):
            file.write(json.dumps({"model": "auth.group", "pk": group, "fields": {"name": f"group {group}", "permissions": []}}) + ",\n")
        for user in range(1, users + 1):
            fields = {
                "password": f"pbkdf2_sha256$1000000${user:022}$R2jV2PfSF7g13ZJj+IYofegHzKAhznnlv3gezP2A3WU=",
                "last_login": None, "is_superuser": False, "username": f"user{user}", "first_name": "Ada", "last_name": "Lovelace",
                "email": "" if user % 3 else f"user{user}@example.com", "is_staff": False, "is_active": True,
                "date_joined": joined, "groups": [user % GROUPS + 1], "user_permissions": [],
            }
            token = {"model": "authtoken.token", "pk": f"{user:040x}", "fields": {"user": user, "created": joined}}
            file.write(json.dumps({"model": "auth.user", "pk": user, "fields": fields}) + ",\n")
            file.write(json.dumps(token) + ("\n]\n" if user == users else ",\n"))


def fresh(bench, backend, name):
    """The URL of an empty database with the service's tables."""
    url = f"sqlite://{bench.folder}/{name}.sqlite3" if backend == "sqlite" else f"{bench.postgres}/{name}"
    bench.empty(url)
    bench.migrate(url)
    return url


def imported(bench, url, dump):
    """Seconds and MiB of an import."""
    began = time.monotonic()
    command = [bench.binary, *bench.settings(url), "--quiet", "import", "django", str(dump)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"bench: the import failed: {said}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def loaded_postgres(bench, source, target):
    """Seconds that COPY takes for the rows of another database."""
    files = {table: bench.folder / f"load-{table}.bin" for table in TABLES}
    for table, file in files.items():
        subprocess.run(["psql", "-q", "-c", f"\\copy {table} TO '{file}' (FORMAT binary)", source], check=True)
    began = time.monotonic()
    copies = [f"\\copy {table} FROM '{file}' (FORMAT binary)" for table, file in files.items()]
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-1", target], input="\n".join(copies), text=True, check=True)
    seconds = time.monotonic() - began
    for file in files.values():
        file.unlink()
    return seconds


def loaded_sqlite(source, target):
    """Seconds that prepared INSERTs take in one transaction, for the rows of another database, which are read meanwhile."""
    began = time.monotonic()
    with sqlite3.connect(source.removeprefix("sqlite://")) as rows, sqlite3.connect(target.removeprefix("sqlite://")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN")
        for table in TABLES:
            found = rows.execute(f"SELECT * FROM {table}")
            places = ", ".join("?" * len(found.description))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", found)
    return time.monotonic() - began


def run(bench):
    users = bench.arguments.sizes[-1]
    dump = bench.folder / f"dump-{users}.json"
    if not dump.exists():
        print(f"writing a dump of {users} users …", file=sys.stderr)
        write_dump(dump, users)
    print(f"## Import of {users:,} users, each with a group and a token ({dump.stat().st_size / 1e6:.0f} MB of JSON)\n")
    print("| | import, s | users/s | memory, MiB | again, s | memory, MiB | bulk load, s | import over bulk load |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for backend in bench.backends():
        url = fresh(bench, backend, "bench_import")
        first, memory = imported(bench, url, dump)
        again, memory_again = imported(bench, url, dump)
        empty = fresh(bench, backend, "bench_load")
        load = loaded_sqlite(url, empty) if backend == "sqlite" else loaded_postgres(bench, url, empty)
        print(
            f"| {backend} | {first:.1f} | {users / first:,.0f} | {memory:.0f} | {again:.1f} | {memory_again:.0f} | {load:.1f} "
            f"| {first / load:.2f} |"
        )
    print()
