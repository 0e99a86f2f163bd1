"""Addresses of the record's own pages."""

from django.urls import URLPattern

app_name = "audit"
urlpatterns: list[URLPattern] = []
