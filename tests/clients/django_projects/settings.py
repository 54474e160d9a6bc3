"""Settings of the project whose kind DJANGO_KIND names, with its database in the file DJANGO_DATABASE."""

import os

from kinds import KINDS, PLAIN_APPS

KIND = KINDS[os.environ["DJANGO_KIND"]]

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DJANGO_DATABASE"]}}
INSTALLED_APPS = [*PLAIN_APPS, *KIND.apps]
# Tables are made from the models, which is quicker than migrations.
MIGRATION_MODULES = {app.rsplit(".", 1)[-1]: None for app in INSTALLED_APPS}
AUTH_USER_MODEL = KIND.user_model
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = KIND.hashers
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = KIND.time_zone is None
TIME_ZONE = KIND.time_zone or "UTC"
# There are no pages here, and some kinds of users are not what a new project should have.
SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004", "admin.E403", "admin.E408", "admin.E409", "admin.E410"]
SIMPLE_JWT = {"SIGNING_KEY": SECRET_KEY, "USER_ID_FIELD": KIND.user_id_field}
