"""The service as it is measured, and its databases."""
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from measure import HERE, Server, Sitting, Target, say

# Changes with the data: a database that was filled otherwise is made anew.
DATA = 3
KEY = "0123456789abcdef0123456789abcdef"
NUMBER_OF_USERS = re.compile(r":n\b")
READS = {
    "me": ("/api/users/me/", "GET", "Token", "tokens.txt"),
    "profile": ("/api/profile/", "POST", "Bearer", "jwt.txt"),
    "tower": ("/api/v1/me/", "GET", "Token", "tokens.txt"),
}


class Bench:
    """Where things are, and how to make a database of a size. `now` is the build that is measured, `old` another one."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = Path(os.environ["BENCH_DIR"])
        self.binary = os.environ["BENCH_SERVICE"]
        self.binaries = {"now": self.binary, "old": arguments.against}
        self.ceiling = os.environ["BENCH_CEILING"]
        self.postgres = os.environ.get("BENCH_POSTGRES_URL")
        self.postgres_pid = int(os.environ.get("BENCH_POSTGRES_PID", "0")) or None
        self.sitting = Sitting(arguments.rounds, arguments.seconds, arguments.patience)

    def backends(self):
        return ["sqlite"] + (["postgres"] if self.postgres else [])

    def builds(self):
        return [build for build, binary in self.binaries.items() if binary]

    def credentials(self, users, name):
        folder = self.folder / f"credentials-{users}-{DATA}"
        if not (folder / "superuser.txt").exists():
            subprocess.run([sys.executable, HERE / "credentials.py", folder, str(users), KEY], check=True)
        return str(folder / name)

    def url(self, backend, users, build="now"):
        name = f"{users}" if build == "now" else f"{build}_{users}"
        if backend == "sqlite":
            return f"sqlite://{self.folder}/bench_{name}.sqlite3"
        return f"{self.postgres}/bench_{name}"

    def migrate(self, url, build="now"):
        subprocess.run([self.binaries[build], *self.settings(url), "migrate"], check=True, stdout=subprocess.DEVNULL)

    def psql(self, database, *options, **more):
        url = database if "://" in database else f"{self.postgres}/{database}"
        quiet = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        return subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", *options, url], check=True, env=quiet, **more)

    def prepare(self, backend, users, build="now"):
        """A migrated database with the people in it, made once."""
        url = self.url(backend, users, build)
        done = self.folder / f"ready-{backend}-{build}-{users}-{DATA}"
        if done.exists():
            # Its schema may be that of an earlier build.
            self.migrate(url, build)
            return url
        say(f"making {users} users on {backend} …")
        self.empty(url)
        self.migrate(url, build)
        if backend == "sqlite":
            self.fill_sqlite(url, users)
        else:
            self.psql(url, "-v", f"n={users}", "-f", str(HERE / "postgres.sql"))
        done.touch()
        return url

    def empty(self, url):
        """Removes a database, and makes a new one where the service does not."""
        if url.startswith("sqlite:"):
            path = Path(url.removeprefix("sqlite://"))
            for stale in path.parent.glob(path.name + "*"):
                stale.unlink()
            return
        name = url.rsplit("/", 1)[1]
        for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
            self.psql("postgres", "-c", statement)

    @staticmethod
    def fill_sqlite(url, users):
        key = lambda user: hashlib.sha256(f"tok{user}".encode()).digest()[:20].hex()
        connection = sqlite3.connect(url.removeprefix("sqlite://"))
        connection.create_function("token_digest", 1, lambda user: hashlib.sha256(key(user).encode()).digest())
        script = NUMBER_OF_USERS.sub(str(users), (HERE / "sqlite.sql").read_text())
        connection.executescript("PRAGMA synchronous = OFF; BEGIN;" + script + "COMMIT; ANALYZE;")
        connection.close()

    def copy(self, backend, users):
        """A copy of a database, to be written to."""
        source = self.prepare(backend, users)
        if backend == "sqlite":
            target = f"sqlite://{self.folder}/bench_copy.sqlite3"
            self.empty(target)
            with sqlite3.connect(source.removeprefix("sqlite://")) as connection:
                connection.execute("VACUUM INTO ?", (target.removeprefix("sqlite://"),))
            connection.close()
            return target
        self.psql("postgres", "-c", "DROP DATABASE IF EXISTS bench_copy")
        self.psql("postgres", "-c", f"CREATE DATABASE bench_copy TEMPLATE {source.rsplit('/', 1)[1]} STRATEGY file_copy")
        return f"{self.postgres}/bench_copy"

    def note_uses(self, url, noted=True):
        """Lets all tokens have been used just now, or never, at the same cost for the database."""
        value = f"'{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S.%f}'" if noted else "NULL"
        statement = f"UPDATE tokens SET last_used_at = {value} WHERE prefix = 'bench'"
        if url.startswith("sqlite:"):
            connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
            connection.execute(statement)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        else:
            self.psql(url, "-c", statement, "-c", "VACUUM tokens", "-c", "CHECKPOINT")

    def settings(self, url, more=None):
        """The service as it is measured: its defaults, with two workers, any number of log-ins, and only warnings in the log."""
        chosen = {
            "data_dir": self.folder,
            "database.url": url,
            "http.bind": "127.0.0.1:0",
            "http.admin_bind": "off",
            "http.workers": 2,
            "auth.jwt.signing_key": KEY,
            "throttle.login": "",
            # All clients have one address.
            "auth.password.queue_per_address": 64,
            "auth.password.queue_per_network": 64,
            "log.level": self.arguments.log_level,
            "log.audit": "false",
            **(more or {}),
        }
        return [part for key, value in chosen.items() for part in ("--set", f"{key}={value}")]

    def service(self, backend, users, build="now", url=None, more=None):
        """A server of a build; `url` names another database than the one of that many users."""
        url = url or self.prepare(backend, users, build)
        server = Server(f"{backend}-{users}-{build}", [self.binaries[build], *self.settings(url, more), "serve"])
        server.url_of_database = url
        return server

    def target(self, server, backend, users, read="me", name=None, credentials=None, **keys):
        path, method, scheme, file = READS[read]
        name = name or f"{read}, {backend}"
        keys = {"read": read, "backend": backend, "build": "now", **keys}
        if keys["build"] != "now":
            name += f", {keys['build']}"
        pid = self.postgres_pid if backend == "postgres" else None
        return Target(name, server, path, method, scheme, self.credentials(users, credentials or file), pid, **keys)

    def measure(self, targets, connections=None):
        self.sitting.alternate(targets, connections or self.arguments.connections)
