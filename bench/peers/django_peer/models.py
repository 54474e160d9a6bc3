"""The tables of the load tests. They exist already, and nothing here writes to them."""
from django.db import models


class Group(models.Model):
    name = models.CharField(max_length=150)
    notes = models.TextField(null=True)
    users_count = models.BigIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "groups"
        ordering = ["id"]


class User(models.Model):
    username = models.CharField(max_length=150)
    email = models.CharField(max_length=254)
    mobile_number = models.CharField(max_length=32, null=True)
    number_phone = models.CharField(max_length=32, null=True)
    first_name = models.CharField(max_length=200)
    last_name = models.CharField(max_length=200)
    gender = models.TextField(null=True)
    avatar = models.FileField()
    is_active = models.BooleanField()
    is_staff = models.BooleanField()
    is_superuser = models.BooleanField()
    password = models.TextField()
    date_joined = models.DateTimeField()
    last_login = models.DateTimeField(null=True)
    groups = models.ManyToManyField(Group, db_table="user_groups")

    is_authenticated = True

    class Meta:
        managed = False
        db_table = "users"


class Token(models.Model):
    digest = models.BinaryField(unique=True)
    user = models.ForeignKey(User, models.CASCADE)

    class Meta:
        managed = False
        db_table = "tokens"
