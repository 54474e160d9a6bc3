#!/usr/bin/env python3
"""Light, steady reads of a service, until standard input ends: then one line of JSON tells how they were answered.

    probe.py HOST PORT USERS

Four connections ask for `/api/users/me/` of users at random, and one for `/ready`, each some 150 times a second: so
few that what is measured is waiting, and not the load.
"""
import json
import random
import socket
import sys
import threading
import time

from credentials import token

READERS = 4
PAUSE = 0.005
# A service that says nothing for so long hangs.
SILENCE = 60


class Client:
    """One request after another on a connection that is kept."""

    def __init__(self, host, port):
        self.place, self.socket = (host, port), None

    def ask(self, path, key=None, method="GET", body=None, more=()):
        """Status, the head in lower case, and seconds; 0 for a connection that broke. `more` are lines of the head."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *more]
        if key:
            lines.append(f"Authorization: Token {key}")
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        request = ("\r\n".join(lines) + "\r\n\r\n" + (body or "")).encode()
        began = time.monotonic()
        try:
            if self.socket is None:
                self.connect()
            self.socket.sendall(request)
            status, head = self.answer()
        except OSError:
            self.close()
            return 0, "", time.monotonic() - began
        return status, head, time.monotonic() - began

    def connect(self):
        self.socket = socket.create_connection(self.place, SILENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.more()
        head, _, rest = data.partition(b"\r\n\r\n")
        head = head.decode("latin-1").lower()
        length = 0
        for line in head.split("\r\n"):
            if line.startswith("content-length:"):
                length = int(line[15:])
        while len(rest) < length:
            rest += self.more()
        if "connection: close" in head:
            self.close()
        return int(head.split(" ", 2)[1]), head

    def more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionResetError
        return chunk

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def share(values, part):
    """The value that so many of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def summary(answers):
    """Milliseconds and statuses of (status, seconds)."""
    seconds = [taken for _, taken in answers]
    statuses = {}
    for status, _ in answers:
        statuses[status] = statuses.get(status, 0) + 1
    return {
        "count": len(answers),
        "p50": share(seconds, 0.5) * 1e3,
        "p99": share(seconds, 0.99) * 1e3,
        "longest": max(seconds, default=0.0) * 1e3,
        "statuses": statuses,
    }


def main():
    host, port, users = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    over = threading.Event()
    kept = {"read": [], "ready": []}

    def ask_on(kind):
        client = Client(host, port)
        while not over.is_set():
            if kind == "read":
                status, _, taken = client.ask("/api/users/me/", token(random.randint(10, users)))
            else:
                status, _, taken = client.ask("/ready")
            kept[kind].append((status, taken))
            over.wait(PAUSE)

    threads = [threading.Thread(target=ask_on, args=(kind,)) for kind in ["read"] * READERS + ["ready"]]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(json.dumps({kind: summary(answers) for kind, answers in kept.items()}))


if __name__ == "__main__":
    main()
