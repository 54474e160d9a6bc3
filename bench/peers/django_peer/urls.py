from django.urls import path

from django_peer.views import Me, Profile

urlpatterns = [path("api/users/me/", Me.as_view()), path("api/profile/", Profile.as_view())]
