"""Every address of the portal. Apps are named as text: the project imports none of them."""

from django.conf import settings
from django.urls import include, path

from bwcportal import http, views

urlpatterns = [
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("api/v1/", include("bwcportal.api_urls")),
    path("", include("accounts.urls")),
    path("", include("incidents.urls")),
    path("", include("reviews.urls")),
    path("", include("retention.urls")),
    path("", include("audit.urls")),
]
if settings.ENVIRONMENT != "production":
    urlpatterns.append(path("components/", views.components, name="components"))

handler400 = http.bad_request
handler403 = http.not_permitted
handler404 = http.not_found
handler500 = http.server_error
