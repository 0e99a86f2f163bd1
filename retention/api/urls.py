"""API addresses of the retention app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
