"""The reads beside peers that give the same JSON from the same PostgreSQL: see peers/README.md."""
import http.client
import json

import shutil
import subprocess
import sys
from contextlib import ExitStack
from urllib.parse import urlsplit

from measure import HERE, Server, say
from results import cost, find, rows_of, rows_table
from service import KEY, READS

PEERS = HERE / "peers"
GUNICORN = {"sync": ["-k", "sync"], "gthread": ["-k", "gthread", "--threads", "4", "--keep-alive", "60"]}
DJANGO = "Django REST framework, "
SHOWN = ["me", "profile"]


def install(marker, sources, *commands):
    """Runs commands unless they have been run for these files; tells whether the packages are there."""
    wanted = "".join((PEERS / source).read_text() for source in sources)
    if marker.exists() and marker.read_text() == wanted:
        return True
    try:
        for command in commands:
            subprocess.run(command, check=True, timeout=600, cwd=marker.parent, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        say(f"peers: {error}")
        return False
    marker.write_text(wanted)
    return True


def python_packages(folder):
    home = folder / "peers"
    pip = [home / "bin" / "pip", "install", "-q", "-r", PEERS / "requirements.txt"]
    is_there = install(folder / "peers-python", ["requirements.txt"], [sys.executable, "-m", "venv", home], pip)
    return home / "bin" if is_there else None


def node_packages(folder):
    """A folder with the peer and its packages: modules are looked for beside the file that imports them."""
    home = folder / "peers-node"
    if not shutil.which("node") or not shutil.which("npm"):
        say("peers: no Node.js")
        return None
    home.mkdir(exist_ok=True)
    for name in ("package.json", "fastify_peer.mjs"):
        shutil.copy(PEERS / name, home)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"]
    return home if install(home / "installed", ["package.json"], npm) else None


def environment(bench, users):
    url = urlsplit(bench.url("postgres", users))
    return {
        "PGHOST": url.hostname,
        "PGPORT": str(url.port),
        "PGUSER": url.username,
        "PGDATABASE": url.path.removeprefix("/"),
        "SIGNING_KEY": KEY,
        "NODE_ENV": "production",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def servers(bench, users):
    """Name and server of each peer that can be installed, and the names of the others."""
    variables, found, missing = environment(bench, users), [], []
    programs, home = python_packages(bench.folder), node_packages(bench.folder)
    if programs:
        for kind, options in GUNICORN.items():
            command = [programs / "gunicorn", "-w", "2", "-b", "127.0.0.1:0", "--error-logfile", "-", *options, "django_peer.wsgi"]
            found.append((DJANGO + kind, Server(f"django-{kind}", command, variables, PEERS, merged=True)))
        command = [programs / "uvicorn", "--workers", "2", "--port", "0", "--no-access-log", "fastapi_peer:app"]
        found.append(("FastAPI", Server("fastapi", command, variables, PEERS, merged=True)))
    else:
        missing += [DJANGO + kind for kind in GUNICORN] + ["FastAPI"]
    if home:
        found.append(("Fastify", Server("fastify", ["node", "fastify_peer.mjs"], variables, home)))
    else:
        missing.append("Fastify")
    return found, missing


def body(target, key):
    """What a target answers to a credential, without its own address."""
    environment_of = target.environment
    connection = http.client.HTTPConnection(urlsplit(target.server.url).netloc, timeout=30)
    connection.request(
        environment_of["BENCH_METHOD"], target.path, headers={"Authorization": f"{environment_of['BENCH_SCHEME']} {key}"}
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"bench: {target.name} answers {answer.status}: {text[:300]}")
    return json.loads(text.replace(target.server.url.rstrip("/"), "http://host"))


def compare(own, target):
    """Both must answer the same, to a user who is in three groups."""
    with open(own.environment["BENCH_CREDENTIALS"], encoding="ascii") as file:
        key = [next(file) for _ in range(2)][-1].strip()
    expected, given = body(own, key), body(target, key)
    if expected != given:
        raise SystemExit(f"bench: {target.name} answers otherwise than the service:\n{given}\n{expected}")


def run(bench):
    users = bench.arguments.users
    print(f"## Beside peers, PostgreSQL, {users:,} users, {bench.arguments.connections} connections\n")
    if not bench.postgres:
        print("Skipped: no PostgreSQL.\n")
        return None
    service = bench.service("postgres", users)
    bench.note_uses(service.url_of_database)
    found, missing = servers(bench, users)
    targets = []
    with ExitStack() as stack:
        for name, server in [("profiled", service), *found]:
            stack.enter_context(server)
            for read in SHOWN:
                target = bench.target(server, "postgres", users, read, name=f"{read}, {name}", peer=name)
                targets.append(target)
                if name != "profiled":
                    compare(targets[SHOWN.index(read)], target)
        bench.measure(targets)
    rows = rows_of(targets)
    print(rows_table(rows) + "\n")
    for read in SHOWN:
        own = find(rows, read=read, peer="profiled")
        for row in rows:
            if row["read"] == read and row is not own:
                print(f"- {read}: {own['rps'] / row['rps']:.1f} times the requests/s of {row['peer']}, "
                      f"{cost(row) / cost(own):.1f} times less CPU, p99 {row['p99_ms'] / own['p99_ms']:.1f} times less")
    for name in missing:
        print(f"- {name}: not installed, skipped")
    print()
    return {"rows": rows, "missing": missing}
