from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    nickname = models.CharField(max_length=200, null=True)
    mobile_number = models.CharField(max_length=32, blank=True)
    born = models.DateField(null=True)
    wakes = models.TimeField(null=True)
    pause = models.DurationField(null=True)
    height = models.FloatField(null=True)
    credit = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    points = models.BigIntegerField(default=0)
    is_member = models.BooleanField(null=True)
    external = models.UUIDField(null=True)
    extra = models.JSONField(null=True)
    key = models.BinaryField(null=True)
    site = models.CharField(max_length=200, blank=True)
