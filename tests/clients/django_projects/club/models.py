from django.contrib.auth.models import Group, User
from django.db import models


class Member(User):
    phone = models.CharField(max_length=20, blank=True)


class TeamGroup(Group):
    notes = models.TextField(blank=True)
