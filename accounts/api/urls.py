"""API addresses of the accounts app."""

from django.urls import URLPattern, path

from accounts.api.interests import EndInterest, Interests
from accounts.api.me import MeView
from accounts.api.step_ups import StepUpsView

urlpatterns: list[URLPattern] = [
    path("me", MeView.as_view(), name="api-me"),
    path("interests", Interests.as_view(), name="api-interests"),
    path("interests/<uuid:interest_id>/end", EndInterest.as_view(), name="api-interest-end"),
    path("step-ups", StepUpsView.as_view(), name="api-step-ups"),
]
