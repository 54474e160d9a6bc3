"""The databases of the drills, and a service on one of them."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from measure import HERE, Server
from probe import Client
from service import KEY, Bench

IMPORTED = 30_000


def psql(url, text):
    """What a statement returns, as text."""
    command = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", text, url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Place:
    """A filled database: SQLite in a folder, or PostgreSQL on the server of `TEST_POSTGRES_URL`."""

    def __init__(self, backend, folder, binary, users):
        self.backend, self.folder, self.binary, self.users = backend, folder, binary, users
        self.admin = os.environ.get("TEST_POSTGRES_URL", "")
        server = self.admin.rsplit("/", 1)[0]
        self.url = f"sqlite://{folder}/drill.sqlite3" if backend == "sqlite" else f"{server}/drill"
        if backend == "postgres":
            psql(self.admin, "DROP DATABASE IF EXISTS drill WITH (FORCE)")
            psql(self.admin, "CREATE DATABASE drill")
            self.programs = psql(self.admin, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
            self.data = psql(self.admin, "SHOW data_directory")
        self.run("migrate")
        if backend == "sqlite":
            Bench.fill_sqlite(self.url, users)
        else:
            fill = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"n={users}", "-f", str(HERE / "postgres.sql"), self.url]
            subprocess.run(fill, check=True)

    @property
    def file(self):
        return Path(self.url.removeprefix("sqlite://"))

    def settings(self, more):
        chosen = {
            "data_dir": self.folder,
            "database.url": self.url,
            "http.bind": "127.0.0.1:0",
            "http.admin_bind": "off",
            "http.workers": 2,
            "auth.jwt.signing_key": KEY,
            # The storm of log-ins is one client's.
            "throttle.login": "",
            "log.level": "error",
            "log.audit": "false",
            **more,
        }
        return [part for key, value in chosen.items() for part in ("--set", f"{key}={value}")]

    def run(self, *command):
        command = [self.binary, "--quiet", *self.settings({}), *command]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"drill: {' '.join(command)}: {done.stderr}")

    def service(self, log=None, **more):
        """A service with further settings; `log` is a file for its log."""
        settings = self.settings({key.replace("__", "."): value for key, value in more.items()})
        return Server(f"drill-{self.backend}", [self.binary, *settings, "serve"], log=log)

    def import_users(self, first):
        """Seconds that an import of users takes, whose ids begin with `first`."""
        dump = self.folder / f"import-{first}.json"
        with open(dump, "w", encoding="ascii") as file:
            file.write("[")
            for user in range(first, first + IMPORTED):
                fields = {
                    "password": "!", "last_login": None, "is_superuser": False, "username": f"imported{user}",
                    "first_name": "Ada", "last_name": "Lovelace", "email": "", "is_staff": False, "is_active": True,
                    "date_joined": "2025-01-01T00:00:00Z", "groups": [1 + user % 50], "user_permissions": [],
                }
                file.write(("," if user > first else "") + json.dumps({"model": "auth.user", "pk": user, "fields": fields}) + "\n")
            for group in range(1, 51):
                name = {"name": f"Group {group}", "permissions": []}
                file.write("," + json.dumps({"model": "auth.group", "pk": group, "fields": name}) + "\n")
            file.write("]")
        began = time.monotonic()
        self.run("import", "django", "--replace", "--yes", str(dump))
        return time.monotonic() - began

    # The server of PostgreSQL.

    def processes(self):
        first = int(Path(self.data, "postmaster.pid").read_text().split("\n", 1)[0])
        children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False).stdout
        return [first, *map(int, children.split())]

    def freeze(self):
        """Stands still as a whole. Returns those to be sent on."""
        first, *_ = self.processes()
        os.kill(first, signal.SIGSTOP)
        all_of_them = self.processes()
        for process in all_of_them[1:]:
            os.kill(process, signal.SIGSTOP)
        return all_of_them

    @staticmethod
    def thaw(processes):
        for process in processes:
            os.kill(process, signal.SIGCONT)

    def stop(self):
        self.control("-m", "fast", "stop")

    def start(self):
        _, options = Path(self.data, "postmaster.opts").read_text().strip().split(" ", 1)
        self.control("-l", f"{self.data}/../log", "-o", options, "start")

    def control(self, *command):
        as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_owner, f"{self.programs}/pg_ctl", "-D", self.data, "-w", *command]
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Disk:
    """A small file system in memory with a copy of the database."""

    def __init__(self, place):
        self.folder = place.folder / "disk"
        self.folder.mkdir()
        size = place.file.stat().st_size // 2**20 + 16
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(self.folder)], check=True)
        self.file = self.folder / "small.sqlite3"
        connection = sqlite3.connect(place.file)
        connection.execute("VACUUM INTO ?", (str(self.file),))
        connection.close()

    def fill(self):
        # Writes go on as long as the log has room that it was given before.
        connection = sqlite3.connect(self.file, timeout=30)
        is_kept, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.close()
        if is_kept:
            raise SystemExit("drill: the log of the database cannot be cut")
        with open(self.folder / "ballast", "wb", buffering=0) as ballast:
            for block in (1 << 20, 4096, 1):
                try:
                    while ballast.write(bytes(block)) == block:
                        pass
                except OSError:
                    pass

    def free(self):
        (self.folder / "ballast").unlink()

    def close(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def client(server):
    """A client of a running service."""
    host, port = re.match(r"http://([^:/]+):(\d+)", server.url).groups()
    return Client(host, int(port))
