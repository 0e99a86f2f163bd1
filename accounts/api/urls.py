"""API addresses of the accounts app."""

from django.urls import URLPattern, path

from accounts.api.me import MeView

urlpatterns: list[URLPattern] = [path("me", MeView.as_view(), name="api-me")]
