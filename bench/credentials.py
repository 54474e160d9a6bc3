#!/usr/bin/env python3
"""Writes the credentials of the people that the data files make.

    credentials.py FOLDER USERS SIGNING_KEY

tokens.txt has keys and jwt.txt access tokens of at most 100,000 users spread over all ids, log-ins.txt and refused.txt right
and wrong log-ins of these. groups-N.txt has the key of a user in N groups, superuser.txt that of user 1000, and plain.txt that
of user 1. The key of user i is the first 20 bytes of SHA-256("tok<i>") in hex.
"""
import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

SAMPLE = 100_000
# A user by the number of groups.
IN_GROUPS = {1: 6, 10: 8, 100: 7, 1000: 9}
SUPERUSER = 1000
PASSWORD = "Load-Test-Secret-1"


def token(user):
    return hashlib.sha256(f"tok{user}".encode()).digest()[:20].hex()


def segment(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def jwt(user, key, kind="access"):
    claims = {
        "token_type": kind,
        "exp": 4102444800,
        "iat": 1700000000,
        "jti": hashlib.md5(str(user).encode()).hexdigest(),
        "user_id": str(user),
    }
    head = segment(b'{"alg":"HS256","typ":"JWT"}')
    text = head + b"." + segment(json.dumps(claims, separators=(",", ":")).encode())
    return (text + b"." + segment(hmac.new(key, text, hashlib.sha256).digest())).decode()


def main():
    folder, users, key = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
    sample = min(SAMPLE, users)
    ids = [1 + k * users // sample for k in range(sample)]
    ids = [i for i in ids if i not in IN_GROUPS.values()]
    folder.mkdir(parents=True, exist_ok=True)
    write = lambda name, lines: (folder / name).write_text("".join(line + "\n" for line in lines))
    write("tokens.txt", map(token, ids))
    write("jwt.txt", (jwt(i, key) for i in ids))
    write("log-ins.txt", (f"username=user{i}&password={PASSWORD}" for i in ids))
    write("refused.txt", (f"username=user{i}&password=wrong" for i in ids))
    for count, user in IN_GROUPS.items():
        write(f"groups-{count}.txt", [token(user)])
    write("plain.txt", [token(1)])
    # Written last: who finds it finds all.
    write("superuser.txt", [token(SUPERUSER)])


if __name__ == "__main__":
    main()
