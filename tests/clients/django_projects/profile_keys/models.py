from django.conf import settings
from django.db import models


class UserProfile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    telephone = models.CharField(max_length=20, blank=True)
    # 1 and 2: the operator has to say which is which.
    gender = models.IntegerField(null=True)
