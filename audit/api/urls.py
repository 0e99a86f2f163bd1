"""Addresses of the record in the API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
