"""Addresses of the retention app."""

from django.urls import path

from retention.views import cases, disposals

app_name = "retention"

urlpatterns = [
    path("cases/<uuid:case_id>/retention/", cases.case, name="case"),
    path("cases/<uuid:case_id>/retention/finalise/", cases.finalise, name="finalise"),
    path("cases/<uuid:case_id>/retention/reopen/", cases.reopen, name="reopen"),
    path("cases/<uuid:case_id>/retention/hold/", cases.place_hold, name="place-hold"),
    path(
        "cases/<uuid:case_id>/retention/holds/<uuid:hold_id>/release/",
        cases.release_hold,
        name="release-hold",
    ),
    path("disposal/", disposals.disposal_list, name="disposal-list"),
    path("disposal/waiting/", disposals.waiting, name="waiting"),
    path("disposal/<uuid:disposal_id>/", disposals.disposal, name="disposal"),
    path("disposal/<uuid:disposal_id>/approve/", disposals.approve, name="approve"),
    path("disposal/<uuid:disposal_id>/keep/", disposals.stop, name="stop"),
    path("certificates/<uuid:certificate_id>/", disposals.certificate, name="certificate"),
]
