"""The kinds of projects: what teams have made of Django's users."""

from dataclasses import dataclass, field

PLAIN_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "rest_framework",
    "rest_framework.authtoken",
    "rest_framework_simplejwt.token_blacklist",
]

QUICK = ["quick_hashers.PBKDF2"]

# Those that Django has, and those that 5.1 has dropped.
ALL_HASHERS = [
    *QUICK,
    *(f"quick_hashers.{name}" for name in ("PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt")),
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.SHA1PasswordHasher",
    "django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher",
    "django.contrib.auth.hashers.UnsaltedMD5PasswordHasher",
    "django.contrib.auth.hashers.CryptPasswordHasher",
]

# The records of one file, and a file of all of them.
ALL = [["--all"]]


@dataclass(frozen=True)
class Kind:
    """What a project has that others have not.

    `imports` are the dumps to be imported, one after the other, each with the arguments of `dumpdata` for each of its
    files. The file's name is added, and its ending is the first word of those that have one.
    """

    user_model: str = "auth.User"
    apps: list = field(default_factory=list)
    seed: str = "stock"
    hashers: list = field(default_factory=lambda: QUICK)
    time_zone: str | None = None
    user_id_field: str = "id"
    imports: list = field(default_factory=lambda: [ALL])


EVERYTHING_BUT = ["--exclude", "auth.permission", "--exclude", "contenttypes"]

FORMS = [
    [["dump.json", "--indent", "2"]],
    [["dump.jsonl"]],
    [["dump.yaml"]],
    [["dump.xml"]],
    [["dump.json.gz"]],
    [["dump.jsonl.bz2"]],
    [["dump.xml.xz"]],
    [["dump.json.lzma"]],
    # What refers to others comes first.
    [["authtoken"], ["token_blacklist.blacklistedtoken"], ["token_blacklist.outstandingtoken"], ["auth.user"], ["auth.group"]],
    [["--natural-foreign", *EVERYTHING_BUT]],
]

KINDS = {
    "stock": Kind(),
    "forms": Kind(imports=FORMS, seed="plain"),
    "natural_keys": Kind(seed="plain", imports=[[["--natural-foreign", "--natural-primary"]]]),
    "natural_keys_with_ids": Kind(
        seed="gaps", imports=[[["--natural-foreign", "--natural-primary"], ["auth.user", "auth.group"]]]
    ),
    "extended": Kind("crew.Member", ["crew"], "crew"),
    "by_email": Kind("signup.User", ["signup"], "signup"),
    "account_beside_chat": Kind("shop.Account", ["shop", "chat"], "shop"),
    "uuid_keys": Kind("uuids.Person", ["uuids"], "uuids"),
    "text_keys": Kind("codes.Employee", ["codes"], "codes", user_id_field="code"),
    "zero_key": Kind(seed="zero"),
    "profiles": Kind(apps=["profiles"], seed="profiles"),
    "profile_keys": Kind(apps=["profile_keys"], seed="profile_keys"),
    "inherited": Kind(apps=["club"], seed="club"),
    "own_groups": Kind("own_groups.User", ["own_groups"], "own_groups"),
    "shared_addresses": Kind(seed="shared"),
    "naive": Kind(seed="naive", time_zone="Europe/Berlin"),
    "hashers": Kind(seed="hashers", hashers=ALL_HASHERS),
    "current_hashers": Kind(seed="current_hashers", hashers=ALL_HASHERS[:7]),
    "knox": Kind(apps=["knox"], seed="knox"),
    "organizations": Kind(apps=["organizations"], seed="organizations"),
}
