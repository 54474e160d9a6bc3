#!/usr/bin/env python3
"""Writes the credentials of the people that the data files make.

    credentials.py FOLDER USERS SIGNING_KEY

tokens.txt has keys and jwt.txt access tokens of at most 100,000 users spread over all ids; many.txt has the key of
user 7, who is in 100 groups, and superuser.txt that of user 1000. The key of user i is the first 20 bytes of SHA-256("tok<i>") in hex.
"""
import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

SAMPLE = 100_000
MANY_GROUPS = 7
SUPERUSER = 1000


def token(user):
    return hashlib.sha256(f"tok{user}".encode()).digest()[:20].hex()


def segment(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def jwt(user, key):
    claims = {
        "token_type": "access",
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
    ids = [i for i in ids if i != MANY_GROUPS]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text("".join(token(i) + "\n" for i in ids))
    (folder / "jwt.txt").write_text("".join(jwt(i, key) + "\n" for i in ids))
    (folder / "many.txt").write_text(token(MANY_GROUPS) + "\n")
    (folder / "superuser.txt").write_text(token(SUPERUSER) + "\n")


if __name__ == "__main__":
    main()
