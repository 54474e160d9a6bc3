"""Records what Django 4.2 says of the hashes that 5.0 and 5.1 dropped, for the tests beside this file.

    python3 -m venv venv && venv/bin/pip install Django==4.2.30
    venv/bin/python record_legacy.py     # writes legacy.json
"""

import json
import pathlib
import sys
import warnings

import django
from django.conf import settings

settings.configure(USE_I18N=False)
warnings.simplefilter("ignore")

from django.contrib.auth import hashers

PBKDF2 = type("Cheap", (hashers.PBKDF2PasswordHasher,), {"iterations": 3})()
SHA1 = hashers.SHA1PasswordHasher()
UNSALTED_SHA1 = hashers.UnsaltedSHA1PasswordHasher()
UNSALTED_MD5 = hashers.UnsaltedMD5PasswordHasher()
CRYPT = hashers.CryptPasswordHasher()
ALL = {hasher.algorithm: hasher for hasher in (PBKDF2, SHA1, UNSALTED_SHA1, UNSALTED_MD5, CRYPT)}

hashers.get_hashers_by_algorithm = lambda: ALL
hashers.get_hashers = lambda: list(ALL.values())

SALT = "seasalt1234567890abcdE"
WORD = "Correct-Horse-9"
PASSWORDS = [WORD, "گذرواژه-é-🔑", "", "nul\0inside", "\0", "x" * 200, " outer blanks "]


def judged(password, encoded):
    """What check_password says, and whether its log-in replaces the hash; what it trips over is no match."""
    replaced = []
    try:
        verifies = hashers.check_password(password, encoded, setter=replaced.append, preferred=PBKDF2)
    except Exception:
        verifies = False
    return {"password": password, "encoded": encoded, "verifies": verifies, "must_update": bool(replaced)}


salted, sha1, md5 = SHA1.encode(WORD, SALT), UNSALTED_SHA1.encode(WORD, ""), UNSALTED_MD5.encode(WORD, "")
own = [
    (password, encoded)
    for password in PASSWORDS
    for encoded in (
        SHA1.encode(password, SALT), UNSALTED_SHA1.encode(password, ""), UNSALTED_MD5.encode(password, ""),
        "md5$$" + UNSALTED_MD5.encode(password, ""),
    )
]
variants = [
    SHA1.encode(WORD, "x"), SHA1.encode(WORD, "گذرواژه"), SHA1.encode(WORD, " "), salted.upper(), salted.replace(SALT, ""), salted.replace(SALT, SALT + "x"),
    salted[:-1], salted + "0", salted + "$", salted.replace("$", ""), salted.rsplit("$", 1)[0], "sha1$" + sha1[6:], "sha1$" + SALT + "$" + salted[-40:].upper(),
    sha1.upper(), sha1[:-1], sha1 + "0", sha1 + "$", "sha1$$$" + sha1[6:], sha1[6:], "unsalted_" + sha1, "sha1$$", "sha1$", "sha1",
    "sha1$$" + sha1[6:].upper(), "sha1$$" + md5,
    md5.upper(), md5[:-1], md5 + "0", " " + md5[1:], "md5$" + md5, "md5$$" + md5.upper(), "md5$$$" + md5, "md5$$" + md5[:-1], "md5$$" + md5 + "0", "md5$x$" + md5,
    "MD5$$" + md5, "unsalted_md5$" + md5, "unsalted_md5$$" + md5, "md5$$", "!" + md5, "md5$$" + sha1[6:], "z" * 32, WORD, "",
]
des = CRYPT.encode(WORD, "aZ")
own += [(password, CRYPT.encode(password, salt)) for password in PASSWORDS if "\0" not in password for salt in ("aZ", "./")]
own += [("nul\0inside", CRYPT.encode("nul", "aZ")), ("Correct-another-end", des), ("correct-Horse-9", des)]
variants += [
    des.replace("$$", "$aZ$"), des.replace("$$", "$"), des.replace("$$", "$$$"), des + "x", des[:-1], des.upper(), "unsalted_" + des, "crypt$$", "crypt$$aZ",
    "crypt$$!!" + des[9:], des[7:],
]
vectors = [judged(password, encoded) for password, encoded in own + [(WORD, variant) for variant in variants]]
text = json.dumps({"django": django.__version__, "python": sys.version.split()[0], "verified": vectors}, indent=1, ensure_ascii=True)
pathlib.Path(__file__).with_name("legacy.json").write_text(text + "\n", encoding="utf-8")
