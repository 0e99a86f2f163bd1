"""API addresses of the incidents app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
