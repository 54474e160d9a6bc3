"""Answers of simplejwt's token endpoint, and what simplejwt makes of tokens, for a user model that logs in by e-mail
address and has UUIDs for keys, with USER_ID_FIELD of one's choice.

Reads {"signing_key": text, "user_id_field": name, "user": {"id": uuid, "username": text, "email": text, "password":
text}, "bodies": [object], "tokens": [access token]} and writes {"answers": [[status, text]], "options": document, "made":
{"refresh": token, "access": token}, "users": [username]}.
"""

import json
import pathlib
import sys
import tempfile

MODELS = """
import uuid
from django.contrib.auth.models import AbstractUser
from django.db import models

class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]
"""


def start(asked, folder):
    import django
    from django.conf import settings

    app = pathlib.Path(folder, "accounts")
    app.mkdir()
    app.joinpath("__init__.py").touch()
    app.joinpath("models.py").write_text(MODELS, encoding="utf-8")
    sys.path.insert(0, folder)
    settings.configure(
        SECRET_KEY=asked["signing_key"],
        USE_TZ=True,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=[],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "accounts"],
        AUTH_USER_MODEL="accounts.User",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
        SIMPLE_JWT={"USER_ID_FIELD": asked["user_id_field"]},
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user(**asked["user"])


def judge(asked):
    from rest_framework.test import APIRequestFactory
    from rest_framework_simplejwt.authentication import JWTAuthentication
    from rest_framework_simplejwt.views import TokenObtainPairView

    view, factory, answers, made = TokenObtainPairView.as_view(), APIRequestFactory(), [], None
    for body in asked["bodies"]:
        answer = view(factory.post("/", body, format="json")).render()
        if answer.status_code == 200:
            made = answer.data
        answers.append([answer.status_code, answer.content.decode()])
    options = view(factory.options("/")).data
    judge = JWTAuthentication()
    users = [judge.get_user(judge.get_validated_token(token)).username for token in asked["tokens"]]
    return {"answers": answers, "options": options, "made": made, "users": users}


asked = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    start(asked, folder)
    json.dump(judge(asked), sys.stdout)
