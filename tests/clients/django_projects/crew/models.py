from django.contrib.auth.models import AbstractUser
from django.db import models


class Member(AbstractUser):
    mobile = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    photo = models.FileField(upload_to="photos/", blank=True)
    sex = models.CharField(max_length=1, choices=[("M", "Male"), ("F", "Female")], blank=True)
    bio = models.TextField(blank=True)
