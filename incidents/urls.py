"""Addresses of the incidents app."""

from django.urls import URLPattern, path

from incidents.views import footage, footage_search, stream

app_name = "incidents"

FOOTAGE = "cases/<uuid:case_id>/footage/"

footage_patterns: list[URLPattern] = [
    path(FOOTAGE, footage.footage, name="footage"),
    path(f"{FOOTAGE}search/", footage_search.search, name="footage-search"),
    path(
        f"{FOOTAGE}searches/<uuid:search_id>/",
        footage_search.result,
        name="footage-search-result",
    ),
    path(f"{FOOTAGE}preserve/", footage.preserve_all, name="preserve-all"),
    path(f"{FOOTAGE}<uuid:link_id>/preserve/", footage.preserve, name="preserve"),
    path(f"{FOOTAGE}<uuid:link_id>/check/", footage.check_now, name="check-preservation"),
    path(f"{FOOTAGE}<uuid:link_id>/lost/", footage.report_lost, name="report-lost"),
    path("footage/stream/<str:token>", stream.stream, name="stream"),
]

urlpatterns: list[URLPattern] = [*footage_patterns]
