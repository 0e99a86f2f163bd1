"""Addresses of the reviews app."""

from django.urls import URLPattern, path

from reviews import room_urls
from reviews.views import findings, fragments, my_work, sign_off

app_name = "reviews"

_CASE = "cases/<uuid:case_id>/"

urlpatterns: list[URLPattern] = [
    path("", my_work.my_work, name="my-work"),
    path(_CASE + "findings/", findings.findings, name="findings"),
    path(_CASE + "findings/<uuid:allegation_id>/", findings.finding, name="finding"),
    path(_CASE + "sign-off/", sign_off.sign_off, name="sign-off"),
    path(_CASE + "sign-off/submit/", sign_off.submit_case, name="submit"),
    path(_CASE + "sign-off/points/<uuid:point_id>/", sign_off.answer, name="answer-point"),
    path(_CASE + "sign-off/versions/<int:number>/", sign_off.version, name="version"),
    path(_CASE + "before-submit/", fragments.before_submit, name="before-submit"),
    path(
        _CASE + "allegation-decisions/", fragments.allegation_decisions, name="allegation-decisions"
    ),
    *room_urls.urlpatterns,
]
