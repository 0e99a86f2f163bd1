"""Addresses of the retention app."""

from django.urls import URLPattern

app_name = "retention"

urlpatterns: list[URLPattern] = []
