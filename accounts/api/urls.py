"""API addresses of the accounts app."""

from django.urls import URLPattern, path

from accounts.api.me import MeView
from accounts.api.step_ups import StepUpsView

urlpatterns: list[URLPattern] = [
    path("me", MeView.as_view(), name="api-me"),
    path("step-ups", StepUpsView.as_view(), name="api-step-ups"),
]
