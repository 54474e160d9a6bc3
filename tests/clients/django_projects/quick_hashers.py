"""Django's own hashers at a cost that a test can bear."""

from django.contrib.auth import hashers


class PBKDF2(hashers.PBKDF2PasswordHasher):
    iterations = 1


class PBKDF2SHA1(hashers.PBKDF2SHA1PasswordHasher):
    iterations = 1


class Argon2(hashers.Argon2PasswordHasher):
    memory_cost = 256


class BCryptSHA256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class BCrypt(hashers.BCryptPasswordHasher):
    rounds = 4


# Django 3.2 has none.
if hasattr(hashers, "ScryptPasswordHasher"):

    class Scrypt(hashers.ScryptPasswordHasher):
        work_factor = 64
