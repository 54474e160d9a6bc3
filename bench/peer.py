"""The reads beside a peer: the same answers by Django REST framework, from a folder that $BENCH_PEER names.

The folder has `data.sql` (tables and :n users for psql), and `peers/` with `requirements.txt` and `drf_app.py`, a WSGI
`application` that reads the database in $PGHOST, $PGPORT, $PGUSER and $PGDATABASE, and takes the credentials of
`credentials.py`. Its packages are installed once into `target/bench/peer`.
"""
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from measure import Server, Target, of, table

WORKERS = {"sync": ["-k", "sync"], "gthread": ["-k", "gthread", "--threads", "4", "--keep-alive", "60"]}
ME = "/api/users/me/"
PROFILE = "/api/users/profile/"


def packages(bench, folder):
    home = bench.folder / "peer"
    if not (home / "bin" / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        command = [home / "bin" / "pip", "install", "-q", "-r", folder / "peers" / "requirements.txt"]
        subprocess.run(command, check=True)
    return home / "bin"


def database(bench, folder, users):
    name, done = f"peer_{users}", bench.folder / f"ready-peer-{users}"
    if not done.exists():
        print(f"making {users} users for the peer …", file=sys.stderr)
        for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
            subprocess.run(["psql", "-q", "-c", statement, f"{bench.postgres}/postgres"], check=True)
        fill = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={users}", "-f", folder / "data.sql"]
        subprocess.run([*fill, f"{bench.postgres}/{name}"], check=True)
        done.touch()
    return name


def servers(bench, folder, users):
    url = urlsplit(bench.postgres)
    environment = {
        "PGHOST": url.hostname,
        "PGPORT": str(url.port),
        "PGUSER": url.username,
        "PGDATABASE": database(bench, folder, users),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    gunicorn = packages(bench, folder) / "gunicorn"
    for kind, options in WORKERS.items():
        command = [gunicorn, "-w", "2", "-b", "127.0.0.1:0", "--error-logfile", "/dev/stdout", *options, "drf_app:application"]
        yield Server(f"peer-{kind}", command, environment, folder / "peers")


def run(bench):
    folder = os.environ.get("BENCH_PEER")
    if not (folder and bench.postgres):
        print("## Peer: skipped; it needs PostgreSQL, and the folder of the peer in $BENCH_PEER\n")
        return
    folder, users = Path(folder).resolve(), bench.arguments.users
    print(f"## Beside Django REST framework, PostgreSQL, {users} users, {bench.arguments.connections} connections\n")
    running = [bench.service("postgres", users), *servers(bench, folder, users)]
    tokens, bearers = bench.credentials(users, "tokens.txt"), bench.credentials(users, "jwt.txt")
    targets = []
    try:
        for server in running:
            server.__enter__()
            pid = bench.postgres_pid
            targets.append(Target(f"me, {server.name}", server, ME, "GET", "Token", tokens, pid))
            targets.append(Target(f"profile, {server.name}", server, PROFILE, "POST", "Bearer", bearers, pid))
        bench.measure(targets)
    finally:
        for server in running:
            if server.process:
                server.__exit__()
    table(targets)
    cost = lambda target: of(target, "server_us") + of(target, "database_us")
    for number, name in enumerate(("me", "profile")):
        own, *peers = targets[number::2]
        best = max(peers, key=lambda target: of(target, "rps"))
        rate, tail = of(own, "rps") / of(best, "rps"), of(best, "p99_us") / of(own, "p99_us")
        print(f"- {name}: {rate:.1f} times the requests/s of {best.name}, {cost(best) / cost(own):.1f} times less CPU, p99 {tail:.1f} times less")
    print()
