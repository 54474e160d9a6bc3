"""A Django project with settings of simplejwt of one's choice: what it answers to requests, its data, and its settings as
JSON, written by the code that the documentation gives.

Reads {"simple_jwt": settings (lengths of time in seconds), "secret_key": text, "blacklist": bool, "dump_code": Python, "tokens":
{name: {"kind": name of a class, "user": username, "blacklist": bool, "set": {claim: value}, "seconds": {claim: from now},
"remove": [claim]} or {"claims": object, "seconds": {claim: from now}, "key": text, "algorithm": name, "header": object}},
"requests": [[path, value of the header or null, body or null]]}, where {name} stands for a token, and writes {"dump": settings,
"data": dump of the database, "tokens": {name: token}, "answers": [[status, text, challenge]]}.
"""

import contextlib
import io
import json
import sys
import time
import types
from datetime import timedelta

import jwt
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1


def start(asked):
    import django
    from django.conf import settings

    lengths = {key: timedelta(seconds=value) for key, value in asked["simple_jwt"].items() if key.endswith("LIFETIME")}
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
    if asked["blacklist"]:
        apps.append("rest_framework_simplejwt.token_blacklist")
    settings.configure(
        SECRET_KEY=asked["secret_key"],
        USE_TZ=True,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="routes",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=apps,
        PASSWORD_HASHERS=["__main__.QuickHasher"],
        REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
        SIMPLE_JWT={**asked["simple_jwt"], **lengths},
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_superuser("root", "root@example.com", "root-pass-9")
    User.objects.create_user("alice", "alice@example.com", "alice-pass-9", first_name="Alice")
    User.objects.create_user("idle", "idle@example.com", "idle-pass-9", is_active=False)


def claims_of_ones_own():
    from rest_framework_simplejwt.serializers import TokenObtainPairSerializer

    class NamedSerializer(TokenObtainPairSerializer):
        @classmethod
        def get_token(cls, user):
            token = super().get_token(user)
            token["name"] = user.username
            token["email"] = user.email
            token["last_name"] = user.last_name
            token["full_name"] = user.get_full_name()
            token["is_staff"] = user.is_staff
            return token

    globals()["NamedSerializer"] = NamedSerializer


def routes():
    from django.urls import path
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.response import Response
    from rest_framework.views import APIView
    from rest_framework_simplejwt import views
    from rest_framework_simplejwt.authentication import JWTAuthentication

    class Profile(APIView):
        authentication_classes = [JWTAuthentication]
        permission_classes = [IsAuthenticated]

        def post(self, request):
            return Response({"username": request.user.username})

    return [
        path("api/profile/", Profile.as_view()),
        path("api/token/", views.TokenObtainPairView.as_view()),
        path("api/token/refresh/", views.TokenRefreshView.as_view()),
        path("api/token/verify/", views.TokenVerifyView.as_view()),
        path("api/token/blacklist/", views.TokenBlacklistView.as_view()),
        path("api/token/sliding/", views.TokenObtainSlidingView.as_view()),
        path("api/token/sliding/refresh/", views.TokenRefreshSlidingView.as_view()),
    ]


def make(wanted):
    later = {claim: int(time.time()) + seconds for claim, seconds in wanted.get("seconds", {}).items()}
    if "claims" in wanted:
        claims = {**wanted["claims"], **later}
        return jwt.encode(claims, wanted["key"], algorithm=wanted["algorithm"], headers=wanted.get("header"))
    from django.contrib.auth.models import User
    from rest_framework_simplejwt import tokens

    token = getattr(tokens, wanted["kind"]).for_user(User.objects.get(username=wanted["user"]))
    for claim, value in {**wanted.get("set", {}), **later}.items():
        token[claim] = value
    for claim in wanted.get("remove", []):
        del token[claim]
    if wanted.get("blacklist"):
        token.blacklist()
    return str(token)


def dumped(code):
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        exec(code, {"__name__": "shell"})
    return json.loads(written.getvalue())


def answer(asked):
    from django.core.management import call_command
    from rest_framework.test import APIClient

    claims_of_ones_own()
    sys.modules["routes"] = types.ModuleType("routes")
    sys.modules["routes"].urlpatterns = routes()
    made = {name: make(wanted) for name, wanted in asked["tokens"].items()}

    def filled(text):
        for name, token in made.items():
            text = text.replace("{" + name + "}", token)
        return text

    data = io.StringIO()
    call_command("dumpdata", stdout=data)
    answers = []
    for path, value, body in asked["requests"]:
        name = asked["simple_jwt"].get("AUTH_HEADER_NAME", "HTTP_AUTHORIZATION")
        headers = {} if value is None else {name: filled(value)}
        body = filled(json.dumps(body or {}))
        given = APIClient().post(path, body, content_type="application/json", **headers)
        answers.append([given.status_code, given.content.decode(), given.headers.get("WWW-Authenticate")])
    return {"dump": dumped(asked["dump_code"]), "data": data.getvalue(), "tokens": made, "answers": answers}


asked = json.load(sys.stdin)
start(asked)
json.dump(answer(asked), sys.stdout)
