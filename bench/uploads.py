"""A crowd that sends photographs at once."""
import io
import random
import sys
import threading
import time

from credentials import token
from hostile import resident
from places import client

CROWD = 50
# Megapixels: what most telephones make, and the largest.
USUAL, LARGE = (4000, 3000), (8000, 6000)
MEMORY = 512


def photograph(size):
    """Large shapes with the noise of a sensor, as a JPEG."""
    from PIL import Image

    small = Image.effect_noise((size[0] // 40, size[1] // 40), 120).resize(size, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(size, 40)
    picture = Image.merge("RGB", [Image.blend(small, noise, part) for part in (0.1, 0.2, 0.3)])
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def form(picture):
    boundary = f"b{random.getrandbits(64):x}"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="avatar"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


def send(one, user, picture):
    """Status and seconds; 0 for a connection that broke."""
    kind, body = form(picture)
    head = f"PATCH /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token(user)}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    began = time.monotonic()
    try:
        one.connect()
        # The crowd waits its turn for longer than a reader would.
        one.socket.settimeout(600)
        one.socket.sendall(head.encode() + body)
        status, _ = one.answer()
    except OSError:
        status = 0
    return status, time.monotonic() - began


def situations(quiet, probe):
    """For the table of drills."""

    def uploaded(report, place):
        """Fifty photographs of 12 megapixels at the same moment, and one of 48."""
        try:
            usual, large = photograph(USUAL), photograph(LARGE)
        except ImportError:
            print("drill: uploaded: not run, it takes the Python package pillow", file=sys.stderr)
            return
        name = f"{CROWD} photographs of 12 megapixels ({len(usual) / 2**20:.1f} MiB) at once"
        with place.service() as server:
            before, idle = quiet(server, place.users), resident(server)
            with probe(server, place.users) as during:
                answers, most = crowd(server, [usual] * CROWD)
            report.ratio(name, before, during, 4)
            report.statuses(name, "answers", counted(answers), {200})
            longest = max(seconds for _, seconds in answers)
            report.add(name, "the last of them, s", "", f"{longest:.1f}", "", True)
            report.add(name, "memory, MiB", f"{idle:.0f}", f"{most:.0f}", f"at most {MEMORY}", most <= MEMORY)
            answers, most = crowd(server, [large])
            one = f"one of 48 megapixels ({len(large) / 2**20:.1f} MiB)"
            report.statuses(one, "answer", counted(answers), {200})
            report.add(one, "memory, MiB; s", f"{idle:.0f}", f"{most:.0f}; {answers[0][1]:.1f}", f"at most {MEMORY}", most <= MEMORY)

    return [uploaded]


def counted(answers):
    found = {}
    for status, _ in answers:
        found[status] = found.get(status, 0) + 1
    return found


def crowd(server, pictures):
    """The answers to uploads at the same moment, and the most memory meanwhile."""
    answers = []
    tell = lambda user, picture: answers.append(send(client(server), user, picture))
    threads = [threading.Thread(target=tell, args=(10 + user, picture)) for user, picture in enumerate(pictures)]
    for thread in threads:
        thread.start()
    most = 0.0
    while any(thread.is_alive() for thread in threads):
        most = max(most, resident(server))
        time.sleep(0.1)
    return answers, most
