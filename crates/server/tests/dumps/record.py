"""Records dumps of a real Django in every form, and compressed: python record.py FOLDER

Needs Django (recorded: 5.2.19), PyYAML and zstandard. All forms hold the same records.
"""

import bz2
import datetime
import decimal
import gzip
import lzma
import pathlib
import sys
import uuid

import django
import zstandard
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "accounts", "authtoken"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    AUTH_USER_MODEL="accounts.User",
    USE_TZ=True,
    TIME_ZONE="UTC",
)
django.setup()

from accounts.models import User
from authtoken.models import Token
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection


# What a form may take for something else.
HARD = [
    "yes", "null", "~", "", "1", "007", "0912345678", "1.5", "1e3", "1_000", "12:30:45", "0x1f", "2024-01-02",
    "2024-01-02 03:04:05", "- a", "a: b", "# a", "&a", "*a", "!a", "{a", "[a", "'a'", '"a"', "a\\b", "%a", "@a", "`a",
    "<b>&amp;</b>", "]]>", " a ", "a\nb", "a\n\n b\n", "\ta", "a\r\nb", "a\u2028b", "a\u2028", "a\x85b c", "ünï 漢字 🙂",
    "x" * 30 + " " + "y" * 60 + " " + "z" * 90, "=", "<<", "a #b", "a:", "-", "?", "? a", "|", ">", "NaN", "Infinity", ".inf",
]


def populate():
    utc = datetime.timezone.utc
    joined = datetime.datetime(2024, 1, 2, 3, 4, 5, 678000, utc)
    groups = [Group.objects.create(name=name) for name in ("staff", "ops & <dev>")]
    # XML has no control characters but these two.
    plain = [text for text in HARD if all(character >= " " or character in "\n\t" for character in text)]
    for number in range(1, len(HARD) // 3 + 2):
        texts = [plain[(3 * number + offset) % len(plain)] for offset in range(3)]
        user = User.objects.create(
            username=f"user{number}",
            password=f"pbkdf2_sha256$1$salt{number}$R2jV2PfSF7g13ZJj+IYofegHzKAhznnlv3gezP2A3WU=",
            email=f"user{number}@example.com",
            first_name=texts[0],
            last_name=texts[1],
            nickname=None if number % 3 == 0 else texts[2],
            mobile_number=("0912345" if number % 2 else "+98912345") + f"{number:03}",
            last_login=None if number % 2 else datetime.datetime(1999, 12, 31, 23, 59, 59, 0, utc),
            date_joined=joined + datetime.timedelta(days=number),
            born=datetime.date(1, 1, 1) if number == 1 else datetime.date(1980, 1, number % 28 + 1),
            wakes=datetime.time(6, 30),
            pause=datetime.timedelta(days=1, seconds=number),
            height=[1.5, 1e17, -2.5e-7, 0.1][number % 4],
            credit=decimal.Decimal("1.50"),
            points=(-1) ** number * 2**62,
            is_member=[None, True, False][number % 3],
            external=uuid.UUID(int=number),
            extra=[None, {"a": [1, 2.5, None, True, {"texts": HARD[number - 1 : number + 2]}], "yes": {}, "1": []}][number % 2],
            key=bytes([0, number, 255]),
            site=f"https://example.com/{number}?a=b&c=%20d",
        )
        user.groups.set(groups[: number % 3])
        Token.objects.create(key=f"{number:040x}", user=user, created=joined)


with connection.schema_editor() as editor:
    for model in (ContentType, Permission, Group, User, Token):
        editor.create_model(model)
populate()
folder = pathlib.Path(sys.argv[1])
MODELS = ("auth.group", "accounts.user", "authtoken.token")
for form in ("json", "jsonl", "yaml", "xml"):
    for keys in ("plain", "natural"):
        options = {"use_natural_foreign_keys": keys == "natural"}
        target = folder / f"{keys}.{form}"
        call_command("dumpdata", *MODELS, format=form, output=str(target), indent=1, **options)
    content = (folder / f"plain.{form}").read_bytes()
    compressed = {
        "gz": gzip.compress(content, mtime=0),
        "bz2": bz2.compress(content),
        "xz": lzma.compress(content),
        "lzma": lzma.compress(content, lzma.FORMAT_ALONE),
        "zst": zstandard.ZstdCompressor(write_checksum=True).compress(content),
    }
    for suffix, packed in compressed.items():
        (folder / f"plain.{form}.{suffix}").write_bytes(packed)
