from django.conf import settings
from django.db import models


class Group(models.Model):
    name = models.CharField(max_length=100)
    notes = models.TextField(blank=True)


class ChatUser(models.Model):
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    username = models.CharField(max_length=100)
    password = models.CharField(max_length=100)
    groups = models.ManyToManyField(Group)
