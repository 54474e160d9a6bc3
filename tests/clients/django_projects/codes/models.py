from django.contrib.auth.models import AbstractUser
from django.db import models


class Employee(AbstractUser):
    code = models.CharField(max_length=40, primary_key=True)
