"""What the service depends on beside its database, and does not wait for: its log, key servers, a bucket, and its own end."""
import base64
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import time

from credentials import token
from crowds import Crowd
from places import client

LASTS = 10
STOPS = 8
DRAIN = 2
ISSUER = "https://silent.example"


def situations(quiet, probe):
    """For the table of drills."""

    def during(server, place):
        with probe(server, place.users) as found:
            time.sleep(LASTS)
        return found

    def unlogged(report, place):
        """The log is read, then by a reader that stands still, and by one that goes away; then the disk is full."""
        reader, writer = os.pipe()
        reads = threading.Event()
        reads.set()
        thread = threading.Thread(target=read_on, args=(reader, reads))
        thread.start()
        with os.fdopen(writer, "wb") as log, place.service(log=log, log__level="info") as server:
            before = quiet(server, place.users)
            reads.clear()
            report.ratio("reader of the log stands still", before, during(server, place), 2)
            thread.join()
            os.close(reader)
            report.ratio("reader of the log is gone", before, during(server, place), 2)
        with open("/dev/full", "wb") as log, place.service(log=log, log__level="info") as server:
            report.ratio("log on a full disk", before, during(server, place), 2)

    def ended(report, place):
        """SIGTERM while clients ask, on kept connections and on new ones."""
        name = f"{STOPS} stops under load"
        ends = [stop(place) for _ in range(STOPS)]
        asked, lost = (sum(end[key] for end in ends) for key in ("asked", "lost"))
        report.add(name, f"requests that were lost, of {asked}", "", lost, "none", lost == 0 < asked)
        report.seconds(name, "until `/ready` says 503, s", max(end["ready"] for end in ends), DRAIN / 2)
        report.seconds(name, f"until the process has ended, with a delay of {DRAIN} s, s", max(end["over"] for end in ends), DRAIN + 3)

    def silent(report, place):
        """A key server and a bucket take connections and say nothing."""
        name = "key server and bucket that say nothing"
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with listener, place.service(**beside(address)) as server:
            before = quiet(server, place.users)
            with Crowd(server, 40, stranger, 0.1) as strangers, Crowd(server, 40, picture, 0.1) as pictures:
                found = during(server, place)
                # What waits for the bucket is told to wait within its time-out.
                strangers.over.set()
                pictures.over.set()
        report.ratio(name, before, found, 2)
        report.statuses(name, "answers to tokens with unknown `kid`", strangers.statuses(), {401})
        report.statuses(name, "answers to those who want pictures", pictures.statuses(), {503})

    return [unlogged, ended, silent]


def read_on(pipe, goes_on):
    """Reads a pipe as long as it is told to."""
    while goes_on.is_set():
        os.read(pipe, 65536)


def beside(address):
    issuer = {"issuer": ISSUER, "audience": "profile-api", "algorithms": ["ES256"], "jwks_url": address + "/keys", "user_field": "id"}
    return {
        "auth__jwt__issuers": json.dumps([issuer]),
        "media__storage": "s3",
        "media__s3__bucket": "media",
        "media__s3__endpoint": address,
        "media__s3__allow_http": "true",
        "media__s3__access_key": "id",
        "media__s3__secret_key": "secret",
        "media__s3__timeout": 3,
    }


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


NUMBERS = itertools.count()


def stranger(one):
    """A token of the issuer, with a `kid` that has not been seen, and whose signature is none."""
    head = segment({"alg": "ES256", "typ": "JWT", "kid": f"k{next(NUMBERS)}"})
    claims = segment({"iss": ISSUER, "aud": "profile-api", "sub": "11", "iat": 1_700_000_000, "exp": 4_102_444_800})
    return one.ask("/api/profile/", method="POST", more=[f"Authorization: Bearer {head}.{claims}.{'A' * 86}"])


def picture(one):
    return one.ask("/media/users/avatars/a.png")


def stop(place):
    """How a service ends: requests that were asked and lost, and seconds until `/ready` says 503 and until the process is gone."""
    with place.service(http__drain_delay=DRAIN) as server, contextlib.ExitStack() as clients:
        crowd = [clients.enter_context(Leaving(server, number % 2 == 0)) for number in range(8)]
        time.sleep(0.5)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        ready = None
        while ready is None and time.monotonic() - began < DRAIN:
            if client(server).ask("/ready")[0] == 503:
                ready = time.monotonic() - began
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(60)
        over = time.monotonic() - began
    return {
        "asked": sum(one.asked for one in crowd),
        "lost": sum(one.lost for one in crowd),
        "ready": float("inf") if ready is None else ready,
        "over": over,
    }


class Leaving:
    """A client that asks until no connection is taken any more."""

    def __init__(self, server, is_kept):
        self.server, self.is_kept, self.asked, self.lost = server, is_kept, 0, 0
        self.thread = threading.Thread(target=self.go_on)

    def go_on(self):
        one = client(self.server)
        while True:
            if one.socket is None:
                try:
                    one.connect()
                except ConnectionRefusedError:
                    return
            status, _, _ = one.ask("/api/users/me/", token(11))
            self.asked += 1
            self.lost += status != 200
            if not self.is_kept:
                one.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()
