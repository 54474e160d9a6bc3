"""Records what Django says of passwords and hashes, for the tests beside this file.

    python3 -m venv venv && venv/bin/pip install Django==5.2.19 argon2-cffi==25.1.0 bcrypt==5.0.0
    venv/bin/python record.py            # writes rules.json and hashes.json
    venv/bin/python record.py 20000      # writes as many random rules to standard output instead
"""

import json
import pathlib
import random
import sys
import unicodedata

import argon2
import bcrypt
import django
from django.conf import settings

settings.configure(USE_I18N=False)

from django.contrib.auth import hashers, password_validation as validation
from django.core.exceptions import FieldDoesNotExist, ValidationError

FOLDER = pathlib.Path(__file__).parent
VERSIONS = {
    "django": django.__version__,
    "python": sys.version.split()[0],
    "unicode": unicodedata.unidata_version,
}
FIELDS = ("username", "first_name", "last_name", "email")


class Account:
    """As much of a model as the validator of similarity looks at."""

    class _meta:
        @staticmethod
        def get_field(name):
            raise FieldDoesNotExist

    def __init__(self, values):
        for field in FIELDS:
            setattr(self, field, values.get(field))


def messages(password, values, min_length=8):
    rules = [
        validation.UserAttributeSimilarityValidator(),
        validation.MinimumLengthValidator(min_length),
        COMMON,
        validation.NumericPasswordValidator(),
    ]
    try:
        validation.validate_password(password, Account(values), rules)
    except ValidationError as error:
        # A field without a model is told by its name.
        return [message.replace("first_name", "first name").replace("last_name", "last name") for message in error.messages]
    return []


COMMON = validation.CommonPasswordValidator()


def rule(password, values, min_length=8):
    told = {"password": password, **values, "messages": messages(password, values, min_length)}
    return told if min_length == 8 else {**told, "min_length": min_length}


ADA = {"username": "ada.lovelace", "first_name": "Ada", "last_name": "King-Noel", "email": "ada@analytical.example"}
RULES = [
    rule("Brand-New-Secret-77", ADA),
    rule("ADA.LOVELACE", ADA),
    rule("lovelace1815", ADA),
    rule("ecalevol", ADA),
    rule("lovelac", ADA),
    rule("king noel", ADA),
    rule("kingnoel", ADA),
    rule("analytical", ADA),
    rule("analytic.examples", ADA),
    rule("adaadaada", ADA),
    rule("xxxxxxxada", ADA),
    rule("a" * 29 + "da", {"username": "ada"}),
    rule("a" * 30 + "da", {"username": "a" * 3}),
    # Ratios of exactly 0.7, and next to it.
    rule("abcdefgxyz", {"username": "abcdefg123"}),
    rule("abcdefgxyzw", {"username": "abcdefg123"}),
    rule("abcdefxyz1", {"username": "abcdef1230"}),
    rule("aabbccdd", {"username": "abcdabcd"}),
    rule("aaaabbbb", {"username": "abababcc"}),
    rule("0123456789" * 10, {"email": "0123456789"}),
    rule("0123456789" * 10 + "x", {"email": "0123456789@1"}),
    # Names of other scripts, with marks and with letters that change their number in lower case.
    rule("ΟΔΥΣΣΕΥΣ", {"first_name": "Οδυσσευς"}),
    rule("οδυσσεύς1", {"last_name": "ΟΔΥΣΣΕΎΣ"}),
    rule("İSTANBUL1", {"username": "istanbul"}),
    rule("i̇stanbul1", {"username": "İSTANBUL"}),
    rule("STRASSE9", {"last_name": "straße"}),
    rule("گذرواژه", {"first_name": "گذرواژه"}),
    rule("cafe\u0301-creme", {"username": "cafe\u0301.creme"}),
    rule("cafe", {"username": "xxxxxxxxxxxxx\u0301cafe"}),
    rule("under_score", {"username": "zz-under_score-zz"}),
    rule("Ⓐⓑⓒⓓⓔⓕⓖⓗ", {"username": "ⓐⓑⓒⓓⓔⓕⓖⓗ-zzzzzzzzzzzzzzz"}),
    rule("½¾⅐⅑⅒⅓⅔⅕", {"username": "zzzzzzzzzzzz ½¾⅐⅑⅒⅓⅔⅕"}),
    # Empty and absent attributes.
    rule("Brand-New-Secret-77", {"username": "", "email": None}),
    rule("--------", {"username": "--------"}),
    rule("--------", {"username": "-"}),
    # Length in code points.
    rule("🔑🔑🔑🔑🔑🔑🔑", {}),
    rule("🔑🔑🔑🔑🔑🔑🔑🔑", {}),
    rule("e\u0301e\u0301e\u0301e\u0301", {}),
    rule("x", {}, 1),
    rule("", {}, 1),
    rule("short", {}, 12),
    # Common ones, in any case and with any white space around.
    rule("password", {}),
    rule("PassWord1", {}),
    rule("  password1\t", {}),
    rule("\x1cpassword1\x1f", {}),
    rule("\u3000password1\u00a0", {}),
    rule("\u200bpassword1", {}),
    rule("\ufeffpassword1", {}),
    rule("pass word1", {}),
    rule("ПАРОЛЬ", {}),
    rule("friend of emily", {}),
    rule("Я", {}),
    rule("!@#$%^&*", {}),
    rule("0", {}),
    rule("zxcvbnm,./", {}),
    rule("zzzzzzzzz", {}),
    # Digits alone.
    rule("84629301758", {}),
    rule("123456", {}),
    rule("۱۲۳۴۵۶۷۸", {}),
    rule("１２３４５６７８", {}),
    rule("²³¹⁰⁴⁵⁶⁷", {}),
    rule("①②③④⑤⑥⑦⑧", {}),
    rule("⑩⑪⑫⑬⑭⑮⑯⑰", {}),
    rule("½¾⅐⅑⅒⅓⅔⅕", {}),
    rule("ⅠⅡⅢⅣⅤⅥⅦⅧ", {}),
    rule("一二三四五六七八", {}),
    rule("८४६२९३०१७५८", {}),
    rule("𝟖𝟒𝟔𝟐𝟗𝟑𝟎𝟏", {}),
    rule("8462930175 8", {}),
    rule("-84629301758", {}),
    rule("84629301.758", {}),
    # Everything at once.
    rule("123456", {"username": "123456"}),
]

