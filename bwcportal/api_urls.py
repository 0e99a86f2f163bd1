"""Every address of the API. Apps are named as text."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from bwcportal.api_guide import guide

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("incidents.api.urls")),
    path("", include("reviews.api.urls")),
    path("", include("retention.api.urls")),
    path("", include("audit.api.urls")),
    path("schema", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("docs", guide, name="guide-to-api"),
]
