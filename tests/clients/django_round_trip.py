"""A project of Django's own, which makes a dump or loads one.

Reads {"shape": a name of MODELS, "make": form} and writes {"dump": text}; or reads {"shape": ..., "load": text,
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

MODELS = {
    "stock": "",
    "custom": '''
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
''',
    "email": '''
class Member(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=50, blank=True)
    sex = models.SmallIntegerField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    objects = BaseUserManager()
    USERNAME_FIELD = "email"
''',
    "profile": '''
class Profile(models.Model):
    user = models.OneToOneField("auth.User", models.CASCADE)
    phone = models.CharField(max_length=20, null=True)
    gender = models.CharField(max_length=10, blank=True)
''',
    "inherited": '''
class EmployeeProfile(User):
    mobile = models.CharField(max_length=20, blank=True)


class StaffGroup(Group):
    notes = models.TextField(blank=True)
''',
}
IMPORTS = '''
import uuid

from django.contrib.auth.models import AbstractBaseUser, AbstractUser, BaseUserManager, Group, PermissionsMixin, User
from django.db import models
'''
HASHERS = '''
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
'''

asked = json.load(sys.stdin)
shape = asked["shape"]
has_own_users = shape in ("custom", "email")
folder = tempfile.TemporaryDirectory()
sys.path.insert(0, folder.name)
os.mkdir(os.path.join(folder.name, "club"))
for name, text in [("__init__.py", ""), ("models.py", IMPORTS + MODELS[shape]), ("hashers.py", HASHERS)]:
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
        "club",
    ],
    AUTH_USER_MODEL="club.Member" if has_own_users else "auth.User",
    PASSWORD_HASHERS=["club.hashers.QuickHasher"],
    # Tables are made at once: models may inherit from those of Django.
    MIGRATION_MODULES={"auth": None, "contenttypes": None, "token_blacklist": None},
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
APPS = ["auth", "token_blacklist", "club"]


def dump(form):
    out = io.StringIO()
    call_command("dumpdata", *APPS, exclude=["auth.permission"], format=form, stdout=out)
    return out.getvalue()


def make():
    at = datetime(2025, 11, 22, 13, 7, 28, 186000, tzinfo=timezone.utc)
    groups = [make_group(name, at) for name in ("Ops", "گروه پشتیبانی")]
    people = [
        {"username": "ada", "email": "ada@example.com", "first_name": "Ada", "is_superuser": True, "is_staff": True},
        {"username": "bob", "email": "bob@example.com", "first_name": "Bob \U0001f600", "last_name": "O'Neil"},
        {"username": "c" * 150, "last_name": 'quo"te\\ <b>&amp;</b>', "is_active": False},
        {"username": "دانا", "email": "d@example.com", "date_joined": at.replace(year=1)},
        {"username": "eve@x.org", "email": "", "first_name": " edge\tof \u2028\x7f line ", "last_login": at},
    ]
    others = [
        {"mobile": "09120000001", "sex": "F", "photo": "users/ada.jpg", "ldap_dn": "cn=ada", "phone": "021"},
        {"mobile": "09120000002", "sex": "M", "gender": "male"},
        {"email": None},
        {},
        {},
    ]
    if shape != "custom":
        others[2] = {"email": ""}
    if shape == "email":
        others = [{"sex": 1}, {"sex": 2}, {"email": "c@example.com"}, {"sex": 1}, {}]
    for person, other, to in zip(people, others, [groups, groups[:1], [], [], groups[1:]]):
        make_user({"date_joined": at, "created_at": at, **person, **other}, to)
    return dump(asked["make"])


def make_group(name, at):
    if shape == "inherited":
        from club.models import StaffGroup

        return StaffGroup.objects.create(name=name, notes="about " + name).group_ptr
    kind = User._meta.get_field("groups").related_model
    group = kind.objects.create(name=name)
    if shape == "custom":
        kind.objects.update(created_at=at.replace(microsecond=0), updated_at=at)
        kind.objects.filter(pk=2).update(notes="")
    return group


def make_user(values, groups):
    from club import models

    def of(model):
        return {field.name: values[field.name] for field in model._meta.get_fields() if field.name in values}

    model = models.EmployeeProfile if shape == "inherited" else User
    user = model(**of(model))
    if shape == "custom":
        user.full_name = " ".join(filter(None, [user.first_name, user.last_name]))
    user.set_password(f"{values['username'][:10]}'s password")
    if values["username"] == "دانا":
        user.set_unusable_password()
    user.save()
    user.groups.set(groups)
    if shape == "profile":
        models.Profile.objects.create(user=user, **of(models.Profile))


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
            for name, password in asked.get("logins", [])
        ],
        "refused": [is_refused(token) for token in asked.get("refresh", [])],
    }


json.dump({"dump": make()} if "make" in asked else load(), sys.stdout)