PARTS = [
    "ada", "lovelace", "Ünï", "Σίσυφος", "ΣΑΣ", "İz", "ß", "ſ", "ǅ", "ﬁ", "e\u0301", "\u0301", "\u200d", "ⓐ", "Ⅷ", "½", "²", "①", "۱۲", "٣",
    "一", "گذر", "واژه", "🔑", "_", "-", ".", "@", " ", "\t", "\x1c", "\x1f", "\x85", "\u00a0", "\u2028", "\u3000", "\ufeff", "$", "12",
    "999", "a", "b", "c", "x", "Q", "example", "com", "mail", "1", "٠", "०", "\u1369", "\U00010a40", "\U0001f100", "\u0bf0",
]


def random_rules(count):
    """Passwords made of the pieces of their accounts, of common passwords and of digits, and torn."""
    source = random.Random(1815)
    common = sorted(COMMON.passwords)
    any_character = lambda: chr(source.choice([source.randrange(0x250), source.randrange(0xD800), source.randrange(0xE000, 0x11000)]))

    def text(most):
        kind = source.random()
        if kind < 0.1:
            return source.choice(common)
        if kind < 0.25:
            return "".join(any_character() for _ in range(source.randrange(1, most + 3)))
        return "".join(source.choice(PARTS) for _ in range(source.randrange(1, most)))

    def torn(value):
        characters = list(value)
        for _ in range(source.randrange(4)):
            at = source.randrange(len(characters) + 1)
            characters[at : at + source.randrange(2)] = source.choice(["", "x", "9", "é", any_character()])
        if source.random() < 0.2:
            source.shuffle(characters)
        return "".join(characters)

    def case(value):
        return source.choice([str.upper, str.lower, str.title, str, str])(value)

    for _ in range(count):
        values = {field: source.choice([None, "", case(text(6)), case(text(6))]) for field in FIELDS}
        kind = source.random()
        given = [value for value in values.values() if value]
        if kind < 0.55 and given:
            password = case(torn(source.choice(given)))
        elif kind < 0.7:
            password = source.choice(["", " ", "\t", "\x1d", "\u2003"]) + case(source.choice(common)) + source.choice(["", "", "\n", "\x85"])
        elif kind < 0.8:
            digits = source.choice(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴", "²³⁴⑤⑥", "0١²Ⅷ½", "௧௨௰"])
            password = "".join(source.choice(digits) for _ in range(source.randrange(1, 14)))
        elif kind < 0.85 and given:
            password = source.choice(given) * source.randrange(1, 14)
        else:
            password = case(text(10))
        if password:
            yield rule(password, values, source.choice([8, 8, 8, 1, 20]))


def cheap(hasher, **costs):
    return type(hasher.__name__, (hasher,), costs)()


PBKDF2 = cheap(hashers.PBKDF2PasswordHasher, iterations=3)
SHA1 = cheap(hashers.PBKDF2SHA1PasswordHasher, iterations=3)
ARGON2 = cheap(hashers.Argon2PasswordHasher, memory_cost=64, time_cost=2, parallelism=2)
BCRYPT_SHA256 = cheap(hashers.BCryptSHA256PasswordHasher, rounds=4)


class TruncatingBCrypt(hashers.BCryptPasswordHasher):
    """With the truncation that every release of the library but the last did by itself."""

    rounds = 4

    def encode(self, password, salt):
        return "bcrypt$" + bcrypt.hashpw(password.encode()[:72], salt).decode()


BCRYPT = TruncatingBCrypt()
SCRYPT = cheap(hashers.ScryptPasswordHasher, work_factor=16, block_size=2, parallelism=3)
MD5 = hashers.MD5PasswordHasher()
ALL = {hasher.algorithm: hasher for hasher in (PBKDF2, SHA1, ARGON2, BCRYPT_SHA256, BCRYPT, SCRYPT, MD5)}

hashers.get_hashers_by_algorithm = lambda: ALL
hashers.get_hashers = lambda: list(ALL.values())

SALT = "seasalt1234567890abcdE"
BCRYPT_SALT = b"$2b$04$abcdefghijklmnopqrstuu"
PASSWORDS = ["Correct-Horse-9", "گذرواژه-é-🔑", "", "nul\0inside", "\0", "x" * 72, "é" * 40, "x" * 200, " outer blanks "]


def raw_argon2(kind, version, salt=SALT, length=32, memory=64, time=2, lanes=2):
    encoded = argon2.low_level.hash_secret(
        b"Correct-Horse-9", salt.encode(), time_cost=time, memory_cost=memory, parallelism=lanes, hash_len=length, type=kind, version=version
    )
    return "argon2" + encoded.decode()


def made(hasher, password, salt=SALT):
    return hasher.encode(password, BCRYPT_SALT if "bcrypt" in hasher.algorithm else salt)


def verifies(password, encoded):
    """What django.contrib.auth.hashers.check_password says; what it trips over is no match."""
    try:
        return hashers.check_password(password, encoded)
    except Exception:
        return False


def hash_vectors():
    own = [(password, made(hasher, password)) for hasher in ALL.values() for password in PASSWORDS]
    type_ = argon2.low_level.Type
    word = "Correct-Horse-9"
    pbkdf2, scrypt, md5 = (made(hasher, word) for hasher in (PBKDF2, SCRYPT, MD5))
    argon, sha256, plain = (made(hasher, word) for hasher in (ARGON2, BCRYPT_SHA256, BCRYPT))
    variants = [
        raw_argon2(type_.I, 19), raw_argon2(type_.D, 19), raw_argon2(type_.ID, 16), raw_argon2(type_.I, 16),
        raw_argon2(type_.I, 16).replace("v=16$", ""), raw_argon2(type_.ID, 19).replace("v=19$", ""),
        raw_argon2(type_.ID, 19, length=16), raw_argon2(type_.ID, 19, length=64), raw_argon2(type_.ID, 19, length=4),
        raw_argon2(type_.ID, 19, salt="8 bytes!"), raw_argon2(type_.ID, 19, memory=65, lanes=3), raw_argon2(type_.ID, 19, lanes=1, time=1),
        argon.replace("v=19", "v=18"), argon.replace("v=19", "v=019"), argon.replace("m=64", "m=064"), argon.replace("m=64,t=2", "t=2,m=64"),
        argon.replace("p=2", "p=2,data=AAAA"), argon.replace("argon2id", "argon2x"), argon.replace("t=2", "t=3"), argon.replace("m=64", "m=15"),
        argon + "=", argon[:-1], argon.rsplit("$", 1)[0], argon.rsplit("$", 1)[0] + "$", argon.replace("$argon2id", ""),
        sha256.replace("$2b$", "$2a$"), sha256.replace("$2b$", "$2y$"), plain.replace("$2b$", "$2x$"), plain.replace("$2b$", "$2z$"),
        plain.replace("$04$", "$4$"), plain.replace("$04$", "$05$"), plain.replace("$04$", "$03$"), plain[:-1], plain + "x", plain[:36],
        plain.replace("stuu", "stuv"), plain.replace("bcrypt$", "bcrypt_sha256$"), sha256.replace("bcrypt_sha256$", "bcrypt$"), plain.replace("$$", "$"),
        PBKDF2.encode(word, "short"), PBKDF2.encode(word, "گذرواژه"), PBKDF2.encode(word, SALT[:21]), PBKDF2.encode(word, SALT + "longer"),
        pbkdf2.replace("$3$", "$03$"), pbkdf2.replace("$3$", "$+3$"), pbkdf2.replace("$3$", "$ 3$"), pbkdf2.replace("$3$", "$0$"), pbkdf2.replace("$3$", "$-3$"),
        pbkdf2.replace("$3$", "$4$"), pbkdf2.replace(SALT, ""), pbkdf2[:-1], pbkdf2 + "=", pbkdf2 + "$", pbkdf2.rsplit("$", 1)[0], pbkdf2.upper(),
        pbkdf2.replace("sha256", "sha512"), " " + pbkdf2,
        scrypt.replace("$16$", "$15$"), scrypt.replace("$16$", "$0$"), scrypt.replace("$16$", "$32$"), scrypt.replace("$2$3$", "$3$2$"), scrypt.replace(SALT, ""),
        scrypt + "$x", SCRYPT.encode(word, "salt"),
        MD5.encode(word, "x"), md5.upper(), md5.replace(SALT, ""), "md5$$5ebe2294ecd0e0f08eab7690d2a6ee69", "5ebe2294ecd0e0f08eab7690d2a6ee69",
        "", "!", "!" + pbkdf2, word, "$", "$$$", "pbkdf2_sha256", "sha1$salt$hash", "unsalted_md5$x$y", "crypt$x$y",
    ]
    return [{"password": password, "encoded": encoded, "verifies": verifies(password, encoded)} for password, encoded in own + [(word, v) for v in variants]]


def update_vectors():
    """What each hasher that the service writes with says of each hash."""
    type_ = argon2.low_level.Type
    word = "Correct-Horse-9"
    stored = [made(hasher, word) for hasher in ALL.values()] + [
        PBKDF2.encode(word, SALT, 2), PBKDF2.encode(word, SALT, 4), PBKDF2.encode(word, SALT[:21]), PBKDF2.encode(word, SALT + "x"),
        PBKDF2.encode(word, "é" * 21), PBKDF2.encode(word, "é" * 22),
        raw_argon2(type_.I, 19), raw_argon2(type_.D, 19), raw_argon2(type_.ID, 16), raw_argon2(type_.ID, 19), raw_argon2(type_.ID, 19, length=16),
        raw_argon2(type_.ID, 19, memory=65), raw_argon2(type_.ID, 19, time=1), raw_argon2(type_.ID, 19, lanes=1),
        raw_argon2(type_.ID, 19, salt=SALT[:21]), raw_argon2(type_.ID, 19, salt=SALT[:16]), raw_argon2(type_.ID, 19, salt=SALT + "x"),
        made(BCRYPT_SHA256, word).replace("$2b$", "$2a$"), cheap(hashers.BCryptSHA256PasswordHasher, rounds=5).encode(word, b"$2b$05$abcdefghijklmnopqrstuu"),
        SCRYPT.encode(word, "salt"), SCRYPT.encode(word, SALT, n=32), SCRYPT.encode(word, SALT, r=1), SCRYPT.encode(word, SALT, p=1),
        "!", "", word, "unknown$1$salt$hash", "5ebe2294ecd0e0f08eab7690d2a6ee69",
    ]
    preferred = (PBKDF2, ARGON2, BCRYPT_SHA256, SCRYPT)
    return [
        {"encoded": encoded, "must_update": {hasher.algorithm: hashers.verify_password(word, encoded, preferred=hasher)[1] for hasher in preferred}}
        for encoded in stored
    ]


def write(name, value):
    text = json.dumps(value, indent=1, ensure_ascii=True)
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")


if len(sys.argv) > 1:
    for vector in random_rules(int(sys.argv[1])):
        print(json.dumps(vector))
else:
    write("rules.json", {**VERSIONS, "vectors": RULES + list(random_rules(120))})
    write("hashes.json", {**VERSIONS, "verified": hash_vectors(), "updated": update_vectors()})
