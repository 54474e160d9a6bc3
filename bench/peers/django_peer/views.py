"""The reads in Django REST framework."""
from hashlib import sha256

from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication

from django_peer.models import Group, Token, User


class DigestAuthentication(TokenAuthentication):
    """As the framework's own, but for the digest in the key's place."""

    def authenticate_credentials(self, key):
        try:
            token = Token.objects.select_related("user").get(digest=sha256(key.encode()).digest())
        except Token.DoesNotExist:
            raise AuthenticationFailed("Invalid token.") from None
        if not token.user.is_active:
            raise AuthenticationFailed("User inactive or deleted.")
        return token.user, token


class BearerAuthentication(JWTAuthentication):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.user_model = User


class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ["id", "name", "notes", "users_count", "created_at", "updated_at"]


class MeSerializer(serializers.ModelSerializer):
    full_name = serializers.SerializerMethodField()
    is_profile_completed = serializers.SerializerMethodField()
    groups = GroupSerializer(many=True)
    created_at = serializers.DateTimeField(source="date_joined")

    class Meta:
        model = User
        fields = [
            "id", "username", "mobile_number", "email", "avatar", "first_name", "last_name", "full_name", "gender",
            "is_profile_completed", "groups", "last_login", "created_at",
        ]

    def get_full_name(self, user):
        return f"{user.first_name} {user.last_name}".strip() or None

    def get_is_profile_completed(self, user):
        return all([user.mobile_number, user.email, user.first_name, user.last_name, user.gender])


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = [
            "id", "username", "email", "first_name", "last_name", "number_phone", "avatar", "date_joined", "last_login",
            "is_active", "is_staff", "is_superuser",
        ]


class Me(APIView):
    authentication_classes = [DigestAuthentication]
    permission_classes = [IsAdminUser]

    def get(self, request):
        return Response(MeSerializer(request.user, context={"request": request}).data)


class Profile(APIView):
    authentication_classes = [BearerAuthentication]
    permission_classes = [IsAuthenticated]

    def post(self, request):
        return Response(ProfileSerializer(request.user).data)
