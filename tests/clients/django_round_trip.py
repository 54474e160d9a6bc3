"""A project of Django's own, which makes a dump or loads one.

Reads {"shape": "stock" or "custom", "make": form} and writes {"dump": text}; or reads {"shape": ..., "load": text,
"form": form, "logins": [[name, password], ...], "refresh": [token, ...]} and writes {"dump": the same in JSON after
the load, "logins": [whether each succeeds], "refused": [whether each refresh token is refused]}.
"""

import io
import json
import os
import sys
import tempfile
from datetime import datetime, timezone

import django
from django.conf import settings
from django.core.management import call_command

MODELS = '''
from django.contrib.auth.models import AbstractUser
from django.db import models


class Group(models.Model):
    name = models.CharField(max_length=150, unique=True)
    notes = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)


class Member(AbstractUser):
    email = models.EmailField(unique=True, null=True)
    mobile = models.CharField(max_length=11, unique=True, null=True)
    sex = models.CharField(max_length=1, choices=[("F", "Female"), ("M", "Male"), ("O", "Other")], blank=True)
    photo = models.FileField(blank=True)
    ldap_dn = models.CharField(max_length=200, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    groups = models.ManyToManyField(Group, blank=True)
'''

HASHERS = '''
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
'''

asked = json.load(sys.stdin)
is_custom = asked["shape"] == "custom"
folder = tempfile.TemporaryDirectory()
sys.path.insert(0, folder.name)
os.mkdir(os.path.join(folder.name, "club"))
for name, text in [("__init__.py", ""), ("models.py", MODELS), ("hashers.py", HASHERS)]:
    with open(os.path.join(folder.name, "club", name), "w") as file:
        file.write(text)
settings.configure(
    SECRET_KEY=asked.get("key", "0123456789abcdef" * 4),
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "rest_framework",
        "rest_framework_simplejwt.token_blacklist",
        *(["club"] if is_custom else []),
    ],
    AUTH_USER_MODEL="club.Member" if is_custom else "auth.User",
    PASSWORD_HASHERS=["club.hashers.QuickHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

User = get_user_model()
APPS = ["auth", "token_blacklist", *(["club"] if is_custom else [])]


def dump(form):
    out = io.StringIO()
    call_command("dumpdata", *APPS, exclude=["auth.permission"], format=form, stdout=out)
    return out.getvalue()


def make():
    at = datetime(2025, 11, 22, 13, 7, 28, 186000, tzinfo=timezone.utc)
    kind = User._meta.get_field("groups").related_model
    groups = [kind.objects.create(name=name) for name in ("Ops", "گروه پشتیبانی")]
    if is_custom:
        kind.objects.filter(pk=groups[1].pk).update(notes="", created_at=at, updated_at=at)
        kind.objects.filter(pk=groups[0].pk).update(created_at=at.replace(microsecond=0), updated_at=at)
    others = [{}] * 5
    if is_custom:
        others = [
            {"mobile": "09120000001", "sex": "F", "photo": "users/ada.jpg", "ldap_dn": "cn=ada", "full_name": "Ada"},
            {"mobile": "09120000002", "sex": "M", "full_name": "Bob \U0001f600 O'Neil"},
            {"email": None},
            {},
            {},
        ]
    people = [
        {"username": "ada", "email": "ada@example.com", "first_name": "Ada", "is_superuser": True, "is_staff": True},
        {"username": "bob", "email": "bob@example.com", "first_name": "Bob \U0001f600", "last_name": "O'Neil"},
        {"username": "c" * 150, "last_name": 'quo"te\\ <b>&amp;</b>', "is_active": False},
        {"username": "دانا", "email": "" if not is_custom else "d@example.com", "date_joined": at.replace(year=1)},
        {"username": "eve@x.org", "email": "", "first_name": " edge\tof \u2028\x7f line ", "last_login": at},
    ]
    for person, other in zip(people, others):
        user = User(**{"date_joined": at, **person, **other})
        if is_custom and "full_name" not in other:
            user.full_name = " ".join(filter(None, [user.first_name, user.last_name]))
        user.set_password(f"{person['username'][:10]}'s password")
        user.save()
    User.objects.get(pk=4).set_unusable_password()
    for pk, to in [(1, groups), (2, groups[:1]), (5, groups[1:])]:
        User.objects.get(pk=pk).groups.set(to)
    return dump(asked["make"])


def is_refused(token):
    try:
        RefreshToken(token)
    except TokenError:
        return True
    return False


def load():
    file = os.path.join(folder.name, f"dump.{asked['form']}")
    with open(file, "w", newline="", encoding="utf-8") as out:
        out.write(asked["load"])
    call_command("loaddata", file, verbosity=0)
    return {
        "dump": dump("json"),
        "logins": [
            authenticate(**{User.USERNAME_FIELD: name, "password": password}) is not None
            for name, password in asked["logins"]
        ],
        "refused": [is_refused(token) for token in asked["refresh"]],
    }


json.dump({"dump": make()} if "make" in asked else load(), sys.stdout)
