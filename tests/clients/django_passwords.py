"""Makes and checks password hashes with Django itself.

Reads {"costs": {hasher: {attribute: value}}, "make": [[hasher, password], ...],
"check": [[preferred hasher, password, encoded], ...]} and writes {"made": [encoded, ...],
"checked": [[is right, must be updated], ...]}.
"""

import json
import sys

from django.conf import settings
from django.utils.module_loading import import_string

settings.configure(
    PASSWORD_HASHERS=[
        f"django.contrib.auth.hashers.{name}PasswordHasher"
        for name in ("PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt", "MD5")
    ]
)

from django.contrib.auth import hashers

asked = json.load(sys.stdin)
for path in settings.PASSWORD_HASHERS:
    hasher = import_string(path)
    for attribute, value in asked["costs"].get(hasher.algorithm, {}).items():
        if not hasattr(hasher, attribute):
            sys.exit(f"{hasher.algorithm} has no {attribute}")
        setattr(hasher, attribute, value)

json.dump(
    {
        "made": [hashers.make_password(password, hasher=hasher) for hasher, password in asked["make"]],
        "checked": [hashers.verify_password(password, encoded, preferred=hasher) for hasher, password, encoded in asked["check"]],
    },
    sys.stdout,
)
