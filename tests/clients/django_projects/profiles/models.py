from django.conf import settings
from django.db import models


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    mobile_phone = models.CharField(max_length=20, blank=True)
    gender = models.CharField(max_length=10, blank=True)
    avatar = models.FileField(upload_to="avatars/", blank=True)
    bio = models.TextField(blank=True)
