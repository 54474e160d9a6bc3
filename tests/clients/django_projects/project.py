"""A real project of Django's, made and asked, or loaded with a dump and asked.

Reads {"kind": name, "key": signing key, "folder": path of an empty folder} and makes a project there, its database and the
dumps of it. With {"load": path of a dump, "people": as answered before} the project starts empty and loads that dump. With
{"people": as answered before} alone, the project is there already, and changes as it does between two dumps.

Writes {"imports": [[path of a dump, ...], ...], "counts": {rows: number}, "models": {model: records}, "people": [...]},
where a person has what Django itself says of it: {"name", "pk", "login", "password", "is_right": whether Django takes the
password, "tokens": [[key, whether it is taken], ...], "access": [token, ...], "refresh": [...], both alike, "profile": {...},
"me": {...}}.
"""

import json
import os
import sys
from datetime import timezone
from zoneinfo import ZoneInfo

sys.dont_write_bytecode = True
asked = json.load(sys.stdin)
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
os.environ["DJANGO_KIND"] = asked["kind"]
os.environ["DJANGO_SECRET_KEY"] = asked["key"]
os.environ["DJANGO_DATABASE"] = os.path.join(asked["folder"], "db.sqlite3")

import django

django.setup()

from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken

import people
from kinds import KINDS

User = get_user_model()
IS_KNOX = apps.is_installed("knox")


def accepts(check, credential):
    try:
        check(credential)
    except (AuthenticationFailed, TokenError):
        return False
    return True


def by_token(key):
    if IS_KNOX and len(key) > 40:
        from knox.auth import TokenAuthentication as Knox

        return Knox().authenticate_credentials(key.encode())
    return TokenAuthentication().authenticate_credentials(key)


def by_access(token):
    check = JWTAuthentication()
    return check.get_user(check.get_validated_token(token))


def by_refresh(token):
    return by_access(str(RefreshToken(token).access_token))


def truths(secrets):
    """What Django answers to who has these."""
    login, password = secrets["login"], secrets["password"]
    found = password and authenticate(**{User.USERNAME_FIELD: login, "password": password})
    return {
        **secrets,
        "is_right": bool(found),
        "tokens": [[key, accepts(by_token, key)] for key, *_ in secrets["tokens"]],
        "access": [[token, accepts(by_access, token)] for token, *_ in secrets["access"]],
        "refresh": [[token, accepts(by_refresh, token)] for token, *_ in secrets["refresh"]],
    }


def shown_instant(at):
    """An instant as clients of a project with time zones see it."""
    if at is None:
        return None
    if not settings.USE_TZ:
        at = at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(timezone.utc)
    return at.isoformat().replace("+00:00", "Z")


def secrets(person):
    user, shown = person.user, person.shown
    user.refresh_from_db()
    own = {"username": getattr(user, "username", None), "email": user.email}
    names = {name: getattr(user, name, None) for name in ("first_name", "last_name")}
    names = {name: value and value.replace("\0", "") for name, value in names.items()}
    own["last_login"] = shown_instant(user.last_login)
    is_id = isinstance(user.pk, int) and user.pk > 0
    profile = {
        # This body has no null for them.
        **{name: value or "" for name, value in names.items()},
        "username": own["username"] or "",
        "email": own["email"],
        "last_login": own["last_login"],
        "number_phone": shown.get("number_phone"),
        "avatar": shown.get("avatar"),
        "is_active": user.is_active,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
    }
    if hasattr(user, "date_joined"):
        profile["date_joined"] = shown_instant(user.date_joined)
    if is_id:
        profile["id"] = user.pk
    return {
        "name": getattr(user, "username", user.email),
        "pk": str(user.pk),
        "login": user.get_username(),
        "password": person.password,
        "tokens": [[key] for key in person.tokens],
        "access": [[person.access]] if person.access else [],
        "refresh": [[token] for token in person.refresh],
        "profile": profile,
        "me": {
            **own,
            **names,
            "mobile_number": shown.get("mobile_number"),
            "gender": shown.get("gender"),
            "groups": [[group.name, getattr(group, "notes", notes(group))] for group in user.groups.order_by("pk")],
        },
    }


def notes(group):
    """Those of a model that inherits from that of groups."""
    return getattr(getattr(group, "teamgroup", None), "notes", None)


def counts():
    """How many rows have to come over."""
    found = {
        "users": User.objects.count(),
        "groups": User._meta.get_field("groups").related_model.objects.count(),
        "memberships": User.groups.through.objects.count(),
        "tokens": apps.get_model("authtoken.Token").objects.count(),
        "refresh_tokens": BlacklistedToken.objects.count(),
    }
    if IS_KNOX:
        found["tokens"] += apps.get_model("knox.AuthToken").objects.count()
    if apps.is_installed("organizations"):
        found["organizations"] = apps.get_model("organizations.Organization").objects.count()
        found["organization_members"] = apps.get_model("organizations.OrganizationUser").objects.count()
    return found


def dump(arguments, number):
    """Writes a file as `manage.py dumpdata` does, and returns its path."""
    folder = os.path.join(asked["folder"], str(number))
    os.makedirs(folder, exist_ok=True)
    named = [word for word in arguments if word.startswith("dump.")]
    file = os.path.join(folder, named[0] if named else f"dump{len(os.listdir(folder))}.json")
    words = [word for word in arguments if word not in named]
    ending = os.path.basename(file).split(".")[1]
    call_command("dumpdata", *words, format=ending, output=file, verbosity=0)
    return file


def main():
    kind = KINDS[asked["kind"]]
    call_command("migrate", run_syncdb=True, verbosity=0)
    if "load" in asked:
        call_command("loaddata", asked["load"], verbosity=0)
        everybody = asked["people"]
    elif "people" in asked:
        everybody = asked["people"]
        people.change(everybody)
    else:
        made = getattr(people, kind.seed)()
        everybody = [secrets(person) for person in made]
    files = [[dump(arguments, number) for arguments in files] for number, files in enumerate(kind.imports)]
    models = {model._meta.label_lower: model._default_manager.count() for model in apps.get_models() if not model._meta.proxy}
    answer = {
        "imports": files,
        "counts": counts(),
        "models": {model: count for model, count in models.items() if count},
        "people": [truths(person) for person in everybody],
    }
    json.dump(answer, sys.stdout)


main()
