"""API addresses of the retention app."""

from django.urls import URLPattern, path

from retention.api import cases, disposals

CASE = "complaints/<uuid:case_id>"
DISPOSAL = "disposals/<uuid:disposal_id>"

urlpatterns: list[URLPattern] = [
    path(f"{CASE}/finalise", cases.Finalise.as_view(), name="api-finalise"),
    path(f"{CASE}/reopen", cases.Reopen.as_view(), name="api-reopen"),
    path(f"{CASE}/retention", cases.RetentionOfComplaint.as_view(), name="api-retention"),
    path(f"{CASE}/holds", cases.HoldsOfComplaint.as_view(), name="api-holds"),
    path("holds/<uuid:hold_id>", cases.OneHold.as_view(), name="api-hold"),
    path("holds/<uuid:hold_id>/release", cases.ReleaseHold.as_view(), name="api-hold-release"),
    path("disposals", disposals.Disposals.as_view(), name="api-disposals"),
    path(DISPOSAL, disposals.OneDisposal.as_view(), name="api-disposal"),
    path(f"{DISPOSAL}/approve", disposals.Approve.as_view(), name="api-disposal-approve"),
    path(f"{DISPOSAL}/keep", disposals.Keep.as_view(), name="api-disposal-keep"),
    path("certificates", disposals.Certificates.as_view(), name="api-certificates"),
    path(
        "certificates/<uuid:certificate_id>",
        disposals.OneCertificate.as_view(),
        name="api-certificate",
    ),
]
