"""Drills with clients that misbehave, each on a connection of its own."""
import contextlib
import re
import socket
import struct
import time
from pathlib import Path
from urllib.parse import urlsplit

from credentials import token

SETTLES = 2
LASTS = 15
AFTER = 60
MEMORY = 256
HEAD = b"Host: localhost\r\n"


def resident(server):
    """MiB of memory that the service has."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


class Strangers:
    """Connections that are opened at once. Each goes on sending what it was given, and reads nothing."""

    def __init__(self, server, kinds):
        self.server, self.unsent, self.most = server, {}, 0.0
        place = urlsplit(server.url)
        for count, request in kinds:
            for _ in range(count):
                one = socket.socket()
                # So that little of an answer is taken by the system alone.
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                one.connect((place.hostname, place.port))
                one.setblocking(False)
                self.unsent[one] = memoryview(request)

    def last(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for one, rest in self.unsent.items():
                with contextlib.suppress(OSError):
                    self.unsent[one] = rest[one.send(rest[:65536]) :] if rest else rest
            self.most = max(self.most, resident(self.server))
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.unsent:
            # At once, whatever has not been read.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()


def post(path, kind, body, length=None):
    head = f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: {length or len(body)}\r\n"
    return head.encode() + HEAD + b"\r\n" + body


def unread(path, key=None):
    """Two thousand requests for answers that nobody takes."""
    credentials = f"Authorization: Token {key}\r\n" if key else ""
    return (f"GET {path} HTTP/1.1\r\nAccept: text/html\r\n{credentials}".encode() + HEAD + b"\r\n") * 2000


def slow():
    yield 1000, b"GET /live HTTP/1.1\r\n" + HEAD + b"\r\n"
    yield 500, b"GET /api/users/me/ HTTP/1.1\r\nHost: loc"
    yield 500, post("/api/token/", "application/json", b" " * 59_000, 60_000)
    yield 150, unread("/api/users/me/", token(11))
    yield 150, unread("/api/token/")


def large():
    part = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\n\r\n' + b"x" * 10_000_000
    yield 100, post("/api/auth/token/", "multipart/form-data; boundary=b", part, len(part) + 10)
    yield 50, post("/api/token/", "application/x-www-form-urlencoded", b"a=&" * 800_000)
    yield 50, post("/api/token/", "application/json", b"[" + b"0," * 1_200_000 + b"0]")


def situations(quiet, probe):
    """For the table of drills: readers beside such clients, and what memory that takes."""

    def beside(report, place, name, kinds):
        with place.service() as server:
            quiet(server, place.users)
            before, idle = quiet(server, place.users), resident(server)
            with Strangers(server, kinds) as strangers:
                strangers.last(SETTLES)
                with probe(server, place.users) as during:
                    strangers.last(LASTS)
            report.ratio(name, before, during, 2)
            most = strangers.most
            report.add(name, "memory, MiB", f"{idle:.1f}", f"{most:.1f}", f"at most {MEMORY}", most <= MEMORY)
            time.sleep(AFTER)
            after = resident(server)
            report.add(name, "memory a minute later, MiB", f"{idle:.1f}", f"{after:.1f}", "at most twice", after <= 2 * idle)

    def crowded(report, place):
        beside(report, place, "1,000 idle, 500 slow heads, 500 slow bodies, 300 that never read", slow())

    def flooded(report, place):
        beside(report, place, "200 large bodies of strangers", large())

    return [crowded, flooded]
